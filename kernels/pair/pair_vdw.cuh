/* SPDX-License-Identifier: MIT */
/* Private to pair_cuda.cu: van der Waals of a pair in a lane, from Lennard-Jones parameters or from
 * the curves of all other forms (pair_curves.h). */
#ifndef KM_PAIR_VDW_CUH
#define KM_PAIR_VDW_CUH

#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/pair/pair_tables.h"
#include "kernels/pair/pair_tail.h"
#include "kernels/pair/vdw_lennard_jones.h"

namespace KM_CUDA_NAMESPACE
{

/* Where van der Waals comes from: Lennard-Jones from roots of the types or a table over pairs of
 * types, any form from curves. */
enum vdw_source { GEOMETRIC, TABLE, CURVES };

/* Lennard-Jones parameters of a pair, or their roots of one type. */
typedef struct __attribute__((aligned(2 * sizeof(km_real)))) lennard_jones {
    km_real six_c6, twelve_c12;
} lennard_jones;

/* What every launch reads. */
typedef struct pair_constants {
    km_real cutoff2;             /* nm^2 */
    km_real coulomb_constant;    /* kJ nm/mol/e^2 */
    km_real shift_c6, shift_c12; /* as in km_pair_tables */
    int n_types;
    const lennard_jones *table; /* n_types: roots of the types; or n_types^2 */
    km_curve_range range;
    const km_real4 *force_curve, *energy_curve; /* as in km_pair_curves; NULL without */
    km_ewald_polynomial ewald;
    km_pair_tail tail;
} pair_constants;

/* The supercluster of a warp, in the image of its unit. */
template <vdw_source VDW> struct own_atoms {
    km_real4 x[KM_SUPERCLUSTER];                                /* nm, kJ nm/mol/e: w = C q    */
    lennard_jones root[VDW == GEOMETRIC ? KM_SUPERCLUSTER : 1]; /* of its type               */
    int row[VDW == GEOMETRIC ? 1 : KM_SUPERCLUSTER]; /* of its type in the table or the curves */
};

/* The j-atom of a lane. */
struct other_atom {
    km_real x, y, z, charge;
    lennard_jones root;
    int type;           /* with curves: first interval of its type in a row of them */
    km_real fx, fy, fz; /* force on the i-atoms from it */
};

/* Value of the curve of a pair of types. */
static __device__ __forceinline__ km_real curve_value(const km_real4 *interval, km_real place)
{
    const km_real4 c = *interval;
    const km_real power[4] = {c.x, c.y, c.z, c.w};
    return km_curve_value(power, place);
}

/* What the force and the energy of a pair are made from. */
struct pair_vdw {
    lennard_jones lj;
    int curve; /* the interval */
    km_real place;
};

/* Force over distance of van der Waals. */
template <vdw_source VDW>
static __device__ __forceinline__ km_real vdw_force(const pair_constants &p,
                                                    const own_atoms<VDW> *own, const int i,
                                                    const other_atom *other, km_real r2,
                                                    km_real rinv2, km_real rinv6, pair_vdw *pair)
{
    if (VDW == CURVES) {
        pair->curve = own->row[i] + other->type + km_curve_place(&p.range, r2, &pair->place);
        return curve_value(p.force_curve + pair->curve, pair->place);
    }
    if (VDW == GEOMETRIC) {
        pair->lj.six_c6 = own->root[i].six_c6 * other->root.six_c6;
        pair->lj.twelve_c12 = own->root[i].twelve_c12 * other->root.twelve_c12;
    } else
        pair->lj = p.table[own->row[i] + other->type];
    return km_lennard_jones_force(pair->lj.six_c6, pair->lj.twelve_c12, rinv2, rinv6);
}

template <vdw_source VDW>
static __device__ __forceinline__ km_real vdw_energy(const pair_constants &p, const pair_vdw &pair,
                                                     km_real rinv6)
{
    if (VDW == CURVES)
        return curve_value(p.energy_curve + pair.curve, pair.place);
    return km_lennard_jones_energy(pair.lj.six_c6, pair.lj.twelve_c12, rinv6) -
           (pair.lj.twelve_c12 * p.shift_c12 - pair.lj.six_c6 * p.shift_c6);
}

} // namespace KM_CUDA_NAMESPACE

#endif
