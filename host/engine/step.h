/* SPDX-License-Identifier: MIT */
/* What happens in a step.
 *
 * A device can stand still because a list has outgrown its memory (km_backend.make_room), which is
 * noticed where faults are looked at, steps later. Between two such moments all steps deliver
 * nothing, or a frame alone: so those from where it stands are done again, with room, and what
 * followed goes on as if nothing had been. */
#ifndef KM_STEP_H
#define KM_STEP_H

#include "host/engine/schedule.h"
#include "host/engine/simulation.h"

/* From t to t + dt. due says what this step must deliver; *out gets the measurement when energies
 * are due and may be NULL. */
KM_MUST_CHECK km_status km_step_advance(km_simulation *simulation, const km_due *due,
                                        km_measurement *out);

/* count steps that deliver nothing, from due on, without the host between them where the backend
 * can record a step. */
KM_MUST_CHECK km_status km_step_advance_plain(km_simulation *simulation, const km_due *due,
                                              int64_t count);

/* Waits, and does what the device has not done of the steps up to the end of this one, of which the
 * others deliver nothing. Fails as km_simulation_look. */
KM_MUST_CHECK km_status km_step_settle(km_simulation *simulation, km_step *step);

#endif
