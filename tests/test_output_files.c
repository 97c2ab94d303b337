/* SPDX-License-Identifier: MIT */
/* The small files of a run: written whole or not at all, JSON, references, the locked folder. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/output/atomic_file.h"
#include "host/output/json_writer.h"
#include "host/output/references.h"
#include "host/output/run_folder.h"
#include "tests/files.h"

/* ---- atomic files ---- */

static void the_old_file_stays_until_the_new_one_is_whole(void **state)
{
    (void)state;
    char *aside;
    unlink("state-previous.nc");
    assert_ok(km_atomic_file_write("state.nc", "one", 3));
    assert_ok(km_atomic_file_begin("state.nc", &aside));
    assert_string_equal(aside, "state.nc.partial");
    FILE *file = fopen(aside, "w");
    fputs("two", file);
    fclose(file);
    assert_content("state.nc", "one");
    assert_ok(km_atomic_file_commit(aside, "state.nc", "state-previous.nc"));
    assert_content("state.nc", "two");
    assert_content("state-previous.nc", "one");
    assert_int_not_equal(access(aside, F_OK), 0);
    free(aside);
    assert_ok(km_atomic_file_write("state.nc", "", 0));
    assert_content("state.nc", "");
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    struct rlimit old, tight;
    char *many = calloc(1, 100000);
    assert_ok(km_atomic_file_write("kept.txt", "old", 3));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 5000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const km_status failed = km_atomic_file_write("kept.txt", many, 100000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    free(many);
    assert_int_equal(failed, KM_ERROR_FILE);
    assert_message_has("kept.txt.partial: File too large");
    assert_content("kept.txt", "old");
    assert_int_not_equal(access("kept.txt.partial", F_OK), 0);
    assert_int_equal(km_atomic_file_write("no/such/folder/x", "x", 1), KM_ERROR_FILE);
    assert_message_has("no/such/folder/x.partial: No such file or directory");
    assert_int_equal(km_atomic_file_commit("absent", "x", NULL), KM_ERROR_FILE);
}

/* ---- JSON ---- */

static void json_is_escaped_nested_and_exact(void **state)
{
    (void)state;
    km_json *json;
    const double lags[3] = {0.1, 1.0 / 3.0, INFINITY};
    assert_ok(km_json_create(&json));
    km_json_open_object(json, NULL);
    km_json_text(json, "title", "\"K\\FSI\"\n\t\001 in \xc3\xa9ther \xff\xc0\x80 \xed\xa0\x80");
    km_json_number(json, "temperature_K", 298.15);
    km_json_number(json, "third", 1.0 / 3.0);
    km_json_number(json, "not_a_number", NAN);
    km_json_integer(json, "step", INT64_MIN);
    km_json_boolean(json, "done", true);
    km_json_null(json, "nothing");
    km_json_text(json, "no_text", NULL);
    km_json_numbers(json, "lag_ps", 3, lags);
    km_json_open_array(json, "empty");
    km_json_close(json);
    km_json_open_array(json, "species");
    km_json_open_object(json, NULL);
    km_json_text(json, "name", "K+");
    km_json_close(json);
    km_json_boolean(json, NULL, false);
    km_json_close(json);
    km_json_close(json);
    assert_ok(km_json_write(json, "results.json"));
    km_json_destroy(json);
    assert_content("results.json", "{\n"
                                   "  \"title\": \"\\\"K\\\\FSI\\\"\\n\\t\\u0001 in \xc3\xa9ther "
                                   "\\ufffd\\ufffd\\ufffd \\ufffd\\ufffd\\ufffd\",\n"
                                   "  \"temperature_K\": 298.15,\n"
                                   "  \"third\": 0.3333333333333333,\n"
                                   "  \"not_a_number\": null,\n"
                                   "  \"step\": -9223372036854775808,\n"
                                   "  \"done\": true,\n"
                                   "  \"nothing\": null,\n"
                                   "  \"no_text\": null,\n"
                                   "  \"lag_ps\": [0.1, 0.3333333333333333, null],\n"
                                   "  \"empty\": [],\n"
                                   "  \"species\": [\n"
                                   "    {\n"
                                   "      \"name\": \"K+\"\n"
                                   "    },\n"
                                   "    false\n"
                                   "  ]\n"
                                   "}\n");
}

static void json_that_would_be_wrong_is_not_written(void **state)
{
    (void)state;
    for (int mistake = 0; mistake < 6; mistake++) {
        km_json *json;
        assert_ok(km_json_create(&json));
        if (mistake > 0)
            km_json_open_object(json, NULL);
        if (mistake == 2)
            km_json_number(json, NULL, 1.0);
        for (int k = 0; mistake == 3 && k < 50; k++)
            km_json_open_object(json, "deeper");
        if (mistake > 1)
            km_json_close(json);
        if (mistake == 4)
            km_json_close(json);
        if (mistake == 5)
            km_json_null(json, NULL);
        unlink("wrong.json");
        assert_int_equal(km_json_write(json, "wrong.json"), KM_ERROR_INTERNAL);
        assert_int_not_equal(access("wrong.json", F_OK), 0);
        km_json_destroy(json);
    }
    km_json_destroy(NULL);
}

static void references_come_once_and_in_order(void **state)
{
    (void)state;
    const km_reference used[] = {{"10.1063/1.464397", "particle-mesh Ewald, 50% & more"},
                                 {"10.1021/JA9621760", NULL},
                                 {"10.1021/ja9621760", "OPLS-AA"}};
    assert_ok(km_references_write("references.bib", 3, used));
    assert_content("references.bib", "@misc{10.1021-JA9621760,\n"
                                     "  doi = {10.1021/JA9621760},\n"
                                     "  url = {https://doi.org/10.1021/JA9621760}\n"
                                     "}\n\n"
                                     "@misc{10.1063-1.464397,\n"
                                     "  doi = {10.1063/1.464397},\n"
                                     "  url = {https://doi.org/10.1063/1.464397},\n"
                                     "  note = {particle-mesh Ewald, 50\\% \\& more}\n"
                                     "}\n\n");
}

/* ---- the run folder ---- */

static void clear(const char *folder)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void a_run_folder_is_made_and_taken_over(void **state)
{
    (void)state;
    km_run_folder *folder;
    char path[KM_PATH_LENGTH];
    clear("runs");
    assert_ok(km_run_folder_open("runs/a/b/", false, &folder));
    assert_string_equal(km_run_folder_path(folder), "runs/a/b");
    assert_ok(km_run_folder_file(folder, KM_FILE_TRAJECTORY, path, sizeof path));
    assert_string_equal(path, "runs/a/b/trajectory.nc");
    assert_int_equal(km_run_folder_file(folder, KM_FILE_TRAJECTORY, path, 10), KM_ERROR_FILE);
    km_run_folder_log(folder, "seed %d", 7);
    km_run_folder_destroy(folder);
    /* a start that failed before its recipe was written does not block the next */
    assert_ok(km_run_folder_open("runs/a/b", false, &folder));
    km_run_folder_destroy(folder);
    fclose(fopen("runs/a/b/" KM_FILE_RECIPE, "w"));
    assert_int_equal(km_run_folder_open("runs/a/b", false, &folder), KM_ERROR_USAGE);
    assert_message_has("runs/a/b holds a run already; go on with it by --continue");
    assert_null(folder);
    assert_ok(km_run_folder_open("runs/a/b", true, &folder));
    km_run_folder_log(folder, "continued");
    km_run_folder_destroy(folder);
    FILE *log = fopen("runs/a/b/kalium.log", "r");
    char line[2][100];
    assert_non_null(fgets(line[0], 100, log));
    assert_non_null(fgets(line[1], 100, log));
    fclose(log);
    assert_string_equal(line[0] + strlen("2026-01-01T00:00:00Z"), " seed 7\n");
    assert_string_equal(line[1] + strlen("2026-01-01T00:00:00Z"), " continued\n");
    km_run_folder_destroy(NULL);
}

static void other_peoples_folders_are_left_alone(void **state)
{
    (void)state;
    km_run_folder *folder;
    clear("theirs");
    assert_int_equal(km_run_folder_open("theirs", true, &folder), KM_ERROR_FILE);
    assert_int_equal(mkdir("theirs", 0777), 0);
    assert_int_equal(km_run_folder_open("theirs", true, &folder), KM_ERROR_USAGE);
    assert_message_has("theirs holds no run");
    touch("theirs/thesis.txt");
    assert_int_equal(km_run_folder_open("theirs", false, &folder), KM_ERROR_USAGE);
    assert_message_has("theirs is not empty");
    assert_int_not_equal(access("theirs/.kalium.lock", F_OK), 0);
    assert_int_equal(km_run_folder_open("theirs/thesis.txt/run", false, &folder), KM_ERROR_FILE);
    assert_message_has("theirs/thesis.txt/run: Not a directory");
    assert_int_equal(km_run_folder_open("theirs/thesis.txt", false, &folder), KM_ERROR_FILE);
}

/* A second process is refused and told who runs here; children started by exec hold no lock. */
static void two_runs_in_one_folder_are_refused(void **state)
{
    (void)state;
    km_run_folder *folder, *second;
    clear("locked");
    assert_ok(km_run_folder_open("locked", false, &folder));
    const pid_t child = fork();
    if (child == 0) {
        char name[64];
        snprintf(name, sizeof name, "locked (process %ld on ", (long)getppid());
        const bool fresh = km_run_folder_open("locked", false, &second) == KM_ERROR_USAGE &&
                           strstr(km_last_error()->message, name) != NULL;
        const bool again = km_run_folder_open("locked", true, &second) == KM_ERROR_USAGE &&
                           strstr(km_last_error()->message, name) != NULL;
        _exit(fresh && again ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(system("sleep 5 >/dev/null 2>&1 &"), 0);
    km_run_folder_destroy(folder);
    assert_ok(km_run_folder_open("locked", true, &folder));
    km_run_folder_destroy(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_file_stays_until_the_new_one_is_whole),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(json_is_escaped_nested_and_exact),
        cmocka_unit_test(json_that_would_be_wrong_is_not_written),
        cmocka_unit_test(references_come_once_and_in_order),
        cmocka_unit_test(a_run_folder_is_made_and_taken_over),
        cmocka_unit_test(other_peoples_folders_are_left_alone),
        cmocka_unit_test(two_runs_in_one_folder_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
