/* SPDX-License-Identifier: MIT */
#include "kernels/eam/metal_cuda.cuh"

#include <stdlib.h>

namespace KM_CUDA_NAMESPACE
{

typedef struct metal {
    km_device *device;
    km_cuda_particles *particles; /* whose list this is */
    metal_tables tables;
    km_eam_list list;
    metal_launch *launch;
} metal;

/* Queues the passes twice: for steps that do not build the list, which wait for nothing, and for
 * those that do, after the build. */
km_status km_metal_cuda_compute(void *self, const km_step *s, km_particles *p)
{
    metal *m = (metal *)self;
    metal_results to = {p->force,  p->n_padded, s->energy,
                        s->virial, KM_UNLESS,   km_cuda_of(p)->state};
    KM_TRY(km_eam_list_begin(m->device, &m->list, p));
    KM_TRY(m->launch(m->tables, m->list, m->device->stream, to));
    to.rebuilt = KM_ONLY_IF;
    KM_TRY(m->launch(m->tables, m->list, m->device->body, to));
    return km_eam_list_end(m->device, &m->list);
}

void km_metal_cuda_destroy(void *self)
{
    metal *m = (metal *)self;
    if (m == NULL)
        return;
    if (m->particles != NULL)
        m->particles->metal = NULL;
    km_eam_list_free(&m->list);
    km_cuda_delete(m->tables.knot);
    km_cuda_delete(m->tables.embedding);
    km_cuda_delete(m->tables.root);
    free(m);
}

static km_status copy_tables(const km_eam_setup *s, metal_tables *t)
{
    km_real *knot;
    double *embedding, *root;
    t->n_elements = s->n_elements;
    t->n_intervals = s->n_intervals;
    t->inverse_step = (km_real)s->inverse_step;
    t->cutoff2 = (km_real)(s->cutoff * s->cutoff);
    t->whole[0] = s->whole[0];
    t->whole[1] = s->whole[1];
    t->n_embedding = s->n_embedding;
    t->inverse_step_density = s->inverse_step_density;
    KM_TRY(km_cuda_copy_of(&knot, s->knot,
                           (size_t)s->n_elements * s->n_elements * s->n_intervals * s->n_numbers));
    t->knot = (const km_real4 *)knot;
    if (s->embedding == NULL)
        return KM_OK;
    KM_TRY(km_cuda_copy_of(&embedding, s->embedding, (size_t)s->n_elements * s->n_embedding * 4));
    t->embedding = embedding;
    KM_TRY(km_cuda_copy_of(&root, s->root, (size_t)s->n_elements));
    t->root = root;
    return KM_OK;
}

static km_status fill(metal *m, const km_eam_spec *atoms, const km_eam_setup *setup,
                      const km_particles *p)
{
    KM_TRY(copy_tables(setup, &m->tables));
    KM_TRY(km_eam_list_make(atoms, setup, p->n, &m->list));
    km_cuda_particles *c = (km_cuda_particles *)km_cuda_of(p);
    KM_TRY(km_eam_list_size(m->device, &m->list, &c->p));
    m->particles = c; /* so that its list grows with the other */
    c->metal = &m->list;
    return KM_OK;
}

km_status km_metal_cuda_create(km_device *device, const km_force_ops *ops, metal_launch *launch,
                               const km_eam_spec *atoms, const km_eam_setup *setup,
                               const km_particles *p, km_force *out)
{
    metal *m;
    KM_NEW(m, 1);
    m->device = device;
    m->launch = launch;
    const km_status status = fill(m, atoms, setup, p);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        km_metal_cuda_destroy(m);
        return status;
    }
    out->ops = ops;
    out->self = m;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
