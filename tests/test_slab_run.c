/* SPDX-License-Identifier: MIT */
/* The engine with a slab cell: the dipole term beside the mesh, frozen and thermostatted molecules
 * and pistons, minimised, stepped and recorded on every backend. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/minimise.h"
#include "host/engine/step.h"
#include "kernels/base/units.h"
#include "tests/dme_run.h"

enum { SIDE = 2, MOLECULES = 8, ATOMS_EACH = 16, N = MOLECULES * ATOMS_EACH, STEPS = 24 };

static const unsigned char mobility_of_molecule[MOLECULES] = {
    KM_MOBILITY_PISTON,    KM_MOBILITY_FROZEN,    KM_MOBILITY_FREE,      KM_MOBILITY_FREE,
    KM_MOBILITY_UNCOUPLED, KM_MOBILITY_UNCOUPLED, KM_MOBILITY_UNCOUPLED, KM_MOBILITY_PISTON + 1};

typedef struct slab_cell {
    dme_box *box;
    km_model *model;
    km_device *device;
    km_simulation *simulation;
    km_state state;
    double start[3 * N], position[3 * N], velocity[3 * N];
} slab_cell;

/* Eight molecules of a layer of 1.2 nm in a cell that is 4 nm high. */
static void make_model(slab_cell *c)
{
    km_system cell = *c->box->system;
    cell.box.cz = 4.0;
    assert_int_equal(cell.n_atoms, N);
    assert_ok(km_model_create(&c->box->recipe, c->box->forcefield, &cell, false, &c->model));
    km_model *model = c->model;
    model->has_slab = true;
    model->slab.coulomb_constant = model->pme.coulomb_constant;
    model->mobility = malloc(N);
    for (int i = 0; i < N; i++)
        model->mobility[i] = mobility_of_molecule[i / ATOMS_EACH];
    model->n_pistons = 2;
    model->piston[0] = (km_piston){.pressure = 0.5, .direction = 1};
    model->piston[1] = (km_piston){.pressure = 0.5, .direction = -1, .damping = 10.0};
    memcpy(c->start, cell.position, sizeof c->start);
    memcpy(c->position, cell.position, sizeof c->position);
    c->state = (km_state){N, cell.box, c->position, c->velocity};
}

/* A list of that skin (nm) and headroom; 0 = as it comes. */
static slab_cell *slab_cell_with(const km_backend *backend, double skin, double headroom)
{
    slab_cell *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->box = dme_box_create(backend, SIDE);
    c->box->recipe.nonbonded.skin = skin;
    make_model(c);
    c->model->list_headroom = headroom;
    const km_integrator_spec spec = {
        .timestep = 0.0005,
        .degrees_of_freedom = 3 * 5 * ATOMS_EACH + 2,
        .coupled_degrees_of_freedom = 3 * 2 * ATOMS_EACH,
        .n_molecules = MOLECULES,
        .molecule_start = c->model->molecule_start,
        .seed = 4,
        .thermostat = KM_THERMOSTAT_LANGEVIN,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .friction = 5.0,
        .n_pistons = 2,
        .piston = {c->model->piston[0], c->model->piston[1]},
    };
    assert_ok(backend->open(1, &c->device));
    assert_ok(km_simulation_create(backend, c->device, c->model, &c->state, &spec, &c->simulation));
    km_minimise_result result;
    const km_minimise_options options = {.max_steps = 15, .force_tolerance = 500.0};
    assert_ok(km_minimise(c->simulation, &options, &c->state, &result));
    assert_true(result.energy_end < result.energy_start);
    km_step step = {.energy = true, .virial = true};
    assert_ok(
        backend->draw_velocities(c->simulation->integrator, 300.0, 7, c->simulation->particles));
    assert_ok(km_simulation_evaluate(c->simulation, &step, true));
    return c;
}

static slab_cell *slab_cell_open(const km_backend *backend)
{
    return slab_cell_with(backend, 0.0, 0.0);
}

static void slab_cell_close(slab_cell *c)
{
    km_simulation_destroy(c->simulation);
    c->box->backend->close(c->device);
    km_model_destroy(c->model);
    dme_box_destroy(c->box);
    free(c);
}

static void fetch(slab_cell *c)
{
    km_simulation *s = c->simulation;
    assert_ok(s->backend->download(c->device, s->particles, &c->state));
}

static void the_minimiser_moves_what_may_move(void **state)
{
    slab_cell *c = slab_cell_open(*state);
    fetch(c);
    for (int i = 0; i < N; i++) {
        const bool same = memcmp(&c->position[3 * i], &c->start[3 * i], 3 * sizeof(double)) == 0;
        assert_true(same == (c->model->mobility[i] >= KM_MOBILITY_FROZEN));
    }
    slab_cell_close(c);
}

/* Played, called one by one, and on the CPU: the first two bitwise, where the backend can record.
 */
static void steps_are_the_same_however_they_are_taken(void **state)
{
    const km_backend *backend = *state;
    slab_cell *cell[3] = {slab_cell_open(backend), slab_cell_open(backend),
                          slab_cell_open(&km_backend_cpu)};
    km_measurement measured[3], before;
    assert_ok(
        backend->measure(cell[0]->simulation->integrator, cell[0]->simulation->particles, &before));
    const km_due first = {.index = 1, .in_stage = 1};
    assert_ok(km_step_advance_plain(cell[0]->simulation, &first, STEPS));
    for (int m = 1; m < 3; m++)
        for (int step = 1; step <= STEPS; step++) {
            const km_due due = {.index = step, .in_stage = step};
            assert_ok(km_step_advance(cell[m]->simulation, &due, NULL));
        }
    for (int m = 0; m < 3; m++) {
        const km_due due = {.index = STEPS + 1, .in_stage = STEPS + 1, .energies = true};
        assert_ok(km_step_advance(cell[m]->simulation, &due, &measured[m]));
        fetch(cell[m]);
    }
    assert_memory_equal(cell[0]->position, cell[1]->position, sizeof cell[0]->position);
    assert_memory_equal(cell[0]->velocity, cell[1]->velocity, sizeof cell[0]->velocity);
    for (int k = 0; k < 3 * N; k++)
        assert_near(cell[0]->position[k], cell[2]->position[k], 1e-6);
    const double slab = cell[0]->simulation->particles->energy[KM_ENERGY_COULOMB_SLAB];
    assert_true(slab > 1e-3);
    assert_near(slab, cell[2]->simulation->particles->energy[KM_ENERGY_COULOMB_SLAB], 1e-4 * slab);
    for (int k = 0; k < 2; k++)
        assert_near(measured[0].piston_z[k], measured[2].piston_z[k], 1e-6);
    /* bonds of C-H turn in 20 steps: the energy wavers by some per mille of what moves */
    assert_near(measured[0].conserved, before.conserved, 5e-3 * before.kinetic);
    for (int m = 0; m < 3; m++)
        slab_cell_close(cell[m]);
}

/* Pistons and held atoms, with lists that outgrow their memory. */
static void growing_lists_leave_no_trace(void **state)
{
    const km_backend *backend = *state;
    slab_cell *roomy = slab_cell_with(backend, 0.002, 0.0),
              *narrow = slab_cell_with(backend, 0.002, 0.5), *both[2] = {roomy, narrow};
    km_measurement measured[2];
    for (int m = 0; m < 2; m++) {
        const km_due first = {.index = 1, .in_stage = 1};
        const km_due last = {.index = 4 * STEPS, .in_stage = 4 * STEPS, .energies = true};
        km_emulator_seed((uint64_t)m + 1);
        assert_ok(km_step_advance_plain(both[m]->simulation, &first, last.index - 1));
        assert_ok(km_step_advance(both[m]->simulation, &last, &measured[m]));
        fetch(both[m]);
    }
    print_message("grown %d times\n", (int)narrow->simulation->list_growths);
    assert_memory_equal(roomy->position, narrow->position, sizeof roomy->position);
    assert_memory_equal(roomy->velocity, narrow->velocity, sizeof roomy->velocity);
    assert_memory_equal(&measured[0], &measured[1],
                        offsetof(km_measurement, largest_force_atom)); /* padding comes behind it */
    assert_memory_equal(measured[0].piston_z, measured[1].piston_z, sizeof measured[0].piston_z);
    assert_memory_equal(measured[0].piston_pressure, measured[1].piston_pressure,
                        sizeof measured[0].piston_pressure);
    if (backend->make_room != NULL)
        assert_true(narrow->simulation->list_growths > 2);
    slab_cell_close(roomy);
    slab_cell_close(narrow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_minimiser_moves_what_may_move),
        cmocka_unit_test(steps_are_the_same_however_they_are_taken),
        cmocka_unit_test(growing_lists_leave_no_trace),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
