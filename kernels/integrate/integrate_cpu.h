/* SPDX-License-Identifier: MIT */
/* Inside of the CPU integrator: what its files share.
 *
 * Sums over atoms or molecules go through blocks of a fixed number of them: each block is summed by
 * one thread in order, then the blocks are added in order, so that the bits do not depend on the
 * number of threads. */
#ifndef KM_INTEGRATE_CPU_H
#define KM_INTEGRATE_CPU_H

#include "kernels/backend_cpu.h"
#include "kernels/measure/measure_sums.h"

#define KM_BLOCK_LENGTH 128 /* atoms or molecules of one block     */
#define KM_BLOCK_WIDTH 16   /* most sums that one block can carry  */

struct km_integrator {
    int threads;                /*           that the loops run on                           */
    int n;                      /*           atoms                                           */
    int n_moving;               /*           of them with inverse mass above 0               */
    km_integrator_spec spec;    /*           its arrays are the two below                    */
    km_constraint_group *group; /*           spec.n_groups                                   */
    int *molecule_start;        /*           spec.n_molecules + 1                            */
    double *carried;            /* e         n, or NULL: no current                          */
    km_vec3 *direction;         /* nm        spec.n_groups x 4: bonds before a drift         */
    double *before;             /* nm/ps     3 x n_padded: velocities before a kick          */
    double *block;              /*           blocks x KM_BLOCK_WIDTH partial sums            */
    int *piston_atom;           /*           atoms of piston 0, then of piston 1              */
    int piston_start[KM_PISTONS + 1]; /*        where those of a piston begin, and the end       */
    double piston_mass[KM_PISTONS]; /* u                                                          */
    km_integrator_scalars scalars;  /*           thermostat and barostat variables               */
};

static inline int km_block_count(int n)
{
    return (n + KM_BLOCK_LENGTH - 1) / KM_BLOCK_LENGTH;
}
static inline int km_block_end(int block, int n)
{
    const int end = (block + 1) * KM_BLOCK_LENGTH;
    return end < n ? end : n;
}
/* Adds n_blocks rows of width numbers, in order. */
void km_block_total(const double *block, int n_blocks, int width, double *total);

/* kernels/integrate/constraint_cpu.c */

/* Keeps the present bond vectors as directions of the next position stage. */
void km_constraints_remember(km_integrator *integrator, const km_particles *p);
/* Moves positions back onto the constraints along the remembered directions. With duration > 0 (ps)
 * the velocities take up displacement / duration. Sets KM_FAULT_CONSTRAINT on failure; returns the
 * first group that failed, or -1. */
int km_constraints_positions(km_integrator *integrator, km_particles *p, double duration);
/* Removes velocity components along the bonds; failure as above. */
int km_constraints_velocities(km_integrator *integrator, km_particles *p);
double km_constraints_residual(const km_integrator *integrator, const km_particles *p);

/* kernels/integrate/piston_cpu.c */

km_status km_pistons_create(km_integrator *integrator, const km_particles *p);
/* Velocities after half a step, nm/ps; what friction gives is booked. */
void km_pistons_half(km_integrator *integrator, const km_particles *p, bool first,
                     double velocity[KM_PISTONS]);
/* Gives them to the atoms. */
void km_pistons_set(const km_integrator *integrator, km_particles *p,
                    const double velocity[KM_PISTONS]);
/* Atoms that were given velocities of their own take the mean of their piston, with its momentum.
 */
void km_pistons_join(const km_integrator *integrator, km_particles *p);
km_piston_sums km_pistons_sum(const km_integrator *integrator, const km_particles *p);

/* kernels/integrate/thermostat_cpu.c */

/* Kinetic energy of the moving atoms, kJ/mol, or of those alone that the thermostat acts on; the
 * same for the scaling. */
double km_kinetic_energy(km_integrator *integrator, const km_particles *p, bool coupled_only);
void km_velocities_scale(km_integrator *integrator, km_particles *p, double factor,
                         bool coupled_only);
/* Subtracts the velocity of the centre of mass of the moving atoms. */
void km_momentum_remove(km_integrator *integrator, km_particles *p);
/* Half a timestep of the Nose-Hoover chain, friction and noise of one Langevin step, stochastic
 * rescaling when due: each adds what it gives to thermostat_work. */
void km_thermostat_chain(km_integrator *integrator, const km_step *s, km_particles *p);
void km_thermostat_langevin(km_integrator *integrator, const km_step *s, km_particles *p);
void km_thermostat_rescale(km_integrator *integrator, const km_step *s, km_particles *p);

/* kernels/measure/measure_cpu.c */

km_molecule_sums km_sum_molecules(km_integrator *integrator, const km_particles *p);

#endif
