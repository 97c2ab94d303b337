/* SPDX-License-Identifier: MIT */
#include "tests/charged_system.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

const km_box charged_system_cell = {1.9, 0.3, 2.1, -0.4, 0.35, 2.3};

charged_system *charged_system_new(int n, km_box box)
{
    charged_system *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->n = n;
    s->box = box;
    s->position = calloc(3 * (size_t)n, sizeof *s->position);
    s->charge = calloc((size_t)n, sizeof *s->charge);
    assert_non_null(s->position);
    assert_non_null(s->charge);
    return s;
}

void charged_system_free(charged_system *s)
{
    free(s->position);
    free(s->charge);
    free(s->molecule);
    free(s);
}

/* 0 to 1, from a 64-bit linear congruential generator (Knuth's MMIX constants). */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static bool free_of_others(const charged_system *s, int n, km_vec3 r, double least_distance)
{
    for (int j = 0; j < n; j++) {
        const km_vec3 other =
            km_vec3_make(s->position[3 * j], s->position[3 * j + 1], s->position[3 * j + 2]);
        const km_vec3 d = km_box_minimum_image(&s->box, km_vec3_sub(r, other));
        if (km_vec3_norm(d) < least_distance)
            return false;
    }
    return true;
}

charged_system *charged_system_random(int n, km_box box, double least_distance, unsigned seed)
{
    charged_system *s = charged_system_new(n, box);
    uint64_t state = seed;
    double total = 0.0;
    for (int i = 0; i < n; i++) {
        km_vec3 r;
        do {
            const double u = uniform(&state), v = uniform(&state), w = uniform(&state);
            r = km_box_to_cartesian(&box, km_vec3_make(u, v, w));
        } while (!free_of_others(s, i, r, least_distance));
        s->position[3 * i] = r.x;
        s->position[3 * i + 1] = r.y;
        s->position[3 * i + 2] = r.z;
        s->charge[i] = (i % 2 == 0 ? 1.0 : -1.0) * (0.5 + 0.5 * uniform(&state));
        total += s->charge[i];
    }
    for (int i = 0; i < n; i++)
        s->charge[i] -= total / n;
    return s;
}

charged_system *charged_system_awkward(void)
{
    charged_system *s = charged_system_random(23, charged_system_cell, 0.0, 11);
    const double places[6][3] = {{0.0, 0.0, 0.0},  {-1e-18, -1e-18, -1e-18}, {1.0, 1.0, 1.0},
                                 {0.5, -3.2, 7.9}, {-0.2, 0.6, 0.999999999}, {41.3, -17.8, 3.0}};
    for (int i = 0; i < 6; i++) {
        const km_vec3 r = km_box_to_cartesian(
            &charged_system_cell, km_vec3_make(places[i][0], places[i][1], places[i][2]));
        s->position[3 * i] = r.x;
        s->position[3 * i + 1] = r.y;
        s->position[3 * i + 2] = r.z;
    }
    return s;
}

charged_system *charged_system_crystal(int repeat, double a, int n_basis, const double basis[][3],
                                       const double *charge)
{
    const int cells = repeat * repeat * repeat;
    charged_system *s = charged_system_new(cells * n_basis,
                                           km_box_orthorhombic(a * repeat, a * repeat, a * repeat));
    for (int i = 0; i < s->n; i++) {
        const int cell = i / n_basis, b = i % n_basis;
        const int at[3] = {cell % repeat, cell / repeat % repeat, cell / (repeat * repeat)};
        for (int c = 0; c < 3; c++)
            s->position[3 * i + c] = a * (at[c] + basis[b][c]);
        s->charge[i] = charge[b];
    }
    return s;
}

km_pme_spec mesh_spec(double alpha, int a, int b, int c, int order)
{
    const km_pme_spec spec = {alpha, {a, b, c}, order, KM_COULOMB_CONSTANT};
    return spec;
}

/* Particles and a short list: the mesh of a device takes its order of atoms from it. */
static mesh_fixture open_particles(const km_backend *backend, charged_system *s, int threads)
{
    mesh_fixture f = {backend, s, NULL, NULL, {NULL, NULL}};
    double *mass = malloc((size_t)s->n * sizeof *mass);
    int *type = calloc((size_t)s->n, sizeof *type);
    assert_non_null(mass);
    assert_non_null(type);
    for (int i = 0; i < s->n; i++)
        mass[i] = 1.0;
    const km_particles_spec spec = {s->n, mass, s->charge, type, type, NULL, 0.0};
    const double reach = 0.25 * km_box_least_height(&s->box);
    const km_neighbour_spec list = {0.9 * reach, 0.1 * reach, NULL, NULL, NULL, 0.0};
    const km_state start = {s->n, s->box, s->position, NULL};
    assert_ok(backend->open(threads, &f.device));
    assert_ok(backend->particles_create(f.device, &spec, &f.p));
    assert_ok(backend->upload(f.device, &start, f.p));
    assert_ok(backend->neighbours_create(f.device, &list, f.p));
    free(mass);
    free(type);
    return f;
}

mesh_fixture mesh_open(const km_backend *backend, charged_system *s, const km_pme_spec *spec,
                       int threads)
{
    mesh_fixture f = open_particles(backend, s, threads);
    assert_ok(backend->make_force[KM_FORCE_PME](f.device, spec, f.p, &f.force));
    assert_string_equal(f.force.ops->name, "pme");
    return f;
}

static void close_particles(mesh_fixture *f)
{
    km_force_destroy(&f->force);
    f->backend->particles_destroy(f->p);
    f->backend->close(f->device);
}

void mesh_close(mesh_fixture *f)
{
    close_particles(f);
    charged_system_free(f->s);
}

static void compute(mesh_fixture *f, const km_step *step)
{
    const km_state now = {f->s->n, f->s->box, f->s->position, NULL};
    bool rebuilt;
    assert_ok(f->backend->upload(f->device, &now, f->p));
    assert_ok(f->backend->neighbours_update(f->device, f->p, true, &rebuilt));
    assert_ok(f->backend->clear(f->device, step, f->p));
    assert_ok(km_force_compute(&f->force, step, f->p));
    assert_ok(f->backend->synchronise(f->device, f->p));
}

mesh_result mesh_compute(mesh_fixture *f)
{
    const km_step step = {0, true, true, true};
    compute(f, &step);
    mesh_result result = {.reciprocal = f->p->energy[KM_ENERGY_COULOMB_RECIPROCAL],
                          .self = f->p->energy[KM_ENERGY_COULOMB_SELF],
                          .force = malloc(3 * (size_t)f->s->n * sizeof(double)),
                          .fault = f->p->fault};
    assert_non_null(result.force);
    memcpy(result.virial, f->p->virial, sizeof result.virial);
    assert_ok(f->backend->download_forces(f->device, f->p, result.force));
    return result;
}

double mesh_energy(mesh_fixture *f)
{
    const km_step step = {0, true, true, false};
    compute(f, &step);
    return f->p->energy[KM_ENERGY_COULOMB_RECIPROCAL] + f->p->energy[KM_ENERGY_COULOMB_SELF];
}

mesh_result mesh_evaluate(const km_backend *backend, const charged_system *s,
                          const km_pme_spec *spec)
{
    charged_system same = *s;
    mesh_fixture f = mesh_open(backend, &same, spec, 2);
    const mesh_result result = mesh_compute(&f);
    close_particles(&f);
    return result;
}

mesh_result mesh_evaluate_cpu(const charged_system *s, const km_pme_spec *spec, int threads,
                              km_instruction_set isa)
{
    charged_system same = *s;
    mesh_fixture f = open_particles(&km_backend_cpu, &same, threads);
    km_device device = {threads, isa, ""};
    assert_ok(km_pme_cpu_create(&device, spec, f.p, &f.force));
    const mesh_result result = mesh_compute(&f);
    close_particles(&f);
    return result;
}

void mesh_result_free(mesh_result *result)
{
    free(result->force);
}

km_instruction_set best_instruction_set(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return KM_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return KM_ISA_AVX2;
#endif
    return KM_ISA_BASELINE;
}

double rms(const double *a, int n)
{
    double sum = 0.0;
    for (int k = 0; k < 3 * n; k++)
        sum += a[k] * a[k];
    return sqrt(sum / n);
}

double rms_difference(const double *a, const double *b, int n)
{
    double sum = 0.0;
    for (int k = 0; k < 3 * n; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(sum / n);
}
