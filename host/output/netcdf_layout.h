/* SPDX-License-Identifier: MIT */
/* Where the frames lie in a netCDF file of the 64-bit-offset kind (CDF-2): read from its header.
 *
 * A record of the file is one frame: the values of all variables that have the unlimited dimension,
 * in the order of their definition, big endian, each padded to 4 bytes. Frame k starts at
 * record_start + k record_size, and the count of frames is the big-endian integer at offset 4.
 * netcdf-c tells none of these offsets; with them a frame is one write, a file is cut back to any
 * number of frames, and a truncated file is noticed before garbage is read.
 * Source: "NetCDF Classic Format Specification", doi:10.5065/D6H70CW6. */
#ifndef KM_NETCDF_LAYOUT_H
#define KM_NETCDF_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/error.h"

#define KM_NETCDF_RECORD_COUNT_OFFSET 4 /* bytes  where the header keeps the count of records */

typedef struct km_netcdf_variable {
    char name[64];  /* cut to 63 characters                                  */
    bool is_record; /* has the unlimited dimension                           */
    int64_t begin;  /* bytes  offset in the file, of the first record's part */
    int64_t size;   /* bytes  of one record's part, padded                   */
} km_netcdf_variable;

typedef struct km_netcdf_layout {
    int64_t file_size;    /* bytes                                              */
    int64_t n_records;    /* frames the header speaks of                        */
    int64_t n_whole;      /* frames whose bytes are all in the file             */
    int64_t record_start; /* bytes  offset of the first frame                   */
    int64_t record_size;  /* bytes  of one frame; 0 when nothing is per frame   */
    int n_variables;
    km_netcdf_variable *variable; /* n_variables, owned                     */
} km_netcdf_layout;

/* Reads the header of path. Fails with KM_ERROR_FILE when the file cannot be read and with
 * KM_ERROR_INPUT when it is not CDF-2 (naming what it is) or its header is damaged. */
KM_MUST_CHECK km_status km_netcdf_layout_read(const char *path, km_netcdf_layout *layout);
/* The variable of that name, or NULL. */
const km_netcdf_variable *km_netcdf_layout_find(const km_netcdf_layout *layout, const char *name);
void km_netcdf_layout_destroy(km_netcdf_layout *layout);

#endif
