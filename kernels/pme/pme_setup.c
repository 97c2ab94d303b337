/* SPDX-License-Identifier: MIT */
#include "kernels/pme/pme_setup.h"

#include <math.h>

#include "kernels/base/units.h"
#include "kernels/pme/bspline.h"

#define KM_MESH_MAX 4096 /* a larger number is a mistake */

km_status km_pme_spec_check(const km_pme_spec *spec)
{
    if (!(spec->alpha > 0.0) || !isfinite(spec->alpha))
        return KM_FAIL(KM_ERROR_VALUE,
                       "the Ewald splitting parameter is %g 1/nm; it must be above 0", spec->alpha);
    if (!isfinite(spec->coulomb_constant))
        return KM_FAIL(KM_ERROR_VALUE, "the Coulomb constant of the mesh is not a number");
    if (spec->spline_order < KM_SPLINE_ORDER_MIN || spec->spline_order > KM_SPLINE_ORDER_MAX)
        return KM_FAIL(KM_ERROR_VALUE, "the spline order of the mesh is %d; it must be %d to %d",
                       spec->spline_order, KM_SPLINE_ORDER_MIN, KM_SPLINE_ORDER_MAX);
    for (int a = 0; a < 3; a++)
        if (spec->mesh[a] < spec->spline_order || spec->mesh[a] > KM_MESH_MAX)
            return KM_FAIL(KM_ERROR_VALUE,
                           "the mesh has %d points along axis %d; it must have %d (the spline "
                           "order) to %d",
                           spec->mesh[a], a, spec->spline_order, KM_MESH_MAX);
    return KM_OK;
}

km_pme_constants km_pme_constants_of(const km_pme_spec *spec, int n, const double *charge)
{
    const double c = spec->coulomb_constant, alpha = spec->alpha;
    double total = 0.0, squares = 0.0;
    for (int i = 0; i < n; i++) {
        total += charge[i];
        squares += charge[i] * charge[i];
    }
    return (km_pme_constants){
        .self_energy = -c * alpha / sqrt(KM_PI) * squares,
        .background = -0.5 * KM_PI * c * total * total / (alpha * alpha),
    };
}
