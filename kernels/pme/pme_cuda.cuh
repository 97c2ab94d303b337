/* SPDX-License-Identifier: MIT */
/* Inside of the mesh term on CUDA: storage, and the kernels of one evaluation in their order, all
 * on the mesh lane.
 *
 *     spread      charges onto a mesh in fixed point, whose sums have no order
 *     convert     to numbers for the transform; clears the mesh for the next step
 *     transform   cuFFT, real to complex
 *     solve       times the influence function; energy and virial where asked
 *     transform   and back
 *     gather      the force of every charge */
#ifndef KM_PME_CUDA_CUH
#define KM_PME_CUDA_CUH

#include <cufft.h>

#include "kernels/backend_cuda.cuh"
#include "kernels/pme/influence.h"
#include "kernels/pme/pme_setup.h"

/* Charges on the mesh, in units of 1 / KM_MESH_SCALE. In mixed precision +-32 e with a resolution
 * of 1.5e-8 e: a point gathers the charge of less than the volume of one atom, and what rounding
 * leaves out is below that of the transform. In double +-8e6 e with a resolution of 9e-13 e. */
#ifdef KM_DOUBLE
typedef cufftDoubleComplex km_complex;
typedef km_fixed km_mesh_charge;
#define KM_MESH_SCALE 1099511627776.0 /* 2^40 */
#else
typedef cufftComplex km_complex;
typedef int km_mesh_charge;
#define KM_MESH_SCALE 67108864.0 /* 2^26 */
#endif

namespace KM_CUDA_NAMESPACE
{

/* The pointers are into device memory; kernels take the struct by value. */
typedef struct km_mesh {
    int points[3]; /*               along a, b, c                                           */
    int order;     /*               points of a stencil per axis                            */
    int half;      /*               points[2] / 2 + 1: complex numbers per row              */
    double alpha;  /* 1/nm                                                                  */
    double coulomb_constant; /* kJ nm/mol/e^2                                                */
    km_pme_constants constants;
    km_mesh_charge *charge;  /* e             all points; zero between steps                  */
    km_real *potential;      /* e, kJ/mol/e   all points: charges, later potentials          */
    km_complex *transformed; /*               points[0] x points[1] x half                   */
    km_real *influence;      /* kJ/mol/e^2    points[0] x points[1] x half                   */
    km_box *influence_box;   /* nm            the box it belongs to                          */
    double *modulus[3];      /*               points[a]: factors of B                        */
} km_mesh;

/* Kernels over the atoms, pme_mesh_cuda.cu: spline order as the mesh has it. */
km_status km_mesh_spread(cudaStream_t stream, const km_mesh *mesh, const km_particles *p);
km_status km_mesh_gather(cudaStream_t stream, const km_mesh *mesh, const km_particles *p);

} // namespace KM_CUDA_NAMESPACE

#endif
