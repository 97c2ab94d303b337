/* SPDX-License-Identifier: MIT */
/* The embedded-ion term on a GPU: all neighbours of every atom, three times. */
#include "kernels/eam/metal_passes.cuh"
#include "kernels/eim/eim_pair.h"
#include "kernels/eim/eim_setup.h"

namespace KM_CUDA_NAMESPACE
{

struct eim_numbers {
    static constexpr bool SEVERAL = true;
    static constexpr int NUMBERS = KM_EIM_KNOT, UNROLL = 1; /* unrolled it spills */
};

/* Gives list.embedded the charges. */
struct eim_charge : eim_numbers {
    static constexpr int FIRST = KM_EIM_ETA, PASS = 0;
    static constexpr bool ENERGY = false;

    static __device__ __forceinline__ double take(const metal_tables &, const km_eam_list &list,
                                                  int i, km_eam_site site, double charge)
    {
        site.slope = (km_real)charge;
        list.embedded[i] = site;
        return 0.0;
    }
};

/* Gives list.site the potentials. */
struct eim_potential : eim_numbers {
    static constexpr int FIRST = KM_EIM_PSI, PASS = 1;
    static constexpr bool ENERGY = true;

    static __device__ __forceinline__ double take(const metal_tables &, const km_eam_list &list,
                                                  int i, km_eam_site, double potential)
    {
        list.site[i].slope = (km_real)potential;
        return 0.5 * (double)list.embedded[i].slope * potential;
    }
};

struct eim_force : eim_numbers {
    static __device__ __forceinline__ km_real own(const km_eam_list &list, int i)
    {
        return list.site[i].slope;
    }

    static __device__ __forceinline__ km_real force(const metal_tables &t, const km_eam_list &list,
                                                    const km_eam_site &here, km_real potential,
                                                    int a, int j, const km_eam_site &other, int b,
                                                    km_real r2, km_real *u)
    {
        km_real eta[4], phi[4], psi[4];
        const km_real distance = km_sqrt(r2);
        const place at = place_of(distance, t.inverse_step, t.n_intervals);
        coefficients<eim_force, KM_EIM_ETA>(t, a, b, at.interval, eta);
        coefficients<eim_force, KM_EIM_PHI>(t, a, b, at.interval, phi);
        coefficients<eim_force, KM_EIM_PSI>(t, a, b, at.interval, psi);
        *u = km_spline_value(phi, at.p);
        return km_eim_pair_force(km_spline_slope(phi, at.p), km_spline_slope(psi, at.p),
                                 km_spline_slope(eta, at.p), here.slope * other.slope,
                                 potential - list.site[j].slope, t.inverse_step,
                                 KM_R(1.0) / distance);
    }
};

static km_status eim_launch(const metal_tables &t, const km_eam_list &list, cudaStream_t stream,
                            const metal_results &to)
{
    KM_TRY(launch_sum<eim_charge>(t, list, stream, to));
    KM_TRY(launch_sum<eim_potential>(t, list, stream, to));
    return launch_forces<eim_force>(t, list, stream, to);
}

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eim_ops = {"eim", NULL, km_metal_cuda_compute, km_metal_cuda_destroy};

km_status km_eim_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    const km_eim_spec *ions = (const km_eim_spec *)spec;
    km_eim_setup setup = {};
    out->ops = NULL;
    out->self = NULL;
    KM_TRY(km_eim_spec_check(ions, p->n));
    km_status status = km_eim_setup_make(ions, &setup);
    if (status == KM_OK)
        status =
            km_metal_cuda_create(device, &eim_ops, eim_launch, &setup.atoms, &setup.table, p, out);
    km_eim_setup_free(&setup);
    return status;
}

} // namespace KM_CUDA_NAMESPACE
