/* SPDX-License-Identifier: MIT */
/* A handful of atoms under forces written here, for the tests of what moves them, on any backend.
 *
 * small_system.p lives in host memory: what a test sets up and looks at. Operations go to the
 * particles of the device. small_push takes positions, velocities and cell there, small_pull brings
 * them back; small_step pulls the positions for the forces and leaves the velocities. */
#ifndef KM_SMALL_SYSTEM_H
#define KM_SMALL_SYSTEM_H

#include <stdlib.h>
#include <string.h>

#include "kernels/base/random.h"
#include "kernels/base/units.h"
#include "kernels/base/vec.h"
#include "kernels/integrate/integrate.h"
#include "kernels/measure/measure.h"
#include "tests/backends.h"

/* Two forces, smooth to all orders, so that nothing but the integrator makes errors:
 *     wells:  U = sum_i  (k_i / 2) |x_i - site_i|^2       (an outer field: not in the virial)
 *     pairs:  U = sum_(i<j)  A exp(-r^2 / (2 s^2))        between atoms of different molecules */
typedef struct small_forces {
    const double *well; /* kJ/mol/nm^2  n, or NULL                    */
    const double *site; /* nm           3 n atom-major                */
    double height;      /* kJ/mol       A; 0 = no pairs               */
    double width;       /* nm           s; the box is above 12 s wide */
    /* Or others: fills force, energy and virial of p. */
    void (*own)(const void *self, km_particles *p);
    const void *self;
} small_forces;

typedef struct small_system {
    const km_backend *backend;
    km_device *device;
    km_particles *p;         /* in host memory   */
    km_particles *on_device; /* of the backend   */
    km_integrator *integrator;
    small_forces forces;
    double *sum; /* kJ/mol/nm  3 n, before fixed point */
} small_system;

static inline km_particles *small_particles(int n, const double *mass, const int *molecule,
                                            km_box box)
{
    km_particles *p = (km_particles *)calloc(1, sizeof *p);
    p->n = n;
    p->n_padded = (n + 127) / 128 * 128;
    p->position = (double *)calloc(3 * (size_t)p->n_padded, sizeof(double));
    p->velocity = (double *)calloc(3 * (size_t)p->n_padded, sizeof(double));
    p->force = (km_fixed *)calloc(3 * (size_t)p->n_padded, sizeof(km_fixed));
    p->mass = (double *)calloc((size_t)p->n_padded, sizeof(double));
    p->inverse_mass = (double *)calloc((size_t)p->n_padded, sizeof(double));
    p->charge = (double *)calloc((size_t)p->n_padded, sizeof(double));
    p->type = (int *)calloc((size_t)p->n_padded, sizeof(int));
    p->molecule = (int *)calloc((size_t)p->n_padded, sizeof(int));
    for (int i = 0; i < n; i++) {
        p->mass[i] = mass[i];
        p->inverse_mass[i] = mass[i] > 0.0 ? 1.0 / mass[i] : 0.0;
        p->molecule[i] = molecule == NULL ? i : molecule[i];
    }
    p->box = box;
    return p;
}

static inline void small_particles_destroy(km_particles *p)
{
    if (p == NULL)
        return;
    free(p->position);
    free(p->velocity);
    free(p->force);
    free(p->mass);
    free(p->inverse_mass);
    free(p->charge);
    free(p->type);
    free(p->molecule);
    free(p->mobility);
    free(p);
}

static inline km_vec3 small_get(const km_particles *p, const double *array, int i)
{
    return km_vec3_make(array[i], array[p->n_padded + i], array[2 * p->n_padded + i]);
}

static inline void small_set(const km_particles *p, double *array, int i, km_vec3 v)
{
    array[i] = v.x;
    array[p->n_padded + i] = v.y;
    array[2 * p->n_padded + i] = v.z;
}

static inline void small_add(double *sum, int i, double factor, km_vec3 v)
{
    sum[3 * i] += factor * v.x;
    sum[3 * i + 1] += factor * v.y;
    sum[3 * i + 2] += factor * v.z;
}

static inline double small_pairs(const small_system *s, double *sum, double virial[KM_TENSOR])
{
    const km_particles *p = s->p;
    const double inverse = 1.0 / (s->forces.width * s->forces.width);
    double energy = 0.0;
    for (int i = 0; i < p->n; i++)
        for (int j = i + 1; j < p->n; j++) {
            if (p->molecule[i] == p->molecule[j])
                continue;
            const km_vec3 r = km_box_minimum_image(
                &p->box, km_vec3_sub(small_get(p, p->position, i), small_get(p, p->position, j)));
            const double square = km_vec3_dot(r, r) * inverse;
            if (square > 36.0) /* below 2e-8 A */
                continue;
            const double u = s->forces.height * exp(-0.5 * square);
            const double f = u * inverse; /* force on i is f r */
            energy += u;
            small_add(sum, i, f, r);
            small_add(sum, j, -f, r);
            virial[KM_XX] -= 0.5 * f * r.x * r.x;
            virial[KM_YY] -= 0.5 * f * r.y * r.y;
            virial[KM_ZZ] -= 0.5 * f * r.z * r.z;
            virial[KM_XY] -= 0.5 * f * r.x * r.y;
            virial[KM_XZ] -= 0.5 * f * r.x * r.z;
            virial[KM_YZ] -= 0.5 * f * r.y * r.z;
        }
    return energy;
}

/* Forces, energy and virial of the present positions. */
static inline void small_forces_of(small_system *s)
{
    km_particles *p = s->p;
    double *sum = s->sum;
    double energy = 0.0;
    memset(sum, 0, 3 * (size_t)p->n * sizeof *sum);
    memset(p->virial, 0, sizeof p->virial);
    if (s->forces.height > 0.0)
        energy += small_pairs(s, sum, p->virial);
    for (int i = 0; i < p->n && s->forces.well != NULL; i++) {
        const double *site = &s->forces.site[3 * i];
        const km_vec3 d =
            km_vec3_sub(small_get(p, p->position, i), km_vec3_make(site[0], site[1], site[2]));
        energy += 0.5 * s->forces.well[i] * km_vec3_dot(d, d);
        small_add(sum, i, -s->forces.well[i], d);
    }
    memset(p->energy, 0, sizeof p->energy);
    p->energy[KM_ENERGY_VDW] = energy;
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++)
            p->force[c * p->n_padded + i] = km_fixed_from(sum[3 * i + c]);
}

/* ---- between host and device ---- */

/* tests/small_forces_cuda.cu */
km_status small_put_emulated(km_device *device, const km_particles *from, km_particles *to);
km_status small_put_cuda(km_device *device, const km_particles *from, km_particles *to);

/* Forces, energy and virial of p to the device. */
static inline void small_put(small_system *s)
{
    if (s->backend == &km_backend_cpu) {
        memcpy(s->on_device->force, s->p->force, 3 * (size_t)s->p->n_padded * sizeof *s->p->force);
        memcpy(s->on_device->energy, s->p->energy, sizeof s->p->energy);
        memcpy(s->on_device->virial, s->p->virial, sizeof s->p->virial);
    } else if (backend_is_emulated(s->backend)) {
        assert_ok(small_put_emulated(s->device, s->p, s->on_device));
    } else {
#ifdef KM_WITH_CUDA
        assert_ok(small_put_cuda(s->device, s->p, s->on_device));
#endif
    }
}

static inline void small_compute(small_system *s)
{
    if (s->forces.own != NULL)
        s->forces.own(s->forces.self, s->p);
    else
        small_forces_of(s);
    small_put(s);
}

/* Positions, velocities and cell of p to the device. */
static inline void small_push(small_system *s)
{
    const km_particles *p = s->p;
    km_state state = {.n = p->n, .box = p->box};
    state.position = (double *)malloc(3 * (size_t)p->n * sizeof(double));
    state.velocity = (double *)malloc(3 * (size_t)p->n * sizeof(double));
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++) {
            state.position[3 * i + c] = p->position[c * p->n_padded + i];
            state.velocity[3 * i + c] = p->velocity[c * p->n_padded + i];
        }
    assert_ok(s->backend->upload(s->device, &state, s->on_device));
    free(state.position);
    free(state.velocity);
}

/* And back; the velocities only where they are wanted. */
static inline void small_pull_some(small_system *s, bool velocities)
{
    km_particles *p = s->p;
    km_state state = {.n = p->n};
    state.position = (double *)malloc(3 * (size_t)p->n * sizeof(double));
    state.velocity = velocities ? (double *)malloc(3 * (size_t)p->n * sizeof(double)) : NULL;
    assert_ok(s->backend->download(s->device, s->on_device, &state));
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++) {
            p->position[c * p->n_padded + i] = state.position[3 * i + c];
            if (velocities)
                p->velocity[c * p->n_padded + i] = state.velocity[3 * i + c];
        }
    p->box = state.box;
    assert_ok(s->backend->synchronise(s->device, s->on_device));
    p->fault = s->on_device->fault;
    free(state.position);
    free(state.velocity);
}

static inline void small_pull(small_system *s)
{
    small_pull_some(s, true);
}

/* ---- operations ---- */

/* One step as the engine does it. */
static inline void small_step(small_system *s, int64_t index)
{
    const km_step step = {.index = index, .energy = true, .virial = true};
    bool changed;
    assert_ok(s->backend->first_half(s->integrator, &step, s->on_device));
    small_pull_some(s, false);
    small_compute(s);
    assert_ok(s->backend->second_half(s->integrator, &step, s->on_device));
    assert_ok(s->backend->couple_pressure(s->integrator, &step, s->on_device, &changed));
    if (changed) {
        small_pull_some(s, false);
        small_compute(s);
    }
}

static inline km_measurement small_measure(small_system *s)
{
    km_measurement m;
    assert_ok(s->backend->measure(s->integrator, s->on_device, &m));
    return m;
}

static inline km_integrator_scalars small_scalars(const small_system *s)
{
    km_integrator_scalars scalars;
    assert_ok(s->backend->scalars_get(s->integrator, &scalars));
    return scalars;
}

static inline km_status small_draw(small_system *s, double temperature, uint64_t seed)
{
    KM_TRY(s->backend->draw_velocities(s->integrator, temperature, seed, s->on_device));
    small_pull(s);
    return KM_OK;
}

static inline km_status small_constrain(small_system *s)
{
    const km_status status = s->backend->constrain(s->integrator, s->on_device);
    small_pull(s);
    return status;
}

/* The barostat at a step that has energies and virial; what it did is pulled. */
static inline km_status small_couple(small_system *s, const km_step *step, bool *changed)
{
    KM_TRY(s->backend->couple_pressure(s->integrator, step, s->on_device, changed));
    small_pull(s);
    return KM_OK;
}

/* The first atom of every molecule and the end, read off the molecule of each atom; free it. */
static inline int *small_molecule_start(const km_particles *p, int *n_molecules)
{
    int *start = (int *)calloc((size_t)p->n + 1, sizeof(int));
    *n_molecules = 0;
    for (int i = 0; i < p->n; i++)
        if (i == 0 || p->molecule[i] != p->molecule[i - 1])
            start[(*n_molecules)++] = i;
    start[*n_molecules] = p->n;
    return start;
}

static inline void small_create_particles(const km_backend *backend, int threads,
                                          const km_particles *p, km_device **device,
                                          km_particles **on_device)
{
    const km_particles_spec spec = {.n = p->n,
                                    .mass = p->mass,
                                    .charge = p->charge,
                                    .type = p->type,
                                    .molecule = p->molecule,
                                    .mobility = p->mobility};
    assert_ok(backend->open(threads, device));
    assert_ok(backend->particles_create(*device, &spec, on_device));
}

/* Takes the particles. */
static inline small_system small_open(const km_backend *backend, km_particles *p,
                                      km_integrator_spec spec, int threads, small_forces forces)
{
    small_system s;
    memset(&s, 0, sizeof s);
    s.backend = backend;
    s.p = p;
    s.forces = forces;
    s.sum = (double *)calloc(3 * (size_t)p->n, sizeof(double));
    small_create_particles(backend, threads, p, &s.device, &s.on_device);
    int *start = small_molecule_start(p, &spec.n_molecules);
    spec.molecule_start = start;
    spec.carried = p->charge; /* as good as any numbers */
    assert_ok(backend->integrator_create(s.device, &spec, s.on_device, &s.integrator));
    free(start);
    small_push(&s);
    small_compute(&s);
    return s;
}

static inline void small_close(small_system *s)
{
    s->backend->integrator_destroy(s->integrator);
    s->backend->particles_destroy(s->on_device);
    s->backend->close(s->device);
    small_particles_destroy(s->p);
    free(s->sum);
}

/* A number in (0, 1) for the setting up of tests. */
static inline double small_uniform(uint64_t seed, int i)
{
    return km_random_uniform(km_random_bits(seed, 0, (uint32_t)i, KM_RANDOM_BUILD).v[0]);
}

/* ---- molecules ---- */

/* Rigid water as in SPC/E: O-H 0.1 nm, H-O-H 109.47 degrees, doi:10.1021/j100308a038. */
static inline km_constraint_group small_water(int first)
{
    km_constraint_group g = {.n_atoms = 3, .n_bonds = 3};
    const int bond[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    const double length[3] = {0.1, 0.1, 2.0 * 0.1 * sqrt(2.0 / 3.0)};
    for (int k = 0; k < 3; k++) {
        g.atom[k] = first + k;
        g.bond[k][0] = bond[k][0];
        g.bond[k][1] = bond[k][1];
        g.length[k] = length[k];
    }
    return g;
}

static const km_vec3 small_water_shape[3] = {{0.0, 0.0, 0.0},
                                             {0.0816496580927726, 0.0577350269189626, 0.0},
                                             {-0.0816496580927726, 0.0577350269189626, 0.0}};
static const double small_water_mass[3] = {15.9994, 1.008, 1.008};

/* A star of n bonds to light atoms: methane for n = 4. */
static inline km_constraint_group small_star(int first, int n)
{
    km_constraint_group g = {.n_atoms = n + 1, .n_bonds = n};
    g.atom[0] = first;
    for (int k = 0; k < n; k++) {
        g.atom[k + 1] = first + k + 1;
        g.bond[k][0] = 0;
        g.bond[k][1] = k + 1;
        g.length[k] = 0.109;
    }
    return g;
}

static const km_vec3 small_methane_shape[5] = {{0.0, 0.0, 0.0},
                                               {0.0629311793, 0.0629311793, 0.0629311793},
                                               {0.0629311793, -0.0629311793, -0.0629311793},
                                               {-0.0629311793, 0.0629311793, -0.0629311793},
                                               {-0.0629311793, -0.0629311793, 0.0629311793}};
static const double small_methane_mass[5] = {12.011, 1.008, 1.008, 1.008, 1.008};

/* count rigid waters on a cubic grid of that spacing (nm), all turned differently; groups (count of
 * them) are filled. The box is a cube around them. */
static inline km_particles *small_waters(int count, double spacing, km_constraint_group *group)
{
    double *mass = (double *)calloc(3 * (size_t)count, sizeof(double));
    int *molecule = (int *)calloc(3 * (size_t)count, sizeof(int));
    for (int i = 0; i < 3 * count; i++) {
        mass[i] = small_water_mass[i % 3];
        molecule[i] = i / 3;
    }
    const int side = (int)ceil(cbrt(count) - 1e-9);
    const double edge = side * spacing;
    km_particles *p =
        small_particles(3 * count, mass, molecule, km_box_orthorhombic(edge, edge, edge));
    for (int m = 0; m < count; m++) {
        const double t = 2.0 * KM_PI * small_uniform(5, m), c = cos(t), d = sin(t);
        const km_vec3 at = km_vec3_make(spacing * (m % side), spacing * (m / side % side),
                                        spacing * (m / (side * side)));
        for (int k = 0; k < 3; k++) {
            const km_vec3 r = small_water_shape[k];
            const km_vec3 turned = m % 2 == 0
                                       ? km_vec3_make(c * r.x - d * r.y, d * r.x + c * r.y, r.z)
                                       : km_vec3_make(r.z, c * r.x - d * r.y, d * r.x + c * r.y);
            small_set(p, p->position, 3 * m + k, km_vec3_add(at, turned));
        }
        group[m] = small_water(3 * m);
    }
    free(mass);
    free(molecule);
    return p;
}

/* ---- distributions ---- */

/* Regularised lower incomplete gamma function P(a, x) by its series, DLMF 8.11.4. */
static inline double small_gamma_cdf(double a, double x)
{
    if (x <= 0.0)
        return 0.0;
    double term = 1.0 / a, sum = term;
    for (int k = 1; k < 100000 && term > 1e-17 * sum; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

static inline int small_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov distance times sqrt(n) of the samples (sorted in place) from the gamma
 * distribution. Its chance of exceeding z is 2 exp(-2 z^2): below 1e-6 for z = 2.7. */
static inline double small_gamma_distance(double *sample, int n, double shape, double scale)
{
    qsort(sample, (size_t)n, sizeof *sample, small_compare);
    double largest = 0.0;
    for (int i = 0; i < n; i++) {
        const double f = small_gamma_cdf(shape, sample[i] / scale);
        largest = fmax(largest, fmax(f - (double)i / n, (double)(i + 1) / n - f));
    }
    return largest * sqrt(n);
}

#define SMALL_KS_LIMIT 2.7

static inline void small_moments(const double *sample, int n, double *mean, double *variance)
{
    double sum = 0.0, square = 0.0;
    for (int i = 0; i < n; i++)
        sum += sample[i];
    *mean = sum / n;
    for (int i = 0; i < n; i++)
        square += (sample[i] - *mean) * (sample[i] - *mean);
    *variance = square / (n - 1);
}

/* Samples spaced so that they count as independent must have mean, variance and shape of the gamma
 * distribution. Five standard errors: the mean's is sqrt(variance / n), the variance's is
 * variance sqrt((2 + 6 / shape) / n), 6 / shape being the excess kurtosis. */
static inline void small_assert_gamma(double *sample, int n, double shape, double scale)
{
    double mean, variance;
    small_moments(sample, n, &mean, &variance);
    const double expected = shape * scale * scale;
    assert_near(mean, shape * scale, 5.0 * sqrt(expected / n));
    assert_near(variance, expected, 5.0 * expected * sqrt((2.0 + 6.0 / shape) / n));
    assert_near(small_gamma_distance(sample, n, shape, scale), 0.0, SMALL_KS_LIMIT);
}

#endif
