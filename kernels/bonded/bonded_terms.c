/* SPDX-License-Identifier: MIT */
#include "kernels/bonded/bonded_terms.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const km_bonded_kind_row km_bonded_kind_of[KM_BONDED_KINDS] = {
    [KM_BONDED_BOND] = {"bond", sizeof(km_bond), 2},
    [KM_BONDED_ANGLE] = {"angle", sizeof(km_angle_ready), 3},
    [KM_BONDED_RB] = {"Ryckaert-Bellemans dihedral", sizeof(km_dihedral_rb), 4},
    [KM_BONDED_PERIODIC] = {"periodic dihedral", sizeof(km_periodic_ready), 4},
    [KM_BONDED_IMPROPER] = {"improper dihedral", sizeof(km_improper_harmonic), 4},
    [KM_BONDED_PAIR14] = {"1-4 pair", sizeof(km_pair14), 2},
    [KM_BONDED_EXCLUDED] = {"excluded pair", sizeof(km_excluded_ready), 2},
};

const int *km_bonded_atoms(const km_bonded_terms *terms, int kind, int m)
{
    return (const int *)((const char *)terms->table[kind].term +
                         (size_t)m * km_bonded_kind_of[kind].size);
}

void km_bonded_terms_free(km_bonded_terms *terms)
{
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++)
        free(terms->table[kind].term);
    memset(terms, 0, sizeof *terms);
}

static km_status check_term(km_bonded_kind kind, int m, const int *atom, const double *parameter,
                            int n_parameters, int n)
{
    for (int a = 0; a < km_bonded_kind_of[kind].n_atoms; a++) {
        if (atom[a] < 0 || atom[a] >= n)
            return KM_FAIL(KM_ERROR_VALUE, "%s %d names atom %d; there are %d atoms, from 0",
                           km_bonded_kind_of[kind].name, m, atom[a], n);
        for (int b = 0; b < a; b++)
            if (atom[a] == atom[b])
                return KM_FAIL(KM_ERROR_VALUE, "%s %d names atom %d twice",
                               km_bonded_kind_of[kind].name, m, atom[a]);
    }
    for (int k = 0; k < n_parameters; k++)
        if (!isfinite(parameter[k]))
            return KM_FAIL(KM_ERROR_VALUE,
                           "%s %d, whose first atom is %d, has a parameter that is "
                           "not a number",
                           km_bonded_kind_of[kind].name, m, atom[0]);
    return KM_OK;
}

static km_status copy_angles(const km_bonded_spec *spec, int n, km_bonded_table *table)
{
    km_angle_ready *out;
    KM_NEW(out, spec->n_angles);
    table->term = out;
    table->n = spec->n_angles;
    for (int m = 0; m < table->n; m++) {
        const km_angle *t = &spec->angle[m];
        const double parameter[2] = {t->theta0, t->k_theta};
        KM_TRY(check_term(KM_BONDED_ANGLE, m, &t->i, parameter, 2, n));
        out[m] = (km_angle_ready){t->i, t->j, t->k, t->k_theta, cos(t->theta0), sin(t->theta0)};
    }
    return KM_OK;
}

static km_status copy_periodic(const km_bonded_spec *spec, int n, km_bonded_table *table)
{
    km_periodic_ready *out;
    KM_NEW(out, spec->n_dihedrals_periodic);
    table->term = out;
    table->n = spec->n_dihedrals_periodic;
    for (int m = 0; m < table->n; m++) {
        const km_dihedral_periodic *t = &spec->dihedral_periodic[m];
        const double parameter[2] = {t->phi0, t->k_phi};
        KM_TRY(check_term(KM_BONDED_PERIODIC, m, &t->i, parameter, 2, n));
        if (t->multiplicity < 0)
            return KM_FAIL(KM_ERROR_VALUE,
                           "periodic dihedral %d has multiplicity %d; it must be 0 "
                           "or more",
                           m, t->multiplicity);
        memcpy(out[m].atom, &t->i, sizeof out[m].atom);
        out[m].multiplicity = t->multiplicity;
        out[m].energy_term = t->improper ? KM_ENERGY_IMPROPER : KM_ENERGY_DIHEDRAL;
        out[m].k_phi = t->k_phi;
        out[m].cosine0 = cos(t->phi0);
        out[m].sine0 = sin(t->phi0);
    }
    return KM_OK;
}

/* Pairs without charge, and all pairs when there is no mesh, need no correction. */
static km_status copy_excluded(const km_bonded_spec *spec, const double *charge, int n_atoms,
                               km_bonded_table *table)
{
    const int n = spec->ewald_alpha > 0.0 ? spec->n_excluded : 0;
    km_excluded_ready *out;
    KM_NEW(out, n);
    table->term = out;
    for (int m = 0; m < n; m++) {
        const int *atom = &spec->excluded[2 * m];
        KM_TRY(check_term(KM_BONDED_EXCLUDED, m, atom, NULL, 0, n_atoms));
        const double qq = spec->coulomb_constant * charge[atom[0]] * charge[atom[1]];
        if (qq != 0.0)
            out[table->n++] = (km_excluded_ready){atom[0], atom[1], qq};
    }
    return KM_OK;
}

/* A table whose terms are stored as given. offset: where the n_parameters doubles begin. */
static km_status copy_terms(km_bonded_kind kind, const void *term, int n_terms, size_t offset,
                            int n_parameters, int n, km_bonded_table *table)
{
    char *out;
    KM_NEW(out, (size_t)n_terms * km_bonded_kind_of[kind].size);
    table->term = out;
    table->n = n_terms;
    if (n_terms > 0)
        memcpy(out, term, (size_t)n_terms * km_bonded_kind_of[kind].size);
    for (int m = 0; m < n_terms; m++) {
        const char *at = out + (size_t)m * km_bonded_kind_of[kind].size;
        KM_TRY(
            check_term(kind, m, (const int *)at, (const double *)(at + offset), n_parameters, n));
    }
    return KM_OK;
}

km_status km_bonded_terms_make(const km_bonded_spec *spec, const double *charge, int n_atoms,
                               km_bonded_terms *out)
{
    km_bonded_table *table = out->table;
    const int n = n_atoms;
    out->alpha = spec->ewald_alpha;
    KM_TRY(copy_terms(KM_BONDED_BOND, spec->bond, spec->n_bonds, offsetof(km_bond, r0), 2, n,
                      &table[KM_BONDED_BOND]));
    KM_TRY(copy_angles(spec, n, &table[KM_BONDED_ANGLE]));
    KM_TRY(copy_terms(KM_BONDED_RB, spec->dihedral_rb, spec->n_dihedrals_rb,
                      offsetof(km_dihedral_rb, c), 6, n, &table[KM_BONDED_RB]));
    KM_TRY(copy_periodic(spec, n, &table[KM_BONDED_PERIODIC]));
    KM_TRY(copy_terms(KM_BONDED_IMPROPER, spec->improper, spec->n_impropers,
                      offsetof(km_improper_harmonic, xi0), 2, n, &table[KM_BONDED_IMPROPER]));
    KM_TRY(copy_terms(KM_BONDED_PAIR14, spec->pair14, spec->n_pairs14, offsetof(km_pair14, epsilon),
                      3, n, &table[KM_BONDED_PAIR14]));
    km_pair14 *pair14 = table[KM_BONDED_PAIR14].term;
    for (int m = 0; m < table[KM_BONDED_PAIR14].n; m++)
        pair14[m].qq *= spec->coulomb_constant;
    return copy_excluded(spec, charge, n, &table[KM_BONDED_EXCLUDED]);
}
