/* SPDX-License-Identifier: MIT */
/* The trajectory writer and reader: layout, units, cell, restarts, damage, full disks. */
#include <math.h>
#include <netcdf.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/output/cell_parameters.h"
#include "host/output/netcdf_reader.h"
#include "tests/trajectory_sample.h"

/* ---- layout ---- */

static const char golden[] = "netcdf golden {\n"
                             "dimensions:\n"
                             "\tframe = UNLIMITED ; // (2 currently)\n"
                             "\tspatial = 3 ;\n"
                             "\tatom = 37 ;\n"
                             "\tcell_spatial = 3 ;\n"
                             "\tcell_angular = 3 ;\n"
                             "\tlabel = 5 ;\n"
                             "variables:\n"
                             "\tchar spatial(spatial) ;\n"
                             "\tchar cell_spatial(cell_spatial) ;\n"
                             "\tchar cell_angular(cell_angular, label) ;\n"
                             "\tfloat time(frame) ;\n"
                             "\t\ttime:units = \"picosecond\" ;\n"
                             "\tdouble step(frame) ;\n"
                             "\tdouble time_precise(frame) ;\n"
                             "\t\ttime_precise:units = \"picosecond\" ;\n"
                             "\tdouble cell_lengths(frame, cell_spatial) ;\n"
                             "\t\tcell_lengths:units = \"angstrom\" ;\n"
                             "\tdouble cell_angles(frame, cell_angular) ;\n"
                             "\t\tcell_angles:units = \"degree\" ;\n"
                             "\tfloat coordinates(frame, atom, spatial) ;\n"
                             "\t\tcoordinates:units = \"angstrom\" ;\n"
                             "\tfloat velocities(frame, atom, spatial) ;\n"
                             "\t\tvelocities:units = \"angstrom/picosecond\" ;\n"
                             "\t\tvelocities:scale_factor = 20.455 ;\n"
                             "\n"
                             "// global attributes:\n"
                             "\t\t:title = \"1 M KFSI in DME\" ;\n"
                             "\t\t:application = \"kalium\" ;\n"
                             "\t\t:program = \"kalium\" ;\n"
                             "\t\t:programVersion = \"" KM_VERSION "\" ;\n"
                             "\t\t:Conventions = \"AMBER\" ;\n"
                             "\t\t:ConventionVersion = \"1.0\" ;\n"
                             "}\n";

static void header_is_the_one_of_the_convention(void **state)
{
    (void)state;
    write_file("golden.nc", MANY, 2, true);
    size_t size;
    char *bytes = slurp("golden.nc", &size);
    assert_memory_equal(bytes, "CDF\002\0\0\0\002", 8);
    free(bytes);
    if (system("command -v ncdump >/dev/null") != 0)
        skip();
    FILE *pipe = popen("ncdump -h golden.nc", "r");
    assert_non_null(pipe);
    char text[4096];
    text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(text, golden);
}

/* What other programs see through netcdf-c: labels, angstrom, picosecond, AMBER's velocity unit. */
static void numbers_have_the_units_of_the_convention(void **state)
{
    (void)state;
    write_file("units.nc", 2, 3, true);
    sample s;
    sample_fill(&s, 2, 2);
    int id, v;
    char letters[16] = "";
    float time, coordinates[6], velocities[6];
    double step, precise, lengths[3];
    const size_t start[3] = {2, 0, 0}, one[1] = {1}, cell[2] = {1, 3}, atoms[3] = {1, 2, 3};
    assert_int_equal(nc_open("units.nc", NC_NOWRITE, &id), NC_NOERR);
    assert_int_equal(nc_inq_varid(id, "cell_angular", &v), NC_NOERR);
    assert_int_equal(nc_get_var_text(id, v, letters), NC_NOERR);
    assert_memory_equal(letters, "alphabeta gamma", 15);
    assert_int_equal(nc_inq_varid(id, "time", &v), NC_NOERR);
    assert_int_equal(nc_get_vara_float(id, v, start, one, &time), NC_NOERR);
    assert_near(time, 2.0, 0.0);
    assert_int_equal(nc_inq_varid(id, "time_precise", &v), NC_NOERR);
    assert_int_equal(nc_get_vara_double(id, v, start, one, &precise), NC_NOERR);
    assert_near(precise, 2.0, 0.0);
    assert_int_equal(nc_inq_varid(id, "step", &v), NC_NOERR);
    assert_int_equal(nc_get_vara_double(id, v, start, one, &step), NC_NOERR);
    assert_near(step, 1000.0, 0.0);
    assert_int_equal(nc_inq_varid(id, "cell_lengths", &v), NC_NOERR);
    assert_int_equal(nc_get_vara_double(id, v, start, cell, lengths), NC_NOERR);
    assert_near(lengths[0], 30.02, 1e-13 * 30);
    assert_near(lengths[1], 10.0 * sqrt(0.9 * 0.9 + 2.8 * 2.8), 1e-13 * 30);
    assert_int_equal(nc_inq_varid(id, "coordinates", &v), NC_NOERR);
    assert_int_equal(nc_get_vara_float(id, v, start, atoms, coordinates), NC_NOERR);
    assert_int_equal(nc_inq_varid(id, "velocities", &v), NC_NOERR);
    assert_int_equal(nc_get_vara_float(id, v, start, atoms, velocities), NC_NOERR);
    for (int k = 0; k < 6; k++) { /* rounding of a float, at most 6e-8 of the value */
        assert_near(coordinates[k], 10.0 * s.position[k], 6e-8 * fabs(10.0 * s.position[k]));
        assert_near(velocities[k] * 20.455, 10.0 * s.velocity[k], 7e-8 * fabs(10 * s.velocity[k]));
    }
    nc_close(id);
}

/* By the definitions: dot products of the edges, and the volume formula of the textbooks. */
static void angles_are_alpha_beta_gamma_in_this_order(void **state)
{
    (void)state;
    km_cell_parameters cell = {.length = {3.0, 3.1, 3.2}, .angle = {70.0, 80.0, 100.0}};
    km_box box;
    const double degree = acos(-1.0) / 180.0;
    const double ca = cos(70 * degree), cb = cos(80 * degree), cg = cos(100 * degree);
    const double sine = sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg);
    assert_ok(km_cell_parameters_to_box(&cell, &box));
    assert_near(box.bx * box.cx + box.by * box.cy, 3.1 * 3.2 * ca, 1e-13);
    assert_near(box.cx, 3.2 * cb, 1e-14);
    assert_near(box.bx, 3.1 * cg, 1e-14);
    assert_near(km_box_volume(&box), 3.0 * 3.1 * 3.2 * sine, 1e-12);

    /* a long c is reduced, and stays a vector of the same lattice */
    cell.length[0] = 1.0, cell.length[1] = 2.0, cell.length[2] = 9.0;
    assert_ok(km_cell_parameters_to_box(&cell, &box));
    assert_near(km_box_volume(&box), 18.0 * sine, 1e-12);
    assert_true(fabs(box.cx) <= 0.5 && fabs(box.cy) <= 0.5 * box.by);
    const double sg = sin(100 * degree);
    const km_vec3 c = {9.0 * cb, 9.0 * (ca - cb * cg) / sg, 9.0 * sine / sg};
    const km_vec3 w = km_box_to_fractional(&box, c);
    assert_near(w.x, round(w.x), 1e-12);
    assert_near(w.y, round(w.y), 1e-12);
    assert_near(w.z, 1.0, 1e-12);

    const km_box cube = km_box_orthorhombic(2.0, 3.0, 4.0);
    const km_cell_parameters right = km_cell_parameters_from_box(&cube);
    for (int c = 0; c < 3; c++)
        assert_true(right.angle[c] == 90.0);
    const km_cell_parameters skew = km_cell_parameters_from_box(&triclinic);
    assert_ok(km_cell_parameters_to_box(&skew, &box));
    assert_near(box.ax, triclinic.ax, 1e-14);
    assert_near(box.bx, triclinic.bx, 1e-14);
    assert_near(box.by, triclinic.by, 1e-14);
    assert_near(box.cx, triclinic.cx, 1e-14);
    assert_near(box.cy, triclinic.cy, 1e-14);
    assert_near(box.cz, triclinic.cz, 1e-14);
    const km_cell_parameters flat = {.length = {1.0, 1.0, 1.0}, .angle = {30.0, 30.0, 90.0}};
    assert_int_equal(km_cell_parameters_to_box(&flat, &box), KM_ERROR_VALUE);
}

/* ---- reading ---- */

static void reader_gives_back_what_was_written(void **state)
{
    (void)state;
    write_file("back.nc", MANY, 4, true);
    km_netcdf_reader *reader;
    assert_ok(km_netcdf_reader_open("back.nc", MANY, &reader));
    assert_int_equal(km_netcdf_reader_n_frames(reader), 4);
    assert_int_equal(km_netcdf_reader_n_atoms(reader), MANY);
    assert_true(km_netcdf_reader_has_velocities(reader) && km_netcdf_reader_is_ours(reader));
    for (int k = 3; k >= 0; k--) {
        sample s;
        km_frame frame;
        sample_fill(&s, MANY, k);
        assert_ok(km_netcdf_reader_read(reader, k, &frame));
        assert_int_equal(frame.step, 500 * k);
        assert_true(frame.time == s.frame.time);
        assert_near(frame.box.ax, s.frame.box.ax, 1e-14);
        assert_near(frame.box.cy, s.frame.box.cy, 1e-14);
        for (int c = 0; c < 3 * MANY; c++) {
            assert_near(frame.position[c], s.position[c], 6e-8 * fabs(s.position[c]));
            assert_near(frame.velocity[c], s.velocity[c], 7e-8 * fabs(s.velocity[c]));
        }
    }
    km_frame frame;
    assert_int_equal(km_netcdf_reader_read(reader, 4, &frame), KM_ERROR_VALUE);
    assert_int_equal(km_netcdf_reader_read(reader, -1, &frame), KM_ERROR_VALUE);
    km_netcdf_reader_destroy(reader);
}

static void one_atom_and_no_frame_are_legal(void **state)
{
    (void)state;
    km_netcdf_reader *reader;
    km_frame frame;
    write_file("one.nc", 1, 2, false);
    assert_ok(km_netcdf_reader_open("one.nc", 0, &reader));
    assert_ok(km_netcdf_reader_read(reader, 1, &frame));
    assert_int_equal(frame.n, 1);
    assert_null(frame.velocity);
    km_netcdf_reader_destroy(reader);
    write_file("none.nc", 5, 0, true);
    assert_ok(km_netcdf_reader_open("none.nc", 5, &reader));
    assert_int_equal(km_netcdf_reader_n_frames(reader), 0);
    km_netcdf_reader_destroy(reader);
    km_netcdf_reader_destroy(NULL);
    km_netcdf_writer_destroy(NULL);
}

/* ---- interruptions ---- */

static void continue_to(const char *path, int n, int position, int last)
{
    km_netcdf_writer *writer;
    const km_labels labels = {.n_atoms = n};
    assert_ok(km_netcdf_writer_continue(path, true, "1 M KFSI in DME", &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, &labels));
    assert_ok(sink.rewind(sink.self, position));
    write_frames(&sink, n, position, last);
    int64_t there;
    assert_ok(sink.flush(sink.self, &there));
    assert_int_equal(there, last);
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
}

static void a_continued_trajectory_is_the_uninterrupted_one(void **state)
{
    (void)state;
    write_file("straight.nc", MANY, 10, true);
    write_file("halted.nc", MANY, 10, true);
    continue_to("halted.nc", MANY, 6, 10);
    assert_same_bytes("straight.nc", "halted.nc");
    continue_to("halted.nc", MANY, 0, 10);
    assert_same_bytes("straight.nc", "halted.nc");
    unlink("halted.nc"); /* stopped before the first frame */
    continue_to("halted.nc", MANY, 0, 10);
    assert_same_bytes("straight.nc", "halted.nc");
}

/* What kill -9 and a power cut leave: a part of a frame, a header that counts too few or too many.
 */
static void torn_files_are_repaired_by_rewinding(void **state)
{
    (void)state;
    struct stat status;
    write_file("straight.nc", MANY, 10, true);
    assert_int_equal(stat("straight.nc", &status), 0);
    const long frame = 4 + 8 + 8 + 48 + 24 * MANY;
    write_file("torn.nc", MANY, 10, true);
    assert_int_equal(truncate("torn.nc", status.st_size - frame - 100), 0);
    km_netcdf_reader *reader;
    assert_int_equal(km_netcdf_reader_open("torn.nc", 0, &reader), KM_ERROR_INPUT);
    assert_message_has("torn.nc is cut off: its header counts 10 frames, but only 8 are in it");
    continue_to("torn.nc", MANY, 7, 10);
    assert_same_bytes("straight.nc", "torn.nc");
    spoil("torn.nc", 4, "\0\0\0\003", 4);
    continue_to("torn.nc", MANY, 7, 10);
    assert_same_bytes("straight.nc", "torn.nc");
    spoil("torn.nc", 4, "\377\377\377\377", 4);
    continue_to("torn.nc", MANY, 10, 10);
    assert_same_bytes("straight.nc", "torn.nc");
}

/* Replaces a word in a file by another of the same length. */
static void spoil_text(const char *path, const char *word, const char *other)
{
    size_t size;
    char *bytes = slurp(path, &size);
    const char *found = memmem(bytes, size, word, strlen(word));
    assert_non_null(found);
    spoil(path, found - bytes, other, strlen(other));
    free(bytes);
}

static void refuse_to_continue(const char *path, int n, bool velocities, int position,
                               const char *text)
{
    km_netcdf_writer *writer;
    const km_labels labels = {.n_atoms = n};
    assert_ok(km_netcdf_writer_continue(path, velocities, NULL, &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    km_status status = sink.begin(sink.self, &labels);
    if (status == KM_OK)
        status = sink.rewind(sink.self, position);
    assert_int_not_equal(status, KM_OK);
    assert_message_has(path);
    assert_message_has(text);
    km_netcdf_writer_destroy(writer);
}

static void the_wrong_file_is_not_continued(void **state)
{
    (void)state;
    write_file("mine.nc", MANY, 3, true);
    refuse_to_continue("mine.nc", MANY + 1, true, 0, "38 atoms");
    refuse_to_continue("mine.nc", MANY, false, 0, "without velocities");
    refuse_to_continue("mine.nc", MANY, true, 4, "fewer than");
    write_file("theirs.nc", MANY, 1, true);
    spoil_text("theirs.nc", "AMBER", "CHARM");
    refuse_to_continue("theirs.nc", MANY, true, 0, "'CHARM'");
}

static void nothing_that_is_not_a_number_is_written(void **state)
{
    (void)state;
    km_netcdf_writer *writer;
    const km_labels labels = {.n_atoms = 3};
    sample s;
    write_file("clean.nc", 3, 1, true);
    assert_ok(km_netcdf_writer_create("nan.nc", true, "1 M KFSI in DME", &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, &labels));
    write_frames(&sink, 3, 0, 1);
    sample_fill(&s, 3, 1);
    s.position[4] = NAN;
    assert_int_equal(sink.frame(sink.self, &s.frame), KM_ERROR_PHYSICS);
    assert_message_has("position of atom 2");
    sample_fill(&s, 3, 1);
    s.velocity[8] = INFINITY;
    assert_int_equal(sink.frame(sink.self, &s.frame), KM_ERROR_PHYSICS);
    assert_message_has("velocity of atom 3");
    sample_fill(&s, 3, 1);
    s.frame.box.cz = NAN;
    assert_int_equal(sink.frame(sink.self, &s.frame), KM_ERROR_PHYSICS);
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
    assert_same_bytes("clean.nc", "nan.nc");
}

/* ---- disks ---- */

/* A file size limit stops a write in its middle, as a full disk does. */
static void a_full_disk_tears_nothing(void **state)
{
    (void)state;
    km_netcdf_writer *writer;
    const km_labels labels = {.n_atoms = MANY};
    struct rlimit old, tight;
    struct stat status;
    sample s;
    write_file("three.nc", MANY, 3, true);
    assert_int_equal(stat("three.nc", &status), 0);
    assert_ok(km_netcdf_writer_create("full.nc", true, "1 M KFSI in DME", &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, &labels));
    write_frames(&sink, MANY, 0, 3);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = (rlim_t)status.st_size + 100;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    sample_fill(&s, MANY, 3);
    const km_status failed = sink.frame(sink.self, &s.frame);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(failed, KM_ERROR_FILE);
    assert_message_has("full.nc: File too large; make room");
    assert_same_bytes("three.nc", "full.nc");
    write_frames(&sink, MANY, 3, 4); /* room was made */
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
    write_file("three.nc", MANY, 4, true);
    assert_same_bytes("three.nc", "full.nc");
}

static void an_unwritable_place_is_named(void **state)
{
    (void)state;
    km_netcdf_writer *writer;
    const km_labels labels = {.n_atoms = 2};
    assert_ok(km_netcdf_writer_create("no/such/folder/x.nc", false, NULL, &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_int_equal(sink.begin(sink.self, &labels), KM_ERROR_FILE);
    assert_message_has("no/such/folder/x.nc: No such file or directory");
    km_netcdf_writer_destroy(writer);
}

/* Frames beyond 4 GiB, in a sparse file: 64-bit offsets hold. */
static void offsets_beyond_4_gib_hold(void **state)
{
    (void)state;
    enum { N = 100000, SPARSE = 3700 };
    km_netcdf_writer *writer;
    km_netcdf_reader *reader;
    const km_labels labels = {.n_atoms = N};
    struct stat status;
    double *position = calloc(3 * N, sizeof *position);
    assert_non_null(position);
    position[3 * N - 1] = 1.25;
    km_frame frame = {.step = 3, .time = 4.5, .n = N, .box = triclinic, .position = position};
    assert_ok(km_netcdf_writer_create("sparse.nc", false, NULL, &writer));
    km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, &labels));
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
    assert_int_equal(stat("sparse.nc", &status), 0);
    const off_t size = status.st_size + (off_t)SPARSE * (4 + 8 + 8 + 48 + 12 * N);
    assert_true(size > (off_t)1 << 32);
    assert_int_equal(truncate("sparse.nc", size), 0);
    assert_ok(km_netcdf_writer_continue("sparse.nc", false, NULL, &writer));
    sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, &labels));
    assert_ok(sink.frame(sink.self, &frame));
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
    assert_ok(km_netcdf_reader_open("sparse.nc", N, &reader));
    assert_int_equal(km_netcdf_reader_n_frames(reader), SPARSE + 1);
    assert_ok(km_netcdf_reader_read(reader, SPARSE, &frame));
    assert_near(frame.time, 4.5, 0.0);
    assert_near(frame.position[3 * N - 1], 1.25, 0.0);
    km_netcdf_reader_destroy(reader);
    unlink("sparse.nc");
    free(position);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_is_the_one_of_the_convention),
        cmocka_unit_test(numbers_have_the_units_of_the_convention),
        cmocka_unit_test(angles_are_alpha_beta_gamma_in_this_order),
        cmocka_unit_test(reader_gives_back_what_was_written),
        cmocka_unit_test(one_atom_and_no_frame_are_legal),
        cmocka_unit_test(a_continued_trajectory_is_the_uninterrupted_one),
        cmocka_unit_test(torn_files_are_repaired_by_rewinding),
        cmocka_unit_test(the_wrong_file_is_not_continued),
        cmocka_unit_test(nothing_that_is_not_a_number_is_written),
        cmocka_unit_test(a_full_disk_tears_nothing),
        cmocka_unit_test(an_unwritable_place_is_named),
        cmocka_unit_test(offsets_beyond_4_gib_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
