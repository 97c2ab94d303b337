/* SPDX-License-Identifier: MIT */
/* Where every parameter of the cell came from, for `kalium check`. Numbers are written in the units
 * of the literature (kcal/mol, angstrom, degree; k without the factor 1/2). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/metal.h"
#include "host/model/pair_barrier.h"
#include "kernels/base/units.h"

/* "T08: text of T08; CLP: text of CLP" from "T08, CLP". */
static km_status source_text(const km_forcefield *ff, const char *keys, char **out)
{
    char text[4096] = "";
    for (const char *key = keys != NULL ? keys : ""; *key != '\0';) {
        const size_t length = strcspn(key, ",");
        for (int s = 0; s < ff->n_sources; s++)
            if (strlen(ff->source[s].key) == length &&
                strncmp(ff->source[s].key, key, length) == 0) {
                const size_t used = strlen(text);
                snprintf(text + used, sizeof text - used, "%s%s: %s", used > 0 ? "; " : "",
                         ff->source[s].key, ff->source[s].text);
            }
        key += length;
        key += strspn(key, ", ");
    }
    *out = strdup(text);
    return *out != NULL ? KM_OK : KM_FAIL(KM_ERROR_MEMORY, "out of memory");
}

typedef struct use_list {
    km_model *model;
    const km_forcefield *ff;
    int capacity;
} use_list;

__attribute__((format(printf, 5, 6))) static km_status add_use(use_list *list, int count,
                                                               const char *sources,
                                                               const char *analogy,
                                                               const char *format, ...)
{
    km_model *model = list->model;
    if (model->n_uses == list->capacity)
        return KM_FAIL(KM_ERROR_INTERNAL, "more parameter uses than parameters");
    km_parameter_use *use = &model->use[model->n_uses++];
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    use->count = count;
    use->what = strdup(text);
    use->analogy = analogy != NULL ? strdup(analogy) : NULL;
    if (use->what == NULL || (analogy != NULL && use->analogy == NULL))
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory");
    return source_text(list->ff, sources, &use->source);
}

static double kcal(double kilojoule)
{
    return kilojoule / KM_CALORIE;
}
static double angstrom(double nm)
{
    return nm / KM_NM_PER_ANGSTROM;
}
static double degrees(double radian)
{
    return radian * 180.0 / KM_PI;
}

static km_status list_types(use_list *list, const km_expansion *e)
{
    int *count = NULL;
    KM_NEW(count, e->ff->n_atom_types);
    for (int k = 0; k < e->n_kinds; k++)
        for (int i = 0; i < e->kind[k].n_atoms; i++)
            count[e->kind[k].type[i]] += e->kind[k].count;
    km_status status = KM_OK;
    for (int t = 0; t < e->n_types && status == KM_OK && km_has_others(e); t++) {
        const km_ff_atom_type *type = &e->ff->atom_type[e->type[t]];
        if (!type->lennard_jones) {
            status = add_use(list, count[e->type[t]], type->source, type->analogy,
                             "atom type %s: pairs of its own only%s%s", type->name,
                             type->reference != NULL ? "; " : "",
                             type->reference != NULL ? type->reference : "");
            continue;
        }
        status =
            add_use(list, count[e->type[t]], type->source, type->analogy,
                    "atom type %s: sigma %.6g A, epsilon %.6g kcal/mol%s%s", type->name,
                    angstrom(type->sigma), kcal(type->epsilon), type->reference != NULL ? "; " : "",
                    type->reference != NULL ? type->reference : "");
    }
    free(count);
    return status;
}

/* What types without numbers of their own take beside metal atoms. */
static km_status list_metal_cross(use_list *list, const km_expansion *e)
{
    for (int t = 0; t < e->n_types; t++) {
        const km_ff_metal_cross *cross = km_metal_cross_of(e, e->type[t]);
        if (cross != NULL)
            KM_TRY(add_use(list, 1, cross->source, cross->analogy,
                           "%s beside metal atoms (%s, pair_types first): sigma %.6g A, epsilon "
                           "%.6g kcal/mol by mixing%s%s",
                           e->ff->atom_type[e->type[t]].name, cross->set, angstrom(cross->sigma),
                           kcal(cross->epsilon), cross->reference != NULL ? "; " : "",
                           cross->reference != NULL ? cross->reference : ""));
    }
    return KM_OK;
}

static km_status list_charges(use_list *list, const km_expansion *e)
{
    for (int k = 0; k < e->n_kinds; k++) {
        const km_assignment *a = &e->kind[k];
        const km_ff_charge_set *set = a->charge_set;
        if (km_is_metal_kind(a))
            continue;
        const char *note = set != NULL ? set->note : a->source->note;
        KM_TRY(add_use(list, a->count, set != NULL ? set->source : a->source->source,
                       a->source->status == KM_ANALOGY && set == NULL
                           ? (note != NULL ? note : "another environment")
                           : NULL,
                       "charges of %s%s%s: net %+.6g e%s", a->source->key,
                       set != NULL ? ", set " : "", set != NULL ? set->name : "", a->net,
                       a->scaled && a->net != a->source->charge ? ", scaled by charge_scale" : ""));
        if (a->source->rigid)
            KM_TRY(add_use(list, a->count, a->source->source, NULL,
                           "rigid %s: bonds %.6g A, angle %.6g degrees", a->source->key,
                           angstrom(a->source->rigid_length), degrees(a->source->rigid_angle)));
    }
    return KM_OK;
}

/* How often each row of a kind of term is used. Rows of rigid molecules are not. */
static km_status count_rows(const km_expansion *e, km_term_kind kind, int n_rows, int **count)
{
    KM_NEW(*count, n_rows);
    for (int k = 0; k < e->n_kinds; k++) {
        const km_assignment *a = &e->kind[k];
        if (a->source->rigid && (kind == KM_TERM_BOND || kind == KM_TERM_ANGLE))
            continue;
        for (int t = 0; t < a->n_terms[kind]; t++)
            (*count)[a->term[kind][t].row] += a->count;
    }
    return KM_OK;
}

static km_status list_bonds(use_list *list, const int *count)
{
    for (int t = 0; t < list->ff->n_bond_types; t++) {
        const km_ff_bond_type *b = &list->ff->bond_type[t];
        if (count[t] > 0)
            KM_TRY(add_use(list, count[t], b->source, b->analogy,
                           "bond %s-%s: r0 %.6g A, k %.6g kcal/mol/A^2 in k (r - r0)^2",
                           b->class_name[0], b->class_name[1], angstrom(b->r0),
                           kcal(0.5 * b->k * KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM)));
    }
    return KM_OK;
}

static km_status list_angles(use_list *list, const int *count)
{
    for (int t = 0; t < list->ff->n_angle_types; t++) {
        const km_ff_angle_type *a = &list->ff->angle_type[t];
        if (count[t] > 0)
            KM_TRY(add_use(list, count[t], a->source, a->analogy,
                           "angle %s-%s-%s: theta0 %.6g degrees, k %.6g kcal/mol/rad^2 in "
                           "k (theta - theta0)^2",
                           a->class_name[0], a->class_name[1], a->class_name[2], degrees(a->theta0),
                           kcal(0.5 * a->k)));
    }
    return KM_OK;
}

/* Appends to text, and is cut where it is full. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t room,
                                                         const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, room - used, format, arguments);
    va_end(arguments);
}

/* " V1..V4 ... kcal/mol" and the other forms that the row has. */
static void torsion_text(const km_ff_dihedral_type *d, char *text, size_t room)
{
    bool has_c = false;
    text[0] = '\0';
    for (int n = 0; n < 6; n++)
        has_c = has_c || d->c[n] != 0.0;
    if (!has_c && d->n_periodic == 0 && d->harmonic_k == 0.0)
        append(text, room, " V1..V4 %.6g %.6g %.6g %.6g kcal/mol", kcal(d->v[0]), kcal(d->v[1]),
               kcal(d->v[2]), kcal(d->v[3]));
    if (has_c)
        append(text, room, " C0..C5 %.6g %.6g %.6g %.6g %.6g %.6g kcal/mol", kcal(d->c[0]),
               kcal(d->c[1]), kcal(d->c[2]), kcal(d->c[3]), kcal(d->c[4]), kcal(d->c[5]));
    for (int k = 0; k < d->n_periodic; k++)
        append(text, room, " %.6g kcal/mol [1 + cos(%d phi - %.6g degrees)]",
               kcal(d->periodic[k].k), d->periodic[k].multiplicity, degrees(d->periodic[k].phi0));
    if (d->harmonic_k != 0.0)
        append(text, room, " k %.6g kcal/mol/rad^2 in k (phi - %.6g degrees)^2",
               kcal(0.5 * d->harmonic_k), degrees(d->harmonic_phi0));
}

static km_status list_torsions(use_list *list, const int *count, const char *name,
                               const km_ff_dihedral_type *types, int n)
{
    for (int t = 0; t < n; t++) {
        const km_ff_dihedral_type *d = &types[t];
        char numbers[300];
        torsion_text(d, numbers, sizeof numbers);
        if (count[t] > 0)
            KM_TRY(add_use(list, count[t], d->source, d->analogy, "%s %s-%s-%s-%s:%s", name,
                           d->class_name[0], d->class_name[1], d->class_name[2], d->class_name[3],
                           numbers));
    }
    return KM_OK;
}

/* "; barrier of 66.9 eV at 0.802 A", of a pair that attracts without bound behind it. */
static void barrier_text(const km_model *model, int type_a, int type_b, char *text, size_t length)
{
    const km_pair_barrier barrier = km_pair_barrier_of_types(model, type_a, type_b);
    text[0] = '\0';
    if (barrier.finite && barrier.height > 0.0)
        snprintf(text, length, "; barrier of %.4g eV at %.3g A, nothing holds it inside",
                 barrier.height / KM_EV, angstrom(barrier.radius));
}

static km_status list_pair_rows(use_list *list, const km_expansion *e)
{
    static const char *const forms[] = {
#define FORM_TEXT(name, function, text, n, parameters) text,
        KM_VDW_LIST(FORM_TEXT)
#undef FORM_TEXT
    };
    for (int p = 0; p < e->ff->n_pair_types; p++) {
        const km_ff_pair_type *pair = &e->ff->pair_type[p];
        const int a = e->type_here[pair->type[0]], b = e->type_here[pair->type[1]];
        char barrier[100] = "";
        if (a < 0 || b < 0)
            continue;
        if (pair->form != KM_VDW_LENNARD_JONES)
            barrier_text(list->model, a, b, barrier, sizeof barrier);
        KM_TRY(add_use(list, 1, pair->source, pair->analogy,
                       "pair %s with %s: %s, parameters of its own instead of the mixing rule%s",
                       e->ff->atom_type[pair->type[0]].name, e->ff->atom_type[pair->type[1]].name,
                       forms[pair->form], barrier));
    }
    return KM_OK;
}

static km_status list_terms(use_list *list, const km_expansion *e, km_term_kind kind)
{
    const km_forcefield *ff = e->ff;
    const int rows[] = {ff->n_bond_types, ff->n_angle_types, ff->n_dihedral_types,
                        ff->n_improper_types};
    int *count = NULL;
    KM_TRY(count_rows(e, kind, rows[kind], &count));
    km_status status;
    if (kind == KM_TERM_BOND)
        status = list_bonds(list, count);
    else if (kind == KM_TERM_ANGLE)
        status = list_angles(list, count);
    else if (kind == KM_TERM_DIHEDRAL)
        status = list_torsions(list, count, "dihedral", ff->dihedral_type, rows[kind]);
    else
        status = list_torsions(list, count, "improper", ff->improper_type, rows[kind]);
    free(count);
    return status;
}

km_status km_model_list_uses(km_model *model, const km_expansion *e)
{
    const km_forcefield *ff = e->ff;
    use_list list = {.model = model, .ff = ff};
    list.capacity = 1 + 2 * e->n_types + 2 * e->n_kinds + ff->n_bond_types + ff->n_angle_types +
                    ff->n_dihedral_types + ff->n_improper_types + ff->n_pair_types;
    KM_NEW(model->use, list.capacity);
    if (model->metal_use.what != NULL) { /* the list owns it from here on */
        model->use[model->n_uses++] = model->metal_use;
        model->metal_use = (km_parameter_use){0};
    }
    KM_TRY(list_types(&list, e));
    KM_TRY(list_metal_cross(&list, e));
    KM_TRY(list_charges(&list, e));
    for (int kind = 0; kind < KM_TERM_KINDS; kind++)
        KM_TRY(list_terms(&list, e, (km_term_kind)kind));
    return list_pair_rows(&list, e);
}
