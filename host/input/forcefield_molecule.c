/* SPDX-License-Identifier: MIT */
/* Molecules of a force-field file, and everything that can be wrong with one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/forcefield_reader.h"
#include "kernels/base/units.h"

#define KM_CHARGE_TOLERANCE 1e-6 /* e   rounding of printed charges                           */
#define KM_CLOSEST_START 0.03    /* nm  start positions nearer than this are a slip of the pen */
#define KM_LONGEST_START 0.5 /* nm  and so are bonds longer than this                           */

void km_ff_molecule_free(km_ff_molecule *molecule)
{
    for (int s = 0; s < molecule->n_charge_sets; s++)
        free(molecule->charge_set[s].charge);
    free(molecule->charge_set);
    free(molecule->atom);
    free(molecule->bond);
    free(molecule->improper);
    free(molecule->skip_angle);
    free(molecule->pair14);
    memset(molecule, 0, sizeof *molecule);
}

static km_status read_number(km_ff_reader *r, uint32_t row, uint32_t atom, int column, double *out)
{
    static const char *const columns[] = {"name", "type", "charge", "x", "y", "z"};
    const char *text = r->raw->molecule[row].atom[atom][column];
    char *end;
    *out = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(*out) || strpbrk(text, "xX") != NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s, atom %s: %s \"%s\" is not a number",
                       km_ff_place(r, "molecules.%u.atoms.%u", row, atom),
                       r->raw->molecule[row].key, r->raw->molecule[row].atom[atom][0],
                       columns[column], text);
    return KM_OK;
}

static km_status read_atoms(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    KM_NEW(m->atom, raw->n_atoms);
    m->n_atoms = (int)raw->n_atoms;
    for (uint32_t a = 0; a < raw->n_atoms; a++) {
        km_ff_atom *atom = &m->atom[a];
        const char *name = raw->atom[a][0], *type = raw->atom[a][1];
        if (strlen(name) > 4)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: molecule %s: the atom name \"%s\" has more than 4 characters",
                           km_ff_place(r, "molecules.%u.atoms.%u", row, a), raw->key, name);
        for (uint32_t b = 0; b < a; b++)
            if (strcmp(raw->atom[b][0], name) == 0)
                return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s: two atoms are named %s",
                               km_ff_place(r, "molecules.%u.atoms.%u", row, a), raw->key, name);
        atom->type = km_forcefield_atom_type(r->ff, type);
        if (atom->type < 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: molecule %s, atom %s: unknown atom type \"%s\"; it is neither in "
                           "this file nor in one before it",
                           km_ff_place(r, "molecules.%u.atoms.%u", row, a), raw->key, name, type);
        KM_TRY(km_ff_keep(r->ff, name, &atom->name));
        KM_TRY(read_number(r, row, a, 2, &atom->charge));
        for (int c = 0; c < 3; c++) {
            KM_TRY(read_number(r, row, a, 3 + c, &atom->position[c]));
            atom->position[c] *= r->length;
        }
    }
    return KM_OK;
}

static double start_distance(const km_ff_molecule *m, int a, int b)
{
    double square = 0.0;
    for (int c = 0; c < 3; c++) {
        const double d = m->atom[a].position[c] - m->atom[b].position[c];
        square += d * d;
    }
    return sqrt(square);
}

static km_status check_start_geometry(km_ff_reader *r, uint32_t row, const km_ff_molecule *m)
{
    for (int a = 0; a < m->n_atoms; a++)
        for (int b = 0; b < a; b++)
            if (start_distance(m, a, b) < KM_CLOSEST_START)
                return KM_FAIL(KM_ERROR_INPUT,
                               "%s: molecule %s: atoms %s and %s start %.3g nm apart; are the "
                               "positions in the file's unit of length?",
                               km_ff_place(r, "molecules.%u.atoms.%d", row, a), m->key,
                               m->atom[b].name, m->atom[a].name, start_distance(m, a, b));
    for (int k = 0; k < m->n_bonds; k++) {
        const int a = m->bond[k][0], b = m->bond[k][1];
        if (start_distance(m, a, b) > KM_LONGEST_START)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: molecule %s: atoms %s and %s are bonded but start %.3g nm apart; "
                           "are the positions in the file's unit of length?",
                           km_ff_place(r, "molecules.%u.atoms.%d", row, b), m->key, m->atom[a].name,
                           m->atom[b].name, start_distance(m, a, b));
    }
    return KM_OK;
}

static km_status check_charge(km_ff_reader *r, uint32_t row, const km_ff_molecule *m)
{
    double sum = 0.0;
    for (int a = 0; a < m->n_atoms; a++)
        sum += m->atom[a].charge;
    if (fabs(sum - m->net) > KM_CHARGE_TOLERANCE)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: molecule %s: the atomic charges sum to %.7g e, but %s is %g",
                       km_ff_place(r, "molecules.%u.charge", row), m->key, sum,
                       m->net != m->charge ? "net_charge" : "charge", m->net);
    return KM_OK;
}

/* Every index lies in the molecule and none appears twice in one row. */
static km_status check_indices(km_ff_reader *r, uint32_t row, const char *list, uint32_t entry,
                               const int *index, int n, int n_atoms)
{
    for (int a = 0; a < n; a++) {
        if (index[a] < 0 || index[a] >= n_atoms)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: molecule %s: %s: atom %d does not exist; atoms are counted from 0 "
                           "to %d",
                           km_ff_place(r, "molecules.%u.%s.%u", row, list, entry),
                           r->raw->molecule[row].key, list, index[a], n_atoms - 1);
        for (int b = 0; b < a; b++)
            if (index[a] == index[b])
                return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s: %s: atom %d appears twice",
                               km_ff_place(r, "molecules.%u.%s.%u", row, list, entry),
                               r->raw->molecule[row].key, list, index[a]);
    }
    return KM_OK;
}

static bool bonded(const km_ff_molecule *m, int i, int j)
{
    for (int b = 0; b < m->n_bonds; b++)
        if ((m->bond[b][0] == i && m->bond[b][1] == j) ||
            (m->bond[b][0] == j && m->bond[b][1] == i))
            return true;
    return false;
}

static km_status read_bonds(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    KM_NEW(m->bond, raw->n_bonds);
    for (uint32_t b = 0; b < raw->n_bonds; b++) {
        const int *pair = raw->bond[b];
        KM_TRY(check_indices(r, row, "bonds", b, pair, 2, m->n_atoms));
        if (bonded(m, pair[0], pair[1]))
            return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s: the bond %d-%d is given twice",
                           km_ff_place(r, "molecules.%u.bonds.%u", row, b), m->key, pair[0],
                           pair[1]);
        m->bond[b][0] = pair[0] < pair[1] ? pair[0] : pair[1];
        m->bond[b][1] = pair[0] < pair[1] ? pair[1] : pair[0];
        m->n_bonds++;
    }
    return KM_OK;
}

/* Colours spread along bonds until nothing changes; all atoms must end with one colour. */
static km_status check_connected(km_ff_reader *r, uint32_t row, const km_ff_molecule *m)
{
    int *colour = NULL;
    KM_NEW(colour, m->n_atoms);
    for (int a = 0; a < m->n_atoms; a++)
        colour[a] = a;
    for (bool changed = true; changed;) {
        changed = false;
        for (int b = 0; b < m->n_bonds; b++) {
            int *i = &colour[m->bond[b][0]], *j = &colour[m->bond[b][1]];
            const int least = *i < *j ? *i : *j;
            changed = changed || *i != *j;
            *i = *j = least;
        }
    }
    int lone = -1;
    for (int a = 0; a < m->n_atoms && lone < 0; a++)
        if (colour[a] != 0)
            lone = a;
    free(colour);
    if (lone < 0)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: molecule %s: atom %s is not connected to atom %s by bonds; give two "
                   "molecules",
                   km_ff_place(r, "molecules.%u.bonds", row), m->key, m->atom[lone].name,
                   m->atom[0].name);
}

static km_status read_impropers(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    KM_NEW(m->improper, raw->n_impropers);
    for (uint32_t t = 0; t < raw->n_impropers; t++) {
        const int *q = raw->improper[t];
        KM_TRY(check_indices(r, row, "impropers", t, q, 4, m->n_atoms));
        if (r->raw->conventions.improper == KM_FF_CENTRAL_THIRD &&
            (!bonded(m, q[0], q[2]) || !bonded(m, q[1], q[2]) || !bonded(m, q[3], q[2])))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: molecule %s: the third atom of an improper must be bonded to the "
                           "three others; %s is not",
                           km_ff_place(r, "molecules.%u.impropers.%u", row, t), m->key,
                           m->atom[q[2]].name);
        memcpy(m->improper[t], q, sizeof m->improper[t]);
        m->n_impropers++;
    }
    return KM_OK;
}

static km_status read_skipped_angles(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    KM_NEW(m->skip_angle, raw->n_skip_angles);
    for (uint32_t t = 0; t < raw->n_skip_angles; t++) {
        const int *a = raw->skip_angle[t];
        KM_TRY(check_indices(r, row, "skip_angles", t, a, 3, m->n_atoms));
        if (!bonded(m, a[0], a[1]) || !bonded(m, a[1], a[2]))
            return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s: %d-%d-%d is not an angle",
                           km_ff_place(r, "molecules.%u.skip_angles.%u", row, t), m->key, a[0],
                           a[1], a[2]);
        memcpy(m->skip_angle[t], a, sizeof m->skip_angle[t]);
        m->n_skip_angles++;
    }
    return KM_OK;
}

static km_status read_pairs14(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    if (raw->n_pairs14 > 0 && !raw->lists_pairs14)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: molecule %s: pairs14 stand instead of those three bonds apart; say so "
                       "by lists_pairs14: true",
                       km_ff_place(r, "molecules.%u.pairs14", row), m->key);
    m->lists_pairs14 = raw->lists_pairs14;
    KM_NEW(m->pair14, raw->n_pairs14);
    for (uint32_t p = 0; p < raw->n_pairs14; p++) {
        const km_raw_pair14 *pair = &raw->pair14[p];
        KM_TRY(check_indices(r, row, "pairs14", p, pair->atom, 2, m->n_atoms));
        if ((pair->sigma == NULL) != (pair->epsilon == NULL) ||
            (pair->sigma != NULL && (*pair->sigma < 0.0 || *pair->epsilon < 0.0)))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: molecule %s: give sigma and epsilon, neither below 0, or neither "
                           "where the pair is mixed and scaled",
                           km_ff_place(r, "molecules.%u.pairs14.%u", row, p), m->key);
        m->pair14[m->n_pairs14++] =
            (km_ff_pair14){.atom = {pair->atom[0], pair->atom[1]},
                           .mixed = pair->sigma == NULL,
                           .sigma = pair->sigma != NULL ? *pair->sigma * r->length : 0.0,
                           .epsilon = pair->epsilon != NULL ? *pair->epsilon * r->energy : 0.0};
    }
    return KM_OK;
}

static km_status read_charge_set(km_ff_reader *r, uint32_t row, uint32_t s, km_ff_charge_set *set,
                                 const km_ff_molecule *m)
{
    const km_raw_charge_set *raw = &r->raw->molecule[row].charge_set[s];
    if ((int)raw->n_charges != m->n_atoms)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: molecule %s: the charge set %s has %u charges for %d atoms",
                       km_ff_place(r, "molecules.%u.charge_sets.%u", row, s), m->key, raw->name,
                       raw->n_charges, m->n_atoms);
    KM_NEW(set->charge, m->n_atoms);
    double sum = 0.0;
    for (int a = 0; a < m->n_atoms; a++)
        sum += set->charge[a] = raw->charge[a];
    if (fabs(sum - raw->net) > KM_CHARGE_TOLERANCE)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: molecule %s: the charge set %s sums to %.7g e, but net is %g",
                       km_ff_place(r, "molecules.%u.charge_sets.%u", row, s), m->key, raw->name,
                       sum, raw->net);
    set->net = raw->net;
    KM_TRY(km_ff_keep(r->ff, raw->name, &set->name));
    KM_TRY(km_ff_keep(r->ff, raw->note, &set->note));
    char node[64];
    snprintf(node, sizeof node, "molecules.%u.charge_sets", row);
    return km_ff_join_sources(r, &raw->source, &set->source, node, s);
}

static km_status read_charge_sets(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    KM_NEW(m->charge_set, raw->n_charge_sets);
    m->n_charge_sets = (int)raw->n_charge_sets;
    for (uint32_t s = 0; s < raw->n_charge_sets; s++) {
        for (uint32_t t = 0; t < s; t++)
            if (strcmp(raw->charge_set[s].name, raw->charge_set[t].name) == 0)
                return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s has two charge sets \"%s\"",
                               km_ff_place(r, "molecules.%u.charge_sets.%u", row, s), m->key,
                               raw->charge_set[s].name);
        KM_TRY(read_charge_set(r, row, s, &m->charge_set[s], m));
    }
    return KM_OK;
}

static km_status read_rigid(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_rigid *raw = r->raw->molecule[row].rigid;
    if (raw == NULL)
        return KM_OK;
    if (m->n_atoms != 3 || m->n_bonds != 2)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: molecule %s: only a molecule of 3 atoms and 2 bonds can be rigid",
                       km_ff_place(r, "molecules.%u.rigid", row), m->key);
    if (!(raw->bond > 0 && raw->angle > 0 && raw->angle < 180))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: molecule %s: bond_A must be above 0 and angle_deg between 0 and 180",
                       km_ff_place(r, "molecules.%u.rigid", row), m->key);
    m->rigid = true;
    m->rigid_length = raw->bond * KM_NM_PER_ANGSTROM;
    m->rigid_angle = raw->angle * KM_PI / 180.0;
    return KM_OK;
}

static km_status read_density(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_density *raw = r->raw->molecule[row].density;
    if (raw == NULL)
        return KM_OK;
    if (!(raw->value > 0) || raw->temperature < 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: molecule %s: kg_m3 must be above 0, T_K not below 0",
                       km_ff_place(r, "molecules.%u.density", row), m->key);
    char *sources;
    char node[64];
    snprintf(node, sizeof node, "molecules.%u.density.source", row);
    KM_TRY(km_ff_join_sources(r, &raw->source, &sources, node, 0));
    m->density = raw->value;
    m->density_temperature = raw->temperature;
    return KM_OK;
}

static km_status read_texts(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    const km_raw_molecule *raw = &r->raw->molecule[row];
    km_forcefield *ff = r->ff;
    KM_TRY(km_ff_keep(ff, raw->key, &m->key));
    KM_TRY(km_ff_keep(ff, raw->residue, &m->residue));
    KM_TRY(km_ff_keep(ff, raw->name, &m->name));
    KM_TRY(km_ff_keep(ff, raw->group, &m->group));
    KM_TRY(km_ff_keep(ff, raw->smiles, &m->smiles));
    KM_TRY(km_ff_keep(ff, raw->note, &m->note));
    KM_TRY(km_ff_join_sources(r, &raw->source, &m->source, "molecules", row));
    m->file = r->file;
    m->charge = raw->charge;
    m->net = raw->net_charge != NULL ? *raw->net_charge : raw->charge;
    m->status = raw->status;
    return KM_OK;
}

static km_status read_molecule(km_ff_reader *r, uint32_t row, km_ff_molecule *m)
{
    KM_TRY(read_texts(r, row, m));
    KM_TRY(read_atoms(r, row, m));
    KM_TRY(check_charge(r, row, m));
    KM_TRY(read_bonds(r, row, m));
    KM_TRY(check_start_geometry(r, row, m));
    KM_TRY(check_connected(r, row, m));
    KM_TRY(read_impropers(r, row, m));
    KM_TRY(read_skipped_angles(r, row, m));
    KM_TRY(read_pairs14(r, row, m));
    KM_TRY(read_charge_sets(r, row, m));
    KM_TRY(read_rigid(r, row, m));
    return read_density(r, row, m);
}

static int find_molecule(const km_forcefield *ff, const char *key)
{
    for (int m = 0; m < ff->n_molecules; m++)
        if (strcmp(ff->molecule[m].key, key) == 0)
            return m;
    return -1;
}

/* Says whether the row is new (known = -1) and refuses doubles in key and residue. */
static km_status check_names(km_ff_reader *r, uint32_t row, int known)
{
    const km_forcefield *ff = r->ff;
    const km_raw_molecule *raw = &r->raw->molecule[row];
    if (known >= 0 && ff->molecule[known].file == r->file)
        return KM_FAIL(KM_ERROR_INPUT, "%s: the molecule \"%s\" is given twice",
                       km_ff_place(r, "molecules.%u.key", row), raw->key);
    if (raw->residue[strspn(raw->residue, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789")] != '\0')
        return KM_FAIL(KM_ERROR_INPUT, "%s: residue \"%s\": only letters and digits may be used",
                       km_ff_place(r, "molecules.%u.residue", row), raw->residue);
    for (int m = 0; m < ff->n_molecules; m++)
        if (m != known && strcmp(ff->molecule[m].residue, raw->residue) == 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the residue name \"%s\" belongs to %s already",
                           km_ff_place(r, "molecules.%u.residue", row), raw->residue,
                           ff->molecule[m].key);
    return KM_OK;
}

km_status km_ff_add_molecules(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const uint32_t n = r->raw->n_molecules;
    KM_TRY(km_ff_grow((void **)&ff->molecule, ff->n_molecules, n, sizeof *ff->molecule));
    for (uint32_t row = 0; row < n; row++) {
        const int known = find_molecule(ff, r->raw->molecule[row].key);
        KM_TRY(check_names(r, row, known));
        km_ff_molecule molecule = {0};
        const km_status status = read_molecule(r, row, &molecule);
        if (status != KM_OK) {
            km_ff_molecule_free(&molecule);
            return status;
        }
        km_ff_molecule *slot = &ff->molecule[known >= 0 ? known : ff->n_molecules];
        if (known >= 0) {
            char what[64];
            snprintf(what, sizeof what, "molecule %s", molecule.key);
            const km_status noted = km_ff_note_override(r, what, slot->file);
            km_ff_molecule_free(slot);
            *slot = molecule;
            KM_TRY(noted);
        } else {
            *slot = molecule;
            ff->n_molecules++;
        }
    }
    return KM_OK;
}
