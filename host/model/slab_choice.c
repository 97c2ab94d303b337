/* SPDX-License-Identifier: MIT */
#include "host/model/slab_choice.h"

#include <math.h>
#include <stdio.h>

#include "kernels/base/units.h"

#define KM_NEUTRAL 1e-6       /* e  what the sum of rounded charges may miss of 0               */
#define KM_PERPENDICULAR 1e-9 /*    of the height of the cell                                   */
#define KM_VACUUM_GOOD 2.0    /*    longest periods in the plane: exp(-2 pi x this) is felt     */

static double charge_of(int n, const double *charge)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += charge[i];
    return sum;
}

static void extent_of(int n, const double *position, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < n; i++) {
        *low = fmin(*low, position[3 * i + 2]);
        *high = fmax(*high, position[3 * i + 2]);
    }
}

/* Of the waves that the lattice of the plane carries: its field reaches farthest, as
 * exp(-2 pi z / period). For a rectangle the longer edge. */
static double longest_period(const km_box *box)
{
    double least = INFINITY; /* of the squares of 1 / period */
    for (int u = 0; u <= 1; u++)
        for (int v = -1; v <= 1; v++) {
            const double x = u / box->ax, y = (v - u * box->bx / box->ax) / box->by;
            if (u != 0 || v != 0)
                least = fmin(least, x * x + y * y);
        }
    return 1.0 / sqrt(least);
}

static km_status check_shape(const km_box *box)
{
    if (fabs(box->cx) <= KM_PERPENDICULAR * box->cz && fabs(box->cy) <= KM_PERPENDICULAR * box->cz)
        return KM_OK;
    return KM_FAIL(
        KM_ERROR_INPUT,
        "the electrostatics of a slab need the c axis of the cell perpendicular to a and "
        "b, but c is (%.6g, %.6g, %.6g) nm; use a cell with alpha = beta = 90 degrees",
        box->cx, box->cy, box->cz);
}

static km_status check_vacuum(const km_box *box, double cutoff, double period,
                              const km_slab_report *report)
{
    const double least = fmax(cutoff, period), angstrom = 1.0 / KM_NM_PER_ANGSTROM;
    if (report->vacuum >= least * (1.0 - 1e-9))
        return KM_OK;
    return KM_FAIL(
        KM_ERROR_INPUT,
        "the atoms reach over %.4g of the %.4g A of the cell's height, which leaves a vacuum of "
        "%.4g A; the electrostatics of a slab need at least %.4g A, the cutoff (%.4g A) or the "
        "longest period in the plane (%.4g A), whichever is longer. Make the cell %.4g A high, "
        "give the slab in one piece along z, or leave no vacuum at all, for a cell periodic along "
        "z",
        report->thickness * angstrom, box->cz * angstrom, report->vacuum * angstrom,
        least * angstrom, cutoff * angstrom, period * angstrom,
        (report->thickness + least) * angstrom);
}

km_status km_slab_check(const km_box *box, int n, const double *position, const double *charge,
                        double cutoff, km_slab_report *out)
{
    *out = (km_slab_report){.warning = ""};
    const double total = charge_of(n, charge);
    if (!(fabs(total) <= KM_NEUTRAL * fmax(1.0, sqrt(n))))
        return KM_FAIL(
            KM_ERROR_INPUT,
            "the cell has a net charge of %.6g e; the energy of a charged slab is without "
            "bound, as its field never ends, and the slab correction is for a neutral "
            "cell only: add ions of the other sign or mend the charges",
            total);
    KM_TRY(check_shape(box));
    if (n < 1)
        return KM_FAIL(KM_ERROR_INPUT, "a slab without atoms");
    double low, high;
    extent_of(n, position, &low, &high);
    out->thickness = high - low;
    out->vacuum = box->cz - out->thickness;
    const double period = longest_period(box);
    KM_TRY(check_vacuum(box, cutoff, period, out));
    if (out->vacuum < KM_VACUUM_GOOD * period)
        snprintf(
            out->warning, sizeof out->warning,
            "the vacuum of %.4g A is thin beside the longest period in the plane (%.4g A): slab "
            "and image slab still feel each other's structure, by about exp(-2 pi vacuum / "
            "period) = %.1e of it; from %.4g A on it is below 4e-6",
            out->vacuum / KM_NM_PER_ANGSTROM, period / KM_NM_PER_ANGSTROM,
            exp(-2.0 * KM_PI * out->vacuum / period), KM_VACUUM_GOOD * period / KM_NM_PER_ANGSTROM);
    return KM_OK;
}
