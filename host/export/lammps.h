/* SPDX-License-Identifier: MIT */
/* Private to the LAMMPS writer: numbered types of terms, units, and one function per file. */
#ifndef KM_LAMMPS_H
#define KM_LAMMPS_H

#include <stdio.h>

#include "host/export/export.h"

typedef enum km_lammps_kind {
    KM_LAMMPS_BOND,
    KM_LAMMPS_ANGLE,
    KM_LAMMPS_DIHEDRAL,
    KM_LAMMPS_IMPROPER,
    KM_LAMMPS_KINDS
} km_lammps_kind;

/* Styles of dihedrals; other terms have one style each, 0. */
typedef enum km_lammps_dihedral {
    KM_LAMMPS_OPLS,           /* V1..V4, kJ/mol                                               */
    KM_LAMMPS_MULTI_HARMONIC, /* factors of the powers 0 to 4 of cos(phi), kJ/mol             */
    KM_LAMMPS_NHARMONIC,      /* of the powers 0 to 5; in LAMMPS's package EXTRA-MOLECULE     */
    KM_LAMMPS_CHARMM,         /* k (kJ/mol), n, phi0 (degrees): U = k (1 + cos(n phi - phi0)) */
    KM_LAMMPS_DIHEDRALS
} km_lammps_dihedral;

/* A set of numbers that terms share, and the atoms of the first that has it. */
typedef struct km_lammps_type {
    double number[6]; /* bond: r0 (nm), k (kJ/mol/nm^2), angle: theta0 (rad), k (kJ/mol/rad^2), both
                         U = k/2 x^2; dihedral: by style; improper: K, d, n (kJ/mol)            */
    int style;        /* of km_lammps_dihedral                                                 */
    bool held;        /* by fix shake when the atoms move                                      */
    int atom[4];
} km_lammps_type;

typedef struct km_lammps_terms {
    int n_types, n_terms;
    km_lammps_type *type;
    int (*atom)[4]; /* n_terms  from 0 */
    int *type_of;   /* n_terms  from 0 */
} km_lammps_terms;

/* A set of LAMMPS units in ours: doc "units"; qqr2e as in its src/update.cpp. */
typedef struct km_lammps_units {
    const char *name;
    double energy;   /* kJ/mol       kcal/mol or eV            */
    double time;     /* ps           fs or ps                  */
    double pressure; /* kJ/mol/nm^3  atm or bar                */
    double qqr2e;    /* its Coulomb constant in energy x A/e^2 */
} km_lammps_units;

typedef struct km_lammps {
    const km_export *e;
    const km_lammps_units *units;
    const km_stage *stage; /* NULL: none                                             */
    km_lammps_terms terms[KM_LAMMPS_KINDS];
    bool molecules;          /* atom_style full                                           */
    bool overlay;            /* pair_style hybrid/overlay                                 */
    bool other_forms;        /* than Lennard-Jones, so that charges have a style of their own */
    double z_low, z_high;    /* nm  of the box of LAMMPS                                  */
    const char *potential;   /* path of the metal's file, or NULL                       */
    const char *metal_style; /* "eam/fs"                                              */
} km_lammps;

extern const char *const km_lammps_kind_name[KM_LAMMPS_KINDS]; /* "bond" */
extern const int km_lammps_kind_atoms[KM_LAMMPS_KINDS];

KM_MUST_CHECK km_status km_lammps_terms_make(km_lammps *l);
void km_lammps_terms_free(km_lammps *l);
/* The last part of a path. */
const char *km_lammps_file_name(const char *path);

KM_MUST_CHECK km_status km_lammps_write_data(const char *path, const km_lammps *l);
KM_MUST_CHECK km_status km_lammps_write_system(const char *path, const km_lammps *l);
KM_MUST_CHECK km_status km_lammps_write_energy(const char *path, const km_lammps *l);
KM_MUST_CHECK km_status km_lammps_write_kalium_energy(const char *path, const km_lammps *l);
KM_MUST_CHECK km_status km_lammps_write_run(const char *path, const km_lammps *l);

#endif
