/* SPDX-License-Identifier: MIT */
/* Private to the GROMACS writer. */
#ifndef KM_GROMACS_H
#define KM_GROMACS_H

#include "host/export/export.h"
#include "host/output/topology_export.h"

typedef struct km_gromacs {
    const km_export *e;
    const km_stage *stage; /* NULL: none                                            */
    km_pme_spec mesh;      /* for the accuracy of a run                             */
    km_segment *name;      /* n_kinds  of the molecule types: letters and digits    */
    int *first_molecule;   /* n_kinds  the one whose terms stand for the kind       */
} km_gromacs;

KM_MUST_CHECK km_status km_gromacs_write_topology(const char *path, const km_gromacs *g);
KM_MUST_CHECK km_status km_gromacs_write_molecule(const char *path, const km_gromacs *g, int kind);
KM_MUST_CHECK km_status km_gromacs_write_coordinates(const char *path, const km_gromacs *g);
KM_MUST_CHECK km_status km_gromacs_write_energy(const char *path, const km_gromacs *g);
KM_MUST_CHECK km_status km_gromacs_write_kalium_energy(const char *path, const km_gromacs *g);
KM_MUST_CHECK km_status km_gromacs_write_run(const char *path, const km_gromacs *g);

#endif
