/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/command/analysis_run.h"
#include "host/command/command.h"
#include "host/output/psf_reader.h"
#include "host/output/run_folder.h"

#define PATH_LENGTH 4200

/* The temperature of the run folder's recipe, unless the option says it. */
static km_status find_temperature(const km_options *options, const char *folder,
                                  double *temperature)
{
    char path[PATH_LENGTH + 64];
    km_recipe *recipe = NULL;
    *temperature = options->temperature;
    if (*temperature > 0.0)
        return KM_OK;
    snprintf(path, sizeof path, "%s/%s", folder, KM_FILE_RECIPE);
    if (access(path, F_OK) != 0)
        return KM_FAIL(KM_ERROR_FILE,
                       "%s is not a run folder: it has no %s. A trajectory from elsewhere needs "
                       "--structure FILE.psf and --temperature-K T",
                       folder, KM_FILE_RECIPE);
    KM_TRY(km_recipe_read(path, NULL, 0, &recipe));
    *temperature = recipe->temperature;
    km_recipe_destroy(recipe);
    return KM_OK;
}

#define ANALYSES_MAX 8

/* "msd,rdf" to names; the text is cut in place. */
static km_status split_names(char *text, const char *name[ANALYSES_MAX], int *n)
{
    *n = 0;
    for (char *word = strtok_r(text, ",", &text); word != NULL; word = strtok_r(NULL, ",", &text)) {
        if (*n == ANALYSES_MAX)
            return KM_FAIL(KM_ERROR_USAGE, "--only: too many names");
        name[(*n)++] = word;
    }
    return KM_OK;
}

static km_status analyse(const km_options *options, const km_labels *labels, const char *trajectory,
                         const char *folder, double temperature)
{
    const char *name[ANALYSES_MAX];
    char names[256];
    km_terminal terminal = km_terminal_open(options->quiet);
    km_analysis *analysis = NULL;
    km_analysis_request request = {
        .name = name, .temperature = temperature, .viscosity = options->viscosity, .seed = 1};
    snprintf(names, sizeof names, "%s", options->only != NULL ? options->only : "msd,rdf");
    KM_TRY(split_names(names, name, &request.n));
    KM_TRY(km_analysis_run(trajectory, labels, &request, &analysis));
    const km_status status = km_analysis_show(analysis, folder, NULL, &terminal);
    km_analysis_destroy(analysis);
    return status;
}

/* DIR, or TRAJECTORY.nc in some folder: the folder, and the trajectory in it. */
static void find_trajectory(const char *argument, char folder[PATH_LENGTH],
                            char trajectory[PATH_LENGTH])
{
    const size_t n = strlen(argument);
    if (n < 4 || strcmp(argument + n - 3, ".nc") != 0) {
        snprintf(folder, PATH_LENGTH, "%s", argument);
        snprintf(trajectory, PATH_LENGTH, "%.4000s/%s", argument, KM_FILE_TRAJECTORY);
        return;
    }
    const char *slash = strrchr(argument, '/');
    snprintf(trajectory, PATH_LENGTH, "%s", argument);
    snprintf(folder, PATH_LENGTH, "%.*s", slash != NULL ? (int)(slash - argument) : 1,
             slash != NULL ? argument : ".");
}

km_status km_command_analyse(int argc, char **argv)
{
    km_options options;
    char folder[PATH_LENGTH], trajectory[PATH_LENGTH], psf[PATH_LENGTH + 64];
    double temperature;
    km_labels *labels = NULL;
    KM_TRY(km_options_parse(argc, argv, "output only structure viscosity-mPas temperature-K quiet",
                            &options));
    if (options.recipe == NULL)
        return KM_FAIL(KM_ERROR_USAGE,
                       "which run folder or trajectory? e.g. kalium analyse kfsi-dme-1");
    find_trajectory(options.recipe, folder, trajectory);
    KM_TRY(find_temperature(&options, folder, &temperature));
    snprintf(psf, sizeof psf, "%s/%s", folder, KM_FILE_TOPOLOGY);
    KM_TRY(km_labels_read_psf(options.structure != NULL ? options.structure : psf, &labels));
    const km_status status = analyse(&options, labels, trajectory,
                                     options.output != NULL ? options.output : folder, temperature);
    km_labels_destroy(labels);
    return status;
}
