/* SPDX-License-Identifier: MIT */
/* Labels and frames made up for the tests of the analyses. */
#ifndef KM_MADE_TRAJECTORY_H
#define KM_MADE_TRAJECTORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/displacement.h"
#include "kernels/base/random.h"
#include "tests/cmocka_all.h"

/* Kinds of molecules, one after the other; every atom of molecule kind k has mass[k] and
 * element[k], atom names are element and number. */
typedef struct made_kind {
    const char *name, *element;
    int n_molecules, n_atoms;
    double mass;
    int charge;
} made_kind;

static inline km_labels *made_labels(const made_kind *kind, int n_kinds)
{
    km_labels *l;
    assert_ok(km_allocate((void **)&l, 1, sizeof *l));
    for (int k = 0; k < n_kinds; k++) {
        l->n_molecules += kind[k].n_molecules;
        l->n_atoms += kind[k].n_molecules * kind[k].n_atoms;
    }
    l->n_kinds = n_kinds;
    const size_t n = (size_t)l->n_atoms;
    assert_ok(km_allocate((void **)&l->atom_name, n, sizeof *l->atom_name));
    assert_ok(km_allocate((void **)&l->type_name, n, sizeof *l->type_name));
    assert_ok(km_allocate((void **)&l->element, n, sizeof *l->element));
    assert_ok(km_allocate((void **)&l->mass, n, sizeof *l->mass));
    assert_ok(km_allocate((void **)&l->charge, n, sizeof *l->charge));
    assert_ok(km_allocate((void **)&l->molecule, n, sizeof *l->molecule));
    assert_ok(km_allocate((void **)&l->molecule_start, (size_t)l->n_molecules + 1,
                          sizeof *l->molecule_start));
    assert_ok(
        km_allocate((void **)&l->molecule_kind, (size_t)l->n_molecules, sizeof *l->molecule_kind));
    assert_ok(km_allocate((void **)&l->kind, (size_t)n_kinds, sizeof *l->kind));
    int atom = 0, molecule = 0;
    for (int k = 0; k < n_kinds; k++) {
        snprintf(l->kind[k].name, sizeof l->kind[k].name, "%s", kind[k].name);
        l->kind[k].n_atoms = kind[k].n_atoms;
        l->kind[k].n_molecules = kind[k].n_molecules;
        l->kind[k].mass = kind[k].mass * kind[k].n_atoms;
        l->kind[k].formal_charge = kind[k].charge;
        for (int m = 0; m < kind[k].n_molecules; m++, molecule++) {
            l->molecule_kind[molecule] = k;
            l->molecule_start[molecule] = atom;
            for (int a = 0; a < kind[k].n_atoms; a++, atom++) {
                snprintf(l->atom_name[atom], sizeof l->atom_name[atom], "%.3s%d", kind[k].element,
                         a % 1000 + 1);
                snprintf(l->element[atom], sizeof l->element[atom], "%.3s", kind[k].element);
                l->mass[atom] = kind[k].mass;
                l->molecule[atom] = molecule;
            }
        }
    }
    l->molecule_start[molecule] = atom;
    return l;
}

/* Three independent standard normal numbers for (seed; step, particle). */
static inline void made_normal3(uint64_t seed, int step, int particle, double normal[4])
{
    km_random_normal4(km_random_bits(seed, (uint64_t)step, (uint32_t)particle, KM_RANDOM_LANGEVIN),
                      normal);
}

/* A diffusing cloud: n atoms, step lengths sigma[a] along each axis per frame; x is n_frames x n
 * x 3. */
static inline double *made_walk(uint64_t seed, int n_frames, int n, const double sigma[3])
{
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)n_frames * n * 3, sizeof *x));
    for (int k = 1; k < n_frames; k++)
        for (int i = 0; i < n; i++) {
            double normal[4];
            made_normal3(seed, k, i, normal);
            for (int a = 0; a < 3; a++) {
                const size_t at = ((size_t)k * n + i) * 3 + a;
                x[at] = x[at - 3 * (size_t)n] + sigma[a] * normal[a];
            }
        }
    return x;
}

/* Hands n_frames frames to a collector; the status of the first that fails. */
static inline km_status made_feed(km_displacements *d, const km_labels *labels, const double *x,
                                  int n_frames, double interval, km_box box)
{
    KM_TRY(km_displacements_begin(d, labels));
    for (int k = 0; k < n_frames; k++) {
        const km_frame frame = {.step = k,
                                .time = 5.0 + k * interval,
                                .n = labels->n_atoms,
                                .box = box,
                                .position = x + (size_t)k * labels->n_atoms * 3};
        KM_TRY(km_displacements_frame(d, &frame));
    }
    km_displacements_end(d);
    return KM_OK;
}

static inline int *made_range(int n)
{
    int *index;
    assert_ok(km_allocate((void **)&index, (size_t)n, sizeof *index));
    for (int k = 0; k < n; k++)
        index[k] = k;
    return index;
}

#endif
