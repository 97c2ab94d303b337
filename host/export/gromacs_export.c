/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/export/gromacs.h"
#include "host/output/atomic_file.h"
#include "host/output/gro_text.h"

/* What GROMACS does not have. */
static km_status check(const km_model *model)
{
    const char *what = NULL;
    if (model->metal_cutoff > 0.0)
        what = "embedded-atom and embedded-ion potentials of metals";
    else if (model->has_slab)
        what = "the dipole term of a slab as kalium has it";
    else if (model->mobility != NULL)
        what = "pistons and layers without thermostat as kalium has them";
    if (what != NULL)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "this cell is not written for GROMACS, which has no %s. LAMMPS has them: "
                       "--to lammps",
                       what);
    for (int k = 0; k < model->pair.n_types * model->pair.n_types; k++)
        if (model->pair.form[k] != KM_VDW_LENNARD_JONES && model->pair.form[k] != KM_VDW_NONE)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "this cell is not written for GROMACS: the pairs of its ions are no "
                           "Lennard-Jones pairs, and GROMACS computes no others since it has the "
                           "Verlet scheme alone. LAMMPS has most forms: --to lammps");
    for (int i = 0; i < model->n; i++)
        if (strpbrk(model->labels->type_name[i], " ;[#\\") != NULL)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "the atom type %s cannot be written for GROMACS: a name there has no "
                           "blank and none of ;[#\\",
                           model->labels->type_name[i]);
    return KM_OK;
}

static void put_atom(FILE *out, const km_export *e, int i, km_vec3 shift)
{
    const km_labels *labels = e->model->labels;
    const int molecule = labels->molecule[i];
    const double *r = &e->position[3 * (size_t)i];
    km_gro_put_atom(out, molecule, labels->kind[labels->molecule_kind[molecule]].residue, i,
                    labels->atom_name[i],
                    km_vec3_make(r[0] + shift.x, r[1] + shift.y, r[2] + shift.z),
                    e->velocity != NULL ? &e->velocity[3 * (size_t)i] : NULL);
}

/* Molecules whole, their centres in the cell. */
km_status km_gromacs_write_coordinates(const char *path, const km_gromacs *g)
{
    const km_export *e = g->e;
    const km_labels *labels = e->model->labels;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    fprintf(file.stream, "%.200s\n%d\n", e->recipe->title != NULL ? e->recipe->title : "cell",
            labels->n_atoms);
    for (int m = 0; m < labels->n_molecules; m++) {
        const km_vec3 shift = km_topology_shift_into_cell(labels, &e->box, e->position, m);
        for (int i = labels->molecule_start[m]; i < labels->molecule_start[m + 1]; i++)
            put_atom(file.stream, e, i, shift);
    }
    km_gro_put_box(file.stream, &e->box);
    return km_atomic_stream_commit(&file);
}

static km_status prepare(km_gromacs *g)
{
    const km_labels *labels = g->e->model->labels;
    KM_TRY(check(g->e->model));
    KM_TRY(km_export_mesh(g->e, &g->mesh));
    KM_TRY(km_topology_segments(labels, &g->name));
    KM_NEW(g->first_molecule, labels->n_kinds);
    for (int m = labels->n_molecules - 1; m >= 0; m--)
        g->first_molecule[labels->molecule_kind[m]] = m;
    return KM_OK;
}

static km_status write_all(const char *folder, const km_gromacs *g)
{
    static km_status (*const write[])(const char *, const km_gromacs *) = {
        km_gromacs_write_topology, km_gromacs_write_coordinates, km_gromacs_write_energy,
        km_gromacs_write_kalium_energy, km_gromacs_write_run};
    static const char *const name[] = {"topol.top", "conf.gro", "energy.mdp", "kalium-energy.txt",
                                       "run.mdp"};
    char path[4400];
    for (int k = 0; k < g->e->model->labels->n_kinds; k++) {
        snprintf(path, sizeof path, "%.4200s/%s.itp", folder, g->name[k].name);
        KM_TRY(km_gromacs_write_molecule(path, g, k));
    }
    for (size_t k = 0; k < sizeof write / sizeof write[0]; k++) {
        snprintf(path, sizeof path, "%.4200s/%s", folder, name[k]);
        KM_TRY(write[k](path, g));
    }
    return KM_OK;
}

km_status km_export_gromacs(const char *folder, const km_export *e)
{
    km_gromacs g = {.e = e, .stage = km_export_stage(e->recipe)};
    km_status status = prepare(&g);
    if (status == KM_OK)
        status = write_all(folder, &g);
    free(g.name);
    free(g.first_molecule);
    return status;
}
