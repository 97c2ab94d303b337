/* SPDX-License-Identifier: MIT */
/* The two halves of a step, and the integrator as an object. */
#include <stdlib.h>
#include <string.h>

#include "kernels/eam/eam_place.cuh"
#include "kernels/integrate/window_cuda.cuh"
#include "kernels/neighbours/list_place.cuh"

namespace KM_CUDA_NAMESPACE
{

/* ---- first half ---- */

/* Blocks of a multiprocessor, as many as leave a thread the registers it needs. MUCH: friction and
 * noise, or a chain of thermostats, are to be computed. */
template <int WIDEST, bool MUCH>
constexpr unsigned RESIDENT = WIDEST == 0 && !MUCH  ? 16
                              : WIDEST < 4 && !MUCH ? 8
                              : WIDEST == 0         ? 8
                                                    : 4;

/* Leaves zero for those who add the next forces. */
static __device__ __forceinline__ km_vec3 take_force(const km_particles &p, int i)
{
    const km_vec3 force = km_force_load(p.force, p.n_padded, i);
    for (int c = 0; c < 3; c++)
        p.force[c * p.n_padded + i] = 0;
    return force;
}

/* Friction and noise between two projections onto the constraints. Returns the energy given to the
 * atom, kJ/mol. */
template <int WIDEST>
static __device__ __forceinline__ double
langevin(const km_windows &windows, const km_window_group &first, const km_particles &p,
         const km_integrator_spec &spec, const km_box &box, int64_t step, km_window_atom *a,
         km_shared_atoms *shared, int *fault)
{
    const bool coupled = a->i >= 0 && km_is_coupled(&p, a->i);
    km_window_project<WIDEST>(windows, first, box, a, shared, fault);
    const double before = coupled ? km_atom_kinetic(&p, a->i, a->v) : 0.0;
    if (coupled && a->w > 0.0)
        a->v = km_langevin_step(a->v, a->w, exp(-spec.friction * spec.timestep),
                                km_target_kt(&spec, step), spec.seed, step, a->i);
    km_window_project<WIDEST>(windows, first, box, a, shared, fault);
    return coupled ? km_atom_kinetic(&p, a->i, a->v) - before : 0.0;
}

/* The step has a number, what was pending is applied, and the energies of a scaled cell, which the
 * next clear would lose, are booked. */
static __device__ void begin_step(int64_t step, km_cuda_state *state, km_motion *motion)
{
    state->step = step;
    state->half_way = 1;
    km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
    if (motion->scalars.scaling_pending != 0.0)
        km_barostat_settle(&motion->scalars, km_state_potential(state));
}

/* Lists that the atoms are placed in; those that there are not have no build. */
typedef struct km_lists {
    km_neighbour_list pairs;
    km_eam_list metal;
} km_lists;

static __device__ __forceinline__ void rest(const km_lists &lists, km_cuda_state *state)
{
    if (lists.pairs.build != NULL)
        km_list_rest(lists.pairs, state);
    if (lists.metal.build != NULL)
        lists.metal.build->rebuild = 0;
}

template <int WIDEST, bool LANGEVIN>
static __global__ void __launch_bounds__(KM_WINDOW_ATOMS, (RESIDENT<WIDEST, LANGEVIN>))
    first_half_kernel(km_windows windows, km_particles p, km_integrator_spec spec, km_lists lists,
                      km_cuda_state *state, km_motion *motion, double *partial, bool recorded,
                      int64_t index)
{
    __shared__ km_shared_atoms shared;
    const km_box &box = state->box; /* wanted now and then: not worth registers */
    const km_neighbour_list &list = lists.pairs;
    const bool listed = list.build != NULL, metal = lists.metal.build != NULL;
    const bool still = km_stands_still(state); /* asked for beside all else */
    const km_window_group first = km_group_first<WIDEST>(windows);
    const int64_t step = km_step_number(state, recorded, index);
    const double duration = LANGEVIN ? 0.5 * spec.timestep : spec.timestep;
    double work[1] = {0.0};
    int fault = 0, asked = 0;
    km_window_atom a = km_atom_load(windows, p, km_pending_of(state));
    if (still) {
        if (km_thread_index() == 0)
            rest(lists, state);
        return;
    }
    if (a.i >= 0)
        km_atom_kick(&a, p, take_force(p, a.i), 0.5 * spec.timestep, motion);
    km_window_drift<WIDEST>(windows, first, box, spec.constraint_tolerance, duration, &a, &shared,
                            &fault);
    if (LANGEVIN) {
        work[0] = langevin<WIDEST>(windows, first, p, spec, box, step, &a, &shared, &fault);
        km_window_drift<WIDEST>(windows, first, box, spec.constraint_tolerance, duration, &a,
                                &shared, &fault);
    }
    if (a.i >= 0) {
        km_vec3_store(p.position, p.n_padded, a.i, a.x);
        km_vec3_store(p.velocity, p.n_padded, a.i, a.v);
        if (listed)
            asked = km_list_place(list, box, a.i, a.x, p.charge[a.i], list.build->allowance,
                                  list.build->near_allowance);
        if (metal && !km_metal_place(lists.metal, box, a.i, a.x, lists.metal.build->allowance))
            asked |= KM_LIST_METAL;
    }
    km_fault_raise(state, fault);
    km_block_ask(state, asked);
    if (LANGEVIN ? !km_grid_sum<1>(work, partial, state) || threadIdx.x != 0
                 : !km_thread_is_last(state))
        return;
    if (LANGEVIN)
        motion->scalars.thermostat_work += work[0];
    begin_step(step, state, motion);
    if (listed)
        km_list_decide(list, state->asked, false, state);
    if (metal)
        km_metal_decide(lists.metal, state->asked, false, state);
}

template <int WIDEST>
static km_status launch_first_half(km_integrator *integrator, const km_step *s, km_particles *p,
                                   const km_lists &lists)
{
    km_device *device = integrator->device;
    const unsigned blocks = (unsigned)integrator->windows.n;
    km_cuda_state *state = km_cuda_of(p)->state;
    if (integrator->spec.thermostat == KM_THERMOSTAT_LANGEVIN)
        KM_LAUNCH((first_half_kernel<WIDEST, true>), blocks, KM_WINDOW_ATOMS, 0, device->stream,
                  integrator->windows, *p, integrator->spec, lists, state, integrator->motion,
                  integrator->partial, device->recording, s->index);
    else
        KM_LAUNCH((first_half_kernel<WIDEST, false>), blocks, KM_WINDOW_ATOMS, 0, device->stream,
                  integrator->windows, *p, integrator->spec, lists, state, integrator->motion,
                  integrator->partial, device->recording, s->index);
    return KM_OK;
}

static km_status queue_first_half(km_integrator *integrator, const km_step *s, km_particles *p)
{
    km_lists lists = {};
    if (p->neighbours != NULL)
        lists.pairs = *p->neighbours;
    if (km_cuda_of(p)->metal != NULL)
        lists.metal = *km_cuda_of(p)->metal;
    switch (integrator->windows.widest) {
    case 0:
        return launch_first_half<0>(integrator, s, p, lists);
    case 3:
        return launch_first_half<3>(integrator, s, p, lists);
    default:
        return launch_first_half<KM_GROUP_STAR_4>(integrator, s, p, lists);
    }
}

km_status km_integrator_cuda_first_half(km_integrator *integrator, const km_step *s,
                                        km_particles *p)
{
    km_device *device = integrator->device;
    KM_TRY(km_cuda_join(device));
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_neighbours_cuda_expect(device, p));
    KM_TRY(km_eam_list_expect(device, km_cuda_of(p)->metal));
    if (integrator->spec.thermostat == KM_THERMOSTAT_NOSE_HOOVER)
        KM_TRY(km_thermostat_chain(integrator, s, p));
    KM_TRY(km_pistons_half(integrator, p, true));
    KM_TRY(queue_first_half(integrator, s, p));
    km_cuda_of(p)->taken = true;
    return km_cuda_fork(device); /* for those who need no list and no more clearing */
}

/* ---- second half ---- */

/* Forces in the order of the neighbour list; force is NULL where there are none. */
typedef struct km_sorted_forces {
    km_fixed *force; /* 3 x n_slots */
    const int *slot; /* of an atom  */
    int n_slots;
} km_sorted_forces;

/* The sum of all forces on an atom, kJ/mol/nm, kept in p.force; leaves zero in those of the list.
 */
static __device__ __forceinline__ km_vec3 collect(const km_particles &p,
                                                  const km_sorted_forces &sorted, int i)
{
    if (sorted.force == NULL)
        return km_force_load(p.force, p.n_padded, i);
    km_fixed *from = sorted.force + sorted.slot[i], *to = p.force + i;
    km_fixed sum[3];
    KM_DEVICE_UNROLL
    for (int c = 0; c < 3; c++)
        sum[c] = to[c * p.n_padded] + from[c * sorted.n_slots];
    KM_DEVICE_UNROLL
    for (int c = 0; c < 3; c++) {
        to[c * p.n_padded] = sum[c];
        from[c * sorted.n_slots] = 0;
    }
    return km_vec3_make(km_fixed_to(sum[0]), km_fixed_to(sum[1]), km_fixed_to(sum[2]));
}

/* What an atom adds to the sums of the second half: kinetic energy if the thermostat acts on it
 * (kJ/mol); if it moves, momentum (u nm/ps) and square of the kick (kJ/mol, km_kick_square); the
 * latter if the thermostat acts on it. */
static __device__ __forceinline__ void count(const km_particles &p, const km_window_atom &a,
                                             km_vec3 before, double sum[6])
{
    const bool coupled = km_is_coupled(&p, a.i);
    const double mass = a.w > 0.0 ? p.mass[a.i] : 0.0;
    sum[0] = coupled ? km_atom_kinetic(&p, a.i, a.v) : 0.0;
    sum[1] = mass * a.v.x;
    sum[2] = mass * a.v.y;
    sum[3] = mass * a.v.z;
    sum[4] = km_kick_square(mass, before, a.v);
    sum[5] = coupled ? sum[4] : 0.0;
}

/* What thermostat and removal of momentum make of the sums, for the next who reads velocities. */
template <int THERMOSTAT>
static __device__ __forceinline__ void decide(const km_integrator_spec &spec, const double sum[6],
                                              double moving_mass, bool coupled, bool removal,
                                              km_cuda_state *state, km_motion *motion)
{
    double factor = 1.0;
    km_vec3 shift = km_vec3_make(0.0, 0.0, 0.0);
    km_hidden_take(&spec, &motion->scalars, sum[4], sum[5], coupled);
    if (THERMOSTAT == KM_THERMOSTAT_NOSE_HOOVER)
        factor = km_chain_couple(&spec, &motion->scalars, state->step, sum[0]);
    if (THERMOSTAT == KM_THERMOSTAT_RESCALING && coupled)
        factor = km_rescaling_couple(&spec, &motion->scalars, state->step, sum[0]);
    if (removal)
        shift = km_momentum_take(&motion->scalars,
                                 km_vec3_scale(factor, km_vec3_make(sum[1], sum[2], sum[3])),
                                 moving_mass);
    km_pending_set(state, factor, shift);
}

template <int WIDEST, int THERMOSTAT>
static __global__ void
__launch_bounds__(KM_WINDOW_ATOMS, (RESIDENT<WIDEST, THERMOSTAT == KM_THERMOSTAT_NOSE_HOOVER>))
    second_half_kernel(km_windows windows, km_particles p, km_integrator_spec spec,
                       km_sorted_forces sorted, double moving_mass, bool measured,
                       km_cuda_state *state, km_motion *motion, double *partial)
{
    __shared__ km_shared_atoms shared;
    const bool still = km_stands_still(state);
    const km_window_group first = km_group_first<WIDEST>(windows);
    km_window_atom a = km_atom_load(windows, p, km_pending_none()); /* the first half applied it */
    if (still)
        return;
    const km_vec3 before = a.v;
    int fault = 0;
    if (a.i >= 0)
        km_atom_kick(&a, p, collect(p, sorted, a.i), 0.5 * spec.timestep, motion);
    km_window_project<WIDEST>(windows, first, state->box, &a, &shared, &fault);
    if (a.i >= 0)
        km_vec3_store(p.velocity, p.n_padded, a.i, a.v);
    km_fault_raise(state, fault);
    if (km_thread_index() == 0)
        state->half_way = 0;
    const bool coupled = km_thermostat_is_due(&spec, state->step);
    const bool removal = km_is_due(&spec, state->step, spec.drift_removal_interval);
    if (!coupled && !removal && !measured)
        return;
    double sum[6] = {0.0};
    if (a.i >= 0)
        count(p, a, before, sum);
    if (km_grid_sum<6>(sum, partial, state) && threadIdx.x == 0)
        decide<THERMOSTAT>(spec, sum, moving_mass, coupled, removal, state, motion);
}

template <int WIDEST, int THERMOSTAT>
static km_status launch_second_half(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    km_sorted_forces sorted = {NULL, NULL, 0};
    if (!km_cuda_of(p)->collected && list != NULL)
        sorted = {list->force, list->slot, list->n_slots};
    KM_LAUNCH((second_half_kernel<WIDEST, THERMOSTAT>), (unsigned)integrator->windows.n,
              KM_WINDOW_ATOMS, 0, integrator->device->stream, integrator->windows, *p,
              integrator->spec, sorted, integrator->moving_mass, s->energy, km_cuda_of(p)->state,
              integrator->motion, integrator->partial);
    km_cuda_of(p)->collected = true;
    return KM_OK;
}

template <int WIDEST>
static km_status queue_second_half(km_integrator *integrator, const km_step *s, km_particles *p)
{
    switch (integrator->spec.thermostat) {
    case KM_THERMOSTAT_RESCALING:
        return launch_second_half<WIDEST, KM_THERMOSTAT_RESCALING>(integrator, s, p);
    case KM_THERMOSTAT_NOSE_HOOVER:
        return launch_second_half<WIDEST, KM_THERMOSTAT_NOSE_HOOVER>(integrator, s, p);
    default:
        return launch_second_half<WIDEST, KM_THERMOSTAT_NONE>(integrator, s, p);
    }
}

km_status km_integrator_cuda_second_half(km_integrator *integrator, const km_step *s,
                                         km_particles *p)
{
    KM_TRY(km_cuda_join(integrator->device));
    if (integrator->spec.n_pistons > 0) /* which look at the forces before the atoms do */
        KM_TRY(km_cuda_collect(integrator->device, p));
    KM_TRY(km_pistons_half(integrator, p, false));
    switch (integrator->windows.widest) {
    case 0:
        return queue_second_half<0>(integrator, s, p);
    case 3:
        return queue_second_half<3>(integrator, s, p);
    default:
        return queue_second_half<KM_GROUP_STAR_4>(integrator, s, p);
    }
}

/* ---- the object ---- */

void km_integrator_cuda_destroy(km_integrator *integrator)
{
    if (integrator == NULL)
        return;
    km_windows_destroy(&integrator->windows);
    km_cuda_delete(integrator->pistons.atom);
    km_cuda_delete(integrator->molecule_start);
    km_cuda_delete(integrator->carried);
    km_cuda_delete(integrator->motion);
    km_cuda_delete(integrator->partial);
    km_cuda_delete(integrator->largest);
    free(integrator);
}

static km_status fill(km_integrator *integrator, const km_integrator_spec *spec,
                      const km_particles *host)
{
    const int longest = host->n > spec->n_molecules ? host->n : spec->n_molecules;
    for (int i = 0; i < host->n; i++)
        integrator->moving_mass += host->inverse_mass[i] > 0.0 ? host->mass[i] : 0.0;
    KM_TRY(km_windows_create(spec, host->n, &integrator->windows));
    KM_TRY(km_pistons_create(host, &integrator->pistons));
    KM_TRY(km_cuda_copy_of(&integrator->molecule_start, spec->molecule_start,
                           (size_t)spec->n_molecules + 1));
    if (spec->carried != NULL)
        KM_TRY(km_cuda_copy_of(&integrator->carried, spec->carried, (size_t)host->n));
    const size_t windows = (size_t)integrator->windows.n;
    const size_t blocks = km_cuda_blocks((size_t)longest, KM_WINDOW_ATOMS);
    KM_TRY(km_cuda_new(&integrator->partial,
                       KM_GRID_SUM_WIDTH * (blocks > windows ? blocks : windows)));
    KM_TRY(km_cuda_new(&integrator->largest, 2 * blocks));
    KM_TRY(km_cuda_new(&integrator->motion, 1));
    integrator->spec = *spec;
    integrator->spec.group = NULL;
    integrator->spec.molecule_start = integrator->molecule_start;
    integrator->spec.carried = integrator->carried;
    if (spec->constraint_tolerance == 0.0)
        integrator->spec.constraint_tolerance = KM_CONSTRAINT_TOLERANCE;
    return KM_OK;
}

km_status km_integrator_cuda_create(km_device *device, const km_integrator_spec *spec,
                                    const km_particles *p, km_integrator **out)
{
    const km_particles *host = &km_cuda_of(p)->host;
    int n_moving;
    *out = NULL;
    KM_TRY(km_integrator_spec_check(spec, host, &n_moving));
    km_integrator *integrator;
    KM_NEW(integrator, 1);
    integrator->device = device;
    integrator->n_moving = n_moving;
    const km_status status = fill(integrator, spec, host);
    if (status != KM_OK) {
        km_integrator_cuda_destroy(integrator);
        return status;
    }
    *out = integrator;
    return KM_OK;
}

km_status km_motion_fetch(const km_integrator *integrator, km_motion *out)
{
    KM_TRY(km_cuda_wait(integrator->device));
    KM_CUDA(cudaMemcpy(out, integrator->motion, sizeof *out, cudaMemcpyDeviceToHost));
    return KM_OK;
}

km_status km_integrator_cuda_scalars_get(const km_integrator *integrator,
                                         km_integrator_scalars *out)
{
    km_motion motion;
    KM_TRY(km_motion_fetch(integrator, &motion));
    *out = motion.scalars;
    return KM_OK;
}

km_status km_integrator_cuda_scalars_set(km_integrator *integrator, const km_integrator_scalars *in)
{
    KM_TRY(km_cuda_wait(integrator->device));
    KM_CUDA(cudaMemcpy(&integrator->motion->scalars, in, sizeof *in, cudaMemcpyHostToDevice));
    return km_cuda_settle();
}

} // namespace KM_CUDA_NAMESPACE
