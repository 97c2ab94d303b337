/* SPDX-License-Identifier: MIT */
/* Charged test systems, and one evaluation of the mesh term on them. */
#ifndef KM_CHARGED_SYSTEM_H
#define KM_CHARGED_SYSTEM_H

#include "tests/ewald_oracle.h"

#include "kernels/backend_cpu.h"
#include "tests/backends.h"

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
    double reciprocal, self;  /* kJ/mol */
    double virial[KM_TENSOR]; /* kJ/mol */
    double *force; /* kJ/mol/nm  3 x n, atom-major; the very numbers of the fixed-point sums */
    int fault;
} mesh_result;

/* A mesh term kept open on a backend; closing frees the system as well. */
typedef struct mesh_fixture {
    const km_backend *backend;
    charged_system *s;
    km_device *device;
    km_particles *p;
    km_force force;
} mesh_fixture;

mesh_fixture mesh_open(const km_backend *backend, charged_system *s, const km_pme_spec *spec,
                       int threads);
void mesh_close(mesh_fixture *f);
/* Positions and box of f->s to the device, a new list, everything cleared, the term computed. */
mesh_result mesh_compute(mesh_fixture *f);
/* Reciprocal and self energy of the same, kJ/mol. */
double mesh_energy(mesh_fixture *f);

/* The same, opened and closed at once. */
mesh_result mesh_evaluate(const km_backend *backend, const charged_system *s,
                          const km_pme_spec *spec);
/* And on the CPU with so many threads and these instructions. */
mesh_result mesh_evaluate_cpu(const charged_system *s, const km_pme_spec *spec, int threads,
                              km_instruction_set isa);
void mesh_result_free(mesh_result *result);

/* The best the processor has. */
km_instruction_set best_instruction_set(void);

/* Root of the mean squared length of 3 x n numbers, and of the difference of two such. */
double rms(const double *a, int n);
double rms_difference(const double *a, const double *b, int n);

#endif
