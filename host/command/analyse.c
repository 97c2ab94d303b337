/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/analysis/ensemble.h"
#include "host/command/analysis_run.h"
#include "host/command/command.h"
#include "host/command/replicas.h"
#include "host/command/run_files.h"
#include "host/output/psf_reader.h"
#include "host/output/run_folder.h"

#define PATH_LENGTH 4200

/* Temperature, unless the option says it, seed and number of replicas from the recipe of the
 * folder: an analysis repeated gives the run's own numbers. */
static km_status read_recipe(const km_options *options, const char *folder,
                             km_analysis_request *request, int *replicas, km_recipe **out)
{
    char path[PATH_LENGTH + 64];
    km_recipe *recipe = NULL;
    request->temperature = options->temperature;
    *replicas = 1;
    *out = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, KM_FILE_RECIPE);
    if (access(path, F_OK) != 0 && request->temperature > 0.0)
        return KM_OK;
    if (access(path, F_OK) != 0)
        return KM_FAIL(KM_ERROR_FILE,
                       "%s is not a run folder: it has no %s. A trajectory from elsewhere needs "
                       "--structure FILE.psf and --temperature-K T",
                       folder, KM_FILE_RECIPE);
    KM_TRY(km_recipe_read(path, NULL, 0, &recipe));
    if (!(request->temperature > 0.0))
        request->temperature = recipe->temperature;
    request->seed = recipe->seed;
    *replicas = recipe->replicas;
    request->recipe = *out = recipe;
    return KM_OK;
}

#define ANALYSES_MAX 16

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

/* One trajectory and its topology: the one of --structure, or that in the folder. */
static km_status analyse_one(const char *structure, const char *folder, const char *trajectory,
                             const km_analysis_request *request, km_analysis **out)
{
    char psf[PATH_LENGTH + 64];
    km_labels *labels = NULL;
    snprintf(psf, sizeof psf, "%s/%s", folder, KM_FILE_TOPOLOGY);
    KM_TRY(km_labels_read_psf(structure != NULL ? structure : psf, &labels));
    const km_status status = km_analysis_run(trajectory, labels, request, out);
    km_labels_destroy(labels);
    return status;
}

/* All replicas of a folder, then what they say together. */
static km_status analyse_replicas(const char *structure, const char *folder, int n,
                                  const km_analysis_request *request, km_analysis **each,
                                  km_results *together)
{
    char one[PATH_LENGTH], trajectory[PATH_LENGTH + 64];
    const km_results **results;
    for (int k = 0; k < n; k++) {
        km_replica_folder(folder, k + 1, one, sizeof one);
        snprintf(trajectory, sizeof trajectory, "%s/%s", one, KM_FILE_TRAJECTORY);
        km_analysis_request own = *request;
        own.seed = km_replica_seed(request->seed, k + 1); /* as its run had it */
        KM_TRY(analyse_one(structure, one, trajectory, &own, &each[k]));
    }
    KM_NEW(results, n);
    for (int k = 0; k < n; k++)
        results[k] = km_analysis_results(each[k]);
    const km_status status = km_ensemble_reduce(results, n, together);
    free(results);
    return status;
}

/* analysis-msd-rdf.json: what a report adds to results.json. names: as asked for, by commas. */
static km_status write_json(const km_results *results, const km_analysis_request *request,
                            const char *folder, const char *names)
{
    char path[PATH_LENGTH + 300];
    const int before = snprintf(path, sizeof path, "%s/", folder);
    snprintf(path + before, sizeof path - (size_t)before, KM_FILE_ANALYSES "%s.json", names);
    for (char *c = path + before; *c != '\0'; c++)
        *c = *c == ',' || *c == '/' ? '-' : *c;
    km_json *json;
    KM_TRY(km_json_create(&json));
    km_json_open_object(json, NULL);
    if (request->recipe != NULL)
        km_run_files_json_recipe(json, request->recipe);
    km_json_number(json, "temperature_K", request->temperature);
    km_results_json(results, json);
    km_json_close(json);
    const km_status status = km_json_write(json, path);
    km_json_destroy(json);
    return status;
}

static km_status show(const km_results *results, const km_analysis_request *request,
                      const char *output, const char *names, km_terminal *terminal)
{
    KM_TRY(km_folder_make(output));
    KM_TRY(write_json(results, request, output, names));
    return km_results_show(results, output, NULL, terminal);
}

/* names: of the analyses, by commas */
static km_status analyse(const km_options *options, const char *folder, const char *trajectory,
                         km_analysis_request *request, const char *names, int replicas)
{
    km_terminal terminal = km_terminal_open(options->quiet);
    const char *output = options->output != NULL ? options->output : folder;
    km_analysis **each;
    km_results together = {0};
    KM_NEW(each, replicas);
    km_status status =
        replicas > 1
            ? analyse_replicas(options->structure, folder, replicas, request, each, &together)
            : analyse_one(options->structure, folder, trajectory, request, each);
    if (status == KM_OK)
        status = show(replicas > 1 ? &together : km_analysis_results(each[0]), request, output,
                      names, &terminal);
    for (int k = 0; k < replicas; k++)
        km_analysis_destroy(each[k]);
    free(each);
    km_results_clear(&together);
    return status;
}

/* DIR, or TRAJECTORY.nc in some folder: the folder, and the trajectory in it. True for the latter.
 */
static bool find_trajectory(const char *argument, char folder[PATH_LENGTH],
                            char trajectory[PATH_LENGTH])
{
    const size_t n = strlen(argument);
    if (n < 4 || strcmp(argument + n - 3, ".nc") != 0) {
        snprintf(folder, PATH_LENGTH, "%s", argument);
        snprintf(trajectory, PATH_LENGTH, "%.4000s/%s", argument, KM_FILE_TRAJECTORY);
        return false;
    }
    const char *slash = strrchr(argument, '/');
    snprintf(trajectory, PATH_LENGTH, "%s", argument);
    snprintf(folder, PATH_LENGTH, "%.*s", slash != NULL ? (int)(slash - argument) : 1,
             slash != NULL ? argument : ".");
    return true;
}

km_status km_command_analyse(int argc, char **argv)
{
    km_options options;
    char folder[PATH_LENGTH], trajectory[PATH_LENGTH], names[256];
    const char *name[ANALYSES_MAX];
    km_analysis_request request = {.name = name, .seed = 1};
    int replicas;
    km_recipe *recipe;
    KM_TRY(km_options_parse(argc, argv, "output only structure viscosity-mPas temperature-K quiet",
                            &options));
    if (options.recipe == NULL)
        return KM_FAIL(KM_ERROR_USAGE,
                       "which run folder or trajectory? e.g. kalium analyse kfsi-dme-1");
    const bool one_file = find_trajectory(options.recipe, folder, trajectory);
    KM_TRY(read_recipe(&options, folder, &request, &replicas, &recipe));
    request.viscosity = options.viscosity;
    snprintf(names, sizeof names, "%s", options.only != NULL ? options.only : "msd,rdf");
    km_status status = split_names(names, name, &request.n);
    if (status == KM_OK)
        status = analyse(&options, folder, trajectory, &request,
                         options.only != NULL ? options.only : "msd,rdf", one_file ? 1 : replicas);
    km_recipe_destroy(recipe);
    return status;
}
