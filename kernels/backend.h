/* SPDX-License-Identifier: MIT */
/* Where work runs: one table of operations per backend.
 *
 * The engine knows only this table, km_particles and km_force. Order of use: open ->
 * particles_create
 * -> upload -> neighbours_create -> make_force... -> integrator_create -> steps -> destroy all ->
 * close. Every destroy accepts NULL. */
#ifndef KM_BACKEND_H
#define KM_BACKEND_H

#include "kernels/force.h"

typedef struct km_device km_device;         /* threads or streams; private to the backend */
typedef struct km_integrator km_integrator; /* private to the backend                      */
typedef struct km_recording km_recording;   /* private to the backend                      */
struct km_neighbour_spec;                   /* kernels/neighbours/neighbour_list.h          */
struct km_integrator_spec;                  /* kernels/integrate/integrate.h                */
struct km_integrator_scalars;
struct km_measurement; /* kernels/measure/measure.h                    */

/* One row per term of the energy; make_force takes the spec named here. */
typedef enum km_force_kind {
    KM_FORCE_PAIR,   /* km_pair_spec   kernels/pair/pair.h     */
    KM_FORCE_BONDED, /* km_bonded_spec kernels/bonded/bonded.h */
    KM_FORCE_PME,    /* km_pme_spec    kernels/pme/pme.h       */
    KM_FORCE_SLAB,   /* km_slab_spec   kernels/slab/slab.h     */
    KM_FORCE_EAM,    /* km_eam_spec    kernels/eam/eam.h       */
    KM_FORCE_EIM,    /* km_eim_spec    kernels/eim/eim.h       */
    KM_FORCE_COUNT
} km_force_kind;

/* Where a device stands whose lists must be given more memory. */
typedef struct km_standstill {
    bool stood;    /* it does     */
    int64_t step;  /* at this one */
    bool half_way; /* its first half is done: forces and second half are to be done again. Otherwise
                      the step is complete, and the forces after it are to be computed again */
} km_standstill;

/* A configuration on the host, in input order. */
typedef struct km_state {
    int n;
    km_box box;       /* nm                                        */
    double *position; /* nm     3 x n, atom-major: r[3 * i + c]    */
    double *velocity; /* nm/ps  3 x n, atom-major                  */
} km_state;

/* Constant per-atom arrays, host memory, n entries each. */
typedef struct km_particles_spec {
    int n;
    const double *mass;   /* u; 0 = held fixed */
    const double *charge; /* e                 */
    const int *type;
    const int *molecule;
    const unsigned char *mobility; /* of km_mobility; NULL = all are free */
    double list_headroom; /* memory of a list against what it holds, for a device that gives it
                             beforehand; 0 = its own. 1 (just enough) or less: for tests */
} km_particles_spec;

/* Takes a pair of the list: atoms, and the vector from i to j in the image that it holds, nm. */
typedef void km_pair_visitor(void *self, int i, int j, km_vec3 d);

typedef struct km_backend {
    const char *name; /* "cpu", "cuda" */

    /* Opens the device with that many threads (0 = all the machine has). */
    km_status (*open)(int threads, km_device **out);
    void (*close)(km_device *device);
    /* One line about the device, for logs: "cpu, 2 threads, AVX2". */
    const char *(*describe)(const km_device *device);

    km_status (*particles_create)(km_device *device, const km_particles_spec *spec,
                                  km_particles **out);
    void (*particles_destroy)(km_particles *p);
    km_status (*upload)(km_device *device, const km_state *state, km_particles *p);
    km_status (*download)(km_device *device, const km_particles *p, km_state *state);
    /* Forces in kJ/mol/nm, atom-major 3 x n, for tests, minimiser and output. */
    km_status (*download_forces)(km_device *device, km_particles *p, double *force);

    km_status (*neighbours_create)(km_device *device, const struct km_neighbour_spec *spec,
                                   km_particles *p);
    /* Refreshes the sorted coordinates; rebuilds the list when an atom has moved more than half the
     * skin since the last build, or when force_rebuild is set. *rebuilt says whether the terms must
     * be told; a device that decides and tells them by itself leaves it false. */
    km_status (*neighbours_update)(km_device *device, km_particles *p, bool force_rebuild,
                                   bool *rebuilt);
    /* Hands the pairs that the pair term computes and of which an atom is wanted (n atoms) to the
     * visitor, with distances from the positions `now`, which are those of the particles. Waits for
     * the device. */
    km_status (*neighbours_visit)(km_device *device, const km_particles *p, const km_state *now,
                                  const bool *wanted, void *self, km_pair_visitor *visitor);

    km_status (*make_force[KM_FORCE_COUNT])(km_device *device, const void *spec,
                                            const km_particles *p, km_force *out);
    /* Sets forces, and when the step asks energies and virial, to zero. */
    km_status (*clear)(km_device *device, const km_step *s, km_particles *p);
    /* Waits for the device; then box, energies, virial and fault of *p are those of the last
     * operation. Between two calls the host may not look at them. */
    km_status (*synchronise)(km_device *device, km_particles *p);

    km_status (*integrator_create)(km_device *device, const struct km_integrator_spec *spec,
                                   const km_particles *p, km_integrator **out);
    void (*integrator_destroy)(km_integrator *integrator);
    /* From the state and forces at t: half kick, drift, position constraints. */
    km_status (*first_half)(km_integrator *integrator, const km_step *s, km_particles *p);
    /* With the forces at t + dt: half kick, velocity constraints, thermostat, drift removal. */
    km_status (*second_half)(km_integrator *integrator, const km_step *s, km_particles *p);
    /* Barostat, when due at this step, which must have asked for energies and virial. *changed says
     * that box and positions were scaled: the list must be rebuilt, and forces and energies
     * computed again before the next first_half, which books the change of potential energy. */
    km_status (*couple_pressure)(km_integrator *integrator, const km_step *s, km_particles *p,
                                 bool *changed);
    /* Thermostat and barostat variables, for checkpoints; waits for the device. */
    km_status (*scalars_get)(const km_integrator *integrator, struct km_integrator_scalars *out);
    km_status (*scalars_set)(km_integrator *integrator, const struct km_integrator_scalars *in);
    /* Projects positions and velocities onto the constraints (start, and inside the minimiser). */
    km_status (*constrain)(km_integrator *integrator, km_particles *p);
    /* Draws velocities at a temperature: momentum removed, constraints obeyed, scaled exactly. */
    km_status (*draw_velocities)(km_integrator *integrator, double temperature, uint64_t seed,
                                 km_particles *p);
    /* Kinetic energy, temperature, pressure and so on of the present state. */
    km_status (*measure)(km_integrator *integrator, km_particles *p, struct km_measurement *out);

    /* Optional, as all that follows: opens the device of that number, from 0; open takes the first
     * that will do. */
    km_status (*open_number)(int number, km_device **out);

    /* For lists whose memory the host gives them. Where one has outgrown it (KM_FAULT_LIST) the
     * device stands still: what is called or played changes neither positions, velocities and cell
     * nor the number of the step, thermostat and barostat. This waits and gives that list more; the
     * next call must be what *at says. Recorded steps are void. */
    km_status (*make_room)(km_device *device, km_particles *p, km_standstill *at);

    /* Both or none, for a device that works beside the host: take queues a copy of positions, cell
     * and, when asked for, velocities as they are now, and does not wait; collect waits for the
     * copy alone, not for what was queued after it, and puts it into *state, and into p->fault the
     * faults that there were then. One at a time. */
    km_status (*frame_take)(km_device *device, km_particles *p, bool velocities);
    km_status (*frame_collect)(km_device *device, km_particles *p, km_state *state);

    /* All four or none: many steps for one call. What is called between begin and end is
     * recorded, not done: steps that ask for no energies. Played, they are done `count` times over,
     * the first step with number first_step, without the host between them. */
    km_status (*record_begin)(km_device *device, km_particles *particles);
    km_status (*record_end)(km_device *device, km_recording **out);
    km_status (*record_play)(km_recording *recording, km_particles *p, int64_t first_step,
                             int64_t count);
    void (*record_destroy)(km_recording *recording);
} km_backend;

#ifdef __cplusplus
extern "C" {
#endif
extern const km_backend km_backend_cpu;
extern const km_backend km_backend_cuda; /* where the build has CUDA: KM_WITH_CUDA */
#ifdef __cplusplus
}
#endif

#endif
