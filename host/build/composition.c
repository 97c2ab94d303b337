/* SPDX-License-Identifier: MIT */
#include "host/build/composition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/counts.h"
#include "host/build/molecular_volume.h"
#include "host/build/recipe_place.h"
#include "kernels/base/units.h"

#define PER_LITRE (KM_AVOGADRO * 1e-24) /* molecules/nm^3 at 1 mol/L: 1 L is 1e24 nm^3 */

/* A formula unit of salt, or a molecule of solvent. */
typedef struct part {
    int molecule[2], number[2]; /* cation and anion; of a solvent only the first            */
    bool salt;
    double asked; /* in the unit of the recipe                                */
    double mass, volume;
    int atoms;
} part;

typedef struct mixture {
    const km_recipe *recipe;
    const km_recipe_liquid *liquid;
    const km_forcefield *ff;
    int n; /* salts, then solvents                                     */
    part *part;
    double *amount; /* formula units or molecules of each, on a common scale    */
    int *count;
} mixture;

static int greatest_divisor(int a, int b)
{
    return b == 0 ? a : greatest_divisor(b, a % b);
}

static void measure(const km_forcefield *ff, part *p)
{
    for (int k = 0; k < 2 && p->number[k] > 0; k++) {
        p->mass += p->number[k] * km_ff_molecule_mass(ff, p->molecule[k]);
        p->volume += p->number[k] * km_molecule_volume(ff, p->molecule[k]);
        p->atoms += p->number[k] * ff->molecule[p->molecule[k]].n_atoms;
    }
}

static km_status add_salt(mixture *m, int index)
{
    const km_recipe_salt *salt = &m->liquid->salt[index];
    part *p = &m->part[m->n++];
    KM_TRY(km_find_molecule(m->recipe, m->ff, salt->cation, &p->molecule[0], "%s.salts.%d.cation",
                            m->liquid->node, index));
    KM_TRY(km_find_molecule(m->recipe, m->ff, salt->anion, &p->molecule[1], "%s.salts.%d.anion",
                            m->liquid->node, index));
    const int plus = m->ff->molecule[p->molecule[0]].charge,
              minus = -m->ff->molecule[p->molecule[1]].charge;
    char place[KM_PLACE_LENGTH];
    if (plus <= 0 || minus <= 0)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s: %s has charge %+d and %s has charge %+d; a salt needs a positive cation "
            "and a negative anion (neutral molecules belong to solvents)",
            km_recipe_node(m->recipe, place, "%s.salts.%d", m->liquid->node, index), salt->cation,
            plus, salt->anion, -minus);
    p->number[0] = minus / greatest_divisor(plus, minus);
    p->number[1] = plus / greatest_divisor(plus, minus);
    p->salt = true;
    p->asked = salt->molarity + salt->molality + salt->mole_parts; /* only one is above 0 */
    measure(m->ff, p);
    return KM_OK;
}

static km_status add_solvent(mixture *m, int index)
{
    const km_recipe_solvent *solvent = &m->liquid->solvent[index];
    part *p = &m->part[m->n++];
    KM_TRY(km_find_molecule(m->recipe, m->ff, solvent->molecule, &p->molecule[0],
                            "%s.solvents.%d.molecule", m->liquid->node, index));
    char place[KM_PLACE_LENGTH];
    if (m->ff->molecule[p->molecule[0]].charge != 0)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s: %s carries a charge, so the cell would not be neutral; list it under "
            "salts together with its counter ion",
            km_recipe_node(m->recipe, place, "%s.solvents.%d.molecule", m->liquid->node, index),
            solvent->molecule);
    p->number[0] = 1;
    p->asked = solvent->volume_parts + solvent->mass_parts + solvent->mole_parts;
    measure(m->ff, p);
    return KM_OK;
}

/* The unit of a component: of all salts, or of all solvents. */
static const char *unit_of(const km_recipe_liquid *liquid, bool salt)
{
    if (salt)
        return liquid->salt[0].molarity > 0   ? "mol/L"
               : liquid->salt[0].molality > 0 ? "mol/kg"
                                              : "mole parts";
    return liquid->solvent[0].volume_parts > 0 ? "volume parts"
           : liquid->solvent[0].mass_parts > 0 ? "mass parts"
                                               : "mole parts";
}

/* What one formula unit adds to the total in its unit of parts. */
static double weight_in(const part *p, const char *unit)
{
    return strcmp(unit, "volume parts") == 0 ? p->volume
           : strcmp(unit, "mass parts") == 0 ? p->mass
                                             : 1.0;
}

/* nm^3 of salt units and solvent molecules; amounts may be fractions. */
static double mixture_volume(const mixture *m, const double *amount)
{
    double volume = 0.0, mass = 0.0;
    for (int k = 0; k < m->n; k++) {
        volume += amount[k] * m->part[k].volume;
        mass += amount[k] * m->part[k].mass;
    }
    const double density = m->liquid->density / KM_KG_M3_PER_U_NM3; /* u/nm^3 */
    return density > 0.0 ? mass / density : volume;
}

/* Salt of c formula units per nm^3 of the whole: with volumes that add up V = V_solvent + V sum c
 * v, with a given density V = (m_solvent + V sum c m) / density. */
static km_status dissolve_per_volume(mixture *m, double solvent_mass, double solvent_volume)
{
    double filled = 0.0, litres = 0.0;
    const double density = m->liquid->density / KM_KG_M3_PER_U_NM3;
    for (int k = 0; k < m->liquid->n_salts; k++) {
        litres += m->part[k].asked;
        filled += m->part[k].asked * PER_LITRE *
                  (density > 0.0 ? m->part[k].mass / density : m->part[k].volume);
    }
    char place[KM_PLACE_LENGTH];
    if (filled >= 0.95)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: %g mol/L of salt fills %.3g of the volume by itself and leaves no room "
                       "for solvent; lower molarity_M%s",
                       km_recipe_node(m->recipe, place, "%s.salts", m->liquid->node), litres,
                       filled, density > 0.0 ? " or raise density_kg_m3" : "");
    const double own = density > 0.0 ? solvent_mass / density : solvent_volume;
    for (int k = 0; k < m->liquid->n_salts; k++)
        m->amount[k] = m->part[k].asked * PER_LITRE * own / (1.0 - filled);
    return KM_OK;
}

/* Amounts on the scale of the solvent parts. */
static km_status mix(mixture *m)
{
    double mass = 0.0, volume = 0.0;
    const int n_salts = m->liquid->n_salts;
    for (int k = n_salts; k < m->n; k++) {
        m->amount[k] = m->part[k].asked / weight_in(&m->part[k], unit_of(m->liquid, false));
        mass += m->amount[k] * m->part[k].mass;
        volume += m->amount[k] * m->part[k].volume;
    }
    for (int k = 0; k < n_salts; k++)
        m->amount[k] = m->liquid->salt[0].mole_parts > 0.0
                           ? m->part[k].asked
                           : m->part[k].asked * mass * 1e-3; /* mol/kg = 1e-3 per u */
    return n_salts > 0 && m->liquid->salt[0].molarity > 0.0 ? dissolve_per_volume(m, mass, volume)
                                                            : KM_OK;
}

/* What the size is measured in. */
static double size_weight(const mixture *m, int k)
{
    const km_recipe_liquid *liquid = m->liquid;
    if (liquid->size_ion_pairs > 0)
        return m->part[k].salt ? 1.0 : 0.0;
    if (liquid->size_molecules > 0)
        return m->part[k].salt ? 0.0 : 1.0;
    if (liquid->size_atoms > 0)
        return m->part[k].atoms;
    const double density = liquid->density / KM_KG_M3_PER_U_NM3;
    return density > 0.0 ? m->part[k].mass / density : m->part[k].volume;
}

/* Refuses what this machine cannot hold, before whole numbers of molecules are made of it. */
static km_status check_memory(const mixture *m, double target, double total)
{
    double atoms = 0.0;
    for (int k = 0; k < m->n; k++)
        atoms += m->amount[k] * m->part[k].atoms * target / total;
    char place[KM_PLACE_LENGTH];
    return km_system_check_memory(km_recipe_node(m->recipe, place, "%s.size", m->liquid->node),
                                  atoms);
}

static km_status choose_counts(mixture *m)
{
    const km_recipe_liquid *liquid = m->liquid;
    const bool exact = liquid->size_ion_pairs > 0 || liquid->size_molecules > 0;
    const double target = liquid->size_ion_pairs > 0   ? liquid->size_ion_pairs
                          : liquid->size_molecules > 0 ? liquid->size_molecules
                          : liquid->size_atoms > 0     ? liquid->size_atoms
                                                       : pow(liquid->size_edge, 3);
    double *weight;
    KM_NEW(weight, m->n);
    for (int k = 0; k < m->n; k++)
        weight[k] = size_weight(m, k);
    double total = 0.0;
    for (int k = 0; k < m->n; k++)
        total += m->amount[k] * weight[k];
    const km_status fits = check_memory(m, target, total);
    const int missing =
        fits == KM_OK ? km_counts_choose(m->n, m->amount, weight, target, exact, m->count) : -1;
    free(weight);
    KM_TRY(fits);
    if (missing < 0)
        return KM_OK;
    char place[KM_PLACE_LENGTH];
    const double enough = total / m->amount[missing];
    const bool thick = liquid->thickness > 0.0, edge = liquid->size_edge > 0.0 && !thick;
    return KM_FAIL(
        KM_ERROR_INPUT,
        "%s: the cell is too small to hold one %s in this composition; ask for %s of at "
        "least %.4g",
        km_recipe_node(m->recipe, place, thick ? "%s.thickness_A" : "%s.size", liquid->node),
        m->ff->molecule[m->part[missing].molecule[m->part[missing].salt]].key,
        edge    ? "an edge in angstrom"
        : thick ? "a thickness in angstrom"
                : "a size",
        edge    ? cbrt(enough) / KM_NM_PER_ANGSTROM
        : thick ? enough / target * liquid->thickness / KM_NM_PER_ANGSTROM
                : ceil(enough));
}

/* Adds n molecules of a kind; ions that two salts share become one component. */
static void add_component(km_system *system, int molecule, int n, double asked, double achieved,
                          const char *unit)
{
    int at = 0;
    while (at < system->n_components && system->component[at].molecule != molecule)
        at++;
    km_system_component *c = &system->component[at];
    if (at == system->n_components) {
        *c = (km_system_component){.molecule = molecule, .unit = unit};
        system->n_components++;
    }
    c->count += n;
    c->requested += asked;
    c->achieved += achieved;
    system->n_molecules += n;
}

/* What one of part k amounts to, in the unit of the recipe; amounts are the counts by now. */
static double achieved_per_unit(const mixture *m, int k)
{
    const char *unit = unit_of(m->liquid, m->part[k].salt);
    double mass = 0.0, asked = 0.0, got = 0.0;
    for (int j = 0; j < m->n; j++) {
        mass += m->part[j].salt ? 0.0 : m->count[j] * m->part[j].mass;
        if (strcmp(unit_of(m->liquid, m->part[j].salt), unit) == 0) {
            asked += m->part[j].asked;
            got += m->count[j] * weight_in(&m->part[j], unit);
        }
    }
    if (strcmp(unit, "mol/L") == 0)
        return 1.0 / (mixture_volume(m, m->amount) * PER_LITRE);
    if (strcmp(unit, "mol/kg") == 0)
        return 1e3 / mass;
    return weight_in(&m->part[k], unit) * asked / got;
}

static km_status fill_system(mixture *m, km_system *system)
{
    KM_NEW(system->component, 2 * (size_t)m->n);
    for (int k = 0; k < m->n; k++)
        m->amount[k] = m->count[k];
    for (int j = 0; j < 2; j++) /* cations first, then anions */
        for (int k = 0; k < m->n; k++) {
            const part *p = &m->part[k];
            if (!p->salt)
                continue;
            add_component(
                system, p->molecule[j], p->number[j] * m->count[k], p->number[j] * p->asked,
                p->number[j] * m->count[k] * achieved_per_unit(m, k), unit_of(m->liquid, true));
        }
    for (int k = m->liquid->n_salts; k < m->n; k++)
        add_component(system, m->part[k].molecule[0], m->count[k], m->part[k].asked,
                      m->count[k] * achieved_per_unit(m, k), unit_of(m->liquid, false));
    for (int k = 0; k < system->n_components; k++)
        system->n_atoms +=
            system->component[k].count * m->ff->molecule[system->component[k].molecule].n_atoms;
    /* a liquid in a stack keeps its density, whatever the whole numbers make of its thickness */
    const bool given = m->liquid->size_edge > 0.0 && !(m->liquid->thickness > 0.0);
    const double edge = given ? m->liquid->size_edge : cbrt(mixture_volume(m, m->amount));
    system->box = km_box_orthorhombic(edge, edge, edge);
    return KM_OK;
}

static km_status compose(mixture *m, km_system *system)
{
    const int n = m->liquid->n_salts + m->liquid->n_solvents;
    KM_NEW(m->part, n);
    KM_NEW(m->amount, n);
    KM_NEW(m->count, n);
    for (int k = 0; k < m->liquid->n_salts; k++)
        KM_TRY(add_salt(m, k));
    for (int k = 0; k < m->liquid->n_solvents; k++)
        KM_TRY(add_solvent(m, k));
    KM_TRY(mix(m));
    KM_TRY(choose_counts(m));
    return fill_system(m, system);
}

km_status km_composition(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    mixture m = {.recipe = recipe, .liquid = recipe->liquid, .ff = ff};
    const km_status status = compose(&m, system);
    free(m.part);
    free(m.amount);
    free(m.count);
    return status;
}
