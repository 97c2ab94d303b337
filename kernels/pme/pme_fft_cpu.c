/* SPDX-License-Identifier: MIT */
/* Transforms of the mesh by FFTW, one batch at a time: rows along z and columns along y of a plane,
 * pencils along x. Our own loops hand the batches to threads.
 *
 * FFTW_ESTIMATE makes the same plan every time, so the bits repeat; all batches begin on 64 bytes,
 * as the planned one did. Its estimate is good for transforms out of place with neighbouring
 * numbers in neighbouring transforms, so these are all of that kind. */
#include <fftw3.h>
#include <stdlib.h>

#include "kernels/pme/pme_cpu.h"

#ifdef KM_DOUBLE
#define KM_FFTW(name) fftw_##name
#else
#define KM_FFTW(name) fftwf_##name
#endif

typedef KM_FFTW(complex) km_complex;
typedef KM_FFTW(plan) km_plan;

struct km_pme_fft {
    size_t row_half; /* complex numbers from one y to the next */
    km_plan z_forward, y_forward, x_forward;
    km_plan x_backward, y_backward, z_backward;
};

/* Arrays to plan with; an estimate neither reads nor writes them. */
typedef struct planning_arrays {
    km_real *plane, *work, *transformed, *pencil;
} planning_arrays;

static void make_plans(const km_pme_layout *layout, const planning_arrays *arrays, km_pme_fft *fft)
{
    const int *n = layout->mesh, row_half = layout->half_padded;
    const int plane_half = (int)layout->plane_half;
    km_complex *work = (km_complex *)arrays->work, *pencil = (km_complex *)arrays->pencil;
    km_complex *mesh = (km_complex *)arrays->transformed;
    fft->z_forward = KM_FFTW(plan_many_dft_r2c)(1, &n[2], n[1], arrays->plane, NULL, 1, layout->row,
                                                work, NULL, 1, row_half, FFTW_ESTIMATE);
    fft->z_backward =
        KM_FFTW(plan_many_dft_c2r)(1, &n[2], n[1], work, NULL, 1, row_half, arrays->plane, NULL, 1,
                                   layout->row, FFTW_ESTIMATE);
    fft->y_forward = KM_FFTW(plan_many_dft)(1, &n[1], row_half, work, NULL, row_half, 1, mesh, NULL,
                                            row_half, 1, FFTW_FORWARD, FFTW_ESTIMATE);
    fft->y_backward = KM_FFTW(plan_many_dft)(1, &n[1], row_half, mesh, NULL, row_half, 1, work,
                                             NULL, row_half, 1, FFTW_BACKWARD, FFTW_ESTIMATE);
    fft->x_forward = KM_FFTW(plan_many_dft)(1, &n[0], row_half, mesh, NULL, plane_half, 1, pencil,
                                            NULL, row_half, 1, FFTW_FORWARD, FFTW_ESTIMATE);
    fft->x_backward = KM_FFTW(plan_many_dft)(1, &n[0], row_half, pencil, NULL, row_half, 1, mesh,
                                             NULL, plane_half, 1, FFTW_BACKWARD, FFTW_ESTIMATE);
}

static km_status plan_all(const km_pme_layout *layout, km_pme_fft *fft)
{
    planning_arrays arrays = {NULL, NULL, NULL, NULL};
    const size_t pencil = 2 * (size_t)layout->mesh[0] * (size_t)layout->half_padded;
    km_status status = km_allocate((void **)&arrays.plane, layout->plane, sizeof(km_real));
    if (status == KM_OK)
        status = km_allocate((void **)&arrays.work, 2 * layout->plane_half, sizeof(km_real));
    if (status == KM_OK)
        status = km_allocate((void **)&arrays.transformed,
                             2 * layout->plane_half * (size_t)layout->mesh[0], sizeof(km_real));
    if (status == KM_OK)
        status = km_allocate((void **)&arrays.pencil, pencil, sizeof(km_real));
    if (status == KM_OK) {
        /* the planner is not thread safe */
#pragma omp critical(km_fftw_planner)
        make_plans(layout, &arrays, fft);
        if (!fft->z_forward || !fft->y_forward || !fft->x_forward || !fft->x_backward ||
            !fft->y_backward || !fft->z_backward)
            status = KM_FAIL(KM_ERROR_EXTERNAL, "FFTW cannot transform a mesh of %d x %d x %d",
                             layout->mesh[0], layout->mesh[1], layout->mesh[2]);
    }
    free(arrays.plane);
    free(arrays.work);
    free(arrays.transformed);
    free(arrays.pencil);
    return status;
}

km_status km_pme_fft_create(const km_pme_layout *layout, km_pme_fft **out)
{
    *out = NULL;
    km_pme_fft *fft;
    KM_NEW(fft, 1);
    fft->row_half = (size_t)layout->half_padded;
    const km_status status = plan_all(layout, fft);
    if (status != KM_OK) {
        km_pme_fft_destroy(fft);
        return status;
    }
    *out = fft;
    return KM_OK;
}

void km_pme_fft_destroy(km_pme_fft *fft)
{
    if (fft == NULL)
        return;
    const km_plan plan[6] = {fft->z_forward,  fft->y_forward,  fft->x_forward,
                             fft->x_backward, fft->y_backward, fft->z_backward};
#pragma omp critical(km_fftw_planner)
    for (int k = 0; k < 6; k++)
        if (plan[k] != NULL)
            KM_FFTW(destroy_plan)(plan[k]);
    free(fft);
}

void km_pme_fft_plane_forward(const km_pme_fft *fft, km_real *plane, km_real *work,
                              km_real *transformed)
{
    KM_FFTW(execute_dft_r2c)(fft->z_forward, plane, (km_complex *)work);
    KM_FFTW(execute_dft)(fft->y_forward, (km_complex *)work, (km_complex *)transformed);
}

void km_pme_fft_plane_backward(const km_pme_fft *fft, km_real *transformed, km_real *work,
                               km_real *plane)
{
    KM_FFTW(execute_dft)(fft->y_backward, (km_complex *)transformed, (km_complex *)work);
    KM_FFTW(execute_dft_c2r)(fft->z_backward, (km_complex *)work, plane);
}

void km_pme_fft_pencil_forward(const km_pme_fft *fft, int y, km_real *transformed, km_real *pencil)
{
    km_complex *first = (km_complex *)transformed + (size_t)y * fft->row_half;
    KM_FFTW(execute_dft)(fft->x_forward, first, (km_complex *)pencil);
}

void km_pme_fft_pencil_backward(const km_pme_fft *fft, int y, km_real *pencil, km_real *transformed)
{
    km_complex *first = (km_complex *)transformed + (size_t)y * fft->row_half;
    KM_FFTW(execute_dft)(fft->x_backward, (km_complex *)pencil, first);
}
