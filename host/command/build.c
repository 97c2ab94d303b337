/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "host/command/command.h"
#include "host/command/run_files.h"
#include "host/output/run_folder.h"

static km_status build(const km_options *options, km_cell *cell, km_run_folder **folder)
{
    km_model *model = NULL;
    KM_TRY(km_cell_read(options->recipe, options, cell));
    const char *name = options->output != NULL ? options->output : cell->recipe->id;
    KM_TRY(km_system_compose(cell->recipe, cell->forcefield, &cell->system));
    KM_TRY(km_model_create(cell->recipe, cell->forcefield, cell->system, true, &model));
    km_print_effort(cell, model);
    km_status status = km_run_folder_open(name, false, folder);
    km_system_destroy(cell->system);
    cell->system = NULL;
    if (status == KM_OK)
        status = km_system_build(cell->recipe, cell->forcefield, name, &cell->system);
    if (status == KM_OK)
        status = km_run_files_recipe(name, cell);
    if (status == KM_OK)
        status = km_run_files_start(name, cell, model);
    if (status == KM_OK) {
        km_print_composition(cell, model);
        printf("  written to %s: start.pdb, topology.psf, view.vmd, recipe-resolved.yaml\n", name);
    }
    km_model_destroy(model);
    return status;
}

km_status km_command_build(int argc, char **argv)
{
    km_options options;
    km_cell cell = {0};
    km_run_folder *folder = NULL;
    KM_TRY(km_options_parse(argc, argv, "output set seed", &options));
    const km_status status = build(&options, &cell, &folder);
    km_run_folder_destroy(folder);
    km_cell_destroy(&cell);
    return status;
}
