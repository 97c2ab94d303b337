/* SPDX-License-Identifier: MIT */
/* From sums to profiles. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/profile_layout.h"
#include "kernels/base/units.h"

#define PER_A3 1e-3 /* 1/nm^3 in 1/A^3 */
#define A_PER_NM (1.0 / KM_NM_PER_ANGSTROM)

void km_profile_result_clear(km_profile_result *r)
{
    for (int k = 0; k < r->n_columns; k++) {
        free(r->column[k].value);
        free(r->column[k].error);
    }
    free(r->column);
    free(r->z);
    free(r->edge);
    free(r->vacuum_potential);
    free(r->vacuum_error);
    free(r->periodic_potential);
    free(r->periodic_error);
    free(r->slab_name);
    free(r->slab_atoms);
    free(r->slab_from);
    free(r->slab_to);
    free(r->slab_drift);
    memset(r, 0, sizeof *r);
}

static km_status new_column(km_profile_result *r, const char *name, const char *what,
                            const char *unit, km_profile_column **out)
{
    km_profile_column *c = *out = &r->column[r->n_columns++];
    snprintf(c->name, sizeof c->name, "%s%s", name, what);
    snprintf(c->unit, sizeof c->unit, "%s", unit);
    KM_NEW(c->value, r->n_bins);
    KM_NEW(c->error, r->n_bins);
    return KM_OK;
}

static km_status mean_column(const km_profile *p, km_profile_result *r, const char *name,
                             const char *what, const char *unit, int row, double scale)
{
    km_profile_column *c;
    KM_TRY(new_column(r, name, what, unit, &c));
    for (int b = 0; b < r->n_bins; b++) {
        const km_estimate e =
            km_blocks_mean(&p->blocks, (size_t)row * (size_t)p->n_bins + (size_t)b, scale);
        c->value[b] = e.value;
        c->error[b] = e.standard_error;
    }
    return KM_OK;
}

static km_status ratio_column(const km_profile *p, km_profile_result *r, const char *name,
                              const char *what, int row, int below)
{
    km_profile_column *c;
    const size_t n = (size_t)p->n_bins;
    KM_TRY(new_column(r, name, what, "1", &c));
    for (int b = 0; b < r->n_bins; b++) {
        const km_estimate e =
            km_blocks_ratio(&p->blocks, (size_t)row * n + (size_t)b, (size_t)below * n + (size_t)b);
        c->value[b] = e.value;
        c->error[b] = e.standard_error;
    }
    return KM_OK;
}

static km_status compute_columns(const km_profile *p, km_profile_result *r)
{
    const km_labels *labels = p->labels;
    const double width = r->bin_width * KM_NM_PER_ANGSTROM;
    KM_NEW(r->column, 2 + 3 * labels->n_kinds + p->n_elements);
    KM_TRY(mean_column(p, r, "mass", "", "kg/m3", KM_PROFILE_MASS, KM_KG_M3_PER_U_NM3));
    KM_TRY(mean_column(p, r, "charge", "", "e/A3", KM_PROFILE_CHARGE, PER_A3 / width));
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        KM_TRY(mean_column(p, r, labels->kind[kind].name, "", "1/A3", p->kind_row[kind], PER_A3));
        r->column[r->n_columns - 1].molecules = true;
        r->column[r->n_columns - 1].metal = km_kind_is_metal(labels, kind);
    }
    for (int k = 0; k < p->n_elements; k++) {
        char element[8];
        snprintf(element, sizeof element, " %s", p->element[k].name);
        KM_TRY(mean_column(p, r, labels->kind[p->element[k].kind].name, element, "1/A3",
                           p->element[k].row, PER_A3));
    }
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        const int row = p->dipole_row[kind];
        if (row == 0)
            continue;
        KM_TRY(ratio_column(p, r, labels->kind[kind].name, " cos", row, p->kind_row[kind]));
        KM_TRY(ratio_column(p, r, labels->kind[kind].name, " P2", row + 1, p->kind_row[kind]));
    }
    return KM_OK;
}

/* Vacuum that lasted: the empty bins around the beginning of the window are wide enough. */
static bool vacuum_lasts(const km_profile *p, double length)
{
    int head = 0, tail = 0;
    while (head < p->n_bins && !p->occupied[head])
        head++;
    while (tail < p->n_bins - head && !p->occupied[p->n_bins - 1 - tail])
        tail++;
    return head > 0 && tail > 0 && (head + tail) * length / p->n_bins >= KM_VACUUM_LEAST * 0.999;
}

/* Working room of the potentials of blocks. */
typedef struct curves {
    int n;         /* edges                                  */
    double *whole; /* V  n                                   */
    double *block; /* V  KM_BLOCKS_MOST x n                  */
    double *charge, *moment;
} curves;

/* Potentials of the blocks and of the whole, by one boundary condition. */
static void integrate(const km_profile *p, double length, bool periodic, curves *c)
{
    const size_t n = (size_t)p->n_bins;
    const km_blocks *blocks = &p->blocks;
    for (int b = -1; b < blocks->n_full; b++) {
        for (size_t k = 0; k < n; k++) {
            const size_t q = KM_PROFILE_CHARGE * n + k, m = KM_PROFILE_MOMENT * n + k;
            const double *row = blocks->sum + (size_t)(b < 0 ? 0 : b) * blocks->width;
            c->charge[k] =
                b < 0 ? km_blocks_total(blocks, q) / blocks->n_frames : row[q] / blocks->length;
            c->moment[k] =
                b < 0 ? km_blocks_total(blocks, m) / blocks->n_frames : row[m] / blocks->length;
        }
        km_potential(c->charge, c->moment, p->n_bins, length, periodic,
                     b < 0 ? c->whole : c->block + (size_t)b * (n + 1));
    }
}

/* Mean of the potential over the edges first .. last, less that at edge 0. */
static km_estimate mean_over(const curves *c, int n_blocks, int first, int last)
{
    double block[KM_BLOCKS_MOST], whole = 0.0;
    memset(block, 0, sizeof block);
    for (int k = first; k <= last; k++) {
        whole += c->whole[k] / (last - first + 1);
        for (int b = 0; b < n_blocks; b++)
            block[b] += c->block[(size_t)b * (size_t)c->n + (size_t)k] / (last - first + 1);
    }
    return km_blocks_estimate(whole, block, n_blocks);
}

/* The middle fifth of the widest stretch between surfaces. */
static void find_middle(km_profile_result *r)
{
    const double end = r->edge[r->n_bins];
    double widest = 0.0;
    for (int k = 0; k < r->n_slabs; k++) {
        double gap = r->vacuum ? 0.0 : end - r->slab_to[k]; /* to the image of the first slab */
        for (int j = 0; j < r->n_slabs; j++)
            if (r->slab_from[j] > r->slab_to[k] &&
                (gap == 0.0 || r->slab_from[j] - r->slab_to[k] < gap))
                gap = r->slab_from[j] - r->slab_to[k];
        if (gap <= widest)
            continue;
        widest = gap;
        r->middle_from = r->slab_to[k] + 0.4 * gap;
        r->middle_to = r->slab_to[k] + 0.6 * gap;
    }
}

static void read_potential(const km_profile *p, const curves *c, km_profile_result *r)
{
    const int n = r->n_bins, blocks = p->blocks.n_full;
    r->drop = mean_over(c, blocks, n, n);
    find_middle(r);
    if (!(r->middle_to > r->middle_from))
        return;
    const int first = (int)ceil((r->middle_from - r->edge[0]) / r->bin_width);
    const int last = (int)floor((r->middle_to - r->edge[0]) / r->bin_width);
    if (first >= 0 && last <= n && first <= last)
        r->middle = mean_over(c, blocks, first, last);
    else
        r->middle_to = r->middle_from;
}

static km_status compute_potential(const km_profile *p, double length, curves *c,
                                   km_profile_result *r)
{
    c->n = r->n_bins + 1;
    KM_NEW(c->whole, c->n);
    KM_NEW(c->block, KM_BLOCKS_MOST * (size_t)c->n);
    KM_NEW(c->charge, r->n_bins);
    KM_NEW(c->moment, r->n_bins);
    KM_NEW(r->vacuum_potential, c->n);
    KM_NEW(r->vacuum_error, c->n);
    KM_NEW(r->periodic_potential, c->n);
    KM_NEW(r->periodic_error, c->n);
    for (int periodic = 0; periodic < 2; periodic++) {
        integrate(p, length, periodic != 0, c);
        for (int k = 0; k < c->n; k++) {
            const km_estimate e = mean_over(c, p->blocks.n_full, k, k);
            (periodic ? r->periodic_potential : r->vacuum_potential)[k] = e.value;
            (periodic ? r->periodic_error : r->vacuum_error)[k] = e.standard_error;
        }
        if ((periodic != 0) == !r->vacuum)
            read_potential(p, c, r);
    }
    return KM_OK;
}

/* The two surfaces of a slab inside the window; one at its edge has its other half at the end. */
static km_status keep_slabs(const km_profile *p, km_profile_result *r)
{
    const km_metal_slabs *s = p->slabs;
    KM_NEW(r->slab_name, s->n);
    KM_NEW(r->slab_atoms, s->n);
    KM_NEW(r->slab_from, s->n);
    KM_NEW(r->slab_to, s->n);
    KM_NEW(r->slab_drift, s->n);
    r->n_slabs = s->n;
    for (int k = 0; k < s->n; k++) {
        const double centre = s->slab[k].z_sum / s->n_frames * A_PER_NM;
        const double half = 0.5 * s->slab[k].thickness_sum / s->n_frames * A_PER_NM;
        memcpy(r->slab_name[k], s->slab[k].name, sizeof r->slab_name[k]);
        r->slab_atoms[k] = s->slab[k].n;
        r->slab_drift[k] = s->slab[k].drift * A_PER_NM;
        r->slab_from[k] = centre - half;
        r->slab_to[k] = centre + half;
        if (r->slab_from[k] < r->edge[0])
            r->slab_from[k] += r->edge[r->n_bins] - r->edge[0];
    }
    return KM_OK;
}

km_status km_profile_compute(const km_profile *p, double interval, km_profile_result *r)
{
    memset(r, 0, sizeof *r);
    if (p->blocks.n_frames == 0)
        return KM_OK;
    const double length = p->length_sum / p->blocks.n_frames;
    r->n_bins = p->n_bins;
    r->bin_width = length / p->n_bins * A_PER_NM;
    r->area = p->area_sum / p->blocks.n_frames * A_PER_NM * A_PER_NM;
    r->n_blocks = p->blocks.n_full;
    r->block_length = p->blocks.length * interval;
    KM_NEW(r->z, r->n_bins);
    KM_NEW(r->edge, r->n_bins + 1);
    for (int b = 0; b <= r->n_bins; b++)
        r->edge[b] = p->slabs->start * length * A_PER_NM + b * r->bin_width;
    for (int b = 0; b < r->n_bins; b++)
        r->z[b] = r->edge[b] + 0.5 * r->bin_width;
    for (int i = 0; i < p->labels->n_atoms; i++) {
        r->charge += p->labels->charge[i];
        r->charged = r->charged || p->labels->charge[i] != 0.0;
    }
    r->vacuum = p->slabs->vacuum && vacuum_lasts(p, length);
    snprintf(r->boundary, sizeof r->boundary,
             r->vacuum ? "vacuum: field and potential 0 at the beginning of the window, in the "
                         "vacuum"
                       : "periodic: the linear term is taken off, so that the potential has the "
                         "period of the cell; 0 at the beginning of the window");
    KM_TRY(keep_slabs(p, r));
    KM_TRY(compute_columns(p, r));
    curves c = {0};
    const km_status status = compute_potential(p, length, &c, r);
    free(c.whole);
    free(c.block);
    free(c.charge);
    free(c.moment);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}
