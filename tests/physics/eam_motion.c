/* SPDX-License-Identifier: MIT */
/* Bulk potassium in motion, by the engine, without a list of pairs: energy and momentum at constant
 * energy, a device beside the CPU, and a recorded step beside a plain one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/step.h"
#include "kernels/base/units.h"
#include "tests/metal.h"

#define K_FIT "forcefields/metals/K_refit_FS.eam.fs"
#define TEMPERATURE 300.0 /* K */

typedef struct motion {
    metal *m;
    int molecule_start[4096];
    km_model model;
    km_integrator_spec integrator;
    km_device *device;
    km_simulation *s;
    km_due due;
} motion;

/* A crystal of that lattice constant (nm) with velocities of twice the temperature, half of which
 * goes into the lattice. pairs: every two atoms have a Lennard-Jones term besides, with the list it
 * needs. barostat: at 20 kbar. */
static motion *start_with(const km_backend *backend, const int cells[3], double lattice,
                          double temperature, km_thermostat_kind thermostat,
                          km_barostat_kind barostat, double timestep, bool pairs, double headroom)
{
    static const int form[1] = {KM_VDW_LENNARD_JONES};
    static const double parameter[KM_VDW_PARAMETERS] = {0.1, 0.4};
    motion *o = calloc(1, sizeof *o);
    assert_non_null(o);
    metal *m = o->m = metal_bcc(K_FIT, cells, lattice, 0.0, 1);
    assert_true(m->n < 4096);
    for (int i = 0; i <= m->n; i++)
        o->molecule_start[i] = i;
    o->model.n = m->n;
    o->model.mass = m->mass;
    o->model.charge = m->charge;
    o->model.type = m->zero;
    o->model.molecule = m->number;
    o->model.eam = (km_eam_spec){m->tables, m->n, m->number, m->element, 0.0};
    if (pairs) {
        o->model.neighbours = (km_neighbour_spec){.cutoff = 0.75, .skin = 0.02};
        o->model.pair = (km_pair_spec){
            .n_types = 1, .form = form, .parameter = parameter, .cutoff = 0.75, .shift = true};
    }
    o->integrator = (km_integrator_spec){.timestep = timestep,
                                         .constraint_tolerance = 1e-10,
                                         .degrees_of_freedom = 3 * m->n - 3,
                                         .n_molecules = m->n,
                                         .molecule_start = o->molecule_start,
                                         .seed = 3,
                                         .thermostat = thermostat,
                                         .temperature = temperature,
                                         .temperature_end = temperature,
                                         .thermostat_time = 0.5,
                                         .friction = 5.0,
                                         .thermostat_interval = 10,
                                         .barostat = barostat,
                                         .pressure = 2e4 * KM_PRESSURE_PER_BAR,
                                         .barostat_time = 0.1,
                                         .compressibility = 3e-5 / KM_PRESSURE_PER_BAR,
                                         .barostat_interval = 10,
                                         .n_steps = 1000000};
    o->model.list_headroom = headroom;
    const km_state state = {m->n, m->box, m->position, NULL};
    km_step first = {0, false, true, true};
    assert_ok(backend->open(2, &o->device));
    assert_ok(km_simulation_create(backend, o->device, &o->model, &state, &o->integrator, &o->s));
    assert_ok(backend->draw_velocities(o->s->integrator, 2.0 * temperature, 11, o->s->particles));
    assert_ok(km_simulation_evaluate(o->s, &first, true));
    assert_ok(km_simulation_check(o->s, &first));
    return o;
}

static motion *start(const km_backend *backend, const int cells[3], double timestep, bool pairs)
{
    return start_with(backend, cells, 0.532, TEMPERATURE, KM_THERMOSTAT_NONE, KM_BAROSTAT_NONE,
                      timestep, pairs, 0.0);
}

/* That many steps, the last of which measures. */
static km_measurement advance(motion *o, int64_t steps)
{
    km_measurement out;
    o->due = (km_due){.index = o->due.index + 1, .in_stage = o->due.in_stage + 1};
    if (steps > 1)
        assert_ok(km_step_advance_plain(o->s, &o->due, steps - 1));
    o->due.index += steps - 1;
    o->due.in_stage += steps - 1;
    o->due.energies = true;
    o->due.pressure_coupling = o->integrator.barostat != KM_BAROSTAT_NONE;
    assert_ok(km_step_advance(o->s, &o->due, &out));
    return out;
}

static void finish(motion *o)
{
    const km_backend *backend = o->s->backend;
    km_simulation_destroy(o->s);
    backend->close(o->device);
    metal_free(o->m);
    free(o);
}

/* Slope of a straight line through the points. */
static double slope(const double *t, const double *y, int n)
{
    double mean_t = 0.0, mean_y = 0.0, tt = 0.0, ty = 0.0;
    for (int i = 0; i < n; i++) {
        mean_t += t[i] / n;
        mean_y += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        tt += (t[i] - mean_t) * (t[i] - mean_t);
        ty += (t[i] - mean_t) * (y[i] - mean_y);
    }
    return ty / tt;
}

/* kT/ns per degree of freedom, over so many samples of 0.1 ps after 2 ps. */
static double drift(const km_backend *backend, double timestep, int samples)
{
    const int cells[3] = {6, 6, 6};
    motion *o = start(backend, cells, timestep, false);
    const int64_t between = (int64_t)lround(0.1 / timestep);
    double *t = calloc((size_t)samples, sizeof *t), *y = calloc((size_t)samples, sizeof *y);
    assert_non_null(t);
    assert_non_null(y);
    advance(o, 20 * between);
    km_measurement now = {0};
    for (int k = 0; k < samples; k++) {
        now = advance(o, between);
        t[k] = 1e-3 * 0.1 * k; /* ns */
        y[k] = now.conserved / (KM_GAS_CONSTANT * TEMPERATURE * (3.0 * o->m->n - 3.0));
    }
    /* forces add up to nothing: the momentum is what rounding of velocities makes of 0 */
    for (int c = 0; c < 3; c++)
        assert_near(now.momentum[c], 0.0, 1e-7);
    assert_near(now.temperature, TEMPERATURE, 60.0); /* half of 2 T went into the lattice */
    const double found = slope(t, y, samples);
    finish(o);
    free(t);
    free(y);
    return found;
}

/* Velocity Verlet holds the energy; 20 ps resolve 0.005 here. */
static void energy_is_conserved(void **state)
{
    const km_backend *backend = *state;
    if (backend_is_emulated(backend))
        skip();
    const double found = drift(backend, 0.002, 200);
    print_message("%s, 2 fs: %.1e kT/ns per degree of freedom\n", backend->name, found);
    assert_near(found, 0.0, 0.005);
}

/* The lattice constant (nm) at which this crystal has no pressure, from its pressure at another and
 * the bulk modulus at 0 K of metal_crystal.c (4 of 10^5 in a per MPa). */
static double lattice_at(const km_backend *backend, double lattice, double temperature)
{
    enum { SAMPLES = 3000, EVERY = 10 };
    const int cells[3] = {6, 6, 6};
    const double bulk_modulus = (4.161 + 2.0 * 3.414) / 3.0 / 1.66053906660e-3; /* kJ/mol/nm^3 */
    motion *o = start_with(backend, cells, lattice, temperature, KM_THERMOSTAT_RESCALING,
                           KM_BAROSTAT_NONE, 0.002, false, 0.0);
    double pressure = 0.0;
    advance(o, 2000);
    for (int k = 0; k < SAMPLES; k++)
        pressure += advance(o, EVERY).pressure / SAMPLES;
    finish(o);
    return lattice * (1.0 + pressure / (3.0 * bulk_modulus));
}

/* Thermal expansion: LAMMPS 29 Sep 2021 has with this file 5.2856 A at 100 K and 5.3256 A at 298 K
 * (2,000 atoms, 200 ps at constant pressure). 60 ps here resolve 0.0005 A. */
static void expands_as_in_lammps(void **state)
{
    const km_backend *backend = *state;
    if (backend_is_slow(backend))
        skip();
    const double cold = lattice_at(backend, 0.5280, 100.0),
                 warm = lattice_at(backend, 0.5330, 298.0);
    print_message("lattice constant at 100 and 298 K: %.4f, %.4f A\n", 10.0 * cold, 10.0 * warm);
    assert_near(cold, 0.52856, 0.0001);
    assert_near(warm, 0.53256, 0.0002);
}

/* Positions beside those of the CPU, after steps in which the list was built several times. */
static void device_moves_like_the_cpu(void **state)
{
    const int cells[3] = {3, 3, 4};
    motion *cpu = start(&km_backend_cpu, cells, 0.004, false),
           *o = start(*state, cells, 0.004, false);
    const km_measurement a = advance(cpu, 60), b = advance(o, 60);
    km_state *x, *y;
    assert_ok(km_state_create(o->m->n, &x));
    assert_ok(km_state_create(o->m->n, &y));
    assert_ok(km_backend_cpu.download(cpu->device, cpu->s->particles, x));
    assert_ok(o->s->backend->download(o->device, o->s->particles, y));
    double worst = 0.0, moved = 0.0;
    for (int k = 0; k < 3 * o->m->n; k++) {
        worst = fmax(worst, fabs(x->position[k] - y->position[k]));
        moved = fmax(moved, fabs(x->position[k] - o->m->position[k]));
    }
    assert_true(moved > 0.05); /* half the skin */
#ifdef KM_DOUBLE
    assert_near(worst, 0.0, 1e-11);
    assert_near(a.conserved, b.conserved, 1e-6);
#else
    assert_near(worst, 0.0, 1e-5);
    assert_near(a.conserved, b.conserved, 1e-5 * fabs(a.conserved));
#endif
    km_state_destroy(x);
    km_state_destroy(y);
    finish(cpu);
    finish(o);
}

/* Recorded steps, the same bits as single ones that measure each time. */
static void check_recorded(const km_backend *backend, bool pairs)
{
    const int cells[3] = {3, 3, 3};
    motion *many = start(backend, cells, 0.004, pairs),
           *single = start(backend, cells, 0.004, pairs);
    km_state *x, *y;
    advance(many, 40);
    for (int k = 0; k < 40; k++)
        advance(single, 1);
    assert_ok(km_state_create(many->m->n, &x));
    assert_ok(km_state_create(many->m->n, &y));
    assert_ok(backend->download(many->device, many->s->particles, x));
    assert_ok(backend->download(single->device, single->s->particles, y));
    assert_memory_equal(x->position, y->position, 3 * (size_t)many->m->n * sizeof(double));
    assert_memory_equal(x->velocity, y->velocity, 3 * (size_t)many->m->n * sizeof(double));
    km_state_destroy(x);
    km_state_destroy(y);
    finish(many);
    finish(single);
}

static void recorded_steps_are_steps(void **state)
{
    check_recorded(*state, false);
}

/* Two lists, each built when its own atoms have moved. */
static void recorded_steps_with_two_lists(void **state)
{
    check_recorded(*state, true);
}

/* Lists of which one or both outgrow their memory, at different steps: the same bits. */
static void check_growth(const km_backend *backend, km_thermostat_kind thermostat,
                         km_barostat_kind barostat, bool pairs)
{
    const int cells[3] = {4, 4, 4};
    motion *o[2], *roomy, *narrow;
    for (int k = 0; k < 2; k++)
        o[k] = start_with(backend, cells, 0.532, TEMPERATURE, thermostat, barostat, 0.004, pairs,
                          0.5 * k);
    roomy = o[0];
    narrow = o[1];
    km_state *x, *y;
    assert_ok(km_state_create(roomy->m->n, &x));
    assert_ok(km_state_create(roomy->m->n, &y));
    for (int k = 0; k < 4; k++) {
        km_emulator_seed(1);
        const km_measurement a = advance(roomy, 30);
        km_emulator_seed((uint64_t)k + 2);
        const km_measurement b = advance(narrow, 30);
        assert_memory_equal(&a, &b, sizeof a);
    }
    assert_ok(backend->download(roomy->device, roomy->s->particles, x));
    assert_ok(backend->download(narrow->device, narrow->s->particles, y));
    assert_memory_equal(x->position, y->position, 3 * (size_t)x->n * sizeof(double));
    assert_memory_equal(x->velocity, y->velocity, 3 * (size_t)x->n * sizeof(double));
    assert_memory_equal(&x->box, &y->box, sizeof x->box);
    print_message("grown %d times, with room %d\n", (int)narrow->s->list_growths,
                  (int)roomy->s->list_growths);
    if (backend->make_room != NULL)
        assert_true(narrow->s->list_growths >= 2); /* at the start, and on the way */
    km_state_destroy(x);
    km_state_destroy(y);
    finish(roomy);
    finish(narrow);
}

static void growing_lists_leave_no_trace(void **state)
{
    check_growth(*state, KM_THERMOSTAT_NONE, KM_BAROSTAT_NONE, false);
    check_growth(*state, KM_THERMOSTAT_NONE, KM_BAROSTAT_NONE, true);
    check_growth(*state, KM_THERMOSTAT_LANGEVIN, KM_BAROSTAT_ISOTROPIC, true);
}

/* Forces of a model with these terms. */
static double *forces_of(const km_backend *backend, const motion *o, double pair_cutoff,
                         int n_metal, double energy[KM_ENERGY_COUNT])
{
    km_model model = o->model;
    km_simulation *s;
    km_device *device;
    const km_state state = {model.n, o->m->box, o->m->position, NULL};
    km_step step = {0, false, true, true};
    model.neighbours.cutoff = pair_cutoff;
    model.eam.n_atoms = n_metal;
    double *force = calloc(3 * (size_t)model.n, sizeof *force);
    assert_non_null(force);
    assert_ok(backend->open(2, &device));
    assert_ok(km_simulation_create(backend, device, &model, &state, NULL, &s));
    assert_ok(km_simulation_forces(s, &step, true));
    assert_ok(km_simulation_check(s, &step));
    assert_ok(backend->download_forces(device, s->particles, force));
    memcpy(energy, s->particles->energy, sizeof s->particles->energy);
    km_simulation_destroy(s);
    backend->close(device);
    return force;
}

/* Half of the atoms are a metal, all have Lennard-Jones partners: together the terms give the sum
 * of what they give alone, to the bit, each with its own list. */
static void beside_other_pairs(void **state)
{
    const int cells[3] = {4, 3, 3};
    static const int form[4] = {KM_VDW_LENNARD_JONES, KM_VDW_LENNARD_JONES, KM_VDW_LENNARD_JONES,
                                KM_VDW_LENNARD_JONES};
    static const double parameter[4][KM_VDW_PARAMETERS] = {
        {0.0, 0.3}, /* metal and metal: no pairs but the metal's own */
        {0.5, 0.4},
        {0.5, 0.4},
        {1.0, 0.35}};
    motion *o = start(*state, cells, 0.002, false);
    const int n = o->m->n, n_metal = n / 2;
    int *type = calloc((size_t)n, sizeof *type);
    assert_non_null(type);
    for (int i = n_metal; i < n; i++)
        type[i] = 1;
    o->model.type = type;
    o->model.neighbours = (km_neighbour_spec){.skin = 0.05};
    o->model.pair = (km_pair_spec){
        .n_types = 2, .form = form, .parameter = parameter[0], .cutoff = 0.75, .shift = true};
    double both_energy[KM_ENERGY_COUNT], pair_energy[KM_ENERGY_COUNT], energy[KM_ENERGY_COUNT];
    double *both = forces_of(*state, o, 0.75, n_metal, both_energy),
           *pair = forces_of(*state, o, 0.75, 0, pair_energy),
           *metal_only = forces_of(*state, o, 0.0, n_metal, energy);
    for (int k = 0; k < 3 * n; k++)
        assert_true(both[k] == pair[k] + metal_only[k]);
    assert_true(both_energy[KM_ENERGY_VDW] == pair_energy[KM_ENERGY_VDW]);
    assert_true(both_energy[KM_ENERGY_EAM] == energy[KM_ENERGY_EAM]);
    assert_true(energy[KM_ENERGY_EAM] < -50.0 * n_metal);
    assert_true(fabs(pair_energy[KM_ENERGY_VDW]) > 1.0);
    assert_true(pair_energy[KM_ENERGY_EAM] == 0.0 && energy[KM_ENERGY_VDW] == 0.0);
    free(both);
    free(pair);
    free(metal_only);
    o->model.type = o->m->zero;
    free(type);
    finish(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_is_conserved),
        cmocka_unit_test(device_moves_like_the_cpu),
        cmocka_unit_test(recorded_steps_are_steps),
        cmocka_unit_test(recorded_steps_with_two_lists),
        cmocka_unit_test(growing_lists_leave_no_trace),
        cmocka_unit_test(beside_other_pairs),
        cmocka_unit_test(expands_as_in_lammps),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
