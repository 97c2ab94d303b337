/* SPDX-License-Identifier: MIT */
#include "host/model/pair_barrier.h"

#include <math.h>

#include "kernels/base/units.h"
#include "kernels/pair/pair_forms.h"

#define INNERMOST 0.032 /* nm  where the curves of the pair loop begin */
#define STEP 1e-4       /* nm */

static double energy_at(const km_pair_spec *spec, int pair, double qq, double r)
{
    return km_vdw_pair(spec, pair, r * r).u + spec->coulomb_constant * qq / r;
}

km_pair_barrier km_pair_barrier_find(const km_pair_spec *spec, int pair, double qq)
{
    const int n = (int)((spec->cutoff - INNERMOST) / STEP);
    double top = energy_at(spec, pair, qq, INNERMOST);
    int k = 1;
    for (; k <= n; k++) { /* outwards, up to the top */
        const double u = energy_at(spec, pair, qq, INNERMOST + k * STEP);
        if (!(u > top))
            break;
        top = u;
    }
    km_pair_barrier barrier = {k > 1, INNERMOST + (k - 1) * STEP, 0.0};
    double lowest = top;
    for (; k <= n; k++)
        lowest = fmin(lowest, energy_at(spec, pair, qq, INNERMOST + k * STEP));
    barrier.height = top - lowest;
    return barrier;
}

km_pair_barrier km_pair_barrier_of_types(const km_model *model, int type_a, int type_b)
{
    double least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY};
    const int type[2] = {type_a, type_b};
    for (int i = 0; i < model->n; i++)
        for (int t = 0; t < 2; t++)
            if (model->type[i] == type[t]) {
                least[t] = fmin(least[t], model->charge[i]);
                most[t] = fmax(most[t], model->charge[i]);
            }
    const double qq = fmin(fmin(least[0] * least[1], least[0] * most[1]),
                           fmin(most[0] * least[1], most[0] * most[1]));
    return km_pair_barrier_find(&model->pair, type_a * model->pair.n_types + type_b, qq);
}

static double highest_temperature(const km_recipe *recipe)
{
    double highest = recipe->temperature;
    for (int s = 0; s < recipe->n_stages; s++)
        highest = fmax(highest,
                       fmax(recipe->stage[s].temperature_start, recipe->stage[s].temperature_end));
    return highest;
}

km_status km_check_barriers(const km_model *model, const km_expansion *e, const km_recipe *recipe)
{
    const double temperature = highest_temperature(recipe), kt = KM_GAS_CONSTANT * temperature;
    const int n = model->pair.n_types;
    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++) {
            if (model->pair.form[a * n + b] == KM_VDW_LENNARD_JONES)
                continue;
            const km_pair_barrier barrier = km_pair_barrier_of_types(model, a, b);
            if (barrier.finite && barrier.height < KM_BARRIER_LEAST * kt)
                return KM_FAIL(
                    KM_ERROR_INPUT,
                    "the types %s and %s attract without bound at short range, behind a barrier of "
                    "%.3g eV at %.3g A only: %.3g kT at %g K, where %g are asked for; give the "
                    "pair a wall (pair_types) or lower the temperature",
                    e->ff->atom_type[e->type[b]].name, e->ff->atom_type[e->type[a]].name,
                    barrier.height / KM_EV, barrier.radius / KM_NM_PER_ANGSTROM,
                    barrier.height / kt, temperature, KM_BARRIER_LEAST);
        }
    return KM_OK;
}
