/* SPDX-License-Identifier: MIT */
#include "host/engine/schedule.h"

static bool every(int64_t interval, int64_t step)
{
    return interval > 0 && step % interval == 0;
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
    };
    return due;
}
