/* SPDX-License-Identifier: MIT */
#include "host/analysis/rdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define BIN_WIDTH 0.002 /* nm */

typedef struct rdf_pair {
    int kind[2];
    char kind_name[2][KM_NAME_LENGTH];
    char element[2][4];
    int n[2], *atom[2]; /* centres, partners                              */
    double n_pairs;     /* in different molecules                         */
    uint64_t *count;    /* n_bins  of one frame                           */
    double *count_sum;  /* n_bins  over frames                            */
    double *volume_sum; /* n_bins  count x volume, nm^3, over frames      */
} rdf_pair;

struct km_rdf {
    int n_pairs;
    rdf_pair *pair;
    int n_frames;
    int n_bins;        /* fixed by the first frame                       */
    double reach;      /* nm  half the least height of any cell so far   */
    double volume_sum; /* nm^3                                           */
    double *position;  /* nm  3 x partners of the largest pair           */
};

km_status km_rdf_create(km_rdf **out)
{
    KM_NEW(*out, 1);
    return KM_OK;
}

void km_rdf_destroy(km_rdf *rdf)
{
    if (rdf == NULL)
        return;
    for (int k = 0; k < rdf->n_pairs; k++) {
        rdf_pair *pair = &rdf->pair[k];
        free(pair->atom[0]);
        free(pair->atom[1]);
        free(pair->count);
        free(pair->count_sum);
        free(pair->volume_sum);
    }
    free(rdf->pair);
    free(rdf->position);
    free(rdf);
}

int km_rdf_count(const km_rdf *rdf)
{
    return rdf->n_pairs;
}

const int *km_rdf_atoms(const km_rdf *rdf, int k, int side, int *n)
{
    *n = rdf->pair[k].n[side];
    return rdf->pair[k].atom[side];
}

/* Atoms of an element in the molecules of a kind, ascending. */
static km_status select_atoms(const km_labels *labels, int kind, const char *element, int **atom,
                              int *n)
{
    KM_NEW(*atom, labels->n_atoms);
    *n = 0;
    for (int i = 0; i < labels->n_atoms; i++)
        if (labels->molecule_kind[labels->molecule[i]] == kind &&
            strcmp(labels->element[i], element) == 0)
            (*atom)[(*n)++] = i;
    if (*n == 0)
        return KM_FAIL(KM_ERROR_INPUT, "no atom %s in %s: it has no radial distribution", element,
                       labels->kind[kind].name);
    return KM_OK;
}

static double count_pairs(const km_labels *labels, const rdf_pair *pair)
{
    double inside = 0.0; /* both lists ascend, and so do the molecules of their atoms */
    int first = 0;
    for (int i = 0; i < pair->n[0]; i++) {
        const int molecule = labels->molecule[pair->atom[0][i]];
        while (first < pair->n[1] && labels->molecule[pair->atom[1][first]] < molecule)
            first++;
        for (int j = first; j < pair->n[1] && labels->molecule[pair->atom[1][j]] == molecule; j++)
            inside += 1.0;
    }
    return (double)pair->n[0] * pair->n[1] - inside;
}

km_status km_rdf_add(km_rdf *rdf, const km_labels *labels, int centre_kind,
                     const char *centre_element, int partner_kind, const char *partner_element)
{
    if (rdf->n_frames > 0)
        return KM_FAIL(KM_ERROR_INTERNAL, "a pair was added to a running radial distribution");
    rdf_pair *grown;
    KM_NEW(grown, rdf->n_pairs + 1);
    if (rdf->n_pairs > 0)
        memcpy(grown, rdf->pair, (size_t)rdf->n_pairs * sizeof *grown);
    free(rdf->pair);
    rdf->pair = grown;
    rdf_pair *pair = &rdf->pair[rdf->n_pairs++];
    const int kind[2] = {centre_kind, partner_kind};
    const char *element[2] = {centre_element, partner_element};
    for (int side = 0; side < 2; side++) {
        pair->kind[side] = kind[side];
        snprintf(pair->kind_name[side], sizeof pair->kind_name[side], "%s",
                 labels->kind[kind[side]].name);
        snprintf(pair->element[side], sizeof pair->element[side], "%s", element[side]);
        KM_TRY(select_atoms(labels, kind[side], element[side], &pair->atom[side], &pair->n[side]));
    }
    pair->n_pairs = count_pairs(labels, pair);
    return KM_OK;
}

/* The element of the first atom of a kind, or NULL when it has no molecule. */
static const char *first_element(const km_labels *labels, int kind)
{
    for (int m = 0; m < labels->n_molecules; m++)
        if (labels->molecule_kind[m] == kind)
            return labels->element[labels->molecule_start[m]];
    return NULL;
}

static bool has_element(const km_labels *labels, int kind, const char *element)
{
    for (int i = 0; i < labels->n_atoms; i++)
        if (labels->molecule_kind[labels->molecule[i]] == kind &&
            strcmp(labels->element[i], element) == 0)
            return true;
    return false;
}

km_status km_rdf_add_solvation(km_rdf *rdf, const km_labels *labels)
{
    static const char donor[3][4] = {"O", "F", "N"};
    for (int a = 0; a < labels->n_kinds; a++) {
        const km_molecule_kind *cation = &labels->kind[a];
        const char *centre = first_element(labels, a);
        if (cation->n_atoms != 1 || km_kind_charge(cation) <= 0 || centre == NULL)
            continue;
        for (int b = 0; b < labels->n_kinds; b++) {
            const km_molecule_kind *other = &labels->kind[b];
            const char *only = first_element(labels, b);
            if (km_kind_charge(other) > 0 || only == NULL)
                continue;
            if (other->n_atoms == 1 && km_kind_charge(other) < 0) {
                KM_TRY(km_rdf_add(rdf, labels, a, centre, b, only));
                continue;
            }
            for (int k = 0; k < 3; k++)
                if (has_element(labels, b, donor[k]))
                    KM_TRY(km_rdf_add(rdf, labels, a, centre, b, donor[k]));
        }
    }
    return KM_OK;
}

static km_status begin(km_rdf *rdf, const km_box *box)
{
    rdf->reach = 0.5 * km_box_least_height(box);
    rdf->n_bins = (int)(rdf->reach / BIN_WIDTH);
    int most = 0;
    for (int k = 0; k < rdf->n_pairs; k++) {
        rdf_pair *pair = &rdf->pair[k];
        KM_NEW(pair->count, rdf->n_bins);
        KM_NEW(pair->count_sum, rdf->n_bins);
        KM_NEW(pair->volume_sum, rdf->n_bins);
        most = pair->n[1] > most ? pair->n[1] : most;
    }
    KM_NEW(rdf->position, 3 * (size_t)most);
    return KM_OK;
}

/* Adds the pairs of one centre to a histogram. position: of the partners. */
static void count_around(const km_rdf *rdf, const rdf_pair *pair, const km_labels *labels,
                         const km_frame *frame, int i, uint64_t *count)
{
    const int centre = pair->atom[0][i], molecule = labels->molecule[centre];
    const double *c = frame->position + 3 * (size_t)centre;
    const double reach = rdf->n_bins * BIN_WIDTH;
    for (int j = 0; j < pair->n[1]; j++) {
        const double *p = rdf->position + 3 * (size_t)j;
        const km_vec3 d =
            km_box_minimum_image(&frame->box, km_vec3_make(p[0] - c[0], p[1] - c[1], p[2] - c[2]));
        const double square = km_vec3_dot(d, d);
        if (square >= reach * reach || labels->molecule[pair->atom[1][j]] == molecule)
            continue;
        const int bin = (int)(sqrt(square) / BIN_WIDTH);
        count[bin < rdf->n_bins ? bin : rdf->n_bins - 1]++;
    }
}

static km_status count_pair(const km_rdf *rdf, const rdf_pair *pair, const km_labels *labels,
                            const km_frame *frame)
{
    for (int j = 0; j < pair->n[1]; j++)
        memcpy(rdf->position + 3 * (size_t)j, frame->position + 3 * (size_t)pair->atom[1][j],
               3 * sizeof(double));
    memset(pair->count, 0, (size_t)rdf->n_bins * sizeof *pair->count);
    km_status status = KM_OK;
#pragma omp parallel if ((double)pair->n[0] * pair->n[1] > 1e5)
    {
        uint64_t *mine = NULL;
        const km_status got = km_allocate((void **)&mine, (size_t)rdf->n_bins, sizeof *mine);
#pragma omp for schedule(static)
        for (int i = 0; i < pair->n[0]; i++)
            if (got == KM_OK)
                count_around(rdf, pair, labels, frame, i, mine);
#pragma omp critical
        {
            status = got != KM_OK ? got : status;
            for (int k = 0; got == KM_OK && k < rdf->n_bins; k++)
                pair->count[k] += mine[k];
        }
        free(mine);
    }
    if (status != KM_OK)
        return KM_FAIL(status, "out of memory for a radial distribution of %d bins", rdf->n_bins);
    return KM_OK;
}

km_status km_rdf_frame(km_rdf *rdf, const km_labels *labels, const km_frame *frame)
{
    if (frame->n != labels->n_atoms)
        return KM_FAIL(KM_ERROR_INPUT, "a frame has %d atoms, the topology %d", frame->n,
                       labels->n_atoms);
    if (rdf->n_frames == 0)
        KM_TRY(begin(rdf, &frame->box));
    const double volume = km_box_volume(&frame->box);
    rdf->reach = fmin(rdf->reach, 0.5 * km_box_least_height(&frame->box));
    for (int p = 0; p < rdf->n_pairs; p++) {
        rdf_pair *pair = &rdf->pair[p];
        KM_TRY(count_pair(rdf, pair, labels, frame));
        for (int k = 0; k < rdf->n_bins; k++) {
            pair->count_sum[k] += (double)pair->count[k];
            pair->volume_sum[k] += volume * (double)pair->count[k];
        }
    }
    rdf->volume_sum += volume;
    rdf->n_frames++;
    return KM_OK;
}

void km_rdf_curve_clear(km_rdf_curve *curve)
{
    free(curve->r);
    free(curve->g);
    free(curve->coordination);
    memset(curve, 0, sizeof *curve);
}

km_status km_rdf_curve_compute(const km_rdf *rdf, int k, km_rdf_curve *out)
{
    const rdf_pair *pair = &rdf->pair[k];
    memset(out, 0, sizeof *out);
    memcpy(out->centre, pair->kind_name[0], sizeof out->centre);
    memcpy(out->partner, pair->kind_name[1], sizeof out->partner);
    memcpy(out->centre_element, pair->element[0], sizeof out->centre_element);
    memcpy(out->partner_element, pair->element[1], sizeof out->partner_element);
    out->n_centres = pair->n[0];
    out->n_partners = pair->n[1];
    const double width = out->bin_width = BIN_WIDTH / KM_NM_PER_ANGSTROM;
    if (rdf->n_frames == 0 || pair->n_pairs == 0.0) {
        snprintf(out->note, sizeof out->note, rdf->n_frames == 0 ? "no frames" : "no pairs");
        return KM_OK;
    }
    out->n_bins = (int)fmin(rdf->n_bins, rdf->reach / BIN_WIDTH);
    KM_NEW(out->r, out->n_bins);
    KM_NEW(out->g, out->n_bins);
    KM_NEW(out->coordination, out->n_bins);
    double within = 0.0;
    for (int b = 0; b < out->n_bins; b++) {
        const double inner = b * BIN_WIDTH, outer = (b + 1) * BIN_WIDTH;
        const double shell = 4.0 / 3.0 * KM_PI * (outer * outer * outer - inner * inner * inner);
        within += pair->count_sum[b];
        out->r[b] = (b + 0.5) * width;
        out->g[b] = pair->volume_sum[b] / (rdf->n_frames * pair->n_pairs * shell);
        out->coordination[b] = within / ((double)rdf->n_frames * pair->n[0]);
    }
    const double volume = rdf->volume_sum / rdf->n_frames * 1e3; /* A^3 */
    out->samples = pair->n_pairs * rdf->n_frames / volume;
    return km_rdf_find_shell(out);
}
