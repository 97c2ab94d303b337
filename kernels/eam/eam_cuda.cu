/* SPDX-License-Identifier: MIT */
/* The embedded-atom term on a GPU: a thread per atom, over all its neighbours, twice. */
#include <stdlib.h>

#include "kernels/eam/eam_rows.cuh"
#include "kernels/eam/spline.h"

namespace KM_CUDA_NAMESPACE
{

#define KM_EAM_THREADS 128

/* The tables; passed to kernels by value, the pointers are into device memory. */
typedef struct eam_tables {
    int n_elements, n_intervals;
    km_real inverse_step; /* 1/nm                                      */
    km_real cutoff2;      /* nm^2                                      */
    double density_scale, density_limit;
    int n_embedding;
    double inverse_step_density;
    const double *root;      /* kJ/mol  n_elements                        */
    const km_real4 *knot;    /*         km_eam_setup.knot, halves         */
    const double *embedding; /* kJ/mol                                    */
} eam_tables;

typedef struct km_eam {
    km_device *device;
    km_cuda_particles *particles; /* whose list this is */
    eam_tables tables;
    km_eam_list list;
} km_eam;

/* Half an interval of the pair of elements (a, b): 0 the density that b gives to a, 1 r phi. */
template <bool SEVERAL>
static __device__ __forceinline__ void coefficients(const eam_tables &t, int a, int b, int interval,
                                                    int half, km_real c[4])
{
    const int row = SEVERAL ? (a * t.n_elements + b) * t.n_intervals : 0;
    const km_real4 k = t.knot[2 * (row + interval) + half];
    c[0] = k.x;
    c[1] = k.y;
    c[2] = k.z;
    c[3] = k.w;
}

/* ---- first pass: densities ---- */

template <bool SEVERAL>
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    density_kernel(const eam_tables t, const km_eam_list list, bool energy, km_cuda_state *state)
{
    const int i = km_thread_index();
    const km_box box = state->box;
    const km_lattice l = km_lattice_of(&box);
    const km_lattice_lanes lattice = km_lattice_lanes_of(&l);
    int64_t sum = 0;
    int fault = 0;
    km_fixed u = 0;
    if (i < list.n) {
        km_eam_site own = list.site[i];
        const int a = SEVERAL ? list.element[i] : 0, count = list.count[i];
        const int *entry =
            list.entry + (size_t)(i / KM_WARP) * KM_WARP * list.capacity + i % KM_WARP;
        for (int k = 0; k < count; k++) {
            const int j = entry[(size_t)k * KM_WARP];
            km_real r[3], c[4];
            const km_real r2 = difference(lattice, own, list.site[j], r);
            if (!(r2 < t.cutoff2))
                continue;
            const place at = place_of(km_sqrt(r2), t.inverse_step, t.n_intervals);
            coefficients<SEVERAL>(t, a, SEVERAL ? list.element[j] : 0, at.interval, 0, c);
            sum += whole(km_spline_value(c, at.p), t.density_scale, t.density_limit, &fault);
        }
        const km_embedding e = {t.embedding + (size_t)a * 4 * t.n_embedding, t.n_embedding,
                                t.inverse_step_density, t.root[a]};
        double slope;
        u = km_fixed_of(km_embedding_value(&e, (double)sum / t.density_scale, &slope), &fault);
        own.slope = (km_real)slope;
        list.embedded[i] = own;
    }
    if (energy)
        warp_add(&state->energy[KM_ENERGY_EAM], u);
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

/* ---- second pass: forces ---- */

template <bool SEVERAL, bool TALLY>
static __device__ __forceinline__ void
force_of_pair(const eam_tables &t, const km_eam_site &own, const km_eam_site &other, int a, int b,
              const km_real r[3], km_real r2, force_sums *sums)
{
    const km_real distance = km_sqrt(r2), inverse = KM_R(1.0) / distance;
    const place at = place_of(distance, t.inverse_step, t.n_intervals);
    km_real density[4], pair[4], phi;
    coefficients<SEVERAL>(t, a, b, at.interval, 0, density);
    coefficients<SEVERAL>(t, a, b, at.interval, 1, pair);
    km_real slope = own.slope * km_spline_slope(density, at.p);
    if (SEVERAL)
        coefficients<SEVERAL>(t, b, a, at.interval, 0, density);
    slope += other.slope * km_spline_slope(density, at.p);
    const km_real f = km_eam_pair_force(slope, km_spline_value(pair, at.p),
                                        km_spline_slope(pair, at.p), t.inverse_step, inverse, &phi);
    add_pair<TALLY>(r, f, phi, sums);
}

template <bool SEVERAL, bool TALLY>
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    force_kernel(const eam_tables t, const km_eam_list list, int n_padded, km_fixed *force,
                 bool energy, bool virial, km_cuda_state *state)
{
    const int i = km_thread_index();
    const km_box box = state->box;
    const km_lattice l = km_lattice_of(&box);
    const km_lattice_lanes lattice = km_lattice_lanes_of(&l);
    force_sums sums = {};
    if (i < list.n) {
        const km_eam_site own = list.embedded[i];
        const int a = SEVERAL ? list.element[i] : 0, count = list.count[i];
        const int *entry =
            list.entry + (size_t)(i / KM_WARP) * KM_WARP * list.capacity + i % KM_WARP;
        for (int k = 0; k < count; k++) {
            const int j = entry[(size_t)k * KM_WARP];
            const km_eam_site other = list.embedded[j];
            km_real r[3];
            const km_real r2 = difference(lattice, own, other, r);
            if (r2 < t.cutoff2)
                force_of_pair<SEVERAL, TALLY>(t, own, other, a, SEVERAL ? list.element[j] : 0, r,
                                              r2, &sums);
        }
        const int atom = list.atom[i];
        for (int c = 0; c < 3; c++)
            km_fixed_add(&force[c * n_padded + atom], sums.f[c]);
    }
    hand_over<TALLY>(sums, energy, virial, state);
}

template <bool SEVERAL>
static km_status launch(const km_eam *eam, const km_step *s, km_particles *p)
{
    const unsigned blocks = km_cuda_blocks((size_t)eam->list.n, KM_EAM_THREADS);
    km_cuda_state *state = km_cuda_of(p)->state;
    cudaStream_t stream = eam->device->stream;
    KM_LAUNCH((density_kernel<SEVERAL>), blocks, KM_EAM_THREADS, 0, stream, eam->tables, eam->list,
              s->energy, state);
    if (s->energy || s->virial)
        KM_LAUNCH((force_kernel<SEVERAL, true>), blocks, KM_EAM_THREADS, 0, stream, eam->tables,
                  eam->list, p->n_padded, p->force, s->energy, s->virial, state);
    else
        KM_LAUNCH((force_kernel<SEVERAL, false>), blocks, KM_EAM_THREADS, 0, stream, eam->tables,
                  eam->list, p->n_padded, p->force, false, false, state);
    return KM_OK;
}

static km_status eam_compute(void *object, const km_step *s, km_particles *p)
{
    const km_eam *eam = (const km_eam *)object;
    KM_TRY(km_eam_list_update(eam->device, &eam->list, p));
    return eam->tables.n_elements > 1 ? launch<true>(eam, s, p) : launch<false>(eam, s, p);
}

static void eam_destroy(void *object)
{
    km_eam *self = (km_eam *)object;
    if (self == NULL)
        return;
    if (self->particles != NULL)
        self->particles->metal = NULL;
    km_eam_list_free(&self->list);
    km_cuda_delete(self->tables.knot);
    km_cuda_delete(self->tables.embedding);
    km_cuda_delete(self->tables.root);
    free(self);
}

static km_status copy_tables(const km_eam_setup *s, eam_tables *t)
{
    km_real *knot;
    double *embedding, *root;
    t->n_elements = s->n_elements;
    t->n_intervals = s->n_intervals;
    t->inverse_step = (km_real)s->inverse_step;
    t->cutoff2 = (km_real)(s->cutoff * s->cutoff);
    t->density_scale = s->density_scale;
    t->density_limit = s->density_limit;
    t->n_embedding = s->n_embedding;
    t->inverse_step_density = s->inverse_step_density;
    KM_TRY(km_cuda_copy_of(&knot, s->knot,
                           (size_t)s->n_elements * s->n_elements * s->n_intervals * KM_EAM_KNOT));
    t->knot = (const km_real4 *)knot;
    KM_TRY(km_cuda_copy_of(&embedding, s->embedding, (size_t)s->n_elements * s->n_embedding * 4));
    t->embedding = embedding;
    KM_TRY(km_cuda_copy_of(&root, s->root, (size_t)s->n_elements));
    t->root = root;
    return KM_OK;
}

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eam_ops = {"eam", NULL, eam_compute, eam_destroy};

static km_status fill(km_eam *self, const km_eam_spec *spec, const km_particles *p)
{
    km_eam_setup setup = {};
    km_status status = km_eam_setup_make(spec, &setup);
    if (status == KM_OK)
        status = copy_tables(&setup, &self->tables);
    if (status == KM_OK)
        status = km_eam_list_make(spec, &setup, &self->list);
    km_eam_setup_free(&setup);
    KM_TRY(status);
    km_cuda_particles *c = (km_cuda_particles *)km_cuda_of(p);
    KM_TRY(km_eam_list_size(self->device, &self->list, &c->p));
    self->particles = c; /* so that its list grows with the other */
    c->metal = &self->list;
    return KM_OK;
}

km_status km_eam_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    out->ops = NULL;
    out->self = NULL;
    km_eam *self;
    KM_TRY(km_eam_spec_check((const km_eam_spec *)spec, p->n));
    KM_NEW(self, 1);
    self->device = device;
    const km_status status = fill(self, (const km_eam_spec *)spec, p);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        eam_destroy(self);
        return status;
    }
    out->ops = &eam_ops;
    out->self = self;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
