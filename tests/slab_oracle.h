/* SPDX-License-Identifier: MIT */
/* Coulomb energy of charges that repeat along a and b but not along z, in double, for tests:
 * Ewald's sum in two dimensions, with the three functions of z that stay in the sum over waves in
 * the plane. Parry, doi:10.1016/0039-6028(75)90362-3; de Leeuw & Perram,
 * doi:10.1080/00268977900100951; Heyes, Barber & Clarke, doi:10.1039/F29777301485. */
#ifndef KM_SLAB_ORACLE_H
#define KM_SLAB_ORACLE_H

#include "tests/ewald_oracle.h"

/* kJ/mol. The height of the cell of s plays no part; all terms above 1e-15 of the first are taken.
 * The result does not depend on alpha (1/nm). */
double slab_energy_2d(const charged_system *s, double alpha);
/* The force on an atom, kJ/mol/nm, by differences of the energy. */
km_vec3 slab_force_2d(charged_system *s, double alpha, int atom);

#endif
