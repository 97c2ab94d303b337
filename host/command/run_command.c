/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/command/command.h"
#include "host/command/replicas.h"
#include "host/command/run_files.h"
#include "host/command/single_run.h"
#include "host/command/temperature_series.h"
#include "host/engine/stage.h"
#include "host/engine/time_limit.h"
#include "host/output/run_folder.h"

/* One `kalium run`: a plain run or many replicas, or a series of them. */
typedef struct command {
    km_options options;
    bool resume; /* take over the folder */
    char folder[KM_PATH_LENGTH];
    km_cell cell;
    km_model *model; /* of the first stage: names, parameters, identity */
    km_terminal terminal;
    double start, block;           /* s: begin, and the longest between two moments to stop at */
    const char *reason;            /* to stop                                                  */
    km_temperature_series *series; /* NULL: none; temperature k of it runs */
    int k;
} command;

/* Signals are blocked from the start and looked for between steps: nothing is ever cut short. */
static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

static bool should_stop(void *self, double block)
{
    command *c = self;
    const struct timespec now = {0, 0};
    sigset_t set;
    stop_signals(&set);
    c->block = fmax(c->block, block);
    if (c->reason == NULL && sigtimedwait(&set, NULL, &now) > 0)
        c->reason = "a signal";
    else if (c->reason == NULL &&
             km_time_limit_is_near(km_wall_seconds() - c->start, c->options.time_limit, c->block))
        c->reason = "the time limit";
    return c->reason != NULL;
}

/* With --continue and no recipe the one resolved in the folder is taken. */
static km_status read_recipe(command *c, const char *folder)
{
    char path[KM_PATH_LENGTH + 32];
    const char *recipe = c->options.recipe;
    if (recipe == NULL && c->options.resume && folder != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, KM_FILE_RECIPE);
        recipe = path;
    }
    KM_TRY(km_cell_read(recipe, &c->options, &c->cell));
    snprintf(c->folder, sizeof c->folder, "%s", folder != NULL ? folder : c->cell.recipe->id);
    return KM_OK;
}

/* Counts, parameters and their errors first: a folder is only made for a recipe that can run. */
static km_status prepare(command *c)
{
    const km_recipe *recipe = c->cell.recipe;
    KM_TRY(km_system_compose(recipe, c->cell.forcefield, &c->cell.system));
    return km_model_create(recipe, c->cell.forcefield, c->cell.system,
                           recipe->stage[0].constrain_hydrogen, &c->model);
}

static void introduce(command *c)
{
    const km_recipe *recipe = c->cell.recipe;
    km_terminal_format(&c->terminal, "%s: %s", recipe->id, recipe->title);
    if (recipe->confidence != KM_CONFIDENCE_PUBLISHED)
        km_terminal_format(&c->terminal, "confidence: %s. %s",
                           km_confidence_name(recipe->confidence),
                           recipe->confidence_reason != NULL ? recipe->confidence_reason : "");
    if (!c->options.quiet)
        km_print_composition(&c->cell, c->model);
    if (!c->options.quiet && !c->options.resume)
        km_print_effort(&c->cell, c->model);
}

/* For the series that it belongs to. */
static km_status keep(command *c, const km_results *results)
{
    return c->series != NULL ? km_temperature_series_take(c->series, c->k, results) : KM_OK;
}

/* Threads that spin at their barriers lose their turn to other programs for milliseconds: measured
 * 28 times slower with two threads on two processors under a load of 16. */
static void advise_on_load(command *c, const km_backend *backend)
{
    double load;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (backend != &km_backend_cpu || c->options.threads == 1 ||
        getenv("OMP_WAIT_POLICY") != NULL || getloadavg(&load, 1) != 1 ||
        load < 0.75 * (double)processors)
        return;
    km_terminal_format(&c->terminal,
                       "other programs keep the %ld processors busy (load %.1f): with "
                       "OMP_WAIT_POLICY=passive in the environment threads wait without spinning, "
                       "which can be many times faster here",
                       processors, load);
}

static km_status run_plain(command *c)
{
    char line[1024];
    km_analysis *analysis = NULL;
    km_single_run run = {
        .cell = c->cell,
        .model = c->model,
        .folder = c->folder,
        .resume = c->resume,
        .checkpoint_seconds = c->options.checkpoint_seconds,
        .terminal = &c->terminal,
        .self = c,
        .should_stop = should_stop,
    };
    KM_TRY(km_device_open(&c->options, &run.backend, &run.device));
    km_device_line(&c->options, run.backend, run.device, line, sizeof line);
    km_terminal_line(&c->terminal, line);
    advise_on_load(c, run.backend);
    km_status status = km_single_run_do(&run, &analysis);
    run.backend->close(run.device);
    if (status == KM_OK)
        status = keep(c, km_analysis_results(analysis));
    km_analysis_destroy(analysis);
    return status;
}

static km_status run_replicas(command *c)
{
    km_results together = {0};
    km_options options = c->options;
    options.resume = c->resume;
    const km_replicas_run run = {
        .cell = &c->cell,
        .model = c->model,
        .folder = c->folder,
        .options = &options,
        .terminal = &c->terminal,
        .self = c,
        .should_stop = should_stop,
        .together = &together,
    };
    km_status status = km_replicas_do(&run);
    if (status == KM_OK)
        status = keep(c, &together);
    km_results_clear(&together);
    return status;
}

static void forget_cell(command *c)
{
    km_model_destroy(c->model);
    km_cell_destroy(&c->cell);
    c->model = NULL;
}

/* Of the recipe that has been read and prepared. */
static km_status run_prepared(command *c)
{
    if (c->resume)
        KM_TRY(km_replicas_check_folder(c->folder, c->cell.recipe->replicas));
    introduce(c);
    return c->cell.recipe->replicas > 1 ? run_replicas(c) : run_plain(c);
}

static km_status run_once(command *c)
{
    KM_TRY(read_recipe(c, c->options.output));
    KM_TRY(prepare(c));
    c->resume = c->options.resume;
    return run_prepared(c);
}

/* ---- a series of temperatures ---- */

/* A stage that says its own temperature would make all of them alike. */
static km_status check_temperature(const command *c)
{
    const km_recipe *recipe = c->cell.recipe;
    const double t = c->series->temperature[c->k];
    for (int k = 0; k < recipe->n_stages; k++) {
        const km_stage *stage = &recipe->stage[k];
        if (stage->production && stage->kind == KM_STAGE_DYNAMICS &&
            fabs(stage->temperature_end / t - 1.0) > 1e-9)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: stage %s has a temperature of its own, %g K, and does not follow "
                           "--temperatures; remove it from the recipe",
                           recipe->path, stage->name, stage->temperature_end);
    }
    return KM_OK;
}

/* Reads what runs at temperature k: the recipe given, or the one resolved in its folder. */
static km_status prepare_temperature(command *c, int k)
{
    char folder[KM_PATH_LENGTH];
    km_options *o = &c->options;
    const int n_settings = o->n_settings;
    forget_cell(c);
    c->k = k;
    km_temperature_series_folder(c->series, k, folder);
    if (n_settings == KM_SETTINGS_MAX)
        return KM_FAIL(KM_ERROR_USAGE, "more than %d overrides; put them into a recipe file",
                       KM_SETTINGS_MAX - 1);
    if (o->recipe != NULL)
        o->settings[o->n_settings++] = c->series->setting[k];
    km_status status = read_recipe(c, folder);
    o->n_settings = n_settings;
    if (status == KM_OK)
        status = check_temperature(c);
    return status == KM_OK ? prepare(c) : status;
}

/* Every folder with its recipe, so that --continue knows what to do whenever the series stops. */
static km_status make_folder(command *c)
{
    char path[KM_PATH_LENGTH + 32];
    km_run_folder *folder = NULL;
    snprintf(path, sizeof path, "%s/%s", c->folder, KM_FILE_RECIPE);
    if (access(path, F_OK) == 0)
        return KM_OK;
    KM_TRY(km_run_folder_open(c->folder, false, &folder));
    const km_status status = km_run_files_recipe(c->folder, &c->cell);
    km_run_folder_destroy(folder);
    return status;
}

static km_status run_temperatures(command *c)
{
    km_temperature_series *series = c->series;
    for (int k = 0; k < series->n; k++) {
        KM_TRY(prepare_temperature(c, k));
        KM_TRY(make_folder(c));
    }
    c->resume = true;
    for (int k = 0; k < series->n; k++) {
        KM_TRY(prepare_temperature(c, k));
        km_terminal_format(&c->terminal, "%s%g K, %d of %d temperatures", k > 0 ? "\n" : "",
                           series->temperature[k], k + 1, series->n);
        KM_TRY(run_prepared(c));
    }
    return km_temperature_series_finish(series, c->cell.recipe, &c->terminal);
}

static km_status run_series(command *c)
{
    km_temperature_series series = {.n = 0};
    km_run_folder *folder = NULL;
    char path[KM_PATH_LENGTH + 32];
    const char *output = c->options.output;
    const bool resume = c->options.resume;
    if (output == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "a series of temperatures needs a folder: -o DIR");
    snprintf(path, sizeof path, "%s/%s", output, KM_FILE_RECIPE);
    if (resume && access(path, F_OK) == 0)
        return KM_FAIL(KM_ERROR_USAGE,
                       "%s holds a single run; choose another folder for a series of temperatures",
                       output);
    KM_TRY(km_temperature_series_list(output, c->options.temperatures, resume, &series));
    c->series = &series;
    km_status status = km_run_folder_open(output, resume, &folder);
    if (status == KM_OK)
        status = run_temperatures(c);
    if (folder != NULL && status != KM_OK)
        km_run_folder_log(folder, "%s", km_last_error()->message);
    km_run_folder_destroy(folder);
    km_temperature_series_clear(&series);
    c->series = NULL;
    snprintf(c->folder, sizeof c->folder, "%s", output);
    return status;
}

static km_status run(command *c)
{
    const km_options *o = &c->options;
    const bool series = o->temperatures != NULL ||
                        (o->resume && o->output != NULL && km_temperature_series_is_in(o->output));
    return series ? run_series(c) : run_once(c);
}

static km_status say_how_to_go_on(const command *c)
{
    const km_error stopped = *km_last_error();
    return KM_FAIL(KM_INTERRUPTED, "%.500s, by %s; go on with: kalium run --continue -o %s",
                   stopped.message, c->reason != NULL ? c->reason : "request", c->folder);
}

km_status km_command_run(int argc, char **argv)
{
    command c = {.start = km_wall_seconds()};
    sigset_t set;
    KM_TRY(km_options_parse(argc, argv,
                            "output device threads set time seed replicas temperatures time-limit "
                            "checkpoint continue quiet",
                            &c.options));
    if (c.options.recipe == NULL && !c.options.resume)
        return KM_FAIL(KM_ERROR_USAGE, "which recipe? `kalium list` shows the catalogue");
    stop_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    c.terminal = km_terminal_open(c.options.quiet);
    km_status status = run(&c);
    km_terminal_finish_progress(&c.terminal);
    if (status == KM_INTERRUPTED)
        status = say_how_to_go_on(&c);
    forget_cell(&c);
    return status;
}
