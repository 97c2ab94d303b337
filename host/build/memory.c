/* SPDX-License-Identifier: MIT */
#include "host/build/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINE 4096

static double physical(void)
{
    return (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
}

/* Free pages and those the system gives up when asked, such as its copies of files. */
static double available(void)
{
    char line[LINE];
    double kib;
    FILE *file = fopen("/proc/meminfo", "re");
    if (file == NULL)
        return physical();
    double bytes = physical();
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %lf kB", &kib) == 1)
            bytes = 1024.0 * kib;
    fclose(file);
    return bytes;
}

/* What this process has. */
static double resident(void)
{
    double size, pages = 0.0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0.0;
    if (fscanf(file, "%lf %lf", &size, &pages) != 2)
        pages = 0.0;
    fclose(file);
    return pages * (double)sysconf(_SC_PAGESIZE);
}

static double address_space(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
               ? (double)limit.rlim_cur
               : INFINITY;
}

static double limit_in(const char *folder)
{
    char path[LINE + 16];
    double bytes;
    snprintf(path, sizeof path, "%s/memory.max", folder);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return INFINITY;
    if (fscanf(file, "%lf", &bytes) != 1) /* "max" */
        bytes = INFINITY;
    fclose(file);
    return bytes;
}

double km_memory_group_limit(const char *root, const char *group)
{
    char folder[LINE];
    const size_t shortest = strlen(root);
    double least = INFINITY;
    if (snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder)
        return INFINITY;
    for (;;) {
        least = fmin(least, limit_in(folder));
        char *last = strrchr(folder, '/');
        if (last == NULL || (size_t)(last - folder) < shortest)
            return least;
        *last = '\0';
    }
}

static double control_group(void)
{
    char line[LINE];
    double least = INFINITY;
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return INFINITY;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::/", 4) == 0)
            least = km_memory_group_limit("/sys/fs/cgroup", line + 3);
    }
    fclose(file);
    return least;
}

double km_memory_there_is(void)
{
    return fmin(available() + resident(), fmin(address_space(), control_group()));
}
