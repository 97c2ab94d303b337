/* SPDX-License-Identifier: MIT */
#include "tests/peer_liquid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const term_name[KM_ENERGY_COUNT] = {
#define NAME(term, text) text,
    KM_ENERGY_LIST(NAME)
#undef NAME
};

static void read_energy(peer_liquid *l, const char *term, double value)
{
    if (strcmp(term, "coulomb_other") == 0) {
        l->coulomb_other = value;
        return;
    }
    for (int t = 0; t < KM_ENERGY_COUNT; t++) {
        if (strcmp(term, term_name[t]) == 0) {
            l->energy[t] = value;
            return;
        }
    }
    fail_msg("unknown energy \"%s\"", term);
}

static void read_molecule(peer_liquid *l, const char *line)
{
    assert_true(l->n_kinds < PEER_KINDS);
    const int k = l->n_kinds++;
    assert_int_equal(sscanf(line, "molecule %31s %d %d", l->key[k], &l->count[k], &l->length[k]),
                     3);
    l->n += l->count[k] * l->length[k];
    free(l->position);
    free(l->force);
    l->position = calloc(3 * (size_t)l->n, sizeof(double));
    l->force = calloc(3 * (size_t)l->n, sizeof(double));
    assert_true(l->position != NULL && l->force != NULL);
}

static void read_line(peer_liquid *l, const char *line, int *atom)
{
    char word[64] = "", term[64];
    double value, *w = l->virial;
    km_box *b = &l->box;
    if (line[0] == '#' || sscanf(line, "%63s", word) != 1)
        return;
    if (strcmp(word, "molecule") == 0) {
        read_molecule(l, line);
    } else if (strcmp(word, "energy") == 0) {
        assert_int_equal(sscanf(line, "energy %63s %lf", term, &value), 2);
        read_energy(l, term, value);
    } else if (strcmp(word, "box_nm") == 0) {
        assert_int_equal(sscanf(line, "box_nm %lf %lf %lf %lf %lf %lf", &b->ax, &b->bx, &b->by,
                                &b->cx, &b->cy, &b->cz),
                         6);
    } else if (strcmp(word, "forcefield") == 0) {
        assert_int_equal(sscanf(line, "forcefield %31s %31s", l->file[0], l->file[1]), 2);
    } else if (strcmp(word, "mesh") == 0) {
        int *mesh = l->recipe.nonbonded.mesh;
        assert_int_equal(sscanf(line, "mesh %d %d %d", &mesh[0], &mesh[1], &mesh[2]), 3);
    } else if (strcmp(word, "virial") == 0) {
        assert_int_equal(sscanf(line, "virial %lf %lf %lf %lf %lf %lf", &w[KM_XX], &w[KM_YY],
                                &w[KM_ZZ], &w[KM_XY], &w[KM_XZ], &w[KM_YZ]),
                         6);
    } else if (strcmp(word, "atom") == 0) {
        assert_true(*atom < l->n);
        double *x = &l->position[3 * *atom], *f = &l->force[3 * *atom];
        assert_int_equal(sscanf(line, "atom %*s %lf %lf %lf %lf %lf %lf", &x[0], &x[1], &x[2],
                                &f[0], &f[1], &f[2]),
                         6);
        (*atom)++;
    } else {
        double *const to = strcmp(word, "coulomb_constant") == 0 ? &l->coulomb_constant
                           : strcmp(word, "charge_scale") == 0   ? &l->charge_scale
                           : strcmp(word, "cutoff_nm") == 0      ? &l->cutoff
                           : strcmp(word, "virial_tail") == 0    ? &l->virial_tail
                           : strcmp(word, "vacuum_nm") == 0      ? &l->system.vacuum
                                                                 : NULL;
        assert_non_null(to);
        assert_int_equal(sscanf(line, "%*s %lf", to), 1);
    }
}

static void fill_recipe(peer_liquid *l)
{
    km_recipe *recipe = &l->recipe;
    recipe->forcefield.charge_scale = l->charge_scale;
    recipe->nonbonded.cutoff = l->cutoff;
    recipe->nonbonded.relative_force_error = 1e-6;
    recipe->nonbonded.ewald_alpha = 4.2;
    recipe->nonbonded.spline_order = 6;
    for (int c = 0; c < 3 && recipe->nonbonded.mesh[c] == 0; c++) /* points 0.02 nm apart */
        recipe->nonbonded.mesh[c] = l->system.vacuum > 0.0 ? (c < 2 ? 96 : 320) : 128;
    recipe->nonbonded.coulomb_constant = l->coulomb_constant;
}

static void fill_system(peer_liquid *l)
{
    km_system *system = &l->system;
    system->box = l->box;
    system->n_atoms = l->n;
    system->position = l->position;
    system->n_components = l->n_kinds;
    system->component = l->component;
    for (int k = 0; k < l->n_kinds; k++)
        system->n_molecules += l->count[k];
    system->molecule = calloc((size_t)system->n_molecules, sizeof(int));
    assert_non_null(system->molecule);
    for (int k = 0, m = 0; k < l->n_kinds; k++) {
        l->component[k].molecule = km_forcefield_molecule(l->forcefield, l->key[k]);
        l->component[k].count = l->count[k];
        assert_true(l->component[k].molecule >= 0);
        for (int c = 0; c < l->count[k]; c++)
            system->molecule[m++] = l->component[k].molecule;
    }
}

peer_liquid *peer_liquid_read(const char *name)
{
    char path[1024], line[512], file_path[2][1024];
    snprintf(path, sizeof path, "%s/tests/reference/peers/%s.txt", KM_SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    peer_liquid *l = calloc(1, sizeof *l);
    assert_non_null(l);
    strcpy(l->file[0], "opls-electrolytes");
    strcpy(l->file[1], "metals");
    int atoms = 0;
    while (fgets(line, sizeof line, file) != NULL)
        read_line(l, line, &atoms);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(atoms, l->n);
    for (int k = 0; k < 2; k++)
        snprintf(file_path[k], sizeof file_path[k], "%s/forcefields/%s.yaml", KM_SOURCE_ROOT,
                 l->file[k]);
    assert_ok(
        km_forcefield_read((const char *const[]){file_path[0], file_path[1]}, 2, &l->forcefield));
    fill_recipe(l);
    fill_system(l);
    return l;
}

void peer_liquid_free(peer_liquid *l)
{
    km_forcefield_destroy(l->forcefield);
    free(l->system.molecule);
    free(l->position);
    free(l->force);
    free(l);
}

km_model *peer_liquid_model(const peer_liquid *l)
{
    km_model *model;
    assert_ok(km_model_create(&l->recipe, l->forcefield, &l->system, false, &model));
    return model;
}

peer_result peer_liquid_evaluate(const km_backend *backend, const peer_liquid *l,
                                 const km_model *model, km_force_kind only, int threads)
{
    km_device *device;
    km_particles *p;
    km_force force[KM_FORCE_COUNT] = {{NULL, NULL}};
    assert_ok(backend->open(threads, &device));
    const km_particles_spec spec = {
        model->n, model->mass, model->charge, model->type, model->molecule, model->mobility, 0.0};
    assert_ok(backend->particles_create(device, &spec, &p));
    const km_state state = {l->n, l->system.box, l->system.position, NULL};
    assert_ok(backend->upload(device, &state, p));
    assert_ok(backend->neighbours_create(device, &model->neighbours, p));
    const void *const specs[KM_FORCE_COUNT] = {
        [KM_FORCE_PAIR] = &model->pair,
        [KM_FORCE_BONDED] = &model->bonded,
        [KM_FORCE_PME] = &model->pme,
        [KM_FORCE_SLAB] = model->has_slab ? &model->slab : NULL,
        [KM_FORCE_EAM] = model->eam.n_atoms > 0 ? &model->eam : NULL};
    const km_step step = {0, true, true, true};
    bool rebuilt;
    for (km_force_kind k = 0; k < KM_FORCE_COUNT; k++)
        if (specs[k] != NULL && (only == KM_FORCE_COUNT || only == k))
            assert_ok(backend->make_force[k](device, specs[k], p, &force[k]));
    assert_ok(backend->neighbours_update(device, p, true, &rebuilt));
    assert_ok(backend->clear(device, &step, p));
    for (km_force_kind k = 0; k < KM_FORCE_COUNT; k++) {
        if (force[k].ops == NULL)
            continue;
        assert_ok(km_force_rebuild(&force[k], p));
        assert_ok(km_force_compute(&force[k], &step, p));
    }
    assert_ok(backend->synchronise(device, p));
    assert_int_equal(p->fault, 0);
    peer_result got;
    memcpy(got.energy, p->energy, sizeof got.energy);
    memcpy(got.virial, p->virial, sizeof got.virial);
    got.force = calloc(3 * (size_t)l->n, sizeof(double));
    assert_non_null(got.force);
    assert_ok(backend->download_forces(device, p, got.force));
    for (km_force_kind k = 0; k < KM_FORCE_COUNT; k++)
        km_force_destroy(&force[k]);
    backend->particles_destroy(p);
    backend->close(device);
    return got;
}
