/* SPDX-License-Identifier: MIT */
/* Room 1: force-field files. A file is a paper in YAML: numbers as printed, each with its source.
 *
 * Everything in these structs is in internal units (nm, kJ/mol, rad, e, u); the file's `units:`
 * block says what it is written in. Schema and provenance rules: forcefields/README.md. */
#ifndef KM_FORCEFIELD_FILE_H
#define KM_FORCEFIELD_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/error.h"
#include "kernels/pair/vdw.h"
#include "kernels/pair/vdw_table.h"

typedef enum km_provenance { KM_PUBLISHED, KM_ANALOGY } km_provenance;

typedef struct km_ff_source {
    char *key;  /* "T08" */
    char *text; /* what it is, with DOI */
} km_ff_source;

typedef struct km_ff_atom_type {
    char *name;       /* "OS_ether"                            */
    char *class_name; /* bonded terms are keyed by class: "OS" */
    char *element;
    double mass;          /* u      */
    double sigma;         /* nm     */
    double epsilon;       /* kJ/mol */
    bool lennard_jones;   /* has these two: else each pair of it needs a row of pair_types */
    char *source;         /* keys, comma separated                 */
    char *reference;      /* where in the source                   */
    char *analogy;        /* taken from what; NULL when published for this use */
    char *file;           /* the force-field file it came from     */
    km_provenance status; /* KM_ANALOGY when analogy is given      */
} km_ff_atom_type;

/* U = k/2 (r - r0)^2 */
typedef struct km_ff_bond_type {
    char *class_name[2];
    double r0, k; /* nm, kJ/mol/nm^2 */
    char *source, *analogy,
        *file; /* analogy: taken from what; NULL when published for these classes */
} km_ff_bond_type;

/* U = k/2 (theta - theta0)^2 */
typedef struct km_ff_angle_type {
    char *class_name[3];
    double theta0, k; /* rad, kJ/mol/rad^2 */
    char *source, *analogy, *file;
} km_ff_angle_type;

#define KM_FF_PERIODIC_MAX 8

/* U = k (1 + cos(n phi - phi0)) */
typedef struct km_ff_periodic {
    int multiplicity;
    double phi0, k; /* rad, kJ/mol */
} km_ff_periodic;

/* U = V1/2 (1 + cos phi) + V2/2 (1 - cos 2 phi) + V3/2 (1 + cos 3 phi) + V4/2 (1 - cos 4 phi)
 *   + sum of C_n cos^n(phi - 180 degrees) + the periodic terms + k/2 (phi - phi0)^2 on the circle.
 * For impropers the order of the list counts. */
typedef struct km_ff_dihedral_type {
    char *class_name[4];
    double v[4]; /* kJ/mol */
    double c[6]; /* kJ/mol  Ryckaert-Bellemans */
    int n_periodic;
    km_ff_periodic periodic[KM_FF_PERIODIC_MAX];
    double harmonic_phi0, harmonic_k; /* rad, kJ/mol/rad^2 */
    char *source, *analogy, *file;
} km_ff_dihedral_type;

typedef struct km_ff_atom {
    char *name;         /* "C1" */
    int type;           /* index into atom_type */
    double charge;      /* e   */
    double position[3]; /* nm  start geometry */
} km_ff_atom;

typedef struct km_ff_pair14 {
    int atom[2];
    bool mixed;            /* by the rules of the force field; else: */
    double sigma, epsilon; /* nm, kJ/mol, as they act                */
} km_ff_pair14;

typedef struct km_ff_charge_set {
    char *name;     /* "ligpargen_1.14CM1A" */
    double net;     /* e                    */
    double *charge; /* e  one per atom      */
    char *source, *note;
} km_ff_charge_set;

typedef struct km_ff_molecule {
    char *key;     /* "DME", "K+"; what recipes say                                   */
    char *residue; /* at most 4 characters, for PDB and PSF: "DME", "K"                */
    char *name, *group, *smiles, *note, *file;
    int charge; /* e, formal                                                         */
    double net; /* e, what the atomic charges sum to: charge, but in models whose ions hold less */
    char *source;
    km_provenance status;
    bool rigid; /* all bonds and the angle held by constraints: water                */
    double rigid_length, rigid_angle;    /* nm, rad; with rigid                             */
    double density, density_temperature; /* kg/m^3, K; 0 = none known                    */
    int n_atoms;
    km_ff_atom *atom;
    int n_bonds;
    int (*bond)[2];
    int n_impropers;
    int (*improper)[4];
    int n_skip_angles;
    int (*skip_angle)[3];
    bool lists_pairs14; /* 1-4 pairs are those of the list, not those three bonds apart */
    int n_pairs14;
    km_ff_pair14 *pair14;
    int n_charge_sets;
    km_ff_charge_set *charge_set;
} km_ff_molecule;

typedef enum km_mixing { KM_MIXING_GEOMETRIC, KM_MIXING_LORENTZ_BERTHELOT } km_mixing;

/* A pair of types with parameters of its own, instead of the mixing rule. */
typedef struct km_ff_pair_type {
    int type[2];
    km_vdw_form form;
    double parameter[KM_VDW_PARAMETERS]; /* nm, kJ/mol; KM_VDW_TABLE: the index in `table` */
    char *source, *analogy, *file;
} km_ff_pair_type;

/* Lennard-Jones numbers of an element beside metal atoms, for types without numbers to mix: ions
 * whose pairs all have rows of their own. */
typedef struct km_ff_metal_cross {
    char *set;      /* "uff": what forcefield.metal_cross of a recipe names */
    char *element;  /* "O"                                                  */
    double sigma;   /* nm                                                   */
    double epsilon; /* kJ/mol                                               */
    char *source, *reference, *analogy, *file;
} km_ff_metal_cross;

typedef struct km_forcefield {
    km_mixing mixing;
    double scale14_lj, scale14_coulomb;
    int n_sources;
    km_ff_source *source;
    int n_atom_types;
    km_ff_atom_type *atom_type;
    int n_bond_types;
    km_ff_bond_type *bond_type;
    int n_angle_types;
    km_ff_angle_type *angle_type;
    int n_dihedral_types;
    km_ff_dihedral_type *dihedral_type;
    int n_improper_types;
    km_ff_dihedral_type *improper_type;
    int n_molecules;
    km_ff_molecule *molecule;
    int n_pair_types;
    km_ff_pair_type *pair_type;
    int n_metal_cross;
    km_ff_metal_cross *metal_cross;
    int n_tables;
    km_vdw_table *table; /* of rows of the form table                               */
    int n_files;
    char **file; /* paths that were read, in order                              */
    int n_overrides;
    char **override; /* sentences for the log: what a later file replaced           */
    int n_texts;
    char **text; /* owner of every string above                                 */
} km_forcefield;

/* Reads and merges force-field files: names of files in forcefields/ ("opls-electrolytes") or paths
 * to user files in the same schema; later files add to and override earlier ones (said in
 * `override`, refused when mixing rules differ). Messages name file, line and key. *out is
 * destroyed by the caller. */
KM_MUST_CHECK km_status km_forcefield_read(const char *const *files, int n_files,
                                           km_forcefield **out);
void km_forcefield_destroy(km_forcefield *ff);
/* Index of the molecule with that key (case-sensitive first, then case-insensitive, with K for K+,
 * Ca for Ca2+), or -1. */
int km_forcefield_molecule(const km_forcefield *ff, const char *key);
int km_forcefield_atom_type(const km_forcefield *ff, const char *name);
/* Rows for classes, in either direction (impropers: exactly this order); -1 when there is none. */
int km_forcefield_bond(const km_forcefield *ff, const char *a, const char *b);
int km_forcefield_angle(const km_forcefield *ff, const char *a, const char *b, const char *c);
int km_forcefield_dihedral(const km_forcefield *ff, const char *a, const char *b, const char *c,
                           const char *d);
int km_forcefield_improper(const km_forcefield *ff, const char *a, const char *b, const char *c,
                           const char *d);
/* The parameters of a pair of types, in either order; -1 when the mixing rule holds. */
int km_forcefield_pair(const km_forcefield *ff, int type_a, int type_b);
/* The row of an element in a set of `metal_cross`; -1 when there is none. */
int km_forcefield_metal_cross(const km_forcefield *ff, const char *set, const char *element);
/* An atom of a metal: what is in the group "metal". */
bool km_ff_is_metal(const km_ff_molecule *molecule);
/* For those who build a force field: a copy of a text that it owns (NULL stays NULL); room for more
 * zeroed rows behind n; what a molecule holds. */
KM_MUST_CHECK km_status km_ff_keep(km_forcefield *ff, const char *text, char **copy);
KM_MUST_CHECK km_status km_ff_grow(void **rows, int n, uint32_t more, size_t size);
void km_ff_molecule_free(km_ff_molecule *molecule);
/* Mass of one molecule, u. */
double km_ff_molecule_mass(const km_forcefield *ff, int molecule);

#endif
