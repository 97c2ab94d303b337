/* SPDX-License-Identifier: MIT */
/* What moves the atoms: velocity Verlet, constraints, thermostat, barostat. */
#ifndef KM_INTEGRATE_H
#define KM_INTEGRATE_H

#include "kernels/backend.h"

typedef enum km_thermostat_kind {
    KM_THERMOSTAT_NONE,        /* NVE                                                        */
    KM_THERMOSTAT_RESCALING,   /* stochastic velocity rescaling, doi:10.1063/1.2408420        */
    KM_THERMOSTAT_NOSE_HOOVER, /* chain of 4, doi:10.1080/00268979600100761                   */
    KM_THERMOSTAT_LANGEVIN     /* BAOAB, doi:10.1093/amrx/abs010                              */
} km_thermostat_kind;

typedef enum km_barostat_kind {
    KM_BAROSTAT_NONE,
    KM_BAROSTAT_ISOTROPIC,      /* stochastic cell rescaling, doi:10.1063/5.0020514            */
    KM_BAROSTAT_SEMI_ISOTROPIC, /* x and y together, z apart, doi:10.3390/app12031139          */
    KM_BAROSTAT_Z_ONLY,         /* x and y fixed                                              */
    KM_BAROSTAT_ANISOTROPIC     /* x, y and z apart; right angles only, same source           */
} km_barostat_kind;

/* A rigid group: a star (bond b from atom 0 to atom b + 1) or a triangle (bonds 0-1, 0-2, 1-2). */
#define KM_CONSTRAINT_ATOMS 5
#define KM_CONSTRAINT_BONDS 4
typedef struct km_constraint_group {
    int n_atoms, n_bonds;
    int atom[KM_CONSTRAINT_ATOMS];
    int bond[KM_CONSTRAINT_BONDS][2];   /*     pairs of indices into atom[]  */
    double length[KM_CONSTRAINT_BONDS]; /* nm                                */
} km_constraint_group;

/* A rigid group of atoms (those whose mobility is KM_MOBILITY_PISTON + its number) that moves along
 * z as one body: under the sum of their forces and a pressure on its outer face of the area a x b.
 * The thermostat does not act on it; it counts one degree of freedom. */
typedef struct km_piston {
    double pressure; /* kJ/mol/nm^3  beyond the outer face */
    int direction;   /*              where it pushes: +1 up (a piston below), -1 down (one above) */
    double damping;  /* 1/ps         friction of its motion; 0 = none                             */
} km_piston;

/* Plain host data, filled by host/engine from a stage and the model. What has an interval is due at
 * the steps whose index minus first_step is a multiple of it. */
typedef struct km_integrator_spec {
    double timestep; /* ps                                                          */
    int n_groups;    /*      constraint groups; they share no atom                  */
    const km_constraint_group *group;
    double constraint_tolerance; /*      relative error of a length, 1e-10 by default           */
    int degrees_of_freedom;      /*      3 x moving atoms - constraints - removed momentum, 1
                                         for each piston                                        */
    int coupled_degrees_of_freedom; /*   of the atoms the thermostat acts on; only read where it
                                         does not act on all: with a mobility                   */
    int n_pistons; /*      at most KM_PISTONS; each has at least one atom         */
    km_piston piston[KM_PISTONS];
    int n_molecules;
    const int *molecule_start; /*      n_molecules + 1; atoms of a molecule are consecutive   */
    /* e  of each atom: the charge of its molecule shared out by mass, for the electric current;
     * NULL: no current is measured */
    const double *carried;
    uint64_t seed;

    km_thermostat_kind thermostat;
    double temperature;          /* K    at the start of the stage                              */
    double temperature_end;      /* K    at its end; linear in between                          */
    int64_t first_step, n_steps; /*      of the stage, for the ramp and the intervals           */
    double thermostat_time;      /* ps   relaxation time (rescaling, Nose-Hoover)               */
    double friction;             /* 1/ps Langevin                                               */
    int thermostat_interval;     /*      steps between rescalings                               */

    km_barostat_kind barostat;
    double pressure;        /* kJ/mol/nm^3                                                 */
    double barostat_time;   /* ps                                                          */
    double compressibility; /* nm^3 mol/kJ                                                 */
    int barostat_interval;  /*      steps between cell rescalings                          */
    int64_t average_from;   /*      first step whose cell counts for the average; 0 = never */

    int drift_removal_interval; /*      steps between removals of total momentum; 0 = never    */
} km_integrator_spec;

/* All of the integrator that is not position or velocity; written to checkpoints. */
typedef struct km_integrator_scalars {
    double chain_position[4], chain_velocity[4]; /* Nose-Hoover; velocity in 1/ps */
    double thermostat_work; /* kJ/mol  energy given to the system so far by the thermostat  */
    double barostat_work;   /* kJ/mol  and by the barostat                                  */
    double potential_before_scaling; /* kJ/mol  of the last cell rescaling                      */
    double scaling_pending;          /*         1 until its change of U is in barostat_work     */
    double average_sum[7]; /* nm^3, nm  volume and ax, bx, by, cx, cy, cz after each rescaling */
    double n_averaged;     /*           that went into them                                     */
    double hidden_kinetic; /* kJ/mol  what the full step hides of K (coupling.h), as last summed:
                              for reports only, so it is not in checkpoints                     */
    double hidden_mean;    /* kJ/mol  its mean over the time of the thermostat                 */
} km_integrator_scalars;

#endif
