/* SPDX-License-Identifier: MIT */
/* Madelung constants: E = -M C |z+ z-| / d per formula unit, d the shortest distance of ions.
 *
 * NaCl 1.74756459463318..., CsCl 1.76267477307098...: Glasser, Inorg. Chem. 51 (2012) 2420,
 * doi:10.1021/ic2023852, with more digits in OEIS A085469 and A181152. CaF2: Glasser gives 5.038785
 * with |z+ z-| = 1. It follows from NaCl and zincblende (1.63805505338879, OEIS A182566): fluorite
 * is two zincblende lattices that share the cation, so that, summing pairs of its three
 * face-centred sublattices,  M(CaF2) = 4 M(ZnS) - (sqrt(3)/2) M(NaCl). */
#include <math.h>
#include <stdlib.h>

#include "tests/cmocka_all.h"
/* after the above */
#include "kernels/base/units.h"
#include "tests/charged_system.h"

#define MADELUNG_NACL 1.747564594633182
#define MADELUNG_CSCL 1.762674773070988
#define MADELUNG_ZNS 1.638055053388789

/* 1e-6 in double: what the mesh leaves at order 6 and alpha h = 0.2. In float the energy of the
 * mesh, about as large as the result, carries 1e-7 of each wave. */
#define TOLERANCE (sizeof(km_real) == sizeof(double) ? 1e-6 : 3e-6)

/* The constant of a crystal, from the mesh and the direct sum in real space. */
static double madelung(const km_backend *backend, charged_system *s, double distance,
                       int formula_units)
{
    const double alpha = 2.5 / distance / 2.0; /* independent of the cell */
    const double edge = s->box.ax;
    const int points = 2 * (int)ceil(alpha * edge / 0.2 / 2.0);
    /* odd on purpose along one axis: no ion lies on a mesh point there */
    const km_pme_spec spec = mesh_spec(alpha, points, points + 1, points + 2, 6);
    ewald_part real = {0.0, {0.0}, NULL};
    ewald_real(s, alpha, 5.9 / alpha, &real);
    mesh_result got = mesh_evaluate(backend, s, &spec);
    const double energy = real.energy + got.reciprocal + got.self;
    /* no net force on any ion, by symmetry; relative to the force between two neighbours */
    const double pair = KM_COULOMB_CONSTANT / (distance * distance);
    assert_near(rms(got.force, s->n) / pair, 0.0, 1e-4);
    /* the energy goes as 1/length, so the trace of the virial is half of it, negative */
    const double trace = got.virial[KM_XX] + got.virial[KM_YY] + got.virial[KM_ZZ] +
                         real.virial[KM_XX] + real.virial[KM_YY] + real.virial[KM_ZZ];
    assert_near(-2.0 * trace / energy, 1.0, 5.0 * TOLERANCE);
    mesh_result_free(&got);
    charged_system_free(s);
    return -energy * distance / KM_COULOMB_CONSTANT / formula_units;
}

static void rock_salt(void **state)
{
    const double basis[8][3] = {{0, 0, 0},   {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0},
                                {0.5, 0, 0}, {0, 0.5, 0},   {0, 0, 0.5},   {0.5, 0.5, 0.5}};
    const double charge[8] = {1, 1, 1, 1, -1, -1, -1, -1};
    const double a = 0.564;
    charged_system *s = charged_system_crystal(2, a, 8, basis, charge);
    assert_near(madelung(*state, s, 0.5 * a, 32) / MADELUNG_NACL, 1.0, TOLERANCE);
}

static void caesium_chloride(void **state)
{
    const double basis[2][3] = {{0, 0, 0}, {0.5, 0.5, 0.5}};
    const double charge[2] = {1, -1};
    const double a = 0.4123;
    charged_system *s = charged_system_crystal(3, a, 2, basis, charge);
    assert_near(madelung(*state, s, 0.5 * sqrt(3.0) * a, 27) / MADELUNG_CSCL, 1.0, TOLERANCE);
}

static void fluorite(void **state)
{
    double basis[12][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    double charge[12] = {2, 2, 2, 2};
    for (int f = 0; f < 8; f++) {
        for (int c = 0; c < 3; c++)
            basis[4 + f][c] = (f >> c) % 2 == 0 ? 0.25 : 0.75;
        charge[4 + f] = -1.0;
    }
    const double a = 0.5463, expected = 4.0 * MADELUNG_ZNS - 0.5 * sqrt(3.0) * MADELUNG_NACL;
    assert_near(expected, 5.038785, 5e-7); /* Glasser */
    charged_system *s = charged_system_crystal(2, a, 12, basis, charge);
    assert_near(madelung(*state, s, 0.25 * sqrt(3.0) * a, 32) / expected, 1.0, TOLERANCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rock_salt),
        cmocka_unit_test(caesium_chloride),
        cmocka_unit_test(fluorite),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
