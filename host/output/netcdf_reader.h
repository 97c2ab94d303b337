/* SPDX-License-Identifier: MIT */
/* Reads AMBER NetCDF trajectories, our own and any other program's, one frame at a time. */
#ifndef KM_NETCDF_READER_H
#define KM_NETCDF_READER_H

#include "kernels/base/error.h"
#include "kernels/measure/frame.h"

typedef struct km_netcdf_reader km_netcdf_reader;

/* Opens a trajectory and checks it: CDF-2, Conventions AMBER, coordinates in angstrom, times in
 * picosecond, a cell in every frame, as many atoms as n_atoms (0: any number), all frames whole.
 * Fails with KM_ERROR_FILE or KM_ERROR_INPUT, saying what is wrong and what would mend it. */
KM_MUST_CHECK km_status km_netcdf_reader_open(const char *path, int n_atoms,
                                              km_netcdf_reader **out);
int km_netcdf_reader_n_atoms(const km_netcdf_reader *reader);
int64_t km_netcdf_reader_n_frames(const km_netcdf_reader *reader);
bool km_netcdf_reader_has_velocities(const km_netcdf_reader *reader);
/* True when kalium wrote the file: its coordinates are unwrapped. Other programs may have wrapped
 * theirs. */
bool km_netcdf_reader_is_ours(const km_netcdf_reader *reader);
/* Frame number index (0 is the first) in nm and ps. Its arrays belong to the reader and hold until
 * the next call. The step is 0 where the file knows none. Fails with KM_ERROR_INPUT when the frame
 * has a NaN or no cell. */
KM_MUST_CHECK km_status km_netcdf_reader_read(km_netcdf_reader *reader, int64_t index,
                                              km_frame *frame);
void km_netcdf_reader_destroy(km_netcdf_reader *reader);

#endif
