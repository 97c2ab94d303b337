/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/charge_sum.h"
#include "host/build/compound.h"
#include "kernels/base/random.h"
#include "kernels/base/units.h"

typedef struct filling {
    const km_recipe *recipe;
    const km_compound_sites *sites;
    int attempt;
    int *owner;
} filling;

/* Fisher and Yates. */
static void shuffle(const filling *f, const km_site_group *group)
{
    for (int i = group->n - 1; i > 0; i--) {
        const uint32_t at = (uint32_t)(group->first + i);
        const km_random4 bits =
            km_random_bits(f->recipe->seed, (uint64_t)f->attempt, at, KM_RANDOM_BUILD);
        const int j = (int)(km_random_uniform(bits.v[0]) * (i + 1));
        int *owner = f->owner + group->first, kept = owner[i];
        owner[i] = owner[j];
        owner[j] = kept;
    }
}

/* Whole numbers by rounding the running sum: they never exceed the sites there are. */
static bool fill_group(const filling *f, const km_site_group *group)
{
    const km_recipe_compound *compound = f->recipe->compound;
    double sum = 0.0;
    int done = 0, kinds = 0;
    for (int e = group->entry; e < compound->n_sites; e++) {
        if (!km_compound_shared(&compound->site[e], &compound->site[group->entry]))
            continue;
        sum += compound->site[e].occupancy;
        const int until = (int)fmin(nearbyint(sum * group->n), group->n);
        kinds += until > done;
        for (; done < until; done++)
            f->owner[group->first + done] = e;
    }
    const bool mixed = kinds > 1 || (kinds == 1 && done < group->n);
    for (; done < group->n; done++)
        f->owner[group->first + done] = -1;
    if (mixed)
        shuffle(f, group);
    return mixed;
}

static bool fill(const filling *f)
{
    bool mixed = false;
    for (int g = 0; g < f->sites->n_groups; g++)
        mixed |= fill_group(f, &f->sites->group[g]);
    return mixed;
}

/* kJ/mol, of a slab between vacua: doi:10.1063/1.479595, equation 16. */
static double dipole_energy(const km_box *box, int n, const double *x, const double *q)
{
    double moment = 0.0;
    for (int i = 0; i < n; i++)
        moment += q[i] * x[3 * i + 2];
    return 2.0 * KM_PI * KM_COULOMB_CONSTANT / km_box_volume(box) * moment * moment;
}

/* charge: of each entry; work: 4 x sites->n */
static double energy_of(const filling *f, const double *charge, double *work)
{
    double *q = work + 3 * (size_t)f->sites->n;
    int n = 0;
    for (int i = 0; i < f->sites->n; i++) {
        if (f->owner[i] < 0)
            continue;
        memcpy(work + 3 * (size_t)n, f->sites->site + 3 * (size_t)i, 3 * sizeof *work);
        q[n++] = charge[f->owner[i]];
    }
    const double energy = km_charge_sum(&f->sites->box, n, work, q);
    return f->sites->slab ? energy + dipole_energy(&f->sites->box, n, work, q) : energy;
}

static int best_attempt(filling *f, const double *charge, double *work)
{
    int best = 0;
    double least = INFINITY;
    for (f->attempt = 0; f->attempt < f->recipe->compound->tries; f->attempt++) {
        fill(f);
        const double energy = energy_of(f, charge, work);
        if (energy < least) {
            least = energy;
            best = f->attempt;
        }
    }
    return best;
}

km_status km_compound_fill(const km_recipe *recipe, const km_forcefield *ff,
                           const km_compound_sites *sites, const int *molecule, int *owner)
{
    filling f = {.recipe = recipe, .sites = sites, .owner = owner};
    if (!fill(&f) || recipe->compound->tries == 1)
        return KM_OK;
    double *charge, *work;
    KM_NEW(charge, recipe->compound->n_sites);
    for (int e = 0; e < recipe->compound->n_sites; e++)
        charge[e] = ff->molecule[molecule[e]].atom[0].charge;
    const km_status status = km_allocate((void **)&work, 4 * (size_t)sites->n, sizeof *work);
    if (status == KM_OK) {
        f.attempt = best_attempt(&f, charge, work);
        fill(&f);
        free(work);
    }
    free(charge);
    return status;
}
