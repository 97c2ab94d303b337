/* SPDX-License-Identifier: MIT */
/* The trajectory reader: other programs' files, and what it must refuse. */
#include <netcdf.h>

#include "host/output/netcdf_reader.h"
#include "tests/trajectory_sample.h"

/* A small trajectory as another program would write it, with one peculiarity. */
typedef struct foreign {
    int mode;
    const char *conventions, *unit, *time_unit;
    bool no_cell, cell_without_frames, double_coordinates;
} foreign;

static void write_foreign(const char *path, foreign f)
{
    int id, frame, spatial, atom, time, xyz, lengths = 0, angles = 0;
    assert_int_equal(nc_create(path, NC_CLOBBER | f.mode, &id), NC_NOERR);
    nc_def_dim(id, "frame", NC_UNLIMITED, &frame);
    nc_def_dim(id, "spatial", 3, &spatial);
    nc_def_dim(id, "atom", 2, &atom);
    nc_put_att_text(id, NC_GLOBAL, "Conventions", strlen(f.conventions), f.conventions);
    const int shape[3] = {frame, atom, spatial}, cell[2] = {frame, spatial};
    nc_def_var(id, "coordinates", f.double_coordinates ? NC_DOUBLE : NC_FLOAT, 3, shape, &xyz);
    nc_put_att_text(id, xyz, "units", strlen(f.unit), f.unit);
    nc_def_var(id, "time", NC_FLOAT, 1, &frame, &time);
    nc_put_att_text(id, time, "units", strlen(f.time_unit), f.time_unit);
    const int n = f.cell_without_frames ? 1 : 2, *dimensions = cell + f.cell_without_frames;
    if (!f.no_cell) {
        nc_def_var(id, "cell_lengths", NC_DOUBLE, n, dimensions, &lengths);
        nc_put_att_text(id, lengths, "units", 8, "angstrom");
        nc_def_var(id, "cell_angles", NC_DOUBLE, n, dimensions, &angles);
        nc_put_att_text(id, angles, "units", 7, "degrees");
    }
    assert_int_equal(nc_enddef(id), NC_NOERR);
    const size_t start[3] = {0}, one[1] = {1}, row[2] = {1, 3}, atoms[3] = {1, 2, 3};
    const double edges[3] = {30, 31, 32}, right[3] = {90, 90, 90}, r[6] = {1, 2, 3, 4, 5, 6}, t = 7;
    nc_put_vara_double(id, xyz, start, atoms, r);
    nc_put_vara_double(id, time, start, one, &t);
    if (!f.no_cell) {
        nc_put_vara_double(id, lengths, start, row + f.cell_without_frames, edges);
        nc_put_vara_double(id, angles, start, row + f.cell_without_frames, right);
    }
    assert_int_equal(nc_close(id), NC_NOERR);
}

static void foreign_trajectories_are_read(void **state)
{
    (void)state;
    write_foreign("foreign.nc", (foreign){.mode = NC_64BIT_OFFSET,
                                          .conventions = "CF-1.0, AMBER",
                                          .unit = "angstrom",
                                          .time_unit = "picosecond",
                                          .double_coordinates = true});
    km_netcdf_reader *reader;
    km_frame frame;
    assert_ok(km_netcdf_reader_open("foreign.nc", 2, &reader));
    assert_false(km_netcdf_reader_is_ours(reader));
    assert_ok(km_netcdf_reader_read(reader, 0, &frame));
    assert_near(frame.time, 7.0, 0.0);
    assert_near(frame.position[5], 0.6, 1e-15);
    assert_near(frame.box.cz, 3.2, 1e-15);
    assert_true(km_box_is_orthorhombic(&frame.box));
    km_netcdf_reader_destroy(reader);
}

static void refuse(const char *path, int n_atoms, const char *text)
{
    km_netcdf_reader *reader;
    assert_int_not_equal(km_netcdf_reader_open(path, n_atoms, &reader), KM_OK);
    assert_null(reader);
    assert_message_has(path);
    assert_message_has(text);
}

static void what_cannot_be_trusted_is_refused(void **state)
{
    (void)state;
    const foreign good = {.mode = NC_64BIT_OFFSET,
                          .conventions = "AMBER",
                          .unit = "angstrom",
                          .time_unit = "picosecond"};
    foreign f = good;
    refuse("absent.nc", 0, "No such file");
    f.mode = 0;
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "CDF-1");
    f.mode = NC_64BIT_DATA;
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "CDF-5");
    spoil("bad.nc", 0, "\211HDF", 4);
    refuse("bad.nc", 0, "HDF5");
    spoil("bad.nc", 0, "ATOM", 4);
    refuse("bad.nc", 0, "not a netCDF file");
    f = good, f.conventions = "CF-1.8";
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "'CF-1.8'");
    f = good, f.conventions = "AMBERRESTART";
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "restart");
    f = good, f.unit = "nanometer";
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "'nanometer'");
    f = good, f.time_unit = "femtosecond";
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "'femtosecond'");
    f = good, f.no_cell = true;
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "cell_lengths");
    f = good, f.cell_without_frames = true;
    write_foreign("bad.nc", f);
    refuse("bad.nc", 0, "cell_lengths");
    write_foreign("bad.nc", good);
    refuse("bad.nc", 3, "has 2 atoms, but the topology has 3");
    refuse(".", 0, "regular file");
}

/* Every length a copy may break off at, and every byte of the header damaged: refused or read, but
 * never a crash (the sanitizer build watches). */
static void cut_and_damaged_files_are_refused(void **state)
{
    (void)state;
    size_t size;
    write_file("whole.nc", 3, 2, true);
    char *bytes = slurp("whole.nc", &size);
    km_netcdf_reader *reader;
    for (size_t n = 0; n < size; n++) {
        spill("cut.nc", bytes, n);
        assert_int_not_equal(km_netcdf_reader_open("cut.nc", 0, &reader), KM_OK);
    }
    assert_message_has("its header counts 2 frames, but only 1 are in it");
    for (size_t n = 0; n < size - 2 * 164; n++) {
        const char kept = bytes[n];
        bytes[n] = (char)~kept;
        spill("cut.nc", bytes, size);
        bytes[n] = kept;
        km_frame frame;
        if (km_netcdf_reader_open("cut.nc", 0, &reader) == KM_OK) {
            const km_status status = km_netcdf_reader_read(reader, 0, &frame);
            (void)status;
        }
        km_netcdf_reader_destroy(reader);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_trajectories_are_read),
        cmocka_unit_test(what_cannot_be_trusted_is_refused),
        cmocka_unit_test(cut_and_damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
