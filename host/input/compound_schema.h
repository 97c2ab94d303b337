/* SPDX-License-Identifier: MIT */
/* The block cell.compound of a recipe as libcyaml reads it. */
#ifndef KM_COMPOUND_SCHEMA_H
#define KM_COMPOUND_SCHEMA_H

#include <stdbool.h>

#include <cyaml/cyaml.h>

typedef struct km_raw_compound_site {
    char *species;
    double *position; /* fractions of the edges */
    uint32_t n_position;
    double *occupancy;
    bool *frozen;
} km_raw_compound_site;

typedef struct km_raw_compound_species {
    char *label, *molecule;
} km_raw_compound_species;

typedef struct km_raw_compound {
    char *space_group, *cif;
    double *edge[3];  /* angstrom */
    double *angle[3]; /* degrees  */
    km_raw_compound_site *site;
    uint32_t n_sites;
    km_raw_compound_species *species;
    uint32_t n_species;
    int *repeats;
    uint32_t n_repeats;
    bool *orthogonal;
    int *tries;
    double *expected_density; /* kg/m^3 */
    double *cut, *gap;        /* fraction of c, angstrom; of a layer of a stack */
    bool *split_cut, *polar_faces;
} km_raw_compound;

/* cell.compound, and a layer of cell.stack. */
extern const cyaml_schema_field_t km_compound_fields[];
extern const cyaml_schema_field_t km_layer_compound_fields[];

#endif
