/* SPDX-License-Identifier: MIT */
#include "host/input/recipe_protocol.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define FEMTOSECOND KM_PS_PER_FS
#define LIQUID_COMPRESSIBILITY                                                                     \
    1e-4 /* 1/bar, of an organic liquid; sets only the pace of the barostat */

/* protocol: liquid. From a loosely packed box to production at the averaged volume:
 * bad contacts go (minimise, then a short hot-start with strong friction and a tiny timestep),
 * voids of the packing close under 1000 bar, NPT finds the density and its second half gives the
 * volume. */
static km_status liquid(km_recipe *r, bool rigid_hydrogen)
{
    const double T = r->temperature, bar = KM_PRESSURE_PER_BAR;
    const double step = rigid_hydrogen ? 2.0 * FEMTOSECOND : 1.0 * FEMTOSECOND;
    const km_stage common = {.kind = KM_STAGE_DYNAMICS,
                             .timestep = step,
                             .temperature_start = T,
                             .temperature_end = T,
                             .constrain_hydrogen = rigid_hydrogen,
                             .thermostat = KM_THERMOSTAT_RESCALING,
                             .thermostat_time = 0.2,
                             .friction = 5.0,
                             .pressure_start = r->pressure,
                             .pressure_end = r->pressure,
                             .barostat_time = 1.0,
                             .compressibility = LIQUID_COMPRESSIBILITY / bar,
                             .energy_interval = 0.2};
    KM_NEW(r->stage, 6);
    r->n_stages = 6;
    km_stage *s = r->stage;
    for (int k = 0; k < 6; k++)
        s[k] = common;
    s[0].kind = KM_STAGE_MINIMISE;
    s[0].max_steps = 500;
    s[0].force_tolerance = 1000.0;
    s[1].time = 5.0;
    s[1].timestep = 0.5 * FEMTOSECOND;
    s[1].temperature_start = 50.0 < T ? 50.0 : T;
    s[1].draw_velocities = true;
    s[1].thermostat = KM_THERMOSTAT_LANGEVIN;
    s[1].friction = 20.0;
    s[2].time = 30.0;
    s[2].barostat = KM_BAROSTAT_ISOTROPIC;
    s[2].pressure_start = s[2].pressure_end = r->pressure + 1000.0 * bar;
    s[3].time = 200.0;
    s[3].barostat = KM_BAROSTAT_ISOTROPIC;
    s[3].barostat_time = 2.0;
    s[3].thermostat_time = 0.5;
    s[3].average_from = 0.5;
    s[4].time = 20.0;
    s[4].thermostat_time = 0.5;
    s[5].time = 1000.0;
    s[5].thermostat_time = 1.0;
    s[5].production = true;
    s[5].frame_interval = 1.0;
    s[5].energy_interval = 1.0;
    static const char *const name[6] = {"minimise",    "heat",   "compress",
                                        "equilibrate", "settle", "produce"};
    for (int k = 0; k < 6; k++)
        KM_TRY(km_recipe_copy_text(name[k], &s[k].name));
    return KM_OK;
}

static void take(double *to, const double *from, double unit)
{
    if (from != NULL)
        *to = *from * unit;
}

static void take_ensemble(km_stage *s, int type)
{
    s->kind = type == KM_RAW_MINIMISE ? KM_STAGE_MINIMISE : KM_STAGE_DYNAMICS;
    if (type == KM_RAW_NVE)
        s->thermostat = KM_THERMOSTAT_NONE;
    if (type != KM_RAW_NPT)
        s->barostat = KM_BAROSTAT_NONE;
    else if (s->barostat == KM_BAROSTAT_NONE)
        s->barostat = KM_BAROSTAT_ISOTROPIC;
}

static void override(km_stage *s, const km_raw_stage *raw)
{
    if (raw->type != NULL)
        take_ensemble(s, *raw->type);
    if (raw->thermostat != NULL)
        s->thermostat = (km_thermostat_kind)*raw->thermostat;
    if (raw->barostat != NULL)
        s->barostat = (km_barostat_kind)*raw->barostat;
    if (raw->max_steps != NULL)
        s->max_steps = *raw->max_steps;
    if (raw->temperature_K != NULL)
        s->temperature_start = s->temperature_end = *raw->temperature_K;
    if (raw->pressure_bar != NULL)
        s->pressure_start = s->pressure_end = *raw->pressure_bar * KM_PRESSURE_PER_BAR;
    take(&s->force_tolerance, raw->force_tolerance_kJ_mol_nm, 1.0);
    take(&s->time, raw->time_ps, 1.0);
    take(&s->timestep, raw->timestep_fs, FEMTOSECOND);
    take(&s->temperature_start, raw->temperature_start_K, 1.0);
    take(&s->thermostat_time, raw->thermostat_time_ps, 1.0);
    take(&s->friction, raw->friction_per_ps, 1.0);
    take(&s->barostat_time, raw->barostat_time_ps, 1.0);
    take(&s->compressibility, raw->compressibility_per_bar, 1.0 / KM_PRESSURE_PER_BAR);
    take(&s->average_from, raw->average_from, 1.0);
    take(&s->frame_interval, raw->frame_ps, 1.0);
    take(&s->energy_interval, raw->energy_ps, 1.0);
    if (raw->draw_velocities != NULL)
        s->draw_velocities = *raw->draw_velocities;
    if (raw->constrain_hydrogen != NULL)
        s->constrain_hydrogen = *raw->constrain_hydrogen;
    if (raw->production != NULL)
        s->production = *raw->production;
    if (raw->velocities != NULL)
        s->write_velocities = *raw->velocities;
}

static void take_production(km_stage *s, const km_raw_production *p)
{
    take(&s->time, p->time_ns, KM_PS_PER_NS);
    take(&s->timestep, p->timestep_fs, FEMTOSECOND);
    take(&s->frame_interval, p->frame_ps, 1.0);
    take(&s->energy_interval, p->energy_ps, 1.0);
    take(&s->thermostat_time, p->thermostat_time_ps, 1.0);
    if (p->thermostat != NULL)
        s->thermostat = (km_thermostat_kind)*p->thermostat;
    if (p->velocities != NULL)
        s->write_velocities = *p->velocities;
}

static km_stage *find(km_recipe *r, const char *name)
{
    for (int k = 0; k < r->n_stages; k++)
        if (strcmp(r->stage[k].name, name) == 0)
            return &r->stage[k];
    return NULL;
}

/* protocol: none. The stages are the list, each on top of neutral defaults. */
static km_status explicit_stages(const km_raw_recipe *raw, km_recipe *r, bool rigid_hydrogen)
{
    if (raw->n_stages == 0)
        return KM_FAIL(KM_ERROR_INPUT, "protocol none needs a list of stages");
    KM_NEW(r->stage, raw->n_stages);
    r->n_stages = (int)raw->n_stages;
    for (int k = 0; k < r->n_stages; k++) {
        km_stage *s = &r->stage[k];
        *s = (km_stage){.kind = KM_STAGE_DYNAMICS,
                        .timestep = (rigid_hydrogen ? 2.0 : 1.0) * FEMTOSECOND,
                        .temperature_start = r->temperature,
                        .temperature_end = r->temperature,
                        .constrain_hydrogen = rigid_hydrogen,
                        .thermostat = KM_THERMOSTAT_RESCALING,
                        .thermostat_time = 0.5,
                        .friction = 5.0,
                        .pressure_start = r->pressure,
                        .pressure_end = r->pressure,
                        .barostat_time = 2.0,
                        .max_steps = 500,
                        .force_tolerance = 1000.0,
                        .energy_interval = 0.2,
                        .frame_interval = 1.0,
                        .compressibility = LIQUID_COMPRESSIBILITY / KM_PRESSURE_PER_BAR};
        KM_TRY(km_recipe_copy_text(raw->stage[k].name, &s->name));
        override(s, &raw->stage[k]);
    }
    return KM_OK;
}

static km_status check(const km_stage *s)
{
    if (s->kind == KM_STAGE_MINIMISE)
        return KM_OK;
    const double fs = s->timestep / FEMTOSECOND;
    if (!(fs >= 0.01 && fs <= 5.0))
        return KM_FAIL(KM_ERROR_INPUT, "stage %s: timestep_fs is %g; 0.01 to 5 is sensible",
                       s->name, fs);
    if (!s->constrain_hydrogen && fs > 1.25)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "stage %s: timestep_fs is %g, but bonds to hydrogen are free; take at most 1.25 fs or "
            "set constraints: hydrogen",
            s->name, fs);
    if (s->constrain_hydrogen && fs > 2.5)
        return KM_FAIL(KM_ERROR_INPUT,
                       "stage %s: timestep_fs is %g; with rigid bonds to hydrogen at most 2.5",
                       s->name, fs);
    if (!(s->time > 0.0 && s->time <= 1e9))
        return KM_FAIL(KM_ERROR_INPUT, "stage %s: its time is %g ps; above 0 and at most 1 ms",
                       s->name, s->time);
    if (!(s->temperature_start > 0.0 && s->temperature_end > 0.0 &&
          s->temperature_start <= 5000.0 && s->temperature_end <= 5000.0))
        return KM_FAIL(KM_ERROR_INPUT, "stage %s: a temperature between 0 and 5000 K is asked for",
                       s->name);
    if (s->production && !(s->frame_interval > 0.0 && s->frame_interval <= s->time))
        return KM_FAIL(KM_ERROR_INPUT,
                       "stage %s: frame_ps is %g; above 0 and at most the stage's %g ps", s->name,
                       s->frame_interval, s->time);
    if (!(s->energy_interval > 0.0 && s->thermostat_time > 0.0 && s->barostat_time > 0.0))
        return KM_FAIL(
            KM_ERROR_INPUT,
            "stage %s: energy_ps, thermostat_time_ps and barostat_time_ps must be above 0",
            s->name);
    return KM_OK;
}

km_status km_recipe_make_stages(const km_raw_recipe *raw, km_recipe *recipe)
{
    const bool rigid_hydrogen = raw->constraints == NULL || *raw->constraints != 0;
    KM_TRY(
        km_recipe_copy_text(raw->protocol != NULL ? raw->protocol : "liquid", &recipe->protocol));
    if (strcmp(recipe->protocol, "none") == 0) {
        KM_TRY(explicit_stages(raw, recipe, rigid_hydrogen));
    } else if (strcmp(recipe->protocol, "liquid") == 0) {
        KM_TRY(liquid(recipe, rigid_hydrogen));
        for (uint32_t k = 0; k < raw->n_stages; k++) {
            km_stage *s = find(recipe, raw->stage[k].name);
            if (s == NULL)
                return KM_FAIL(
                    KM_ERROR_INPUT,
                    "stages: there is no stage '%s' in protocol liquid; it has minimise, heat, "
                    "compress, equilibrate, settle and produce",
                    raw->stage[k].name);
            override(s, &raw->stage[k]);
        }
    } else {
        return KM_FAIL(KM_ERROR_INPUT, "protocol: '%s' is not known; liquid or none",
                       recipe->protocol);
    }
    for (int k = 0; k < recipe->n_stages; k++) {
        if (recipe->stage[k].production && raw->production != NULL)
            take_production(&recipe->stage[k], raw->production);
        KM_TRY(check(&recipe->stage[k]));
    }
    return KM_OK;
}
