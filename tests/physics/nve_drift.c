/* SPDX-License-Identifier: MIT */
/* Energy at constant energy, of 1 M KFSI in DME (2156 atoms, full charges) under the whole engine:
 * lists with their skin, the mesh a recipe gets for 1e-4, pairs cut at 1.0 nm, constraints. Drift
 * is the slope of the conserved energy, in kT per ns and degree of freedom.
 *
 * nve_drift: 16 ps at 2 fs and 10 ps at 1 fs, for the suite. The energy wanders by itself: stiff
 * modes at a finite timestep hold an energy of their own and exchange it slowly. Slopes of
 * stretches of that length spread by 0.006 and 0.012, so the suite finds gross errors only.
 *
 * nve_drift long: 200 ps and 100 ps, which resolve 0.005. Measured in mixed precision:
 * 0.0000 +- 0.0003 (2 fs, bonds to H held) and -0.0006 +- 0.0005 (1 fs, flexible). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/run.h"
#include "kernels/base/units.h"
#include "tests/peer_liquid.h"

#define TEMPERATURE 298.15 /* K */
#define LIMIT 0.005        /* kT/ns per degree of freedom; of the long run */
#define LIMIT_SHORT 0.06   /* five times what stretches that short spread by */
#define HYDROGENS 1260     /* of 126 DME */
#define SAMPLES 20000

typedef struct energies {
    int n;
    double time[SAMPLES], conserved[SAMPLES]; /* ps, kJ/mol */
} energies;

static km_status keep(void *self, const km_energy_row *row)
{
    energies *e = self;
    assert_true(e->n < SAMPLES);
    e->time[e->n] = row->time;
    e->conserved[e->n++] = row->measured.conserved;
    return KM_OK;
}

/* Means of that many samples, in which vibrations average out, in place of the samples from that
 * time on; the number of means. */
static int blocks(energies *e, double from, int length)
{
    int first = 0, n = 0;
    while (e->time[first] < from)
        first++;
    for (int i = first; i + length <= e->n; i += length, n++) {
        double t = 0.0, y = 0.0;
        for (int k = i; k < i + length; k++) {
            t += e->time[k] / length;
            y += e->conserved[k] / length;
        }
        e->time[n] = t;
        e->conserved[n] = y;
    }
    return n;
}

/* Slope of the straight line through n points (kJ/mol/ps), and its standard error from the
 * residuals with the correlation of neighbours, (1 + r) / (1 - r). */
static double slope(const double *t, const double *y, int n, double *error)
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
    double variance = 0.0, product = 0.0, before = 0.0;
    for (int i = 0; i < n; i++) {
        const double residual = y[i] - mean_y - ty / tt * (t[i] - mean_t);
        variance += residual * residual / (n - 2);
        product += residual * before / (n - 2);
        before = residual;
    }
    const double r = product / variance;
    *error = sqrt(variance * (1.0 + r) / (1.0 - r) / tt);
    return ty / tt;
}

typedef struct nve {
    bool constrained;
    double timestep, settle, time; /* ps: discarded after the thermostat, then measured         */
    double interval, block; /* ps: between samples, of the means through which the line goes */
} nve;

/* Three stages from the stored configuration: every mode to its temperature, then constant energy,
 * first without a look at it. Returns when the last begins (ps). */
static double run(const peer_liquid *l, const nve *v, energies *e, km_stage_report report[3])
{
    const km_stage common = {.kind = KM_STAGE_DYNAMICS,
                             .timestep = v->timestep,
                             .temperature_start = TEMPERATURE,
                             .temperature_end = TEMPERATURE,
                             .constrain_hydrogen = v->constrained};
    km_stage stage[3] = {common, common, common};
    stage[0].name = "every mode";
    stage[0].time = 3.0;
    stage[0].draw_velocities = true;
    stage[0].thermostat = KM_THERMOSTAT_LANGEVIN;
    stage[0].friction = 5.0;
    stage[1].name = "settle"; /* here the momentum that noise left is removed */
    stage[1].time = v->settle;
    stage[2].name = "constant energy";
    stage[2].time = v->time;
    stage[2].energy_interval = v->interval;
    km_recipe recipe = l->recipe;
    recipe.nonbonded = (km_recipe_nonbonded){.cutoff = l->cutoff,
                                             .relative_force_error = 1e-4,
                                             .tail = true,
                                             .shift = true,
                                             .coulomb_constant = l->coulomb_constant};
    recipe.seed = 5;
    recipe.n_stages = 3;
    recipe.stage = stage;
    km_device *device;
    assert_ok(km_backend_cpu.open(0, &device));
    km_sink sink = {.self = e, .energies = keep};
    const km_run_options options = {.backend = &km_backend_cpu,
                                    .device = device,
                                    .recipe = &recipe,
                                    .forcefield = l->forcefield,
                                    .system = &l->system,
                                    .energies = &sink,
                                    .checkpoint_seconds = 1e9};
    e->n = 0;
    assert_ok(km_run(&options, report));
    km_backend_cpu.close(device);
    return stage[0].time + stage[1].time;
}

/* Drift in kT/ns per degree of freedom, and its standard error. */
static double drift(const nve *v, double *error)
{
    peer_liquid *l = peer_liquid_read("kfsi-dme");
    energies *e = malloc(sizeof *e);
    assert_non_null(e);
    km_stage_report report[3];
    const double from = run(l, v, e, report) - 1e-6;
    const double degrees = 3 * l->n - 3 - (v->constrained ? HYDROGENS : 0);
    const double unit = KM_GAS_CONSTANT * TEMPERATURE * degrees * 1e-3;
    const int n = blocks(e, from, (int)lround(v->block / v->interval));
    const double found = slope(e->time, e->conserved, n, error) / unit;
    *error /= unit;
    print_message("%g fs: %.4f +- %.4f kT/ns per degree of freedom\n", 1e3 * v->timestep, found,
                  *error);
    /* what the mesh pushes the whole box with between two removals of drift is below 1e-4 kT */
    double mass = 0.0;
    km_model *model = peer_liquid_model(l);
    for (int i = 0; i < l->n; i++)
        mass += model->mass[i];
    assert_near(report[2].largest_momentum, 0.0,
                sqrt(2.0 * mass * 1e-4 * KM_GAS_CONSTANT * TEMPERATURE));
    km_model_destroy(model);
    free(e);
    peer_liquid_free(l);
    return found;
}

static void constrained_at_2_fs(void **state)
{
    (void)state;
    const nve v = {true, 0.002, 0.6, 16.0, 0.004, 0.1};
    double error;
    assert_near(drift(&v, &error), 0.0, LIMIT_SHORT);
}

static void flexible_at_1_fs(void **state)
{
    (void)state;
    const nve v = {false, 0.001, 0.6, 10.0, 0.004, 0.1};
    double error;
    assert_near(drift(&v, &error), 0.0, LIMIT_SHORT);
}

/* The test can fail: bending of hydrogens does not bear 4 fs. */
static void too_long_a_step_is_seen(void **state)
{
    (void)state;
    const nve v = {true, 0.004, 0.6, 6.0, 0.004, 0.1};
    double error;
    assert_true(fabs(drift(&v, &error)) > 5.0 * LIMIT_SHORT);
}

/* Within the limit, by a run that resolves a third of it. */
static void check_long(const nve *v)
{
    double error;
    assert_near(drift(v, &error), 0.0, LIMIT);
    assert_true(error < LIMIT / 3.0);
}

static void constrained_at_2_fs_for_long(void **state)
{
    (void)state;
    const nve v = {true, 0.002, 10.0, 200.0, 0.02, 5.0};
    check_long(&v);
}

static void flexible_at_1_fs_for_long(void **state)
{
    (void)state;
    const nve v = {false, 0.001, 10.0, 100.0, 0.02, 5.0};
    check_long(&v);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constrained_at_2_fs),
        cmocka_unit_test(flexible_at_1_fs),
        cmocka_unit_test(too_long_a_step_is_seen),
    };
    const struct CMUnitTest long_tests[] = {
        cmocka_unit_test(constrained_at_2_fs_for_long),
        cmocka_unit_test(flexible_at_1_fs_for_long),
    };
    return argc > 1 && strcmp(argv[1], "long") == 0 ? cmocka_run_group_tests(long_tests, NULL, NULL)
                                                    : cmocka_run_group_tests(tests, NULL, NULL);
}
