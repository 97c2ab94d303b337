/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/input/recipe_file.h"

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* Looks for NAME and share/kalium/NAME in every folder above the program: the source tree when it
 * was built in place, the prefix when it was installed. */
static bool above_program(const char *name, char *path, size_t length, char *tried,
                          size_t tried_length)
{
    char program[2048];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0)
        return false;
    program[n] = '\0';
    for (char *slash; (slash = strrchr(program, '/')) != NULL;) {
        *slash = '\0';
        static const char *const inside[] = {"", "share/kalium/"};
        for (int k = 0; k < 2; k++) {
            snprintf(path, length, "%s/%s%s", program, inside[k], name);
            if (is_folder(path))
                return true;
        }
        const size_t used = strlen(tried);
        snprintf(tried + used, tried_length - used, " %s", program[0] != '\0' ? program : "/");
    }
    return false;
}

km_status km_data_folder(const char *name, char *path, size_t path_length)
{
    char tried[4096] = "";
    const char *variable = getenv("KALIUM_DATA");
    if (variable != NULL && variable[0] != '\0') {
        snprintf(path, path_length, "%s/%s", variable, name);
        if (is_folder(path))
            return KM_OK;
        snprintf(tried, sizeof tried, " %s (KALIUM_DATA)", variable);
    }
    if (above_program(name, path, path_length, tried, sizeof tried))
        return KM_OK;
    return KM_FAIL(
        KM_ERROR_FILE,
        "the folder %s/ was not found in:%s. Set KALIUM_DATA to the folder that holds it", name,
        tried);
}
