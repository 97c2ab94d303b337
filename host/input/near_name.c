/* SPDX-License-Identifier: MIT */
#include "host/input/near_name.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 40 /* characters */

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

/* Number of single-character changes between two words: insert, delete, replace, swap. */
static int edit_distance(const char *a, const char *b)
{
    const int n = (int)strlen(a), m = (int)strlen(b);
    if (n > LONGEST || m > LONGEST)
        return INT_MAX;
    int d[LONGEST + 1][LONGEST + 1];
    for (int i = 0; i <= n; i++)
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            int best = d[i - 1][j - 1] + !same(a[i - 1], b[j - 1]);
            best = least_of(best, least_of(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                best = least_of(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    return d[n][m];
}

/* "cutoff" for "cutoff_A", "pressure_MPa" for "pressure_bar": the unit is missing or another one.
 */
static bool same_but_unit(const char *word, const char *name)
{
    const size_t n = strlen(word);
    if (n > 0 && strncmp(word, name, n) == 0 && name[n] == '_')
        return true;
    const char *unit = strrchr(word, '_');
    return unit != NULL && unit != word && strncmp(word, name, (size_t)(unit - word) + 1) == 0;
}

void km_near_name_try(km_near_name *search, const char *name)
{
    const int distance = same_but_unit(search->word, name) ? 0 : edit_distance(search->word, name);
    if (distance < search->least && distance < (int)strlen(name)) {
        search->least = distance;
        search->nearest = name;
    }
}

void km_near_yaml_file(const char *folder, const char *word, char *hint, size_t length)
{
    km_near_name search = {.word = word, .least = KM_NEAR_ENOUGH};
    struct dirent **entry = NULL;
    const int n = scandir(folder, &entry, NULL, alphasort);
    for (int k = 0; k < n; k++) {
        char *ending = strstr(entry[k]->d_name, ".yaml");
        if (ending == NULL)
            continue;
        *ending = '\0';
        km_near_name_try(&search, entry[k]->d_name);
    }
    hint[0] = '\0';
    if (search.nearest != NULL)
        snprintf(hint, length, "did you mean \"%s\"? ", search.nearest);
    for (int k = 0; k < n; k++)
        free(entry[k]);
    free(entry);
}
