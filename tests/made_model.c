/* SPDX-License-Identifier: MIT */
#include "tests/made_model.h"

#include <stdlib.h>

#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

km_forcefield *made_ff;

int made_forcefield(void **state)
{
    (void)state;
    setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
    const char *file = "opls-electrolytes";
    return km_forcefield_read(&file, 1, &made_ff);
}

int made_forcefield_free(void **state)
{
    (void)state;
    km_forcefield_destroy(made_ff);
    return 0;
}

km_recipe made_recipe(void)
{
    return (km_recipe){.forcefield = {.charge_scale = 1.0},
                       .nonbonded = {.cutoff = 1.2,
                                     .relative_force_error = 1e-4,
                                     .tail = true,
                                     .shift = true,
                                     .coulomb_constant = KM_COULOMB_CONSTANT}};
}

/* A cubic box of molecules in order; positions do not matter to the model. */
static km_system *make_system(const km_forcefield *field, const made_portion *portions, int n,
                              double edge)
{
    km_system *s = calloc(1, sizeof *s);
    s->box = km_box_orthorhombic(edge, edge, edge);
    for (int p = 0; p < n; p++)
        s->n_molecules += portions[p].count;
    s->molecule = calloc((size_t)s->n_molecules, sizeof *s->molecule);
    int at = 0;
    for (int p = 0; p < n; p++)
        for (int k = 0; k < portions[p].count; k++) {
            const int m = km_forcefield_molecule(field, portions[p].molecule);
            assert_true(m >= 0);
            s->molecule[at++] = m;
            s->n_atoms += field->molecule[m].n_atoms;
        }
    return s;
}

static void free_system(km_system *s)
{
    free(s->molecule);
    free(s);
}

km_status made_try(const km_recipe *recipe, const km_forcefield *field,
                   const made_portion *portions, int n, double edge, bool constrain,
                   km_model **model)
{
    km_system *s = make_system(field, portions, n, edge);
    const km_status status = km_model_create(recipe, field, s, constrain, model);
    free_system(s);
    return status;
}

km_model *made_model(const km_recipe *recipe, const made_portion *portions, int n, bool constrain)
{
    km_model *model;
    assert_ok(made_try(recipe, made_ff, portions, n, 4.0, constrain, &model));
    return model;
}

km_model *made_one(const char *molecule, bool constrain)
{
    const km_recipe recipe = made_recipe();
    return made_model(&recipe, &(made_portion){molecule, 1}, 1, constrain);
}

bool made_excludes(const km_model *m, int i, int j)
{
    for (int x = m->exclusion_start[i]; x < m->exclusion_start[i + 1]; x++)
        if (m->exclusion[x] == j)
            return true;
    return false;
}
