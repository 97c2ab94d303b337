/* SPDX-License-Identifier: MIT */
/* Private to the force-field reader: one file being added to a force field. */
#ifndef KM_FORCEFIELD_READER_H
#define KM_FORCEFIELD_READER_H

#include "host/input/forcefield_schema.h"

typedef struct km_ff_reader {
    km_forcefield *ff;            /* what the file is added to                              */
    const km_raw_forcefield *raw; /* the file                                               */
    char *file;                   /* its path, owned by ff; rows of this file point to it   */
    double energy, length, angle; /* of the file's units, in kJ/mol, nm, rad                */
    double harmonic;              /* internal k of U = k/2 x^2 over the file's k            */
    char place[600];
} km_ff_reader;

/* "FILE: line 12" of a node such as "molecules.3.atoms.5", for messages. */
const char *km_ff_place(km_ff_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "T08, FFT", after checking that each key is known; place names the row in messages. */
KM_MUST_CHECK km_status km_ff_join_sources(km_ff_reader *r, const km_raw_sources *sources,
                                           char **joined, const char *node, uint32_t row);
/* Remembers that a row of an earlier file was replaced. */
KM_MUST_CHECK km_status km_ff_note_override(km_ff_reader *r, const char *what, const char *before);
KM_MUST_CHECK km_status km_ff_add_atom_types(km_ff_reader *r);
KM_MUST_CHECK km_status km_ff_add_terms(km_ff_reader *r);
KM_MUST_CHECK km_status km_ff_add_pair_types(km_ff_reader *r);
KM_MUST_CHECK km_status km_ff_add_metal_cross(km_ff_reader *r);
KM_MUST_CHECK km_status km_ff_add_molecules(km_ff_reader *r);

#endif
