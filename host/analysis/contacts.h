/* SPDX-License-Identifier: MIT */
/* Which donor atoms are near which monatomic cations, frame by frame.
 *
 * Donors are the O of a neutral or negative molecule kind, its N where it has no O, its F where it
 * has neither, and monatomic anions. Every pair nearer than KM_CONTACT_REACH is kept with its
 * distance: which of them are contacts is decided at the end, when the first minima of the radial
 * distributions are known.
 *
 * Memory: 12 bytes per pair and stored frame. At the limit every second stored frame is dropped and
 * from then on only every second one is stored, as often as needed. */
#ifndef KM_CONTACTS_H
#define KM_CONTACTS_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

#define KM_CONTACT_REACH 0.55 /* nm */
/* Default memory for contacts, bytes. */
#define KM_CONTACTS_MEMORY 536870912u

typedef struct km_contact {
    int cation; /*    number of the cation, 0 .. n_cations - 1 */
    int atom;   /*    of the donor, in the labels              */
    float r;    /* nm                                          */
} km_contact;

typedef struct km_contacts {
    const km_labels *labels;
    int n_cations, n_donors;
    int *atom;           /*    n_cations + n_donors  cations, then donors              */
    int n_frames;        /*    stored                                                  */
    int n_seen;          /*    handed in                                               */
    int stride;          /*    every how many of the seen frames is stored             */
    double interval;     /* ps between stored frames; 0 for fewer than two             */
    size_t *start;       /*    n_frames + 1  into contact                              */
    km_contact *contact; /* ascending by cation and atom in every frame             */
    /* the rest is for this module */
    size_t limit, room; /* contacts */
    int start_room;
    double time_first, time_last; /* ps */
} km_contacts;

/* memory_limit in bytes; 0 takes the default. */
KM_MUST_CHECK km_status km_contacts_create(const km_labels *labels, size_t memory_limit,
                                           km_contacts **out);
KM_MUST_CHECK km_status km_contacts_frame(km_contacts *c, const km_frame *frame);
void km_contacts_end(km_contacts *c);
void km_contacts_destroy(km_contacts *c);

/* The element through which a kind binds cations, or NULL: a cation, or none of O, N, F. */
const char *km_kind_donor(const km_labels *labels, int kind);

#endif
