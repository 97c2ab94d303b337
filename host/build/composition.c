/* SPDX-License-Identifier: MIT */
#include "host/build/composition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

/* kg/m^3, where the force field knows no density. Only the packed start and molarities depend on
 * it. */
#define SOLVENT_DENSITY 1000.0
#define SALT_DENSITY 2200.0
#define LITRE 1e24 /* nm^3 */

/* Volume of one molecule of a component in the mixture, nm^3: volumes add up. */
static double molecule_volume(const km_forcefield *ff, int molecule, bool ion)
{
    const km_ff_molecule *m = &ff->molecule[molecule];
    const double density = m->density > 0.0 ? m->density : ion ? SALT_DENSITY : SOLVENT_DENSITY;
    return km_ff_molecule_mass(ff, molecule) * KM_KG_M3_PER_U_NM3 / density;
}

static km_status lookup(const km_forcefield *ff, const char *key, const char *where, int *out)
{
    *out = km_forcefield_molecule(ff, key);
    if (*out < 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: no molecule '%s' in the force field", where, key);
    return KM_OK;
}

static int divisor(int a, int b)
{
    return b == 0 ? a : divisor(b, a % b);
}

/* Adds `amount` of a molecule, merging with a component that is there already. */
static void add(km_amounts *a, int molecule, double amount, double requested, const char *unit,
                bool ion)
{
    for (int k = 0; k < a->n; k++)
        if (a->component[k].molecule == molecule) {
            a->component[k].amount += amount;
            a->component[k].requested += requested;
            return;
        }
    a->component[a->n++] = (km_amount){molecule, amount, requested, unit, ion};
}

/* Amounts of salt per kg of solvent, litre of solution, or mole part; and of each solvent. */
static km_status mixture(const km_recipe_liquid *l, const km_forcefield *ff, km_amounts *a)
{
    double solvent_mass = 0.0, solvent_volume = 0.0, salt_volume = 0.0, salt_moles = 0.0;
    double *solvent_moles;
    KM_NEW(solvent_moles, l->n_solvents);
    for (int k = 0; k < l->n_solvents; k++) {
        const km_recipe_solvent *s = &l->solvent[k];
        int molecule;
        const km_status status = lookup(ff, s->molecule, "cell.liquid.solvents", &molecule);
        if (status != KM_OK) {
            free(solvent_moles);
            return status;
        }
        const double mass = km_ff_molecule_mass(ff, molecule);
        const double volume = molecule_volume(ff, molecule, false);
        solvent_moles[k] = s->mole_parts + s->mass_parts / mass + s->volume_parts / volume;
        solvent_mass += solvent_moles[k] * mass;
        solvent_volume += solvent_moles[k] * volume;
    }
    double per_litre = 0.0;
    for (int k = 0; k < l->n_salts; k++)
        per_litre += l->salt[k].molarity;
    for (int k = 0; k < l->n_salts; k++) {
        const km_recipe_salt *s = &l->salt[k];
        int cation, anion;
        km_status status = lookup(ff, s->cation, "cell.liquid.salts: cation", &cation);
        if (status == KM_OK)
            status = lookup(ff, s->anion, "cell.liquid.salts: anion", &anion);
        const int plus = status == KM_OK ? ff->molecule[cation].charge : 0;
        const int minus = status == KM_OK ? -ff->molecule[anion].charge : 0;
        if (status == KM_OK && (plus <= 0 || minus <= 0))
            status = KM_FAIL(KM_ERROR_INPUT,
                             "cell.liquid.salts: %s (charge %d) and %s (charge %d) make no salt",
                             s->cation, plus, s->anion, -minus);
        if (status != KM_OK) {
            free(solvent_moles);
            return status;
        }
        const int g = divisor(plus, minus);
        const double n_cation = minus / g, n_anion = plus / g;
        const double volume = n_cation * molecule_volume(ff, cation, true) +
                              n_anion * molecule_volume(ff, anion, true);
        /* moles of the salt on the scale on which the solvents are given */
        double moles = s->mole_parts;
        const char *unit = "mole parts";
        double requested = s->mole_parts;
        if (s->molality > 0.0) {
            moles = s->molality * solvent_mass * 1e-3;
            requested = s->molality;
            unit = "mol/kg";
        }
        if (s->molarity > 0.0) {
            moles = s->molarity; /* per litre; the solvents are scaled to fill the rest below */
            requested = s->molarity;
            unit = "mol/L";
        }
        salt_moles += moles;
        salt_volume += moles * volume;
        add(a, cation, n_cation * moles, n_cation * requested, unit, true);
        add(a, anion, n_anion * moles, n_anion * requested, unit, true);
    }
    double scale = 1.0;
    if (per_litre > 0.0 && solvent_volume > 0.0) {
        const double litre = LITRE / KM_AVOGADRO; /* nm^3 per molecule at 1 mol/L */
        scale = (litre - salt_volume) / solvent_volume;
        if (scale <= 0.0) {
            free(solvent_moles);
            return KM_FAIL(
                KM_ERROR_INPUT,
                "cell.liquid.salts: %g mol/L of salt leaves no room for solvent; the salt alone "
                "fills %.3g L per litre",
                per_litre, salt_volume / litre);
        }
    }
    for (int k = 0; k < l->n_solvents; k++) {
        const km_recipe_solvent *s = &l->solvent[k];
        const int molecule = km_forcefield_molecule(ff, s->molecule);
        add(a, molecule, scale * solvent_moles[k], s->mole_parts + s->mass_parts + s->volume_parts,
            s->volume_parts > 0.0 ? "volume parts"
            : s->mass_parts > 0.0 ? "mass parts"
                                  : "mole parts",
            ff->molecule[molecule].charge != 0);
    }
    a->salt_moles = salt_moles;
    free(solvent_moles);
    return KM_OK;
}

static double total(const km_amounts *a, const km_forcefield *ff, char what)
{
    double sum = 0.0;
    for (int k = 0; k < a->n; k++) {
        const km_amount *c = &a->component[k];
        switch (what) {
        case 'a':
            sum += c->amount * ff->molecule[c->molecule].n_atoms;
            break;
        case 'm':
            sum += c->amount;
            break;
        case 's':
            sum += c->ion ? 0.0 : c->amount;
            break;
        default:
            sum += c->amount * molecule_volume(ff, c->molecule, c->ion);
            break;
        }
    }
    return sum;
}

/* Molecules per mole unit that give the asked size. */
static km_status scale_to_size(const km_recipe_liquid *l, const km_forcefield *ff,
                               const km_amounts *a, double *scale)
{
    if (l->size_ion_pairs > 0) {
        if (a->salt_moles <= 0.0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "cell.liquid.size: ion_pairs, but the liquid has no salt");
        *scale = l->size_ion_pairs / a->salt_moles;
    } else if (l->size_atoms > 0) {
        *scale = l->size_atoms / total(a, ff, 'a');
    } else if (l->size_molecules > 0) {
        const double solvent = total(a, ff, 's');
        *scale = l->size_molecules / (solvent > 0.0 ? solvent : total(a, ff, 'm'));
    } else {
        *scale = l->size_edge * l->size_edge * l->size_edge / total(a, ff, 'v');
    }
    return KM_OK;
}

/* Whole numbers for one scale; the worst relative error of an amount. */
static double round_counts(const km_amounts *a, double scale, int copies, int *count)
{
    double worst = 0.0;
    for (int k = 0; k < a->n; k++) {
        const double exact = a->component[k].amount * scale;
        count[k] = copies * (int)fmax(1.0, floor(exact / copies + 0.5));
        worst = fmax(worst, fabs(count[k] / exact - 1.0));
    }
    return worst;
}

/* The scale within 3 % of the asked size (none for ion pairs) whose whole numbers fit best, such
 * that the first component (the cation) is whole. */
static double best_scale(const km_amounts *a, double scale, bool exact_size, int copies, int *count)
{
    const double first = a->component[0].amount;
    const int centre = (int)fmax(1.0, floor(first * scale / copies + 0.5)) * copies;
    const int spread = exact_size ? 0 : (int)(0.03 * centre) / copies * copies;
    double best = centre / first, least = HUGE_VAL;
    for (int n = centre - spread; n <= centre + spread; n += copies) {
        const double error = round_counts(a, n / first, copies, count);
        if (n > 0 && error < least - 1e-9) {
            least = error;
            best = n / first;
        }
    }
    round_counts(a, best, copies, count);
    return best;
}

static double achieved(const km_amounts *a, const km_forcefield *ff, const int *count, int k)
{
    const km_amount *c = &a->component[k];
    double solvent_mass = 0.0, volume = 0.0;
    for (int j = 0; j < a->n; j++) {
        const km_amount *other = &a->component[j];
        volume += count[j] * molecule_volume(ff, other->molecule, other->ion);
        if (!other->ion)
            solvent_mass += count[j] * km_ff_molecule_mass(ff, other->molecule);
    }
    if (strcmp(c->unit, "mol/L") == 0)
        return count[k] / volume * LITRE / KM_AVOGADRO;
    if (strcmp(c->unit, "mol/kg") == 0)
        return count[k] / solvent_mass * 1e3;
    /* parts: relative to the first component in the same unit */
    int first = 0;
    while (strcmp(a->component[first].unit, c->unit) != 0)
        first++;
    return a->component[first].requested * (count[k] / (double)count[first]) /
           (c->amount / a->component[first].amount) *
           (c->requested / a->component[first].requested);
}

km_status km_composition(const km_recipe_liquid *l, const km_forcefield *ff, km_system *system,
                         int *copies)
{
    km_amounts a = {0};
    int *count;
    double scale = 0.0;
    KM_NEW(a.component, 2 * l->n_salts + l->n_solvents);
    km_status status = mixture(l, ff, &a);
    if (status == KM_OK)
        status = scale_to_size(l, ff, &a, &scale);
    if (status == KM_OK)
        status = km_allocate((void **)&count, (size_t)a.n, sizeof *count);
    if (status != KM_OK) {
        free(a.component);
        return status;
    }
    *copies = 1;
    while (scale * total(&a, ff, 'a') / (*copies * *copies * *copies) > KM_LARGEST_PACKED)
        ++*copies;
    const int boxes = *copies * *copies * *copies;
    best_scale(&a, scale, l->size_ion_pairs > 0 || l->size_molecules > 0, boxes, count);
    status = km_allocate((void **)&system->component, (size_t)a.n, sizeof *system->component);
    double volume = 0.0, mass = 0.0;
    for (int k = 0; k < a.n && status == KM_OK; k++) {
        const km_amount *c = &a.component[k];
        system->component[k] = (km_system_component){c->molecule, count[k], c->requested,
                                                     achieved(&a, ff, count, k), c->unit};
        system->n_components++;
        system->n_molecules += count[k];
        system->n_atoms += count[k] * ff->molecule[c->molecule].n_atoms;
        volume += count[k] * molecule_volume(ff, c->molecule, c->ion);
        mass += count[k] * km_ff_molecule_mass(ff, c->molecule);
    }
    if (l->density > 0.0)
        volume = mass * KM_KG_M3_PER_U_NM3 / l->density;
    const double edge = l->size_edge > 0.0 && l->density <= 0.0 ? l->size_edge : cbrt(volume);
    system->box = km_box_orthorhombic(edge, edge, edge);
    free(count);
    free(a.component);
    return status;
}
