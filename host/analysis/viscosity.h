/* SPDX-License-Identifier: MIT */
/* Shear viscosity by Green and Kubo (green_kubo.h) from the pressure tensor of the run.
 *
 *     eta = V/(kB T) int_0^tc <P(0) P(t)> dt,   P one of xy, xz, yz, (xx-yy)/2, (xx+yy-2zz)/(2 sqrt
 * 3)
 *
 * the mean over the five, which are the independent parts of a traceless symmetric tensor (the form
 * of Daivis & Evans, doi:10.1063/1.466970). tc is by first noise.
 *
 * The pressure must be written every few steps (10 fs): the first lags hold most of the integral.
 */
#ifndef KM_VISCOSITY_H
#define KM_VISCOSITY_H

#include "host/analysis/green_kubo.h"
#include "kernels/particles.h"

typedef struct km_viscosity km_viscosity;

KM_MUST_CHECK km_status km_viscosity_create(km_viscosity **out);
/* tensor xx yy zz xy xz yz in bar, volume in nm^3. */
void km_viscosity_add(km_viscosity *v, const double tensor[KM_TENSOR], double volume);
/* interval of the series, ps; temperature, K. The result is in Pa s, its flux in bar. */
void km_viscosity_compute(const km_viscosity *v, double interval, double temperature,
                          km_green_kubo_result *out);
void km_viscosity_destroy(km_viscosity *v);

#endif
