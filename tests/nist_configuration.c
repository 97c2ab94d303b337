/* SPDX-License-Identifier: MIT */
#include "tests/nist_configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

#define CHARGE_OXYGEN -0.8476
#define CHARGE_HYDROGEN 0.4238

/* Cuboid files: edges, number of molecules, then "id x y z element". */
static charged_system *read_cuboid(FILE *file)
{
    double edge[3];
    int molecules;
    assert_int_equal(fscanf(file, "%lf %lf %lf %d", &edge[0], &edge[1], &edge[2], &molecules), 4);
    charged_system *s =
        charged_system_new(3 * molecules, km_box_orthorhombic(edge[0], edge[1], edge[2]));
    for (int i = 0; i < s->n; i++) {
        double *r = s->position + 3 * i;
        char element[4];
        assert_int_equal(fscanf(file, "%*d %lf %lf %lf %3s", &r[0], &r[1], &r[2], element), 4);
        s->charge[i] = element[0] == 'O' ? CHARGE_OXYGEN : CHARGE_HYDROGEN;
    }
    return s;
}

/* Skewed cells: number of atoms, "flag lx ly lz xy xz yz", then "type x y z", type 0 is oxygen. */
static charged_system *read_skewed(FILE *file)
{
    int n;
    km_box box;
    assert_int_equal(fscanf(file, "%d %*d %lf %lf %lf %lf %lf %lf", &n, &box.ax, &box.by, &box.cz,
                            &box.bx, &box.cx, &box.cy),
                     7);
    charged_system *s = charged_system_new(n, box);
    for (int i = 0; i < s->n; i++) {
        double *r = s->position + 3 * i;
        int type;
        assert_int_equal(fscanf(file, "%d %lf %lf %lf", &type, &r[0], &r[1], &r[2]), 4);
        s->charge[i] = type == 0 ? CHARGE_OXYGEN : CHARGE_HYDROGEN;
    }
    return s;
}

charged_system *nist_read(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/reference/nist/%s", KM_SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    charged_system *s = strstr(name, ".txt") != NULL ? read_cuboid(file) : read_skewed(file);
    fclose(file);
    double *length[6] = {&s->box.ax, &s->box.bx, &s->box.by, &s->box.cx, &s->box.cy, &s->box.cz};
    for (int m = 0; m < 6; m++)
        *length[m] *= KM_NM_PER_ANGSTROM;
    for (int k = 0; k < 3 * s->n; k++)
        s->position[k] *= KM_NM_PER_ANGSTROM;
    s->molecule = calloc((size_t)s->n, sizeof *s->molecule);
    assert_non_null(s->molecule);
    for (int i = 0; i < s->n; i++)
        s->molecule[i] = i / 3;
    return s;
}
