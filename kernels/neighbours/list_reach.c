/* SPDX-License-Identifier: MIT */
#include "kernels/neighbours/list_reach.h"

km_status km_neighbour_spec_check(const km_neighbour_spec *spec, int n)
{
    if (n < 1)
        return KM_FAIL(KM_ERROR_VALUE, "a neighbour list needs at least one atom");
    if (!(spec->cutoff > 0.0) || !(spec->skin >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE,
                       "the cutoff is %g nm and the skin %g nm; the cutoff must be above 0 and the "
                       "skin not below 0",
                       spec->cutoff, spec->skin);
    if (spec->exclusion_start == NULL)
        return KM_OK;
    for (int i = 0; i < n; i++)
        for (int e = spec->exclusion_start[i]; e < spec->exclusion_start[i + 1]; e++)
            if (spec->exclusion[e] < 0 || spec->exclusion[e] >= n || spec->exclusion[e] == i)
                return KM_FAIL(KM_ERROR_INTERNAL, "atom %d excludes atom %d of %d", i,
                               spec->exclusion[e], n);
    return KM_OK;
}

km_status km_list_box_check(const km_box *box, double cutoff)
{
    if (!km_list_fits(box, cutoff))
        return KM_FAIL(KM_ERROR_VALUE,
                       "the cutoff is %.4g nm and the least height of the periodic cell %.4g nm; "
                       "the height must be at least twice the cutoff: use a larger cell or a "
                       "shorter cutoff",
                       cutoff, km_box_least_height(box));
    return KM_OK;
}
