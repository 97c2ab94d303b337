/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "host/command/run_files.h"

/* FNV-1a, doubles by their bits. */
static void add(uint64_t *hash, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    for (size_t k = 0; k < bytes; k++)
        *hash = (*hash ^ p[k]) * UINT64_C(1099511628211);
}

static void add_number(uint64_t *hash, double x)
{
    add(hash, &x, sizeof x);
}

static void add_stage(uint64_t *hash, const km_stage *s)
{
    const double number[] = {s->kind,
                             s->max_steps,
                             s->force_tolerance,
                             s->production ? 0.0 : s->time,
                             s->timestep,
                             s->temperature_start,
                             s->temperature_end,
                             s->draw_velocities,
                             s->thermostat,
                             s->constrain_hydrogen,
                             s->thermostat_time,
                             s->friction,
                             s->barostat,
                             s->pressure_start,
                             s->pressure_end,
                             s->barostat_time,
                             s->compressibility,
                             s->average_from,
                             s->frame_interval,
                             s->energy_interval,
                             s->write_velocities};
    add(hash, s->name, strlen(s->name));
    for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
        add_number(hash, number[k]);
}

uint64_t km_run_identity(const km_recipe *recipe, const km_model *model)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    const km_recipe_nonbonded *nb = &recipe->nonbonded;
    const double number[] = {(double)recipe->seed,
                             recipe->temperature,
                             recipe->pressure,
                             nb->cutoff,
                             nb->skin,
                             nb->relative_force_error,
                             nb->tail,
                             nb->shift,
                             nb->ewald_alpha,
                             nb->mesh[0],
                             nb->mesh[1],
                             nb->mesh[2],
                             nb->spline_order,
                             nb->coulomb_constant};
    for (size_t k = 0; k < sizeof number / sizeof number[0]; k++)
        add_number(&hash, number[k]);
    if (recipe->forcefield.mixing_given)
        add_number(&hash, recipe->forcefield.mixing);
    const size_t n = (size_t)model->n;
    add(&hash, model->charge, n * sizeof(double));
    add(&hash, model->mass, n * sizeof(double));
    add(&hash, model->type, n * sizeof(int));
    add(&hash, model->molecule, n * sizeof(int));
    for (int k = 0; k < recipe->n_stages; k++)
        add_stage(&hash, &recipe->stage[k]);
    return hash;
}
