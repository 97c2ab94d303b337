/* SPDX-License-Identifier: MIT */
/* GROMACS topologies (.top, .itp) as they are written, in GROMACS's units: nm, kJ/mol, degree, e,
 * u.
 *
 * Every parameter that a molecule leaves to [ bondtypes ] and so on is looked up as grompp does.
 * What is not understood is refused with file and line, never left out. Format: GROMACS reference
 * manual, "Topology file", doi:10.1016/j.softx.2015.06.001. */
#ifndef KM_GROMACS_FILE_H
#define KM_GROMACS_FILE_H

#include "host/input/gromacs_lines.h"

#define KM_TOP_PARAMETERS 6 /* of a term at most */

/* The terms of a molecule; function numbers that are understood:
 * bonds 1 (r0, k), angles 1 (theta0, k), dihedrals 1, 4, 9 (phi0, k, n), 2 (xi0, k), 3 (C0..C5),
 * 5 (V1..V4), pairs 1 (sigma, epsilon), constraints 1, 2 (length), settles 1 (doh, dhh). k is that
 * of k/2 x^2. */
typedef enum km_top_kind {
    KM_TOP_BOND,
    KM_TOP_ANGLE,
    KM_TOP_DIHEDRAL,
    KM_TOP_PAIR,
    KM_TOP_CONSTRAINT,
    KM_TOP_SETTLE,
    KM_TOP_EXCLUSION, /* two atoms, no function */
    KM_TOP_KINDS
} km_top_kind;

typedef struct km_top_term {
    int atom[4]; /* from 0, in the molecule */
    int function;
    int n; /* parameters; those that are not given are looked up */
    double parameter[KM_TOP_PARAMETERS];
    km_top_place place;
} km_top_term;

typedef struct km_top_atom_type {
    char *name, *bonded; /* bonded: the name that [ bondtypes ] and so on know */
    double mass, charge;
    char particle; /* A: an atom */
    double sigma, epsilon;
    km_top_place place;
} km_top_atom_type;

/* A row of [ bondtypes ], [ angletypes ], [ dihedraltypes ], [ pairtypes ] or [ nonbond_params ]:
 * X fits any type. */
typedef struct km_top_row {
    char *name[4];
    int function;
    int n;
    double parameter[KM_TOP_PARAMETERS];
    km_top_place place;
} km_top_row;

typedef enum km_top_table {
    KM_TOP_BOND_TYPES,
    KM_TOP_ANGLE_TYPES,
    KM_TOP_DIHEDRAL_TYPES,
    KM_TOP_PAIR_TYPES,
    KM_TOP_NONBOND,
    KM_TOP_TABLES
} km_top_table;

typedef struct km_top_atom {
    char *name, *residue;
    int type; /* index into atom_type */
    double charge, mass;
    km_top_place place;
} km_top_atom;

typedef struct km_top_molecule {
    char *name;
    int n_excluded_bonds; /* nrexcl */
    km_top_place place;
    int n_atoms;
    km_top_atom *atom;
    int n_terms[KM_TOP_KINDS];
    km_top_term *term[KM_TOP_KINDS];
} km_top_molecule;

/* A row of [ molecules ]. */
typedef struct km_top_portion {
    int molecule; /* index into molecule */
    int count;
} km_top_portion;

typedef struct km_gromacs_topology {
    km_top_lines *lines; /* owns the names in places */
    bool has_defaults;
    int combination; /* 2: arithmetic mean of sigma, 3: geometric */
    bool generates_pairs;
    double fudge_lj, fudge_qq;
    int n_atom_types;
    km_top_atom_type *atom_type;
    int n_rows[KM_TOP_TABLES];
    km_top_row *row[KM_TOP_TABLES];
    int n_molecules;
    km_top_molecule *molecule;
    char *title; /* of [ system ]; NULL: none */
    bool has_system;
    int n_portions; /* of [ molecules ]; 0: the file only describes molecules */
    km_top_portion *portion;
    int n_texts;
    char **text; /* owner of every string but those of places */
} km_gromacs_topology;

/* Reads a topology with all that it includes. defaults: the line of [ defaults ] for files that
 * have none, e.g. "1 3 yes 0.5 0.5"; NULL: such files are refused. KM_ERROR_INPUT names file and
 * line. */
KM_MUST_CHECK km_status km_gromacs_topology_read(const char *path, const char *defaults,
                                                 km_gromacs_topology **out);
void km_gromacs_topology_destroy(km_gromacs_topology *topology);

#endif
