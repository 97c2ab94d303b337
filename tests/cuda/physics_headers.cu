/* SPDX-License-Identifier: MIT */
/* The physics headers are one source for both compilers: each is used here from a kernel. */
#include "kernels/base/fixed.h"
#include "kernels/base/random.h"
#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/dihedral.h"
#include "kernels/bonded/improper.h"
#include "kernels/integrate/langevin.h"
#include "kernels/integrate/verlet.h"
#include "kernels/pair/coulomb.h"
#include "kernels/pair/vdw_lennard_jones.h"

__global__ void pair_kernel(const double *r2, const double *qq, double alpha, km_fixed *out)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const km_pair_term lj = km_lennard_jones(0.5, 0.3, r2[i]);
    const km_pair_term screened = km_coulomb_screened(qq[i], alpha, r2[i]);
    const km_pair_term excluded = km_coulomb_excluded(qq[i], alpha, r2[i]);
    out[i] = km_fixed_from(lj.f_over_r + screened.f_over_r + excluded.f_over_r);
}

__global__ void bond_kernel(const km_vec3 *r, double r0, double k, km_fixed *out)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    km_vec3 force;
    const double energy = km_bond_harmonic(r[i], r0, k, &force);
    out[i] = km_fixed_from(energy) + km_fixed_from(force.x);
}

__global__ void langevin_kernel(km_vec3 *v, const double *inverse_mass, double decay, double kt,
                                uint64_t seed, int64_t step)
{
    const int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    v[i] = km_langevin_step(v[i], inverse_mass[i], decay, kt, seed, step, i);
}
