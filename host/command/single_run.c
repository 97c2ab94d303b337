/* SPDX-License-Identifier: MIT */
#include "host/command/single_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/command/run_files.h"
#include "host/output/checkpoint_file.h"
#include "host/output/energy_table.h"
#include "host/output/netcdf_trajectory.h"
#include "host/output/output_thread.h"
#include "host/output/run_folder.h"

/* Everything one run owns; released in one place. */
typedef struct run {
    const km_single_run *spec;
    km_run_folder *folder;
    km_cell cell; /* borrows recipe and force field                            */
    km_run_identity identity;
    km_netcdf_writer *trajectory;
    km_energy_table *energies;
    km_output_thread *output; /* writes to both; NULL where the run itself does */
    km_checkpoint resume;
    bool resumes;  /* from a checkpoint                                       */
    bool finished; /* by an earlier run of the same recipe                    */
    km_stage_report *report;
} run;

static void release(run *r)
{
    free(r->report);
    km_checkpoint_release(&r->resume);
    km_output_thread_destroy(r->output);
    km_energy_table_destroy(r->energies);
    km_netcdf_writer_destroy(r->trajectory);
    km_system_destroy(r->cell.system);
    km_run_folder_destroy(r->folder);
}

static bool should_stop(void *self, double block)
{
    const run *r = self;
    return r->spec->should_stop(r->spec->self, block);
}

static void note(void *self, const char *line)
{
    run *r = self;
    km_run_folder_log(r->folder, "%s", line);
    km_terminal_line(r->spec->terminal, line);
}

static void progress(void *self, const km_progress *p)
{
    run *r = self;
    km_terminal_progress(r->spec->terminal, p);
    km_run_files_progress(r->spec->folder, p);
    if (r->spec->progress != NULL)
        r->spec->progress(r->spec->self, p);
}

static km_status checkpoint(void *self, const km_checkpoint *c)
{
    const run *r = self;
    return km_checkpoint_write(r->spec->folder, c);
}

static bool has_file(const run *r, const char *name)
{
    char path[KM_PATH_LENGTH + 32];
    snprintf(path, sizeof path, "%s/%s", r->spec->folder, name);
    return access(path, F_OK) == 0;
}

/* results.json is written when a run has ended, and goes when it is extended. */
static km_status look_for_end(run *r)
{
    char path[KM_PATH_LENGTH];
    bool same;
    KM_TRY(km_run_folder_file(r->folder, KM_FILE_RECIPE, path, sizeof path));
    KM_TRY(km_recipe_is_written(r->cell.recipe, path, &same));
    r->finished = same && has_file(r, KM_FILE_RESULTS) && has_file(r, KM_FILE_TRAJECTORY);
    return KM_OK;
}

/* The first checkpoint is older than the first energies: without one there is nothing to lose, or
 * the checkpoints of results are gone, which starting over would overwrite. */
static km_status check_nothing_done(const run *r)
{
    char path[KM_PATH_LENGTH + 32];
    int lines = 0;
    snprintf(path, sizeof path, "%s/%s", r->spec->folder, KM_FILE_ENERGIES);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return KM_OK;
    for (int c = getc(file); c != EOF && lines < 2; c = getc(file))
        lines += c == '\n';
    fclose(file);
    if (lines < 2)
        return KM_OK;
    return KM_FAIL(KM_ERROR_FILE,
                   "%s holds results, but %s and %s are gone; put one of them back, or start again "
                   "in another folder",
                   r->spec->folder, KM_FILE_STATE, KM_FILE_STATE_PREVIOUS);
}

/* A run that was killed before its first checkpoint starts over. */
static km_status read_checkpoint(run *r)
{
    if (!r->spec->resume)
        return KM_OK;
    if (!has_file(r, KM_FILE_STATE) && !has_file(r, KM_FILE_STATE_PREVIOUS))
        return check_nothing_done(r);
    bool fallback;
    char reason[KM_ERROR_MESSAGE_LENGTH / 4] = "", line[KM_ERROR_MESSAGE_LENGTH];
    KM_TRY(km_checkpoint_read(r->spec->folder, &r->resume, &fallback, reason, sizeof reason));
    r->resumes = true;
    if (fallback) {
        snprintf(line, sizeof line,
                 "the newest checkpoint cannot be used (%s); going on from the one before", reason);
        note(r, line);
    }
    return km_run_check_resume(&r->resume, &r->identity, r->spec->model->n);
}

/* A finished run needs no checkpoint before it is extended, but its owner wants to know now. */
static void look_at_checkpoints(run *r)
{
    char line[KM_ERROR_MESSAGE_LENGTH + 100];
    if (read_checkpoint(r) == KM_OK)
        return;
    snprintf(line, sizeof line, "warning: the run cannot be extended: %s",
             km_last_error()->message);
    note(r, line);
}

static km_status build(run *r)
{
    const km_single_run *spec = r->spec;
    if (r->resumes)
        return km_system_compose(r->cell.recipe, r->cell.forcefield, &r->cell.system);
    km_terminal_line(spec->terminal, "packing the cell");
    KM_TRY(km_system_build(r->cell.recipe, r->cell.forcefield, spec->folder, &r->cell.system));
    return km_run_files_start(spec->folder, &r->cell, spec->model);
}

static km_status open_writers(run *r)
{
    char path[KM_PATH_LENGTH];
    const km_recipe *recipe = r->cell.recipe;
    bool velocities = false;
    for (int k = 0; k < recipe->n_stages; k++)
        velocities |= recipe->stage[k].production && recipe->stage[k].write_velocities;
    KM_TRY(km_run_folder_file(r->folder, KM_FILE_TRAJECTORY, path, sizeof path));
    KM_TRY((r->resumes ? km_netcdf_writer_continue
                       : km_netcdf_writer_create)(path, velocities, recipe->title, &r->trajectory));
    KM_TRY(km_run_folder_file(r->folder, KM_FILE_ENERGIES, path, sizeof path));
    return (r->resumes ? km_energy_table_continue : km_energy_table_create)(path, &r->energies);
}

/* The two sinks, in the order of the checkpoint's positions. Where the steps are done by the
 * processors of the host a thread more would only take one of them away. */
static km_status start_output(run *r, km_sink sink[2])
{
    const km_sink file[2] = {km_netcdf_writer_sink(r->trajectory),
                             km_energy_table_sink(r->energies)};
    if (r->spec->backend->frame_take != NULL)
        KM_TRY(km_output_thread_create(file, 2, &r->output));
    for (int k = 0; k < 2; k++) {
        sink[k] = r->output != NULL ? km_output_thread_sink(r->output, k) : file[k];
        KM_TRY(sink[k].begin(sink[k].self, r->spec->model->labels));
        if (r->resumes)
            KM_TRY(sink[k].rewind(sink[k].self, r->resume.sink_position[k]));
    }
    return KM_OK;
}

static km_status simulate(run *r)
{
    km_sink sink[2];
    KM_TRY(start_output(r, sink));
    const km_run_options options = {
        .backend = r->spec->backend,
        .device = r->spec->device,
        .recipe = r->cell.recipe,
        .forcefield = r->cell.forcefield,
        .system = r->cell.system,
        .identity = r->identity,
        .resume = r->resumes ? &r->resume : NULL,
        .trajectory = &sink[0],
        .energies = &sink[1],
        .checkpoint_seconds = r->spec->checkpoint_seconds,
        .self = r,
        .checkpoint = checkpoint,
        .should_stop = should_stop,
        .progress = progress,
        .note = note,
    };
    KM_TRY(km_run(&options, r->report));
    km_terminal_finish_progress(r->spec->terminal);
    KM_TRY(sink[0].end(sink[0].self));
    return sink[1].end(sink[1].self);
}

/* In a folder that is ours. */
static km_status go_on(run *r, km_analysis **analysis)
{
    const km_single_run *spec = r->spec;
    km_run_folder_log(r->folder, "kalium %s, %s, %d atoms%s", KM_VERSION,
                      spec->backend->describe(spec->device), spec->model->n,
                      spec->resume ? ", continued" : "");
    if (spec->resume)
        KM_TRY(look_for_end(r));
    if (!r->finished) {
        KM_TRY(read_checkpoint(r));
        /* before packing, so that --continue knows what to do whenever the run is stopped; but not
         * before it is sure that the checkpoint belongs to the recipe */
        KM_TRY(km_run_files_recipe(spec->folder, &r->cell));
        KM_TRY(build(r));
        KM_TRY(open_writers(r));
        KM_NEW(r->report, r->cell.recipe->n_stages);
        KM_TRY(simulate(r));
    } else {
        note(r, "the run is finished already; --time extends it");
        look_at_checkpoints(r);
    }
    return km_run_files_analyse(spec->folder, &r->cell, spec->model, r->report, spec->terminal,
                                analysis);
}

km_status km_single_run_do(const km_single_run *spec, km_analysis **analysis)
{
    run r = {.spec = spec,
             .cell = {.recipe = spec->cell.recipe, .forcefield = spec->cell.forcefield},
             .identity = km_run_identify(spec->cell.recipe, spec->model)};
    km_status status = km_run_folder_open(spec->folder, spec->resume, &r.folder);
    if (status == KM_OK) {
        status = go_on(&r, analysis);
        if (status != KM_OK)
            km_run_folder_log(r.folder, "%s", km_last_error()->message);
    }
    release(&r);
    return status;
}
