/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/command/command.h"
#include "host/command/run_files.h"
#include "host/command/terminal.h"
#include "host/engine/run.h"
#include "host/engine/stage.h"
#include "host/output/checkpoint_file.h"
#include "host/output/energy_table.h"
#include "host/output/netcdf_trajectory.h"
#include "host/output/run_folder.h"

#define PATH_LENGTH 4096

/* Everything one `kalium run` owns; released in one place. */
typedef struct run {
    km_options options;
    char folder_name[PATH_LENGTH];
    km_run_folder *folder;
    km_cell cell;
    km_model *model; /* of the first stage: names, parameters, identity */
    const km_backend *backend;
    km_device *device;
    km_netcdf_writer *trajectory;
    km_energy_table *energies;
    km_checkpoint resume;
    bool resumes;
    km_stage_report *report;
    km_terminal terminal;
    double start;
} run;

static void release(run *r)
{
    free(r->report);
    km_checkpoint_release(&r->resume);
    km_energy_table_destroy(r->energies);
    km_netcdf_writer_destroy(r->trajectory);
    if (r->device != NULL)
        r->backend->close(r->device);
    km_model_destroy(r->model);
    km_cell_destroy(&r->cell);
    km_run_folder_destroy(r->folder);
}

/* Signals are blocked from the start and looked for between steps: nothing is ever cut short. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigprocmask(SIG_BLOCK, set, NULL);
}

static bool should_stop(void *self)
{
    const run *r = self;
    const struct timespec now = {0, 0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigtimedwait(&set, NULL, &now) > 0)
        return true;
    /* the margin covers the steps to the next restart point */
    const double margin = fmax(5.0, 0.02 * r->options.time_limit);
    return r->options.time_limit > 0.0 &&
           km_wall_seconds() - r->start > r->options.time_limit - margin;
}

static void note(void *self, const char *line)
{
    run *r = self;
    km_run_folder_log(r->folder, "%s", line);
    km_terminal_line(&r->terminal, line);
}

static void progress(void *self, const km_progress *p)
{
    run *r = self;
    km_terminal_progress(&r->terminal, p);
    km_run_files_progress(r->folder_name, p);
}

static km_status checkpoint(void *self, const km_checkpoint *c)
{
    const run *r = self;
    return km_checkpoint_write(r->folder_name, c);
}

/* With --continue and no recipe the one resolved in the folder is taken. */
static km_status read_recipe(run *r, char *path, size_t path_length)
{
    const char *recipe = r->options.recipe;
    if (recipe == NULL && r->options.resume && r->options.output != NULL) {
        snprintf(path, path_length, "%s/recipe-resolved.yaml", r->options.output);
        recipe = path;
    }
    KM_TRY(km_cell_read(recipe, &r->options, &r->cell));
    snprintf(r->folder_name, sizeof r->folder_name, "%s",
             r->options.output != NULL ? r->options.output : r->cell.recipe->id);
    return KM_OK;
}

/* Counts, parameters and their errors first: a folder is only made for a recipe that can run. */
static km_status prepare(run *r)
{
    const km_recipe *recipe = r->cell.recipe;
    KM_TRY(km_system_compose(recipe, r->cell.forcefield, &r->cell.system));
    return km_model_create(recipe, r->cell.forcefield, r->cell.system,
                           recipe->stage[0].constrain_hydrogen, &r->model);
}

/* A run that was killed before its first checkpoint starts over. */
static bool has_checkpoint(const run *r)
{
    static const char *const name[] = {KM_FILE_STATE, KM_FILE_STATE_PREVIOUS};
    char path[PATH_LENGTH + 32];
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "%s/%s", r->folder_name, name[k]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static km_status build(run *r)
{
    if (!r->options.resume || !has_checkpoint(r)) {
        km_terminal_line(&r->terminal, "packing the cell");
        km_system_destroy(r->cell.system);
        r->cell.system = NULL;
        return km_system_build(r->cell.recipe, r->cell.forcefield, r->folder_name, &r->cell.system);
    }
    bool fallback;
    char reason[KM_ERROR_MESSAGE_LENGTH / 4] = "";
    KM_TRY(km_checkpoint_read(r->folder_name, &r->resume, &fallback, reason, sizeof reason));
    r->resumes = true;
    if (fallback)
        km_terminal_format(
            &r->terminal, "the newest checkpoint cannot be used (%s); going on from the one before",
            reason);
    return KM_OK;
}

static km_status open_writers(run *r)
{
    char path[PATH_LENGTH + 32];
    const km_recipe *recipe = r->cell.recipe;
    bool velocities = false;
    for (int k = 0; k < recipe->n_stages; k++)
        velocities |= recipe->stage[k].production && recipe->stage[k].write_velocities;
    snprintf(path, sizeof path, "%s/trajectory.nc", r->folder_name);
    KM_TRY((r->resumes ? km_netcdf_writer_continue
                       : km_netcdf_writer_create)(path, velocities, recipe->title, &r->trajectory));
    snprintf(path, sizeof path, "%s/energies.csv", r->folder_name);
    KM_TRY((r->resumes ? km_energy_table_continue : km_energy_table_create)(path, &r->energies));
    return KM_OK;
}

static km_status begin_sink(const run *r, const km_sink *sink, int index)
{
    KM_TRY(sink->begin(sink->self, r->model->labels));
    return r->resumes ? sink->rewind(sink->self, r->resume.sink_position[index]) : KM_OK;
}

static km_status simulate(run *r)
{
    km_sink trajectory = km_netcdf_writer_sink(r->trajectory);
    km_sink energies = km_energy_table_sink(r->energies);
    KM_TRY(begin_sink(r, &trajectory, 0));
    KM_TRY(begin_sink(r, &energies, 1));
    const km_run_options options = {
        .backend = r->backend,
        .device = r->device,
        .recipe = r->cell.recipe,
        .forcefield = r->cell.forcefield,
        .system = r->cell.system,
        .run_identity = km_run_identity(r->cell.recipe, r->model),
        .resume = r->resumes ? &r->resume : NULL,
        .trajectory = &trajectory,
        .energies = &energies,
        .checkpoint_seconds = r->options.checkpoint_seconds,
        .self = r,
        .checkpoint = checkpoint,
        .should_stop = should_stop,
        .progress = progress,
        .note = note,
    };
    KM_TRY(km_run(&options, r->report));
    km_terminal_finish_progress(&r->terminal);
    KM_TRY(trajectory.end(trajectory.self));
    return energies.end(energies.self);
}

static km_status introduce(run *r)
{
    const km_recipe *recipe = r->cell.recipe;
    km_terminal_format(&r->terminal, "%s: %s", recipe->id, recipe->title);
    if (recipe->confidence != KM_CONFIDENCE_PUBLISHED)
        km_terminal_format(&r->terminal, "confidence: %s. %s",
                           km_confidence_name(recipe->confidence),
                           recipe->confidence_reason != NULL ? recipe->confidence_reason : "");
    km_terminal_format(&r->terminal, "%s", r->backend->describe(r->device));
    if (!r->options.quiet)
        km_print_composition(&r->cell, r->model);
    km_run_folder_log(r->folder, "kalium %s, %s, %d atoms%s", KM_VERSION,
                      r->backend->describe(r->device), r->model->n,
                      r->options.resume ? ", continued" : "");
    return KM_OK;
}

static km_status run_all(run *r, char *path)
{
    KM_TRY(read_recipe(r, path, PATH_LENGTH));
    KM_TRY(prepare(r));
    KM_TRY(km_device_open(&r->options, &r->backend, &r->device));
    KM_TRY(km_run_folder_open(r->folder_name, r->options.resume, &r->folder));
    KM_NEW(r->report, r->cell.recipe->n_stages);
    KM_TRY(introduce(r));
    KM_TRY(km_run_files_recipe(r->folder_name, &r->cell));
    KM_TRY(build(r));
    if (!r->resumes)
        KM_TRY(km_run_files_start(r->folder_name, &r->cell, r->model));
    KM_TRY(open_writers(r));
    KM_TRY(simulate(r));
    return km_run_files_analyse(r->folder_name, &r->cell, r->model, r->report, &r->terminal);
}

km_status km_command_run(int argc, char **argv)
{
    run r = {.start = km_wall_seconds()};
    char path[PATH_LENGTH];
    sigset_t set;
    KM_TRY(km_options_parse(
        argc, argv, "output device threads set time seed time-limit checkpoint continue quiet",
        &r.options));
    if (r.options.recipe == NULL && !r.options.resume)
        return KM_FAIL(KM_ERROR_USAGE, "which recipe? `kalium list` shows the catalogue");
    block_signals(&set);
    r.terminal = km_terminal_open(r.options.quiet);
    const km_status status = run_all(&r, path);
    km_terminal_finish_progress(&r.terminal);
    if (r.folder != NULL && status != KM_OK)
        km_run_folder_log(r.folder, "%s", km_last_error()->message);
    if (status == KM_INTERRUPTED)
        km_terminal_format(&r.terminal, "go on with: kalium run --continue -o %s", r.folder_name);
    release(&r);
    return status;
}
