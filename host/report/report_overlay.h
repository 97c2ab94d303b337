/* SPDX-License-Identifier: MIT */
/* Curves of several runs on the same axes. */
#ifndef KM_REPORT_OVERLAY_H
#define KM_REPORT_OVERLAY_H

#include "kernels/base/error.h"

/* compare-msd.svg and compare-rdf.svg in `out`: mean squared displacements of every species and
 * radial distribution functions of every pair that at least one run has, a panel each, a colour for
 * every run. A picture of which no run has data is not drawn, nor any without gnuplot. */
KM_MUST_CHECK km_status km_report_draw_overlays(const char *out, int n_runs,
                                                const char *const *folder, const char *const *name);

#endif
