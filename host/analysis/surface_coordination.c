/* SPDX-License-Identifier: MIT */
#include "host/analysis/surface_coordination.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/molecule_centre.h"
#include "kernels/base/units.h"

#define REACH 0.8         /* nm  of r                                        */
#define R_BIN 0.004       /* nm                                              */
#define DISTANCE_BIN 0.1  /* nm                                              */
#define BELOW 3           /*     bins of distance inside the metal           */
#define FAR_FRACTION 0.75 /*     of the reach, from where on g is taken as 1 */

struct km_surface_coordination {
    km_rdf *pairs; /* who is counted with whom                               */
    int n_pairs;
    int n_distances, n_r;
    km_blocks blocks; /* per pair and distance: cations, then n_r histogram bins */
};

km_status km_surface_coordination_create(const km_labels *labels, km_surface_coordination **out)
{
    KM_NEW(*out, 1);
    KM_TRY(km_rdf_create(&(*out)->pairs));
    KM_TRY(km_rdf_add_solvation((*out)->pairs, labels));
    (*out)->n_pairs = km_rdf_count((*out)->pairs);
    return KM_OK;
}

void km_surface_coordination_destroy(km_surface_coordination *c)
{
    if (c == NULL)
        return;
    km_rdf_destroy(c->pairs);
    km_blocks_clear(&c->blocks);
    free(c);
}

static size_t row_of(const km_surface_coordination *c, int pair, int distance)
{
    return ((size_t)pair * (size_t)c->n_distances + (size_t)distance) * (size_t)(c->n_r + 1);
}

static km_status begin(km_surface_coordination *c, const km_box *box)
{
    c->n_r = (int)(fmin(REACH, 0.5 * km_box_least_height(box)) / R_BIN);
    c->n_distances = BELOW + 1 + (int)(0.5 * box->cz / DISTANCE_BIN);
    return km_blocks_create(&c->blocks, row_of(c, c->n_pairs, 0));
}

/* Partners around one cation into the histogram of its distance. */
static void count_around(const km_surface_coordination *c, const km_frame *frame, int centre,
                         const int *partner, int n, double *histogram)
{
    const km_vec3 here = km_frame_position(frame, centre);
    const double reach = c->n_r * R_BIN;
    for (int j = 0; j < n; j++) {
        const km_vec3 d = km_box_minimum_image(
            &frame->box, km_vec3_sub(km_frame_position(frame, partner[j]), here));
        const double square = km_vec3_dot(d, d);
        if (square >= reach * reach)
            continue;
        const int bin = (int)(sqrt(square) / R_BIN);
        histogram[bin < c->n_r ? bin : c->n_r - 1] += 1.0;
    }
}

km_status km_surface_coordination_frame(km_surface_coordination *c, const km_metal_slabs *slabs,
                                        const km_frame *frame)
{
    if (c->n_pairs == 0)
        return KM_OK;
    if (c->blocks.n_frames == 0)
        KM_TRY(begin(c, &frame->box));
    double *sum = km_blocks_now(&c->blocks);
    for (int p = 0; p < c->n_pairs; p++) {
        int n_centres, n_partners;
        const int *centre = km_rdf_atoms(c->pairs, p, 0, &n_centres);
        const int *partner = km_rdf_atoms(c->pairs, p, 1, &n_partners);
        for (int i = 0; i < n_centres; i++) {
            const double z = frame->position[3 * (size_t)centre[i] + 2];
            const double distance = km_metal_slabs_distance(slabs, &frame->box, z);
            const double place = floor(distance / DISTANCE_BIN) + BELOW;
            const int bin = (int)fmin(fmax(place, 0.0), c->n_distances - 1);
            double *row = sum + row_of(c, p, bin);
            row[0] += 1.0;
            count_around(c, frame, centre[i], partner, n_partners, row + 1);
        }
    }
    km_blocks_next(&c->blocks);
    return KM_OK;
}

void km_surface_shell_clear(km_surface_shell *shell)
{
    free(shell->from);
    free(shell->cations);
    free(shell->number);
    memset(shell, 0, sizeof *shell);
}

/* g(r) over all distances, in curve. */
static km_status whole_curve(const km_surface_coordination *c, int pair, km_rdf_curve *curve)
{
    const double width = curve->bin_width = R_BIN / KM_NM_PER_ANGSTROM;
    double cations = 0.0, far = 0.0, far_volume = 0.0, within = 0.0;
    curve->n_bins = c->n_r;
    KM_NEW(curve->r, c->n_r);
    KM_NEW(curve->g, c->n_r);
    KM_NEW(curve->coordination, c->n_r);
    for (int d = 0; d < c->n_distances; d++)
        cations += km_blocks_total(&c->blocks, row_of(c, pair, d));
    for (int b = 0; b < c->n_r; b++) {
        double count = 0.0;
        for (int d = 0; d < c->n_distances; d++)
            count += km_blocks_total(&c->blocks, row_of(c, pair, d) + 1 + (size_t)b);
        const double volume = 4.0 / 3.0 * KM_PI * (3.0 * b * (b + 1.0) + 1.0) * pow(width, 3);
        within += count;
        curve->r[b] = (b + 0.5) * width;
        curve->g[b] = count / volume;
        curve->coordination[b] = within / cations;
        far += b >= FAR_FRACTION * c->n_r ? count : 0.0;
        far_volume += b >= FAR_FRACTION * c->n_r ? volume : 0.0;
    }
    curve->samples = far / far_volume; /* all pairs per A^3 where g = 1 */
    if (!(curve->samples > 0.0)) {
        snprintf(curve->note, sizeof curve->note, "no neighbours within %.1f A", c->n_r * width);
        return KM_OK;
    }
    for (int b = 0; b < c->n_r; b++)
        curve->g[b] /= curve->samples;
    return km_rdf_find_shell(curve);
}

/* Sums of neighbours inside the first r_bins bins of r, and of cations, by distance: 2 rows. */
static void collapse(const km_surface_coordination *c, int pair, int r_bins, km_blocks *out)
{
    for (int b = 0; b <= c->blocks.n_full && b < KM_BLOCKS_MOST; b++)
        for (int d = 0; d < c->n_distances; d++) {
            const double *row = c->blocks.sum + (size_t)b * c->blocks.width + row_of(c, pair, d);
            double *to = out->sum + (size_t)b * out->width + d;
            for (int k = 0; k < r_bins; k++)
                to[0] += row[1 + k];
            to[c->n_distances] = row[0]; /* the same for all pairs of a cation */
        }
}

static km_status read_shell(const km_surface_coordination *c, const km_blocks *sums,
                            km_surface_shell *out)
{
    const size_t n = (size_t)c->n_distances;
    int first = 0;
    while (first < c->n_distances && km_blocks_total(sums, n + (size_t)first) == 0.0)
        first++;
    int last = c->n_distances - 1;
    while (last > first && km_blocks_total(sums, n + (size_t)last) == 0.0)
        last--;
    KM_NEW(out->from, c->n_distances);
    KM_NEW(out->cations, c->n_distances);
    KM_NEW(out->number, c->n_distances);
    for (int d = first; d <= last && d < c->n_distances; d++) {
        const int k = out->n_bins++;
        out->from[k] = (d - BELOW) * DISTANCE_BIN / KM_NM_PER_ANGSTROM;
        out->cations[k] = km_blocks_mean(sums, n + (size_t)d, 1.0).value;
        out->number[k] = km_blocks_ratio(sums, (size_t)d, n + (size_t)d);
    }
    return KM_OK;
}

static km_status new_sums(const km_surface_coordination *c, km_blocks *sums)
{
    KM_TRY(km_blocks_create(sums, 2 * (size_t)c->n_distances));
    sums->n_full = c->blocks.n_full;
    sums->length = c->blocks.length;
    sums->filled = c->blocks.filled;
    sums->n_frames = c->blocks.n_frames;
    return KM_OK;
}

/* One pair; all: the sums of every pair of the same cation. */
static km_status compute_pair(const km_surface_coordination *c, int pair, km_blocks *all,
                              km_surface_shell *out)
{
    km_rdf_curve curve;
    km_blocks sums = {0};
    KM_TRY(km_rdf_curve_compute(c->pairs, pair, &curve)); /* names only: it has no frames */
    memcpy(out->centre, curve.centre, sizeof out->centre);
    memcpy(out->partner, curve.partner, sizeof out->partner);
    memcpy(out->partner_element, curve.partner_element, sizeof out->partner_element);
    curve.note[0] = '\0';
    km_status status = whole_curve(c, pair, &curve);
    out->has_shell = curve.has_shell;
    memcpy(out->note, curve.note, sizeof out->note);
    const int r_bins = (int)nearbyint(curve.shell_r / curve.bin_width);
    out->shell_r = r_bins * curve.bin_width;
    km_rdf_curve_clear(&curve);
    if (status == KM_OK && out->has_shell)
        status = new_sums(c, &sums);
    if (status == KM_OK && out->has_shell) {
        collapse(c, pair, r_bins, &sums);
        collapse(c, pair, r_bins, all);
        status = read_shell(c, &sums, out);
    }
    km_blocks_clear(&sums);
    return status;
}

/* The pairs of one cation, which follow each other, and all of them together. */
static km_status compute_cation(const km_surface_coordination *c, int *pair, km_blocks *all,
                                km_surface_shell *shell, int *n)
{
    const km_surface_shell *first = &shell[*n];
    int with_shell = 0;
    bool more = true;
    while (more) {
        km_surface_shell *one = &shell[(*n)++];
        KM_TRY(compute_pair(c, (*pair)++, all, one));
        with_shell += one->has_shell;
        km_rdf_curve next = {0};
        if (*pair < c->n_pairs)
            KM_TRY(km_rdf_curve_compute(c->pairs, *pair, &next));
        more = *pair < c->n_pairs && strcmp(next.centre, first->centre) == 0;
        km_rdf_curve_clear(&next);
    }
    if (with_shell < 2)
        return KM_OK;
    km_surface_shell *sum = &shell[(*n)++];
    memcpy(sum->centre, first->centre, sizeof sum->centre);
    snprintf(sum->partner, sizeof sum->partner, "all");
    sum->has_shell = true;
    return read_shell(c, all, sum);
}

km_status km_surface_coordination_compute(const km_surface_coordination *c, km_surface_shell **out,
                                          int *n)
{
    *n = 0;
    KM_NEW(*out, 2 * c->n_pairs);
    for (int pair = 0; pair < c->n_pairs && c->blocks.n_frames > 0;) {
        km_blocks all = {0};
        km_status status = new_sums(c, &all);
        if (status == KM_OK)
            status = compute_cation(c, &pair, &all, *out, n);
        km_blocks_clear(&all);
        KM_TRY(status);
    }
    return KM_OK;
}
