/* SPDX-License-Identifier: MIT */
/* The mobile ions of a crystal and the framework in which they move.
 *
 * Mobile are the potassium ions: the first kind of single atoms of element K with a positive
 * charge. Everything else is the framework. Positions are taken as fractions of the cell's edges,
 * so that a cell that breathes changes nothing, less the mean way of the framework since the first
 * frame, so that a crystal that drifts stands still. */
#ifndef KM_FRAMEWORK_H
#define KM_FRAMEWORK_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

typedef struct km_framework {
    const km_labels *labels;
    int kind;             /*    of the mobile ions, -1 = there are none          */
    int n_ions, n_rest;   /*    mobile ions, atoms of the framework              */
    int *ion;             /*    n_ions  atoms                                    */
    int *rest;            /*    n_rest  atoms                                    */
    int n_frames;         /*    seen                                             */
    km_vec3 first;        /*    mean fraction of the framework, first frame      */
    km_vec3 shift;        /*    of its mean fraction since then, latest frame    */
    km_vec3 mean_edge[3]; /* nm  mean of the vectors of the cell               */
} km_framework;

/* The kind of molecule that is mobile; -1 = there is none. */
int km_mobile_kind(const km_labels *labels);
/* The labels must live as long. */
KM_MUST_CHECK km_status km_framework_create(const km_labels *labels, km_framework **out);
void km_framework_frame(km_framework *f, const km_frame *frame);
/* Fraction of atom i in the standing framework, not folded into the cell. */
km_vec3 km_framework_fraction(const km_framework *f, const km_frame *frame, int atom);
void km_framework_destroy(km_framework *f);

#endif
