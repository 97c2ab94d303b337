/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host/command/command.h"
#include "host/command/replicas.h"
#include "host/command/single_run.h"
#include "host/engine/stage.h"
#include "host/engine/time_limit.h"
#include "host/output/run_folder.h"

/* One `kalium run`: a plain run or many replicas. */
typedef struct command {
    km_options options;
    char folder[KM_PATH_LENGTH];
    km_cell cell;
    km_model *model; /* of the first stage: names, parameters, identity */
    km_terminal terminal;
    double start, block; /* s: begin, and the longest between two moments to stop at */
    const char *reason;  /* to stop                                                  */
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
static km_status read_recipe(command *c)
{
    char path[KM_PATH_LENGTH];
    const char *recipe = c->options.recipe, *output = c->options.output;
    if (recipe == NULL && c->options.resume && output != NULL) {
        snprintf(path, sizeof path, "%s/%s", output, KM_FILE_RECIPE);
        recipe = path;
    }
    KM_TRY(km_cell_read(recipe, &c->options, &c->cell));
    snprintf(c->folder, sizeof c->folder, "%s", output != NULL ? output : c->cell.recipe->id);
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

static km_status run_plain(command *c)
{
    char line[1024];
    km_single_run run = {
        .cell = c->cell,
        .model = c->model,
        .folder = c->folder,
        .resume = c->options.resume,
        .checkpoint_seconds = c->options.checkpoint_seconds,
        .terminal = &c->terminal,
        .self = c,
        .should_stop = should_stop,
    };
    KM_TRY(km_device_open(&c->options, &run.backend, &run.device));
    km_device_line(&c->options, run.backend, run.device, line, sizeof line);
    km_terminal_line(&c->terminal, line);
    const km_status status = km_single_run_do(&run, NULL);
    run.backend->close(run.device);
    return status;
}

static km_status run_replicas(command *c)
{
    const km_replicas_run run = {
        .cell = &c->cell,
        .model = c->model,
        .folder = c->folder,
        .options = &c->options,
        .terminal = &c->terminal,
        .self = c,
        .should_stop = should_stop,
    };
    return km_replicas_do(&run);
}

static km_status run(command *c)
{
    KM_TRY(read_recipe(c));
    KM_TRY(prepare(c));
    if (c->options.resume)
        KM_TRY(km_replicas_check_folder(c->folder, c->cell.recipe->replicas));
    introduce(c);
    return c->cell.recipe->replicas > 1 ? run_replicas(c) : run_plain(c);
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
                            "output device threads set time seed replicas time-limit checkpoint "
                            "continue quiet",
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
    km_model_destroy(c.model);
    km_cell_destroy(&c.cell);
    return status;
}
