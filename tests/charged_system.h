/* SPDX-License-Identifier: MIT */
/* Charged test systems, and one evaluation of the mesh term on them. */
#ifndef KM_CHARGED_SYSTEM_H
#define KM_CHARGED_SYSTEM_H

#include "tests/ewald_oracle.h"

#include "kernels/backend_cpu.h"

/* A triclinic cell of some 9 nm^3. */
extern const km_box charged_system_cell;

/* n charges of alternating sign and uneven size at random places, net charge 0; with
 * least_distance (nm) between any two. The numbers depend on the seed only. */
charged_system *charged_system_random(int n, km_box box, double least_distance, unsigned seed);
/* A cubic crystal: repeat^3 cells of edge a (nm) with n_basis atoms at fractional places. */
charged_system *charged_system_crystal(int repeat, double a, int n_basis, const double basis[][3],
                                       const double *charge);
/* 23 charges in charged_system_cell: at random, on faces, on mesh points, many cells away. */
charged_system *charged_system_awkward(void);
charged_system *charged_system_new(int n, km_box box);
void charged_system_free(charged_system *s);

km_pme_spec mesh_spec(double alpha, int a, int b, int c, int order);

/* One evaluation of the mesh term. */
typedef struct mesh_result {
    double reciprocal, self; /* kJ/mol                              */
    double virial[KM_TENSOR];
    double *force;       /* kJ/mol/nm  3 x n, atom-major        */
    km_fixed *raw_force; /*            3 x n, the very bits      */
    int fault;
} mesh_result;

/* Particle arrays without a backend table: what the mesh term reads and writes. */
km_particles *particles_of(const charged_system *s);
void particles_free(km_particles *p);

mesh_result mesh_evaluate(const charged_system *s, const km_pme_spec *spec, int threads,
                          km_instruction_set isa);
void mesh_result_free(mesh_result *result);
/* A mesh term kept open; closing frees the system as well. */
typedef struct mesh_fixture {
    charged_system *s;
    km_particles *p;
    km_force force;
} mesh_fixture;

mesh_fixture mesh_open(charged_system *s, const km_pme_spec *spec, int threads);
void mesh_close(mesh_fixture *f);
/* Reciprocal and self energy of the positions and box in f->p now, kJ/mol. */
double mesh_energy(mesh_fixture *f);

/* The best the processor has. */
km_instruction_set best_instruction_set(void);

/* Root of the mean squared length of 3 x n numbers, and of the difference of two such. */
double rms(const double *a, int n);
double rms_difference(const double *a, const double *b, int n);

#endif
