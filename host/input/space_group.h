/* SPDX-License-Identifier: MIT */
/* Symmetry operations by the name of a space group, and crystal structures in CIF files. Both are
 * gemmi's (Wojdyr, J. Open Source Softw. 7, 4200 (2022), doi:10.21105/joss.04200). */
#ifndef KM_SPACE_GROUP_H
#define KM_SPACE_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KM_OPERATIONS_MAX 192

/* x' = rotation x + shift, in fractions of the edges. */
typedef struct km_symmetry_operation {
    double rotation[3][3], shift[3];
} km_symmetry_operation;

typedef struct km_cif_site {
    char label[24], element[4];
    double position[3], occupancy;
} km_cif_site;

typedef struct km_cif {
    double cell[6]; /* angstrom, degrees: a b c alpha beta gamma */
    char space_group[40];
    int n_sites;
    km_cif_site *site; /* free() it */
} km_cif;

/* Operations of a space group by its Hermann-Mauguin symbol ("Fm-3m", "P6_3/mmc"), centring
 * included; the angles (degrees) tell the two settings of rhombohedral groups apart. Returns how
 * many, 0 for an unknown name. */
int km_space_group_operations(const char *name, double alpha, double gamma,
                              km_symmetry_operation operation[KM_OPERATIONS_MAX]);
/* Reads the first structure of a CIF file; false with a message when it cannot. */
bool km_cif_read(const char *path, km_cif *cif, char *message, size_t message_length);

#ifdef __cplusplus
}
#endif

#endif
