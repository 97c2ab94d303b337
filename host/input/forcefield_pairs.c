/* SPDX-License-Identifier: MIT */
/* Pair rows of a force-field file: what acts between two types instead of the mixing rule. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/input/forcefield_reader.h"
#include "host/input/pair_table_file.h"

int km_forcefield_pair(const km_forcefield *ff, int type_a, int type_b)
{
    for (int p = 0; p < ff->n_pair_types; p++) {
        const int *t = ff->pair_type[p].type;
        if ((t[0] == type_a && t[1] == type_b) || (t[0] == type_b && t[1] == type_a))
            return p;
    }
    return -1;
}

/* Parameter names as in KM_VDW_LIST, the powers of energy and length in their unit, and whether
 * zero is refused: what is divided by, and a of Morse, which tables of bond valence have below 0
 * where there are no data. */
static const struct {
    const char *name;
    int energy, length;
    bool above_zero;
} dimensions[] = {{"epsilon", 1, 0, false}, {"sigma", 0, 1, false}, {"A", 1, 0, false},
                  {"rho", 0, 1, true},      {"C", 1, 6, false},     {"D8", 1, 8, false},
                  {"D", 1, 0, false},       {"a", 0, -1, true},     {"r0", 0, 1, false},
                  {"C12", 1, 12, false},    {"B", 1, 1, false},     {"lambda", 0, 1, true}};
enum { N_DIMENSIONS = sizeof dimensions / sizeof *dimensions };

static const char *const parameter_names[] = {
#define PARAMETER_NAMES(name, function, text, n, parameters) [KM_VDW_##name] = parameters,
    KM_VDW_LIST(PARAMETER_NAMES)
#undef PARAMETER_NAMES
};
static const int parameter_counts[] = {
#define PARAMETER_COUNT(name, function, text, n, parameters) [KM_VDW_##name] = n,
    KM_VDW_LIST(PARAMETER_COUNT)
#undef PARAMETER_COUNT
};

static km_status convert_parameter(km_ff_reader *r, uint32_t row, uint32_t p, const char *name,
                                   double *out)
{
    const double value = r->raw->pair_type[row].parameter[p];
    int d = 0;
    while (d < N_DIMENSIONS && strcmp(dimensions[d].name, name) != 0)
        d++;
    if (d == N_DIMENSIONS)
        return KM_FAIL(KM_ERROR_INTERNAL, "the pair parameter %s has no unit", name);
    if (!isfinite(value) || value < 0 || (dimensions[d].above_zero && value == 0))
        return KM_FAIL(KM_ERROR_INPUT, "%s: %s is %g; it must %s",
                       km_ff_place(r, "pair_types.%u.parameters.%u", row, p), name, value,
                       dimensions[d].above_zero ? "be above 0" : "not be below 0");
    *out = value * pow(r->energy, dimensions[d].energy) * pow(r->length, dimensions[d].length);
    return KM_OK;
}

static km_status convert_parameters(km_ff_reader *r, uint32_t row, km_ff_pair_type *type)
{
    const km_raw_pair_type *raw = &r->raw->pair_type[row];
    const char *names = parameter_names[raw->form];
    if ((int)raw->n_parameters != parameter_counts[raw->form])
        return KM_FAIL(KM_ERROR_INPUT, "%s: %u parameters are given; the form needs: %s",
                       km_ff_place(r, "pair_types.%u.parameters", row), raw->n_parameters,
                       names[0] != '\0' ? names : "none");
    for (uint32_t p = 0; p < raw->n_parameters; p++) {
        char name[16];
        const size_t length = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, names);
        KM_TRY(convert_parameter(r, row, p, name, &type->parameter[p]));
        names += length + strspn(names + length, " ");
    }
    return KM_OK;
}

/* A file beside the force-field file, unless it is an absolute path. */
static km_status read_table(km_ff_reader *r, uint32_t row, km_ff_pair_type *type)
{
    const km_raw_pair_type *raw = &r->raw->pair_type[row];
    km_forcefield *ff = r->ff;
    char path[4096];
    if ((raw->form == KM_VDW_TABLE) != (raw->table != NULL))
        return KM_FAIL(KM_ERROR_INPUT, "%s: `table: {file: ..., section: ...}` %s",
                       km_ff_place(r, "pair_types.%u", row),
                       raw->table == NULL ? "is missing" : "is for the form table only");
    if (raw->table == NULL)
        return KM_OK;
    const char *slash = raw->table->file[0] != '/' ? strrchr(r->file, '/') : NULL;
    snprintf(path, sizeof path, "%.*s%s", slash != NULL ? (int)(slash - r->file + 1) : 0, r->file,
             raw->table->file);
    KM_TRY(km_ff_grow((void **)&ff->table, ff->n_tables, 1, sizeof *ff->table));
    if (km_pair_table_read(path, raw->table->section, r->energy, r->length,
                           &ff->table[ff->n_tables]) != KM_OK) {
        km_error_prefix("%s: ", km_ff_place(r, "pair_types.%u.table", row));
        return km_last_error()->status;
    }
    type->parameter[0] = ff->n_tables++;
    return KM_OK;
}

/* The row of two types, new or over one of an earlier file. */
static km_status add_pair(km_ff_reader *r, uint32_t row, const int types[2])
{
    km_forcefield *ff = r->ff;
    const km_raw_pair_type *raw = &r->raw->pair_type[row];
    const int known = km_forcefield_pair(ff, types[0], types[1]);
    km_ff_pair_type *type = &ff->pair_type[known >= 0 ? known : ff->n_pair_types];
    char what[120];
    snprintf(what, sizeof what, "pair_types %s-%s", ff->atom_type[types[0]].name,
             ff->atom_type[types[1]].name);
    if (known >= 0 && type->file == r->file)
        return raw->n_types > 2 ? KM_OK
                                : KM_FAIL(KM_ERROR_INPUT, "%s: %s is given twice",
                                          km_ff_place(r, "pair_types.%u", row), what);
    if (known >= 0)
        KM_TRY(km_ff_note_override(r, what, type->file));
    memset(type, 0, sizeof *type);
    type->type[0] = types[0];
    type->type[1] = types[1];
    type->form = raw->form;
    KM_TRY(convert_parameters(r, row, type));
    KM_TRY(read_table(r, row, type));
    KM_TRY(km_ff_join_sources(r, &raw->source, &type->source, "pair_types", row));
    KM_TRY(km_ff_keep(ff, raw->analogy, &type->analogy));
    type->file = r->file;
    ff->n_pair_types += known < 0;
    return KM_OK;
}

static km_status find_type(km_ff_reader *r, uint32_t row, uint32_t t, int *out)
{
    const char *name = r->raw->pair_type[row].type[t];
    *out = km_forcefield_atom_type(r->ff, name);
    if (*out < 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: unknown atom type \"%s\"",
                       km_ff_place(r, "pair_types.%u.types.%u", row, t), name);
    return KM_OK;
}

/* More than two types: every pair of them, and each with itself, that has no row of its own. */
static km_status add_group(km_ff_reader *r, uint32_t row)
{
    const km_raw_pair_type *raw = &r->raw->pair_type[row];
    const uint32_t n = raw->n_types;
    if (raw->form != KM_VDW_NONE)
        return KM_FAIL(KM_ERROR_INPUT, "%s: only the form none may name more than two types",
                       km_ff_place(r, "pair_types.%u.types", row));
    KM_TRY(km_ff_grow((void **)&r->ff->pair_type, r->ff->n_pair_types, n * (n + 1) / 2,
                      sizeof *r->ff->pair_type));
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a; b < n; b++) {
            int types[2];
            KM_TRY(find_type(r, row, a, &types[0]));
            KM_TRY(find_type(r, row, b, &types[1]));
            KM_TRY(add_pair(r, row, types));
        }
    return KM_OK;
}

km_status km_ff_add_pair_types(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const uint32_t n = r->raw->n_pair_types;
    KM_TRY(km_ff_grow((void **)&ff->pair_type, ff->n_pair_types, n, sizeof *ff->pair_type));
    for (uint32_t row = 0; row < n; row++) {
        int types[2];
        if (r->raw->pair_type[row].n_types > 2)
            continue;
        KM_TRY(find_type(r, row, 0, &types[0]));
        KM_TRY(find_type(r, row, 1, &types[1]));
        KM_TRY(add_pair(r, row, types));
    }
    for (uint32_t row = 0; row < n; row++)
        if (r->raw->pair_type[row].n_types > 2)
            KM_TRY(add_group(r, row));
    return KM_OK;
}
