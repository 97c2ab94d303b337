/* SPDX-License-Identifier: MIT */
/* Inside of the CUDA integrator: what its files share.
 *
 * A block moves a window of atoms, a thread each from load to store, and solves its constraint
 * groups in shared memory (window_cuda.cuh). Sums over all of them are made by blocks; the block
 * that comes last adds the rows of all blocks in their order and decides what follows from them:
 * the factor of a thermostat, the new cell. So a half step is one kernel, and the bits do not
 * depend on who comes last.
 *
 * What a thermostat decides at the end of a step is not applied there: km_cuda_state keeps a factor
 * and a shift, and whoever reads the velocities next applies them first (km_velocity_now). */
#ifndef KM_INTEGRATE_CUDA_CUH
#define KM_INTEGRATE_CUDA_CUH

#include "kernels/backend_cuda.cuh"
#include "kernels/integrate/coupling.h"
#include "kernels/integrate/integrate_check.h"
#include "kernels/measure/measure_sums.h"

#define KM_WINDOW_ATOMS 64   /* small blocks: a small cell still reaches many multiprocessors */
#define KM_GRID_SUM_WIDTH 13 /* most sums that one kernel makes */

namespace KM_CUDA_NAMESPACE
{

/* The kinds of a constraint group; the number of a star is that of its bonds. */
enum { KM_GROUP_STAR_4 = 4, KM_GROUP_TRIANGLE, KM_GROUP_KINDS };
#define KM_GROUP_SHAPES 4096 /* most sets of lengths */

typedef struct km_group_shape {
    double length[KM_CONSTRAINT_BONDS]; /* nm */
} km_group_shape;

/* A constraint group: where its atoms stand in the window, and the number of its shape. */
typedef struct __attribute__((aligned(8))) km_group_slot {
    unsigned char place[KM_CONSTRAINT_ATOMS];
    unsigned char used; /* 0 in a filler */
    unsigned short shape;
} km_group_slot;

/* The atoms in windows, each of as many as fit with all of their groups; pointers into device
 * memory. 32 groups of one kind, with fillers, are a stretch, the work of a warp. */
typedef struct km_windows {
    int n;
    int widest;           /* 0: no groups; 3: of up to three bonds; KM_GROUP_STAR_4: any */
    int *atom;            /* KM_WINDOW_ATOMS x n: ascending; -1 = filler             */
    int *stretch;         /* n + 1: the first of a window                            */
    int *kind;            /* of a stretch                                            */
    km_group_slot *group; /* 32 of a stretch                                         */
    km_group_shape *shape;
} km_windows;

/* The atoms of the pistons. */
typedef struct km_pistons {
    int *atom;                 /*    of piston 0, then of piston 1; device memory        */
    int start[KM_PISTONS + 1]; /*    where those of a piston begin, and the end          */
    double mass[KM_PISTONS];   /* u                                                      */
} km_pistons;

/* What the integrator keeps on the device. */
typedef struct km_motion {
    km_integrator_scalars scalars;
    km_vec3 stretch;             /*         of the last rescaling of the cell                    */
    int failed;                  /*         lowest centre of a group that could not be solved    */
    km_atom_sums atoms;          /*         of the last measurement                              */
    km_molecule_sums molecules;  /*         of the last measurement or rescaling of the cell     */
    unsigned long long residual; /*        bits of the largest deviation of a length            */
    double kinetic;              /* kJ/mol  of the moving atoms, where the host asked for it     */
    double piston_velocity[KM_PISTONS]; /* nm/ps  after the half step under way                  */
    km_piston_sums pistons;             /*         of the last measurement                       */
} km_motion;

} // namespace KM_CUDA_NAMESPACE

struct km_integrator {
    km_device *device;       /* not owned */
    km_integrator_spec spec; /* molecule_start and carried are in device memory, group is NULL */
    int n_moving;
    double moving_mass; /* u */
    KM_CUDA_NAMESPACE::km_windows windows;
    KM_CUDA_NAMESPACE::km_pistons pistons;
    int *molecule_start;                  /* n_molecules + 1, device memory */
    double *carried;                      /* e  n, device memory, or NULL: no current */
    KM_CUDA_NAMESPACE::km_motion *motion; /* device memory */
    double *partial;                      /* blocks x KM_GRID_SUM_WIDTH, device memory */
    double *largest; /* blocks x 2: square of the largest force and its atom, device memory */
};

namespace KM_CUDA_NAMESPACE
{

/* Number of the step that begins: a recorded one counts on from the last. */
static __device__ __forceinline__ int64_t km_step_number(const km_cuda_state *state, bool recorded,
                                                         int64_t index)
{
    return recorded ? state->step + 1 : index;
}

/* Sum of the terms, kJ/mol. */
static __device__ __forceinline__ double km_state_potential(const km_cuda_state *state)
{
    double sum = 0.0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        sum += km_fixed_to(state->energy[k]);
    return sum;
}

/* ---- sums over the grid ---- */

/* Sums of WIDTH numbers over all threads, as trees of fixed shape. True in the last block, where
 * the sums are valid in thread 0. */
template <int WIDTH>
static __device__ __forceinline__ bool km_grid_sum(double x[WIDTH], double *partial,
                                                   km_cuda_state *state)
{
    static_assert(WIDTH <= KM_GRID_SUM_WIDTH, "a row must hold the sums");
    KM_DEVICE_UNROLL
    for (int k = 0; k < WIDTH; k++) {
        const double sum = km_block_sum(x[k]);
        if (threadIdx.x == 0)
            partial[blockIdx.x * WIDTH + k] = sum;
    }
    if (!km_block_is_last(state))
        return false;
    KM_DEVICE_UNROLL
    for (int k = 0; k < WIDTH; k++) {
        double sum = 0.0;
        for (unsigned block = threadIdx.x; block < gridDim.x; block += blockDim.x)
            sum += partial[block * WIDTH + k];
        x[k] = km_block_sum(sum);
    }
    return true;
}

/* ---- velocities ---- */

/* What thermostat and removal of momentum have decided and nobody has applied yet. */
typedef struct km_pending {
    double factor; /* of the velocities the thermostat acts on */
    km_vec3 shift; /* nm/ps, taken from those of moving atoms */
} km_pending;

static __device__ __forceinline__ km_pending km_pending_none()
{
    const km_pending pending = {1.0, {0.0, 0.0, 0.0}};
    return pending;
}

static __device__ __forceinline__ km_pending km_pending_of(const km_cuda_state *state)
{
    const km_pending pending = {state->velocity_factor, state->velocity_shift};
    return pending;
}

static __device__ __forceinline__ void km_pending_set(km_cuda_state *state, double factor,
                                                      km_vec3 shift)
{
    state->velocity_factor = factor;
    state->velocity_shift = shift;
}

/* The velocity of an atom (nm/ps) from the stored one. Rounded at once, product and difference, so
 * that it does not matter whether it is stored before it is used. */
static __device__ __forceinline__ double km_velocity_component(double v, double factor,
                                                               double shift)
{
    return __dsub_rn(__dmul_rn(factor, v), shift);
}
static __device__ __forceinline__ km_vec3 km_velocity_now(km_vec3 v, km_pending pending,
                                                          double inverse_mass, bool coupled)
{
    const double moves = inverse_mass > 0.0 ? 1.0 : 0.0;
    const double factor = coupled ? pending.factor : 1.0;
    return km_vec3_make(km_velocity_component(v.x, factor, moves * pending.shift.x),
                        km_velocity_component(v.y, factor, moves * pending.shift.y),
                        km_velocity_component(v.z, factor, moves * pending.shift.z));
}

/* ---- the parts ---- */

/* kernels/integrate/windows_cuda.cu: puts n atoms into windows, which own what they point to. */
km_status km_windows_create(const km_integrator_spec *spec, int n, km_windows *out);
void km_windows_destroy(km_windows *windows);

/* kernels/integrate/piston_cuda.cu: each queues one small kernel where there are pistons. */

km_status km_pistons_create(const km_particles *host, km_pistons *out);
/* Their velocities after half a step, into motion->piston_velocity; what friction gives is booked.
 */
km_status km_pistons_half(km_integrator *integrator, const km_particles *p, bool first);
/* Atoms that were given velocities of their own take the mean of their piston. */
km_status km_pistons_join(km_integrator *integrator, km_particles *p);
/* Their sums, into motion->pistons. */
km_status km_pistons_sum(km_integrator *integrator, const km_particles *p);

/* kernels/integrate/constraint_cuda.cu */

/* Queues the removal of velocity components along the bonds, and waits; *failed is the first atom
 * whose group could not be solved, or -1. */
km_status km_constraints_velocities(km_integrator *integrator, km_particles *p, int *failed);
/* Queues the search for the largest deviation of a length, into motion->residual. */
km_status km_constraints_residual(km_integrator *integrator, const km_particles *p);

/* kernels/integrate/thermostat_cuda.cu */

/* Queues half a timestep of the Nose-Hoover chain, before the first half of a step. */
km_status km_thermostat_chain(km_integrator *integrator, const km_step *s, km_particles *p);
/* Queues the removal of the total momentum, which is not booked: of a start. */
km_status km_momentum_remove(km_integrator *integrator, km_particles *p);
/* Queues the scaling to this kinetic energy (kJ/mol); motion->kinetic is what it was before. */
km_status km_velocities_scale_to(km_integrator *integrator, km_particles *p, double target);

/* kernels/integrate/barostat_cuda.cu: queues the sums over molecules, into motion->molecules. */
km_status km_sum_molecules(km_integrator *integrator, const km_particles *p);

/* kernels/integrate/integrate_cuda.cu: waits, and copies what the device has. */
km_status km_motion_fetch(const km_integrator *integrator, km_motion *out);

} // namespace KM_CUDA_NAMESPACE

#endif
