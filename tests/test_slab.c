/* SPDX-License-Identifier: MIT */
/* The dipole term of a slab: alone, against what a field does to charges; with the sum in three
 * dimensions, against plates, and against a sum that repeats in two dimensions only. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"
#include "kernels/slab/slab.h"
#include "tests/charged_system.h"
#include "tests/slab_oracle.h"

static const km_slab_spec slab_spec = {KM_COULOMB_CONSTANT};

typedef struct slab_result {
    double energy;            /* kJ/mol    */
    double virial[KM_TENSOR]; /* kJ/mol    */
    double *force;            /* kJ/mol/nm, 3 n */
} slab_result;

static slab_result evaluate(const km_backend *backend, const charged_system *s, int threads)
{
    km_device *device;
    km_particles *p;
    km_force force;
    slab_result out = {.force = malloc(3 * (size_t)s->n * sizeof(double))};
    double *mass = malloc((size_t)s->n * sizeof *mass);
    int *type = calloc((size_t)s->n, sizeof *type);
    assert_true(out.force != NULL && mass != NULL && type != NULL);
    for (int i = 0; i < s->n; i++)
        mass[i] = 1.0;
    const km_particles_spec spec = {
        .n = s->n, .mass = mass, .charge = s->charge, .type = type, .molecule = type};
    const km_state now = {s->n, s->box, s->position, NULL};
    const km_step step = {0, true, true, true};
    assert_ok(backend->open(threads, &device));
    assert_ok(backend->particles_create(device, &spec, &p));
    assert_ok(backend->upload(device, &now, p));
    assert_ok(backend->make_force[KM_FORCE_SLAB](device, &slab_spec, p, &force));
    assert_string_equal(force.ops->name, "slab");
    for (int round = 0; round < 2; round++) { /* nothing is left of the step before */
        assert_ok(backend->clear(device, &step, p));
        assert_ok(km_force_compute(&force, &step, p));
    }
    assert_ok(backend->synchronise(device, p));
    assert_int_equal(p->fault, 0);
    out.energy = p->energy[KM_ENERGY_COULOMB_SLAB];
    memcpy(out.virial, p->virial, sizeof out.virial);
    assert_ok(backend->download_forces(device, p, out.force));
    km_force_destroy(&force);
    backend->particles_destroy(p);
    backend->close(device);
    free(mass);
    free(type);
    return out;
}

/* n charges in the lower part of a cell of that height (nm), net charge 0. */
static charged_system *random_slab(int n, double a, double b, double bx, double thickness,
                                   double height, unsigned seed)
{
    charged_system *s =
        charged_system_random(n, (km_box){a, bx, b, 0.0, 0.0, thickness}, 0.12, seed);
    s->box.cz = height;
    return s;
}

/* A moment of 40 dipoles of 0.1 e nm: U = 2 pi C M^2 / V, and a homogeneous field. */
static void a_layer_of_dipoles_has_the_energy_of_its_moment(void **state)
{
    const km_backend *backend = *state;
    enum { DIPOLES = 40 };
    charged_system *s = charged_system_new(2 * DIPOLES, km_box_orthorhombic(2.0, 2.5, 8.0));
    for (int d = 0; d < DIPOLES; d++)
        for (int end = 0; end < 2; end++) {
            double *x = &s->position[3 * (2 * d + end)];
            x[0] = 0.3 * (d % 7);
            x[1] = 0.3 * (d / 7);
            x[2] = -3.0 + 0.2 * end + 0.01 * d;
            s->charge[2 * d + end] = end ? 0.5 : -0.5;
        }
    const double moment = DIPOLES * 0.5 * 0.2, volume = 40.0;
    const double energy = 2.0 * KM_PI * KM_COULOMB_CONSTANT / volume * moment * moment;
    const slab_result got = evaluate(backend, s, 2);
    assert_near(got.energy, energy, 1e-9 * energy);
    for (int i = 0; i < s->n; i++) {
        assert_near(got.force[3 * i], 0.0, 0.0);
        assert_near(got.force[3 * i + 1], 0.0, 0.0);
        const double f = -4.0 * KM_PI * KM_COULOMB_CONSTANT / volume * s->charge[i] * moment;
        assert_near(got.force[3 * i + 2], f, 1e-9);
    }
    free(got.force);
    charged_system_free(s);
}

/* W_aa = 1/2 dU / d strain, by stretching cell and charges; U depends on the volume by itself. */
static void the_virial_is_the_slope_under_strain(void **state)
{
    const km_backend *backend = *state;
    charged_system *s = random_slab(60, 1.7, 1.9, 0.3, 1.5, 5.0, 4);
    const slab_result got = evaluate(backend, s, 1);
    for (int k = 0; k < KM_TENSOR; k++) {
        static const int row[KM_TENSOR] = {0, 1, 2, 0, 0, 1},
                         column[KM_TENSOR] = {0, 1, 2, 1, 2, 2};
        const double h = 1e-4;
        double u[2];
        for (int end = 0; end < 2; end++) {
            const double strain = end ? h : -h;
            charged_system *t = charged_system_new(s->n, s->box);
            memcpy(t->charge, s->charge, (size_t)s->n * sizeof *s->charge);
            for (int i = 0; i < s->n; i++) {
                memcpy(&t->position[3 * i], &s->position[3 * i], 3 * sizeof(double));
                /* x_a += strain x_b */
                t->position[3 * i + row[k]] += strain * s->position[3 * i + column[k]];
            }
            t->box.ax *= 1.0 + (k == KM_XX ? strain : 0.0);
            t->box.by *= 1.0 + (k == KM_YY ? strain : 0.0);
            t->box.cz *= 1.0 + (k == KM_ZZ ? strain : 0.0);
            const slab_result bent = evaluate(backend, t, 1);
            u[end] = bent.energy;
            free(bent.force);
            charged_system_free(t);
        }
        assert_near(got.virial[k], 0.5 * (u[1] - u[0]) / (2.0 * h), 1e-6 * got.energy + 2e-6);
    }
    free(got.force);
    charged_system_free(s);
}

/* The sum in three dimensions without approximation, and the term. */
static slab_result corrected(const km_backend *backend, const charged_system *s)
{
    slab_result out = evaluate(backend, s, 2);
    ewald_part part = {.energy = 0.0, .force = out.force};
    ewald_converged(s, 4.0, &part);
    out.energy += part.energy;
    return out;
}

/* Two plates of 6 x 6 ions each, 0.25 nm apart in the plane, 1 nm from plate to plate: between
 * plates the field is that of two charged planes, E = 4 pi C Q / A, and each plate feels half of
 * it. The grid is felt by exp(-2 pi 1 / 0.25) = 1e-11. Without the term the plates would feel less,
 * by twice the share of the cell between them. */
static void plates_attract_like_a_capacitor(void **state)
{
    const km_backend *backend = *state;
    enum { SIDE = 6, EACH = SIDE * SIDE };
    const double spacing = 0.25, gap = 1.0, charge = 0.02, edge = SIDE * spacing;
    charged_system *s = charged_system_new(2 * EACH, km_box_orthorhombic(edge, edge, 6.0));
    for (int i = 0; i < 2 * EACH; i++) {
        s->position[3 * i] = spacing * (i % SIDE);
        s->position[3 * i + 1] = spacing * (i / SIDE % SIDE);
        s->position[3 * i + 2] = i < EACH ? 0.0 : gap;
        s->charge[i] = i < EACH ? charge : -charge;
    }
    const double total = EACH * charge, area = edge * edge;
    const double attraction = 2.0 * KM_PI * KM_COULOMB_CONSTANT * total * total / area;
    const slab_result got = corrected(backend, s);
    double lower = 0.0, upper = 0.0;
    for (int i = 0; i < 2 * EACH; i++)
        *(i < EACH ? &lower : &upper) += got.force[3 * i + 2];
    assert_near(lower, attraction, 1e-7 * attraction);
    assert_near(upper, -attraction, 1e-7 * attraction);
    /* energy against the distance: the work of the same force */
    for (int i = EACH; i < 2 * EACH; i++)
        s->position[3 * i + 2] += 0.5;
    const slab_result apart = corrected(backend, s);
    assert_near(apart.energy - got.energy, 0.5 * attraction, 1e-7 * attraction);
    free(apart.force);
    /* and what the sum alone makes of them */
    slab_result bare = {.force = calloc(3 * (size_t)s->n, sizeof(double))};
    ewald_part part = {.force = bare.force};
    ewald_converged(s, 4.0, &part);
    double felt = 0.0;
    for (int i = 0; i < EACH; i++)
        felt += bare.force[3 * i + 2];
    assert_near(felt, attraction * (1.0 - 2.0 * (gap + 0.5) / 6.0), 1e-7 * attraction);
    free(bare.force);
    free(got.force);
    charged_system_free(s);
}

/* Largest difference of a force from that of the sum in two dimensions, over the RMS force, and of
 * the energy (kJ/mol). */
static double against_the_flat_sum(const km_backend *backend, charged_system *s, double *energy)
{
    const slab_result got = corrected(backend, s);
    double worst = 0.0;
    for (int i = 0; i < s->n; i++) {
        const km_vec3 f = slab_force_2d(s, 3.0, i);
        const double g[3] = {f.x, f.y, f.z};
        for (int c = 0; c < 3; c++)
            worst = fmax(worst, fabs(got.force[3 * i + c] - g[c]));
    }
    *energy = fabs(got.energy - slab_energy_2d(s, 3.0));
    worst /= rms(got.force, s->n);
    free(got.force);
    return worst;
}

/* The image slab is felt by exp(-2 pi vacuum / edge): each half edge of vacuum is worth a factor of
 * 23; from 2.5 edges on less than 1e-6 is left. */
static void with_vacuum_it_becomes_the_flat_sum(void **state)
{
    const km_backend *backend = *state;
    const double edge = 1.5, thickness = 1.2;
    double error[4], energy[4];
    for (int k = 0; k < 4; k++) {
        const double vacuum[4] = {1.0, 1.5, 2.0, 3.0};
        charged_system *s =
            random_slab(16, edge, edge, 0.4, thickness, thickness + vacuum[k] * edge, 9);
        if (k == 0) /* the yardstick does not depend on its splitting */
            assert_near(slab_energy_2d(s, 2.4), slab_energy_2d(s, 3.7), 1e-9);
        error[k] = against_the_flat_sum(backend, s, &energy[k]);
        print_message("%s, vacuum of %.1f edges: forces %.1e, energy %.1e kJ/mol\n", backend->name,
                      vacuum[k], error[k], energy[k]);
        charged_system_free(s);
    }
    assert_true(error[1] < error[0] / 10.0 && error[2] < error[1] / 10.0);
    assert_true(energy[1] < energy[0] / 10.0);
    assert_true(error[3] < 1e-6);
    assert_true(energy[3] < 1e-5);
}

/* The mesh of the backend in place of the waves of the sum, in a cell with vacuum. */
static void the_mesh_and_the_term_give_the_flat_sum(void **state)
{
    const km_backend *backend = *state;
    charged_system *s = random_slab(24, 1.4, 1.5, 0.0, 1.1, 5.5, 12);
    const km_pme_spec spec = mesh_spec(4.0, 40, 40, 144, 6);
    mesh_result mesh = mesh_evaluate(backend, s, &spec);
    slab_result got = evaluate(backend, s, 2);
    for (int k = 0; k < 3 * s->n; k++)
        got.force[k] += mesh.force[k];
    ewald_part part = {.energy = got.energy + mesh.reciprocal + mesh.self, .force = got.force};
    ewald_real(s, 4.0, 6.0 / 4.0, &part);
    double square = 0.0;
    for (int i = 0; i < s->n; i++) {
        const km_vec3 f = slab_force_2d(s, 3.0, i);
        const double d[3] = {got.force[3 * i] - f.x, got.force[3 * i + 1] - f.y,
                             got.force[3 * i + 2] - f.z};
        square += (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / s->n;
    }
    const double error = sqrt(square) / rms(got.force, s->n);
    const double flat = slab_energy_2d(s, 3.0);
    print_message("%s: mesh and term against the flat sum: forces %.1e, energy %.1e\n",
                  backend->name, error, fabs(part.energy / flat - 1.0));
    assert_true(error < (sizeof(km_real) == 4 ? 2e-6 : 1e-6));
    assert_near(part.energy, flat, 1e-6 * fabs(flat));
    mesh_result_free(&mesh);
    free(got.force);
    charged_system_free(s);
}

static void assert_same(const slab_result *a, const slab_result *b, int n)
{
    assert_memory_equal(a->force, b->force, 3 * (size_t)n * sizeof(double));
    assert_near(a->energy, b->energy, 2.4e-10); /* steps of a device */
    for (int k = 0; k < KM_TENSOR; k++)
        assert_near(a->virial[k], b->virial[k], 2.4e-10);
}

/* The moment is an integer: the same on every device, for any number of threads, in any order. */
static void the_bits_are_the_same_everywhere(void **state)
{
    const km_backend *backend = *state;
    charged_system *s = random_slab(1000, 4.0, 4.0, 0.0, 4.0, 9.0, 3);
    slab_result one = evaluate(&km_backend_cpu, s, 1);
    for (int k = 0; k < 4; k++) {
        km_emulator_seed((uint64_t)k + 5);
        slab_result other = evaluate(backend, s, 1 + k);
        assert_same(&one, &other, s->n);
        free(other.force);
    }
    free(one.force);
    charged_system_free(s);
}

/* Atoms that left through the walls of the plane, or all shifted along z, change nothing. */
static void only_unwrapped_heights_matter(void **state)
{
    const km_backend *backend = *state;
    charged_system *s = random_slab(100, 2.0, 2.0, 0.0, 2.0, 6.0, 8);
    slab_result here = evaluate(backend, s, 1);
    for (int i = 0; i < s->n; i++) {
        s->position[3 * i] += 2.0 * (i % 3);
        s->position[3 * i + 2] += 6.0;
    }
    slab_result there = evaluate(backend, s, 1);
    assert_near(there.energy, here.energy, 1e-8 * here.energy + 1e-9);
    for (int k = 0; k < 3 * s->n; k++)
        assert_near(there.force[k], here.force[k], 1e-8);
    free(here.force);
    free(there.force);
    charged_system_free(s);
}

/* Recorded, the term does on each playing what it does when it is called. */
static void a_recorded_term_repeats_itself(void **state)
{
    const km_backend *backend = *state;
    if (backend->record_play == NULL)
        skip();
    enum { N = 300 };
    charged_system *s = random_slab(N, 3.0, 3.0, 0.0, 3.0, 8.0, 21);
    slab_result called = evaluate(backend, s, 1);
    double mass[N], force[3 * N];
    int type[N] = {0};
    for (int i = 0; i < N; i++)
        mass[i] = 1.0;
    const km_particles_spec spec = {
        .n = N, .mass = mass, .charge = s->charge, .type = type, .molecule = type};
    const km_state now = {N, s->box, s->position, NULL};
    const km_step step = {0, false, false, false};
    km_device *device;
    km_particles *p;
    km_force term;
    km_recording *recording;
    assert_ok(backend->open(1, &device));
    assert_ok(backend->particles_create(device, &spec, &p));
    assert_ok(backend->upload(device, &now, p));
    assert_ok(backend->make_force[KM_FORCE_SLAB](device, &slab_spec, p, &term));
    assert_ok(backend->record_begin(device, p));
    assert_ok(backend->clear(device, &step, p));
    assert_ok(km_force_compute(&term, &step, p));
    assert_ok(backend->record_end(device, &recording));
    assert_ok(backend->record_play(recording, p, 1, 5));
    assert_ok(backend->download_forces(device, p, force));
    assert_memory_equal(force, called.force, sizeof force);
    backend->record_destroy(recording);
    km_force_destroy(&term);
    backend->particles_destroy(p);
    backend->close(device);
    free(called.force);
    charged_system_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_of_dipoles_has_the_energy_of_its_moment),
        cmocka_unit_test(the_virial_is_the_slope_under_strain),
        cmocka_unit_test(plates_attract_like_a_capacitor),
        cmocka_unit_test(with_vacuum_it_becomes_the_flat_sum),
        cmocka_unit_test(the_mesh_and_the_term_give_the_flat_sum),
        cmocka_unit_test(the_bits_are_the_same_everywhere),
        cmocka_unit_test(only_unwrapped_heights_matter),
        cmocka_unit_test(a_recorded_term_repeats_itself),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
