/* SPDX-License-Identifier: MIT */
/* The lattice sites of a crystal as fractions of the edges of its cell: where mobile ions may sit,
 * filled or not, and where the atoms of the framework belong. */
#ifndef KM_SITE_SET_H
#define KM_SITE_SET_H

#include "host/model/labels.h"

#define KM_SITE_GROUPS 16

/* The sites of one position of the asymmetric unit. */
typedef struct km_site_kind {
    char name[64];    /* "K+ (0 0 0.8305)"                      */
    int n;            /* sites in the cell                      */
    double occupancy; /* by the mobile ion, as the recipe says  */
} km_site_kind;

typedef struct km_site_set {
    char species[KM_NAME_LENGTH]; /* of the mobile ion, "K+"    */
    int n_kinds;
    km_site_kind kind[KM_SITE_GROUPS];
    int n;
    double *fraction; /* 3 x n                                  */
    int *kind_of;     /* n                                      */
    int n_framework;
    double *framework; /* 3 x n_framework  fractions            */
} km_site_set;

void km_site_set_clear(km_site_set *set);

#endif
