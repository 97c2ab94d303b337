/* SPDX-License-Identifier: MIT */
/* The particle arrays: what every kernel reads and writes. Start reading here.
 *
 * Arrays are in input order and live in the memory of the device. Spatial order belongs to the
 * neighbour list, which keeps its own sorted copy: so bonded terms, constraints, frames and
 * checkpoints never need a map. Three-component arrays are component-major: a[c * n_padded + i]. */
#ifndef KM_PARTICLES_H
#define KM_PARTICLES_H

#include <stddef.h>

#include "kernels/base/box.h"
#include "kernels/base/fixed.h"

struct km_neighbour_list;

#define KM_PADDING 128 /* n_padded is a multiple of it */

/* Every term of the potential energy that is reported on its own. */
#define KM_ENERGY_LIST(X)                                                                          \
    X(VDW, "lennard_jones")           /* pairs within the cutoff, scaled 1-4 pairs not included */ \
    X(VDW_TAIL, "lennard_jones_tail") /* analytic correction beyond the cutoff                  */ \
    X(VDW_14, "lennard_jones_14")     /* scaled 1-4 pairs                                       */ \
    X(COULOMB_REAL, "coulomb_real")   /* screened pairs within the cutoff                       */ \
    X(COULOMB_14, "coulomb_14")       /* scaled 1-4 pairs, unscreened                           */ \
    X(COULOMB_EXCLUDED, "coulomb_excluded") /* -erf part of excluded and 1-4 pairs           */    \
    X(COULOMB_RECIPROCAL, "coulomb_reciprocal") /* mesh */                                         \
    X(COULOMB_SELF, "coulomb_self") /* self term and neutralising background                  */   \
    X(COULOMB_SLAB, "coulomb_slab") /* dipole term of a cell with a vacuum along z            */   \
    X(BOND, "bond")                                                                                \
    X(ANGLE, "angle")                                                                              \
    X(DIHEDRAL, "dihedral")                                                                        \
    X(IMPROPER, "improper")                                                                        \
    X(EAM, "embedded_atom") /* pairs of metal atoms and their embedding */

typedef enum km_energy_term {
#define KM_ENERGY_ENUM(name, text) KM_ENERGY_##name,
    KM_ENERGY_LIST(KM_ENERGY_ENUM)
#undef KM_ENERGY_ENUM
        KM_ENERGY_COUNT
} km_energy_term;

/* Order of the six independent components of a symmetric tensor. */
typedef enum km_tensor_component {
    KM_XX,
    KM_YY,
    KM_ZZ,
    KM_XY,
    KM_XZ,
    KM_YZ,
    KM_TENSOR
} km_tensor_component;

/* What went wrong on the device; read by the host when it samples. */
typedef enum km_fault {
    KM_FAULT_FORCE_LIMIT = 1, /* a force term beyond KM_FIXED_LIMIT: overlapping atoms */
    KM_FAULT_NOT_FINITE = 2,  /* NaN or infinity in a force or a position              */
    KM_FAULT_CONSTRAINT = 4,  /* constraints did not converge                          */
    KM_FAULT_LIST = 8,        /* the neighbour list has outgrown its memory            */
    KM_FAULT_CELL = 16        /* the cell is lower than twice the cutoff               */
} km_fault;

/* How an atom may move. */
typedef enum km_mobility {
    KM_MOBILITY_FREE,      /* by its force, and the thermostat acts on it                       */
    KM_MOBILITY_UNCOUPLED, /* by its force alone: outside of the thermostatted layers           */
    KM_MOBILITY_FROZEN,    /* not at all; an atom of mass 0 likewise                            */
    KM_MOBILITY_PISTON     /* + k: with the whole of piston k, along z only, without thermostat */
} km_mobility;

#define KM_PISTONS 2 /* most of them: one below the liquid, one above */

typedef struct km_particles {
    int n;                   /*            number of atoms                                        */
    int n_padded;            /*            n rounded up to a multiple of 128                      */
    double *position;        /* nm         3 x n_padded, unwrapped: the truth                     */
    double *velocity;        /* nm/ps      3 x n_padded                                           */
    km_fixed *force;         /* kJ/mol/nm  3 x n_padded, fixed point; terms add to it             */
    double *mass;            /* u          n_padded                                               */
    double *inverse_mass;    /* 1/u        n_padded; 0 = held fixed                               */
    double *charge;          /* e          n_padded                                               */
    int *type;               /*            n_padded, index into the tables of pair types          */
    int *molecule;           /*            n_padded, molecule of the atom; atoms of one molecule
                                           are consecutive                                        */
    unsigned char *mobility; /*         n_padded of km_mobility, or NULL: all are free         */
    km_box box;              /* nm         the periodic cell now                                  */
    struct km_neighbour_list *neighbours; /* shared by the pair terms and the mesh */
    double energy[KM_ENERGY_COUNT]; /* kJ/mol  per term, valid when the step asked for energies */
    double virial[KM_TENSOR]; /* kJ/mol     W = -1/2 sum r (x) F, without constraint forces, valid
                                            when the step asked for it; pressure = 2/(3V)(K - W) */
    int fault; /*            bits of km_fault                                       */
} km_particles;

KM_HD int km_mobility_of(const km_particles *p, int i)
{
    return p->mobility != NULL ? p->mobility[i] : (int)KM_MOBILITY_FREE;
}

/* The sum of the forces on an atom, kJ/mol/nm. */
KM_HD km_vec3 km_force_load(const km_fixed *f, int n_padded, int i)
{
    return km_vec3_make(km_fixed_to(f[i]), km_fixed_to(f[n_padded + i]),
                        km_fixed_to(f[2 * n_padded + i]));
}

#endif
