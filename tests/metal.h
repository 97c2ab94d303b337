/* SPDX-License-Identifier: MIT */
/* A metal on a device, with the embedded-atom or (files *.eim) the embedded-ion term alone. */
#ifndef KM_TESTS_METAL_H
#define KM_TESTS_METAL_H

#include "host/input/eam_file.h"
#include "host/input/eim_file.h"
#include "tests/backends.h"

typedef struct metal {
    km_eam_tables *tables;   /* NULL with ions   */
    km_eim_parameters *ions; /* NULL with tables */
    km_box box;              /* nm */
    int n;
    double *position, *mass, *charge; /* nm  3 x n atom-major; u; e */
    int *element, *zero, *number;     /* n; all 0; 0, 1, 2 ...      */
    double *force;                    /* kJ/mol/nm  3 x n           */
    double energy, virial[KM_TENSOR]; /* kJ/mol                     */

    const km_backend *backend;
    km_device *device;
    km_particles *p;
    km_force term;
} metal;

/* Room for n atoms; the potential is named from the root of the source. */
metal *metal_make(const char *potential, int n, km_box box);
/* Atoms of a bcc crystal of that many cells, moved at random by up to `shake` nm. */
metal *metal_bcc(const char *potential, const int cells[3], double a, double shake, uint64_t seed);
/* tests/reference/metals/NAME.txt: with what LAMMPS says in force, energy, virial. */
metal *metal_read(const char *name);
/* The term on a device; atoms beyond the first n_metal are none of it. */
void metal_open(metal *m, const km_backend *backend, int threads, int n_metal);
/* Energies, virial and forces of the positions now; the caller frees *force (3 x n). */
typedef struct metal_result {
    double energy, virial[KM_TENSOR], *force;
    int fault;
} metal_result;
metal_result metal_evaluate(metal *m);
/* Takes the term off its device. */
void metal_close(metal *m);
void metal_free(metal *m);

#endif
