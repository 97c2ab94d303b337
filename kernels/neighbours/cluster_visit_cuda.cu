/* SPDX-License-Identifier: MIT */
/* The pairs that the pair kernel computes, one by one, on the host. */
#include <vector>

#include "kernels/neighbours/cluster_list.cuh"

namespace KM_CUDA_NAMESPACE
{

namespace
{

/* The list in host memory. */
struct copied_list {
    std::vector<km_cluster_unit> unit;
    std::vector<km_cluster_entry> near_entry;
    std::vector<int> near_count, atom;
    std::vector<uint8_t> exclusion_mask;
    std::vector<km_vec3> x;               /* nm  n_slots: as the list has wrapped them */
    std::vector<char> wanted_i, wanted_j; /* of a supercluster, a j-cluster: holds a wanted atom */
};

} // namespace

template <typename T> static km_status fetch(std::vector<T> *out, const T *from, size_t n)
{
    out->resize(n);
    if (n > 0)
        KM_CUDA(cudaMemcpy(out->data(), from, n * sizeof(T), cudaMemcpyDeviceToHost));
    return KM_OK;
}

static km_status fetch_list(const km_neighbour_list *list, const km_state *now, copied_list *out)
{
    std::vector<km_cluster_build> build;
    std::vector<int> image;
    const size_t n = (size_t)list->n;
    KM_TRY(fetch(&build, list->build, 1));
    KM_TRY(fetch(&out->unit, list->unit, (size_t)build[0].n_units));
    KM_TRY(fetch(&out->near_count, list->near_count, (size_t)build[0].n_units));
    KM_TRY(fetch(&out->near_entry, list->near_entry, (size_t)build[0].n_entries));
    KM_TRY(
        fetch(&out->exclusion_mask, list->exclusion_mask, (size_t)build[0].n_exclusions * KM_WARP));
    KM_TRY(fetch(&out->atom, list->atom, (size_t)list->n_slots));
    KM_TRY(fetch(&image, list->image, 3 * n));
    out->x.resize((size_t)list->n_slots);
    for (size_t k = 0; k < out->x.size(); k++) {
        if (out->atom[k] < 0)
            continue;
        const size_t i = (size_t)out->atom[k];
        const double *r = now->position + 3 * i;
        out->x[k] =
            km_vec3_sub(km_vec3_make(r[0], r[1], r[2]),
                        km_box_image_shift(&now->box, image[i], image[n + i], image[2 * n + i]));
    }
    return KM_OK;
}

static void flag_clusters(const bool *wanted, copied_list *list)
{
    const size_t n = list->atom.size();
    list->wanted_i.resize(n / KM_SUPERCLUSTER);
    list->wanted_j.resize(n / KM_CLUSTER_J);
    for (size_t k = 0; k < n; k++)
        if (list->atom[k] >= 0 && wanted[list->atom[k]])
            list->wanted_i[k / KM_SUPERCLUSTER] = list->wanted_j[k / KM_CLUSTER_J] = 1;
}

static void visit_entry(const copied_list &list, const km_cluster_unit &unit, int e, km_vec3 shift,
                        const bool *wanted, void *self, km_pair_visitor *visitor)
{
    const km_cluster_entry entry = list.near_entry[(size_t)(unit.begin + e)];
    if (!list.wanted_i[(size_t)unit.supercluster] && !list.wanted_j[entry >> 8])
        return;
    for (int pair = 0; pair < KM_SUPERCLUSTER / KM_CLUSTER_I * KM_WARP; pair++) {
        const int c = pair / KM_WARP, lane = pair % KM_WARP;
        const bool kept =
            e >= unit.n_masked ||
            (list.exclusion_mask[(size_t)(unit.exclusion + e) * KM_WARP + lane] >> c & 1) != 0;
        if ((entry >> c & 1) == 0 || !kept)
            continue;
        const size_t i =
            (size_t)(unit.supercluster * KM_SUPERCLUSTER + c * KM_CLUSTER_I + lane % KM_CLUSTER_I);
        const size_t j = (size_t)(entry >> 8) * KM_CLUSTER_J + (size_t)(lane / KM_CLUSTER_I);
        if (list.atom[i] >= 0 && list.atom[j] >= 0 &&
            (wanted[list.atom[i]] || wanted[list.atom[j]]))
            visitor(self, list.atom[i], list.atom[j],
                    km_vec3_sub(list.x[j], km_vec3_add(list.x[i], shift)));
    }
}

km_status km_neighbours_cuda_visit(km_device *device, const km_particles *p, const km_state *now,
                                   const bool *wanted, void *self, km_pair_visitor *visitor)
{
    copied_list list;
    KM_TRY(km_cuda_wait(device));
    KM_TRY(fetch_list(p->neighbours, now, &list));
    flag_clusters(wanted, &list);
    for (size_t u = 0; u < list.unit.size(); u++) {
        const km_vec3 shift = km_list_image_shift(&now->box, list.unit[u].image);
        for (int e = 0; e < list.near_count[u]; e++)
            visit_entry(list, list.unit[u], e, shift, wanted, self, visitor);
    }
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
