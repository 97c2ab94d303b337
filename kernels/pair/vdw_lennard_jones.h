/* SPDX-License-Identifier: MIT */
/* Lennard-Jones 12-6.
 *     U(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6) = c12/r^12 - c6/r^6
 *     -U'(r)/r = (12 c12/r^12 - 6 c6/r^6) / r^2
 * Source: J. E. Jones, doi:10.1098/rspa.1924.0082; the form with epsilon and sigma: Allen &
 * Tildesley, Computer Simulation of Liquids, 2nd ed., equation 1.7. Rises as 1/r^12: an overlap
 * overflows float below about 0.05 sigma, which the pair loop reports as a fault. */
#ifndef KM_PAIR_VDW_LENNARD_JONES_H
#define KM_PAIR_VDW_LENNARD_JONES_H

#include "kernels/base/lane.h"
#include "kernels/pair/coulomb.h"

/* 4 epsilon sigma^6, kJ/mol nm^6. */
KM_HD double km_lennard_jones_c6(double epsilon, double sigma)
{
    const double s3 = sigma * sigma * sigma;
    return 4.0 * epsilon * s3 * s3;
}
/* 4 epsilon sigma^12, kJ/mol nm^12. */
KM_HD double km_lennard_jones_c12(double epsilon, double sigma)
{
    const double s3 = sigma * sigma * sigma;
    return 4.0 * epsilon * s3 * s3 * s3 * s3;
}

/* One pair in double, at squared distance r2 (nm^2). */
KM_HD km_pair_term km_lennard_jones(double epsilon, double sigma, double r2)
{
    const double s2 = sigma * sigma / r2, s6 = s2 * s2 * s2;
    km_pair_term term;
    term.u = 4.0 * epsilon * s6 * (s6 - 1.0);
    term.f_over_r = 24.0 * epsilon * s6 * (2.0 * s6 - 1.0) / r2;
    return term;
}

/* The same as a row of KM_VDW_LIST: epsilon, sigma. */
KM_HD km_pair_term km_lennard_jones_pair(const double *parameter, double r2)
{
    return km_lennard_jones(parameter[0], parameter[1], r2);
}

/* Force over distance from 6 c6, 12 c12 and 1/r^2, 1/r^6. */
KM_HD km_lane km_lennard_jones_force(km_lane six_c6, km_lane twelve_c12, km_lane rinv2,
                                     km_lane rinv6)
{
    return (twelve_c12 * rinv6 - six_c6) * (rinv6 * rinv2);
}
/* Energy from the same. */
KM_HD km_lane km_lennard_jones_energy(km_lane six_c6, km_lane twelve_c12, km_lane rinv6)
{
    return rinv6 * (twelve_c12 * rinv6 * KM_R(1.0 / 12.0) - six_c6 * KM_R(1.0 / 6.0));
}

#endif
