/* SPDX-License-Identifier: MIT */
/* The metal's list as atoms move: where they are now, and whether it still holds every pair within
 * the cutoff. The first half of a step does this with the positions it has just made,
 * eam_list_cuda.cu with those that came about otherwise. */
#ifndef KM_EAM_PLACE_CUH
#define KM_EAM_PLACE_CUH

#include "kernels/eam/eam_list.cuh"
#include "kernels/neighbours/list_reach.h"

namespace KM_CUDA_NAMESPACE
{

static __device__ __forceinline__ km_eam_site km_metal_site(const km_box &box, km_vec3 r,
                                                            bool *finite)
{
    const km_vec3 s = km_box_to_fractional(&box, r);
    *finite = fabs(s.x) + fabs(s.y) + fabs(s.z) < 1e9;
    const km_eam_site site = {{km_fraction_of(s.x), km_fraction_of(s.y), km_fraction_of(s.z)},
                              KM_R(0.0)};
    return site;
}

/* Puts atom i, at r (nm), into its slot, if it is of the metal; false if it has moved farther (nm)
 * than it may. */
static __device__ __forceinline__ bool km_metal_place(const km_eam_list &list, const km_box &box,
                                                      int i, km_vec3 r, double allowance)
{
    const int slot = list.slot[i];
    if (slot < 0)
        return true;
    bool finite;
    double d[3];
    const km_eam_site site = km_metal_site(box, r, &finite);
    list.site[slot] = site;
    for (int c = 0; c < 3; c++)
        d[c] = KM_FRACTION_UNIT *
               (double)km_fraction_difference(site.s[c], list.reference[c * list.n + slot]);
    const km_vec3 moved = km_box_to_cartesian(&box, km_vec3_make(d[0], d[1], d[2]));
    return allowance > 0.0 && km_vec3_dot(moved, moved) <= allowance * allowance && finite;
}

/* Cells no lower than the reach, and no more of them than there is room for. */
static __device__ void km_metal_choose_grid(const km_eam_list &list, km_eam_build *build)
{
    const km_vec3 heights = km_box_heights(&build->box);
    const double height[3] = {heights.x, heights.y, heights.z};
    double room = list.capacity_cells;
    for (int c = 0; c < 3; c++) {
        build->cells[c] = (int)fmin(fmax(1.0, floor(height[c] / build->reach)), fmin(room, 1e5));
        room = floor(room / build->cells[c]);
    }
}

/* One thread decides for all when it knows what every other asks for. The box may differ from that
 * of the last decision where `boxed`. */
static __device__ void km_metal_decide(const km_eam_list &list, int asked, bool boxed,
                                       km_cuda_state *state)
{
    km_eam_build *build = list.build;
    build->rebuild =
        !km_stands_still(state) && ((asked & KM_LIST_METAL) != 0 || build->reach == 0.0);
    km_condition_set(list.to_build, build->rebuild != 0);
    if (build->rebuild == 0) {
        if (boxed)
            build->allowance =
                km_list_allowance(&build->box, &state->box, build->reach, list.cutoff);
        return;
    }
    build->builds++;
    build->most = 0;
    build->box = state->box;
    /* within half the least height of the cell two atoms have one image */
    build->reach = fmin(list.cutoff + list.skin, 0.5 * km_box_least_height(&state->box));
    build->allowance = km_list_allowance(&build->box, &state->box, build->reach, list.cutoff);
    km_metal_choose_grid(list, build);
    if (!km_list_fits(&state->box, list.cutoff))
        atomicOr(&state->fault, KM_FAULT_CELL);
}

} // namespace KM_CUDA_NAMESPACE

#endif
