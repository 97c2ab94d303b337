/* SPDX-License-Identifier: MIT */
#include "kernels/eim/eim_setup.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/eim/eim_functions.h"

km_status km_eim_spec_check(const km_eim_spec *spec, int n)
{
    const km_eam_spec atoms = {NULL, spec->n_atoms, spec->atom, spec->element, spec->skin};
    KM_TRY(
        km_eam_atoms_check(&atoms, spec->parameters != NULL ? spec->parameters->n_elements : 0, n));
    if (spec->parameters->n_elements > KM_EIM_MOST_ELEMENTS)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "%s: %d elements are more than %d",
                       spec->parameters->path, spec->parameters->n_elements, KM_EIM_MOST_ELEMENTS);
    return KM_OK;
}

/* The elements that the atoms are of, in the order of the file; how many. */
static int elements_here(const km_eim_spec *spec, int here[KM_EIM_MOST_ELEMENTS])
{
    bool used[KM_EIM_MOST_ELEMENTS] = {false};
    int n = 0;
    for (int k = 0; k < spec->n_atoms; k++)
        used[spec->element[k]] = true;
    for (int a = 0; a < spec->parameters->n_elements; a++)
        if (used[a])
            here[n++] = a;
    return n;
}

double km_eim_spec_cutoff(const km_eim_spec *spec)
{
    int here[KM_EIM_MOST_ELEMENTS];
    const int n = elements_here(spec, here);
    double cutoff = 0.0;
    for (int a = 0; a < n; a++)
        for (int b = 0; b <= a; b++)
            cutoff = fmax(cutoff, km_eim_reach(km_eim_pair_of(spec->parameters, here[a], here[b])));
    return cutoff;
}

/* Coefficients of one function: the slope at the last point is 0, and nothing is left beyond the
 * interval in which the functions of the pair end. */
static void fill_function(const double *f, double step, double reach, int first, km_real *knot)
{
    for (int m = 0; m < KM_EIM_POINTS - 1; m++) {
        double c[4] = {0.0};
        if (m * step < reach)
            km_spline_interval(f, KM_EIM_POINTS, m, c);
        if (m == KM_EIM_POINTS - 2) {
            const double rise = f[m + 1] - f[m];
            c[2] = 3.0 * rise - 2.0 * c[1];
            c[3] = c[1] - 2.0 * rise;
        }
        for (int k = 0; k < 4; k++)
            knot[m * KM_EIM_KNOT + first + k] = (km_real)c[k];
    }
}

/* The functions of what element b does to a; the largest values of eta and psi. f: work space. */
static void fill_pair(const km_eim_parameters *p, int a, int b, double step, double *f,
                      km_real *knot, double largest[2])
{
    const km_eim_pair *pair = km_eim_pair_of(p, a, b);
    double *eta = f, *phi = f + KM_EIM_POINTS, *psi = f + 2 * (ptrdiff_t)KM_EIM_POINTS;
    for (int m = 0; m < KM_EIM_POINTS; m++) {
        const double r = fmax(m * step, KM_EIM_NEAREST);
        eta[m] = km_eim_eta(p, a, b, r);
        phi[m] = km_eim_phi(p, pair, r);
        psi[m] = km_eim_psi(p, pair, r);
        if (r > KM_EAM_NEAREST) {
            largest[0] = fmax(largest[0], fabs(eta[m]));
            largest[1] = fmax(largest[1], fabs(psi[m]));
        }
    }
    const double reach = km_eim_reach(pair);
    fill_function(eta, step, reach, KM_EIM_ETA, knot);
    fill_function(phi, step, reach, KM_EIM_PHI, knot);
    fill_function(psi, step, reach, KM_EIM_PSI, knot);
}

static km_status fill_tables(const km_eim_parameters *p, const int *here, km_eim_setup *out)
{
    km_eam_setup *t = &out->table;
    const size_t n = (size_t)t->n_elements, row = (size_t)t->n_intervals * KM_EIM_KNOT;
    double *f, largest[2] = {0.0};
    KM_NEW(t->knot, n * n * row);
    KM_NEW(f, 3 * (size_t)KM_EIM_POINTS);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            fill_pair(p, here[a], here[b], 1.0 / t->inverse_step, f, t->knot + (a * n + b) * row,
                      largest);
    free(f);
    for (int k = 0; k < 2; k++)
        t->whole[k] = km_eam_whole_of(largest[k]);
    return KM_OK;
}

km_status km_eim_setup_make(const km_eim_spec *spec, km_eim_setup *out)
{
    int here[KM_EIM_MOST_ELEMENTS], place[KM_EIM_MOST_ELEMENTS] = {0};
    memset(out, 0, sizeof *out);
    km_eam_setup *t = &out->table;
    t->n_elements = elements_here(spec, here);
    t->cutoff = km_eim_spec_cutoff(spec);
    t->skin = spec->skin > 0.0 ? spec->skin : KM_EAM_SKIN;
    t->n_intervals = KM_EIM_POINTS - 1;
    t->n_numbers = KM_EIM_KNOT;
    t->inverse_step = t->n_intervals / t->cutoff;
    KM_NEW(out->element, spec->n_atoms);
    for (int a = 0; a < t->n_elements; a++)
        place[here[a]] = a;
    for (int k = 0; k < spec->n_atoms; k++)
        out->element[k] = place[spec->element[k]];
    out->atoms = (km_eam_spec){NULL, spec->n_atoms, spec->atom, out->element, spec->skin};
    return fill_tables(spec->parameters, here, out);
}

void km_eim_setup_free(km_eim_setup *setup)
{
    km_eam_setup_free(&setup->table);
    free(setup->element);
    setup->element = NULL;
}
