/* SPDX-License-Identifier: MIT */
/* Inside of the mesh term on the CPU: storage, and the stages of one evaluation in their order.
 *
 *     locate, sort    charged atoms by the plane and row of the mesh their stencil begins in
 *     splines         weights and slopes of every stencil
 *     spread          charges onto one x-plane at a time, then its transform along z and y
 *     solve           per y: transform along x, times the influence function, and back
 *     gather          planes back to potentials, then the force of every atom
 *
 * A plane receives its charges from the atoms in a fixed order, so no sum depends on the number of
 * threads. */
#ifndef KM_PME_CPU_H
#define KM_PME_CPU_H

#include "kernels/backend_cpu.h"
#include "kernels/pme/influence.h"
#include "kernels/pme/pme_setup.h"

/* Sizes of the arrays; constant for the life of a term. "Half" is what a transform of real numbers
 * leaves along z. */
typedef struct km_pme_layout {
    int mesh[3];       /* points along a, b, c                                                   */
    int order;         /* points of a stencil per axis                                           */
    int width;         /* points along z in the stencil's arrays: 4 or 8, zero beyond the order  */
    int rows;          /* rows of a plane: mesh[1] and order - 1 that repeat the first ones      */
    int row;           /* numbers per row: mesh[2] and at least width - 1 that repeat the first  */
    size_t plane;      /* numbers per plane of the real mesh                                     */
    int half;          /* mesh[2] / 2 + 1                                                        */
    int half_padded;   /* complex numbers per row of the transformed mesh                        */
    size_t plane_half; /* complex numbers per plane of the transformed mesh                    */
} km_pme_layout;

/* A charge on the mesh. */
typedef struct km_pme_site {
    km_real fraction[3]; /*   position within the mesh cell, 0 to 1 */
    km_real charge;      /* e                                       */
    int cell[3];         /*   first mesh point of the stencil       */
    int atom;            /*   input order                           */
} km_pme_site;

/* What a stencil holds, each width numbers: weights along x, y, z, then slopes. */
enum {
    KM_PME_WEIGHT_X,
    KM_PME_WEIGHT_Y,
    KM_PME_WEIGHT_Z,
    KM_PME_SLOPE_X,
    KM_PME_SLOPE_Y,
    KM_PME_SLOPE_Z,
    KM_PME_STENCIL
};

/* The hot loops; one table per instruction set. */
typedef struct km_pme_loops {
    /* Stencils of n sites. */
    void (*splines)(const km_pme_layout *layout, const km_pme_site *site, int n, km_real *stencil);
    /* Adds n sites to one plane, with the weights of their x-point offset. */
    void (*spread)(const km_pme_layout *layout, const km_pme_site *site, const km_real *stencil,
                   int n, int offset, km_real *plane);
    /* dE/dq-gradients of n sites in mesh coordinates, 3 per site. */
    void (*gather)(const km_pme_layout *layout, const km_pme_site *site, const km_real *stencil,
                   int n, const km_real *potential, km_real *gradient);
    /* Complex row times real row. */
    void (*multiply)(const km_real *influence, size_t n, km_real *field);
} km_pme_loops;

extern const km_pme_loops km_pme_loops_baseline, km_pme_loops_avx2, km_pme_loops_avx512;

/* Plans of FFTW; each transforms one batch, whatever thread holds it. */
typedef struct km_pme_fft km_pme_fft;

typedef struct km_pme {
    int threads;
    const km_pme_loops *loops;
    km_pme_layout layout;
    double alpha;            /* 1/nm                                                       */
    double coulomb_constant; /* kJ nm/mol/e^2                                              */
    km_pme_constants constants;
    int n;                /* atoms that carry a charge                                  */
    int *charged;         /* n             which                                        */
    km_pme_site *site;    /* n             in input order                               */
    km_pme_site *sorted;  /* n             by plane, then row, then input order         */
    int *plane_count;     /* threads x mesh[0]   of the counting sort                   */
    int *by_plane;        /* n             index into site                              */
    int *plane_start;     /* mesh[0] + 1   first sorted site of each plane              */
    km_real *stencil;     /* n x KM_PME_STENCIL x width                                 */
    km_box box;           /* nm            the box the influence function belongs to    */
    double *modulus[3];   /* mesh[a]       factors of B                                 */
    km_real *influence;   /* mesh[1] x mesh[0] x half_padded   G, kJ/mol/e^2            */
    km_real *transformed; /* mesh[0] planes of complex numbers                          */
    km_real *potential;   /* mesh[0] planes, kJ/mol/e                                   */
    km_pme_fft *fft;
    size_t scratch_size; /* numbers of scratch per thread                              */
    km_real *scratch;    /* threads x scratch_size: a plane, its transform, a pencil   */
    double (*row_sum)[1 + KM_TENSOR]; /* mesh[1]  energy and virial of each y, kJ/mol        */
} km_pme;

/* pme_fft_cpu.c */
KM_MUST_CHECK km_status km_pme_fft_create(const km_pme_layout *layout, km_pme_fft **out);
void km_pme_fft_destroy(km_pme_fft *fft);
/* One plane of charges to its transform along z and y. work: plane_half complex numbers. */
void km_pme_fft_plane_forward(const km_pme_fft *fft, km_real *plane, km_real *work,
                              km_real *transformed);
/* And back; the transformed plane is left as it is. */
void km_pme_fft_plane_backward(const km_pme_fft *fft, km_real *transformed, km_real *work,
                               km_real *plane);
/* All x of one y, from the transformed mesh to a pencil of mesh[0] x half_padded, and back. */
void km_pme_fft_pencil_forward(const km_pme_fft *fft, int y, km_real *transformed, km_real *pencil);
void km_pme_fft_pencil_backward(const km_pme_fft *fft, int y, km_real *pencil,
                                km_real *transformed);

/* pme_sort_cpu.c: sites of all charged atoms, sorted, and their stencils; called by all threads of
 * a parallel region, each with a place for mesh[1] + 1 numbers. Gives the fault bits this thread
 * has seen. */
int km_pme_sort(km_pme *self, const km_particles *p, int *place);

/* pme_cpu.c: charges of one plane, from the sorted sites. */
void km_pme_spread_plane(const km_pme *self, int x, km_real *plane);

#endif
