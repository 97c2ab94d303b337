/* SPDX-License-Identifier: MIT */
#include "host/analysis/msd.h"

#include <fftw3.h>
#include <stdlib.h>
#include <string.h>

/* Particles transformed at a time; fixed, so that nothing depends on the number of threads. */
#define SLOTS 8
/* Frames up to which threads cost more than they save. */
#define SMALL 1000

typedef struct transform {
    int n;             /* frames                                          */
    int size;          /* with zeros: >= 2 n, product of 2, 3 and 5       */
    int n_frequencies; /* size / 2 + 1                                    */
    fftw_plan forward, backward;
    double *path[SLOTS];       /* 3 x n                                    */
    double *real[SLOTS];       /* size                                     */
    fftw_complex *wave[SLOTS]; /* n_frequencies                            */
    double *power[SLOTS];      /* 3 x n_frequencies                        */
    double *power_sum;         /* 3 x n_frequencies  over particles        */
    double *square_sum;        /* 3 x n                                    */
} transform;

void km_msd_clear(km_msd *msd)
{
    free(msd->total);
    for (int a = 0; a < 3; a++)
        free(msd->axis[a]);
    memset(msd, 0, sizeof *msd);
}

static void transform_clear(transform *t)
{
#pragma omp critical(km_fftw_planner)
    {
        if (t->forward != NULL)
            fftw_destroy_plan(t->forward);
        if (t->backward != NULL)
            fftw_destroy_plan(t->backward);
    }
    for (int s = 0; s < SLOTS; s++) {
        free(t->path[s]);
        free(t->real[s]);
        free(t->wave[s]);
        free(t->power[s]);
    }
    free(t->power_sum);
    free(t->square_sum);
}

static int good_size(int least)
{
    for (int n = least;; n++) {
        int rest = n;
        while (rest % 2 == 0)
            rest /= 2;
        while (rest % 3 == 0)
            rest /= 3;
        while (rest % 5 == 0)
            rest /= 5;
        if (rest == 1)
            return n;
    }
}

static km_status transform_create(transform *t, int n_slots, int n)
{
    t->n = n;
    t->size = good_size(2 * n);
    t->n_frequencies = t->size / 2 + 1;
    KM_NEW(t->power_sum, 3 * (size_t)t->n_frequencies);
    KM_NEW(t->square_sum, 3 * (size_t)n);
    for (int s = 0; s < n_slots; s++) {
        KM_NEW(t->path[s], 3 * (size_t)n);
        KM_NEW(t->real[s], t->size);
        KM_NEW(t->wave[s], t->n_frequencies);
        KM_NEW(t->power[s], 3 * (size_t)t->n_frequencies);
    }
    /* estimated plans only: a measured one could differ between runs and with it the last bits */
#pragma omp critical(km_fftw_planner) /* the planner is not thread safe */
    {
        t->forward = fftw_plan_dft_r2c_1d(t->size, t->real[0], t->wave[0], FFTW_ESTIMATE);
        t->backward = fftw_plan_dft_c2r_1d(t->size, t->wave[0], t->real[0], FFTW_ESTIMATE);
    }
    if (t->forward == NULL || t->backward == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "FFTW cannot plan a transform of %d points", t->size);
    return KM_OK;
}

/* Power spectrum of the path in slot s. */
static void transform_slot(const transform *t, int s)
{
    for (int a = 0; a < 3; a++) {
        memset(t->real[s], 0, (size_t)t->size * sizeof(double));
        memcpy(t->real[s], t->path[s] + (size_t)a * t->n, (size_t)t->n * sizeof(double));
        fftw_execute_dft_r2c(t->forward, t->real[s], t->wave[s]);
        double *power = t->power[s] + (size_t)a * t->n_frequencies;
        for (int f = 0; f < t->n_frequencies; f++)
            power[f] = t->wave[s][f][0] * t->wave[s][f][0] + t->wave[s][f][1] * t->wave[s][f][1];
    }
}

/* Adds the first `used` slots in order. */
static void add_slots(transform *t, int used)
{
    const int n_power = 3 * t->n_frequencies, n_square = 3 * t->n;
#pragma omp parallel for schedule(static) if (t->n > SMALL)
    for (int f = 0; f < n_power; f++)
        for (int s = 0; s < used; s++)
            t->power_sum[f] += t->power[s][f];
#pragma omp parallel for schedule(static) if (t->n > SMALL)
    for (int k = 0; k < n_square; k++)
        for (int s = 0; s < used; s++)
            t->square_sum[k] += t->path[s][k] * t->path[s][k];
}

/* S1 - 2 S2 of one axis from the summed squares and power spectrum. */
static void finish_axis(const transform *t, int a, int n_particles, double *msd)
{
    const double *square = t->square_sum + (size_t)a * t->n;
    const double *power = t->power_sum + (size_t)a * t->n_frequencies;
    for (int f = 0; f < t->n_frequencies; f++) {
        t->wave[0][f][0] = power[f];
        t->wave[0][f][1] = 0.0;
    }
    fftw_execute_dft_c2r(t->backward, t->wave[0], t->real[0]);
    /* head and tail sums of squares, each grown by addition only: no cancellation */
    double head = 0.0, tail = 0.0;
    for (int k = 0; k < t->n; k++) {
        head += square[k];
        tail += square[t->n - 1 - k];
        const int m = t->n - 1 - k; /* lag with k + 1 origins */
        const double s2 = t->real[0][m] / t->size;
        msd[m] = fmax(0.0, (head + tail - 2.0 * s2) / ((double)n_particles * (k + 1)));
    }
    msd[0] = 0.0;
}

static void finish(const transform *t, int n_particles, km_msd *out)
{
    for (int a = 0; a < 3; a++)
        finish_axis(t, a, n_particles, out->axis[a]);
    for (int m = 0; m < out->n_lags; m++)
        out->total[m] = out->axis[0][m] + out->axis[1][m] + out->axis[2][m];
}

static km_status run(transform *t, const km_displacements *d, const int *molecule, int n,
                     km_msd *out)
{
    KM_TRY(transform_create(t, SLOTS, d->n_frames));
    for (int base = 0; base < n; base += SLOTS) {
        const int used = n - base < SLOTS ? n - base : SLOTS;
#pragma omp parallel for schedule(dynamic, 1) if (t->n > SMALL)
        for (int s = 0; s < used; s++) {
            km_displacements_gather(d, molecule[base + s], t->path[s]);
            transform_slot(t, s);
        }
        add_slots(t, used);
    }
    finish(t, n, out);
    return KM_OK;
}

static km_status allocate(int n_particles, int n_frames, double interval, km_msd *out)
{
    memset(out, 0, sizeof *out);
    out->n_particles = n_particles;
    out->interval = interval;
    if (n_particles == 0 || n_frames == 0)
        return KM_OK;
    out->n_lags = n_frames;
    KM_NEW(out->total, out->n_lags);
    for (int a = 0; a < 3; a++)
        KM_NEW(out->axis[a], out->n_lags);
    return KM_OK;
}

km_status km_msd_compute(const km_displacements *d, const int *molecule, int n, km_msd *out)
{
    KM_TRY(allocate(n, d->n_frames, d->interval, out));
    if (out->n_lags == 0)
        return KM_OK;
    transform t;
    memset(&t, 0, sizeof t);
    const km_status status = run(&t, d, molecule, n, out);
    transform_clear(&t);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}

static km_status run_path(transform *t, const double *x, km_msd *out)
{
    KM_TRY(transform_create(t, 1, out->n_lags));
    memcpy(t->path[0], x, 3 * (size_t)out->n_lags * sizeof *x);
    transform_slot(t, 0);
    add_slots(t, 1);
    finish(t, 1, out);
    return KM_OK;
}

km_status km_msd_of_path(const double *x, int n_frames, double interval, km_msd *out)
{
    KM_TRY(allocate(1, n_frames, interval, out));
    if (out->n_lags == 0)
        return KM_OK;
    transform t;
    memset(&t, 0, sizeof t);
    const km_status status = run_path(&t, x, out);
    transform_clear(&t);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}
