/* SPDX-License-Identifier: MIT */
/* One molecule of a frame, by nearest images of its first atom: whole even where the edge of the
 * cell cuts it. */
#ifndef KM_MOLECULE_CENTRE_H
#define KM_MOLECULE_CENTRE_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

static inline km_vec3 km_frame_position(const km_frame *frame, int i)
{
    const double *r = frame->position + 3 * (size_t)i;
    return km_vec3_make(r[0], r[1], r[2]);
}

/* Centre of mass of molecule m, nm; dipole about its first atom, e nm, unless NULL. */
static inline void km_molecule_look(const km_labels *labels, const km_frame *frame, int m,
                                    km_vec3 *centre, km_vec3 *dipole)
{
    const int start = labels->molecule_start[m], end = labels->molecule_start[m + 1];
    const km_vec3 first = km_frame_position(frame, start);
    km_vec3 sum = km_vec3_make(0.0, 0.0, 0.0), mu = sum;
    double mass = 0.0;
    for (int i = start + 1; i < end; i++) {
        const km_vec3 d =
            km_box_minimum_image(&frame->box, km_vec3_sub(km_frame_position(frame, i), first));
        sum = km_vec3_add(sum, km_vec3_scale(labels->mass[i], d));
        mu = km_vec3_add(mu, km_vec3_scale(labels->charge[i], d));
        mass += labels->mass[i];
    }
    mass += labels->mass[start];
    *centre = mass > 0.0 ? km_vec3_add(first, km_vec3_scale(1.0 / mass, sum)) : first;
    if (dipole != NULL)
        *dipole = mu;
}

#endif
