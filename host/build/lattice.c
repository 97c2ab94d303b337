/* SPDX-License-Identifier: MIT */
#include "host/build/lattice.h"

#include <math.h>
#include <string.h>

/* In units of the lattice constant; two sites are a rectangle and its centre. */
static const struct {
    double edge_squared[2], spacing_squared;
    int n_atoms, period;
    double shift[2];
} surfaces[3][3] = {
    [KM_LATTICE_BCC] = {[KM_SURFACE_100] = {{1.0, 1.0}, 1.0 / 4.0, 1, 2, {0.5, 0.5}},
                        [KM_SURFACE_110] = {{1.0, 2.0}, 1.0 / 2.0, 2, 2, {0.5, 0.0}},
                        [KM_SURFACE_111] = {{2.0, 6.0}, 1.0 / 12.0, 2, 3, {0.0, 1.0 / 3.0}}},
    [KM_LATTICE_FCC] = {[KM_SURFACE_100] = {{0.5, 0.5}, 1.0 / 4.0, 1, 2, {0.5, 0.5}},
                        [KM_SURFACE_110] = {{1.0, 0.5}, 1.0 / 8.0, 1, 2, {0.5, 0.5}},
                        [KM_SURFACE_111] = {{0.5, 1.5}, 1.0 / 3.0, 2, 3, {0.0, 1.0 / 3.0}}},
    [KM_LATTICE_ROCK_SALT] = {[KM_SURFACE_100] = {{0.5, 0.5}, 1.0 / 4.0, 2, 2, {0.5, 0.5}}},
};

km_surface_cell km_lattice_surface(km_lattice_kind lattice, km_surface surface, double a)
{
    km_surface_cell cell = {
        .edge = {a * sqrt(surfaces[lattice][surface].edge_squared[0]),
                 a * sqrt(surfaces[lattice][surface].edge_squared[1])},
        .spacing = a * sqrt(surfaces[lattice][surface].spacing_squared),
        .n_atoms = surfaces[lattice][surface].n_atoms,
        .site = {{0.0, 0.0}, {0.5, 0.5}},
        .period = surfaces[lattice][surface].period,
    };
    memcpy(cell.shift, surfaces[lattice][surface].shift, sizeof cell.shift);
    return cell;
}

int km_lattice_sites(km_lattice_kind lattice, double site[4][3])
{
    static const double bcc[2][3] = {{0.0, 0.0, 0.0}, {0.5, 0.5, 0.5}};
    static const double fcc[4][3] = {
        {0.0, 0.0, 0.0}, {0.0, 0.5, 0.5}, {0.5, 0.0, 0.5}, {0.5, 0.5, 0.0}};
    if (lattice == KM_LATTICE_BCC) {
        memcpy(site, bcc, sizeof bcc);
        return 2;
    }
    memcpy(site, fcc, sizeof fcc);
    return 4;
}

double km_lattice_contact(km_lattice_kind lattice, double a)
{
    return lattice == KM_LATTICE_BCC ? a * sqrt(3.0) / 2.0 : a / sqrt(2.0);
}
