/* SPDX-License-Identifier: MIT */
#include "host/input/forcefield_file.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/input/forcefield_reader.h"
#include "host/input/recipe_file.h"
#include "kernels/base/units.h"

const char *km_ff_place(km_ff_reader *r, const char *format, ...)
{
    char node[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(node, sizeof node, format, arguments);
    va_end(arguments);
    const int line = km_yaml_line(r->file, node);
    if (line > 0)
        snprintf(r->place, sizeof r->place, "%s: line %d", r->file, line);
    else
        snprintf(r->place, sizeof r->place, "%s: %s", r->file, node);
    return r->place;
}

km_status km_ff_grow(void **rows, int n, uint32_t more, size_t size)
{
    void *grown = NULL;
    KM_TRY(km_allocate(&grown, (size_t)n + more, size));
    if (n > 0)
        memcpy(grown, *rows, (size_t)n * size);
    free(*rows);
    *rows = grown;
    return KM_OK;
}

km_status km_ff_keep(km_forcefield *ff, const char *text, char **copy)
{
    *copy = NULL;
    if (text == NULL)
        return KM_OK;
    const int n = ff->n_texts;
    if ((n & (n - 1)) == 0) /* full at powers of two */
        KM_TRY(km_ff_grow((void **)&ff->text, n, (uint32_t)(n > 0 ? n : 1), sizeof *ff->text));
    ff->text[n] = strdup(text);
    if (ff->text[n] == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a force field");
    *copy = ff->text[ff->n_texts++];
    return KM_OK;
}

static int find_source(const km_forcefield *ff, const char *key)
{
    for (int s = 0; s < ff->n_sources; s++)
        if (strcmp(ff->source[s].key, key) == 0)
            return s;
    return -1;
}

km_status km_ff_join_sources(km_ff_reader *r, const km_raw_sources *sources, char **joined,
                             const char *node, uint32_t row)
{
    char text[512] = "";
    for (uint32_t s = 0; s < sources->n; s++) {
        if (find_source(r->ff, sources->key[s]) < 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: unknown source \"%s\"; add it to `sources:` of this file",
                           km_ff_place(r, "%s.%u", node, row), sources->key[s]);
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", s > 0 ? ", " : "", sources->key[s]);
    }
    return km_ff_keep(r->ff, text, joined);
}

km_status km_ff_note_override(km_ff_reader *r, const char *what, const char *before)
{
    char text[600];
    snprintf(text, sizeof text, "%s of %s is replaced by %s", what, before, r->file);
    km_forcefield *ff = r->ff;
    KM_TRY(km_ff_grow((void **)&ff->override, ff->n_overrides, 1, sizeof *ff->override));
    KM_TRY(km_ff_keep(ff, text, &ff->override[ff->n_overrides]));
    ff->n_overrides++;
    return KM_OK;
}

static void set_units(km_ff_reader *r)
{
    static const double energies[] = {[KM_FF_KCAL_MOL] = KM_CALORIE, //
                                      [KM_FF_KJ_MOL] = 1.0,
                                      [KM_FF_EV] = KM_EV};
    static const double lengths[] = {[KM_FF_ANGSTROM] = KM_NM_PER_ANGSTROM, [KM_FF_NM] = 1.0};
    static const double angles[] = {[KM_FF_DEGREE] = KM_PI / 180.0, [KM_FF_RADIAN] = 1.0};
    r->energy = energies[r->raw->units.energy];
    r->length = lengths[r->raw->units.length];
    r->angle = angles[r->raw->units.angle];
    r->harmonic = r->raw->conventions.harmonic == KM_FF_K ? 2.0 : 1.0;
}

/* The first file sets the conventions, the others must agree. */
static km_status add_conventions(km_ff_reader *r)
{
    const km_raw_conventions *c = &r->raw->conventions;
    km_forcefield *ff = r->ff;
    if (ff->n_files == 1) {
        if (c->mixing == NULL || c->scale14_lj == NULL || c->scale14_coulomb == NULL)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: the first force-field file must give mixing_rule, scale14_lj and "
                           "scale14_coulomb",
                           km_ff_place(r, "conventions"));
        ff->mixing = *c->mixing;
        ff->scale14_lj = *c->scale14_lj;
        ff->scale14_coulomb = *c->scale14_coulomb;
        if (!(ff->scale14_lj >= 0 && ff->scale14_lj <= 1 && ff->scale14_coulomb >= 0 &&
              ff->scale14_coulomb <= 1))
            return KM_FAIL(KM_ERROR_INPUT, "%s: a 1-4 scaling factor must lie between 0 and 1",
                           km_ff_place(r, "conventions"));
        return KM_OK;
    }
    if (c->mixing != NULL && *c->mixing != ff->mixing)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: mixing_rule differs from that of %s; force fields with different "
                       "mixing rules cannot be merged (give pair_types instead)",
                       km_ff_place(r, "conventions.mixing_rule"), ff->file[0]);
    if ((c->scale14_lj != NULL && *c->scale14_lj != ff->scale14_lj) ||
        (c->scale14_coulomb != NULL && *c->scale14_coulomb != ff->scale14_coulomb))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the 1-4 scaling differs from that of %s (%g, %g); such force fields "
                       "cannot be merged",
                       km_ff_place(r, "conventions"), ff->file[0], ff->scale14_lj,
                       ff->scale14_coulomb);
    return KM_OK;
}

static km_status add_sources(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const int before = ff->n_sources;
    KM_TRY(km_ff_grow((void **)&ff->source, before, r->raw->n_sources, sizeof *ff->source));
    for (uint32_t s = 0; s < r->raw->n_sources; s++) {
        const km_raw_source *raw = &r->raw->source[s];
        const int known = find_source(ff, raw->key);
        if (known >= before)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the source \"%s\" is given twice",
                           km_ff_place(r, "sources.%u", s), raw->key);
        if (known >= 0 && strcmp(ff->source[known].text, raw->text) != 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: the source key \"%s\" means something else in an earlier file; "
                           "choose another key",
                           km_ff_place(r, "sources.%u", s), raw->key);
        if (known >= 0)
            continue;
        km_ff_source *source = &ff->source[ff->n_sources];
        KM_TRY(km_ff_keep(ff, raw->key, &source->key));
        KM_TRY(km_ff_keep(ff, raw->text, &source->text));
        ff->n_sources++;
    }
    return KM_OK;
}

static km_status add_file(km_forcefield *ff, const char *path, const km_raw_forcefield *raw)
{
    km_ff_reader r = {.ff = ff, .raw = raw};
    KM_TRY(km_ff_keep(ff, path, &r.file));
    for (int f = 0; f < ff->n_files; f++)
        if (strcmp(ff->file[f], path) == 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the force-field file is listed twice", path);
    KM_TRY(km_ff_grow((void **)&ff->file, ff->n_files, 1, sizeof *ff->file));
    ff->file[ff->n_files++] = r.file;
    set_units(&r);
    KM_TRY(add_conventions(&r));
    KM_TRY(add_sources(&r));
    KM_TRY(km_ff_add_atom_types(&r));
    KM_TRY(km_ff_add_terms(&r));
    KM_TRY(km_ff_add_pair_types(&r));
    KM_TRY(km_ff_add_metal_cross(&r));
    return km_ff_add_molecules(&r);
}

/* "opls-electrolytes" is a file of the data folder; anything with a slash or an ending is a path.
 */
static km_status resolve_path(const char *name, char *path, size_t length)
{
    const size_t n = strlen(name);
    if (strchr(name, '/') != NULL || (n > 5 && strcmp(name + n - 5, ".yaml") == 0) ||
        (n > 4 && strcmp(name + n - 4, ".yml") == 0)) {
        snprintf(path, length, "%s", name);
        return KM_OK;
    }
    char folder[3072];
    KM_TRY(km_data_folder("forcefields", folder, sizeof folder));
    snprintf(path, length, "%s/%.200s.yaml", folder, name);
    return KM_OK;
}

static km_status read_one(km_forcefield *ff, const char *name)
{
    char path[4096];
    KM_TRY(resolve_path(name, path, sizeof path));
    void *raw = NULL;
    KM_TRY(km_yaml_load(path, &km_forcefield_schema, NULL, 0, &raw));
    const km_status status = add_file(ff, path, raw);
    km_yaml_free(&km_forcefield_schema, raw);
    return status;
}

km_status km_forcefield_read(const char *const *files, int n_files, km_forcefield **out)
{
    *out = NULL;
    if (n_files < 1)
        return KM_FAIL(KM_ERROR_INPUT, "no force-field file is given; opls-electrolytes is one");
    km_forcefield *ff = NULL;
    KM_NEW(ff, 1);
    for (int f = 0; f < n_files; f++) {
        const km_status status = read_one(ff, files[f]);
        if (status != KM_OK) {
            km_forcefield_destroy(ff);
            return status;
        }
    }
    *out = ff;
    return KM_OK;
}

void km_forcefield_destroy(km_forcefield *ff)
{
    if (ff == NULL)
        return;
    for (int m = 0; m < ff->n_molecules; m++)
        km_ff_molecule_free(&ff->molecule[m]);
    for (int t = 0; t < ff->n_texts; t++)
        free(ff->text[t]);
    free(ff->text);
    free(ff->source);
    free(ff->atom_type);
    free(ff->bond_type);
    free(ff->angle_type);
    free(ff->dihedral_type);
    free(ff->improper_type);
    free(ff->molecule);
    free(ff->pair_type);
    free(ff->metal_cross);
    for (int t = 0; t < ff->n_tables; t++)
        km_vdw_table_destroy(&ff->table[t]);
    free(ff->table);
    free(ff->file);
    free(ff->override);
    free(ff);
}

/* Length of an ion's name without its charge: 2 for "K+", "Ca2+", "Ca++", 3 for "SO42-". */
static size_t bare_length(const char *name, int charge)
{
    const size_t length = strlen(name);
    size_t n = length;
    while (n > 1 && strchr("+-", name[n - 1]) != NULL)
        n--;
    const bool counted = n < length && n > 1 && abs(charge) > 1 && abs(charge) == name[n - 1] - '0';
    return counted ? n - 1 : n;
}

/* Letters compared without case, names without their charges, where fold and bare say so. */
static bool same_key(const char *key, const km_ff_molecule *molecule, bool fold, bool bare)
{
    const char *known = molecule->key;
    const size_t n = bare ? bare_length(key, molecule->charge) : strlen(key);
    const size_t m = bare ? bare_length(known, molecule->charge) : strlen(known);
    return n == m && (fold ? strncasecmp(key, known, n) : strncmp(key, known, n)) == 0;
}

int km_forcefield_molecule(const km_forcefield *ff, const char *key)
{
    for (int attempt = 0; attempt < 4; attempt++)
        for (int m = 0; m < ff->n_molecules; m++)
            if (same_key(key, &ff->molecule[m], (attempt & 2) != 0, (attempt & 1) != 0))
                return m;
    return -1;
}

int km_forcefield_atom_type(const km_forcefield *ff, const char *name)
{
    for (int t = 0; t < ff->n_atom_types; t++)
        if (strcmp(ff->atom_type[t].name, name) == 0)
            return t;
    return -1;
}

bool km_ff_is_metal(const km_ff_molecule *molecule)
{
    return molecule->group != NULL && strcmp(molecule->group, "metal") == 0;
}

double km_ff_molecule_mass(const km_forcefield *ff, int molecule)
{
    const km_ff_molecule *m = &ff->molecule[molecule];
    double mass = 0.0;
    for (int a = 0; a < m->n_atoms; a++)
        mass += ff->atom_type[m->atom[a].type].mass;
    return mass;
}
