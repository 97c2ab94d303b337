/* SPDX-License-Identifier: MIT */
/* topol.top and the .itp of each kind of molecule. */
#include <math.h>
#include <string.h>

#include "host/export/gromacs.h"
#include "host/output/atomic_file.h"
#include "kernels/base/units.h"

#define DEGREE (180.0 / KM_PI)

/* ---- topol.top ---- */

/* Would the mixing rule give this pair? GROMACS's rules 3 and 2 are ours. */
static bool is_mixed(const km_pair_spec *pair, km_mixing mixing, int a, int b)
{
    const int n = pair->n_types;
    const double *pa = &pair->parameter[(size_t)(a * n + a) * KM_VDW_PARAMETERS];
    const double *pb = &pair->parameter[(size_t)(b * n + b) * KM_VDW_PARAMETERS];
    const double *p = &pair->parameter[(size_t)(a * n + b) * KM_VDW_PARAMETERS];
    const double epsilon = sqrt(pa[0] * pb[0]);
    const double sigma =
        mixing == KM_MIXING_GEOMETRIC ? sqrt(pa[1] * pb[1]) : 0.5 * (pa[1] + pb[1]);
    return fabs(p[0] - epsilon) <= 1e-12 * epsilon && fabs(p[1] - sigma) <= 1e-12 * sigma;
}

static void put_types(FILE *out, const km_model *model)
{
    const int n = model->pair.n_types;
    fputs("\n[ atomtypes ]\n; name mass charge ptype sigma_nm epsilon_kJ/mol\n", out);
    for (int t = 0; t < n; t++) {
        const double *p = model->pair.parameter + (size_t)(t * n + t) * KM_VDW_PARAMETERS;
        int i = 0; /* every type of the table occurs */
        while (model->type[i] != t)
            i++;
        fprintf(out, "%s %.10g 0 A %.15g %.15g\n", model->labels->type_name[i], model->mass[i],
                p[1], p[0]);
    }
}

static const char *type_name(const km_model *model, int type)
{
    int i = 0;
    while (model->type[i] != type)
        i++;
    return model->labels->type_name[i];
}

static void put_pair_types(FILE *out, const km_gromacs *g)
{
    const km_model *model = g->e->model;
    const int n = model->pair.n_types;
    bool begun = false;
    for (int a = 0; a < n; a++)
        for (int b = a; b < n; b++) {
            const double *p = model->pair.parameter + (size_t)(a * n + b) * KM_VDW_PARAMETERS;
            if (is_mixed(&model->pair, g->e->forcefield->mixing, a, b))
                continue;
            if (!begun)
                fputs("\n[ nonbond_params ]\n; not by the mixing rule\n", out);
            begun = true;
            fprintf(out, "%s %s 1 %.15g %.15g\n", type_name(model, a), type_name(model, b), p[1],
                    p[0]);
        }
}

static void put_molecules(FILE *out, const km_gromacs *g)
{
    const km_labels *labels = g->e->model->labels;
    fprintf(out, "\n[ system ]\n%.200s\n\n[ molecules ]\n",
            g->e->recipe->title != NULL ? g->e->recipe->title : "cell");
    for (int m = 0, count; m < labels->n_molecules; m += count) {
        const int kind = labels->molecule_kind[m];
        for (count = 1; m + count < labels->n_molecules; count++)
            if (labels->molecule_kind[m + count] != kind)
                break;
        fprintf(out, "%s %d\n", g->name[kind].name, count);
    }
}

km_status km_gromacs_write_topology(const char *path, const km_gromacs *g)
{
    const km_forcefield *ff = g->e->forcefield;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    fprintf(out,
            "; Written by kalium. Every parameter stands beside its term; charges are those that\n"
            "; were simulated.\n\n"
            "[ defaults ]\n; nbfunc comb-rule gen-pairs fudgeLJ fudgeQQ\n1 %d no %.15g %.15g\n",
            ff->mixing == KM_MIXING_GEOMETRIC ? 3 : 2, ff->scale14_lj, ff->scale14_coulomb);
    put_types(out, g->e->model);
    put_pair_types(out, g);
    fputc('\n', out);
    for (int k = 0; k < g->e->model->labels->n_kinds; k++)
        fprintf(out, "#include \"%s.itp\"\n", g->name[k].name);
    put_molecules(out, g);
    return km_atomic_stream_commit(&file);
}

/* ---- one kind of molecule ---- */

typedef struct molecule {
    const km_model *model;
    int first, end; /* its first atom and the one after its last */
    FILE *out;
} molecule;

/* Terms of all kinds begin with an atom and are in the order of molecules: where those of one
 * begin and end. */
static void find_terms(const molecule *m, const void *terms, size_t size, int n, int range[2])
{
    const char *term = terms;
    range[0] = 0;
    while (range[0] < n && *(const int *)(term + (size_t)range[0] * size) < m->first)
        range[0]++;
    range[1] = range[0];
    while (range[1] < n && *(const int *)(term + (size_t)range[1] * size) < m->end)
        range[1]++;
}

/* The heading before the first term, then its atoms counted from 1. */
static void put_term(const molecule *m, const char *heading, bool first, const int *atom, int n)
{
    if (first)
        fprintf(m->out, "\n[ %s ]\n", heading);
    for (int k = 0; k < n; k++)
        fprintf(m->out, "%d ", atom[k] - m->first + 1);
}

static void put_atoms(const molecule *m, const km_molecule_kind *kind)
{
    const km_labels *labels = m->model->labels;
    double sum = 0.0;
    fputs("\n[ atoms ]\n; nr type resnr residue atom cgnr charge mass\n", m->out);
    for (int i = m->first; i < m->end; i++) {
        sum += m->model->charge[i];
        fprintf(m->out, "%d %s 1 %s %s %d %.12g %.10g\n", i - m->first + 1, labels->type_name[i],
                kind->residue, labels->atom_name[i], i - m->first + 1, m->model->charge[i],
                m->model->mass[i]);
    }
    fprintf(m->out, "; total charge %.9g\n", sum);
}

static void put_bonds(const molecule *m)
{
    const km_bonded_spec *bonded = &m->model->bonded;
    int range[2];
    find_terms(m, bonded->bond, sizeof *bonded->bond, bonded->n_bonds, range);
    for (int b = range[0]; b < range[1]; b++) {
        const km_bond *bond = &bonded->bond[b];
        const int atom[2] = {bond->i, bond->j};
        put_term(m, "bonds", b == range[0], atom, 2);
        fprintf(m->out, "1 %.15g %.15g\n", bond->r0, bond->k);
    }
}

static void put_angles(const molecule *m)
{
    const km_bonded_spec *bonded = &m->model->bonded;
    int range[2];
    find_terms(m, bonded->angle, sizeof *bonded->angle, bonded->n_angles, range);
    for (int a = range[0]; a < range[1]; a++) {
        const km_angle *angle = &bonded->angle[a];
        const int atom[3] = {angle->i, angle->j, angle->k};
        put_term(m, "angles", a == range[0], atom, 3);
        fprintf(m->out, "1 %.15g %.15g\n", DEGREE * angle->theta0, angle->k_theta);
    }
}

static void put_dihedrals(const molecule *m)
{
    const km_bonded_spec *bonded = &m->model->bonded;
    int range[2];
    find_terms(m, bonded->dihedral_rb, sizeof *bonded->dihedral_rb, bonded->n_dihedrals_rb, range);
    for (int d = range[0]; d < range[1]; d++) {
        const km_dihedral_rb *rb = &bonded->dihedral_rb[d];
        const int atom[4] = {rb->i, rb->j, rb->k, rb->l};
        put_term(m, "dihedrals", d == range[0], atom, 4);
        fputs("3", m->out);
        for (int k = 0; k < 6; k++)
            fprintf(m->out, " %.15g", rb->c[k] + 0.0); /* no minus before a zero */
        fputc('\n', m->out);
    }
}

static void put_impropers(const molecule *m)
{
    const km_bonded_spec *bonded = &m->model->bonded;
    int range[2];
    find_terms(m, bonded->dihedral_periodic, sizeof *bonded->dihedral_periodic,
               bonded->n_dihedrals_periodic, range);
    for (int d = range[0]; d < range[1]; d++) {
        const km_dihedral_periodic *p = &bonded->dihedral_periodic[d];
        const int atom[4] = {p->i, p->j, p->k, p->l};
        put_term(m, "dihedrals", d == range[0], atom, 4);
        fprintf(m->out, "%d %.15g %.15g %d\n", p->improper ? 4 : 9, DEGREE * p->phi0, p->k_phi,
                p->multiplicity);
    }
    find_terms(m, bonded->improper, sizeof *bonded->improper, bonded->n_impropers, range);
    for (int d = range[0]; d < range[1]; d++) {
        const km_improper_harmonic *p = &bonded->improper[d];
        const int atom[4] = {p->i, p->j, p->k, p->l};
        put_term(m, "dihedrals", d == range[0], atom, 4);
        fprintf(m->out, "2 %.15g %.15g\n", DEGREE * p->xi0, p->k_xi);
    }
}

static void put_pairs14(const molecule *m)
{
    const km_bonded_spec *bonded = &m->model->bonded;
    int range[2];
    find_terms(m, bonded->pair14, sizeof *bonded->pair14, bonded->n_pairs14, range);
    for (int p = range[0]; p < range[1]; p++) {
        const km_pair14 *pair = &bonded->pair14[p];
        const int atom[2] = {pair->i, pair->j};
        put_term(m, "pairs", p == range[0], atom, 2);
        fprintf(m->out, "1 %.15g %.15g\n", pair->sigma, pair->epsilon);
    }
}

/* A rigid triangle. GROMACS wants its middle atom first. */
static km_status put_settles(const molecule *m, const km_molecule_kind *kind)
{
    for (int g = 0; g < m->model->n_groups; g++) {
        const km_constraint_group *group = &m->model->group[g];
        if (group->atom[0] < m->first || group->atom[0] >= m->end)
            continue;
        if (group->atom[0] != m->first || group->n_bonds != 3 || m->end - m->first != 3 ||
            m->model->mass[m->first + 1] != m->model->mass[m->first + 2])
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "the rigid molecule %s is not written for GROMACS: its [ settles ] "
                           "wants three atoms, the middle one first and the others alike",
                           kind->name);
        fprintf(m->out, "\n[ settles ]\n1 1 %.15g %.15g\n", group->length[0], group->length[2]);
    }
    return KM_OK;
}

/* All of them in words: nothing depends on which bonds GROMACS counts. */
static void put_exclusions(const molecule *m)
{
    const km_model *model = m->model;
    bool begun = false;
    for (int i = m->first; i < m->end; i++) {
        if (model->exclusion_start[i] == model->exclusion_start[i + 1])
            continue;
        put_term(m, "exclusions", !begun, &i, 1);
        begun = true;
        for (int x = model->exclusion_start[i]; x < model->exclusion_start[i + 1]; x++)
            fprintf(m->out, "%d ", model->exclusion[x] - m->first + 1);
        fputc('\n', m->out);
    }
}

km_status km_gromacs_write_molecule(const char *path, const km_gromacs *g, int kind)
{
    const km_model *model = g->e->model;
    const int number = g->first_molecule[kind];
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    const molecule m = {.model = model,
                        .first = model->molecule_start[number],
                        .end = model->molecule_start[number + 1],
                        .out = file.stream};
    fprintf(m.out, "; %s\n[ moleculetype ]\n%s 0\n", model->labels->kind[kind].name,
            g->name[kind].name);
    put_atoms(&m, &model->labels->kind[kind]);
    put_bonds(&m);
    put_angles(&m);
    put_dihedrals(&m);
    put_impropers(&m);
    put_pairs14(&m);
    const km_status status = put_settles(&m, &model->labels->kind[kind]);
    put_exclusions(&m);
    if (status == KM_OK)
        return km_atomic_stream_commit(&file);
    km_atomic_stream_abandon(&file);
    return status;
}
