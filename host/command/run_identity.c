/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "host/command/run_files.h"

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))
/* Numbers are added by their bits, one by one: structs have holes. */
#define ADD(hash, ...)                                                                             \
    add(hash, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}))

/* FNV-1a */
static void add(uint64_t *hash, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    for (size_t k = 0; k < bytes; k++)
        *hash = (*hash ^ p[k]) * UINT64_C(1099511628211);
}

static void add_composition(uint64_t *hash, const km_model *model)
{
    const size_t n = (size_t)model->n;
    add(hash, model->mass, n * sizeof *model->mass);
    add(hash, model->type, n * sizeof *model->type);
    add(hash, model->molecule, n * sizeof *model->molecule);
    if (model->mobility != NULL)
        add(hash, model->mobility, n * sizeof *model->mobility);
}

static void add_bonded(uint64_t *hash, const km_bonded_spec *b)
{
    for (const km_bond *t = b->bond; t < b->bond + b->n_bonds; t++)
        ADD(hash, t->i, t->j, t->r0, t->k);
    for (const km_angle *t = b->angle; t < b->angle + b->n_angles; t++)
        ADD(hash, t->i, t->j, t->k, t->theta0, t->k_theta);
    for (const km_dihedral_rb *t = b->dihedral_rb; t < b->dihedral_rb + b->n_dihedrals_rb; t++)
        ADD(hash, t->i, t->j, t->k, t->l, t->c[0], t->c[1], t->c[2], t->c[3], t->c[4], t->c[5]);
    for (int k = 0; k < b->n_dihedrals_periodic; k++) {
        const km_dihedral_periodic *t = &b->dihedral_periodic[k];
        ADD(hash, t->i, t->j, t->k, t->l, t->multiplicity, t->phi0, t->k_phi, t->improper);
    }
    for (const km_improper_harmonic *t = b->improper; t < b->improper + b->n_impropers; t++)
        ADD(hash, t->i, t->j, t->k, t->l, t->xi0, t->k_xi);
    for (const km_pair14 *t = b->pair14; t < b->pair14 + b->n_pairs14; t++)
        ADD(hash, t->i, t->j, t->epsilon, t->sigma, t->qq);
}

static void add_metal(uint64_t *hash, const km_eam_tables *t)
{
    const size_t n = (size_t)t->n_elements, n_r = (size_t)t->n_r;
    ADD(hash, t->finnis_sinclair, t->cutoff, t->step_density, t->step_r);
    add(hash, t->embedding, n * (size_t)t->n_density * sizeof *t->embedding);
    add(hash, t->density, n * n * n_r * sizeof *t->density);
    add(hash, t->pair_term, n * (n + 1) / 2 * n_r * sizeof *t->pair_term);
}

static void add_ions(uint64_t *hash, const km_eim_parameters *p)
{
    ADD(hash, p->near, p->far);
    for (int a = 0; a < p->n_elements; a++)
        ADD(hash, p->element[a].electronegativity);
    for (const km_eim_pair *k = p->pair; k < p->pair + p->n_elements * (p->n_elements + 1) / 2; k++)
        ADD(hash, k->cutoff_attraction, k->cutoff_repulsion, k->energy, k->distance, k->alpha,
            k->beta, k->charge, k->start_charge, k->cutoff_charge, k->potential, k->decay,
            k->start_potential, k->cutoff_potential, k->form);
}

/* What the files of the force field, and what the recipe changes in them, come to. */
static void add_parameters(uint64_t *hash, const km_model *model)
{
    const km_pair_spec *pair = &model->pair;
    const size_t pairs = (size_t)pair->n_types * (size_t)pair->n_types;
    add(hash, model->charge, (size_t)model->n * sizeof *model->charge);
    add(hash, pair->form, pairs * sizeof *pair->form);
    add(hash, pair->parameter, pairs * KM_VDW_PARAMETERS * sizeof *pair->parameter);
    for (const km_vdw_table *t = pair->table; t < pair->table + pair->n_tables; t++)
        add(hash, t->r, 3 * (size_t)t->n * sizeof *t->r);
    add_bonded(hash, &model->bonded);
    if (model->eam_tables != NULL)
        add_metal(hash, model->eam_tables);
    if (model->eim_parameters != NULL)
        add_ions(hash, model->eim_parameters);
    if (model->has_slab)
        ADD(hash, model->slab.coulomb_constant);
    for (const km_piston *k = model->piston; k < model->piston + model->n_pistons; k++)
        ADD(hash, k->pressure, k->direction, k->damping);
    for (const km_constraint_group *g = model->group; g < model->group + model->n_groups; g++)
        add(hash, g->length, (size_t)g->n_bonds * sizeof *g->length);
}

static void add_nonbonded(uint64_t *hash, const km_recipe_nonbonded *nb)
{
    ADD(hash, nb->cutoff, nb->skin, nb->relative_force_error, nb->tail, nb->shift, nb->ewald_alpha,
        nb->mesh[0], nb->mesh[1], nb->mesh[2], nb->spline_order, nb->coulomb_constant);
}

static void add_stage(uint64_t *hash, const km_stage *s)
{
    add(hash, s->name, strlen(s->name));
    ADD(hash, s->kind, s->max_steps, s->force_tolerance, s->production ? 0.0 : s->time, s->timestep,
        s->temperature_start, s->temperature_end, s->draw_velocities, s->thermostat,
        s->constrain_hydrogen, s->thermostat_time, s->friction, s->barostat, s->pressure_start,
        s->pressure_end, s->barostat_time, s->compressibility, s->average_from, s->frame_interval,
        s->energy_interval, s->write_velocities);
}

km_run_identity km_run_identify(const km_recipe *recipe, const km_model *model)
{
    km_run_identity identity;
    for (int k = 0; k < COUNT(identity.part); k++)
        identity.part[k] = UINT64_C(14695981039346656037);
    add_composition(&identity.part[KM_IDENTITY_COMPOSITION], model);
    add_parameters(&identity.part[KM_IDENTITY_PARAMETERS], model);
    add_nonbonded(&identity.part[KM_IDENTITY_NONBONDED], &recipe->nonbonded);
    uint64_t *protocol = &identity.part[KM_IDENTITY_PROTOCOL];
    ADD(protocol, (double)recipe->seed, recipe->temperature, recipe->pressure);
    for (int k = 0; k < recipe->n_stages; k++)
        add_stage(protocol, &recipe->stage[k]);
    return identity;
}
