/* SPDX-License-Identifier: MIT */
#include "kernels/pair/pair_curves.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/pair/pair_forms.h"

#define LEAST_S 0x1p-10 /* nm^2  r = 1/32 nm */
/* kJ/mol/nm^2  inside a core: at any distance there a force far beyond KM_FIXED_LIMIT */
#define CORE_FORCE 1e12

/* The leading bits of s. */
static int leading_bits(km_real s)
{
    km_curve_integer bits;
    memcpy(&bits, &s, sizeof bits);
    return (int)(bits >> KM_CURVE_SHIFT);
}

/* Where the interval with these leading bits begins. */
static double start_of(int leading)
{
    const km_curve_integer bits = (km_curve_integer)leading << KM_CURVE_SHIFT;
    km_real s;
    memcpy(&s, &bits, sizeof s);
    return (double)s;
}

static km_curve_range range_of(double cutoff)
{
    const km_real end = (km_real)(cutoff * cutoff * (1.0 + 1e-5));
    km_curve_range range = {.low = KM_R(LEAST_S), .first = leading_bits(KM_R(LEAST_S))};
    range.n = leading_bits(end > range.low ? end : range.low) - range.first + 1;
    const km_curve_integer last = ((km_curve_integer)(range.first + range.n) << KM_CURVE_SHIFT) - 1;
    memcpy(&range.high, &last, sizeof last);
    return range;
}

/* Steps of 0.1 pm outwards from where the curves begin; the attraction ends where a wall does. */
double km_pair_core(const km_pair_spec *spec, int pair)
{
    const double start = sqrt(LEAST_S), step = 1e-4;
    if (!(km_vdw_pair(spec, pair, LEAST_S).f_over_r < 0.0))
        return 0.0;
    for (int k = 1; start + k * step < spec->cutoff; k++) {
        const double r = start + k * step;
        if (km_vdw_pair(spec, pair, r * r).f_over_r >= 0.0)
            return r;
    }
    return 0.0;
}

/* The cubic through y at 0, 1/4, 3/4, 1: Newton's divided differences, then powers. */
static km_real4 cubic(const double y[4])
{
    const double a1 = 4.0 * (y[1] - y[0]), b1 = 2.0 * (y[2] - y[1]), c1 = 4.0 * (y[3] - y[2]);
    const double a2 = (b1 - a1) / 0.75, b2 = (c1 - b1) / 0.75, a3 = b2 - a2;
    const km_real4 c = {(km_real)y[0], (km_real)(a1 - 0.25 * a2 + 0.1875 * a3), (km_real)(a2 - a3),
                        (km_real)a3};
    return c;
}

/* Whether the pair of types is Lennard-Jones with nothing in it, or none. */
static bool is_silent(const km_pair_spec *spec, int pair)
{
    const double *parameter = spec->parameter + (size_t)pair * KM_VDW_PARAMETERS;
    return spec->form[pair] == KM_VDW_NONE ||
           (spec->form[pair] == KM_VDW_LENNARD_JONES && parameter[0] * parameter[1] == 0.0);
}

/* Both curves of one pair of types. */
static void fill_pair(const km_pair_spec *spec, int pair, const km_curve_range *range,
                      km_real4 *force, km_real4 *energy)
{
    static const double node[4] = {0.0, 0.25, 0.75, 1.0};
    const double core = km_pair_core(spec, pair), core2 = core * core;
    const double shift = spec->shift ? km_vdw_pair(spec, pair, spec->cutoff * spec->cutoff).u : 0.0;
    if (is_silent(spec, pair))
        return;
    for (int m = 0; m < range->n; m++) {
        const double start = start_of(range->first + m);
        const double width = start_of(range->first + m + 1) - start;
        double u[4], f[4];
        for (int k = 0; k < 4; k++) {
            const double s = fmax(start + node[k] * width, core2);
            const km_pair_term term = km_vdw_pair(spec, pair, s);
            u[k] = term.u - shift;
            f[k] = start < core2 ? CORE_FORCE : term.f_over_r;
        }
        force[m] = cubic(f);
        energy[m] = cubic(u);
    }
}

static km_status fill(const km_pair_spec *spec, km_pair_curves *out)
{
    const int n_types = spec->n_types;
    const size_t n = (size_t)out->range.n, size = (size_t)(n_types * n_types) * n;
    if (size * sizeof *out->force > INT32_MAX)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "%d atom types with pair forms beside Lennard-Jones are too many", n_types);
    KM_NEW(out->force, size);
    KM_NEW(out->energy, size);
    for (int a = 0; a < n_types; a++)
        for (int b = 0; b <= a; b++) {
            const size_t one = (size_t)(a * n_types + b) * n, other = (size_t)(b * n_types + a) * n;
            fill_pair(spec, a * n_types + b, &out->range, out->force + one, out->energy + one);
            memmove(out->force + other, out->force + one, n * sizeof *out->force);
            memmove(out->energy + other, out->energy + one, n * sizeof *out->energy);
        }
    return KM_OK;
}

km_status km_pair_curves_make(const km_pair_spec *spec, km_pair_curves *out)
{
    *out = (km_pair_curves){.range = {0}};
    if (km_vdw_all_lennard_jones(spec))
        return KM_OK;
    out->range = range_of(spec->cutoff);
    const km_status status = fill(spec, out);
    if (status != KM_OK)
        km_pair_curves_destroy(out);
    return status;
}

void km_pair_curves_destroy(km_pair_curves *curves)
{
    free(curves->force);
    free(curves->energy);
    *curves = (km_pair_curves){.range = {0}};
}
