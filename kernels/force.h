/* SPDX-License-Identifier: MIT */
/* One term of the potential energy: the interface every term folder fills. */
#ifndef KM_FORCE_H
#define KM_FORCE_H

#include "kernels/base/error.h"
#include "kernels/particles.h"

/* What this step needs; decided once at its head, then only read. */
typedef struct km_step {
    int64_t index; /* number of the step                                                     */
    bool rebuilt;  /* the neighbour list is new                                              */
    bool energy;   /* energies are wanted                                                    */
    bool virial;   /* the virial is wanted                                                   */
} km_step;

typedef struct km_force_ops {
    const char *name; /* "pair", "bonded", "pme" */
    /* Optional: the order of the neighbour list or the box has changed. */
    km_status (*rebuild)(void *self, const km_particles *p);
    /* ADDS to force, and where the step asks to energy[] and virial[]. */
    km_status (*compute)(void *self, const km_step *s, km_particles *p);
    void (*destroy)(void *self); /* accepts NULL */
} km_force_ops;

typedef struct km_force {
    const km_force_ops *ops;
    void *self;
} km_force;

static inline km_status km_force_compute(km_force *f, const km_step *s, km_particles *p)
{
    return f->ops->compute(f->self, s, p);
}

static inline km_status km_force_rebuild(km_force *f, const km_particles *p)
{
    return f->ops->rebuild ? f->ops->rebuild(f->self, p) : KM_OK;
}

static inline void km_force_destroy(km_force *f)
{
    if (f->ops != NULL)
        f->ops->destroy(f->self);
    f->ops = NULL;
    f->self = NULL;
}

#endif
