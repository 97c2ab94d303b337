/* SPDX-License-Identifier: MIT */
/* A picture of the last frame of a trajectory. */
#ifndef KM_SNAPSHOT_H
#define KM_SNAPSHOT_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

/* Draws a frame into a PNG file: spheres under one light, seen along y, ions and metal large,
 * neutral molecules as thin sticks. The longest edge of the cell lies from left to right. */
KM_MUST_CHECK km_status km_snapshot_write(const char *path, const km_frame *frame,
                                          const km_labels *labels);
/* FOLDER/snapshot.png from its trajectory.nc and topology.psf; nothing where it has no frame. */
KM_MUST_CHECK km_status km_snapshot_of_run(const char *folder);

#endif
