/* SPDX-License-Identifier: MIT */
/* Which step delivers what. Pure arithmetic on the step number, so that a continued run does the
 * same things at the same steps as one that was never stopped. */
#ifndef KM_SCHEDULE_H
#define KM_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* Every so many steps of a stage all runs rebuild the list and recompute the forces from the bare
 * positions: only there can a checkpoint be taken, and from there a continued run is bitwise the
 * same. */
#define KM_RESTART_INTERVAL 250

typedef struct km_schedule {
    int64_t n_steps;           /* of the stage                                        */
    int64_t frame_interval;    /* steps; 0 = never                                    */
    int64_t energy_interval;   /* steps; 0 = never                                    */
    int64_t barostat_interval; /* steps; 0 = never                                    */
    int64_t census_interval;   /* steps; 0 = with the last step alone                 */
} km_schedule;

/* Decided once at the head of a step. */
typedef struct km_due {
    int64_t index;    /* of the step in the whole run: keys the random numbers       */
    int64_t in_stage; /* of the step in the stage, 1 ... n_steps                     */
    bool frame, energies, pressure_coupling, restart_point;
    int64_t census; /* of the neighbour list: its number, from 1; 0 = none            */
} km_due;

/* How many steps after in_stage deliver nothing, up to the next that does or the end. */
int64_t km_schedule_plain_steps(const km_schedule *schedule, int64_t in_stage);

km_due km_schedule_at(const km_schedule *schedule, int64_t stage_first_step, int64_t in_stage);

#endif
