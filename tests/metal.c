/* SPDX-License-Identifier: MIT */
#include "tests/metal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/random.h"
#include "kernels/neighbours/neighbour_list.h"

static void *room(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    assert_non_null(memory);
    return memory;
}

static bool is_ions(const char *potential)
{
    const size_t n = strlen(potential);
    return n > 4 && strcmp(potential + n - 4, ".eim") == 0;
}

metal *metal_make(const char *potential, int n, km_box box)
{
    char path[512];
    metal *m = room(1, sizeof *m);
    snprintf(path, sizeof path, KM_SOURCE_ROOT "/%s", potential);
    if (is_ions(potential))
        assert_ok(km_eim_file_read(path, &m->ions));
    else
        assert_ok(km_eam_file_read(path, &m->tables));
    m->n = n;
    m->box = box;
    m->position = room(3 * (size_t)n, sizeof(double));
    m->force = room(3 * (size_t)n, sizeof(double));
    m->mass = room((size_t)n, sizeof(double));
    m->charge = room((size_t)n, sizeof(double));
    m->element = room((size_t)n, sizeof(int));
    m->zero = room((size_t)n, sizeof(int));
    m->number = room((size_t)n, sizeof(int));
    for (int i = 0; i < n; i++) {
        m->mass[i] = m->ions != NULL ? m->ions->element[0].mass : m->tables->element[0].mass;
        m->number[i] = i;
    }
    return m;
}

metal *metal_bcc(const char *potential, const int cells[3], double a, double shake, uint64_t seed)
{
    const km_box box = km_box_orthorhombic(cells[0] * a, cells[1] * a, cells[2] * a);
    metal *m = metal_make(potential, 2 * cells[0] * cells[1] * cells[2], box);
    int i = 0;
    for (int x = 0; x < cells[0]; x++)
        for (int y = 0; y < cells[1]; y++)
            for (int z = 0; z < cells[2]; z++)
                for (int b = 0; b < 2; b++, i++) {
                    const double at[3] = {(x + 0.5 * b) * a, (y + 0.5 * b) * a, (z + 0.5 * b) * a};
                    const km_random4 random = km_random_bits(seed, (uint32_t)i, 0, KM_RANDOM_BUILD);
                    for (int c = 0; c < 3; c++)
                        m->position[3 * i + c] =
                            at[c] + shake * (2.0 * km_random_uniform(random.v[c]) - 1.0);
                }
    return m;
}

static void read_head(FILE *file, const char *name, char potential[256], km_box *box,
                      metal_result *says, int *n)
{
    char line[512];
    *n = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        double *w = says->virial;
        if (sscanf(line, "potential %255s", potential) == 1 ||
            sscanf(line, "box_nm %lf %lf %lf %lf %lf %lf", &box->ax, &box->bx, &box->by, &box->cx,
                   &box->cy, &box->cz) == 6 ||
            sscanf(line, "energy %lf", &says->energy) == 1 ||
            sscanf(line, "virial %lf %lf %lf %lf %lf %lf", w, w + 1, w + 2, w + 3, w + 4, w + 5) ==
                6)
            continue;
        *n += strncmp(line, "atom ", 5) == 0;
    }
    if (*n == 0)
        fail_msg("%s has no atoms", name);
}

metal *metal_read(const char *name)
{
    char path[512], potential[256] = "", line[512], element[8];
    km_box box;
    metal_result says = {0};
    int n;
    snprintf(path, sizeof path, KM_SOURCE_ROOT "/tests/reference/metals/%s.txt", name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be read", path);
    read_head(file, name, potential, &box, &says, &n);
    metal *m = metal_make(potential, n, box);
    m->energy = says.energy;
    memcpy(m->virial, says.virial, sizeof m->virial);
    rewind(file);
    for (int i = 0; i < n && fgets(line, sizeof line, file) != NULL;) {
        double *x = m->position + 3 * i, *f = m->force + 3 * i;
        if (sscanf(line, "atom %7s %lf %lf %lf %lf %lf %lf", element, x, x + 1, x + 2, f, f + 1,
                   f + 2) != 7)
            continue;
        m->element[i] = m->ions != NULL ? km_eim_element_find(m->ions, element)
                                        : km_eam_element_find(m->tables, element);
        assert_true(m->element[i] >= 0);
        i++;
    }
    fclose(file);
    return m;
}

void metal_open(metal *m, const km_backend *backend, int threads, int n_metal)
{
    const km_particles_spec particles = {m->n, m->mass, m->charge, m->zero, m->number};
    const km_eam_spec spec = {m->tables, n_metal, m->number, m->element, 0.0};
    const km_eim_spec ions = {m->ions, n_metal, m->number, m->element, 0.0};
    const km_state state = {m->n, m->box, m->position, NULL};
    m->backend = backend;
    assert_ok(backend->open(threads, &m->device));
    assert_ok(backend->particles_create(m->device, &particles, &m->p));
    assert_ok(backend->upload(m->device, &state, m->p));
    if (m->ions != NULL)
        assert_ok(backend->make_force[KM_FORCE_EIM](m->device, &ions, m->p, &m->term));
    else
        assert_ok(backend->make_force[KM_FORCE_EAM](m->device, &spec, m->p, &m->term));
}

metal_result metal_evaluate(metal *m)
{
    metal_result out = {.force = room(3 * (size_t)m->n, sizeof(double))};
    const km_state state = {m->n, m->box, m->position, NULL};
    const km_step step = {0, false, true, true};
    assert_ok(m->backend->upload(m->device, &state, m->p));
    assert_ok(m->backend->clear(m->device, &step, m->p));
    assert_ok(km_force_compute(&m->term, &step, m->p));
    assert_ok(m->backend->synchronise(m->device, m->p));
    assert_ok(m->backend->download_forces(m->device, m->p, out.force));
    out.energy = m->p->energy[KM_ENERGY_EAM];
    out.fault = m->p->fault;
    memcpy(out.virial, m->p->virial, sizeof out.virial);
    return out;
}

void metal_close(metal *m)
{
    km_force_destroy(&m->term);
    m->backend->particles_destroy(m->p);
    m->backend->close(m->device);
    m->p = NULL;
    m->device = NULL;
}

void metal_free(metal *m)
{
    km_eam_tables_destroy(m->tables);
    km_eim_parameters_destroy(m->ions);
    free(m->position);
    free(m->force);
    free(m->mass);
    free(m->charge);
    free(m->element);
    free(m->zero);
    free(m->number);
    free(m);
}
