/* SPDX-License-Identifier: MIT */
/* The embedded-atom term on a GPU: all neighbours of every atom, twice. */
#include "kernels/eam/metal_passes.cuh"

namespace KM_CUDA_NAMESPACE
{

/* Densities, which become slopes in list.embedded and embedding energies. */
template <bool SEVERAL_ELEMENTS> struct eam_density {
    static constexpr bool SEVERAL = SEVERAL_ELEMENTS, ENERGY = true;
    static constexpr int NUMBERS = KM_EAM_KNOT, FIRST = KM_EAM_DENSITY, PASS = 0;
    static constexpr int UNROLL = SEVERAL ? 2 : 4; /* more of them spill */

    static __device__ __forceinline__ double take(const metal_tables &t, const km_eam_list &list,
                                                  int i, km_eam_site site, double rho)
    {
        const int a = SEVERAL ? list.element[i] : 0;
        const km_embedding e = {t.embedding + (size_t)a * 4 * t.n_embedding, t.n_embedding,
                                t.inverse_step_density, t.root[a]};
        double slope;
        const double u = km_embedding_value(&e, rho, &slope);
        site.slope = (km_real)slope;
        list.embedded[i] = site;
        return u;
    }
};

template <bool SEVERAL_ELEMENTS> struct eam_force {
    static constexpr bool SEVERAL = SEVERAL_ELEMENTS;
    static constexpr int NUMBERS = KM_EAM_KNOT;

    static __device__ __forceinline__ km_real own(const km_eam_list &, int) { return KM_R(0.0); }

    static __device__ __forceinline__ km_real force(const metal_tables &t, const km_eam_list &,
                                                    const km_eam_site &here, km_real, int a, int,
                                                    const km_eam_site &other, int b, km_real r2,
                                                    km_real *phi)
    {
        const km_real distance = km_sqrt(r2), inverse = KM_R(1.0) / distance;
        const place at = place_of(distance, t.inverse_step, t.n_intervals);
        km_real density[4], pair[4];
        coefficients<eam_force, KM_EAM_DENSITY>(t, a, b, at.interval, density);
        coefficients<eam_force, KM_EAM_PAIR>(t, a, b, at.interval, pair);
        km_real slope = here.slope * km_spline_slope(density, at.p);
        if (SEVERAL)
            coefficients<eam_force, KM_EAM_DENSITY>(t, b, a, at.interval, density);
        slope += other.slope * km_spline_slope(density, at.p);
        return km_eam_pair_force(slope, km_spline_value(pair, at.p), km_spline_slope(pair, at.p),
                                 t.inverse_step, inverse, phi);
    }
};

template <bool SEVERAL>
static km_status launch(const metal_tables &t, const km_eam_list &list, cudaStream_t stream,
                        const metal_results &to)
{
    KM_TRY(launch_sum<eam_density<SEVERAL>>(t, list, stream, to));
    return launch_forces<eam_force<SEVERAL>>(t, list, stream, to);
}

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eam_ops = {"eam", NULL, km_metal_cuda_compute, km_metal_cuda_destroy};

km_status km_eam_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    const km_eam_spec *atoms = (const km_eam_spec *)spec;
    km_eam_setup setup = {};
    out->ops = NULL;
    out->self = NULL;
    KM_TRY(km_eam_spec_check(atoms, p->n));
    km_status status = km_eam_setup_make(atoms, &setup);
    if (status == KM_OK)
        status = km_metal_cuda_create(device, &eam_ops,
                                      setup.n_elements > 1 ? launch<true> : launch<false>, atoms,
                                      &setup, p, out);
    km_eam_setup_free(&setup);
    return status;
}

} // namespace KM_CUDA_NAMESPACE
