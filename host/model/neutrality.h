/* SPDX-License-Identifier: MIT */
/* Private to host/model: the cell must carry no net charge. */
#ifndef KM_NEUTRALITY_H
#define KM_NEUTRALITY_H

#include "host/model/expand.h"

/* KM_ERROR_INPUT lists the charged molecules and says what is missing. */
KM_MUST_CHECK km_status km_check_neutral(const km_expansion *e);

#endif
