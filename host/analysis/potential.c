/* SPDX-License-Identifier: MIT */
/* Electrostatic potential along z. */
#include "host/analysis/profile.h"
#include "kernels/base/units.h"

/* e/(eps0 nm) in V */
#define VOLT (KM_ELEMENTARY_CHARGE / (KM_VACUUM_PERMITTIVITY * 1e-9))

void km_potential(const double *charge, const double *moment, int n, double length, bool periodic,
                  double *potential)
{
    const double width = length / n;
    double below = 0.0; /* e/nm^2 up to the edge */
    potential[0] = 0.0;
    for (int b = 0; b < n; b++) {
        /* what lies in the bin reaches from its place to the edge: half a width less its moment */
        const double inside = 0.5 * charge[b] - moment[b];
        potential[b + 1] = potential[b] - VOLT * width * (below + inside);
        below += charge[b];
    }
    const double slope = potential[n] / n;
    for (int b = 0; periodic && b <= n; b++)
        potential[b] -= slope * b;
}
