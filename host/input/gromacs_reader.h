/* SPDX-License-Identifier: MIT */
/* Private to the reader of GROMACS topologies. */
#ifndef KM_GROMACS_READER_H
#define KM_GROMACS_READER_H

#include "host/input/gromacs_file.h"

/* How many atoms, and how many parameters by function; 0 parameters: not understood. */
#define KM_TOP_FUNCTIONS 12
#define KM_TOP_MULTIPLICITY 12 /* of a periodic dihedral; a larger one is a slip of columns */
typedef struct km_top_rule {
    const char *section; /* "bonds" */
    int n_atoms;
    int n_parameters[KM_TOP_FUNCTIONS];
} km_top_rule;

extern const km_top_rule km_top_rule_of[KM_TOP_KINDS];

/* The line being read. */
typedef struct km_top_reader {
    km_gromacs_topology *topology;
    char **word;
    int n;
    km_top_place place;
} km_top_reader;

/* KM_ERROR_INPUT with file and line in front. */
KM_MUST_CHECK km_status km_top_wrong(km_top_place place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A copy that the topology owns. */
KM_MUST_CHECK km_status km_top_keep(km_gromacs_topology *topology, const char *text, char **out);
/* Makes room for one more row behind n. */
KM_MUST_CHECK km_status km_top_grow(void **rows, int n, size_t size);
bool km_top_is_whole(const char *word, int *out);
bool km_top_is_number(const char *word, double *out);
/* Words from `first` on as the parameters of a function, a second set of equal ones (of a changed
 * state) allowed. */
KM_MUST_CHECK km_status km_top_parameters(const km_top_reader *r, int first, int n_parameters,
                                          const char *what, double *parameter, int *n);
int km_top_atom_type_of(const km_gromacs_topology *topology, const char *name);

/* gromacs_types.c: rows of the tables of parameters. */
KM_MUST_CHECK km_status km_top_read_defaults(km_top_reader *r);
/* The same from the command line. */
KM_MUST_CHECK km_status km_top_take_defaults(km_gromacs_topology *topology, const char *path,
                                             const char *defaults);
KM_MUST_CHECK km_status km_top_read_atom_type(km_top_reader *r);
KM_MUST_CHECK km_status km_top_read_row(km_top_reader *r, km_top_table table);

/* gromacs_lookup.c: the parameters that the terms of a molecule leave to the tables. Dihedrals of
 * several periodic terms become as many terms. */
KM_MUST_CHECK km_status km_top_look_up(km_gromacs_topology *topology, km_top_molecule *molecule);

#endif
