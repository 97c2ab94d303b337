/* SPDX-License-Identifier: MIT */
#include "tests/built_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

int built_find_data(void **state)
{
    (void)state;
    return setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

void built_write(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void built_open(const char *cell_block, built_cell *c)
{
    char text[4096];
    snprintf(text, sizeof text,
             "title: test\ntemperature_K: 298.15\nforcefield: {files: [opls-electrolytes]}\n"
             "seed: 3\ncell: %s\n",
             cell_block);
    built_write(BUILT_RECIPE, text);
    memset(c, 0, sizeof *c);
    assert_ok(km_recipe_read(BUILT_RECIPE, NULL, 0, &c->recipe));
    assert_ok(km_forcefield_read((const char *const *)c->recipe->forcefield.file,
                                 c->recipe->forcefield.n_files, &c->ff));
}

void built_close(built_cell *c)
{
    km_system_destroy(c->system);
    km_forcefield_destroy(c->ff);
    km_recipe_destroy(c->recipe);
}

void built_compose(const char *cell_block, built_cell *c)
{
    built_open(cell_block, c);
    assert_ok(km_system_compose(c->recipe, c->ff, &c->system));
}

const km_system_component *built_component(const built_cell *c, const char *key)
{
    for (int k = 0; k < c->system->n_components; k++)
        if (c->system->component[k].molecule == km_forcefield_molecule(c->ff, key))
            return &c->system->component[k];
    fail_msg("no component %s", key);
    return NULL;
}

double built_mass(const built_cell *c)
{
    double mass = 0.0;
    for (int k = 0; k < c->system->n_components; k++)
        mass += c->system->component[k].count *
                km_ff_molecule_mass(c->ff, c->system->component[k].molecule);
    return mass;
}
