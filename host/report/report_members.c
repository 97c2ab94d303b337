/* SPDX-License-Identifier: MIT */
#include "host/report/report_members.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/output/run_folder.h"

/* What follows "T-" or "replica-"; NULL for other names. */
static const char *number_of(const char *name)
{
    static const char *const prefix[] = {"T-", "replica-"};
    for (size_t k = 0; k < sizeof prefix / sizeof prefix[0]; k++)
        if (strncmp(name, prefix[k], strlen(prefix[k])) == 0)
            return name + strlen(prefix[k]);
    return NULL;
}

static int is_member(const struct dirent *entry)
{
    char *end;
    const char *number = number_of(entry->d_name);
    if (number == NULL || *number == '\0')
        return 0;
    strtod(number, &end);
    return *end == '\0';
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
    const double x = strtod(number_of((*a)->d_name), NULL),
                 y = strtod(number_of((*b)->d_name), NULL);
    return (x > y) - (x < y);
}

static km_status add(const char *folder, const char *name, km_bibliography *references,
                     km_report_members *out)
{
    char path[KM_PATH_LENGTH];
    snprintf(path, sizeof path, "%s/%s/" KM_FILE_RESULTS, folder, name);
    if (access(path, R_OK) != 0)
        return KM_OK;
    km_node *results;
    KM_TRY(km_result_tree_read(path, &results));
    out->results[out->n] = results;
    out->label[out->n++] = strdup(name);
    if (out->label[out->n - 1] == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "no memory for the name of a run");
    snprintf(path, sizeof path, "%s/%s/" KM_FILE_REFERENCES, folder, name);
    KM_TRY(km_bibliography_read(references, path));
    return km_bibliography_cite(references, km_node_get(results, "parameters"), "parameters");
}

km_status km_report_members_read(const char *folder, km_bibliography *references,
                                 km_report_members *out)
{
    struct dirent **entry = NULL;
    *out = (km_report_members){.n = 0};
    const int found = scandir(folder, &entry, is_member, by_number);
    km_status status = KM_OK;
    if (found > 0) {
        status = km_allocate((void **)&out->label, (size_t)found, sizeof *out->label);
        if (status == KM_OK)
            status = km_allocate((void **)&out->results, (size_t)found, sizeof *out->results);
    }
    for (int k = 0; k < found; k++) {
        if (status == KM_OK)
            status = add(folder, entry[k]->d_name, references, out);
        free(entry[k]);
    }
    free(entry);
    return status;
}

km_status km_report_members_share(const km_report_members *members, const char *folder,
                                  km_node *series)
{
    static const char *const keys[] = {"cell", "notes", "parameters"};
    char path[KM_PATH_LENGTH];
    if (members->n == 0)
        return KM_OK;
    km_node *first; /* read again: what is shared leaves the tree that it was in */
    snprintf(path, sizeof path, "%s/%s/" KM_FILE_RESULTS, folder, members->label[0]);
    KM_TRY(km_result_tree_read(path, &first));
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        km_result_tree_lend(series, first, keys[k]);
    km_result_tree_destroy(first);
    return KM_OK;
}

void km_report_members_free(km_report_members *members)
{
    for (int k = 0; k < members->n; k++) {
        free(members->label[k]);
        km_result_tree_destroy(members->results[k]);
    }
    free(members->label);
    free(members->results);
    *members = (km_report_members){.n = 0};
}
