/* SPDX-License-Identifier: MIT */
#include "kernels/pair/pair_tail.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/units.h"
#include "kernels/pair/pair_forms.h"
#include "kernels/pair/vdw_lennard_jones.h"

/* Adds the distinct pairs of types a <= b among atoms of which so many have each type. */
static void add_pairs(int n_types, const double *atoms, double sign, double *pairs)
{
    for (int a = 0; a < n_types; a++)
        for (int b = a; b < n_types; b++)
            pairs[a * n_types + b] +=
                sign * (a == b ? 0.5 * atoms[a] * (atoms[a] - 1.0) : atoms[a] * atoms[b]);
}

/* Pairs of types a <= b: all distinct ones without those of the excluded group, and apart from them
 * the excluded. */
static void count_pairs(const km_pair_spec *spec, int n, const int *type, double *all,
                        double *excluded, double *atoms, double *grouped)
{
    const int n_types = spec->n_types;
    for (int i = 0; i < n; i++) {
        atoms[type[i]] += 1.0;
        grouped[type[i]] += spec->excluded_group != NULL && spec->excluded_group[i] ? 1.0 : 0.0;
    }
    add_pairs(n_types, atoms, 1.0, all);
    add_pairs(n_types, grouped, -1.0, all);
    for (int i = 0; spec->exclusion_start != NULL && i < n; i++)
        for (int e = spec->exclusion_start[i]; e < spec->exclusion_start[i + 1]; e++) {
            const int j = spec->exclusion[e];
            if (j > i) {
                const int a = type[i] < type[j] ? type[i] : type[j];
                const int b = type[i] < type[j] ? type[j] : type[i];
                excluded[a * n_types + b] += 1.0;
            }
        }
}

/* Gauss-Legendre points and weights on [0, 1], by Newton's iteration (Numerical Recipes, 3rd ed.,
 * section 4.6.1). */
enum { GAUSS = 48 };
static void gauss_points(double *x, double *w)
{
    for (int k = 0; k < GAUSS; k++) {
        double z = cos(KM_PI * (k + 0.75) / (GAUSS + 0.5)), slope = 1.0;
        for (int step = 0; step < 50; step++) {
            double p = 1.0, before = 0.0;
            for (int m = 0; m < GAUSS; m++) {
                const double p2 = before;
                before = p;
                p = ((2.0 * m + 1.0) * z * before - m * p2) / (m + 1.0);
            }
            slope = GAUSS * (z * p - before) / (z * z - 1.0);
            z -= p / slope;
        }
        x[k] = 0.5 * (1.0 - z);
        w[k] = 1.0 / ((1.0 - z * z) * slope * slope);
    }
}

/* Distance beyond which the pair is nothing: the end of a table, or 0 for no end. */
static double end_of(const km_pair_spec *spec, int pair)
{
    if (spec->form[pair] != KM_VDW_TABLE)
        return 0.0;
    const km_vdw_table *table =
        &spec->table[(int)spec->parameter[(size_t)pair * KM_VDW_PARAMETERS]];
    return table->r[table->n - 1];
}

/* The integrals below of any form. With r = cutoff/t the integrands of powers of 1/r are powers of
 * t, which Gauss' rule has exactly, and those of exponentials are smooth and flat at t = 0. */
static void integrate_form(const km_pair_spec *spec, int pair, double *energy, double *pressure)
{
    double x[GAUSS], w[GAUSS];
    const double cutoff = spec->cutoff, end = end_of(spec, pair);
    const double least = end > 0.0 ? fmin(1.0, cutoff / end) : 0.0;
    gauss_points(x, w);
    *energy = *pressure = 0.0;
    for (int k = 0; k < GAUSS; k++) {
        const double t = least + (1.0 - least) * x[k], r = cutoff / t;
        const double weight = (1.0 - least) * w[k] * cutoff / (t * t); /* -dr/dt */
        const km_pair_term term = km_vdw_pair(spec, pair, r * r);
        *energy += 4.0 * KM_PI * weight * r * r * term.u;
        *pressure += 4.0 * KM_PI / 3.0 * weight * r * r * r * r * term.f_over_r;
    }
}

/* The three integrals of one pair of types: beyond the cutoff of the energy and of -r u'/3, and the
 * energy at the cutoff. */
static void integrate(const km_pair_spec *spec, int pair, double *energy, double *pressure,
                      double *at_cutoff)
{
    const double *parameter = spec->parameter + (size_t)pair * KM_VDW_PARAMETERS;
    if (spec->form[pair] != KM_VDW_LENNARD_JONES) {
        *at_cutoff = km_vdw_pair(spec, pair, spec->cutoff * spec->cutoff).u;
        integrate_form(spec, pair, energy, pressure);
        return;
    }
    const double c6 = km_lennard_jones_c6(parameter[0], parameter[1]);
    const double c12 = km_lennard_jones_c12(parameter[0], parameter[1]);
    const double rc3 = spec->cutoff * spec->cutoff * spec->cutoff, rc9 = rc3 * rc3 * rc3;
    *energy = 4.0 * KM_PI * (c12 / (9.0 * rc9) - c6 / (3.0 * rc3));
    *pressure = 4.0 * KM_PI / 3.0 * (4.0 * c12 / (3.0 * rc9) - 2.0 * c6 / rc3);
    *at_cutoff = c12 / (rc9 * rc3) - c6 / (rc3 * rc3);
}

static void sum_tail(const km_pair_spec *spec, int n, const double *all, const double *excluded,
                     const double *atoms, const double *grouped, km_pair_tail *out)
{
    const double sphere = 4.0 * KM_PI / 3.0 * spec->cutoff * spec->cutoff * spec->cutoff;
    double pairs = 0.0, energy = 0.0, pressure = 0.0, shift = 0.0, uncounted = 0.0, group = 0.0;
    for (int a = 0; a < spec->n_types; a++) {
        group += grouped[a];
        for (int b = a; b < spec->n_types; b++) {
            const int k = a * spec->n_types + b;
            const double count = all[k] - excluded[k];
            double u, pv, at_cutoff;
            integrate(spec, k, &u, &pv, &at_cutoff);
            pairs += count;
            energy += count * u;
            pressure += count * pv;
            shift += count * at_cutoff * sphere;
            uncounted += at_cutoff * (excluded[k] + (a == b ? 0.5 * (atoms[a] - grouped[a]) : 0.0));
        }
    }
    if (pairs == 0.0)
        return;
    const double weight = 0.5 * ((double)n * (double)n - group * group) / pairs;
    out->energy = weight * (energy + (spec->shift ? shift : 0.0));
    out->constant = spec->shift ? -uncounted : 0.0;
    out->virial = -0.5 * weight * pressure;
}

km_status km_pair_tail_make(const km_pair_spec *spec, int n, const int *type, km_pair_tail *out)
{
    const size_t n_pairs = (size_t)spec->n_types * (size_t)spec->n_types;
    double *count;
    *out = (km_pair_tail){0};
    if (!spec->tail)
        return KM_OK;
    KM_NEW(count, 2 * n_pairs + 2 * (size_t)spec->n_types);
    double *excluded = count + n_pairs, *atoms = excluded + n_pairs;
    double *grouped = atoms + spec->n_types;
    count_pairs(spec, n, type, count, excluded, atoms, grouped);
    sum_tail(spec, n, count, excluded, atoms, grouped, out);
    free(count);
    return KM_OK;
}
