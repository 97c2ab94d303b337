/* SPDX-License-Identifier: MIT */
/* Terms along the bonds of molecules, 1-4 pairs and the mesh's correction for excluded pairs. */
#ifndef KM_BONDED_H
#define KM_BONDED_H

#include "kernels/force.h"

typedef struct km_bond {
    int i, j;
    double r0; /* nm          U = k/2 (r - r0)^2 */
    double k;  /* kJ/mol/nm^2                    */
} km_bond;

typedef struct km_angle {
    int i, j, k;    /* j is the vertex                                */
    double theta0;  /* rad           U = k/2 (theta - theta0)^2       */
    double k_theta; /* kJ/mol/rad^2                                  */
} km_angle;

/* U = sum_n c[n] cos^n(psi), psi = phi - 180 degrees (Ryckaert-Bellemans, IUPAC phi: trans = 180).
 * OPLS Fourier series are converted to it by the model. */
typedef struct km_dihedral_rb {
    int i, j, k, l;
    double c[6]; /* kJ/mol */
} km_dihedral_rb;

/* U = k (1 + cos(n phi - phi0)); with improper set it is reported as an improper. */
typedef struct km_dihedral_periodic {
    int i, j, k, l;
    int multiplicity;
    double phi0;  /* rad    */
    double k_phi; /* kJ/mol */
    bool improper;
} km_dihedral_periodic;

/* U = k/2 (xi - xi0)^2, the difference taken on the circle. */
typedef struct km_improper_harmonic {
    int i, j, k, l;
    double xi0;  /* rad           */
    double k_xi; /* kJ/mol/rad^2  */
} km_improper_harmonic;

/* Lennard-Jones and plain Coulomb between 1-4 partners, already scaled. */
typedef struct km_pair14 {
    int i, j;
    double epsilon; /* kJ/mol, scaled                */
    double sigma;   /* nm                            */
    double qq;      /* e^2, product of charges, scaled */
} km_pair14;

/* Plain host data, filled by host/model. Atoms are in input order. */
typedef struct km_bonded_spec {
    int n_bonds;
    const km_bond *bond;
    int n_angles;
    const km_angle *angle;
    int n_dihedrals_rb;
    const km_dihedral_rb *dihedral_rb;
    int n_dihedrals_periodic;
    const km_dihedral_periodic *dihedral_periodic;
    int n_impropers;
    const km_improper_harmonic *improper;
    int n_pairs14;
    const km_pair14 *pair14;
    /* Excluded pairs, 1-4 included: the mesh holds their full Coulomb energy, and
     * -C q_i q_j erf(alpha r)/r takes it out again. */
    int n_excluded;
    const int *excluded;     /*       2 x n_excluded, i < j, each pair once    */
    double ewald_alpha;      /* 1/nm  0 = no mesh, nothing to correct          */
    double coulomb_constant; /* kJ nm/mol/e^2 */
} km_bonded_spec;

#endif
