/* SPDX-License-Identifier: MIT */
#include "host/build/molecular_volume.h"

#include <math.h>
#include <string.h>

#include "kernels/base/units.h"

#define PACKING_MOLECULES 0.60
#define PACKING_IONS 0.68
#define PER_BOND 5.92 /* A^3 */
#define PER_RING 3.8  /* A^3 */

typedef struct element_radius {
    const char *element;
    double
        radius; /* A  of the atom in a molecule (Bondi, as in the source), of the bare metal ion */
} element_radius;

static const element_radius radii[] = {
    {"H", 1.20}, {"B", 2.13},  {"C", 1.70},  {"N", 1.55},  {"O", 1.52},  {"F", 1.47},  {"Si", 2.10},
    {"P", 1.80}, {"S", 1.80},  {"Cl", 1.75}, {"Se", 1.90}, {"Br", 1.85}, {"Li", 0.76}, {"Na", 1.02},
    {"K", 1.38}, {"Rb", 1.52}, {"Cs", 1.67}, {"Mg", 0.72}, {"Ca", 1.00}, {"Ba", 1.35},
};

static double sphere(double radius)
{
    return 4.0 / 3.0 * KM_PI * radius * radius * radius;
}

/* A^3; an element of no table is a sphere as wide as its Lennard-Jones minimum. */
static double atom_volume(const km_ff_atom_type *type)
{
    for (size_t k = 0; k < sizeof radii / sizeof *radii; k++)
        if (strcmp(radii[k].element, type->element) == 0)
            return sphere(radii[k].radius);
    return sphere(0.5 * pow(2.0, 1.0 / 6.0) * type->sigma / KM_NM_PER_ANGSTROM);
}

double km_molecule_vdw_volume(const km_forcefield *ff, int molecule)
{
    const km_ff_molecule *m = &ff->molecule[molecule];
    const int n_rings = m->n_bonds - m->n_atoms + 1;
    double volume = -PER_BOND * m->n_bonds - PER_RING * n_rings;
    for (int a = 0; a < m->n_atoms; a++)
        volume += atom_volume(&ff->atom_type[m->atom[a].type]);
    return volume * pow(KM_NM_PER_ANGSTROM, 3);
}

double km_molecule_volume(const km_forcefield *ff, int molecule)
{
    const km_ff_molecule *m = &ff->molecule[molecule];
    if (m->density > 0.0)
        return km_ff_molecule_mass(ff, molecule) * KM_KG_M3_PER_U_NM3 / m->density;
    return km_molecule_vdw_volume(ff, molecule) /
           (m->charge != 0 ? PACKING_IONS : PACKING_MOLECULES);
}
