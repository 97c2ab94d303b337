/* SPDX-License-Identifier: MIT */
#include "kernels/eam/eam_setup.h"

#include <stdlib.h>
#include <string.h>

km_status km_eam_atoms_check(const km_eam_spec *spec, int n_elements, int n)
{
    if (n_elements < 1 || spec->n_atoms < 1)
        return KM_FAIL(KM_ERROR_VALUE, "the term of a metal needs tables and at least one atom");
    if (!(spec->skin >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE,
                       "the skin of the metal's list is %g nm; it must not be "
                       "below 0",
                       spec->skin);
    for (int k = 0; k < spec->n_atoms; k++) {
        const int before = k > 0 ? spec->atom[k - 1] : -1;
        if (spec->atom[k] <= before || spec->atom[k] >= n)
            return KM_FAIL(KM_ERROR_INTERNAL, "metal atom %d of %d follows atom %d", spec->atom[k],
                           n, before);
        if (spec->element[k] < 0 || spec->element[k] >= n_elements)
            return KM_FAIL(KM_ERROR_VALUE, "metal atom %d is of element %d of %d", spec->atom[k],
                           spec->element[k], n_elements);
    }
    return KM_OK;
}

km_status km_eam_spec_check(const km_eam_spec *spec, int n)
{
    return km_eam_atoms_check(spec, spec->tables != NULL ? spec->tables->n_elements : 0, n);
}

km_eam_whole km_eam_whole_of(double largest)
{
    const int exponent = largest > 0.0 ? ilogb(largest) + 1 : 0;
    const km_eam_whole whole = {ldexp(1.0, 46 - exponent), ldexp(1.0, 4 + exponent)};
    return whole;
}

static double largest_density(const km_eam_tables *t)
{
    double largest = 0.0;
    const size_t rows = (size_t)t->n_elements * (size_t)t->n_elements;
    for (size_t k = 0; k < rows * (size_t)t->n_r; k++)
        if ((double)(k % (size_t)t->n_r) * t->step_r > KM_EAM_NEAREST)
            largest = fmax(largest, fabs(t->density[k]));
    return largest;
}

static void fill_knots(const km_eam_tables *t, km_eam_setup *out)
{
    const int n = t->n_elements;
    km_real *to = out->knot;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++) {
            const double *density = t->density + ((size_t)b * n + a) * t->n_r;
            const int high = a > b ? a : b, low = a > b ? b : a;
            const double *pair = t->pair_term + (size_t)(high * (high + 1) / 2 + low) * t->n_r;
            for (int m = 0; m < out->n_intervals; m++, to += KM_EAM_KNOT) {
                double c[KM_EAM_KNOT];
                km_spline_interval(density, t->n_r, m, c + KM_EAM_DENSITY);
                km_spline_interval(pair, t->n_r, m, c + KM_EAM_PAIR);
                for (int k = 0; k < KM_EAM_KNOT; k++)
                    to[k] = (km_real)c[k];
            }
        }
}

km_status km_eam_setup_make(const km_eam_spec *spec, km_eam_setup *out)
{
    const km_eam_tables *t = spec->tables;
    memset(out, 0, sizeof *out);
    out->n_elements = t->n_elements;
    out->n_intervals = t->n_r - 1;
    out->n_numbers = KM_EAM_KNOT;
    out->inverse_step = 1.0 / t->step_r;
    out->cutoff = t->cutoff;
    out->skin = spec->skin > 0.0 ? spec->skin : KM_EAM_SKIN;
    out->n_embedding = t->n_density - 1;
    out->inverse_step_density = 1.0 / t->step_density;
    out->whole[0] = km_eam_whole_of(largest_density(t));
    const size_t n = (size_t)t->n_elements;
    if (n * n * (size_t)out->n_intervals > INT32_MAX / (KM_EAM_KNOT * sizeof(double)))
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "%s: the tables of %d elements with %d points are too "
                       "large",
                       t->path, t->n_elements, t->n_r);
    KM_NEW(out->knot, n * n * (size_t)out->n_intervals * KM_EAM_KNOT);
    KM_NEW(out->embedding, n * (size_t)out->n_embedding * 4);
    fill_knots(t, out);
    for (int a = 0; a < t->n_elements; a++) {
        out->root[a] = t->element[a].root;
        for (int m = 0; m < out->n_embedding; m++)
            km_spline_interval(t->embedding + (size_t)a * t->n_density, t->n_density, m,
                               out->embedding + ((size_t)a * out->n_embedding + m) * 4);
    }
    return KM_OK;
}

void km_eam_setup_free(km_eam_setup *setup)
{
    free(setup->knot);
    free(setup->embedding);
    setup->knot = NULL;
    setup->embedding = NULL;
}
