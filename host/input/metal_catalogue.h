/* SPDX-License-Identifier: MIT */
/* The catalogue of potentials that hold metals together, forcefields/metals/potentials.yaml. */
#ifndef KM_METAL_CATALOGUE_H
#define KM_METAL_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/error.h"

typedef enum km_potential_status {
    KM_POTENTIAL_PUBLISHED,
    KM_POTENTIAL_FITTED_HERE
} km_potential_status;

typedef struct km_metal_potential {
    char *name; /* "K_refit_FS"; what recipes say                                       */
    char *file; /* beside the catalogue                                                 */
    char **element;
    uint32_t n_elements;
    char **usual_for; /* elements that take it when a recipe names none                    */
    uint32_t n_usual;
    km_potential_status status;
    char *source, *known; /* with DOI; what it gives and where it fails                        */
} km_metal_potential;

typedef struct km_metal_catalogue {
    km_metal_potential *potential;
    uint32_t n;
} km_metal_catalogue;

/* Errors name file, line and key. */
KM_MUST_CHECK km_status km_metal_catalogue_read(km_metal_catalogue **out);
/* Accepts NULL. */
void km_metal_catalogue_destroy(km_metal_catalogue *catalogue);
/* By name, or the usual one of an element; NULL when there is none. */
const km_metal_potential *km_metal_potential_named(const km_metal_catalogue *catalogue,
                                                   const char *name);
const km_metal_potential *km_metal_potential_usual(const km_metal_catalogue *catalogue,
                                                   const char *element);
bool km_metal_potential_has(const km_metal_potential *potential, const char *element);
/* The path of its file. */
KM_MUST_CHECK km_status km_metal_potential_path(const km_metal_potential *potential, char *path,
                                                size_t length);

#endif
