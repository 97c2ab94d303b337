/* SPDX-License-Identifier: MIT */
/* What happens in a step. */
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

#endif
