/* SPDX-License-Identifier: MIT */
/* The trajectory: AMBER NetCDF convention 1.0 in a 64-bit-offset file (CDF-2).
 *
 * Per frame: time (ps, float), step (double, a variable of our own), time_precise (ps, double, our
 * own: float resolves only 8 fs at 100 ns), cell_lengths (A) and cell_angles (degree), coordinates
 * (A, float, unwrapped) and, when asked for, velocities (A/ps stored divided by 20.455 with
 * scale_factor 20.455: the one form that every reader takes rightly).
 * Convention: https://ambermd.org/netcdf/nctraj.xhtml (version 1.0, revision C).
 *
 * A frame goes to the file in one write, then the count of frames in the header: whoever reads
 * along sees whole frames only. Equal frames give equal bytes, whether the run was interrupted or
 * not. */
#ifndef KM_NETCDF_TRAJECTORY_H
#define KM_NETCDF_TRAJECTORY_H

#include "host/engine/sink.h"

typedef struct km_netcdf_writer km_netcdf_writer;

/* A new trajectory at path; the file is made when the sink begins. title: NULL or text, cut to 80
 * bytes. */
KM_MUST_CHECK km_status km_netcdf_writer_create(const char *path, bool with_velocities,
                                                const char *title, km_netcdf_writer **out);
/* Goes on with the trajectory at path. When the sink begins, the file is checked: KM_ERROR_INPUT if
 * it is not an AMBER trajectory of as many atoms, with the same variables. An absent or empty file
 * is made anew, so that a run stopped before its first frame can be continued. */
KM_MUST_CHECK km_status km_netcdf_writer_continue(const char *path, bool with_velocities,
                                                  const char *title, km_netcdf_writer **out);
/* The writer as receiver of frames; positions of flush and rewind are numbers of frames. Frames
 * with a NaN or infinite number are refused with KM_ERROR_PHYSICS, naming the atom. */
km_sink km_netcdf_writer_sink(km_netcdf_writer *writer);
void km_netcdf_writer_destroy(km_netcdf_writer *writer);

#endif
