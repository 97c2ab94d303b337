/* SPDX-License-Identifier: MIT */
/* A many-body term of a metal on a GPU. Tables, and the kernels that it queues, are what one term
 * differs by from another. */
#ifndef KM_METAL_CUDA_CUH
#define KM_METAL_CUDA_CUH

#include "kernels/eam/eam_list.cuh"

namespace KM_CUDA_NAMESPACE
{

/* km_eam_setup; passed to kernels by value, the pointers are into device memory. */
typedef struct metal_tables {
    int n_elements, n_intervals;
    km_real inverse_step; /* 1/nm                                 */
    km_real cutoff2;      /* nm^2                                 */
    km_eam_whole whole[2];
    int n_embedding;
    double inverse_step_density;
    const double *root;      /* kJ/mol  n_elements; NULL: none    */
    const km_real4 *knot;    /*         records of four           */
    const double *embedding; /* kJ/mol  NULL: none                */
} metal_tables;

/* What a step asks of the term. */
typedef struct metal_results {
    km_fixed *force; /* kJ/mol/nm */
    int n_padded;
    bool energy, virial;
    km_when rebuilt; /* the kernel is for steps that do not build the list, or for those that do */
    km_cuda_state *state;
} metal_results;

/* Queues the passes of a term, for steps that build the list or for those that do not. */
typedef km_status metal_launch(const metal_tables &t, const km_eam_list &list, cudaStream_t stream,
                               const metal_results &to);

km_status km_metal_cuda_compute(void *self, const km_step *s, km_particles *p);
void km_metal_cuda_destroy(void *self);
/* The term of the atoms of a checked spec; ops has compute and destroy of above. */
km_status km_metal_cuda_create(km_device *device, const km_force_ops *ops, metal_launch *launch,
                               const km_eam_spec *atoms, const km_eam_setup *setup,
                               const km_particles *p, km_force *out);

} // namespace KM_CUDA_NAMESPACE

#endif
