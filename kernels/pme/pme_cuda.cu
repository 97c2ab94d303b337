/* SPDX-License-Identifier: MIT */
/* Smooth particle-mesh Ewald on CUDA: the reciprocal energy, self term and neutralising background,
 * after Essmann et al., doi:10.1063/1.470117. What pme_cpu.c says of the force holds here too. */
#include "kernels/pme/pme_cuda.cuh"

#include <stdlib.h>

namespace KM_CUDA_NAMESPACE
{

#define KM_THREADS 128

#define KM_CUFFT(call)                                                                             \
    do {                                                                                           \
        const cufftResult km_cufft_result_ = (call);                                               \
        if (km_cufft_result_ != CUFFT_SUCCESS)                                                     \
            return KM_FAIL(km_cufft_result_ == CUFFT_ALLOC_FAILED ? KM_ERROR_MEMORY                \
                                                                  : KM_ERROR_DEVICE,               \
                           "%s: cuFFT result %d", #call, (int)km_cufft_result_);                   \
    } while (0)

typedef struct km_pme {
    km_device *device; /* not owned */
    km_mesh mesh;
    cufftHandle forward, backward; /* 0 = not made */
} km_pme;

static __global__ void convert_kernel(km_mesh mesh, int n)
{
    const int i = km_thread_index();
    if (i < n) {
        mesh.potential[i] = KM_R((double)mesh.charge[i] * (1.0 / KM_MESH_SCALE));
        mesh.charge[i] = 0;
    }
}

static __device__ __forceinline__ bool same_box(const km_box &a, const km_box &b)
{
    return a.ax == b.ax && a.bx == b.bx && a.by == b.by && a.cx == b.cx && a.cy == b.cy &&
           a.cz == b.cz;
}

/* Energy and virial of one wave vector, added to sum; the twin of sum_pencil in pme_cpu.c. */
static __device__ __forceinline__ void sum_mode(double decay, km_vec3 k, double energy,
                                                double sum[1 + KM_TENSOR])
{
    const double factor = km_influence_virial(decay, km_vec3_dot(k, k));
    sum[0] += energy;
    sum[1 + KM_XX] -= 0.5 * energy * (1.0 - factor * k.x * k.x);
    sum[1 + KM_YY] -= 0.5 * energy * (1.0 - factor * k.y * k.y);
    sum[1 + KM_ZZ] -= 0.5 * energy * (1.0 - factor * k.z * k.z);
    sum[1 + KM_XY] += 0.5 * energy * factor * k.x * k.y;
    sum[1 + KM_XZ] += 0.5 * energy * factor * k.x * k.z;
    sum[1 + KM_YZ] += 0.5 * energy * factor * k.y * k.z;
}

/* Self term and background, once. */
static __device__ void add_constants(const km_mesh &mesh, km_cuda_state *state, bool energy,
                                     bool virial, int *fault)
{
    const double background = mesh.constants.background / km_box_volume(&state->box);
    if (energy)
        km_fixed_add(&state->energy[KM_ENERGY_COULOMB_SELF],
                     km_fixed_of_total(mesh.constants.self_energy + background, fault));
    for (int t = KM_XX; virial && t <= KM_ZZ; t++)
        km_fixed_add(&state->virial[t], km_fixed_of(-0.5 * background, fault));
}

/* One mode per thread. The influence function is filled anew when the box is another. */
template <bool TALLY>
static __global__ void __launch_bounds__(KM_THREADS)
    solve_kernel(km_mesh mesh, km_cuda_state *state, bool energy, bool virial)
{
    const int i = km_thread_index();
    const int n = mesh.points[0] * mesh.points[1] * mesh.half;
    const km_box box = state->box;
    const bool stale = !same_box(box, *mesh.influence_box);
    const double decay = 0.25 / (mesh.alpha * mesh.alpha);
    double sum[1 + KM_TENSOR] = {0.0};
    int fault = 0;
    if (i < n) {
        const int z = i % mesh.half, y = i / mesh.half % mesh.points[1],
                  x = i / mesh.half / mesh.points[1];
        const km_reciprocal_cell cell = km_reciprocal_cell_of(&box);
        const km_vec3 k = km_vec3_scale(
            2.0 * KM_PI, km_reciprocal_vector(&cell, km_signed_frequency(x, mesh.points[0]),
                                              km_signed_frequency(y, mesh.points[1]), z));
        const bool zero = x == 0 && y == 0 && z == 0;
        km_real influence = stale ? KM_R(0.0) : mesh.influence[i];
        if (stale) {
            const double scale = 4.0 * KM_PI * mesh.coulomb_constant / km_box_volume(&box);
            const double modulus = mesh.modulus[0][x] * mesh.modulus[1][y] * mesh.modulus[2][z];
            if (!zero)
                influence = KM_R(km_influence(scale, decay, km_vec3_dot(k, k), modulus));
            mesh.influence[i] = influence;
        }
        km_complex value = mesh.transformed[i];
        if (TALLY && !zero) {
            const double re = (double)value.x, im = (double)value.y;
            const double both = z == 0 || 2 * z == mesh.points[2] ? 0.5 : 1.0;
            sum_mode(decay, k, both * (double)influence * (re * re + im * im), sum);
        }
        value.x *= influence;
        value.y *= influence;
        mesh.transformed[i] = value;
    }
    if (TALLY) {
        if (i == 0)
            add_constants(mesh, state, energy, virial, &fault);
        if (energy)
            km_block_add(&state->energy[KM_ENERGY_COULOMB_RECIPROCAL], sum[0], &fault);
        for (int t = 0; virial && t < KM_TENSOR; t++)
            km_block_add(&state->virial[t], sum[1 + t], &fault);
        if (fault != 0)
            atomicOr(&state->fault, fault);
    }
}

static km_status transform(const km_pme *self, bool forward)
{
    const km_mesh *mesh = &self->mesh;
#ifdef KM_DOUBLE
    if (forward)
        KM_CUFFT(cufftExecD2Z(self->forward, mesh->potential, mesh->transformed));
    else
        KM_CUFFT(cufftExecZ2D(self->backward, mesh->transformed, mesh->potential));
#else
    if (forward)
        KM_CUFFT(cufftExecR2C(self->forward, mesh->potential, mesh->transformed));
    else
        KM_CUFFT(cufftExecC2R(self->backward, mesh->transformed, mesh->potential));
#endif
    return KM_OK;
}

static km_status solve(const km_pme *self, const km_step *s, const km_particles *p,
                       cudaStream_t stream)
{
    const km_mesh *mesh = &self->mesh;
    const size_t modes = (size_t)mesh->points[0] * mesh->points[1] * mesh->half;
    const unsigned blocks = km_cuda_blocks(modes, KM_THREADS);
    if (s->energy || s->virial)
        KM_LAUNCH((solve_kernel<true>), blocks, KM_THREADS, 0, stream, *mesh, km_cuda_of(p)->state,
                  s->energy, s->virial);
    else
        KM_LAUNCH((solve_kernel<false>), blocks, KM_THREADS, 0, stream, *mesh, km_cuda_of(p)->state,
                  false, false);
    return KM_OK;
}

static km_status pme_compute(void *object, const km_step *s, km_particles *p)
{
    km_pme *self = (km_pme *)object;
    const km_mesh *mesh = &self->mesh;
    const int points = mesh->points[0] * mesh->points[1] * mesh->points[2];
    cudaStream_t stream;
    if (p->neighbours == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "the mesh needs a neighbour list that is built");
    km_cuda_lane_open(self->device, KM_LANE_MESH, &stream);
    KM_TRY(km_cuda_lane_adds(self->device, KM_LANE_MESH));
    KM_TRY(km_mesh_spread(stream, mesh, p));
    KM_LAUNCH(convert_kernel, km_cuda_blocks((size_t)points, KM_THREADS), KM_THREADS, 0, stream,
              *mesh, points);
    KM_TRY(transform(self, true));
    KM_TRY(solve(self, s, p, stream));
    KM_TRY(transform(self, false));
    km_cuda_of(p)->collected = false;
    KM_TRY(km_neighbours_cuda_pick(self->device)); /* a build in this step moves the slots */
    KM_TRY(km_cuda_lane_built(self->device, KM_LANE_MESH));
    return km_mesh_gather(stream, mesh, p);
}

static void pme_destroy(void *object)
{
    km_pme *self = (km_pme *)object;
    if (self == NULL)
        return;
    if (self->forward != 0)
        cufftDestroy(self->forward);
    if (self->backward != 0)
        cufftDestroy(self->backward);
    for (int a = 0; a < 3; a++)
        km_cuda_delete(self->mesh.modulus[a]);
    km_cuda_delete(self->mesh.charge);
    km_cuda_delete(self->mesh.potential);
    km_cuda_delete(self->mesh.transformed);
    km_cuda_delete(self->mesh.influence);
    km_cuda_delete(self->mesh.influence_box);
    free(self);
}

static km_status make_plans(km_pme *self)
{
    const int *points = self->mesh.points;
#ifdef KM_DOUBLE
    const cufftType forward = CUFFT_D2Z, backward = CUFFT_Z2D;
#else
    const cufftType forward = CUFFT_R2C, backward = CUFFT_C2R;
#endif
    KM_CUFFT(cufftPlan3d(&self->forward, points[0], points[1], points[2], forward));
    KM_CUFFT(cufftPlan3d(&self->backward, points[0], points[1], points[2], backward));
    const cudaStream_t stream = self->device->lane[KM_LANE_MESH].stream;
    KM_CUFFT(cufftSetStream(self->forward, stream));
    KM_CUFFT(cufftSetStream(self->backward, stream));
    return KM_OK;
}

static km_status make_moduli(km_mesh *mesh)
{
    for (int a = 0; a < 3; a++) {
        double *modulus;
        KM_NEW(modulus, mesh->points[a]);
        for (int m = 0; m < mesh->points[a]; m++)
            modulus[m] = km_bspline_modulus(mesh->order, m, mesh->points[a]);
        const km_status status = km_cuda_copy_of(&mesh->modulus[a], modulus, mesh->points[a]);
        free(modulus);
        KM_TRY(status);
    }
    return KM_OK;
}

static km_status fill(km_pme *self, const km_pme_spec *spec, const km_particles *host)
{
    km_mesh *mesh = &self->mesh;
    for (int a = 0; a < 3; a++)
        mesh->points[a] = spec->mesh[a];
    mesh->order = spec->spline_order;
    mesh->half = spec->mesh[2] / 2 + 1;
    mesh->alpha = spec->alpha;
    mesh->coulomb_constant = spec->coulomb_constant;
    mesh->constants = km_pme_constants_of(spec, host->n, host->charge);
    const size_t rows = (size_t)mesh->points[0] * mesh->points[1];
    if (rows * (size_t)mesh->points[2] > INT32_MAX)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "a mesh of %d x %d x %d points is larger than 2^31",
                       mesh->points[0], mesh->points[1], mesh->points[2]);
    KM_TRY(km_cuda_new(&mesh->charge, rows * mesh->points[2]));
    KM_TRY(km_cuda_new(&mesh->potential, rows * mesh->points[2]));
    KM_TRY(km_cuda_new(&mesh->transformed, rows * mesh->half));
    KM_TRY(km_cuda_new(&mesh->influence, rows * mesh->half));
    KM_TRY(km_cuda_new(&mesh->influence_box, 1)); /* no box is like this one */
    KM_TRY(make_moduli(mesh));
    return make_plans(self);
}

static const km_force_ops pme_ops = {"pme", NULL, pme_compute, pme_destroy};

km_status km_pme_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    out->ops = NULL;
    out->self = NULL;
    KM_TRY(km_pme_spec_check((const km_pme_spec *)spec));
    km_pme *self;
    KM_NEW(self, 1);
    self->device = device;
    const km_status status = fill(self, (const km_pme_spec *)spec, &km_cuda_of(p)->host);
    if (status != KM_OK) {
        pme_destroy(self);
        return status;
    }
    out->ops = &pme_ops;
    out->self = self;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
