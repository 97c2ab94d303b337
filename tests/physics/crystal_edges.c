/* SPDX-License-Identifier: MIT */
/* An orthorhombic crystal whose three edges find their lengths under the anisotropic barostat,
 * beside those of LAMMPS's fix npt aniso: tests/reference/metals/make_edges.py has the crystal. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/step.h"
#include "kernels/base/units.h"
#include "tests/metal.h"

#define POTENTIAL "forcefields/metals/Zhou2011_LiNaKRbCs_FClBrI.eim"
#define CELLS 6
#define ATOMS (2 * CELLS * CELLS * CELLS)
#define STEPS 10000 /* of 4 fs; the first quarter is left out */
#define BAROSTAT_INTERVAL 5

/* In a cube: the edges have their whole way to go. */
static metal *ordered_crystal(void)
{
    const double a = 0.49;
    metal *m = metal_make(POTENTIAL, ATOMS, km_box_orthorhombic(CELLS * a, CELLS * a, CELLS * a));
    const int kind[2] = {km_eim_element_find(m->ions, "K"), km_eim_element_find(m->ions, "Na")};
    for (int i = 0; i < ATOMS; i++) {
        const int cell = i / 2,
                  at[3] = {cell / (CELLS * CELLS), cell / CELLS % CELLS, cell % CELLS};
        const bool centre = i % 2 == 1;
        const bool sodium = at[0] % 2 == 0 && (centre || at[1] % 3 == 0);
        for (int c = 0; c < 3; c++)
            m->position[3 * i + c] = (at[c] + (centre ? 0.5 : 0.0)) * a;
        m->element[i] = kind[sodium];
        m->mass[i] = m->ions->element[kind[sodium]].mass;
    }
    return m;
}

static km_integrator_spec integrator(const int *molecule_start)
{
    const km_integrator_spec spec = {
        .timestep = 0.004,
        .constraint_tolerance = 1e-10,
        .degrees_of_freedom = 3 * ATOMS - 3,
        .n_molecules = ATOMS,
        .molecule_start = molecule_start,
        .seed = 5,
        .n_steps = STEPS,
        .thermostat = KM_THERMOSTAT_RESCALING,
        .thermostat_time = 0.2,
        .thermostat_interval = 5,
        .temperature = 100.0,
        .temperature_end = 100.0,
        .barostat = KM_BAROSTAT_ANISOTROPIC,
        .pressure = KM_PRESSURE_PER_BAR,
        .barostat_time = 1.0,
        .compressibility = 2e-5 / KM_PRESSURE_PER_BAR,
        .barostat_interval = BAROSTAT_INTERVAL,
        .average_from = STEPS / 4,
        .drift_removal_interval = 1000,
    };
    return spec;
}

/* Mean edges, nm. */
static void sample_edges(const km_backend *backend, double edge[3])
{
    metal *m = ordered_crystal();
    int start[ATOMS + 1];
    for (int i = 0; i <= ATOMS; i++)
        start[i] = i;
    km_model model = {.n = ATOMS,
                      .mass = m->mass,
                      .charge = m->charge,
                      .type = m->zero,
                      .molecule = m->number,
                      .eim = {m->ions, ATOMS, m->number, m->element, 0.0}};
    const km_integrator_spec spec = integrator(start);
    const km_state state = {m->n, m->box, m->position, NULL};
    km_step first = {0, false, true, true};
    const km_schedule schedule = {.n_steps = STEPS, .barostat_interval = BAROSTAT_INTERVAL};
    km_integrator_scalars scalars;
    km_device *device;
    km_simulation *s;
    assert_ok(backend->open(1, &device));
    assert_ok(km_simulation_create(backend, device, &model, &state, &spec, &s));
    assert_ok(backend->draw_velocities(s->integrator, 200.0, 11, s->particles));
    assert_ok(km_simulation_forces(s, &first, true));
    for (int64_t step = 1; step <= STEPS; step++) {
        const km_due due = km_schedule_at(&schedule, 0, step);
        assert_ok(km_step_advance(s, &due, NULL));
    }
    assert_ok(backend->scalars_get(s->integrator, &scalars));
    assert_true(scalars.n_averaged > 0.0);
    for (int c = 0; c < 3; c++)
        edge[c] = scalars.average_sum[c == 0 ? 1 : c == 1 ? 3 : 6] / scalars.n_averaged;
    km_simulation_destroy(s);
    backend->close(device);
    metal_free(m);
}

/* The edges differ by 1.3 and 3.7 %. 30 ps are some fifteen times the memory of the softest edge:
 * four times the error that they leave is allowed, with that of LAMMPS. */
static void edges_are_those_of_lammps(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend_is_emulated(backend)) /* thousands of steps: tests/test_motion.c compares them */
        skip();
    double edge[3];
    char line[256];
    FILE *file = fopen(KM_SOURCE_ROOT "/tests/reference/metals/edges-nak.txt", "r");
    assert_non_null(file);
    sample_edges(backend, edge);
    assert_non_null(fgets(line, sizeof line, file));
    for (int c = 0; c < 3; c++) {
        double mean, error, deviation;
        char axis;
        assert_int_equal(fscanf(file, " %c %lf %lf %lf", &axis, &mean, &error, &deviation), 4);
        print_message("%c: %.4f nm, LAMMPS %.4f\n", axis, edge[c], mean);
        assert_near(edge[c], mean, 4.0 * hypot(error, deviation / sqrt(15.0)));
    }
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(edges_are_those_of_lammps)};
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
