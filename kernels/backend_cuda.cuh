/* SPDX-License-Identifier: MIT */
/* Inside of the CUDA backend: what its files share. Nothing outside kernels/ includes this.
 *
 * The device owns the state. All that a step changes (box, step number, sums, thermostat) lies in
 * km_cuda_state in device memory, where kernels read and write it; the host sees it only through
 * synchronise and measure. So a step can be recorded once and run many times: no kernel takes the
 * number of the step or the box as an argument, and nothing waits.
 *
 * Lanes: the mesh, the bonded terms and the list have streams of their own, `stream` runs all else.
 * Whoever adds to forces and sums does so when positions are final and the sums cleared
 * (km_cuda_fork), in most steps before the list is looked at. Whoever needs all forces waits for
 * the lanes (km_cuda_join).
 *
 * The list: when positions are sorted (km_cuda_placed) it is known whether it must be built, and
 * whether its near tiles must be picked; its lane does so where needed. To ask costs more time than
 * a short kernel, so nobody waits for the answer: what needs the list is queued twice, on its own
 * lane for the usual case and on the list's for the other (km_when), and one of the two returns at
 * once.
 *
 * A list that outgrows its memory raises KM_FAULT_LIST, counts to the end what it needs, and leaves
 * forces that lack pairs. From there on the device stands still (km_stands_still): whatever would
 * move it on returns at once, which is all that changes positions, velocities, cell, number of the
 * step, thermostat and barostat, and what decides on a build. Forces and energies may still be
 * computed, for nothing. The host notices when it looks at the faults anyway, many steps later.
 *
 * A list is built at two places, and what was done by then tells how to go on
 * (km_backend.make_room):
 * - Between the halves of a step. The first half is done, and it has placed the atoms in the order
 *   the lists had before, which the mesh keeps to; the second is not. With more memory the same
 *   build is done again, of the lists that had too little alone, then all forces, then the second
 *   half.
 * - After a step, in a new cell or at a restart point: the forces are computed again.
 * Positions and what is built are those of a run that had room from the start, and so are the bits.
 */
#ifndef KM_BACKEND_CUDA_CUH
#define KM_BACKEND_CUDA_CUH

#include "kernels/backend.h"
#include "kernels/base/cuda.cuh"
#include "kernels/bonded/bonded.h"
#include "kernels/eam/eam.h"
#include "kernels/integrate/integrate.h"
#include "kernels/measure/measure.h"
#include "kernels/neighbours/neighbour_list.h"
#include "kernels/pair/pair.h"
#include "kernels/pme/pme.h"
#include "kernels/slab/slab.h"

struct km_eam_list; /* kernels/eam/eam_list.cuh */

/* The streams beside the first, in the order of their priority. */
typedef enum km_cuda_lane_kind {
    KM_LANE_MESH,
    KM_LANE_BONDED,
    KM_LANE_LIST,
    KM_LANE_COUNT
} km_cuda_lane_kind;

/* How far the lane of the list has been queued in this step. */
typedef enum km_list_stage { KM_LIST_DONE, KM_LIST_BUILDING, KM_LIST_PICKING } km_list_stage;

typedef struct km_cuda_lane {
    cudaStream_t stream;
    cudaEvent_t done;
    bool running; /* work was queued here since the last join */
} km_cuda_lane;

struct km_device {
    int number; /* of the CUDA device */
    int multiprocessors;
    cudaStream_t stream;
    cudaStream_t stream_body; /* records what depends on a condition                */
    cudaStream_t body;        /* takes what depends on the condition that is open   */
    cudaEvent_t placed, forked, built;
    km_list_stage list_stage;
    km_particles *listed; /* whose list it is */
    km_cuda_lane lane[KM_LANE_COUNT];
    bool recording; /* operations are being recorded, not run                       */
    char description[192];
};

namespace KM_CUDA_NAMESPACE
{

/* What the motion of an atom asks for: a build of the list, a choice of near tiles, a build of the
 * metal's list. */
enum { KM_LIST_BUILD = 1, KM_LIST_PICK = 2, KM_LIST_METAL = 4 };

/* What changes during a step and is not an array over atoms. One per km_particles. */
typedef struct km_cuda_state {
    int64_t step; /*         index of the step under way: keys random numbers and intervals */
    km_box box;   /* nm                                                                     */
    km_fixed energy[KM_ENERGY_COUNT]; /* kJ/mol  sums in fixed point                        */
    km_fixed virial[KM_TENSOR];       /* kJ/mol                                             */
    int fault;                        /*         bits of km_fault                           */
    int rebuild;  /*         the neighbour list is being built in this step: its kernels and
                             those that follow its order do nothing when this is 0           */
    int builds;   /*         builds so far                                                   */
    int half_way; /*        the first half of the step is done, the second is not           */
    double velocity_factor; /*         what velocities the thermostat acts on still have to be
                               multiplied by, and  */
    km_vec3 velocity_shift; /* nm/ps   what moving atoms then have to lose: km_velocities_settle */
    unsigned long long arrived; /*    blocks of the kernel under way that have done their part; in
                                   the upper half bits that they ask for                         */
    int asked; /*                those, for the block that came last                            */
} km_cuda_state;

typedef struct km_cuda_frame km_cuda_frame; /* kernels/measure/frame_cuda.cu */

/* The particles: what the host sees, and behind it what only this backend knows. */
typedef struct km_cuda_particles {
    km_particles p;            /*  arrays in device memory; neighbours is of this backend        */
    km_particles host;         /*  mass, inverse_mass, charge, type, molecule in host memory, to
                                   check and prepare; its other arrays are NULL                  */
    km_cuda_state *state;      /*  in device memory                                              */
    km_cuda_state *mirror;     /*  in pinned host memory: the state at the last synchronise      */
    km_cuda_frame *frame;      /*  on its way to the host; NULL until the first                  */
    struct km_eam_list *metal; /* of the embedded-atom term, which owns it; NULL without     */
    double headroom;           /* of the spec                                                  */
    bool taken;     /* p.force is zero: the first half of a step has taken what was there    */
    bool collected; /* p.force is complete: nothing is left in the forces of the list        */
} km_cuda_particles;

static inline const km_cuda_particles *km_cuda_of(const km_particles *p)
{
    return (const km_cuda_particles *)p; /* p is its first member */
}
static inline km_cuda_particles *km_cuda_of(km_particles *p)
{
    return (km_cuda_particles *)p;
}

/* Memory of a list against what it holds, and so much more: liquids fluctuate. */
#define KM_LIST_HEADROOM 1.2
static inline double km_list_room(const km_cuda_particles *c, int n, int few)
{
    return c->headroom > 0.0 ? c->headroom * n : KM_LIST_HEADROOM * n + few;
}

/* A list has outgrown its memory, and the host does not know yet. The same for all threads of a
 * kernel that comes after the lane of the list. */
static __device__ __forceinline__ bool km_stands_still(const km_cuda_state *state)
{
    return (state->fault & KM_FAULT_LIST) != 0;
}

/* Positions are in the order of the list, which may change. */
km_status km_cuda_placed(km_device *device);
/* Positions are final; forces, energies and virial are cleared: lanes may add to them. */
km_status km_cuda_fork(km_device *device);
/* The stream of a lane, to queue work that is waited for. */
void km_cuda_lane_open(km_device *device, km_cuda_lane_kind kind, cudaStream_t *out);
/* What is queued on the lane from here on comes after the last km_cuda_placed. */
km_status km_cuda_lane_sorted(km_device *device, km_cuda_lane_kind kind);
/* What is queued on the lane from here on comes after the build of the list, if there was one. */
km_status km_cuda_lane_built(km_device *device, km_cuda_lane_kind kind);
/* What is queued on the lane from here on comes after the last fork. */
km_status km_cuda_lane_adds(km_device *device, km_cuda_lane_kind kind);
/* Queues the addition of the forces in the list's order to p->force, unless this has been done. */
km_status km_cuda_collect(km_device *device, km_particles *p);
/* Everything queued after this comes after the work of the lanes, if there is any. */
km_status km_cuda_join(km_device *device);
/* The same for the lane of the list alone. */
km_status km_cuda_join_list(km_device *device);
/* Joins, and waits until the device has done everything. */
km_status km_cuda_wait(km_device *device);

/* A condition of a recorded step: what is queued on `body` between begin and end, as a part of
 * `stream`, is done when a kernel queued before has set it, in each step anew. Outside of
 * recording, and with a toolkit that knows no conditional nodes, it does not exist: body is the
 * stream, what is queued then is launched always, and its kernels must ask themselves.
 * kernels/condition_cuda.cu */
#if CUDART_VERSION >= 13000 /* the calls for it had other arguments before */
#define KM_CONDITIONAL_NODES
#endif
typedef struct km_condition {
    bool exists;
    cudaGraphConditionalHandle handle;
} km_condition;
km_status km_condition_create(km_device *device, km_condition *out);
km_status km_condition_begin(km_device *device, const km_condition *condition, cudaStream_t stream,
                             cudaStream_t *body);
km_status km_condition_end(km_device *device, const km_condition *condition);
static __device__ __forceinline__ void km_condition_set(const km_condition &condition, bool value)
{
#ifdef KM_CONDITIONAL_NODES
    if (condition.exists)
        cudaGraphSetConditional(condition.handle, value);
#endif
}

/* A kernel that stands on both sides of a condition, and returns at once on one of them. */
typedef enum km_when { KM_ALWAYS, KM_UNLESS, KM_ONLY_IF } km_when;
static __device__ __forceinline__ bool km_is_wanted(km_when when, int condition)
{
    return when == KM_ALWAYS || (condition != 0) == (when == KM_ONLY_IF);
}

/* Waits, and puts box, energies, virial and fault of the device into *out. */
km_status km_cuda_tallies(km_device *device, const km_cuda_particles *c, km_particles *out);

/* Queues the application of what the thermostat has decided: after it the velocities are what they
 * mean. kernels/integrate/thermostat_cuda.cu */
km_status km_velocities_settle(km_device *device, const km_particles *p);

/* Hands in bits that thread 0 of the block that comes last finds in state->asked. Every thread
 * calls it. */
static __device__ __forceinline__ void km_block_ask(km_cuda_state *state, int asked)
{
    const unsigned all = __reduce_or_sync(KM_WARP_ALL, (unsigned)asked);
    if (all != 0 && threadIdx.x % KM_WARP == 0)
        atomicOr(&state->arrived, (unsigned long long)all << 32);
}

/* True in thread 0 of the block of the grid that comes last: it knows what all have asked for, and
 * sees nothing else of theirs for sure. Every thread calls it. Bits and count are one word, changes
 * of which have one order for all: so no block waits until its own writes are out. */
static __device__ __forceinline__ bool km_thread_is_last(km_cuda_state *state)
{
    __syncthreads();
    if (threadIdx.x != 0)
        return false;
    const unsigned long long before = atomicAdd(&state->arrived, 1ull);
    if ((unsigned)before != gridDim.x - 1)
        return false;
    state->asked = (int)(before >> 32);
    state->arrived = 0;
    return true;
}

/* True in the block of the grid that comes last, for all its threads: what the others wrote before
 * is visible to it. Every thread calls it. */
static __device__ __forceinline__ bool km_block_is_last(km_cuda_state *state)
{
    __shared__ bool last;
    __syncthreads(); /* an earlier answer may still be read */
    if (threadIdx.x == 0) {
        last = false;
        __threadfence(); /* after the barrier, for the whole block */
    }
    if (km_thread_is_last(state)) {
        last = true;
        __threadfence();
    }
    __syncthreads();
    return last;
}

/* Adds the sum of x over the block to a sum in fixed point. Every thread of the block calls it. */
static __device__ __forceinline__ void km_block_add(km_fixed *sum, double x, int *fault)
{
    const double total = km_block_sum(x);
    if (threadIdx.x == 0)
        km_fixed_add(sum, km_fixed_of(total, fault));
}

/* kernels/neighbours/neighbours_cuda.cu */
km_status km_neighbours_cuda_create(km_device *device, const km_neighbour_spec *spec,
                                    km_particles *p);
km_status km_neighbours_cuda_update(km_device *device, km_particles *p, bool force_rebuild,
                                    bool *rebuilt);
/* kernels/neighbours/cluster_visit_cuda.cu */
km_status km_neighbours_cuda_visit(km_device *device, const km_particles *p, const km_state *now,
                                   const bool *wanted, void *self, km_pair_visitor *visitor);
/* Goes on to picking near tiles, where the lane of the list has come to building. */
km_status km_neighbours_cuda_pick(km_device *device);
/* Ends what is open on the lane of the list. */
km_status km_neighbours_cuda_finish(km_device *device);
/* More memory where the list has outgrown it, which *outgrown says; the device is idle. half_way:
 * in the middle of a step, whose build the next update does again; else the next update builds. */
km_status km_neighbours_cuda_make_room(km_cuda_particles *c, bool half_way, bool *outgrown);
/* The next update finds the positions sorted by km_list_place and `rebuild` of the list decided on:
 * for the first half of a step, before it is queued. Without a list it does nothing. */
km_status km_neighbours_cuda_expect(km_device *device, km_particles *p);
void km_neighbours_cuda_destroy(km_neighbour_list *list);

/* one per term */
km_status km_pair_cuda_create(km_device *device, const void *spec, const km_particles *p,
                              km_force *out);
km_status km_bonded_cuda_create(km_device *device, const void *spec, const km_particles *p,
                                km_force *out);
km_status km_pme_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out);
km_status km_slab_cuda_create(km_device *device, const void *spec, const km_particles *p,
                              km_force *out);
km_status km_eam_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out);
km_status km_eim_cuda_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out);

/* kernels/integrate/integrate_cuda.cu */
km_status km_integrator_cuda_create(km_device *device, const km_integrator_spec *spec,
                                    const km_particles *p, km_integrator **out);
void km_integrator_cuda_destroy(km_integrator *integrator);
km_status km_integrator_cuda_first_half(km_integrator *integrator, const km_step *s,
                                        km_particles *p);
km_status km_integrator_cuda_second_half(km_integrator *integrator, const km_step *s,
                                         km_particles *p);
km_status km_integrator_cuda_couple_pressure(km_integrator *integrator, const km_step *s,
                                             km_particles *p, bool *changed);
km_status km_integrator_cuda_scalars_get(const km_integrator *integrator,
                                         km_integrator_scalars *out);
km_status km_integrator_cuda_scalars_set(km_integrator *integrator,
                                         const km_integrator_scalars *in);
km_status km_integrator_cuda_constrain(km_integrator *integrator, km_particles *p);
km_status km_integrator_cuda_draw_velocities(km_integrator *integrator, double temperature,
                                             uint64_t seed, km_particles *p);
/* kernels/recording_cuda.cu */
km_status km_recording_cuda_begin(km_device *device, km_particles *p);
km_status km_recording_cuda_end(km_device *device, km_recording **out);
km_status km_recording_cuda_play(km_recording *recording, km_particles *p, int64_t first_step,
                                 int64_t count);
void km_recording_cuda_destroy(km_recording *recording);

/* kernels/measure/measure_cuda.cu */
km_status km_measure_cuda(km_integrator *integrator, km_particles *p, km_measurement *out);

/* kernels/measure/frame_cuda.cu */
km_status km_frame_cuda_take(km_device *device, km_particles *p, bool velocities);
km_status km_frame_cuda_collect(km_device *device, km_particles *p, km_state *state);
void km_frame_cuda_destroy(km_cuda_frame *frame);

} // namespace KM_CUDA_NAMESPACE

#endif
