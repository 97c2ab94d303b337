/* SPDX-License-Identifier: MIT */
/* Topologies of other programs as force-field files and recipes of ours: the way to bring one's own
 * molecules. Everything that a topology says is in the result, or it is refused with file and
 * line. */
#ifndef KM_IMPORT_H
#define KM_IMPORT_H

#include <stdio.h>

#include "host/input/gromacs_file.h"
#include "host/input/structure_file.h"

#define KM_FILE_IMPORTED_FORCEFIELD "forcefield.yaml"
#define KM_FILE_IMPORTED_RECIPE "recipe.yaml"
#define KM_FILE_IMPORTED_STRUCTURE "structure.gro"

typedef struct km_import {
    const char *topology_path, *structure_path;
    const km_gromacs_topology *topology;
    const km_structure *structure; /* all molecules of [ molecules ], or one of each when a file
                                      only describes molecules */
    const char *name; /* for the only molecule instead of its own; NULL: its own      */
    FILE *report;     /* sentences for the user                                       */
} km_import;

/* Writes forcefield.yaml (schema: forcefields/README.md) and recipe.yaml into the folder, which
 * exists. With [ molecules ] the recipe is that system, with structure.gro beside it; without, a
 * liquid of the molecules, and none where they are charged. */
KM_MUST_CHECK km_status km_import_gromacs(const char *folder, const km_import *in);

#endif
