/* SPDX-License-Identifier: MIT */
/* Numbers that describe the present state. */
#ifndef KM_MEASURE_H
#define KM_MEASURE_H

#include "kernels/particles.h"

typedef struct km_measurement {
    double kinetic; /* kJ/mol                                                         */
    double kinetic_tensor[KM_TENSOR]; /* kJ/mol  of atoms: 1/2 sum m v (x) v                     */
    double temperature; /* K       2 (K + what the full step hides of it, coupling.h) /
                                   (degrees of freedom x R)                                */
    double potential;   /* kJ/mol  sum of the terms                                        */
    double conserved;   /* kJ/mol  kinetic + potential - work of thermostat, barostat and the
                                   pressure on pistons                                     */
    double volume;      /* nm^3                                                            */
    double density;     /* u/nm^3                                                          */
    double pressure;    /* kJ/mol/nm^3, molecular: from centres of mass, so that constraint
                           forces drop out; equal on average to the atomic one             */
    double pressure_tensor[KM_TENSOR]; /* kJ/mol/nm^3, molecular, symmetrised                     */
    double momentum[3]; /* u nm/ps                                                         */
    double current[3];  /* e nm/ps  sum of z V over molecules: formal charge and velocity of
                           the centre of mass                                              */
    double constraint_residual; /*         largest relative deviation of a constrained length */
    double largest_force;   /* kJ/mol/nm                                                       */
    int largest_force_atom; /*         who feels it, input order                               */
    double piston_z[KM_PISTONS];        /* nm  height of the centre of mass of each piston     */
    double piston_pressure[KM_PISTONS]; /* kJ/mol/nm^3  of the atoms on its inner face: minus
                                           direction x their force / area                      */
} km_measurement;

#endif
