/* SPDX-License-Identifier: MIT */
/* PDB and the VMD script; and a sample of all files, of which python/read_trajectory.py checks what
 * MDAnalysis makes of it. */
#include <unistd.h>

#include "host/output/json_writer.h"
#include "host/output/netcdf_trajectory.h"
#include "host/output/topology_export.h"
#include "kernels/base/random.h"
#include "tests/files.h"
#include "tests/labels_sample.h"

/* ---- PDB ---- */

static const km_box triclinic = {3.0, 0.9, 2.8, -0.7, 1.1, 3.1};

/* Molecules strewn over many cells; atoms of one molecule stay together. */
static double *scatter(const km_labels *labels, uint64_t frame)
{
    double *position = calloc(3 * (size_t)labels->n_atoms, sizeof *position);
    for (int i = 0; i < labels->n_atoms; i++) {
        double centre[4], offset[4];
        km_random_normal4(km_random_bits(3, frame, (uint32_t)labels->molecule[i], KM_RANDOM_BUILD),
                          centre);
        km_random_normal4(km_random_bits(4, frame, (uint32_t)i, KM_RANDOM_BUILD), offset);
        for (int c = 0; c < 3; c++)
            position[3 * i + c] = 6.0 * centre[c] + 0.15 * offset[c];
    }
    return position;
}

static void pdb_columns_are_those_of_the_guide(void **state)
{
    (void)state;
    km_labels *labels = sample_labels();
    double *position = calloc(3 * (size_t)labels->n_atoms, sizeof *position);
    position[0] = 0.12345, position[1] = 1.0, position[2] = 2.0;
    assert_ok(km_topology_write_pdb("sample.pdb", labels, &triclinic, position, "1 M KFSI"));
    char *text = slurp("sample.pdb", NULL);
    const char head[] =
        "TITLE     1 M KFSI\n"
        "CRYST1   30.000   29.411   33.630  75.66 102.01  72.18 P 1           1\n"
        "ATOM      1  K     K A   1       1.235  10.000  20.000  1.00  0.00      K    K\n";
    assert_memory_equal(text, head, strlen(head));
    assert_non_null(strstr(
        text,
        "\nATOM      7  O11 FSI B   1       0.000   0.000   0.000  1.00  0.00      FSI  O\n"));
    assert_non_null(strstr(
        text,
        "\nATOM     55 LI    LI D   1       0.000   0.000   0.000  1.00  0.00      LI  LI\n"));
    assert_string_equal(text + strlen(text) - 5, "\nEND\n");
    free(text);
    free(position);
    km_labels_destroy(labels);
}

static void molecules_are_wrapped_whole(void **state)
{
    (void)state;
    km_labels *labels = sample_labels();
    double *position = scatter(labels, 0);
    assert_ok(km_topology_write_pdb("wrapped.pdb", labels, &triclinic, position, NULL));
    char *text = slurp("wrapped.pdb", NULL), *rest = text;
    km_vec3 sum = {0, 0, 0};
    for (int i = 0; i < labels->n_atoms;) {
        const char *line = strsep(&rest, "\n");
        if (strncmp(line, "ATOM", 4) != 0)
            continue;
        const km_vec3 r = {0.1 * atof(line + 30), 0.1 * atof(line + 38), 0.1 * atof(line + 46)};
        const int m = labels->molecule[i];
        /* the shift is a lattice vector, the same for all atoms of the molecule */
        const double *x = position + 3 * i;
        const km_vec3 s =
            km_box_to_fractional(&triclinic, km_vec3_sub(r, km_vec3_make(x[0], x[1], x[2])));
        assert_near(s.x, round(s.x), 2e-4); /* 3 digits of an angstrom */
        assert_near(s.y, round(s.y), 2e-4);
        assert_near(s.z, round(s.z), 2e-4);
        sum = km_vec3_add(sum, km_vec3_scale(labels->mass[i], r));
        if (++i == labels->molecule_start[m + 1]) {
            const double mass = labels->kind[labels->molecule_kind[m]].mass;
            const km_vec3 f = km_box_to_fractional(&triclinic, km_vec3_scale(1 / mass, sum));
            assert_true(f.x > -2e-4 && f.x < 1 + 2e-4 && f.y > -2e-4 && f.y < 1 + 2e-4);
            assert_true(f.z > -2e-4 && f.z < 1 + 2e-4);
            sum = km_vec3_make(0, 0, 0);
        }
    }
    free(text);
    free(position);
    km_labels_destroy(labels);
}

static void large_numbers_overflow_as_readers_expect(void **state)
{
    (void)state;
    const species many[] = {{"K+", "K", 1, 100001, 1, potassium}};
    km_labels *labels = labels_make(many, 1);
    double *position = scatter(labels, 1);
    assert_ok(km_topology_write_pdb("large.pdb", labels, &triclinic, position, NULL));
    char *text = slurp("large.pdb", NULL);
    assert_non_null(strstr(text, "\nATOM  99999  K     K A9999    "));
    assert_non_null(strstr(text, "\nATOM  186a0  K     K A   0    "));
    assert_non_null(strstr(text, "\nATOM  186a1  K     K A   1    "));
    free(text);
    unlink("large.pdb");
    const km_box huge = km_box_orthorhombic(3000.0, 3000.0, 3000.0);
    position[4] = 2500.0;
    assert_int_equal(km_topology_write_pdb("huge.pdb", labels, &huge, position, NULL),
                     KM_ERROR_UNSUPPORTED);
    assert_message_has("cannot write huge.pdb: atom ");
    assert_int_not_equal(access("huge.pdb", F_OK), 0);
    assert_int_not_equal(access("huge.pdb.partial", F_OK), 0);
    assert_int_equal(km_topology_write_pdb("no/x.pdb", labels, &triclinic, position, NULL),
                     KM_ERROR_FILE);
    assert_message_has("no/x.pdb: No such file");
    free(position);
    km_labels_destroy(labels);
}

/* ---- VMD and the sample that other programs read ---- */

/* Run by tclsh with the commands of VMD replaced by recorders. */
static const char stubs[] =
    "set ::representations 0\n"
    "proc mol {verb args} {\n"
    "    if {$verb eq {new} && ![file exists [lindex $args 0]]} { error \"no topology\" }\n"
    "    if {$verb eq {addfile} && ![file exists [lindex $args 0]]} { error \"no frames\" }\n"
    "    if {$verb eq {addrep}} { incr ::representations }\n"
    "    puts \"mol $verb $args\"\n"
    "}\n"
    "proc molinfo {args} { return $::representations }\n"
    "proc pbc {args} { puts \"pbc $args\" }\n"
    "proc display {args} {}\n"
    "proc color {args} {}\n"
    "proc axes {args} {}\n"
    "proc atomselect {args} { return selected }\n"
    "proc selected {args} { puts \"selected $args\" }\n"
    "package provide pbctools 1\n";

static void the_vmd_script_is_sound_tcl(void **state)
{
    (void)state;
    km_labels *labels = sample_labels();
    assert_ok(km_topology_write_vmd("export_sample/view.vmd", labels, "a {title} with \\ braces"));
    km_labels_destroy(labels);
    if (system("command -v tclsh >/dev/null") != 0)
        skip();
    char script[2048];
    snprintf(script, sizeof script, "%ssource export_sample/view.vmd\n", stubs);
    spill("stubs.tcl", script, strlen(script));
    assert_int_equal(system("tclsh stubs.tcl >stubs.log"), 0);
    char *text = slurp("stubs.log", NULL);
    assert_non_null(strstr(text, "/topology.psf type psf"));
    assert_non_null(strstr(text, "/trajectory.nc type netcdf"));
    assert_non_null(strstr(text, "pbc wrap -compound res -all"));
    assert_non_null(strstr(text, "selected set element K\n"));
    assert_non_null(strstr(text, "selected set element Li\n"));
    assert_non_null(strstr(text, "mol representation VDW 0.7 24\nmol color ColorID 11\n"
                                 "mol selection {segname K}\n"));
    assert_non_null(strstr(text, "mol selection {segname FSI}\n"));
    assert_non_null(strstr(text, "mol showperiodic top 3 {}\n"));
    free(text);
}

/* What is_expected.json says is compared with what Python packages read. */
static void write_expectation(const km_labels *labels, const double *position)
{
    km_json *json;
    assert_ok(km_json_create(&json));
    km_json_open_object(json, NULL);
    km_json_open_array(json, "names");
    for (int i = 0; i < labels->n_atoms; i++)
        km_json_text(json, NULL, labels->atom_name[i]);
    km_json_close(json);
    km_json_open_array(json, "residues");
    for (int i = 0; i < labels->n_atoms; i++)
        km_json_text(json, NULL, labels->kind[labels->molecule_kind[labels->molecule[i]]].residue);
    km_json_close(json);
    km_json_open_array(json, "elements");
    for (int i = 0; i < labels->n_atoms; i++)
        km_json_text(json, NULL, labels->element[i]);
    km_json_close(json);
    km_json_open_array(json, "molecule");
    for (int i = 0; i < labels->n_atoms; i++)
        km_json_integer(json, NULL, labels->molecule[i]);
    km_json_close(json);
    km_json_numbers(json, "charges", labels->n_atoms, labels->charge);
    km_json_numbers(json, "masses", labels->n_atoms, labels->mass);
    km_json_open_array(json, "bonds");
    for (int b = 0; b < labels->n_bonds; b++) {
        km_json_open_array(json, NULL);
        km_json_integer(json, NULL, labels->bond[b][0]);
        km_json_integer(json, NULL, labels->bond[b][1]);
        km_json_close(json);
    }
    km_json_close(json);
    const double rows[9] = {
        triclinic.ax, 0,           0, triclinic.bx, triclinic.by, 0, triclinic.cx,
        triclinic.cy, triclinic.cz};
    km_json_numbers(json, "cell_nm", 9, rows);
    km_json_numbers(json, "last_position_nm", 3 * labels->n_atoms, position);
    km_json_close(json);
    assert_ok(km_json_write(json, "export_sample/expected.json"));
    km_json_destroy(json);
}

static void the_sample_for_other_programs_is_written(void **state)
{
    (void)state;
    enum { N_FRAMES = 3 };
    mkdir("export_sample", 0777);
    km_labels *labels = sample_labels();
    km_netcdf_writer *writer;
    assert_ok(km_topology_write_psf("export_sample/topology.psf", labels, "sample"));
    assert_ok(km_netcdf_writer_create("export_sample/trajectory.nc", true, "sample", &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < N_FRAMES; k++) {
        double *position = scatter(labels, (uint64_t)k);
        const km_frame frame = {.step = 1000 * k,
                                .time = 2.0 * k,
                                .n = labels->n_atoms,
                                .box = triclinic,
                                .position = position,
                                .velocity = position};
        assert_ok(sink.frame(sink.self, &frame));
        if (k == 0)
            assert_ok(km_topology_write_pdb("export_sample/start.pdb", labels, &triclinic, position,
                                            "sample"));
        if (k == N_FRAMES - 1)
            write_expectation(labels, position);
        free(position);
    }
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
    km_labels_destroy(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdb_columns_are_those_of_the_guide),
        cmocka_unit_test(molecules_are_wrapped_whole),
        cmocka_unit_test(large_numbers_overflow_as_readers_expect),
        cmocka_unit_test(the_sample_for_other_programs_is_written),
        cmocka_unit_test(the_vmd_script_is_sound_tcl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
