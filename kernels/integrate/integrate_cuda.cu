/* SPDX-License-Identifier: MIT */
/* The two halves of a step, and the integrator as an object. */
#include <stdlib.h>
#include <string.h>

#include "kernels/integrate/unit_cuda.cuh"
#include "kernels/neighbours/list_place.cuh"

namespace KM_CUDA_NAMESPACE
{

/* ---- first half ---- */

typedef struct first_half_numbers {
    int64_t step;
    km_pending pending;
    const km_box *box;
    double kt, decay; /* Langevin: kJ/mol, exp(-friction dt) */
    double work;      /* kJ/mol  Langevin: energy given      */
    const km_motion *motion;
    double allowance, near_allowance; /* nm  km_list_place */
    int asked;                        /*     of the neighbour list */
    int fault;
} first_half_numbers;

/* Friction and noise between two projections onto the constraints. */
template <int KIND>
static __device__ __forceinline__ void langevin(km_unit<KIND> &u, const km_particles &p,
                                                const km_integrator_spec &spec,
                                                first_half_numbers &now)
{
    const bool coupled = km_is_coupled(&p, u.atom[0]);
    now.fault |= km_unit_velocities(u, *now.box);
    const double before = km_unit_kinetic(u, p);
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++)
        if (u.w[a] > 0.0 && coupled)
            u.v[a] =
                km_langevin_step(u.v[a], u.w[a], now.decay, now.kt, spec.seed, now.step, u.atom[a]);
    now.fault |= km_unit_velocities(u, *now.box);
    now.work = coupled ? km_unit_kinetic(u, p) - before : 0.0;
}

template <int KIND, bool LANGEVIN>
static __device__ __forceinline__ void move(const km_units &units, const km_particles &p,
                                            const km_integrator_spec &spec,
                                            const km_neighbour_list &list, first_half_numbers &now)
{
    km_unit<KIND> u;
    if (!km_unit_load(u, units, p, now.pending))
        return;
    km_unit_kick(u, p, 0.5 * spec.timestep, now.motion);
    if (list.build != NULL)
        km_unit_take(u, p);
    const double duration = LANGEVIN ? 0.5 * spec.timestep : spec.timestep;
    now.fault = km_unit_drift(u, *now.box, spec.constraint_tolerance, duration);
    if (LANGEVIN) {
        langevin(u, p, spec, now);
        now.fault |= km_unit_drift(u, *now.box, spec.constraint_tolerance, duration);
    }
    km_unit_store(u, p.position, p.n_padded, u.x);
    km_unit_store(u, p.velocity, p.n_padded, u.v);
    if (list.build == NULL)
        return;
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++)
        now.asked |= km_list_place(list, *now.box, u.atom[a], u.x[a], p.charge[u.atom[a]],
                                   now.allowance, now.near_allowance);
}

template <int KIND>
static __device__ __forceinline__ void
move_verlet(const km_units &units, const km_particles &p, const km_integrator_spec &spec,
            const km_neighbour_list &list, first_half_numbers &now)
{
    move<KIND, false>(units, p, spec, list, now);
}

template <int KIND>
static __device__ __forceinline__ void
move_langevin(const km_units &units, const km_particles &p, const km_integrator_spec &spec,
              const km_neighbour_list &list, first_half_numbers &now)
{
    move<KIND, true>(units, p, spec, list, now);
}

/* The step has a number, what was pending is applied, and the energies of a scaled cell, which the
 * next clear would lose, are booked. */
static __device__ void begin_step(int64_t step, km_cuda_state *state, km_motion *motion)
{
    state->step = step;
    km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
    if (motion->scalars.scaling_pending != 0.0)
        km_barostat_settle(&motion->scalars, km_state_potential(state));
}

template <bool LANGEVIN>
static __global__ void __launch_bounds__(KM_UNIT_THREADS)
    first_half_kernel(km_units units, km_particles p, km_integrator_spec spec,
                      km_neighbour_list list, km_cuda_state *state, km_motion *motion,
                      double *partial, bool recorded, int64_t index)
{
    first_half_numbers now;
    now.step = km_step_number(state, recorded, index);
    now.pending = km_pending_of(state);
    now.box = &state->box; /* wanted now and then: not worth registers */
    now.work = 0.0;
    now.motion = motion;
    now.allowance = list.build != NULL ? list.build->allowance : 0.0;
    now.near_allowance = list.build != NULL ? list.build->near_allowance : 0.0;
    now.asked = 0;
    now.fault = 0;
    if (LANGEVIN) {
        now.kt = km_target_kt(&spec, now.step);
        now.decay = exp(-spec.friction * spec.timestep);
        KM_UNIT_CALL(units.kind[blockIdx.x], move_langevin, units, p, spec, list, now)
    } else {
        KM_UNIT_CALL(units.kind[blockIdx.x], move_verlet, units, p, spec, list, now)
    }
    km_fault_raise(state, now.fault);
    if (list.build != NULL)
        km_list_ask(list, now.asked);
    double work[1] = {now.work};
    const bool last = LANGEVIN ? km_grid_sum<1>(work, partial, state) : km_block_is_last(state);
    if (!last || threadIdx.x != 0)
        return;
    if (LANGEVIN)
        motion->scalars.thermostat_work += work[0];
    begin_step(now.step, state, motion);
    if (list.build != NULL)
        km_list_decide(list, false, false, state);
}

template <bool LANGEVIN>
static km_status launch_first_half(km_integrator *integrator, const km_step *s, km_particles *p)
{
    static const km_neighbour_list none = {};
    KM_LAUNCH((first_half_kernel<LANGEVIN>), km_units_blocks(&integrator->units), KM_UNIT_THREADS,
              0, integrator->device->stream, integrator->units, *p, integrator->spec,
              p->neighbours != NULL ? *p->neighbours : none, km_cuda_of(p)->state,
              integrator->motion, integrator->partial, integrator->device->recording, s->index);
    km_cuda_of(p)->taken = p->neighbours != NULL;
    return KM_OK;
}

km_status km_integrator_cuda_first_half(km_integrator *integrator, const km_step *s,
                                        km_particles *p)
{
    km_device *device = integrator->device;
    KM_TRY(km_cuda_join(device));
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_neighbours_cuda_expect(device, p));
    if (integrator->spec.thermostat == KM_THERMOSTAT_NOSE_HOOVER)
        KM_TRY(km_thermostat_chain(integrator, s, p));
    KM_TRY(km_pistons_half(integrator, p, true));
    if (integrator->spec.thermostat == KM_THERMOSTAT_LANGEVIN)
        KM_TRY(launch_first_half<true>(integrator, s, p));
    else
        KM_TRY(launch_first_half<false>(integrator, s, p));
    return km_cuda_fork(device); /* for those who need no list and no more clearing */
}

/* ---- second half ---- */

typedef struct second_half_numbers {
    km_box box;
    km_pending pending; /* none: the first half has applied it */
    bool summed;        /* this step needs the sums            */
    /* kinetic energy of the atoms the thermostat acts on (kJ/mol); of the moving atoms momentum
       (u nm/ps) and squares of the kick (kJ/mol, km_kick_square); those of the former alone */
    double sum[6];
    const km_motion *motion;
    int fault;
} second_half_numbers;

template <int KIND>
static __device__ __forceinline__ void
finish(const km_units &units, const km_particles &p, const km_integrator_spec &spec,
       const km_sorted_forces &sorted, second_half_numbers &now)
{
    km_unit<KIND> u;
    if (!km_unit_load(u, units, p, now.pending))
        return;
    km_vec3 before[u.ATOMS];
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++)
        before[a] = u.v[a];
    km_unit_collect(u, p, sorted);
    km_unit_kick(u, p, 0.5 * spec.timestep, now.motion);
    now.fault = km_unit_velocities(u, now.box);
    km_unit_store(u, p.velocity, p.n_padded, u.v);
    if (!now.summed)
        return;
    const bool coupled = km_is_coupled(&p, u.atom[0]);
    now.sum[0] = coupled ? km_unit_kinetic(u, p) : 0.0;
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++) {
        const double mass = u.w[a] > 0.0 ? p.mass[u.atom[a]] : 0.0;
        now.sum[4] += km_kick_square(mass, before[a], u.v[a]);
        now.sum[1] += mass * u.v[a].x;
        now.sum[2] += mass * u.v[a].y;
        now.sum[3] += mass * u.v[a].z;
    }
    now.sum[5] = coupled ? now.sum[4] : 0.0;
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

template <int THERMOSTAT>
static __global__ void __launch_bounds__(KM_UNIT_THREADS)
    second_half_kernel(km_units units, km_particles p, km_integrator_spec spec,
                       km_sorted_forces sorted, double moving_mass, bool measured,
                       km_cuda_state *state, km_motion *motion, double *partial)
{
    const bool coupled = km_thermostat_is_due(&spec, state->step);
    const bool removal = km_is_due(&spec, state->step, spec.drift_removal_interval);
    second_half_numbers now;
    now.box = state->box;
    now.pending = km_pending_none();
    now.summed = coupled || removal || measured;
    now.fault = 0;
    now.motion = motion;
    for (int k = 0; k < 6; k++)
        now.sum[k] = 0.0;
    KM_UNIT_CALL(units.kind[blockIdx.x], finish, units, p, spec, sorted, now)
    km_fault_raise(state, now.fault);
    if (!now.summed)
        return;
    if (km_grid_sum<6>(now.sum, partial, state) && threadIdx.x == 0)
        decide<THERMOSTAT>(spec, now.sum, moving_mass, coupled, removal, state, motion);
}

template <int THERMOSTAT>
static km_status launch_second_half(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    km_sorted_forces sorted = {NULL, NULL, 0};
    if (!km_cuda_of(p)->collected && list != NULL)
        sorted = {list->force, list->slot, list->n_slots};
    KM_LAUNCH((second_half_kernel<THERMOSTAT>), km_units_blocks(&integrator->units),
              KM_UNIT_THREADS, 0, integrator->device->stream, integrator->units, *p,
              integrator->spec, sorted, integrator->moving_mass, s->energy, km_cuda_of(p)->state,
              integrator->motion, integrator->partial);
    km_cuda_of(p)->collected = true;
    return KM_OK;
}

km_status km_integrator_cuda_second_half(km_integrator *integrator, const km_step *s,
                                         km_particles *p)
{
    KM_TRY(km_cuda_join(integrator->device));
    if (integrator->spec.n_pistons > 0) /* which look at the forces before the atoms do */
        KM_TRY(km_cuda_collect(integrator->device, p));
    KM_TRY(km_pistons_half(integrator, p, false));
    switch (integrator->spec.thermostat) {
    case KM_THERMOSTAT_RESCALING:
        return launch_second_half<KM_THERMOSTAT_RESCALING>(integrator, s, p);
    case KM_THERMOSTAT_NOSE_HOOVER:
        return launch_second_half<KM_THERMOSTAT_NOSE_HOOVER>(integrator, s, p);
    default:
        return launch_second_half<KM_THERMOSTAT_NONE>(integrator, s, p);
    }
}

/* ---- the object ---- */

void km_integrator_cuda_destroy(km_integrator *integrator)
{
    if (integrator == NULL)
        return;
    km_units_destroy(&integrator->units);
    km_cuda_delete(integrator->pistons.atom);
    km_cuda_delete(integrator->molecule_start);
    km_cuda_delete(integrator->motion);
    km_cuda_delete(integrator->partial);
    km_cuda_delete(integrator->largest);
    free(integrator->first_atom);
    free(integrator);
}

static km_status fill(km_integrator *integrator, const km_integrator_spec *spec,
                      const km_particles *host)
{
    const int longest = host->n > spec->n_molecules ? host->n : spec->n_molecules;
    KM_NEW(integrator->first_atom, spec->n_groups);
    for (int g = 0; g < spec->n_groups; g++)
        integrator->first_atom[g] = spec->group[g].atom[0];
    for (int i = 0; i < host->n; i++)
        integrator->moving_mass += host->inverse_mass[i] > 0.0 ? host->mass[i] : 0.0;
    KM_TRY(km_units_create(spec, host, &integrator->units));
    KM_TRY(km_pistons_create(host, &integrator->pistons));
    KM_TRY(km_cuda_copy_of(&integrator->molecule_start, spec->molecule_start,
                           (size_t)spec->n_molecules + 1));
    const size_t blocks_of_units = km_units_blocks(&integrator->units);
    const size_t blocks = km_cuda_blocks((size_t)longest, KM_UNIT_THREADS);
    KM_TRY(km_cuda_new(&integrator->partial,
                       KM_GRID_SUM_WIDTH * (blocks > blocks_of_units ? blocks : blocks_of_units)));
    KM_TRY(km_cuda_new(&integrator->largest, 2 * blocks));
    KM_TRY(km_cuda_new(&integrator->motion, 1));
    integrator->spec = *spec;
    integrator->spec.group = NULL;
    integrator->spec.molecule_start = integrator->molecule_start;
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
    KM_CUDA(cudaDeviceSynchronize()); /* from pageable memory it may still be under way */
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
