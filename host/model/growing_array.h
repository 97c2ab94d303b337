/* SPDX-License-Identifier: MIT */
#ifndef KM_GROWING_ARRAY_H
#define KM_GROWING_ARRAY_H

#include "kernels/base/error.h"

/* Makes sure that one more element of `size` bytes fits behind the n there are: where *room is used
 * up, the array moves to twice as much. `what` names the elements for the message of
 * KM_ERROR_MEMORY, after which the array is as it was. */
KM_MUST_CHECK km_status km_array_make_room(void **array, int n, int *room, size_t size,
                                           const char *what);

#endif
