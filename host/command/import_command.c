/* SPDX-License-Identifier: MIT */
/* kalium import: molecules and systems of GROMACS as a force-field file and a recipe. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/command/command.h"
#include "host/import/import.h"
#include "host/output/run_folder.h"

#define PATH_LENGTH 4200

/* What was written, read again as a run would. */
static km_status check_recipe(const char *folder)
{
    const km_options plain = {0};
    km_cell cell = {0};
    char path[PATH_LENGTH + 64];
    snprintf(path, sizeof path, "%s/%s", folder, KM_FILE_IMPORTED_RECIPE);
    if (access(path, F_OK) != 0)
        return KM_OK;
    km_status status = km_cell_read(path, &plain, &cell);
    if (status == KM_OK)
        status = km_system_compose(cell.recipe, cell.forcefield, &cell.system);
    if (status == KM_OK)
        km_print_composition(&cell, NULL);
    km_cell_destroy(&cell);
    return status;
}

static km_status import_files(const km_options *options, const km_gromacs_topology *topology,
                              const km_structure *structure)
{
    char folder[PATH_LENGTH], path[PATH_LENGTH + 64];
    const char *file = strrchr(options->recipe, '/');
    const km_import in = {.topology_path = options->recipe,
                          .structure_path = options->structure,
                          .topology = topology,
                          .structure = structure,
                          .name = options->name,
                          .report = stdout};
    file = file != NULL ? file + 1 : options->recipe;
    if (options->output != NULL)
        snprintf(folder, sizeof folder, "%.4100s", options->output);
    else
        snprintf(folder, sizeof folder, "%.*s-import", (int)strcspn(file, "."), file);
    snprintf(path, sizeof path, "%s/%s", folder, KM_FILE_RECIPE);
    if (access(path, F_OK) == 0)
        return KM_FAIL(KM_ERROR_USAGE, "%s holds a run; import into another folder: -o DIR",
                       folder);
    KM_TRY(km_folder_make(folder));
    KM_TRY(km_import_gromacs(folder, &in));
    KM_TRY(check_recipe(folder));
    printf("written to %s\n", folder);
    return KM_OK;
}

km_status km_command_import(int argc, char **argv)
{
    km_options options;
    km_gromacs_topology *topology = NULL;
    km_structure *structure = NULL;
    KM_TRY(km_options_parse(argc, argv, "output structure name defaults", &options));
    if (options.recipe == NULL || options.structure == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "which topology, and which coordinates? e.g. kalium import "
                                       "topol.top --structure conf.gro -o mine");
    km_status status = km_gromacs_topology_read(options.recipe, options.defaults, &topology);
    if (status == KM_OK)
        status = km_structure_read(options.structure, &structure);
    if (status == KM_OK)
        status = import_files(&options, topology, structure);
    km_structure_destroy(structure);
    km_gromacs_topology_destroy(topology);
    return status;
}
