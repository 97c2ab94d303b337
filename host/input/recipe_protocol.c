/* SPDX-License-Identifier: MIT */
/* The stages of a run: those of a protocol, what the recipe changes in them, and whether the result
 * makes sense. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/recipe_stages.h"
#include "kernels/base/units.h"

#define BAR KM_PRESSURE_PER_BAR
#define FS KM_PS_PER_FS
/* fs  a C-H bond vibrates in 11 fs; velocity Verlet wants about nine steps of that */
#define TIMESTEP_FREE 1.2
/* fs  with bonds to hydrogen held, C=O (18 fs) and the libration of H remain */
#define TIMESTEP_CONSTRAINED 3.0
#define ROUNDING (1.0 + 1e-9)

static void read_base(km_stage_list *list)
{
    const km_recipe *recipe = list->r->recipe;
    const km_raw_recipe *raw = list->r->raw;
    const bool constrained = raw->constraints == NULL || *raw->constraints == KM_CONSTRAIN_HYDROGEN;
    list->base = (km_stage){
        .kind = KM_STAGE_DYNAMICS,
        .max_steps = 2000,
        .force_tolerance = 1000.0,
        .time = 100.0,
        .timestep = (constrained ? 2.0 : 1.0) * FS,
        .temperature_start = recipe->temperature,
        .temperature_end = recipe->temperature,
        .constrain_hydrogen = constrained,
        .thermostat = KM_THERMOSTAT_RESCALING,
        .thermostat_time = 1.0,
        .friction = 1.0,
        .barostat = KM_BAROSTAT_NONE,
        .pressure_start = recipe->pressure,
        .pressure_end = recipe->pressure,
        .barostat_time = 2.0,
        .compressibility = 1e-4 * (1.0 / BAR), /* organic liquids: 0.5e-4 to 1.2e-4 per bar */
        .frame_interval = 1.0,
        .energy_interval = 1.0,
    };
}

static km_status read_production(km_stage_list *list)
{
    km_recipe_reader *r = list->r;
    const km_raw_production *raw = &r->raw->production;
    km_stage *stage = &list->production;
    *stage = list->base;
    stage->production = true;
    stage->time = 5.0 * KM_PS_PER_NS;
    KM_TRY(km_recipe_read_numbers(r, "production", &km_recipe_production_numbers, raw, stage));
    stage->write_velocities = raw->velocities != NULL && *raw->velocities;
    if (raw->thermostat != NULL)
        stage->thermostat = *raw->thermostat;
    const km_ensemble ensemble = raw->ensemble != NULL ? *raw->ensemble : KM_ENSEMBLE_NVT;
    if (ensemble == KM_ENSEMBLE_NVE && raw->thermostat != NULL &&
        *raw->thermostat != KM_THERMOSTAT_NONE)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: NVE keeps the energy and has no thermostat; remove thermostat or "
                       "choose ensemble: NVT",
                       km_recipe_place(r, "production.ensemble"));
    if (ensemble != KM_ENSEMBLE_NVE && stage->thermostat == KM_THERMOSTAT_NONE)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s is none, but the ensemble has a temperature; choose rescaling, "
                       "nose_hoover or langevin, or ensemble: NVE",
                       km_recipe_place(r, "production.thermostat"));
    if (ensemble == KM_ENSEMBLE_NVE)
        stage->thermostat = KM_THERMOSTAT_NONE;
    if (ensemble == KM_ENSEMBLE_NPT)
        stage->barostat = KM_BAROSTAT_ISOTROPIC;
    return KM_OK;
}

/* The key without start or end stands for both. */
static km_status read_pair(km_recipe_reader *r, int index, const char *stem, const char *unit,
                           double *both, double **start, double **end)
{
    if (both == NULL)
        return KM_OK;
    if (*start != NULL || *end != NULL)
        return KM_FAIL(
            KM_ERROR_INPUT, "%s stands for start and end; remove it or %s_start_%s and %s_end_%s",
            km_recipe_place(r, "stages.%d.%s_%s", index, stem, unit), stem, unit, stem, unit);
    *start = *end = both;
    return KM_OK;
}

static km_status apply_stage(km_stage_list *list, int index, int at)
{
    km_recipe_reader *r = list->r;
    km_stage *stage = &list->stage[at];
    km_raw_stage raw = r->raw->stage[index];
    char node[40], steps[60];
    snprintf(node, sizeof node, "stages.%d", index);
    snprintf(steps, sizeof steps, "stages.%d.max_steps", index);
    KM_TRY(read_pair(r, index, "temperature", "K", raw.temperature, &raw.temperature_start,
                     &raw.temperature_end));
    KM_TRY(read_pair(r, index, "pressure", "bar", raw.pressure, &raw.pressure_start,
                     &raw.pressure_end));
    KM_TRY(km_recipe_read_numbers(r, node, &km_recipe_stage_numbers, &raw, stage));
    KM_TRY(km_recipe_read_whole(r, steps, raw.max_steps, 0, 100000000,
                                "how many steps minimisation may take", &stage->max_steps));
    if (raw.constraints != NULL)
        stage->constrain_hydrogen = *raw.constraints == KM_CONSTRAIN_HYDROGEN;
    if (raw.thermostat != NULL)
        stage->thermostat = *raw.thermostat;
    if (raw.barostat != NULL)
        stage->barostat = *raw.barostat;
    if (stage->barostat == KM_BAROSTAT_NONE && raw.average_from == NULL)
        stage->average_from = 0.0; /* the volume no longer changes */
    if (raw.production != NULL)
        stage->production = *raw.production;
    if (raw.velocities != NULL)
        stage->write_velocities = *raw.velocities;
    if (raw.draw_velocities != NULL)
        stage->draw_velocities = *raw.draw_velocities;
    list->draws_chosen[at] = raw.draw_velocities != NULL;
    list->raw_index[at] = index;
    return KM_OK;
}

static int find_stage(const km_stage_list *list, const char *name)
{
    for (int k = 0; k < list->n; k++)
        if (strcmp(list->stage[k].name, name) == 0)
            return k;
    return -1;
}

static void remove_stage(km_stage_list *list, int at)
{
    free(list->stage[at].name);
    const size_t behind = (size_t)(list->n - at - 1);
    memmove(&list->stage[at], &list->stage[at + 1], behind * sizeof *list->stage);
    memmove(&list->raw_index[at], &list->raw_index[at + 1], behind * sizeof *list->raw_index);
    memmove(&list->draws_chosen[at], &list->draws_chosen[at + 1],
            behind * sizeof *list->draws_chosen);
    list->r->recipe->n_stages = --list->n;
}

static km_status unknown_stage(km_stage_list *list, int index)
{
    char names[512] = "";
    for (int k = 0; k < list->n; k++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", k > 0 ? ", " : "", list->stage[k].name);
    }
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s is \"%s\", which is no stage of protocol %s (%s); for stages of your own "
                   "write protocol: none and list all of them",
                   km_recipe_place(list->r, "stages.%d.name", index),
                   list->r->raw->stage[index].name, list->r->recipe->protocol, names);
}

/* `stages:` changes stages of the protocol by name. */
static km_status apply_overrides(km_stage_list *list)
{
    const km_raw_recipe *raw = list->r->raw;
    for (int index = 0; index < (int)raw->n_stages; index++) {
        const km_raw_stage *change = &raw->stage[index];
        const int at = find_stage(list, change->name);
        if (at < 0)
            return unknown_stage(list, index);
        if (list->raw_index[at] >= 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the stage %s is listed twice; join the two entries",
                           km_recipe_place(list->r, "stages.%d.name", index), change->name);
        if (change->kind != NULL && *change->kind != list->stage[at].kind)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: the kind of the stage %s of protocol %s cannot change; write "
                           "protocol: none and list all stages",
                           km_recipe_place(list->r, "stages.%d.kind", index), change->name,
                           list->r->recipe->protocol);
        if (change->skip != NULL && *change->skip)
            remove_stage(list, at);
        else
            KM_TRY(apply_stage(list, index, at));
    }
    return KM_OK;
}

/* `stages:` is the whole list. */
static km_status read_list(km_stage_list *list)
{
    const km_raw_recipe *raw = list->r->raw;
    for (int index = 0; index < (int)raw->n_stages; index++) {
        const km_raw_stage *entry = &raw->stage[index];
        if (find_stage(list, entry->name) >= 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the stage %s is listed twice; rename one",
                           km_recipe_place(list->r, "stages.%d.name", index), entry->name);
        if (entry->skip != NULL && *entry->skip)
            continue;
        const bool production = entry->production != NULL && *entry->production;
        km_stage stage = production ? list->production : list->base;
        if (entry->kind != NULL)
            stage.kind = *entry->kind;
        KM_TRY(km_stage_list_add(list, entry->name, &stage));
        KM_TRY(apply_stage(list, index, list->n - 1));
        if (stage.kind == KM_STAGE_DYNAMICS && !production && entry->time == NULL)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the stage %s has no time_ps; give its length",
                           km_recipe_place(list->r, "stages.%d", index), entry->name);
    }
    return KM_OK;
}

/* Where the reader finds what to change: the stage's own key, or the block production. */
static const char *place_of(const km_stage_list *list, int at, bool own, const char *key)
{
    if (own)
        return km_recipe_place(list->r, "stages.%d.%s", list->raw_index[at], key);
    return km_recipe_place(list->r, "production.%s", key);
}

static const km_raw_stage *raw_of(const km_stage_list *list, int at)
{
    static const km_raw_stage nothing = {0};
    return list->raw_index[at] >= 0 ? &list->r->raw->stage[list->raw_index[at]] : &nothing;
}

static km_status check_timestep(const km_stage_list *list, int at)
{
    const km_stage *stage = &list->stage[at];
    const double timestep = stage->timestep / FS;
    const bool own = raw_of(list, at)->timestep != NULL;
    if (!stage->constrain_hydrogen && timestep > TIMESTEP_FREE * ROUNDING)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s is %g in stage %s, where bonds to hydrogen are free; with constraints: "
                       "none at most %g fs are stable (1 is usual): lower it or set constraints: "
                       "hydrogen",
                       place_of(list, at, own, "timestep_fs"), timestep, stage->name,
                       TIMESTEP_FREE);
    if (timestep > TIMESTEP_CONSTRAINED * ROUNDING)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s is %g in stage %s; with bonds to hydrogen held at most %g fs are stable "
                       "(2 is usual): lower it",
                       place_of(list, at, own, "timestep_fs"), timestep, stage->name,
                       TIMESTEP_CONSTRAINED);
    if (stage->time < stage->timestep)
        return KM_FAIL(KM_ERROR_INPUT, "%s: stage %s lasts %g ps, less than one time step of %g fs",
                       place_of(list, at, raw_of(list, at)->time != NULL,
                                raw_of(list, at)->time != NULL ? "time_ps" : "time_ns"),
                       stage->name, stage->time, timestep);
    return KM_OK;
}

/* Where the size of the cell is not free to change. */
static km_status check_barostat(const km_stage_list *list, int at)
{
    const km_stage *stage = &list->stage[at];
    const km_recipe *recipe = list->r->recipe;
    if (stage->barostat == KM_BAROSTAT_NONE)
        return KM_OK;
    const bool own = raw_of(list, at)->barostat != NULL;
    if (recipe->compound != NULL && km_recipe_has_frozen(recipe))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: stage %s has a barostat, which would move the frozen sites of the "
                       "cell; choose barostat: none, or free the sites",
                       place_of(list, at, own, own ? "barostat" : "ensemble"), stage->name);
    if (recipe->stack == NULL)
        return KM_OK;
    if (km_recipe_has_frozen(recipe))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: stage %s has a barostat, which would move the frozen layers of the "
                       "cell; choose barostat: none, or give the highest slab a piston",
                       place_of(list, at, own, own ? "barostat" : "ensemble"), stage->name);
    if (recipe->stack->vacuum > 0.0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: stage %s has a barostat, but a cell with vacuum_A has no pressure to "
                       "hold; choose barostat: none",
                       place_of(list, at, own, own ? "barostat" : "ensemble"), stage->name);
    return KM_OK;
}

static km_status check_stage(const km_stage_list *list, int at)
{
    const km_stage *stage = &list->stage[at];
    if (stage->kind == KM_STAGE_MINIMISE)
        return KM_OK;
    KM_TRY(check_barostat(list, at));
    KM_TRY(check_timestep(list, at));
    if (stage->production && stage->frame_interval > stage->time * ROUNDING)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s is %g, longer than stage %s (%g ps): no frame would be written; lower it "
            "or lengthen the stage",
            place_of(list, at, raw_of(list, at)->frame_interval != NULL, "frame_ps"),
            stage->frame_interval, stage->name, stage->time);
    if (stage->average_from > 0.0 && stage->barostat == KM_BAROSTAT_NONE)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: stage %s has no barostat, so there is no volume to average; choose "
                       "barostat: isotropic or remove average_from",
                       place_of(list, at, true, "average_from"), stage->name);
    return KM_OK;
}

static km_status finish(km_stage_list *list)
{
    bool drawn = false;
    for (int k = 0; k < list->n; k++) {
        if (list->stage[k].kind != KM_STAGE_DYNAMICS)
            continue;
        if (!drawn && !list->draws_chosen[k])
            list->stage[k].draw_velocities = true;
        drawn = true;
        KM_TRY(check_stage(list, k));
    }
    if (list->n == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: nothing is left to do; list stages, or write protocol: liquid",
                       km_recipe_place(list->r, "stages"));
    return KM_OK;
}

/* A given structure has no voids: it is compressed only where `stages:` says how. */
static void leave_structure_alone(km_stage_list *list)
{
    const int at = find_stage(list, "compress");
    if (list->r->recipe->structure != NULL && at >= 0 && list->raw_index[at] < 0)
        remove_stage(list, at);
}

static km_status read_stages(km_stage_list *list, km_protocol protocol)
{
    read_base(list);
    KM_TRY(read_production(list));
    if (protocol == KM_PROTOCOL_NONE) {
        KM_TRY(read_list(list));
        return finish(list);
    }
    KM_TRY(km_stage_list_fill(list, protocol));
    KM_TRY(apply_overrides(list));
    leave_structure_alone(list);
    return finish(list);
}

static km_protocol usual_protocol(const km_recipe *recipe)
{
    const km_recipe_stack *stack = recipe->stack;
    for (int k = 0; stack != NULL && k < stack->n_layers; k++)
        if (stack->layer[k].liquid != NULL || stack->layer[k].compound != NULL)
            return KM_PROTOCOL_INTERFACE;
    if (recipe->compound != NULL)
        return KM_PROTOCOL_CRYSTAL;
    return stack != NULL || recipe->crystal != NULL ? KM_PROTOCOL_METAL : KM_PROTOCOL_LIQUID;
}

km_status km_recipe_read_stages(km_recipe_reader *r)
{
    const km_raw_recipe *raw = r->raw;
    const km_protocol protocol = raw->protocol != NULL ? *raw->protocol : usual_protocol(r->recipe);
    const int most = (int)raw->n_stages + 9; /* protocol metal has up to eight */
    KM_TRY(km_recipe_keep(km_protocol_word(protocol), &r->recipe->protocol));
    KM_NEW(r->recipe->stage, most);
    km_stage_list list = {.r = r, .stage = r->recipe->stage};
    km_status status = km_allocate((void **)&list.raw_index, most, sizeof *list.raw_index);
    if (status == KM_OK)
        status = km_allocate((void **)&list.draws_chosen, most, sizeof *list.draws_chosen);
    if (status == KM_OK)
        status = read_stages(&list, protocol);
    free(list.raw_index);
    free(list.draws_chosen);
    return status;
}
