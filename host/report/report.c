/* SPDX-License-Identifier: MIT */
#include "host/report/report.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/output/atomic_file.h"
#include "host/output/json_writer.h"
#include "host/output/run_folder.h"
#include "host/report/bibliography.h"
#include "host/report/report_members.h"
#include "host/report/report_overlay.h"
#include "host/report/report_pictures.h"
#include "host/report/report_results.h"
#include "host/report/report_setting.h"
#include "host/report/snapshot.h"

typedef struct report {
    int n_runs;
    const char *const *folder;
    const char *out;
    char **label; /* n_runs  last part of the folder's path, or all of it */
    km_node **results;
    bool *stale; /* n_runs  some were computed before the last frames were written */
    km_bibliography references;
    km_report_members members; /* temperatures or replicas of the only run */
    bool is_series;            /* of temperatures                          */
} report;

static void destroy(report *r)
{
    for (int k = 0; k < r->n_runs; k++) {
        if (r->label != NULL)
            free(r->label[k]);
        if (r->results != NULL)
            km_result_tree_destroy(r->results[k]);
    }
    free(r->label);
    free(r->results);
    free(r->stale);
    km_bibliography_free(&r->references);
    km_report_members_free(&r->members);
}

/* ---- reading ---- */

static int is_analysis(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name), begin = strlen(KM_FILE_ANALYSES);
    return n > begin + 5 && strncmp(entry->d_name, KM_FILE_ANALYSES, begin) == 0 &&
           strcmp(entry->d_name + n - 5, ".json") == 0;
}

static km_status no_results(const char *folder)
{
    char recipe[KM_PATH_LENGTH];
    snprintf(recipe, sizeof recipe, "%s/" KM_FILE_RECIPE, folder);
    if (access(recipe, R_OK) == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the run has no results yet (%s); `kalium run --continue -o %s` "
                       "finishes it, `kalium analyse %s` takes the frames there are",
                       folder, KM_FILE_RESULTS, folder, folder);
    return KM_FAIL(KM_ERROR_FILE, "%s: no folder of a run: there is no %s in it", folder,
                   KM_FILE_RESULTS);
}

static char *label_of(const char *folder)
{
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    return strndup(folder + begin, end - begin);
}

typedef struct analysis_file {
    char path[KM_PATH_LENGTH];
    struct timespec written;
} analysis_file;

static int by_age(const void *a, const void *b)
{
    const struct timespec *x = &((const analysis_file *)a)->written,
                          *y = &((const analysis_file *)b)->written;
    const bool same = x->tv_sec == y->tv_sec;
    return same ? (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec)
                : (x->tv_sec > y->tv_sec) - (x->tv_sec < y->tv_sec);
}

/* results.json and what was analysed later, the oldest first. */
static km_status list_files(const char *folder, analysis_file **file, int *n)
{
    struct dirent **entry = NULL;
    const int found = scandir(folder, &entry, is_analysis, alphasort);
    *n = 0;
    km_status status =
        km_allocate((void **)file, (size_t)(found > 0 ? found : 0) + 1, sizeof **file);
    if (status == KM_OK)
        snprintf((*file)[(*n)++].path, KM_PATH_LENGTH, "%s/" KM_FILE_RESULTS, folder);
    for (int k = 0; k < found; k++) {
        if (status == KM_OK)
            snprintf((*file)[(*n)++].path, KM_PATH_LENGTH, "%s/%s", folder, entry[k]->d_name);
        free(entry[k]);
    }
    free(entry);
    for (int k = *n - 1; k >= 0; k--) {
        struct stat about;
        if (stat((*file)[k].path, &about) == 0)
            (*file)[k].written = about.st_mtim;
        else
            (*file)[k] = (*file)[--*n];
    }
    if (status == KM_OK)
        qsort(*file, (size_t)*n, sizeof **file, by_age);
    return status;
}

static bool is_older(const char *folder, const analysis_file *file)
{
    analysis_file trajectory;
    struct stat about;
    snprintf(trajectory.path, sizeof trajectory.path, "%s/" KM_FILE_TRAJECTORY, folder);
    if (stat(trajectory.path, &about) != 0)
        return false;
    trajectory.written = about.st_mtim;
    return by_age(file, &trajectory) < 0;
}

static km_status read_results(const char *folder, km_node **out, bool *stale)
{
    analysis_file *file = NULL;
    int n;
    km_status status = list_files(folder, &file, &n);
    *stale = status == KM_OK && n > 0 && is_older(folder, &file[0]);
    for (int k = 0; k < n && status == KM_OK; k++) {
        km_node *later = NULL;
        status = km_result_tree_read(file[k].path, *out == NULL ? out : &later);
        if (later != NULL)
            km_result_tree_merge(*out, later);
        km_result_tree_destroy(later);
    }
    free(file);
    return status == KM_OK && *out == NULL ? no_results(folder) : status;
}

static km_status read_run(report *r, int k)
{
    char path[KM_PATH_LENGTH];
    KM_TRY(read_results(r->folder[k], &r->results[k], &r->stale[k]));
    r->label[k] = label_of(r->folder[k]);
    for (int before = 0; before < k && r->label[k] != NULL; before++)
        if (strcmp(r->label[before], r->label[k]) == 0) {
            free(r->label[k]);
            r->label[k] = strdup(r->folder[k]);
            break;
        }
    if (r->label[k] == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "no memory for the name of a run");
    snprintf(path, sizeof path, "%s/" KM_FILE_REFERENCES, r->folder[k]);
    KM_TRY(km_bibliography_read(&r->references, path));
    KM_TRY(km_bibliography_cite(&r->references, km_node_get(r->results[k], "parameters"),
                                "parameters"));
    return km_bibliography_cite(&r->references, r->results[k], "results");
}

/* ---- the page ---- */

static km_status put_references(const km_page *page, const km_bibliography *b)
{
    km_page_table table = {.n_columns = 2};
    if (b->n == 0)
        return KM_OK;
    km_page_heading(page, 2, "What to cite");
    KM_TRY(km_table_cell(&table, "reference"));
    KM_TRY(km_table_cell(&table, "for"));
    for (int k = 0; k < b->n; k++) {
        char text[512];
        snprintf(text, sizeof text, "doi:%.500s", b->reference[k].doi);
        KM_TRY(km_table_cell(&table, text));
        KM_TRY(km_table_cell(&table, b->reference[k].use != NULL ? b->reference[k].use : ""));
    }
    km_page_put_table(page, &table);
    km_page_paragraph(page, "The same as BibTeX: " KM_FILE_REFERENCES ".");
    return KM_OK;
}

/* Warnings and notes of a run, each once. */
static void put_remarks(const km_page *page, const report *r, int k)
{
    const km_node *results = r->results[k];
    const km_node *warnings = km_node_get(results, "warnings");
    const km_node *notes = km_node_get(results, "notes");
    if (strcmp(km_node_text(results, "confidence", ""), "exploratory") == 0)
        km_page_warning(page, "Exploratory: a parameter or the model behind this recipe has no "
                              "published check; do not quote numbers without saying so.");
    if (strcmp(km_node_text(results, "confidence", ""), "analogy") == 0)
        km_page_warning(page, "By analogy: some parameters were taken over from similar molecules "
                              "(the table of parameters says which).");
    if (r->stale[k])
        km_page_warning(page, "Some of these results are older than the trajectory: repeat "
                              "`kalium analyse` with them.");
    for (const km_node *w = warnings != NULL ? warnings->first : NULL; w != NULL; w = w->next)
        km_page_warning(page, w->text);
    for (const km_node *n = notes != NULL ? notes->first : NULL; n != NULL; n = n->next)
        km_page_paragraph(page, n->text);
}

/* The summary that the analysis printed, without its warnings. */
static km_status put_summary(const km_page *page, const char *folder)
{
    char path[KM_PATH_LENGTH], *text, *kept;
    size_t size, n = 0;
    snprintf(path, sizeof path, "%s/analysis.txt", folder);
    if (access(path, R_OK) != 0)
        return KM_OK;
    KM_TRY(km_bytes_read(path, &text, &size));
    kept = text; /* lines move forward in place */
    for (char *line = text; *line != '\0';) {
        const size_t length = strcspn(line, "\n") + (strchr(line, '\n') != NULL ? 1 : 0);
        if (strncmp(line, "warning: ", 9) != 0) {
            memmove(kept + n, line, length);
            n += length;
        }
        line += length;
    }
    kept[n] = '\0';
    km_page_heading(page, 2, "In short");
    km_page_lines(page, kept);
    free(text);
    return KM_OK;
}

static km_status put_members(const km_page *page, const report *r)
{
    if (r->members.n == 0 || !r->is_series)
        return KM_OK;
    km_page_heading(page, 2, "Temperatures side by side");
    KM_TRY(km_report_side_by_side(page, r->members.n, (const km_node *const *)r->members.results,
                                  (const char *const *)r->members.label));
    km_page_paragraph(page, "All of one of them: kalium report of its folder.");
    return KM_OK;
}

static km_status put_run(const km_page *page, const report *r)
{
    const km_node *results = r->results[0];
    const char *label = r->label[0];
    KM_TRY(km_report_system(page, 1, (const km_node *const *)r->results, &label));
    KM_TRY(put_summary(page, r->folder[0]));
    put_remarks(page, r, 0);
    for (const km_node *c = results->first; c != NULL; c = c->next)
        if (km_report_is_analysis(c))
            KM_TRY(km_report_analysis(page, c));
    KM_TRY(put_members(page, r));
    KM_TRY(km_report_pictures(page, r->folder[0]));
    KM_TRY(km_report_checks(page, results));
    KM_TRY(km_report_checks_of_members(page, r->members.n,
                                       (const km_node *const *)r->members.results,
                                       (const char *const *)r->members.label));
    KM_TRY(km_report_protocol(page, results));
    KM_TRY(km_report_parameters(page, results));
    return put_references(page, &r->references);
}

static km_status put_comparison(const km_page *page, const report *r)
{
    const km_node *const *results = (const km_node *const *)r->results;
    const char *const *label = (const char *const *)r->label;
    KM_TRY(km_report_system(page, r->n_runs, results, label));
    km_page_heading(page, 2, "Side by side");
    KM_TRY(km_report_side_by_side(page, r->n_runs, results, label));
    KM_TRY(km_report_pictures(page, r->out));
    for (int k = 0; k < r->n_runs; k++) {
        km_page_heading(page, 2, label[k]);
        put_remarks(page, r, k);
        km_page_paragraph(page, "All of this run: kalium report of its folder.");
    }
    return put_references(page, &r->references);
}

static km_status fill_page(const km_page *page, const report *r)
{
    const char *title = km_node_text(r->results[0], "title", r->label[0]);
    char *both = NULL;
    if (r->n_runs > 1 && asprintf(&both, "%d runs side by side", r->n_runs) < 0)
        return KM_FAIL(KM_ERROR_MEMORY, "no memory for a title");
    km_page_begin(page, r->n_runs > 1 ? both : title);
    free(both);
    KM_TRY(r->n_runs > 1 ? put_comparison(page, r) : put_run(page, r));
    km_page_end(page);
    return KM_OK;
}

static km_status write_page(const report *r)
{
    char html[KM_PATH_LENGTH], text[KM_PATH_LENGTH];
    km_atomic_stream to_html, to_text;
    snprintf(html, sizeof html, "%s/" KM_FILE_REPORT, r->out);
    snprintf(text, sizeof text, "%s/report.txt", r->out);
    KM_TRY(km_atomic_stream_open(&to_html, html));
    km_status status = km_atomic_stream_open(&to_text, text);
    if (status != KM_OK) {
        km_atomic_stream_abandon(&to_html);
        return status;
    }
    const km_page page = {to_html.stream, to_text.stream};
    status = fill_page(&page, r);
    if (status != KM_OK) {
        km_atomic_stream_abandon(&to_html);
        km_atomic_stream_abandon(&to_text);
        return status;
    }
    status = km_atomic_stream_commit(&to_text);
    if (status != KM_OK) {
        km_atomic_stream_abandon(&to_html);
        return status;
    }
    return km_atomic_stream_commit(&to_html);
}

/* ---- report.json ---- */

static void put_node(km_json *json, const km_node *node)
{
    switch (node->kind) {
    case KM_NODE_OBJECT:
    case KM_NODE_ARRAY:
        if (node->kind == KM_NODE_OBJECT)
            km_json_open_object(json, node->key);
        else
            km_json_open_array(json, node->key);
        for (const km_node *c = node->first; c != NULL; c = c->next)
            put_node(json, c);
        km_json_close(json);
        break;
    case KM_NODE_NUMBER:
        if (strpbrk(node->text, ".eE") == NULL)
            km_json_integer(json, node->key, strtoll(node->text, NULL, 10));
        else
            km_json_number(json, node->key, node->number);
        break;
    case KM_NODE_TEXT:
        km_json_text(json, node->key, node->text);
        break;
    case KM_NODE_BOOLEAN:
        km_json_boolean(json, node->key, node->text[0] == 't');
        break;
    default:
        km_json_null(json, node->key);
    }
}

static km_status write_json(const report *r)
{
    char path[KM_PATH_LENGTH];
    km_json *json;
    KM_TRY(km_json_create(&json));
    km_json_open_object(json, NULL);
    km_json_open_array(json, "runs");
    for (int k = 0; k < r->n_runs; k++) {
        km_json_open_object(json, NULL);
        km_json_text(json, "name", r->label[k]);
        for (const km_node *c = r->results[k]->first; c != NULL; c = c->next)
            put_node(json, c);
        km_json_close(json);
    }
    km_json_close(json);
    km_json_open_array(json, "references");
    for (int k = 0; k < r->references.n; k++) {
        km_json_open_object(json, NULL);
        km_json_text(json, "doi", r->references.reference[k].doi);
        km_json_text(json, "for", r->references.reference[k].use);
        km_json_close(json);
    }
    km_json_close(json);
    km_json_close(json);
    snprintf(path, sizeof path, "%s/report.json", r->out);
    const km_status status = km_json_write(json, path);
    km_json_destroy(json);
    return status;
}

/* ---- all ---- */

static km_status draw(const report *r)
{
    bool drawn;
    if (r->n_runs > 1) {
        KM_TRY(km_report_draw_comparison(r->out, r->n_runs, (const km_node *const *)r->results,
                                         (const char *const *)r->label, &drawn));
        return km_report_draw_overlays(r->out, r->n_runs, r->folder, (const char *const *)r->label);
    }
    KM_TRY(km_report_draw(r->folder[0], r->results[0]));
    return km_snapshot_of_run(r->folder[0]);
}

static km_status write_all(report *r)
{
    char path[KM_PATH_LENGTH];
    KM_NEW(r->label, r->n_runs);
    KM_NEW(r->results, r->n_runs);
    KM_NEW(r->stale, r->n_runs);
    for (int k = 0; k < r->n_runs; k++)
        KM_TRY(read_run(r, k));
    const km_node *only = r->n_runs == 1 ? r->results[0] : NULL;
    r->is_series = km_node_get(only, "temperatures_K") != NULL;
    if (r->is_series || km_node_get(only, "replicas") != NULL)
        KM_TRY(km_report_members_read(r->folder[0], &r->references, &r->members));
    if (r->is_series)
        KM_TRY(km_report_members_share(&r->members, r->folder[0], r->results[0]));
    if (r->n_runs > 1 || strcmp(r->out, r->folder[0]) != 0)
        KM_TRY(km_folder_make(r->out));
    snprintf(path, sizeof path, "%s/" KM_FILE_REFERENCES, r->out);
    KM_TRY(km_references_write(path, r->references.n, r->references.reference));
    KM_TRY(draw(r));
    KM_TRY(write_json(r));
    return write_page(r);
}

km_status km_report_write(int n_runs, const char *const *folder, const char *out)
{
    report r = {.n_runs = n_runs, .folder = folder, .out = out != NULL ? out : folder[0]};
    const km_status status = write_all(&r);
    destroy(&r);
    return status;
}
