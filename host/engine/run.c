/* SPDX-License-Identifier: MIT */
#include "host/engine/run.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/stage.h"

static km_status copy_state(const km_state *from, km_state *to)
{
    to->box = from->box;
    memcpy(to->position, from->position, 3 * (size_t)from->n * sizeof(double));
    memcpy(to->velocity, from->velocity, 3 * (size_t)from->n * sizeof(double));
    return KM_OK;
}

static void start_from_system(const km_system *system, km_state *state)
{
    state->box = system->box;
    memcpy(state->position, system->position, 3 * (size_t)state->n * sizeof(double));
    if (system->velocity != NULL)
        memcpy(state->velocity, system->velocity, 3 * (size_t)state->n * sizeof(double));
}

static int64_t steps_of(const km_stage *stage)
{
    return stage->kind == KM_STAGE_DYNAMICS ? llround(stage->time / stage->timestep) : 0;
}

km_status km_run_check_resume(const km_checkpoint *resume, const km_run_identity *identity,
                              int n_atoms)
{
    static const char *const what[] = {
#define IDENTITY_TEXT(name, attribute, text) text,
        KM_IDENTITY_LIST(IDENTITY_TEXT)
#undef IDENTITY_TEXT
    };
    char changed[512] = "";
    for (int k = 0; k < KM_IDENTITY_PARTS; k++) {
        const size_t used = strlen(changed);
        if (resume->identity.part[k] != identity->part[k])
            snprintf(changed + used, sizeof changed - used, "%s%s", used > 0 ? "; " : "", what[k]);
    }
    if (changed[0] != '\0')
        return KM_FAIL(KM_ERROR_INPUT,
                       "the checkpoint belongs to another recipe. What differs is %s. Only "
                       "production time may change with --continue; undo the change, or start "
                       "in another folder",
                       changed);
    if (resume->state.n != n_atoms)
        return KM_FAIL(KM_ERROR_INPUT, "the checkpoint has %d atoms, the recipe makes %d",
                       resume->state.n, n_atoms);
    return KM_OK;
}

/* The place of a checkpoint: at the start of the first stage, or where the last one stopped. */
static km_status begin(const km_run_options *o, km_checkpoint *now)
{
    if (o->resume == NULL) {
        start_from_system(o->system, &now->state);
        now->identity = o->identity;
        now->stage_box = now->state.box;
        return KM_OK;
    }
    KM_TRY(km_run_check_resume(o->resume, &o->identity, o->system->n_atoms));
    const km_state state = now->state;
    km_stage_sums *sums = now->stage_sums;
    const int n_stages = now->n_stages;
    *now = *o->resume;
    now->state = state;
    now->stage_sums = sums;
    now->n_stages = n_stages;
    if (o->resume->stage_sums != NULL && o->resume->n_stages == n_stages)
        memcpy(sums, o->resume->stage_sums, (size_t)n_stages * sizeof *sums);
    return copy_state(&o->resume->state, &now->state);
}

static km_status run_stages(km_stage_run *r)
{
    const km_recipe *recipe = r->options->recipe;
    for (int k = r->now.stage; k < recipe->n_stages; k++) {
        r->stage = &recipe->stage[k];
        r->n_steps = steps_of(r->stage);
        KM_TRY(km_stage_run_one(r));
        r->steps_before += r->n_steps;
    }
    return KM_OK;
}

km_status km_run(const km_run_options *options, km_stage_report *report)
{
    km_stage_run r = {.options = options};
    km_state *state = NULL;
    const int n_stages = options->recipe->n_stages;
    memset(report, 0, (size_t)n_stages * sizeof *report);
    KM_TRY(km_state_create(options->system->n_atoms, &state));
    r.now.state = *state; /* the arrays stay owned by `state` */
    r.now.n_stages = n_stages;
    for (int k = 0; k < n_stages; k++)
        r.steps_total += steps_of(&options->recipe->stage[k]);
    km_status status =
        km_allocate((void **)&r.now.stage_sums, (size_t)n_stages, sizeof *r.now.stage_sums);
    if (status == KM_OK)
        status = begin(options, &r.now);
    for (int k = 0; k < r.now.stage && status == KM_OK; k++)
        r.steps_before += steps_of(&options->recipe->stage[k]);
    if (status == KM_OK && options->resume == NULL)
        status = km_stage_write_checkpoint(&r); /* packing need not be repeated */
    if (status == KM_OK)
        status = run_stages(&r);
    for (int k = 0; k < n_stages && r.now.stage_sums != NULL; k++)
        report[k] = km_stage_report_of(&r.now.stage_sums[k]);
    free(r.now.stage_sums);
    km_state_destroy(state);
    return status;
}
