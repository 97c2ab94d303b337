/* SPDX-License-Identifier: MIT */
#include "host/import/import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/structure.h"
#include "host/import/importer.h"

#define LONGEST_KEY 23   /* of a molecule, as recipes write it */
#define LONGEST_TEXT 500 /* of a name in our files             */
#define NEUTRAL 1e-6     /* e per molecule: rounding of printed charges */
#define PATH_LENGTH 4400

/* Which molecules of the topology are there, in the order of their first appearance, and the first
 * atom of that. */
typedef struct used_molecules {
    int n;
    int *molecule, *first_atom;
    long n_atoms; /* of all of the system */
} used_molecules;

static void use(const km_gromacs_topology *t, used_molecules *used, int molecule, int count)
{
    bool known = false;
    for (int u = 0; u < used->n; u++)
        known = known || used->molecule[u] == molecule;
    if (!known) {
        used->molecule[used->n] = molecule;
        used->first_atom[used->n++] = (int)used->n_atoms;
    }
    used->n_atoms += (long)count * t->molecule[molecule].n_atoms;
}

static km_status find_used(const km_import *in, used_molecules *used)
{
    const km_gromacs_topology *t = in->topology;
    KM_NEW(used->molecule, t->n_molecules);
    KM_NEW(used->first_atom, t->n_molecules);
    for (int p = 0; p < t->n_portions; p++)
        use(t, used, t->portion[p].molecule, t->portion[p].count);
    for (int m = 0; m < t->n_molecules && t->n_portions == 0; m++)
        use(t, used, m, 1);
    if (used->n_atoms != in->structure->n)
        return KM_FAIL(
            KM_ERROR_INPUT, "%s has %d atoms, the molecules of %s have %ld%s", in->structure_path,
            in->structure->n, in->topology_path, used->n_atoms,
            t->n_portions == 0 ? ": without [ molecules ] there must be one of each molecule" : "");
    if (t->n_portions > 0 && !in->structure->has_box)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s tells no periodic cell; a GRO file, or a PDB file with CRYST1, does",
                       in->structure_path);
    if (in->name != NULL && used->n > 1)
        return KM_FAIL(KM_ERROR_USAGE,
                       "--name %s: the topology has %d kinds of molecules, and only one can have "
                       "this name",
                       in->name, used->n);
    return KM_OK;
}

/* What cannot be written into our files. */
static km_status check_name(const char *name, size_t longest, km_top_place place)
{
    for (const char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: a name has a character in it that is not printed ASCII",
                           place.file, place.line);
    if (strlen(name) > longest)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: the name %.100s has more than %d characters; shorten it, or "
                       "give another by --name where there is only one molecule",
                       place.file, place.line, name, (int)longest);
    return KM_OK;
}

static km_status check_names(const km_import *in, const km_top_molecule *m)
{
    KM_TRY(check_name(in->name != NULL ? in->name : m->name, LONGEST_KEY, m->place));
    for (int i = 0; i < m->n_atoms; i++) {
        KM_TRY(check_name(m->atom[i].name, LONGEST_TEXT, m->atom[i].place));
        KM_TRY(check_name(in->topology->atom_type[m->atom[i].type].name, LONGEST_TEXT,
                          m->atom[i].place));
    }
    return KM_OK;
}

/* The molecule as it is in the structure, with a type per atom where types alone contradict one
 * another. */
static km_status add_molecule(km_importer *im, const km_top_molecule *source, int first_atom)
{
    const double *position = &im->in->structure->position[3 * (size_t)first_atom];
    bool clash;
    KM_TRY(check_names(im->in, source));
    KM_TRY(km_import_molecule(im, source, position, false, &clash));
    if (clash)
        KM_TRY(km_import_molecule(im, source, position, true, &clash));
    if (clash)
        return KM_FAIL(KM_ERROR_INTERNAL, "the terms of %s contradict one another", source->name);
    return KM_OK;
}

/* A start geometry across the boundary of the cell is none. */
static km_status make_whole(const km_import *in, km_ff_molecule *m)
{
    double *x = NULL;
    bool *placed = NULL;
    if (!in->structure->has_box)
        return KM_OK;
    KM_NEW(x, 3 * (size_t)m->n_atoms);
    const km_status status = km_allocate((void **)&placed, (size_t)m->n_atoms, sizeof *placed);
    for (int k = 0; k < 3 * m->n_atoms; k++)
        x[k] = m->atom[k / 3].position[k % 3];
    if (status == KM_OK)
        km_structure_make_whole(m, &in->structure->box, x, placed);
    for (int k = 0; k < 3 * m->n_atoms; k++)
        m->atom[k / 3].position[k % 3] = x[k];
    free(placed);
    free(x);
    return status;
}

static km_status check_neutral(const km_importer *im, const int *molecule)
{
    const km_gromacs_topology *t = im->in->topology;
    double total = 0.0, n = 1.0;
    for (int p = 0; p < t->n_portions; p++) {
        total += t->portion[p].count * im->ff->molecule[molecule[t->portion[p].molecule]].net;
        n += t->portion[p].count;
    }
    if (fabs(total) <= NEUTRAL * n)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: the system carries %+.6g e; a periodic cell of kalium must be neutral: add "
                   "the missing ions, or correct the charges",
                   im->in->topology_path, total);
}

static km_status build(km_importer *im, const used_molecules *used, int *molecule)
{
    const km_gromacs_topology *t = im->in->topology;
    KM_NEW(im->ff, 1);
    im->ff->mixing = t->combination == 3 ? KM_MIXING_GEOMETRIC : KM_MIXING_LORENTZ_BERTHELOT;
    im->ff->scale14_lj = t->fudge_lj;
    im->ff->scale14_coulomb = t->fudge_qq;
    for (int u = 0; u < used->n; u++) {
        KM_TRY(add_molecule(im, &t->molecule[used->molecule[u]], used->first_atom[u]));
        KM_TRY(make_whole(im->in, &im->ff->molecule[u]));
        molecule[used->molecule[u]] = u;
    }
    KM_TRY(km_import_pair_types(im));
    for (int u = 0; u < used->n; u++)
        KM_TRY(km_import_pairs14(im, &t->molecule[used->molecule[u]], u));
    return check_neutral(im, molecule);
}

static bool has_ions(const km_forcefield *ff)
{
    for (int m = 0; m < ff->n_molecules; m++)
        if (fabs(ff->molecule[m].net) > NEUTRAL)
            return true;
    return false;
}

static km_status write_files(const char *folder, const km_importer *im, const int *molecule)
{
    char path[PATH_LENGTH];
    snprintf(path, sizeof path, "%.4200s/%s", folder, KM_FILE_IMPORTED_FORCEFIELD);
    KM_TRY(km_import_write_forcefield(path, im));
    if (im->in->topology->n_portions > 0) {
        snprintf(path, sizeof path, "%.4200s/%s", folder, KM_FILE_IMPORTED_STRUCTURE);
        KM_TRY(km_import_write_structure(path, im, molecule));
    } else if (has_ions(im->ff)) {
        fprintf(im->in->report, "  no recipe is written: which ions go together is yours to say\n");
        return KM_OK;
    }
    snprintf(path, sizeof path, "%.4200s/%s", folder, KM_FILE_IMPORTED_RECIPE);
    return km_import_write_recipe(path, im, molecule);
}

km_status km_import_gromacs(const char *folder, const km_import *in)
{
    km_importer im = {.in = in};
    used_molecules used = {0};
    int *molecule = NULL; /* of the force field, per molecule of the topology */
    km_status status = find_used(in, &used);
    if (status == KM_OK)
        status = km_allocate((void **)&molecule, (size_t)in->topology->n_molecules, sizeof(int));
    if (status == KM_OK)
        status = build(&im, &used, molecule);
    if (status == KM_OK)
        status = write_files(folder, &im, molecule);
    free(molecule);
    free(used.molecule);
    free(used.first_atom);
    free(im.origin);
    km_forcefield_destroy(im.ff);
    return status;
}
