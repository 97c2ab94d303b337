/* SPDX-License-Identifier: MIT */
#include "host/analysis/van_hove.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/blocks.h"
#include "kernels/base/units.h"

#define ANGSTROM_PER_NM (1.0 / KM_NM_PER_ANGSTROM)
#define MOMENTS (2 * KM_VAN_HOVE_BLOCKS) /* sums of r^2 and r^4 of every block of origins */

void km_van_hove_clear(km_van_hove *result)
{
    for (int k = 0; k < result->n_kinds; k++)
        for (int l = 0; l < KM_VAN_HOVE_LAGS; l++) {
            free(result->kind[k].lag[l].self);
            free(result->kind[k].lag[l].gaussian);
            free(result->kind[k].lag[l].distinct);
            free(result->kind[k].lag[l].self_error);
            free(result->kind[k].lag[l].distinct_error);
        }
    free(result->kind);
    memset(result, 0, sizeof *result);
}

/* In frames, ascending and different; gives how many there are. */
static int choose_lags(int n_frames, int lag[KM_VAN_HOVE_LAGS])
{
    int n = 0;
    const int longest = n_frames / 5;
    for (int l = 0; l < KM_VAN_HOVE_LAGS && longest > 0; l++) {
        const int m = (int)lround(pow(longest, l / (KM_VAN_HOVE_LAGS - 1.0)));
        if (n == 0 || m > lag[n - 1])
            lag[n++] = m;
    }
    return n;
}

/* ---- self part ---- */

/* One molecule's displacements over m frames: counts and, by blocks of origins, moments (nm). */
static void add_path(const double *x, int n_frames, int m, int n_bins, uint64_t *count,
                     double moment[MOMENTS])
{
    const int n_origins = n_frames - m;
    for (int k = 0; k < n_origins; k++) {
        double square = 0.0;
        for (int a = 0; a < 3; a++) {
            const double *u = x + (size_t)a * n_frames;
            square += (u[k + m] - u[k]) * (u[k + m] - u[k]);
        }
        const double bin = sqrt(square) / KM_VAN_HOVE_BIN;
        if (bin < n_bins)
            count[(int)bin]++;
        double *sum = moment + 2 * (int)((int64_t)k * KM_VAN_HOVE_BLOCKS / n_origins);
        sum[0] += square;
        sum[1] += square * square;
    }
}

static km_status walk(const km_displacements *d, const int *molecule, int n, int m, int n_bins,
                      uint64_t *count, double *moment)
{
    km_status status = KM_OK;
#pragma omp parallel
    {
        double *x = (double *)malloc(3 * (size_t)d->n_frames * sizeof *x);
        uint64_t *mine = (uint64_t *)calloc((size_t)n_bins, sizeof *mine);
        const bool ready = x != NULL && mine != NULL;
#pragma omp for schedule(static)
        for (int i = 0; i < n; i++) {
            if (!ready)
                continue;
            km_displacements_gather(d, molecule[i], x);
            add_path(x, d->n_frames, m, n_bins, mine, moment + (size_t)i * MOMENTS);
        }
#pragma omp critical(km_van_hove)
        {
            if (!ready)
                status = KM_ERROR_MEMORY;
            for (int b = 0; b < n_bins && ready; b++)
                count[b] += mine[b];
        }
        free(x);
        free(mine);
    }
    return status == KM_OK
               ? KM_OK
               : KM_FAIL(KM_ERROR_MEMORY, "no memory for the paths of %d frames", d->n_frames);
}

static double alpha2(double n, double square, double fourth)
{
    return 3.0 * n * fourth / (5.0 * square * square) - 1.0;
}

/* Does any of them move? Those at rest have displacements of rounding only. */
static bool any_moves(const km_displacements *d, const int *molecule, int n)
{
    for (int i = 0; i < n; i++)
        if (d->moved[molecule[i]])
            return true;
    return false;
}

/* Adds the moments of n molecules in their order. */
static void finish_moments(const double *moment, int n, int n_origins, km_van_hove_lag *out)
{
    double square[KM_VAN_HOVE_BLOCKS] = {0}, fourth[KM_VAN_HOVE_BLOCKS] = {0};
    double all[2] = {0}, block[KM_VAN_HOVE_BLOCKS];
    for (int i = 0; i < n; i++)
        for (int b = 0; b < KM_VAN_HOVE_BLOCKS; b++) {
            square[b] += moment[(size_t)i * MOMENTS + 2 * (size_t)b];
            fourth[b] += moment[(size_t)i * MOMENTS + 2 * (size_t)b + 1];
        }
    bool whole = n_origins >= KM_VAN_HOVE_BLOCKS;
    for (int b = 0; b < KM_VAN_HOVE_BLOCKS; b++) {
        const int64_t first =
                          ((int64_t)b * n_origins + KM_VAN_HOVE_BLOCKS - 1) / KM_VAN_HOVE_BLOCKS,
                      last = ((int64_t)(b + 1) * n_origins + KM_VAN_HOVE_BLOCKS - 1) /
                             KM_VAN_HOVE_BLOCKS;
        block[b] = alpha2((double)n * (double)(last - first), square[b], fourth[b]);
        whole = whole && square[b] > 0.0;
        all[0] += square[b];
        all[1] += fourth[b];
    }
    const double samples = (double)n * n_origins;
    out->mean_square = all[0] / samples * ANGSTROM_PER_NM * ANGSTROM_PER_NM;
    if (all[0] > 0.0)
        out->alpha2 = km_blocks_estimate(alpha2(samples, all[0], all[1]), block,
                                         whole ? KM_VAN_HOVE_BLOCKS : 0);
}

/* Of displacements with this mean square, the part shorter than r. */
static double gaussian_within(double r, double mean_square)
{
    const double x = r / sqrt(mean_square / 3.0);
    return erf(x / sqrt(2.0)) - sqrt(2.0 / KM_PI) * x * exp(-0.5 * x * x);
}

km_status km_van_hove_put_gaussian(km_van_hove_lag *out, int n_bins)
{
    const double width = KM_VAN_HOVE_BIN * ANGSTROM_PER_NM;
    KM_NEW(out->gaussian, n_bins);
    for (int b = 0; b < n_bins; b++)
        out->gaussian[b] = (gaussian_within((b + 1) * width, out->mean_square) -
                            gaussian_within(b * width, out->mean_square)) /
                           width;
    return KM_OK;
}

static km_status self_part(const km_displacements *d, const int *molecule, int n, int m, int n_bins,
                           km_van_hove_lag *out)
{
    uint64_t *count, within = 0;
    double *moment;
    const int n_origins = d->n_frames - m;
    KM_NEW(out->self, n_bins);
    KM_NEW(count, n_bins);
    KM_NEW(moment, (size_t)n * MOMENTS);
    const km_status status = walk(d, molecule, n, m, n_bins, count, moment);
    const double samples = (double)n * n_origins;
    for (int b = 0; b < n_bins; b++) {
        out->self[b] = (double)count[b] / (samples * KM_VAN_HOVE_BIN * ANGSTROM_PER_NM);
        within += count[b];
    }
    out->beyond = 1.0 - (double)within / samples;
    out->alpha2 = (km_estimate){NAN, NAN, NAN, NAN};
    if (any_moves(d, molecule, n))
        finish_moments(moment, n, n_origins, out);
    free(count);
    free(moment);
    KM_TRY(status);
    return out->mean_square > 0.0 ? km_van_hove_put_gaussian(out, n_bins) : KM_OK;
}

/* ---- distinct part ---- */

typedef struct pairs {
    int n, stride; /* molecules; every stride-th is a centre */
    int n_bins;
    double (*before)[3], (*after)[3]; /* nm  n each                      */
    uint64_t *count;                  /* n_bins                                 */
} pairs;

/* Pairs of one origin. */
static void count_pairs(const km_box *box, const pairs *p)
{
    const int n_bins = p->n_bins;
    uint64_t *count = p->count;
#pragma omp parallel for schedule(static) reduction(+ : count[:n_bins])
    for (int i = 0; i < p->n; i += p->stride)
        for (int j = 0; j < p->n; j++) {
            if (j == i)
                continue;
            const km_vec3 r =
                km_box_minimum_image(box, km_vec3_make(p->after[j][0] - p->before[i][0],
                                                       p->after[j][1] - p->before[i][1],
                                                       p->after[j][2] - p->before[i][2]));
            const double bin = km_vec3_norm(r) / KM_VAN_HOVE_BIN;
            if (bin < n_bins)
                count[(int)bin]++;
        }
}

static void distinct_of_lag(const km_displacements *d, const int *molecule, int m, pairs *p,
                            double *distinct)
{
    const int64_t all = (int64_t)p->n * (p->n - 1), most = KM_VAN_HOVE_PAIRS / all;
    const int n_origins = d->n_frames - m;
    const int used = most < 1 ? 1 : most < n_origins ? (int)most : n_origins;
    p->stride = (int)(all / KM_VAN_HOVE_PAIRS) + 1;
    memset(p->count, 0, (size_t)p->n_bins * sizeof *p->count);
    for (int o = 0; o < used; o++) {
        const int k = (int)((int64_t)o * n_origins / used);
        for (int i = 0; i < p->n; i++) {
            km_displacements_centre(d, molecule[i], k, p->before[i]);
            km_displacements_centre(d, molecule[i], k + m, p->after[i]);
        }
        count_pairs(&d->mean_box, p);
    }
    const double centres = (double)((p->n + p->stride - 1) / p->stride),
                 density = (p->n - 1) / d->mean_volume;
    for (int b = 0; b < p->n_bins; b++) {
        const double inner = b * KM_VAN_HOVE_BIN, outer = inner + KM_VAN_HOVE_BIN,
                     shell = 4.0 / 3.0 * KM_PI * (outer * outer * outer - inner * inner * inner);
        distinct[b] = (double)p->count[b] / (centres * used * density * shell);
    }
}

static km_status distinct_part(const km_displacements *d, const int *molecule, int n,
                               const int *lag, const km_van_hove *out, km_van_hove_kind *kind)
{
    pairs p = {.n = n, .n_bins = out->n_bins};
    if (n < 2 || d->box_changes)
        return KM_OK;
    KM_NEW(p.before, n);
    KM_NEW(p.after, n);
    KM_NEW(p.count, out->n_bins);
    for (int l = 0; l < out->n_lags; l++) {
        KM_NEW(kind->lag[l].distinct, out->n_bins);
        distinct_of_lag(d, molecule, lag[l], &p, kind->lag[l].distinct);
    }
    free(p.before);
    free(p.after);
    free(p.count);
    return KM_OK;
}

/* ---- all ---- */

static km_status compute_kind(const km_displacements *d, const int *molecule, int n, const int *lag,
                              const km_van_hove *out, km_van_hove_kind *kind)
{
    for (int l = 0; l < out->n_lags; l++) {
        kind->lag[l].lag = lag[l] * d->interval;
        KM_TRY(self_part(d, molecule, n, lag[l], out->n_bins, &kind->lag[l]));
    }
    return distinct_part(d, molecule, n, lag, out, kind);
}

km_status km_van_hove_compute(const km_displacements *d, km_van_hove *out)
{
    const km_labels *labels = d->labels;
    int lag[KM_VAN_HOVE_LAGS], *molecule;
    memset(out, 0, sizeof *out);
    out->bin_width = KM_VAN_HOVE_BIN * ANGSTROM_PER_NM;
    out->n_lags = choose_lags(d->n_frames, lag);
    if (out->n_lags == 0)
        return KM_OK;
    const double reach = 0.5 * km_box_least_height(&d->mean_box) / KM_VAN_HOVE_BIN;
    out->n_bins = reach < 1.0 ? 1 : reach < KM_VAN_HOVE_BINS ? (int)reach : KM_VAN_HOVE_BINS;
    KM_NEW(out->kind, labels->n_kinds);
    KM_NEW(molecule, labels->n_molecules);
    km_status status = KM_OK;
    for (int k = 0; k < labels->n_kinds && status == KM_OK; k++) {
        int n = 0;
        for (int i = 0; i < labels->n_molecules; i++)
            if (labels->molecule_kind[i] == k)
                molecule[n++] = i;
        if (n == 0)
            continue;
        km_van_hove_kind *kind = &out->kind[out->n_kinds++];
        memcpy(kind->name, labels->kind[k].name, sizeof kind->name);
        kind->n_molecules = n;
        status = compute_kind(d, molecule, n, lag, out, kind);
    }
    free(molecule);
    return status;
}
