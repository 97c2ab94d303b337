/* SPDX-License-Identifier: MIT */
/* Structure files: good ones by hand, broken ones by line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/structure_file.h"
#include "tests/cmocka_all.h"

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static km_structure *read_text(const char *name, const char *text)
{
    km_structure *s;
    write_file(name, text);
    assert_ok(km_structure_read(name, &s));
    return s;
}

/* Serial numbers: hexadecimal as VMD writes them, stars, six digits; none is read. */
static const char pdb[] =
    "REMARK by hand\n"
    "CRYST1   20.000   30.000   40.000  90.00  90.00  90.00 P 1           1\n"
    "ATOM  1869f  C1  DME A   1      -1.250  10.500   0.125  1.00  0.00           C\n"
    "ATOM  *****  H11 DME A   1       1.000   2.000   3.000  1.00  0.00           H\n"
    "HETATM    3  K     K B****      11.111 -22.222  33.333  1.00  0.00           K\n"
    "TER\n"
    "ENDMDL\n"
    "ATOM      4  C1  DME A   1       0.000   0.000   0.000  1.00  0.00           C\n";

static void pdb_columns_are_read(void **state)
{
    (void)state;
    km_structure *s = read_text("test_structure.pdb", pdb);
    assert_int_equal(s->n, 3); /* the first model only */
    assert_near(s->position[0], -0.125, 1e-15);
    assert_near(s->position[8], 3.3333, 1e-12);
    assert_string_equal(s->name[1], "H11");
    assert_string_equal(s->element[2], "K");
    assert_int_equal(s->line[2], 5);
    assert_true(s->has_box && s->velocity == NULL);
    assert_near(s->box.ax, 2.0, 1e-12);
    assert_near(s->box.cz, 4.0, 1e-12);
    assert_true(s->box.bx == 0.0 && s->box.cx == 0.0 && s->box.cy == 0.0);
    km_structure_destroy(s);
    char ended[sizeof pdb]; /* frames that only END divides */
    snprintf(ended, sizeof ended, "%s", pdb);
    memcpy(strstr(ended, "ENDMDL"), "END   ", strlen("ENDMDL"));
    s = read_text("test_structure.pdb", ended);
    assert_int_equal(s->n, 3);
    km_structure_destroy(s);
}

/* A hexagonal cell, gamma = 120: b = (-a/2, a sqrt(3)/2, 0). */
static void pdb_cells_may_be_skewed(void **state)
{
    (void)state;
    km_structure *s =
        read_text("test_structure.pdb",
                  "CRYST1   10.000   10.000   25.000  90.00  90.00 120.00 P 1           1\n"
                  "ATOM      1  K     K     1       0.000   0.000   0.000\n");
    assert_near(s->box.bx, -0.5, 1e-12);
    assert_near(s->box.by, 0.5 * sqrt(3.0), 1e-12);
    assert_near(km_box_volume(&s->box), 2.5 * 0.5 * sqrt(3.0), 1e-12);
    km_structure_destroy(s);
    s = read_text("test_structure.pdb",
                  "CRYST1    1.000    1.000    1.000  90.00  90.00  90.00 P 1           1\n"
                  "ATOM      1  K     K     1       0.000   0.000   0.000\n");
    assert_false(s->has_box); /* what programs write when there is no cell */
    km_structure_destroy(s);
}

static void gro_decimals_come_from_the_file(void **state)
{
    (void)state;
    km_structure *s =
        read_text("test_structure.gro", "title t= 0.0\n"
                                        "    2\n"
                                        "    1SOL     OW    1   0.123456  -1.234567  12.345678\n"
                                        "    1SOL    HW1    2   0.100000   0.200000   0.300000\n"
                                        "   3.00000   4.00000   5.00000\n");
    assert_near(s->position[0], 0.123456, 1e-15);
    assert_near(s->position[2], 12.345678, 1e-14);
    assert_string_equal(s->name[1], "HW1");
    assert_null(s->velocity);
    assert_near(s->box.by, 4.0, 0.0);
    km_structure_destroy(s);
}

/* The cell of a truncated octahedron as GROMACS writes it; reduced already. */
static void gro_velocities_and_skewed_cells(void **state)
{
    (void)state;
    km_structure *s =
        read_text("test_structure.gro",
                  "octahedron\n"
                  "    1\n"
                  "    1K        K    1   1.000   2.000   3.000  0.1000 -0.2000  0.3000\n"
                  "   3.00000   2.82843   2.44949   0.00000   0.00000   1.00000   "
                  "0.00000  -1.00000   1.41421\n");
    assert_near(s->velocity[1], -0.2, 0.0);
    assert_near(s->box.bx, 1.0, 0.0);
    assert_near(s->box.cx, -1.0, 0.0);
    assert_near(s->box.cy, 1.41421, 0.0);
    km_structure_destroy(s);
}

static void xyz_is_in_angstrom(void **state)
{
    (void)state;
    km_structure *s = read_text("test_structure.xyz", "2\nany comment\nK 1.0 2.5 -3e0\nCl 0 0 0\n");
    assert_near(s->position[1], 0.25, 1e-15);
    assert_near(s->position[2], -0.3, 1e-15);
    assert_string_equal(s->element[1], "Cl");
    assert_false(s->has_box);
    km_structure_destroy(s);
}

static void extended_xyz_tells_cell_and_columns(void **state)
{
    (void)state;
    km_structure *s = read_text("test_structure.extxyz",
                                "1\n"
                                "Lattice=\"10.0 0.0 0.0 2.0 11.0 0.0 0.0 0.0 12.0\" "
                                "Properties=id:I:1:species:S:1:forces:R:3:pos:R:3 pbc=\"T T T\"\n"
                                "17 K 9 9 9 1.0 2.0 3.0\n");
    assert_near(s->position[0], 0.1, 1e-15);
    assert_near(s->position[2], 0.3, 1e-15);
    assert_near(s->box.bx, 0.2, 1e-15);
    assert_near(s->box.cz, 1.2, 1e-15);
    km_structure_destroy(s);
}

/* A cell whose first vector lies along y: turned by -90 degrees about z, so (x, y) -> (y, -x). */
static void cells_in_any_orientation_are_turned(void **state)
{
    (void)state;
    km_structure *s =
        read_text("test_structure.xyz",
                  "2\nLattice=\"0 10 0 -20 0 0 0 0 30\"\nK 1.0 2.0 3.0\nK -4.0 5.0 6.0\n");
    assert_near(s->box.ax, 1.0, 1e-12);
    assert_near(s->box.by, 2.0, 1e-12);
    assert_near(s->box.cz, 3.0, 1e-12);
    assert_near(s->position[0], 0.2, 1e-12);
    assert_near(s->position[1], -0.1, 1e-12);
    assert_near(s->position[3], 0.5, 1e-12);
    assert_near(s->position[4], 0.4, 1e-12);
    km_structure_destroy(s);
}

/* Tilts of more than half an edge: the same lattice with the tilt taken modulo an edge. A point
 * that both cells call a lattice point must stay one. */
static void unreduced_cells_become_reduced(void **state)
{
    (void)state;
    km_structure *s =
        read_text("test_structure.xyz", "1\nLattice=\"10 0 0 8 10 0 3 -17 10\"\nK 0 0 0\n");
    const km_box *b = &s->box;
    assert_near(km_box_volume(b), 1.0, 1e-12);
    assert_true(fabs(b->bx) <= 0.5 * b->ax && fabs(b->cx) <= 0.5 * b->ax &&
                fabs(b->cy) <= 0.5 * b->by);
    static const double vector[3][3] = {{1.0, 0, 0}, {0.8, 1.0, 0}, {0.3, -1.7, 1.0}};
    for (int k = 0; k < 3; k++) {
        const km_vec3 f =
            km_box_to_fractional(b, km_vec3_make(vector[k][0], vector[k][1], vector[k][2]));
        assert_near(f.x, nearbyint(f.x), 1e-12);
        assert_near(f.y, nearbyint(f.y), 1e-12);
        assert_near(f.z, nearbyint(f.z), 1e-12);
    }
    km_structure_destroy(s);
}

typedef struct broken {
    const char *name, *text, *says;
} broken;

static const broken files[] = {
    {"b.pdb", "HEADER nothing\n", "no ATOM"},
    {"b.pdb", "ATOM      1  K     K     1       0.000   0.0\n", "line 1: a coordinate"},
    {"b.pdb", "ATOM      1  K     K     1       0.000   0.000     nan\n", "line 1: a coordinate"},
    {"b.pdb", "ATOM      1  K     K     1       0.000   0.000********\n", "line 1: a coordinate"},
    {"b.pdb", "CRYST1   20.000   30.000\nATOM      1  K     K     1       0.000   0.000   0.000\n",
     "line 1: CRYST1"},
    {"b.pdb",
     "CRYST1   20.000   30.000   40.000  90.00  10.00 170.00\n"
     "ATOM      1  K     K     1       0.000   0.000   0.000\n",
     "line 1: the angles"},
    {"b.gro", "t\nmany\n", "line 2: the second line"},
    {"b.gro", "t\n  -1\n", "line 2: the second line"},
    {"b.gro", "t\n  2\n    1K        K    1   1.000   2.000   3.000\n", "after 1 of 2 atoms"},
    {"b.gro", "t\n  1\n    1K        K    1   1.000   2.000   3.000\n", "line of the cell"},
    {"b.gro", "t\n  1\n    1K        K    1   1.000   2.000   3.000\n 1 2\n", "3 or 9 numbers"},
    {"b.gro", "t\n  1\n    1K        K    1   1.000   2.0x0   3.000\n 1 2 3\n", "line 3"},
    {"b.gro", "t\n  1\n    1K        K    1   1.000   2.000   3.000\n 1 0 3\n", "no volume"},
    {"b.gro", "t\n  2\n    1K        K    1   1.000   2.000   3.000\n   3 3 3\n", "line 4"},
    {"b.xyz", "K 0 0 0\n", "line 1: the first line"},
    {"b.xyz", "2\n\nK 0 0 0\n", "after 1 of 2 atoms"},
    {"b.xyz", "1\n\nK 0 0 0\nK 1 1 1\n", "line 4: there are more atoms"},
    {"b.xyz", "1\n\nK 0 0\n", "line 3: an element symbol and three"},
    {"b.xyz", "1\n\nK 0 0 inf\n", "line 3: a coordinate"},
    {"b.xyz", "1\n\n1 0 0 0\n", "line 3: an element symbol is asked for"},
    {"b.xyz", "1\nLattice=\"1 2 3\"\nK 0 0 0\n", "line 2: Lattice needs nine"},
    {"b.xyz", "1\nLattice=\"1 0 0 2 0 0 0 0 1\"\nK 0 0 0\n", "no volume"},
    {"b.xyz", "1\nLattice=\"0 9 0 9 0 0 0 0 9\"\nK 0 0 0\n", "left-handed"},
    {"b.xyz", "1\nProperties=species:S:1\nK 0 0 0\n", "pos:R:3"},
    {"b.cif", "data_\n", "ending tells the format"},
    {"b", "data_\n", "ending tells the format"},
    {"b.pdb", "", "no ATOM"},
    {"b.gro", "", "second line"},
    {"b.xyz", "", "first line"},
};

static void broken_files_are_refused_by_line(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        km_structure *s;
        char name[64];
        snprintf(name, sizeof name, "test_structure_%s", files[k].name);
        write_file(name, files[k].text);
        if (km_structure_read(name, &s) != KM_ERROR_INPUT)
            fail_msg("accepted: %s", files[k].text);
        assert_null(s);
        if (strstr(km_last_error()->message, name) == NULL ||
            strstr(km_last_error()->message, files[k].says) == NULL)
            fail_msg("\"%s\" says: %s", files[k].text, km_last_error()->message);
    }
    km_structure *s;
    assert_int_equal(km_structure_read("test_structure_absent.pdb", &s), KM_ERROR_FILE);
}

/* Every beginning of every good file is read or refused, without harm (run under the sanitizers).
 */
static void truncated_files_do_no_harm(void **state)
{
    (void)state;
    static const char gro[] = "t\n 1\n    1K        K    1   1.000   2.000   3.000\n 1.0 1.0 1.0\n";
    static const char xyz[] = "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3\n"
                              "K 1 2 3\n";
    static const char *const names[] = {"t.pdb", "t.gro", "t.xyz"};
    const char *const texts[] = {pdb, gro, xyz};
    for (int f = 0; f < 3; f++)
        for (size_t length = 0; length <= strlen(texts[f]); length++) {
            char text[1024];
            km_structure *s;
            snprintf(text, sizeof text, "%.*s", (int)length, texts[f]);
            write_file(names[f], text);
            if (km_structure_read(names[f], &s) == KM_OK)
                assert_true(s->n > 0);
            km_structure_destroy(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdb_columns_are_read),
        cmocka_unit_test(pdb_cells_may_be_skewed),
        cmocka_unit_test(gro_decimals_come_from_the_file),
        cmocka_unit_test(gro_velocities_and_skewed_cells),
        cmocka_unit_test(xyz_is_in_angstrom),
        cmocka_unit_test(extended_xyz_tells_cell_and_columns),
        cmocka_unit_test(cells_in_any_orientation_are_turned),
        cmocka_unit_test(unreduced_cells_become_reduced),
        cmocka_unit_test(broken_files_are_refused_by_line),
        cmocka_unit_test(truncated_files_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
