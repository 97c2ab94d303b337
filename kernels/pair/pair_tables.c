/* SPDX-License-Identifier: MIT */
#include "kernels/pair/pair_tables.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/pair/pair_forms.h"
#include "kernels/pair/vdw_lennard_jones.h"

km_status km_pair_spec_check(const km_pair_spec *spec, int n, const int *type)
{
    if (spec->n_types < 1)
        return KM_FAIL(KM_ERROR_INTERNAL, "the pair term has no atom types");
    if (!(spec->cutoff > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "the pair cutoff is %g nm; it must be above 0",
                       spec->cutoff);
    if (!(spec->ewald_alpha >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "ewald_alpha is %g 1/nm; it must not be below 0",
                       spec->ewald_alpha);
    for (int k = 0; k < spec->n_types * spec->n_types; k++)
        KM_TRY(km_vdw_check(spec, k));
    for (int i = 0; i < n; i++)
        if (type[i] < 0 || type[i] >= spec->n_types)
            return KM_FAIL(KM_ERROR_INTERNAL, "atom %d has type %d of %d", i, type[i],
                           spec->n_types);
    return KM_OK;
}

/* Whether table[a][b]^2 = table[a][a] table[b][b] to 1e-12 everywhere. */
static bool is_geometric(const double *table, int n)
{
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++) {
            const double square = table[a * n + b] * table[a * n + b];
            const double product = table[a * n + a] * table[b * n + b];
            if (fabs(square - product) > 2e-12 * fmax(square, product))
                return false;
        }
    return true;
}

static km_status fill(const km_pair_spec *spec, km_pair_tables *to)
{
    const int n = spec->n_types, n_pairs = n * n;
    double *c6;
    KM_NEW(to->six_c6, n_pairs);
    KM_NEW(to->twelve_c12, n_pairs);
    KM_NEW(to->type_root, 2 * n);
    KM_NEW(to->has_vdw, n);
    KM_NEW(c6, 2 * (size_t)n_pairs);
    double *c12 = c6 + n_pairs;
    for (int k = 0; k < n_pairs; k++) {
        const double *parameter = spec->parameter + (size_t)k * KM_VDW_PARAMETERS;
        if (spec->form[k] != KM_VDW_LENNARD_JONES) {
            to->has_vdw[k / n] |= spec->form[k] != KM_VDW_NONE;
            continue;
        }
        c6[k] = 6.0 * km_lennard_jones_c6(parameter[0], parameter[1]);
        c12[k] = 12.0 * km_lennard_jones_c12(parameter[0], parameter[1]);
        to->six_c6[k] = (km_real)c6[k];
        to->twelve_c12[k] = (km_real)c12[k];
        to->has_vdw[k / n] |= c6[k] != 0.0 || c12[k] != 0.0;
    }
    to->geometric = is_geometric(c6, n) && is_geometric(c12, n);
    for (int a = 0; a < n; a++) {
        to->type_root[2 * a] = sqrt(c6[a * n + a]);
        to->type_root[2 * a + 1] = sqrt(c12[a * n + a]);
    }
    free(c6);
    to->n_types = n;
    to->cutoff2 = (km_real)(spec->cutoff * spec->cutoff);
    if (spec->shift) {
        to->shift_c6 = (km_real)(pow(spec->cutoff, -6.0) / 6.0);
        to->shift_c12 = (km_real)(pow(spec->cutoff, -12.0) / 12.0);
    }
    KM_TRY(km_pair_curves_make(spec, &to->curves));
    return km_ewald_polynomial_fit(spec->ewald_alpha, spec->cutoff, &to->ewald);
}

km_status km_pair_tables_make(const km_pair_spec *spec, km_pair_tables *out)
{
    *out = (km_pair_tables){0};
    const km_status status = fill(spec, out);
    if (status != KM_OK)
        km_pair_tables_destroy(out);
    return status;
}

void km_pair_tables_destroy(km_pair_tables *tables)
{
    free(tables->six_c6);
    free(tables->twelve_c12);
    free(tables->type_root);
    free(tables->has_vdw);
    km_pair_curves_destroy(&tables->curves);
    *tables = (km_pair_tables){0};
}
