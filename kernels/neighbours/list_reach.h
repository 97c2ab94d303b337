/* SPDX-License-Identifier: MIT */
/* How far a list reaches, and for how long that is enough: shared by the backends. */
#ifndef KM_LIST_REACH_H
#define KM_LIST_REACH_H

#include "kernels/base/box.h"
#include "kernels/base/error.h"
#include "kernels/neighbours/neighbour_list.h"

/* The reach is widened by this, so that rounding in km_real loses no pair. */
#define KM_REACH_MARGIN 1e-4

/* One image of a pair may be within the cutoff: half the least height, or the cell is too small. */
KM_HD bool km_list_fits(const km_box *box, double cutoff)
{
    return km_box_least_height(box) >= 2.0 * cutoff;
}

/* cutoff + skin, nm; images beyond +-1 must be out of reach, which limits the skin. */
KM_HD double km_list_reach(const km_box *box, double cutoff, double skin)
{
    return fmin(cutoff + skin, km_box_least_height(box));
}

/* Smallest factor by which the change of the box since the build can have stretched a vector, from
 * below: 1 / (1 + ||H_built H^-1 - 1||), Frobenius norm. */
KM_HD double km_list_least_stretch(const km_box *built, const km_box *now)
{
    double sum = 0.0;
    for (int c = 0; c < 3; c++) {
        const km_vec3 unit = {(double)(c == 0), (double)(c == 1), (double)(c == 2)};
        const km_vec3 back = km_box_to_cartesian(built, km_box_to_fractional(now, unit));
        const km_vec3 d = km_vec3_sub(back, unit);
        sum += km_vec3_dot(d, d);
    }
    return 1.0 / (1.0 + sqrt(sum));
}

/* How far an atom may have moved since the build, carried along with the box, before a pair within
 * the cutoff can be missing, nm: two atoms beyond reach at the build are now farther apart than
 * stretch * reach - 2 * displacement. Negative when the box alone has changed too much. */
KM_HD double km_list_allowance(const km_box *built, const km_box *now, double reach, double cutoff)
{
    return km_list_fits(now, cutoff) ? 0.5 * (km_list_least_stretch(built, now) * reach - cutoff)
                                     : -1.0;
}

#ifdef __cplusplus
extern "C" {
#endif
/* Refuses a spec that is not one for n atoms. */
km_status km_neighbour_spec_check(const km_neighbour_spec *spec, int n);
/* Fails with a sentence when the cell is too small for the cutoff. */
km_status km_list_box_check(const km_box *box, double cutoff);
#ifdef __cplusplus
}
#endif

#endif
