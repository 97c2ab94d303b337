/* SPDX-License-Identifier: MIT */
/* The pair term of every backend against that of the CPU: forces, energies, virial; and the same
 * bits whatever the order of threads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/random.h"
#include "kernels/base/units.h"
#include "kernels/base/vec.h"
#include "kernels/neighbours/neighbour_list.h"
#include "kernels/pair/pair.h"
#include "tests/backends.h"

enum { N = 702, TYPES = 4 }; /* the last cluster of four holds two atoms */

/* RMS of the difference of forces over RMS of the forces; of energies and virial against the sum of
 * their magnitudes. */
static const double tolerance_force = sizeof(km_real) == 4 ? 2e-6 : 1e-11;
static const double tolerance_energy = sizeof(km_real) == 4 ? 1e-6 : 1e-9;
static const double tolerance_virial = sizeof(km_real) == 4 ? 1e-6 : 1e-9;

static double uniform(uint64_t seed, int k)
{
    return km_random_uniform(km_random_bits(seed, (uint64_t)k, 0, KM_RANDOM_BUILD).v[0]);
}

typedef struct system {
    km_box box;
    double position[3 * N], charge[N], mass[N];
    int type[N], molecule[N];
    int exclusion_start[N + 1], exclusion[2 * N];
    int form[TYPES * TYPES];
    double parameter[TYPES * TYPES * KM_VDW_PARAMETERS];
    bool group[N]; /* of the excluded group: the list of one case has it */
    km_neighbour_spec list;
    km_pair_spec pair;
} system_t;

typedef struct result {
    double force[3 * N];
    double vdw, tail, coulomb;
    double virial[KM_TENSOR];
} result;

/* A jittered lattice with bonds of neighbours excluded; geometric mixing or that of Lorentz and
 * Berthelot. */
static void make_system(system_t *s, km_box box, bool geometric, double alpha)
{
    memset(s, 0, sizeof *s);
    s->box = box;
    const int side = 9;
    for (int i = 0; i < N; i++) {
        const km_vec3 f = {(i % side + 0.3 * uniform(1, 3 * i)) / side + floor(3.0 * uniform(2, i)),
                           (i / side % side + 0.3 * uniform(1, 3 * i + 1)) / side,
                           (i / side / side + 0.3 * uniform(1, 3 * i + 2)) / side - 1.0};
        const km_vec3 r = km_box_to_cartesian(&box, f);
        s->position[3 * i] = r.x;
        s->position[3 * i + 1] = r.y;
        s->position[3 * i + 2] = r.z;
        s->charge[i] = (i % 2 ? 0.5 : -0.5) + 0.2 * (i % 3 - 1);
        s->mass[i] = 1.0;
        s->type[i] = i * 7 % TYPES;
        s->molecule[i] = i;
        s->exclusion_start[i + 1] = s->exclusion_start[i];
        for (int j = i - 1; j <= i + 1; j += 2) /* chains of four */
            if (j >= 0 && j < N && j / 4 == i / 4)
                s->exclusion[s->exclusion_start[i + 1]++] = j;
    }
    for (int a = 0; a < TYPES; a++)
        for (int b = 0; b < TYPES; b++) {
            const double sigma[2] = {0.22 + 0.03 * a, 0.22 + 0.03 * b};
            double *to = s->parameter + (a * TYPES + b) * KM_VDW_PARAMETERS;
            s->form[a * TYPES + b] = KM_VDW_LENNARD_JONES;
            to[0] = sqrt((0.3 + 0.2 * a) * (0.3 + 0.2 * b));
            to[1] = geometric ? sqrt(sigma[0] * sigma[1]) : 0.5 * (sigma[0] + sigma[1]);
        }
    const double cutoff = 0.9;
    s->list = (km_neighbour_spec){cutoff, 0.1, s->exclusion_start, s->exclusion, NULL, 0.0};
    s->pair = (km_pair_spec){.n_types = TYPES,
                             .form = s->form,
                             .parameter = s->parameter,
                             .cutoff = cutoff,
                             .shift = true,
                             .tail = true,
                             .ewald_alpha = alpha,
                             .coulomb_constant = KM_COULOMB_CONSTANT,
                             .exclusion_start = s->exclusion_start,
                             .exclusion = s->exclusion};
}

/* Half of the cell does not interact within itself. */
static void make_group(system_t *s)
{
    for (int i = 0; i < N; i++) {
        const double *r = s->position + 3 * i;
        const km_vec3 f = km_box_to_fractional(&s->box, km_vec3_make(r[0], r[1], r[2]));
        s->group[i] = f.z - floor(f.z) < 0.5;
    }
    s->list.excluded_group = s->pair.excluded_group = s->group;
}

static void evaluate(const km_backend *backend, const system_t *s, bool tallies, result *out)
{
    km_device *device;
    km_particles *p;
    km_force force = {NULL, NULL};
    bool rebuilt;
    const km_particles_spec spec = {N, s->mass, s->charge, s->type, s->molecule, NULL, 0.0};
    const km_state state = {N, s->box, (double *)s->position, NULL};
    const km_step step = {0, true, tallies, tallies};
    assert_ok(backend->open(2, &device));
    assert_ok(backend->particles_create(device, &spec, &p));
    assert_ok(backend->upload(device, &state, p));
    assert_ok(backend->neighbours_create(device, &s->list, p));
    assert_ok(backend->make_force[KM_FORCE_PAIR](device, &s->pair, p, &force));
    assert_ok(backend->neighbours_update(device, p, true, &rebuilt));
    assert_ok(backend->clear(device, &step, p));
    assert_ok(km_force_compute(&force, &step, p));
    assert_ok(backend->synchronise(device, p));
    assert_int_equal(p->fault, 0);
    assert_ok(backend->download_forces(device, p, out->force));
    out->vdw = p->energy[KM_ENERGY_VDW];
    out->tail = p->energy[KM_ENERGY_VDW_TAIL];
    out->coulomb = p->energy[KM_ENERGY_COULOMB_REAL];
    memcpy(out->virial, p->virial, sizeof out->virial);
    km_force_destroy(&force);
    backend->particles_destroy(p);
    backend->close(device);
}

static double rms_difference(const double *a, const double *b)
{
    double difference = 0.0, norm = 0.0;
    for (int k = 0; k < 3 * N; k++) {
        difference += (a[k] - b[k]) * (a[k] - b[k]);
        norm += b[k] * b[k];
    }
    return sqrt(difference / norm);
}

static const km_box boxes[] = {
    {2.4, 0.0, 2.2, 0.0, 0.0, 2.3},
    {2.3, 1.1, 2.2, -1.0, 0.9, 2.4},
};

static void agrees_with_the_cpu(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    static system_t s;
    static result want, got;
    for (int k = 0; k < 8; k++) {
        const double alpha[4] = {3.0, 0.0, 4.2, 3.1};
        make_system(&s, boxes[k / 4], k % 2 == 0, alpha[k % 4]);
        if (k % 4 > 1)
            make_group(&s);
        evaluate(&km_backend_cpu, &s, true, &want);
        evaluate(backend, &s, true, &got);
        const double force_error = rms_difference(got.force, want.force);
        const double scale = fabs(want.vdw) + fabs(want.coulomb);
        double trace = 0.0;
        for (int c = 0; c < KM_TENSOR; c++)
            trace += fabs(want.virial[c]);
        assert_near(force_error, 0.0, tolerance_force);
        assert_near(got.vdw, want.vdw, tolerance_energy * scale);
        assert_near(got.coulomb, want.coulomb, tolerance_energy * scale);
        assert_near(got.tail, want.tail, 1e-9 * fabs(want.tail));
        for (int c = 0; c < KM_TENSOR; c++)
            assert_near(got.virial[c], want.virial[c], tolerance_virial * trace);
        if (alpha[k % 4] == 0.0)
            assert_true(got.coulomb == 0.0);
    }
}

/* Without energies the loop is another one, and gives the same forces to rounding. */
static void forces_alone_are_the_same(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    static system_t s;
    static result with, without;
    for (int geometric = 0; geometric < 2; geometric++) {
        make_system(&s, boxes[1], geometric, 3.0);
        evaluate(backend, &s, true, &with);
        evaluate(backend, &s, false, &without);
        assert_near(rms_difference(without.force, with.force), 0.0, tolerance_force);
        assert_true(without.vdw == 0.0 && without.virial[KM_XX] == 0.0);
    }
}

static void same_bits_for_every_order_of_threads(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    static system_t s;
    static result first, now;
    make_system(&s, boxes[1], true, 3.0);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        km_emulator_seed(seed);
        evaluate(backend, &s, true, seed == 1 ? &first : &now);
        if (seed > 1)
            assert_memory_equal(&first, &now, sizeof first);
    }
}

/* Two atoms nearly in one place: a fault, not a wrong number. */
static void overlap_is_a_fault(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    static system_t s;
    km_device *device;
    km_particles *p;
    km_force force = {NULL, NULL};
    bool rebuilt;
    make_system(&s, boxes[0], true, 3.0);
    for (int c = 0; c < 3; c++)
        s.position[3 * 40 + c] = s.position[3 * 50 + c] + 1e-4;
    const km_particles_spec spec = {N, s.mass, s.charge, s.type, s.molecule};
    const km_state at = {N, s.box, s.position, NULL};
    const km_step step = {0, true, false, false};
    assert_ok(backend->open(1, &device));
    assert_ok(backend->particles_create(device, &spec, &p));
    assert_ok(backend->upload(device, &at, p));
    assert_ok(backend->neighbours_create(device, &s.list, p));
    assert_ok(backend->make_force[KM_FORCE_PAIR](device, &s.pair, p, &force));
    assert_ok(backend->neighbours_update(device, p, true, &rebuilt));
    assert_ok(backend->clear(device, &step, p));
    assert_ok(km_force_compute(&force, &step, p));
    assert_ok(backend->synchronise(device, p));
    assert_true((p->fault & (KM_FAULT_FORCE_LIMIT | KM_FAULT_NOT_FINITE)) != 0);
    km_force_destroy(&force);
    backend->particles_destroy(p);
    backend->close(device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_cpu),
        cmocka_unit_test(forces_alone_are_the_same),
        cmocka_unit_test(same_bits_for_every_order_of_threads),
        cmocka_unit_test(overlap_is_a_fault),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
