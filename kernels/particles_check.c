/* SPDX-License-Identifier: MIT */
#include "kernels/particles_check.h"

#include <math.h>

km_status km_particles_spec_check(const km_particles_spec *spec)
{
    if (spec->n < 1 || spec->n > INT32_MAX - KM_PADDING)
        return KM_FAIL(KM_ERROR_VALUE, "%d atoms; there must be at least one", spec->n);
    for (int i = 0; i < spec->n; i++) {
        if (!(spec->mass[i] >= 0.0) || !isfinite(spec->mass[i]))
            return KM_FAIL(KM_ERROR_VALUE,
                           "the mass of atom %d is %g u; it must be 0 (held) or more", i,
                           spec->mass[i]);
        if (!isfinite(spec->charge[i]))
            return KM_FAIL(KM_ERROR_VALUE, "the charge of atom %d is not a number", i);
        if (spec->type[i] < 0)
            return KM_FAIL(KM_ERROR_VALUE, "the type of atom %d is %d; types count from 0", i,
                           spec->type[i]);
        if (spec->mobility != NULL && spec->mobility[i] >= KM_MOBILITY_PISTON + KM_PISTONS)
            return KM_FAIL(KM_ERROR_VALUE, "the mobility of atom %d is %d; it must be below %d", i,
                           spec->mobility[i], KM_MOBILITY_PISTON + KM_PISTONS);
    }
    return KM_OK;
}

static km_status check_box(const km_box *box)
{
    if (!(box->ax > 0.0 && box->by > 0.0 && box->cz > 0.0) || !isfinite(km_box_volume(box)) ||
        !isfinite(box->bx) || !isfinite(box->cx) || !isfinite(box->cy))
        return KM_FAIL(KM_ERROR_VALUE,
                       "the box has ax %g, by %g, cz %g nm; all three must be above 0", box->ax,
                       box->by, box->cz);
    return KM_OK;
}

static km_status check_vectors(const char *what, const double *v, int n)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(v[3 * i]) || !isfinite(v[3 * i + 1]) || !isfinite(v[3 * i + 2]))
            return KM_FAIL(KM_ERROR_VALUE, "the %s of atom %d is (%g, %g, %g): not a number", what,
                           i, v[3 * i], v[3 * i + 1], v[3 * i + 2]);
    return KM_OK;
}

km_status km_state_check_count(const km_state *state, int n)
{
    if (state->n != n)
        return KM_FAIL(KM_ERROR_VALUE, "the configuration has %d atoms, the device %d", state->n,
                       n);
    return KM_OK;
}

km_status km_state_check(const km_state *state, int n)
{
    KM_TRY(km_state_check_count(state, n));
    KM_TRY(check_box(&state->box));
    KM_TRY(check_vectors("position", state->position, n));
    if (state->velocity != NULL)
        KM_TRY(check_vectors("velocity", state->velocity, n));
    return KM_OK;
}
