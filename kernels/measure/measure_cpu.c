/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "kernels/integrate/integrate_cpu.h"

_Static_assert(sizeof(km_atom_sums) <= KM_BLOCK_WIDTH * sizeof(double), "a row fits a block");
_Static_assert(sizeof(km_molecule_sums) <= KM_BLOCK_WIDTH * sizeof(double), "a row fits a block");

km_molecule_sums km_sum_molecules(km_integrator *integrator, const km_particles *p)
{
    const int n_molecules = integrator->spec.n_molecules, n_blocks = km_block_count(n_molecules);
    const int *start = integrator->molecule_start;
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        km_molecule_sums sums = {{0}, {0}};
        for (int m = b * KM_BLOCK_LENGTH; m < km_block_end(b, n_molecules); m++)
            km_molecule_add(p, start[m], start[m + 1], &sums);
        memcpy(integrator->block + b * KM_BLOCK_WIDTH, &sums, sizeof sums);
    }
    double total[KM_MOLECULE_SUMMED];
    km_molecule_sums out;
    km_block_total(integrator->block, n_blocks, KM_MOLECULE_SUMMED, total);
    memcpy(&out, total, sizeof out);
    return out;
}

static km_atom_sums sum_atoms(km_integrator *integrator, const km_particles *p)
{
    const int n_blocks = km_block_count(p->n);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        km_atom_sums sums = {{0}, {0}, {0}, 0, 0, 0};
        for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++)
            km_atom_add(p, integrator->carried, i, &sums);
        memcpy(integrator->block + b * KM_BLOCK_WIDTH, &sums, sizeof sums);
    }
    double total[KM_ATOM_SUMMED];
    km_atom_sums out = {{0}, {0}, {0}, 0, 0, 0}, row;
    km_block_total(integrator->block, n_blocks, KM_ATOM_SUMMED, total);
    memcpy(&out, total, sizeof total);
    for (int b = 0; b < n_blocks; b++) {
        memcpy(&row, integrator->block + b * KM_BLOCK_WIDTH, sizeof row);
        if (row.largest_square > out.largest_square) {
            out.largest_square = row.largest_square;
            out.largest_atom = row.largest_atom;
        }
    }
    return out;
}

km_status km_measure_cpu(km_integrator *integrator, km_particles *p, km_measurement *out)
{
    const km_atom_sums atoms = sum_atoms(integrator, p);
    const km_molecule_sums molecules = km_sum_molecules(integrator, p);
    const double residual = km_constraints_residual(integrator, p);
    const km_piston_sums pistons = km_pistons_sum(integrator, p);
    km_measurement_fill(&integrator->spec, &integrator->scalars, p, &atoms, &molecules, &pistons,
                        residual, out);
    return KM_OK;
}
