/* SPDX-License-Identifier: MIT */
/* Runs gnuplot on a script in a folder. */
#ifndef KM_GNUPLOT_H
#define KM_GNUPLOT_H

#include <stdbool.h>

#include "host/output/atomic_file.h"

/* Opens FOLDER/NAME.gnuplot for writing. */
KM_MUST_CHECK km_status km_gnuplot_open(km_atomic_stream *file, const char *folder,
                                        const char *name);
/* Runs it with FOLDER as the current folder. drawn: false when gnuplot is not installed. Fails with
 * KM_ERROR_EXTERNAL, quoting gnuplot. */
KM_MUST_CHECK km_status km_gnuplot_run(const char *folder, const char *name, bool *drawn);

#endif
