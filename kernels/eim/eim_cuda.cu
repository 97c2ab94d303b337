/* SPDX-License-Identifier: MIT */
/* The embedded-ion term on a GPU: all neighbours of every atom, three times. */
#include <stdlib.h>

#include "kernels/eam/eam_rows.cuh"
#include "kernels/eim/eim_pair.h"
#include "kernels/eim/eim_setup.h"

namespace KM_CUDA_NAMESPACE
{

/* The tables; passed to kernels by value, the pointer is into device memory. */
typedef struct eim_tables {
    int n_elements, n_intervals;
    km_real inverse_step; /* 1/nm */
    km_real cutoff2;      /* nm^2 */
    double charge_scale, charge_limit, potential_scale, potential_limit;
    const km_real4 *knot; /* km_eim_setup.table.knot: three records to an interval */
} eim_tables;

typedef struct km_eim {
    km_device *device;
    km_cuda_particles *particles; /* whose list this is */
    eim_tables tables;
    km_eam_list list;
} km_eim;

/* The coefficients from number FIRST on of an interval of the pair of elements (a, b). */
template <int FIRST>
static __device__ __forceinline__ void ion_coefficients(const eim_tables &t, int a, int b,
                                                        int interval, km_real c[4])
{
    const int row = (a * t.n_elements + b) * t.n_intervals;
    const km_real4 k = t.knot[KM_EIM_KNOT / 4 * (row + interval) + FIRST / 4];
    c[0] = k.x;
    c[1] = k.y;
    c[2] = k.z;
    c[3] = k.w;
}

/* Sums the function from number FIRST on over the neighbours of a site, and over their charges
 * where WEIGHTED; in each of the threads that share an atom. */
template <int FIRST, bool WEIGHTED>
static __device__ __forceinline__ double sum_over(const eim_tables &t, const km_eam_list &list,
                                                  const row &own, const km_lattice_lanes &lattice,
                                                  const km_eam_site *site, double scale,
                                                  double limit, int *fault)
{
    const km_eam_site here = own.i < list.n ? site[own.i] : km_eam_site{};
    const int a = own.count > 0 ? list.element[own.i] : 0, *entry = own.entry;
    int64_t sum = 0;
#pragma unroll 1 /* unrolled it spills */
    for (int k = 0; k < own.count; k++, entry += own.stride) {
        const int j = *entry;
        const km_eam_site other = site[j];
        km_real r[3], c[4];
        const km_real r2 = difference(lattice, here, other, r);
        if (!(r2 < t.cutoff2))
            continue;
        const place at = place_of(km_sqrt(r2), t.inverse_step, t.n_intervals);
        ion_coefficients<FIRST>(t, a, list.element[j], at.interval, c);
        const km_real share = km_spline_value(c, at.p);
        sum += whole(WEIGHTED ? share * other.slope : share, scale, limit, fault);
    }
    return (double)row_sum(list, sum) / scale;
}

static __device__ __forceinline__ km_lattice_lanes lattice_of(const km_cuda_state *state)
{
    const km_box box = state->box;
    const km_lattice l = km_lattice_of(&box);
    return km_lattice_lanes_of(&l);
}

/* Gives list.embedded the charges. */
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    charge_kernel(const eim_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_lattice_lanes lattice = lattice_of(to.state);
    const row own = row_of(list);
    int fault = 0;
    const double charge = sum_over<KM_EIM_ETA, false>(t, list, own, lattice, list.site,
                                                      t.charge_scale, t.charge_limit, &fault);
    if (own.i < list.n && own.share == 0) {
        km_eam_site site = list.site[own.i];
        site.slope = (km_real)charge;
        list.embedded[own.i] = site;
    }
    if (fault != 0)
        atomicOr(&to.state->fault, fault);
}

/* Gives list.site the potentials. */
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    potential_kernel(const eim_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_lattice_lanes lattice = lattice_of(to.state);
    const row own = row_of(list);
    const bool counts = own.i < list.n && own.share == 0;
    int fault = 0;
    km_fixed u = 0;
    const double s = sum_over<KM_EIM_PSI, true>(t, list, own, lattice, list.embedded,
                                                t.potential_scale, t.potential_limit, &fault);
    if (counts) {
        list.site[own.i].slope = (km_real)s;
        u = km_fixed_of(0.5 * (double)list.embedded[own.i].slope * s, &fault);
    }
    if (to.energy)
        warp_add(&to.state->energy[KM_ENERGY_EAM], u, counts);
    if (fault != 0)
        atomicOr(&to.state->fault, fault);
}

template <bool TALLY>
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    ion_force_kernel(const eim_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_lattice_lanes lattice = lattice_of(to.state);
    const row own = row_of(list);
    force_sums sums = {};
    if (own.i < list.n) {
        const km_eam_site here = list.embedded[own.i];
        const km_real potential = list.site[own.i].slope;
        const int a = list.element[own.i], *entry = own.entry;
        for (int k = 0; k < own.count; k++, entry += own.stride) {
            const int j = *entry, b = list.element[j];
            const km_eam_site other = list.embedded[j];
            km_real r[3], eta[4], phi[4], psi[4];
            const km_real r2 = difference(lattice, here, other, r);
            if (!(r2 < t.cutoff2))
                continue;
            const km_real distance = km_sqrt(r2);
            const place at = place_of(distance, t.inverse_step, t.n_intervals);
            ion_coefficients<KM_EIM_ETA>(t, a, b, at.interval, eta);
            ion_coefficients<KM_EIM_PHI>(t, a, b, at.interval, phi);
            ion_coefficients<KM_EIM_PSI>(t, a, b, at.interval, psi);
            const km_real f = km_eim_pair_force(
                km_spline_slope(phi, at.p), km_spline_slope(psi, at.p), km_spline_slope(eta, at.p),
                here.slope * other.slope, potential - list.site[j].slope, t.inverse_step,
                KM_R(1.0) / distance);
            add_pair<TALLY>(r, f, km_spline_value(phi, at.p), &sums);
        }
    }
    hand_over<TALLY>(list, own, sums, to);
}

static km_status eim_launch(void *object, cudaStream_t stream, metal_results to)
{
    const km_eim *eim = (const km_eim *)object;
    const unsigned blocks = rows_blocks(eim->list);
    KM_LAUNCH(charge_kernel, blocks, KM_EAM_THREADS, 0, stream, eim->tables, eim->list, to);
    KM_LAUNCH(potential_kernel, blocks, KM_EAM_THREADS, 0, stream, eim->tables, eim->list, to);
    if (to.energy || to.virial)
        KM_LAUNCH((ion_force_kernel<true>), blocks, KM_EAM_THREADS, 0, stream, eim->tables,
                  eim->list, to);
    else
        KM_LAUNCH((ion_force_kernel<false>), blocks, KM_EAM_THREADS, 0, stream, eim->tables,
                  eim->list, to);
    return KM_OK;
}

static km_status eim_compute(void *object, const km_step *s, km_particles *p)
{
    km_eim *eim = (km_eim *)object;
    return rows_compute(eim->device, &eim->list, s, p, eim_launch, eim);
}

static void eim_destroy(void *object)
{
    km_eim *self = (km_eim *)object;
    if (self == NULL)
        return;
    if (self->particles != NULL)
        self->particles->metal = NULL;
    km_eam_list_free(&self->list);
    km_cuda_delete(self->tables.knot);
    free(self);
}

static km_status copy_tables(const km_eim_setup *s, eim_tables *t)
{
    const km_eam_setup *from = &s->table;
    km_real *knot;
    t->n_elements = from->n_elements;
    t->n_intervals = from->n_intervals;
    t->inverse_step = (km_real)from->inverse_step;
    t->cutoff2 = (km_real)(from->cutoff * from->cutoff);
    t->charge_scale = from->density_scale;
    t->charge_limit = from->density_limit;
    t->potential_scale = s->potential_scale;
    t->potential_limit = s->potential_limit;
    KM_TRY(km_cuda_copy_of(&knot, from->knot,
                           (size_t)t->n_elements * t->n_elements * t->n_intervals * KM_EIM_KNOT));
    t->knot = (const km_real4 *)knot;
    return KM_OK;
}

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eim_ops = {"eim", NULL, eim_compute, eim_destroy};

static km_status fill(km_eim *self, const km_eim_spec *spec, const km_particles *p)
{
    km_eim_setup setup = {};
    km_status status = km_eim_setup_make(spec, &setup);
    if (status == KM_OK)
        status = copy_tables(&setup, &self->tables);
    if (status == KM_OK)
        status = km_eam_list_make(&setup.atoms, &setup.table, p->n, &self->list);
    km_eim_setup_free(&setup);
    KM_TRY(status);
    km_cuda_particles *c = (km_cuda_particles *)km_cuda_of(p);
    KM_TRY(km_eam_list_size(self->device, &self->list, &c->p));
    self->particles = c; /* so that its list grows with the other */
    c->metal = &self->list;
    return KM_OK;
}

km_status km_eim_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    out->ops = NULL;
    out->self = NULL;
    km_eim *self;
    KM_TRY(km_eim_spec_check((const km_eim_spec *)spec, p->n));
    KM_NEW(self, 1);
    self->device = device;
    const km_status status = fill(self, (const km_eim_spec *)spec, p);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        eim_destroy(self);
        return status;
    }
    out->ops = &eim_ops;
    out->self = self;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
