/* SPDX-License-Identifier: MIT */
#include "kernels/pair/pair_forms.h"

#include <math.h>
#include <string.h>

#include "kernels/pair/vdw_born_mayer.h"
#include "kernels/pair/vdw_buckingham.h"
#include "kernels/pair/vdw_lennard_jones.h"
#include "kernels/pair/vdw_morse.h"
#include "kernels/pair/vdw_screened.h"

static km_pair_term km_no_pair(const double *parameter, double r2)
{
    (void)parameter;
    (void)r2;
    return (km_pair_term){0.0, 0.0};
}

km_pair_term km_vdw_pair(const km_pair_spec *spec, int pair, double r2)
{
    const double *parameter = spec->parameter + (size_t)pair * KM_VDW_PARAMETERS;
    if (spec->form[pair] == KM_VDW_TABLE)
        return km_vdw_table_pair(&spec->table[(int)parameter[0]], r2);
    switch ((km_vdw_form)spec->form[pair]) {
#define FORM_CASE(name, function, text, n, parameters)                                             \
    case KM_VDW_##name:                                                                            \
        return function(parameter, r2);
        KM_VDW_LIST(FORM_CASE)
#undef FORM_CASE
    case KM_VDW_COUNT:
        break;
    }
    return (km_pair_term){0.0, 0.0};
}

bool km_vdw_all_lennard_jones(const km_pair_spec *spec)
{
    for (int k = 0; k < spec->n_types * spec->n_types; k++)
        if (spec->form[k] != KM_VDW_LENNARD_JONES)
            return false;
    return true;
}

km_status km_vdw_check(const km_pair_spec *spec, int pair)
{
    static const char *const names[] = {
#define FORM_PARAMETERS(name, function, text, n, parameters) parameters,
        KM_VDW_LIST(FORM_PARAMETERS)
#undef FORM_PARAMETERS
    };
    const int form = spec->form[pair], a = pair / spec->n_types, b = pair % spec->n_types;
    const double *parameter = spec->parameter + (size_t)pair * KM_VDW_PARAMETERS;
    if (form < 0 || form >= KM_VDW_COUNT)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "types %d and %d: there is no van der Waals form %d",
                       a, b, form);
    if (form == KM_VDW_TABLE && !(parameter[0] >= 0 && parameter[0] < spec->n_tables))
        return KM_FAIL(KM_ERROR_INTERNAL, "types %d and %d: there is no table %g", a, b,
                       parameter[0]);
    const char *name = names[form];
    for (int p = 0; *name != '\0'; p++) {
        const int length = (int)strcspn(name, " ");
        const bool divides = (length == 3 && strncmp(name, "rho", 3) == 0) ||
                             (length == 6 && strncmp(name, "lambda", 6) == 0);
        if (!isfinite(parameter[p]) || parameter[p] < 0.0 || (divides && parameter[p] == 0.0))
            return KM_FAIL(KM_ERROR_VALUE, "types %d and %d: %.*s is %g; it must be finite and %s",
                           a, b, length, name, parameter[p], divides ? "above 0" : "not below 0");
        name += length + (name[length] == ' ');
    }
    return KM_OK;
}
