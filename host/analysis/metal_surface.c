/* SPDX-License-Identifier: MIT */
#include "host/analysis/metal_surface.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define SLAB_GAP 0.7          /* nm  without metal between two slabs   */
#define OCCUPANCY_CELL 0.05   /* nm  resolution of the search for vacuum */
#define SMALLEST_CHARGE 0.005 /* e */

bool km_kind_is_metal(const km_labels *labels, int kind)
{
    static const char *const other[] = {"H",  "He", "B",  "C",  "N",  "O",  "F",  "Ne",
                                        "Si", "P",  "S",  "Cl", "Ar", "Ge", "As", "Se",
                                        "Br", "Kr", "Te", "I",  "Xe", "X"};
    const km_molecule_kind *k = &labels->kind[kind];
    if (k->n_atoms != 1 || k->formal_charge != 0 || fabs(k->charge) > SMALLEST_CHARGE)
        return false;
    for (int m = 0; m < labels->n_molecules; m++) {
        if (labels->molecule_kind[m] != kind)
            continue;
        const char *element = labels->element[labels->molecule_start[m]];
        for (size_t j = 0; j < sizeof other / sizeof *other; j++)
            if (strcmp(element, other[j]) == 0)
                return false;
        return element[0] != '\0'; /* "X": of no known element */
    }
    return false;
}

km_status km_metal_slabs_create(const km_labels *labels, km_metal_slabs **out)
{
    KM_NEW(*out, 1);
    KM_NEW((*out)->metal, labels->n_atoms);
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        if (!km_kind_is_metal(labels, kind))
            continue;
        for (int i = 0; i < labels->n_atoms; i++)
            if (labels->molecule_kind[labels->molecule[i]] == kind) {
                (*out)->metal[i] = true;
                (*out)->n_metal++;
            }
    }
    return KM_OK;
}

void km_metal_slabs_destroy(km_metal_slabs *slabs)
{
    if (slabs == NULL)
        return;
    for (int k = 0; k < slabs->n; k++)
        free(slabs->slab[k].atom);
    free(slabs->slab);
    free(slabs->metal);
    free(slabs);
}

typedef struct place {
    double fraction;
    int atom;
} place;

static int compare_places(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->fraction != y->fraction)
        return x->fraction > y->fraction ? 1 : -1;
    return x->atom - y->atom;
}

static double fraction_of(const km_frame *frame, int i)
{
    return frame->position[3 * (size_t)i + 2] / frame->box.cz;
}

static double inside(double fraction)
{
    const double s = fraction - floor(fraction);
    return s < 1.0 ? s : 0.0;
}

/* Metal i (cyclic) is followed by a gap. */
static bool gap_after(const place *metal, int n, int i, double cz)
{
    const double next = i + 1 < n ? metal[i + 1].fraction : metal[0].fraction + 1.0;
    return (next - metal[i].fraction) * cz > SLAB_GAP;
}

/* The atoms after the gap behind `from`, up to the next gap. Gives the last of them. */
static km_status take_slab(km_metal_slab *slab, const place *metal, int n, int from, double cz,
                           int *last)
{
    int end = from + 1;
    while (!gap_after(metal, n, end % n, cz))
        end++;
    slab->n = end - from;
    KM_NEW(slab->atom, slab->n);
    for (int k = from + 1; k <= end; k++) {
        slab->atom[k - from - 1] = metal[k % n].atom;
        slab->centre += (metal[k % n].fraction + (k >= n ? 1.0 : 0.0)) / slab->n;
    }
    *last = end % n;
    return KM_OK;
}

static km_status split(km_metal_slabs *slabs, const place *metal, double cz)
{
    const int n = slabs->n_metal;
    int count = 0, before = -1;
    for (int i = 0; i < n; i++)
        if (gap_after(metal, n, i, cz)) {
            count++;
            before = i;
        }
    KM_NEW(slabs->slab, count);
    if (before == n - 1)
        before = -1; /* the first slab begins with the first atom, not an image beyond the cell */
    for (int k = 0; k < count; k++) {
        slabs->n++;
        int last;
        KM_TRY(take_slab(&slabs->slab[k], metal, n, before, cz, &last));
        before = last == n - 1 ? -1 : last;
    }
    return KM_OK;
}

static km_status find_slabs(km_metal_slabs *slabs, const km_labels *labels, const km_frame *frame)
{
    place *metal;
    if (slabs->n_metal == 0)
        return KM_OK;
    KM_NEW(metal, slabs->n_metal);
    int n = 0;
    for (int i = 0; i < frame->n; i++)
        if (slabs->metal[i])
            metal[n++] = (place){inside(fraction_of(frame, i)), i};
    qsort(metal, (size_t)n, sizeof *metal, compare_places);
    const km_status status = split(slabs, metal, frame->box.cz);
    free(metal);
    if (status != KM_OK)
        return status;
    for (int k = 0; k < slabs->n; k++) {
        const int kind = labels->molecule_kind[labels->molecule[slabs->slab[k].atom[0]]];
        memcpy(slabs->slab[k].name, labels->kind[kind].name, sizeof slabs->slab[k].name);
    }
    return KM_OK;
}

/* The middle of the longest stretch without atoms as a fraction of c; false when it is no vacuum.
 */
static km_status find_vacuum(const km_frame *frame, bool *vacuum, double *middle)
{
    const int n = (int)fmax(1.0, frame->box.cz / OCCUPANCY_CELL);
    bool *filled;
    KM_NEW(filled, n);
    for (int i = 0; i < frame->n; i++)
        filled[(int)(inside(fraction_of(frame, i)) * n)] = true;
    int longest = 0, end = 0, length = 0;
    for (int k = 0; k < 2 * n; k++) {
        length = filled[k % n] ? 0 : length + 1;
        if (length > longest && length <= n) {
            longest = length;
            end = k;
        }
    }
    free(filled);
    *vacuum = longest < n && longest * frame->box.cz / n >= KM_VACUUM_LEAST;
    *middle = (end + 1 - 0.5 * longest) / n;
    return KM_OK;
}

static km_status begin(km_metal_slabs *slabs, const km_labels *labels, const km_frame *frame)
{
    double cut = 0.0;
    KM_TRY(find_slabs(slabs, labels, frame));
    KM_TRY(find_vacuum(frame, &slabs->vacuum, &cut));
    cut -= nearbyint(cut);
    if (!slabs->vacuum)
        cut = slabs->n > 0 ? slabs->slab[0].centre : 0.0;
    slabs->origin = 0.0;
    if (slabs->n > 0 && !slabs->vacuum)
        slabs->origin = cut + 0.5;
    for (int k = 0; k < slabs->n; k++) {
        km_metal_slab *slab = &slabs->slab[k];
        slab->centre = slab->first = cut + inside(slab->centre - cut);
        if (slabs->vacuum)
            slabs->origin += slab->centre * slab->n / slabs->n_metal;
    }
    slabs->origin_first = slabs->origin;
    slabs->start = cut - slabs->origin;
    return KM_OK;
}

/* Centre and thickness, each atom by its image next to where the centre was. */
static void follow(km_metal_slab *slab, const km_frame *frame)
{
    double sum = 0.0, square = 0.0;
    for (int k = 0; k < slab->n; k++) {
        double f = fraction_of(frame, slab->atom[k]) - slab->centre;
        f -= nearbyint(f);
        sum += f;
        square += f * f;
    }
    const double mean = sum / slab->n;
    slab->centre += mean;
    slab->thickness = sqrt(12.0 * fmax(0.0, square / slab->n - mean * mean)) * frame->box.cz;
}

km_status km_metal_slabs_frame(km_metal_slabs *slabs, const km_labels *labels,
                               const km_frame *frame)
{
    if (frame->n != labels->n_atoms)
        return KM_FAIL(KM_ERROR_INPUT, "a frame has %d atoms, the topology %d", frame->n,
                       labels->n_atoms);
    for (int i = 0; i < frame->n; i++)
        if (!isfinite(frame->position[3 * (size_t)i + 2]))
            return KM_FAIL(KM_ERROR_PHYSICS, "the z of atom %d at %g ps is not a number", i + 1,
                           frame->time);
    if (slabs->n_frames++ == 0)
        KM_TRY(begin(slabs, labels, frame));
    double moved = 0.0;
    int atoms = 0;
    for (int k = 0; k < slabs->n; k++) {
        km_metal_slab *slab = &slabs->slab[k];
        follow(slab, frame);
        if (slabs->n_frames == 1)
            slab->first = slab->centre;
        moved += (slab->centre - slab->first) * slab->n;
        atoms += slab->n;
    }
    if (atoms > 0)
        slabs->origin = slabs->origin_first + moved / atoms;
    for (int k = 0; k < slabs->n; k++) {
        km_metal_slab *slab = &slabs->slab[k];
        slab->z_sum += (slab->centre - slabs->origin) * frame->box.cz;
        slab->thickness_sum += slab->thickness;
        slab->drift = (slab->centre - slab->first) * frame->box.cz;
    }
    return KM_OK;
}

double km_metal_slabs_place(const km_metal_slabs *slabs, const km_box *box, double z)
{
    return inside(z / box->cz - slabs->origin - slabs->start);
}

double km_metal_slabs_distance(const km_metal_slabs *slabs, const km_box *box, double z)
{
    double least = INFINITY;
    for (int k = 0; k < slabs->n; k++) {
        const km_metal_slab *slab = &slabs->slab[k];
        double f = z / box->cz - slab->centre;
        f -= nearbyint(f);
        least = fmin(least, fabs(f) * box->cz - 0.5 * slab->thickness);
    }
    return least;
}
