/* SPDX-License-Identifier: MIT */
/* The catalogue: recipes by their id, and the folder they lie in. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/input/recipe_file.h"
#include "tests/cmocka_all.h"

static int find_data(void **state)
{
    (void)state;
    return setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

static void unknown_id_points_to_the_catalogue(void **state)
{
    (void)state;
    km_recipe *recipe;
    assert_int_equal(km_recipe_read("no-such-system", NULL, 0, &recipe), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "kalium list"));
}

static void catalogue_entry_is_found_by_id(void **state)
{
    (void)state;
    km_recipe *recipe;
    assert_ok(km_recipe_read("kfsi-dme", NULL, 0, &recipe));
    assert_string_equal(recipe->id, "kfsi-dme");
    assert_int_equal(recipe->confidence, KM_CONFIDENCE_ANALOGY);
    km_recipe_destroy(recipe);
}

static void every_catalogue_entry_reads(void **state)
{
    (void)state;
    int n = 0;
    DIR *folder = opendir(KM_SOURCE_ROOT "/systems");
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char id[300];
        km_recipe *recipe;
        snprintf(id, sizeof id, "%s", entry->d_name);
        char *dot = strrchr(id, '.');
        if (dot == NULL || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = '\0';
        assert_ok(km_recipe_read(id, NULL, 0, &recipe));
        assert_string_equal(recipe->id, id);
        assert_true(recipe->n_references > 0 && recipe->n_analyses > 0);
        if (recipe->confidence != KM_CONFIDENCE_PUBLISHED)
            assert_non_null(recipe->confidence_reason);
        km_recipe_destroy(recipe);
        n++;
    }
    closedir(folder);
    assert_true(n >= 21); /* wave 1 */
}

static void data_folder_is_found_without_help(void **state)
{
    (void)state;
    char folder[4096], file[4200];
    struct stat about;
    unsetenv("KALIUM_DATA");
    assert_ok(km_data_folder("systems", folder, sizeof folder));
    snprintf(file, sizeof file, "%s/kfsi-dme.yaml", folder);
    assert_int_equal(stat(file, &about), 0);
    setenv("KALIUM_DATA", "/nowhere", 1);
    assert_int_equal(km_data_folder("systems", folder, sizeof folder), KM_ERROR_FILE);
    assert_non_null(strstr(km_last_error()->message, "/nowhere"));
    setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_id_points_to_the_catalogue),
        cmocka_unit_test(catalogue_entry_is_found_by_id),
        cmocka_unit_test(every_catalogue_entry_reads),
        cmocka_unit_test(data_folder_is_found_without_help),
    };
    return cmocka_run_group_tests(tests, find_data, NULL);
}
