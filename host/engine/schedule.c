/* SPDX-License-Identifier: MIT */
#include "host/engine/schedule.h"

static bool every(int64_t interval, int64_t step)
{
    return interval > 0 && step % interval == 0;
}

/* Steps from in_stage to before the next multiple of the interval. */
static int64_t before_next(int64_t interval, int64_t in_stage)
{
    return interval > 0 ? interval - 1 - in_stage % interval : INT64_MAX;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t km_schedule_plain_steps(const km_schedule *schedule, int64_t in_stage)
{
    int64_t n = schedule->n_steps - in_stage;
    n = lesser(n, before_next(schedule->frame_interval, in_stage));
    n = lesser(n, before_next(schedule->energy_interval, in_stage));
    n = lesser(n, before_next(schedule->barostat_interval, in_stage));
    n = lesser(n, before_next(schedule->census_interval, in_stage));
    n = lesser(n, schedule->n_steps - 1 - in_stage); /* the last step takes a census */
    return lesser(n, before_next(KM_RESTART_INTERVAL, in_stage));
}

static int64_t census_number(const km_schedule *schedule, int64_t in_stage)
{
    const int64_t interval = schedule->census_interval;
    if (!every(interval, in_stage) && in_stage != schedule->n_steps)
        return 0;
    return interval > 0 ? in_stage / interval + 1 : 1;
}

km_due km_schedule_at(const km_schedule *schedule, int64_t stage_first_step, int64_t in_stage)
{
    const km_due due = {
        .index = stage_first_step + in_stage,
        .in_stage = in_stage,
        .frame = every(schedule->frame_interval, in_stage),
        .energies = every(schedule->energy_interval, in_stage),
        .pressure_coupling = every(schedule->barostat_interval, in_stage),
        .restart_point = every(KM_RESTART_INTERVAL, in_stage),
        .census = census_number(schedule, in_stage),
    };
    return due;
}
