/* SPDX-License-Identifier: MIT */
/* One cell in the files of other programs. Each writer says all of the model in the target's own
 * terms or fails with KM_ERROR_UNSUPPORTED and a paragraph on what the target does not have:
 * nothing is left out in silence. */
#ifndef KM_EXPORT_H
#define KM_EXPORT_H

#include "host/input/forcefield_file.h"
#include "host/input/recipe_file.h"
#include "host/model/model.h"

typedef struct km_export {
    const km_recipe *recipe;
    const km_forcefield *forcefield;
    const km_model *model;  /* no bond held but in rigid molecules          */
    km_box box;             /* nm                                           */
    const double *position; /* nm     3 x n atom-major, unwrapped           */
    const double *velocity; /* nm/ps  3 x n, or NULL when there are none    */
    const double *energy;   /* kJ/mol KM_ENERGY_COUNT, of this configuration; NULL: not computed */
    const char *trajectory; /* of the run, AMBER NetCDF; NULL: none */
} km_export;

/* The stage that the target is asked to go on with: production, else the last of dynamics; NULL
 * when the recipe has none. */
const km_stage *km_export_stage(const km_recipe *recipe);

/* LAMMPS: system.data, system.in (styles and coefficients), energy.in (one configuration, its terms
 * into energy.txt in kJ/mol), run.in (the production stage), kalium-energy.txt (the same terms by
 * kalium), and the potential file of a metal. Units real, or metal where a cell has a metal or
 * other forms than Lennard-Jones. folder exists. Source of the formats: LAMMPS manual,
 * doi:10.1016/j.cpc.2021.108171. */
KM_MUST_CHECK km_status km_export_lammps(const char *folder, const km_export *e);

/* GROMACS: topol.top with one .itp per kind of molecule, conf.gro, energy.mdp (one configuration),
 * run.mdp (the production stage), and kalium-energy.txt, the terms as `gmx energy` names them. Only
 * Lennard-Jones, charges and molecules: metals, other forms of pairs, frozen atoms and slabs are
 * refused. Format: GROMACS reference manual, chapter "Topologies",
 * doi:10.1016/j.softx.2015.06.001. */
KM_MUST_CHECK km_status km_export_gromacs(const char *folder, const km_export *e);

/* XYZ, plain or extended (lattice, species, pos, velo): trajectory.xyz or trajectory.extxyz with
 * all frames, unwrapped, or cell.xyz, cell.extxyz with the one configuration. */
KM_MUST_CHECK km_status km_export_xyz(const char *folder, const km_export *e);
KM_MUST_CHECK km_status km_export_extxyz(const char *folder, const km_export *e);

/* VMD: topology.psf, start.pdb (this configuration), trajectory.nc, view.vmd as in a run folder,
 * and scene.vmd with shells, paths and surfaces. */
KM_MUST_CHECK km_status km_export_vmd(const char *folder, const km_export *e);

/* Splitting, order and mesh for the accuracy that the recipe asks of a run; zero without charges.
 */
KM_MUST_CHECK km_status km_export_mesh(const km_export *e, km_pme_spec *out);

/* The bytes of a file under another name. */
KM_MUST_CHECK km_status km_export_copy(const char *from, const char *to);

#endif
