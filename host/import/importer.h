/* SPDX-License-Identifier: MIT */
/* Private to host/import: a force field that grows molecule by molecule. */
#ifndef KM_IMPORTER_H
#define KM_IMPORTER_H

#include "host/import/import.h"
#include "host/input/forcefield_file.h"

typedef struct km_importer {
    const km_import *in;
    km_forcefield *ff;
    int *origin; /* per atom type of ff: index into topology->atom_type */
} km_importer;

/* Which atoms are bonded, in a molecule being built. */
typedef struct km_import_bonds {
    int *start, *partner; /* n_atoms + 1; ascending */
} km_import_bonds;

/* import_molecule.c: types, charges, bonds and angles of one molecule, and the rest by what
 * follows. position: nm, of its atoms, whole. per_atom: every atom has a type of its own. *clash:
 * rows of the molecule contradict one another unless it does; nothing was added then. */
KM_MUST_CHECK km_status km_import_molecule(km_importer *im, const km_top_molecule *source,
                                           const double *position, bool per_atom, bool *clash);

/* import_torsions.c: rows and impropers of the last molecule. */
KM_MUST_CHECK km_status km_import_torsions(km_importer *im, const km_top_molecule *source,
                                           km_ff_molecule *m, const km_import_bonds *bonds,
                                           bool *clash);
bool km_import_bonded(const km_import_bonds *bonds, int i, int j);

/* import_pairs.c: [ nonbond_params ] for all types; then, molecule by molecule, that exclusions are
 * those kalium makes, and its list of 1-4 pairs where they are not. */
KM_MUST_CHECK km_status km_import_pair_types(km_importer *im);
KM_MUST_CHECK km_status km_import_pairs14(km_importer *im, const km_top_molecule *source,
                                          int molecule);

/* import_files.c */
KM_MUST_CHECK km_status km_import_write_forcefield(const char *path, const km_importer *im);
/* molecule: of the force field, per molecule of the topology. The structure of the system, as GRO
 * with the names of the force field; the recipe names it, or is of a liquid. */
KM_MUST_CHECK km_status km_import_write_structure(const char *path, const km_importer *im,
                                                  const int *molecule);
KM_MUST_CHECK km_status km_import_write_recipe(const char *path, const km_importer *im,
                                               const int *molecule);

#endif
