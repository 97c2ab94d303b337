/* SPDX-License-Identifier: MIT */
/* The embedded-atom term on a GPU: all neighbours of every atom, twice. */
#include <stdlib.h>

#include "kernels/eam/eam_rows.cuh"
#include "kernels/eam/spline.h"

namespace KM_CUDA_NAMESPACE
{

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

/* In each of the threads that share an atom. */
template <bool SEVERAL>
static __device__ __forceinline__ int64_t density_sum(const eam_tables &t, const km_eam_list &list,
                                                      const row &own,
                                                      const km_lattice_lanes &lattice,
                                                      const km_eam_site &site, int *fault)
{
    const int a = SEVERAL && own.count > 0 ? list.element[own.i] : 0;
    const int *entry = own.entry;
    int64_t sum = 0;
    for (int k = 0; k < own.count; k++, entry += own.stride) {
        const int j = *entry;
        km_real r[3], c[4];
        const km_real r2 = difference(lattice, site, list.site[j], r);
        if (!(r2 < t.cutoff2))
            continue;
        const place at = place_of(km_sqrt(r2), t.inverse_step, t.n_intervals);
        coefficients<SEVERAL>(t, a, SEVERAL ? list.element[j] : 0, at.interval, 0, c);
        sum += whole(km_spline_value(c, at.p), t.density_scale, t.density_limit, fault);
    }
    return row_sum(list, sum);
}

template <bool SEVERAL>
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    density_kernel(const eam_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_box box = to.state->box;
    const km_lattice l = km_lattice_of(&box);
    const km_lattice_lanes lattice = km_lattice_lanes_of(&l);
    const row own = row_of(list);
    const bool counts = own.i < list.n && own.share == 0;
    km_eam_site site = own.i < list.n ? list.site[own.i] : km_eam_site{};
    int fault = 0;
    km_fixed u = 0;
    const int64_t sum = density_sum<SEVERAL>(t, list, own, lattice, site, &fault);
    if (counts) {
        const int a = SEVERAL ? list.element[own.i] : 0;
        const km_embedding e = {t.embedding + (size_t)a * 4 * t.n_embedding, t.n_embedding,
                                t.inverse_step_density, t.root[a]};
        double slope;
        u = km_fixed_of(km_embedding_value(&e, (double)sum / t.density_scale, &slope), &fault);
        site.slope = (km_real)slope;
        list.embedded[own.i] = site;
    }
    if (to.energy)
        warp_add(&to.state->energy[KM_ENERGY_EAM], u, counts);
    if (fault != 0)
        atomicOr(&to.state->fault, fault);
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
    force_kernel(const eam_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_box box = to.state->box;
    const km_lattice l = km_lattice_of(&box);
    const km_lattice_lanes lattice = km_lattice_lanes_of(&l);
    const row own = row_of(list);
    force_sums sums = {};
    if (own.i < list.n) {
        const km_eam_site site = list.embedded[own.i];
        const int a = SEVERAL ? list.element[own.i] : 0;
        const int *entry = own.entry;
        for (int k = 0; k < own.count; k++, entry += own.stride) {
            const int j = *entry;
            const km_eam_site other = list.embedded[j];
            km_real r[3];
            const km_real r2 = difference(lattice, site, other, r);
            if (r2 < t.cutoff2)
                force_of_pair<SEVERAL, TALLY>(t, site, other, a, SEVERAL ? list.element[j] : 0, r,
                                              r2, &sums);
        }
    }
    hand_over<TALLY>(list, own, sums, to);
}

template <bool SEVERAL>
static km_status launch(const km_eam *eam, cudaStream_t stream, metal_results to)
{
    const unsigned blocks = rows_blocks(eam->list);
    KM_LAUNCH((density_kernel<SEVERAL>), blocks, KM_EAM_THREADS, 0, stream, eam->tables, eam->list,
              to);
    if (to.energy || to.virial)
        KM_LAUNCH((force_kernel<SEVERAL, true>), blocks, KM_EAM_THREADS, 0, stream, eam->tables,
                  eam->list, to);
    else
        KM_LAUNCH((force_kernel<SEVERAL, false>), blocks, KM_EAM_THREADS, 0, stream, eam->tables,
                  eam->list, to);
    return KM_OK;
}

static km_status eam_launch(void *object, cudaStream_t stream, metal_results to)
{
    const km_eam *eam = (const km_eam *)object;
    return eam->tables.n_elements > 1 ? launch<true>(eam, stream, to)
                                      : launch<false>(eam, stream, to);
}

static km_status eam_compute(void *object, const km_step *s, km_particles *p)
{
    km_eam *eam = (km_eam *)object;
    return rows_compute(eam->device, &eam->list, s, p, eam_launch, eam);
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
        status = km_eam_list_make(spec, &setup, p->n, &self->list);
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
