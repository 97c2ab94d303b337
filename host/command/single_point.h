/* SPDX-License-Identifier: MIT */
/* One configuration on the device that the options ask for, with its energies and forces. */
#ifndef KM_SINGLE_POINT_H
#define KM_SINGLE_POINT_H

#include "host/command/command.h"
#include "host/engine/simulation.h"

typedef struct km_single_point {
    const km_backend *backend;
    km_device *device;
    km_simulation *simulation; /* particles->energy and virial are those of the configuration */
} km_single_point;

/* out: zero before; freed by the caller in every case. */
KM_MUST_CHECK km_status km_single_point_make(const km_options *options, const km_model *model,
                                             const km_system *system, km_single_point *out);
void km_single_point_free(km_single_point *point);

#endif
