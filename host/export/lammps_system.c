/* SPDX-License-Identifier: MIT */
/* system.in: units, styles and coefficients of every term. */
#include <math.h>
#include <string.h>

#include "host/export/lammps.h"
#include "host/model/ewald_choice.h"
#include "host/output/atomic_file.h"
#include "kernels/base/units.h"

#define PER_NM (1.0 / KM_NM_PER_ANGSTROM)
#define DEGREE (180.0 / KM_PI)

/* Styles of LAMMPS, by the form of the pair; a Morse pair with a wall is two of them. */
static const char *const style_of[KM_VDW_COUNT] = {
    [KM_VDW_LENNARD_JONES] = "lj/cut", [KM_VDW_BUCKINGHAM] = "buck", [KM_VDW_BORN_MAYER] = "born",
    [KM_VDW_MORSE] = "morse",          [KM_VDW_MORSE_R12] = "morse",
};

static const char *const term_style[KM_LAMMPS_KINDS] = {"harmonic", "harmonic", NULL, "cvff"};
static const char *const dihedral_style[KM_LAMMPS_DIHEDRALS] = {"opls", "multi/harmonic",
                                                                "nharmonic", "charmm"};

/* The element that the metal's potential gives a type, or NULL. */
static const char *metal_element(const km_lammps *l, int type)
{
    const km_model *model = l->e->model;
    for (int i = 0; model->excluded_group != NULL && i < model->n; i++)
        if (model->type[i] == type && model->excluded_group[i])
            return model->labels->element[i];
    return NULL;
}

/* Does a pair of types interact by the table of pairs? Two metals do not. */
static bool is_pair(const km_lammps *l, int a, int b)
{
    return metal_element(l, a) == NULL || metal_element(l, b) == NULL;
}

static bool uses(const km_lammps *l, km_vdw_form form)
{
    const km_pair_spec *pair = &l->e->model->pair;
    for (int a = 0; a < pair->n_types; a++)
        for (int b = a; b < pair->n_types; b++)
            if (is_pair(l, a, b) && pair->form[a * pair->n_types + b] == (int)form)
                return true;
    return false;
}

static const char *lennard_jones_style(const km_lammps *l)
{
    return l->e->model->has_charges && !l->other_forms ? "lj/cut/coul/long" : "lj/cut";
}

static void put_pair_style(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    const double cutoff = PER_NM * model->pair.cutoff;
    fputs("pair_style", out);
    if (l->overlay)
        fputs(" hybrid/overlay", out);
    if (l->other_forms && model->has_charges)
        fprintf(out, " coul/long %.12g", cutoff);
    if (!model->only_metal && (uses(l, KM_VDW_LENNARD_JONES) || uses(l, KM_VDW_MORSE_R12)))
        fprintf(out, " %s %.12g", lennard_jones_style(l), cutoff);
    if (!model->only_metal && uses(l, KM_VDW_BUCKINGHAM))
        fprintf(out, " buck %.12g", cutoff);
    if (!model->only_metal && uses(l, KM_VDW_BORN_MAYER))
        fprintf(out, " born %.12g", cutoff);
    if (!model->only_metal && (uses(l, KM_VDW_MORSE) || uses(l, KM_VDW_MORSE_R12)))
        fprintf(out, " morse %.12g", cutoff);
    if (l->potential != NULL)
        fprintf(out, " %s", l->metal_style);
    fputc('\n', out);
}

/* The part of a line up to the numbers. */
static void put_pair_head(FILE *out, const km_lammps *l, int a, int b, const char *style)
{
    fprintf(out, "pair_coeff %d %d", a + 1, b + 1);
    if (l->overlay)
        fprintf(out, " %s", style);
}

static void put_wall(FILE *out, const km_lammps *l, int a, int b, double c12)
{
    /* C12/r^12 as Lennard-Jones with a sigma so large that nothing is left of its attraction */
    const double sigma = 100.0;
    put_pair_head(out, l, a, b, "lj/cut");
    fprintf(out, " %.15g %.12g\n", c12 * pow(PER_NM, 12) / l->units->energy / 4.0 / pow(sigma, 12),
            sigma);
}

static void put_pair(FILE *out, const km_lammps *l, int a, int b)
{
    const km_pair_spec *pair = &l->e->model->pair;
    const int k = a * pair->n_types + b;
    const double *p = &pair->parameter[(size_t)k * KM_VDW_PARAMETERS], e = l->units->energy;
    const int form = pair->form[k];
    if (form == KM_VDW_NONE) {
        if (!l->e->model->has_charges)
            fprintf(out, "pair_coeff %d %d none\n", a + 1, b + 1);
        return;
    }
    put_pair_head(out, l, a, b,
                  form == KM_VDW_LENNARD_JONES ? lennard_jones_style(l) : style_of[form]);
    if (form == KM_VDW_LENNARD_JONES)
        fprintf(out, " %.15g %.15g", p[0] / e, PER_NM * p[1]);
    else if (form == KM_VDW_BUCKINGHAM)
        fprintf(out, " %.15g %.15g %.15g", p[0] / e, PER_NM * p[1], p[2] / e * pow(PER_NM, 6));
    else if (form == KM_VDW_BORN_MAYER) /* LAMMPS has the other sign of the last */
        fprintf(out, " %.15g %.15g %.15g %.15g %.15g", p[0] / e, PER_NM * p[1], PER_NM * p[2],
                p[3] / e * pow(PER_NM, 6), -p[4] / e * pow(PER_NM, 8));
    else
        fprintf(out, " %.15g %.15g %.15g", p[0] / e, p[1] / PER_NM, PER_NM * p[2]);
    fputc('\n', out);
    if (form == KM_VDW_MORSE_R12)
        put_wall(out, l, a, b, p[3]);
}

static void put_metal(FILE *out, const km_lammps *l)
{
    const int n = l->e->model->pair.n_types;
    fprintf(out, "pair_coeff * *%s%s", l->overlay ? " " : "", l->overlay ? l->metal_style : "");
    if (strcmp(l->metal_style, "eim") == 0)
        for (int t = 0; t < n; t++)
            fprintf(out, " %s", metal_element(l, t));
    fprintf(out, " %s", km_lammps_file_name(l->potential));
    for (int t = 0; t < n; t++)
        fprintf(out, " %s", metal_element(l, t) != NULL ? metal_element(l, t) : "NULL");
    fputc('\n', out);
}

static void put_pairs(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    const int n = model->pair.n_types;
    fputs("\n", out);
    put_pair_style(out, l);
    if (!model->only_metal)
        fprintf(out, "pair_modify table 0 shift %s tail %s%s\n",
                model->pair.shift && !model->pair.tail ? "yes" : "no",
                model->pair.tail ? "yes" : "no",
                model->pair.tail && model->pair.shift
                    ? " # kalium shifts as well: the same forces (energy.in)"
                    : "");
    if (l->other_forms && model->has_charges)
        fputs("pair_coeff * * coul/long\n", out);
    for (int a = 0; a < n && !model->only_metal; a++)
        for (int b = a; b < n; b++)
            if (is_pair(l, a, b))
                put_pair(out, l, a, b);
    if (l->potential != NULL)
        put_metal(out, l);
}

/* Which styles the dihedrals have, and how many. */
static int count_styles(const km_lammps_terms *dihedrals, bool used[KM_LAMMPS_DIHEDRALS])
{
    int n = 0;
    memset(used, 0, KM_LAMMPS_DIHEDRALS * sizeof *used);
    for (int t = 0; t < dihedrals->n_types; t++) {
        n += !used[dihedrals->type[t].style];
        used[dihedrals->type[t].style] = true;
    }
    return n;
}

static void put_term_style(FILE *out, const km_lammps *l, int kind)
{
    bool used[KM_LAMMPS_DIHEDRALS];
    fprintf(out, "%s_style", km_lammps_kind_name[kind]);
    if (kind != KM_LAMMPS_DIHEDRAL) {
        fprintf(out, " %s\n", term_style[kind]);
        return;
    }
    if (count_styles(&l->terms[kind], used) > 1)
        fputs(" hybrid", out);
    for (int s = 0; s < KM_LAMMPS_DIHEDRALS; s++)
        if (used[s])
            fprintf(out, " %s", dihedral_style[s]);
    fputc('\n', out);
}

static void put_dihedral(FILE *out, const km_lammps *l, const km_lammps_type *type)
{
    const double e = l->units->energy, *x = type->number;
    bool used[KM_LAMMPS_DIHEDRALS];
    if (count_styles(&l->terms[KM_LAMMPS_DIHEDRAL], used) > 1)
        fprintf(out, "%s ", dihedral_style[type->style]);
    if (type->style == KM_LAMMPS_CHARMM) { /* the last: no share of the 1-4 pairs */
        fprintf(out, "%.15g %d %d 0", x[0] / e, (int)x[1], (int)x[2]);
        return;
    }
    const int n = type->style == KM_LAMMPS_NHARMONIC        ? 6
                  : type->style == KM_LAMMPS_MULTI_HARMONIC ? 5
                                                            : 4;
    if (type->style == KM_LAMMPS_NHARMONIC)
        fputs("6 ", out);
    for (int k = 0; k < n; k++)
        fprintf(out, "%s%.15g", k > 0 ? " " : "", x[k] / e);
}

static void put_numbers(FILE *out, const km_lammps *l, int kind, const km_lammps_type *type)
{
    const double e = l->units->energy, *x = type->number;
    switch (kind) {
    case KM_LAMMPS_BOND: /* LAMMPS has no 1/2 */
        fprintf(out, "%.15g %.15g", 0.5 * x[1] / e / (PER_NM * PER_NM), PER_NM * x[0]);
        break;
    case KM_LAMMPS_ANGLE:
        fprintf(out, "%.15g %.15g", 0.5 * x[1] / e, DEGREE * x[0]);
        break;
    case KM_LAMMPS_DIHEDRAL:
        put_dihedral(out, l, type);
        break;
    default:
        fprintf(out, "%.15g %d %d", x[0] / e, (int)x[1], (int)x[2]);
    }
}

static void put_coefficients(FILE *out, const km_lammps *l, int kind)
{
    const km_lammps_terms *terms = &l->terms[kind];
    if (terms->n_types == 0)
        return;
    fputc('\n', out);
    for (int t = 0; t < terms->n_types; t++) {
        const km_lammps_type *type = &terms->type[t];
        fprintf(out, "%s_coeff %d ", km_lammps_kind_name[kind], t + 1);
        put_numbers(out, l, kind, type);
        fputs(" #", out);
        for (int k = 0; k < km_lammps_kind_atoms[kind]; k++)
            fprintf(out, " %s", l->e->model->labels->type_name[type->atom[k]]);
        fputs(type->held ? " (held)\n" : "\n", out);
    }
}

/* LAMMPS measures the error of forces against two unit charges at 1 A. */
static double kspace_accuracy(const km_lammps *l)
{
    const km_model *model = l->e->model;
    const double unit = model->pme.coulomb_constant * PER_NM * PER_NM;
    return l->e->recipe->nonbonded.relative_force_error *
           km_ewald_reference_force(&l->e->box, model->n, model->charge,
                                    model->pme.coulomb_constant) /
           unit;
}

static void put_charges(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    if (!model->has_charges)
        return;
    fprintf(out,
            "\n# brings LAMMPS's Coulomb constant to %.15g kJ nm/mol/e^2\n"
            "dielectric %.17g\n"
            "kspace_style pppm %.3g\n",
            model->pme.coulomb_constant,
            l->units->qqr2e * l->units->energy * KM_NM_PER_ANGSTROM / model->pme.coulomb_constant,
            kspace_accuracy(l));
    if (model->has_slab) /* the height with vacuum over that of the box */
        fprintf(out, "kspace_modify slab %.17g\n", l->e->box.cz / (l->z_high - l->z_low));
}

static void put_head(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    const km_forcefield *ff = l->e->forcefield;
    fprintf(out,
            "# %.200s\n# Written by kalium: the system, for energy.in and run.in.\n\n"
            "units %s\natom_style %s\nboundary p p %s\n",
            l->e->recipe->title != NULL ? l->e->recipe->title : "cell", l->units->name,
            l->molecules         ? "full"
            : model->has_charges ? "charge"
                                 : "atomic",
            model->has_slab ? "f" : "p");
    if (l->molecules)
        fprintf(out, "special_bonds lj 0 0 %.15g coul 0 0 %.15g\n", ff->scale14_lj,
                ff->scale14_coulomb);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++)
        if (l->terms[k].n_types > 0) /* before the data: their sections are read by style */
            put_term_style(out, l, k);
    fputs("read_data system.data\n", out);
}

km_status km_lammps_write_system(const char *path, const km_lammps *l)
{
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    put_head(file.stream, l);
    put_pairs(file.stream, l);
    put_charges(file.stream, l);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++)
        put_coefficients(file.stream, l, k);
    return km_atomic_stream_commit(&file);
}
