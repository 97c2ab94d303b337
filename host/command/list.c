/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/command.h"
#include "host/input/without_potential.h"

#define ROW "%-26s %-12s %s\n" /* id, confidence, what */

static int is_recipe(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name);
    return n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

static km_status print_recipe(const char *folder, const char *file)
{
    char path[4096];
    km_recipe *recipe = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    KM_TRY(km_recipe_read(path, NULL, 0, &recipe));
    printf(ROW, recipe->id, km_confidence_name(recipe->confidence), recipe->title);
    km_recipe_destroy(recipe);
    return KM_OK;
}

/* What cannot be run, and why, at the end. */
static km_status print_unmodelled(void)
{
    km_unmodelled_list *list;
    KM_TRY(km_unmodelled_read(&list));
    printf("\nwithout a classical potential; `kalium run ID` says what would be needed\n");
    for (uint32_t k = 0; k < list->n; k++)
        printf(ROW, list->system[k].id, "none", list->system[k].title);
    km_unmodelled_destroy(list);
    return KM_OK;
}

km_status km_command_list(int argc, char **argv)
{
    km_options options;
    char folder[2048];
    KM_TRY(km_options_parse(argc, argv, "", &options));
    KM_TRY(km_data_folder("systems", folder, sizeof folder));
    struct dirent **entry = NULL;
    const int n = scandir(folder, &entry, is_recipe, alphasort);
    if (n < 0)
        return KM_FAIL(KM_ERROR_FILE, "cannot list the folder of recipes %s", folder);
    km_status status = KM_OK;
    printf(ROW, "id", "confidence", "what");
    for (int k = 0; k < n; k++) {
        if (status == KM_OK)
            status = print_recipe(folder, entry[k]->d_name);
        free(entry[k]);
    }
    free(entry);
    return status == KM_OK ? print_unmodelled() : status;
}
