/* SPDX-License-Identifier: MIT */
/* A test liquid of chain molecules that use every bonded term, shared by tests.
 *
 * Each molecule has CHAIN_ATOMS atoms on a bent, disturbed helix. The parameters are invented for
 * the test (nothing is at its minimum), in the range of real molecules. */
#ifndef KM_CHAIN_MOLECULE_H
#define KM_CHAIN_MOLECULE_H

#include <stdlib.h>

#include "kernels/backend_cpu.h"
#include "kernels/base/random.h"
#include "tests/cmocka_all.h"

enum { CHAIN_ATOMS = 8, CHAIN_MAX = 400 };

typedef struct chain_liquid {
    int n_molecules, n;
    km_box box;
    double position[3 * CHAIN_ATOMS * CHAIN_MAX]; /* atom-major */
    double mass[CHAIN_ATOMS * CHAIN_MAX], charge[CHAIN_ATOMS * CHAIN_MAX];
    int type[CHAIN_ATOMS * CHAIN_MAX], molecule[CHAIN_ATOMS * CHAIN_MAX];
    km_bond bond[7 * CHAIN_MAX];
    km_angle angle[6 * CHAIN_MAX];
    km_dihedral_rb rb[4 * CHAIN_MAX];
    km_dihedral_periodic periodic[2 * CHAIN_MAX];
    km_improper_harmonic improper[CHAIN_MAX];
    km_pair14 pair14[5 * CHAIN_MAX];
    int excluded[2 * 18 * CHAIN_MAX];
    km_bonded_spec spec;
} chain_liquid;

static inline double chain_uniform(int particle, int which)
{
    const km_random4 bits =
        km_random_bits(2024, (uint64_t)which, (uint32_t)particle, KM_RANDOM_BUILD);
    return km_random_uniform(bits.v[0]) - 0.5;
}

/* One molecule; seed decides how it is disturbed, slot where its arrays lie. */
static inline void chain_place(chain_liquid *s, int slot, int seed)
{
    for (int a = 0; a < CHAIN_ATOMS; a++) {
        const int i = slot * CHAIN_ATOMS + a, key = seed * CHAIN_ATOMS + a;
        const double helix[3] = {0.09 * a, 0.06 * cos(1.9 * a), 0.06 * sin(1.9 * a)};
        const double corner[3] = {s->box.ax * (0.1 + 0.8 * (chain_uniform(seed, 100) + 0.5)),
                                  s->box.by * (0.1 + 0.8 * (chain_uniform(seed, 101) + 0.5)),
                                  s->box.cz * (0.1 + 0.8 * (chain_uniform(seed, 102) + 0.5))};
        for (int c = 0; c < 3; c++)
            s->position[3 * i + c] = corner[c] + helix[c] + 0.03 * chain_uniform(key, c);
        s->mass[i] = 12.0 + a;
        s->charge[i] = (a % 2 == 0 ? 0.4 : -0.4) + 0.1 * (a - 3.5);
        s->type[i] = a % 3;
        s->molecule[i] = slot;
    }
}

static inline void chain_add_terms(chain_liquid *s, int slot)
{
    const int o = slot * CHAIN_ATOMS;
    for (int a = 0; a < 7; a++)
        s->bond[7 * slot + a] = (km_bond){o + a, o + a + 1, 0.12 + 0.005 * a, 2e5 + 1e4 * a};
    for (int a = 0; a < 6; a++)
        s->angle[6 * slot + a] = (km_angle){o + a, o + a + 1, o + a + 2, 1.8 + 0.05 * a, 400.0};
    for (int a = 0; a < 4; a++)
        s->rb[4 * slot + a] = (km_dihedral_rb){
            o + a, o + a + 1, o + a + 2, o + a + 3, {9.3, 11.1 + a, -13.0, -3.1, 26.0, -31.5}};
    s->periodic[2 * slot] = (km_dihedral_periodic){o + 4, o + 5, o + 6, o + 7, 3, 0.3, 6.0, false};
    s->periodic[2 * slot + 1] =
        (km_dihedral_periodic){o + 1, o + 3, o + 2, o + 4, 2, KM_PI, 43.9, true};
    s->improper[slot] = (km_improper_harmonic){o + 5, o + 3, o + 6, o + 7, 0.6, 160.0};
    for (int a = 0; a < 5; a++)
        s->pair14[5 * slot + a] = (km_pair14){o + a, o + a + 3, 0.2 + 0.05 * a, 0.25,
                                              0.5 * s->charge[o + a] * s->charge[o + a + 3]};
    int *excluded = &s->excluded[2 * 18 * slot];
    for (int gap = 1; gap <= 3; gap++) {
        for (int a = 0; a + gap < CHAIN_ATOMS; a++) {
            *excluded++ = o + a;
            *excluded++ = o + a + gap;
        }
    }
}

static inline chain_liquid *chain_liquid_make(int n_molecules, km_box box)
{
    assert_true(n_molecules <= CHAIN_MAX);
    chain_liquid *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->n_molecules = n_molecules;
    s->n = n_molecules * CHAIN_ATOMS;
    s->box = box;
    for (int m = 0; m < n_molecules; m++) {
        chain_place(s, m, m);
        chain_add_terms(s, m);
    }
    const km_bonded_spec spec = {7 * n_molecules,    s->bond,         6 * n_molecules,
                                 s->angle,           4 * n_molecules, s->rb,
                                 2 * n_molecules,    s->periodic,     n_molecules,
                                 s->improper,        5 * n_molecules, s->pair14,
                                 18 * n_molecules,   s->excluded,     3.1,
                                 KM_COULOMB_CONSTANT};
    s->spec = spec;
    return s;
}

#endif
