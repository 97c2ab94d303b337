/* SPDX-License-Identifier: MIT */
/* Atom types, bonded rows and pair rows of a force-field file. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/input/forcefield_reader.h"
#include "kernels/base/units.h"

/* Longer than any; such a number was written in another unit. */
#define LONGEST_BOND 0.5  /* nm */
#define LARGEST_SIGMA 2.0 /* nm */

/* Of a periodic torsion; a larger one is a slip of columns. */
#define KM_FF_LARGEST_MULTIPLICITY 12

/* Lookups. */

static bool match(char *const *row, const char *const *classes, int n, bool reversible)
{
    bool forward = true, backward = reversible;
    for (int c = 0; c < n; c++) {
        forward = forward && strcmp(row[c], classes[c]) == 0;
        backward = backward && strcmp(row[n - 1 - c], classes[c]) == 0;
    }
    return forward || backward;
}

int km_forcefield_bond(const km_forcefield *ff, const char *a, const char *b)
{
    for (int t = 0; t < ff->n_bond_types; t++)
        if (match(ff->bond_type[t].class_name, (const char *[]){a, b}, 2, true))
            return t;
    return -1;
}

int km_forcefield_angle(const km_forcefield *ff, const char *a, const char *b, const char *c)
{
    for (int t = 0; t < ff->n_angle_types; t++)
        if (match(ff->angle_type[t].class_name, (const char *[]){a, b, c}, 3, true))
            return t;
    return -1;
}

static int find_torsion(const km_ff_dihedral_type *rows, int n, const char *const *classes,
                        bool reversible)
{
    for (int t = 0; t < n; t++)
        if (match(rows[t].class_name, classes, 4, reversible))
            return t;
    return -1;
}

int km_forcefield_dihedral(const km_forcefield *ff, const char *a, const char *b, const char *c,
                           const char *d)
{
    return find_torsion(ff->dihedral_type, ff->n_dihedral_types, (const char *[]){a, b, c, d},
                        true);
}

int km_forcefield_improper(const km_forcefield *ff, const char *a, const char *b, const char *c,
                           const char *d)
{
    return find_torsion(ff->improper_type, ff->n_improper_types, (const char *[]){a, b, c, d},
                        false);
}

/* Atom types. */

/* "H", "Cl": constraints and distributions ask for elements by their symbols. */
static bool is_symbol(const char *element)
{
    return isupper((unsigned char)element[0]) &&
           (element[1] == '\0' || (islower((unsigned char)element[1]) && element[2] == '\0'));
}

/* sigma and epsilon, or neither: an ion of a model that has pair_types only. */
static km_status fill_lennard_jones(km_ff_reader *r, uint32_t row, km_ff_atom_type *type)
{
    const km_raw_atom_type *raw = &r->raw->atom_type[row];
    if ((raw->sigma == NULL) != (raw->epsilon == NULL))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: type %s: give sigma and epsilon, or neither when all its pairs are in "
                       "pair_types",
                       km_ff_place(r, "atom_types.%u", row), raw->name);
    type->lennard_jones = raw->sigma != NULL;
    type->sigma = raw->sigma != NULL ? *raw->sigma * r->length : 0.0;
    type->epsilon = raw->epsilon != NULL ? *raw->epsilon * r->energy : 0.0;
    if (type->sigma < 0 || type->epsilon < 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: type %s: sigma %g and epsilon %g; neither may be below 0",
                       km_ff_place(r, "atom_types.%u", row), raw->name, type->sigma / r->length,
                       type->epsilon / r->energy);
    if (type->sigma > LARGEST_SIGMA)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: type %s: sigma is %g nm; is it in the file's unit of length?",
                       km_ff_place(r, "atom_types.%u.sigma", row), raw->name, type->sigma);
    return KM_OK;
}

static km_status fill_atom_type(km_ff_reader *r, uint32_t row, km_ff_atom_type *type)
{
    const km_raw_atom_type *raw = &r->raw->atom_type[row];
    if (!(raw->mass > 0))
        return KM_FAIL(KM_ERROR_INPUT, "%s: type %s: mass is %g; it must be above 0",
                       km_ff_place(r, "atom_types.%u.mass", row), raw->name, raw->mass);
    KM_TRY(fill_lennard_jones(r, row, type));
    if (!is_symbol(raw->element))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: type %s: \"%s\" is not the symbol of an element; write H, Cl",
                       km_ff_place(r, "atom_types.%u.element", row), raw->name, raw->element);
    KM_TRY(km_ff_keep(r->ff, raw->name, &type->name));
    KM_TRY(km_ff_keep(r->ff, raw->class_name, &type->class_name));
    KM_TRY(km_ff_keep(r->ff, raw->element, &type->element));
    KM_TRY(km_ff_keep(r->ff, raw->reference, &type->reference));
    KM_TRY(km_ff_keep(r->ff, raw->analogy, &type->analogy));
    KM_TRY(km_ff_join_sources(r, &raw->source, &type->source, "atom_types", row));
    type->mass = raw->mass;
    type->file = r->file;
    type->status = raw->analogy != NULL ? KM_ANALOGY : KM_PUBLISHED;
    return KM_OK;
}

km_status km_ff_add_atom_types(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const uint32_t n = r->raw->n_atom_types;
    KM_TRY(km_ff_grow((void **)&ff->atom_type, ff->n_atom_types, n, sizeof *ff->atom_type));
    for (uint32_t row = 0; row < n; row++) {
        const char *name = r->raw->atom_type[row].name;
        const int known = km_forcefield_atom_type(ff, name);
        if (known >= 0 && ff->atom_type[known].file == r->file)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the atom type \"%s\" is given twice",
                           km_ff_place(r, "atom_types.%u", row), name);
        char what[64];
        snprintf(what, sizeof what, "atom type %s", name);
        if (known >= 0)
            KM_TRY(km_ff_note_override(r, what, ff->atom_type[known].file));
        KM_TRY(fill_atom_type(r, row, &ff->atom_type[known >= 0 ? known : ff->n_atom_types]));
        if (known < 0)
            ff->n_atom_types++;
    }
    return KM_OK;
}

/* Bonded rows. The four kinds differ in their numbers only. */

static const char *join_classes(const km_raw_term *raw, char *text, size_t length)
{
    text[0] = '\0';
    for (uint32_t c = 0; c < raw->n_classes; c++) {
        const size_t used = strlen(text);
        snprintf(text + used, length - used, "%s%s", c > 0 ? "-" : "", raw->class_name[c]);
    }
    return text;
}

typedef struct row_target {
    char **class_name, **source, **analogy, **file;
} row_target;

/* Texts of a row, and the check for a row that is there already. */
static km_status fill_row(km_ff_reader *r, const char *node, uint32_t row, const km_raw_term *raw,
                          bool known, const row_target *target)
{
    if (known) {
        char what[120];
        snprintf(what, sizeof what, "%s ", node);
        join_classes(raw, what + strlen(what), sizeof what - strlen(what));
        if (*target->file == r->file)
            return KM_FAIL(KM_ERROR_INPUT, "%s: %s is given twice",
                           km_ff_place(r, "%s.%u", node, row), what);
        KM_TRY(km_ff_note_override(r, what, *target->file));
    }
    for (uint32_t c = 0; c < raw->n_classes; c++)
        KM_TRY(km_ff_keep(r->ff, raw->class_name[c], &target->class_name[c]));
    KM_TRY(km_ff_join_sources(r, &raw->source, target->source, node, row));
    KM_TRY(km_ff_keep(r->ff, raw->analogy, target->analogy));
    *target->file = r->file;
    return KM_OK;
}

#define ROW_TARGET(t)                                                                              \
    {                                                                                              \
        (t)->class_name, &(t)->source, &(t)->analogy, &(t)->file                                   \
    }

static km_status add_bonds(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const uint32_t n = r->raw->n_bond_types;
    KM_TRY(km_ff_grow((void **)&ff->bond_type, ff->n_bond_types, n, sizeof *ff->bond_type));
    for (uint32_t row = 0; row < n; row++) {
        const km_raw_term *raw = &r->raw->bond_type[row];
        const int known = km_forcefield_bond(ff, raw->class_name[0], raw->class_name[1]);
        km_ff_bond_type *type = &ff->bond_type[known >= 0 ? known : ff->n_bond_types];
        const row_target target = ROW_TARGET(type);
        if (!(raw->r0 > 0) || raw->k < 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: r0 must be above 0 and k not below 0",
                           km_ff_place(r, "bond_types.%u", row));
        if (raw->r0 * r->length > LONGEST_BOND)
            return KM_FAIL(KM_ERROR_INPUT, "%s: r0 is %g nm; is it in the file's unit of length?",
                           km_ff_place(r, "bond_types.%u.r0", row), raw->r0 * r->length);
        KM_TRY(fill_row(r, "bond_types", row, raw, known >= 0, &target));
        type->r0 = raw->r0 * r->length;
        type->k = raw->k * r->harmonic * r->energy / (r->length * r->length);
        ff->n_bond_types += known < 0;
    }
    return KM_OK;
}

static km_status add_angles(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const uint32_t n = r->raw->n_angle_types;
    KM_TRY(km_ff_grow((void **)&ff->angle_type, ff->n_angle_types, n, sizeof *ff->angle_type));
    for (uint32_t row = 0; row < n; row++) {
        const km_raw_term *raw = &r->raw->angle_type[row];
        const int known =
            km_forcefield_angle(ff, raw->class_name[0], raw->class_name[1], raw->class_name[2]);
        km_ff_angle_type *type = &ff->angle_type[known >= 0 ? known : ff->n_angle_types];
        const row_target target = ROW_TARGET(type);
        const double theta0 = raw->theta0 * r->angle;
        if (!(theta0 > 0 && theta0 <= KM_PI * (1 + 1e-12)) || raw->k < 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: theta0 must be above 0 and at most 180 degrees, k not below 0",
                           km_ff_place(r, "angle_types.%u", row));
        KM_TRY(fill_row(r, "angle_types", row, raw, known >= 0, &target));
        type->theta0 = theta0;
        type->k = raw->k * r->harmonic * r->energy;
        ff->n_angle_types += known < 0;
    }
    return KM_OK;
}

static km_status fill_periodic(km_ff_reader *r, const char *node, uint32_t row,
                               const km_raw_term *raw, km_ff_dihedral_type *type)
{
    type->n_periodic = (int)raw->n_periodic;
    for (uint32_t t = 0; t < raw->n_periodic; t++) {
        const km_raw_periodic *p = &raw->periodic[t];
        if (p->multiplicity < 0 || p->multiplicity > KM_FF_LARGEST_MULTIPLICITY)
            return KM_FAIL(KM_ERROR_INPUT, "%s: n is %d; it must lie between 0 and %d",
                           km_ff_place(r, "%s.%u", node, row), p->multiplicity,
                           KM_FF_LARGEST_MULTIPLICITY);
        type->periodic[t] = (km_ff_periodic){p->multiplicity, p->phi0 * r->angle, p->k * r->energy};
    }
    return KM_OK;
}

/* The numbers of a torsion, whichever of its forms a row gives. */
static km_status fill_torsion(km_ff_reader *r, const char *node, uint32_t row,
                              const km_raw_term *raw, km_ff_dihedral_type *type)
{
    if (raw->n_v + raw->n_c + raw->n_periodic == 0 && raw->harmonic == NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s: V, C, periodic or harmonic is missing",
                       km_ff_place(r, "%s.%u", node, row));
    for (uint32_t n = 0; n < 4; n++)
        type->v[n] = n < raw->n_v ? raw->v[n] * r->energy : 0.0;
    for (uint32_t n = 0; n < 6; n++)
        type->c[n] = n < raw->n_c ? raw->c[n] * r->energy : 0.0;
    type->harmonic_phi0 = raw->harmonic != NULL ? raw->harmonic->phi0 * r->angle : 0.0;
    type->harmonic_k = raw->harmonic != NULL ? raw->harmonic->k * r->harmonic * r->energy : 0.0;
    return fill_periodic(r, node, row, raw, type);
}

static km_status add_torsions(km_ff_reader *r, const char *node, const km_raw_term *raws,
                              uint32_t n, bool reversible, km_ff_dihedral_type **types,
                              int *n_types)
{
    KM_TRY(km_ff_grow((void **)types, *n_types, n, sizeof **types));
    for (uint32_t row = 0; row < n; row++) {
        const km_raw_term *raw = &raws[row];
        const int known =
            find_torsion(*types, *n_types, (const char *const *)raw->class_name, reversible);
        km_ff_dihedral_type *type = &(*types)[known >= 0 ? known : *n_types];
        const row_target target = ROW_TARGET(type);
        KM_TRY(fill_row(r, node, row, raw, known >= 0, &target));
        KM_TRY(fill_torsion(r, node, row, raw, type));
        *n_types += known < 0;
    }
    return KM_OK;
}

km_status km_ff_add_terms(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    KM_TRY(add_bonds(r));
    KM_TRY(add_angles(r));
    KM_TRY(add_torsions(r, "dihedral_types", r->raw->dihedral_type, r->raw->n_dihedral_types, true,
                        &ff->dihedral_type, &ff->n_dihedral_types));
    return add_torsions(r, "improper_types", r->raw->improper_type, r->raw->n_improper_types, false,
                        &ff->improper_type, &ff->n_improper_types);
}
