/* SPDX-License-Identifier: MIT */
/* Where forcefields/ and systems/ lie. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/input/recipe_file.h"

#define PATH_LENGTH 4096

static bool is_folder(const char *root, const char *name)
{
    char path[PATH_LENGTH];
    struct stat about;
    return (size_t)snprintf(path, sizeof path, "%s/%s", root, name) < sizeof path &&
           stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* A folder that holds both is ours; one named "systems" alone may be anybody's. */
static bool holds_data(const char *root)
{
    return is_folder(root, "forcefields") && is_folder(root, "systems");
}

static bool try_root(const char *root, char *path, size_t length, const char *name)
{
    if (!holds_data(root))
        return false;
    return (size_t)snprintf(path, length, "%s/%s", root, name) < length;
}

/* Upwards from the program: the source tree it was built in, or share/kalium beside bin. */
static bool search_upwards(char *root, char *path, size_t length, const char *name)
{
    for (char *slash = strrchr(root, '/'); slash != NULL; slash = strrchr(root, '/')) {
        *slash = '\0';
        char shared[PATH_LENGTH];
        if ((size_t)snprintf(shared, sizeof shared, "%s/share/kalium", root) < sizeof shared &&
            try_root(shared, path, length, name))
            return true;
        if (try_root(root, path, length, name))
            return true;
    }
    return false;
}

km_status km_data_folder(const char *name, char *path, size_t path_length)
{
    const char *data = getenv("KALIUM_DATA");
    if (data != NULL && data[0] != '\0') {
        if (!is_folder(data, "."))
            return KM_FAIL(KM_ERROR_FILE,
                           "KALIUM_DATA is %s, which is no folder; set it to the folder that holds "
                           "forcefields and systems, or unset it",
                           data);
        if (is_folder(data, name) &&
            (size_t)snprintf(path, path_length, "%s/%s", data, name) < path_length)
            return KM_OK;
    }
    char program[PATH_LENGTH];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n > 0) {
        program[n] = '\0';
        char root[PATH_LENGTH];
        memcpy(root, program, (size_t)n + 1);
        if (search_upwards(root, path, path_length, name))
            return KM_OK;
    }
    if (try_root(KM_INSTALLED_DATA, path, path_length, name) ||
        try_root(KM_SOURCE_DATA, path, path_length, name))
        return KM_OK;
    return KM_FAIL(KM_ERROR_FILE,
                   "the folders forcefields and systems were found neither above the program (%s) "
                   "nor in %s nor in %s; set KALIUM_DATA to the folder that holds them",
                   n > 0 ? program : "unknown", KM_INSTALLED_DATA, KM_SOURCE_DATA);
}
