/* SPDX-License-Identifier: MIT */
/* kalium export: a run's last configuration, or a recipe's cell, in the files of other programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/command/single_point.h"
#include "host/export/export.h"
#include "host/output/checkpoint_file.h"
#include "host/output/run_folder.h"

#define PATH_LENGTH 4200

/* Of the energies that are written beside the files: far below what another program is compared to;
 * the second where a mesh for the first would be too large. */
static const double relative_force_error[] = {1e-7, 1e-6, 1e-5};

typedef struct target {
    const char *name;
    bool energies; /* are written beside its files, to be compared */
    km_status (*write)(const char *folder, const km_export *e);
} target;

static const target targets[] = {
    {"lammps", true, km_export_lammps}, {"gromacs", true, km_export_gromacs},
    {"xyz", false, km_export_xyz},      {"extxyz", false, km_export_extxyz},
    {"vmd", false, km_export_vmd},
};
static const int n_targets = sizeof targets / sizeof targets[0];

static km_status find_target(const char *name, const target **out)
{
    char known[100] = "";
    for (int k = 0; k < n_targets; k++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", k > 0 ? ", " : "", targets[k].name);
        if (name != NULL && strcmp(targets[k].name, name) == 0) {
            *out = &targets[k];
            return KM_OK;
        }
    }
    if (name == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "to which program? --to %s", known);
    return KM_FAIL(KM_ERROR_USAGE, "--to %s: the programs are %s", name, known);
}

/* Positions and box of the newest checkpoint of a run. */
static km_status take_checkpoint(const char *folder, km_cell *cell)
{
    km_checkpoint checkpoint = {0};
    km_system *system = cell->system;
    bool fallback;
    KM_TRY(km_checkpoint_read(folder, &checkpoint, &fallback, NULL, 0));
    if (checkpoint.state.n != system->n_atoms) {
        const int n = checkpoint.state.n;
        km_checkpoint_release(&checkpoint);
        return KM_FAIL(KM_ERROR_INPUT, "%s/%s has %d atoms, the recipe beside it %d", folder,
                       KM_FILE_STATE, n, system->n_atoms);
    }
    free(system->position);
    free(system->velocity);
    system->position = checkpoint.state.position;
    system->velocity = checkpoint.state.velocity;
    system->box = checkpoint.state.box;
    checkpoint.state.position = checkpoint.state.velocity = NULL;
    km_checkpoint_release(&checkpoint);
    return KM_OK;
}

/* The configuration of a run folder, or of a recipe. trajectory: of the former, else empty. */
static km_status read_cell(km_options *options, km_cell *cell, char trajectory[PATH_LENGTH])
{
    char path[PATH_LENGTH + 64];
    trajectory[0] = '\0';
    if (options->recipe == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "which run folder or recipe? e.g. kalium export kfsi-dme-1 "
                                       "--to lammps");
    snprintf(path, sizeof path, "%.4100s/%s", options->recipe, KM_FILE_RECIPE);
    const bool is_run = access(path, F_OK) == 0;
    KM_TRY(km_cell_read(is_run ? path : options->recipe, options, cell));
    if (is_run && options->structure == NULL) {
        if (cell->recipe->replicas > 1)
            return KM_FAIL(KM_ERROR_USAGE, "%s holds replicas; export one of them: %s/replica-1",
                           options->recipe, options->recipe);
        snprintf(trajectory, PATH_LENGTH, "%.4100s/%s", options->recipe, KM_FILE_TRAJECTORY);
        if (access(trajectory, F_OK) != 0)
            trajectory[0] = '\0';
        KM_TRY(km_system_compose(cell->recipe, cell->forcefield, &cell->system));
        return take_checkpoint(options->recipe, cell);
    }
    return km_system_build(cell->recipe, cell->forcefield, NULL, &cell->system);
}

/* With a Coulomb sum so exact that terms can be compared. */
static km_status make_model(const km_cell *cell, km_model **model)
{
    km_recipe exact = *cell->recipe; /* borrows all it points to */
    km_recipe_nonbonded *nonbonded = &exact.nonbonded;
    km_status status = KM_ERROR_VALUE;
    nonbonded->ewald_alpha = 0.0;
    nonbonded->spline_order = 0;
    memset(nonbonded->mesh, 0, sizeof nonbonded->mesh);
    for (int k = 0; k < 3 && status == KM_ERROR_VALUE; k++) {
        nonbonded->relative_force_error = relative_force_error[k];
        status = km_model_create(&exact, cell->forcefield, cell->system, false, model);
    }
    return status;
}

static km_status write_files(const km_options *options, const target *to, km_export *e)
{
    char folder[PATH_LENGTH], path[PATH_LENGTH + 64];
    if (options->output != NULL)
        snprintf(folder, sizeof folder, "%.4100s", options->output);
    else
        snprintf(folder, sizeof folder, "%.1000s-%s", e->recipe->id, to->name);
    snprintf(path, sizeof path, "%s/%s", folder, KM_FILE_RECIPE);
    if (access(path, F_OK) == 0)
        return KM_FAIL(KM_ERROR_USAGE, "%s holds a run; export into another folder: -o DIR",
                       folder);
    KM_TRY(km_folder_make(folder));
    KM_TRY(to->write(folder, e));
    printf("%d atoms written for %s to %s\n", e->model->n, to->name, folder);
    return KM_OK;
}

static km_status export_cell(const km_options *options, const km_cell *cell, const target *to,
                             const char *trajectory)
{
    km_model *model = NULL;
    km_single_point point = {0};
    km_status status =
        to->energies ? make_model(cell, &model)
                     : km_model_create(cell->recipe, cell->forcefield, cell->system, false, &model);
    if (status == KM_OK && to->energies)
        status = km_single_point_make(options, model, cell->system, &point);
    if (status == KM_OK) {
        km_export e = {.recipe = cell->recipe,
                       .forcefield = cell->forcefield,
                       .model = model,
                       .box = cell->system->box,
                       .position = cell->system->position,
                       .velocity = cell->system->velocity,
                       .energy = to->energies ? point.simulation->particles->energy : NULL,
                       .trajectory = trajectory[0] != '\0' ? trajectory : NULL};
        status = write_files(options, to, &e);
    }
    km_single_point_free(&point);
    km_model_destroy(model);
    return status;
}

km_status km_command_export(int argc, char **argv)
{
    km_options options;
    km_cell cell = {0};
    char trajectory[PATH_LENGTH];
    const target *to = NULL;
    KM_TRY(km_options_parse(argc, argv, "output set seed structure to threads device", &options));
    KM_TRY(find_target(options.to, &to));
    km_status status = read_cell(&options, &cell, trajectory);
    if (status == KM_OK)
        status = export_cell(&options, &cell, to, trajectory);
    km_cell_destroy(&cell);
    return status;
}
