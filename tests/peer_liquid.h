/* SPDX-License-Identifier: MIT */
/* A liquid of tests/reference/peers/: a configuration, and what other programs say of it. */
#ifndef KM_PEER_LIQUID_H
#define KM_PEER_LIQUID_H

#include "host/model/model.h"
#include "tests/cmocka_all.h"

#define PEER_KINDS 8 /* of molecules in one file, at most */

typedef struct peer_liquid {
    double coulomb_constant, charge_scale, cutoff; /* kJ nm/mol/e^2, 1, nm                */
    char file[2][32]; /* of the force field                                                */
    km_box box;
    int n_kinds, count[PEER_KINDS], length[PEER_KINDS]; /* molecules, atoms in one        */
    char key[PEER_KINDS][32];
    int n;                                 /* atoms                                              */
    double *position, *force;              /* nm, kJ/mol/nm  3 x n, atom-major                   */
    double energy[KM_ENERGY_COUNT];        /* kJ/mol, without the Coulomb terms of the Ewald sum */
    double coulomb_other;                  /* kJ/mol  their sum                                  */
    double virial_tail, virial[KM_TENSOR]; /* kJ/mol                                      */
    km_forcefield *forcefield;
    km_recipe recipe; /* splitting and mesh so sharp that the Coulomb sum is exact to 1e-7 */
    km_system system; /* borrows position; box and position may be exchanged             */
    km_system_component component[PEER_KINDS];
} peer_liquid;

/* Reads kfsi-dme, kpf6-ec-dec, kfsi-dme-tte, k-kfsi-dme-k, k-k3ocl or k-k2fe4o7; fails the test
 * when it cannot. */
peer_liquid *peer_liquid_read(const char *name);
void peer_liquid_free(peer_liquid *liquid);

/* The model of its recipe and system as they are now; the caller destroys it. */
km_model *peer_liquid_model(const peer_liquid *liquid);

typedef struct peer_result {
    double energy[KM_ENERGY_COUNT], virial[KM_TENSOR]; /* kJ/mol                          */
    double *force; /* kJ/mol/nm  3 x n, atom-major; the caller frees it */
} peer_result;

/* Energies, virial and forces of one term, or of all with KM_FORCE_COUNT, at the system's box and
 * positions. */
peer_result peer_liquid_evaluate(const km_backend *backend, const peer_liquid *liquid,
                                 const km_model *model, km_force_kind only, int threads);

#endif
