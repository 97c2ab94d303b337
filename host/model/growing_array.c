/* SPDX-License-Identifier: MIT */
#include "host/model/growing_array.h"

#include <limits.h>
#include <stdlib.h>

enum { FIRST_ROOM = 32 };

km_status km_array_make_room(void **array, int n, int *room, size_t size, const char *what)
{
    if (n < *room)
        return KM_OK;
    if (*room > (INT_MAX - FIRST_ROOM) / 2)
        return KM_FAIL(KM_ERROR_MEMORY, "no more than %d %s", *room, what);
    const int larger = 2 * *room + FIRST_ROOM;
    void *moved = realloc(*array, (size_t)larger * size);
    if (moved == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "no memory for %d %s", larger, what);
    *array = moved;
    *room = larger;
    return KM_OK;
}
