/* SPDX-License-Identifier: MIT */
/* The YAML reader: values arrive, mistakes are named with line and key, nothing crashes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/input/yaml.h"
#include "kernels/base/random.h"
#include "tests/cmocka_all.h"

typedef enum colour { RED, GREEN } colour;

typedef struct stage {
    char *name;
    double time;
} stage;

typedef struct inner {
    double x;
    int n;
} inner;

typedef struct document {
    char *title;
    double temperature;
    bool shift;
    colour paint;
    uint64_t seed;
    double box[3];
    inner *inner;
    stage *stages;
    uint32_t n_stages;
    char **words;
    uint32_t n_words;
} document;

static const cyaml_strval_t colours[] = {{"red", RED}, {"green", GREEN}};
static const cyaml_schema_field_t stage_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, stage, name, 1, 100),
    CYAML_FIELD_FLOAT("time_ps", CYAML_FLAG_DEFAULT, stage, time), CYAML_FIELD_END};
static const cyaml_schema_value_t stage_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, stage, stage_fields)};
static const cyaml_schema_field_t inner_fields[] = {
    CYAML_FIELD_FLOAT("x_nm", CYAML_FLAG_OPTIONAL, inner, x),
    CYAML_FIELD_INT("count", CYAML_FLAG_OPTIONAL, inner, n), CYAML_FIELD_END};
static const cyaml_schema_value_t number = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_value_t word = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED)};
static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_POINTER, document, title, 0, CYAML_UNLIMITED),
    CYAML_FIELD_FLOAT("temperature_K", CYAML_FLAG_OPTIONAL, document, temperature),
    CYAML_FIELD_BOOL("shift", CYAML_FLAG_OPTIONAL, document, shift),
    CYAML_FIELD_ENUM("paint", CYAML_FLAG_OPTIONAL, document, paint, colours, 2),
    CYAML_FIELD_UINT("seed", CYAML_FLAG_OPTIONAL, document, seed),
    CYAML_FIELD_SEQUENCE_FIXED("box_A", CYAML_FLAG_OPTIONAL, document, box, &number, 3),
    CYAML_FIELD_MAPPING_PTR("inner", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, document, inner,
                            inner_fields),
    CYAML_FIELD_SEQUENCE_COUNT("stages", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, document, stages,
                               n_stages, &stage_value, 0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE_COUNT("words", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, document, words,
                               n_words, &word, 0, 3),
    CYAML_FIELD_END};
static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, document, fields)};

static km_status load(const char *text, const char *const *settings, int n, document **out)
{
    void *data = NULL;
    const km_status status =
        km_yaml_load_text("x.yaml", text, strlen(text), &schema, settings, n, &data);
    *out = data;
    return status;
}

/* Loading fails and the message is this. */
static void refused(const char *text, const char *message)
{
    document *d;
    assert_int_not_equal(load(text, NULL, 0, &d), KM_OK);
    assert_null(d);
    assert_string_equal(km_last_error()->message, message);
}

static void refused_setting(const char *text, const char *setting, km_status status,
                            const char *message)
{
    document *d;
    assert_int_equal(load(text, &setting, 1, &d), status);
    assert_null(d);
    assert_string_equal(km_last_error()->message, message);
}

static void values_arrive(void **state)
{
    (void)state;
    document *d;
    assert_ok(load("title: a test # comment\n"
                   "temperature_K: 298.15\n"
                   "shift: yes\n"
                   "paint: green\n"
                   "seed: 18446744073709551615\n"
                   "box_A: [1, \"2.5e-4\", -.5]\n"
                   "inner: {x_nm: 0.1234567890123456, count: -3}\n"
                   "stages:\n"
                   "  - {name: heat, time_ps: 1}\n"
                   "  - name: cool\n"
                   "    time_ps: 1e3\n"
                   "words: [msd, '']\n",
                   NULL, 0, &d));
    assert_string_equal(d->title, "a test");
    assert_true(d->temperature == 298.15);
    assert_true(d->shift);
    assert_int_equal(d->paint, GREEN);
    assert_true(d->seed == UINT64_MAX);
    assert_true(d->box[0] == 1.0 && d->box[1] == 2.5e-4 && d->box[2] == -0.5);
    assert_true(d->inner->x == 0.1234567890123456); /* not through float */
    assert_int_equal(d->inner->n, -3);
    assert_int_equal(d->n_stages, 2);
    assert_string_equal(d->stages[1].name, "cool");
    assert_true(d->stages[1].time == 1000.0);
    assert_string_equal(d->words[1], "");
    km_yaml_free(&schema, d);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    refused("title: a\ntemprature_K: 300\n",
            "x.yaml: line 2, column 1: unknown key \"temprature_K\" (in the top level); did you "
            "mean \"temperature_K\"? known keys: title, temperature_K, shift, paint, seed, box_A, "
            "inner, stages, words");
    refused("title: a\ninner: {y: 1}\n", "x.yaml: line 2, column 9: unknown key \"y\" (in inner); "
                                         "known keys: x_nm, count");
    refused("shift: true\n", "x.yaml: line 1, column 1: the key \"title\" is missing");
    refused("title: a\nstages:\n  - {name: heat, time_ps: 1}\n  - {name: cool}\n",
            "x.yaml: line 4, column 5: stages[1]: the key \"time_ps\" is missing");
    refused("title: a\ntemperature_K: 300 K\n",
            "x.yaml: line 2, column 16: temperature_K: \"300 K\" is not a number (write 0.5 or "
            "1e-4)");
    refused("title: a\nshift: flase\n",
            "x.yaml: line 2, column 8: shift: \"flase\" is neither true nor false");
    refused("title: a\npaint: blue\n",
            "x.yaml: line 2, column 8: paint: \"blue\" is not one of: red, green");
    refused("title: a\nseed: -1\n",
            "x.yaml: line 2, column 7: seed: \"-1\" is not a whole number from 0 up");
    refused("title: a\ninner: {count: 1.5}\n",
            "x.yaml: line 2, column 16: inner.count: \"1.5\" is not a whole number");
    refused("title: a\nbox_A: [1, 2]\n",
            "x.yaml: line 2, column 8: box_A: 2 entries are given, 3 are needed");
    refused("title: a\nwords: [1, 2, 3, 4]\n",
            "x.yaml: line 2, column 8: words: 4 entries are given, at most 3 may be");
    refused("title: a\nstages: heat\n", "x.yaml: line 2, column 9: stages: a list is expected here "
                                        "(\"[a, b]\" or lines with \"- \")");
    refused("title: a\ninner: 3\n", "x.yaml: line 2, column 8: inner: keys and values are expected "
                                    "here (\"key: value\")");
    refused("title: [a]\n", "x.yaml: line 1, column 8: title: a single value is expected here");
    refused("title: a\ntitle: b\n", "x.yaml: line 2, column 1: the key \"title\" is given twice");
    refused("title: a\n---\ntitle: b\n", "x.yaml: line 3: a second document begins here; give one");
    refused("", "x.yaml: the file is empty");
    refused("# only a comment\n", "x.yaml: the file is empty");
    refused("just words\n",
            "x.yaml: line 1, column 1: keys and values are expected here (\"key: value\")");
    refused("title: [a\n",
            "x.yaml: line 2, column 1: did not find expected ',' or ']' while parsing a flow "
            "sequence");
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const floats[] = {".nan",  "nan", "inf", ".inf", "-infinity", "1e999",
                                         "0x1p3", "1,5", "1_0", "",     "1.5x",      "1 2"};
    for (size_t k = 0; k < sizeof floats / sizeof *floats; k++) {
        char text[64];
        snprintf(text, sizeof text, "title: a\ntemperature_K: %s\n", floats[k]);
        document *d;
        assert_int_equal(load(text, NULL, 0, &d), KM_ERROR_INPUT);
        assert_non_null(strstr(km_last_error()->message, "line 2"));
        assert_non_null(strstr(km_last_error()->message, "temperature_K"));
    }
    static const char *const integers[] = {"010", "0x10", "12abc", "1e3", "2147483648", "", "--1"};
    for (size_t k = 0; k < sizeof integers / sizeof *integers; k++) {
        char text[64];
        snprintf(text, sizeof text, "title: a\ninner:\n  count: %s\n", integers[k]);
        document *d;
        assert_int_equal(load(text, NULL, 0, &d), KM_ERROR_INPUT);
        assert_non_null(strstr(km_last_error()->message, "inner.count"));
    }
}

static void settings_replace_and_add(void **state)
{
    (void)state;
    static const char *const settings[] = {"temperature_K=350",
                                           "title=b: c = \"d\"",
                                           "inner.count=7",
                                           "stages.0.time_ps=5",
                                           "words=[x, y]",
                                           "words.1=z",
                                           "stages.1={name: s, time_ps: 2}",
                                           "box_A=[3,4,5]"};
    document *d;
    assert_int_equal(load("title: a\nstages: [{name: heat, time_ps: 1}]\n", settings + 1, 1, &d),
                     KM_ERROR_INPUT); /* a mapping inside a plain scalar is not YAML */
    const char *const quoted[] = {settings[0], "title='b: c = \"d\"'",
                                  settings[2], settings[3],
                                  settings[4], settings[5],
                                  settings[6], settings[7]};
    assert_ok(load("title: a\nstages: [{name: heat, time_ps: 1}]\n", quoted, 8, &d));
    assert_string_equal(d->title, "b: c = \"d\"");
    assert_true(d->temperature == 350.0);
    assert_int_equal(d->inner->n, 7);
    assert_int_equal(d->n_stages, 2);
    assert_true(d->stages[0].time == 5.0 && d->stages[1].time == 2.0);
    assert_string_equal(d->stages[0].name, "heat");
    assert_string_equal(d->words[1], "z");
    assert_true(d->box[2] == 5.0);
    km_yaml_free(&schema, d);
}

static void wrong_settings_are_named(void **state)
{
    (void)state;
    const char *text = "title: a\nstages: [{name: heat, time_ps: 1}]\n";
    refused_setting(text, "temperature_K", KM_ERROR_USAGE,
                    "--set temperature_K: give it as key=value, for example temperature_K=350 or "
                    "stages.0.time_ps=5");
    refused_setting(text, "=3", KM_ERROR_USAGE,
                    "--set =3: give it as key=value, for example temperature_K=350 or "
                    "stages.0.time_ps=5");
    refused_setting(text, "inner..x=3", KM_ERROR_USAGE,
                    "--set inner..x=3: the path has an empty key");
    refused_setting(text, "inner.=3", KM_ERROR_USAGE, "--set inner.=3: the path has an empty key");
    refused_setting(text, "title.x=3", KM_ERROR_USAGE,
                    "--set title.x=3: \"title\" is a single value in x.yaml, nothing lies below "
                    "it");
    refused_setting(text, "stages.two.time_ps=3", KM_ERROR_USAGE,
                    "--set stages.two.time_ps=3: \"two\" must be an index from 0 to 1 (1 appends): "
                    "a list is there in x.yaml");
    refused_setting(text, "stages.7.time_ps=3", KM_ERROR_USAGE,
                    "--set stages.7.time_ps=3: \"7\" must be an index from 0 to 1 (1 appends): a "
                    "list is there in x.yaml");
    refused_setting(text, "temperature=3", KM_ERROR_INPUT,
                    "x.yaml: --set temperature=3: unknown key \"temperature\" (in the top level); "
                    "did you mean \"temperature_K\"? known keys: title, temperature_K, shift, "
                    "paint, seed, box_A, inner, stages, words");
    refused_setting(text, "temperature_K=hot", KM_ERROR_INPUT,
                    "x.yaml: --set temperature_K=hot: temperature_K: \"hot\" is not a number "
                    "(write 0.5 or 1e-4)");
    refused_setting("title: a\nseed: x\n", "temperature_K=1", KM_ERROR_INPUT,
                    "x.yaml: line 2, column 7: seed: \"x\" is not a whole number from 0 up");
}

static void files_that_are_none_are_refused(void **state)
{
    (void)state;
    void *data;
    assert_int_equal(km_yaml_load("no-such-file.yaml", &schema, NULL, 0, &data), KM_ERROR_FILE);
    assert_string_equal(km_last_error()->message,
                        "no-such-file.yaml: cannot be opened: No such file or directory");
    assert_int_equal(km_yaml_load(".", &schema, NULL, 0, &data), KM_ERROR_FILE);
    assert_string_equal(km_last_error()->message, ".: is a folder, not a YAML file");
    const char *path = "test_yaml_binary.tmp";
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (int k = 0; k < 4096; k++)
        fputc(k * 7 % 256, file);
    fclose(file);
    assert_int_equal(km_yaml_load(path, &schema, NULL, 0, &data), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "not a text file"));
    unlink(path);
}

static void a_line_is_found_by_path(void **state)
{
    (void)state;
    const char *path = "test_yaml_line.tmp";
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("a: 1\nb:\n  - {c: 1}\n  - d:\n      [7,\n       8]\n", file);
    fclose(file);
    assert_int_equal(km_yaml_line(path, "a"), 1);
    assert_int_equal(km_yaml_line(path, "b.0"), 3);
    assert_int_equal(km_yaml_line(path, "b.1.d.1"), 6);
    assert_int_equal(km_yaml_line(path, "b.2"), 0);
    assert_int_equal(km_yaml_line(path, "a.x"), 0);
    unlink(path);
    assert_int_equal(km_yaml_line(path, "a"), 0);
}

/* Aliases that contain themselves or double at each level must not hang. */
static void aliases_do_not_grow_without_end(void **state)
{
    (void)state;
    document *d;
    assert_ok(load("title: &t a\nwords: [*t, *t]\n", NULL, 0, &d));
    assert_string_equal(d->words[1], "a");
    km_yaml_free(&schema, d);
    assert_int_equal(load("title: &t [*t]\n", NULL, 0, &d), KM_ERROR_INPUT);
    assert_int_equal(load("title: a\nwords: &w [*w]\n", NULL, 0, &d), KM_ERROR_INPUT);
    assert_int_equal(load("&r {title: a, inner: *r}\n", NULL, 0, &d), KM_ERROR_INPUT);
}

/* Random damage to a good file: any answer but a crash (the sanitizer build watches memory). */
static void damaged_files_do_not_crash(void **state)
{
    (void)state;
    const char *good = "title: a test\ntemperature_K: 298.15\nbox_A: [1, 2, 3]\ninner: {x_nm: 1}\n"
                       "stages:\n  - {name: heat, time_ps: 1}\n  - name: &n cool\n    time_ps: 2\n"
                       "words: [*n, \"x\", 'y']\n";
    const char *const setting[] = {"stages.1.time_ps=3", "inner.count=2"};
    const size_t length = strlen(good);
    int accepted = 0;
    for (uint32_t n = 0; n < 3000; n++) {
        char *text = strdup(good);
        for (uint32_t k = 0; k < 1 + n % 3; k++) {
            const km_random4 bits = km_random_bits(5, n, k, KM_RANDOM_BUILD);
            static const char letters[] = ":-[]{}&*!|>'\"#%@`\n\t ,?a1\\\x80\xff\0";
            text[bits.v[0] % length] = letters[bits.v[1] % (sizeof letters - 1)];
        }
        void *data;
        if (km_yaml_load_text("x.yaml", text, length, &schema, setting, (int)(n % 3), &data) ==
            KM_OK)
            accepted++;
        else
            assert_null(data);
        km_yaml_free(&schema, data);
        free(text);
    }
    assert_true(accepted > 100 && accepted < 2900); /* both paths were walked */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(settings_replace_and_add),
        cmocka_unit_test(wrong_settings_are_named),
        cmocka_unit_test(files_that_are_none_are_refused),
        cmocka_unit_test(a_line_is_found_by_path),
        cmocka_unit_test(aliases_do_not_grow_without_end),
        cmocka_unit_test(damaged_files_do_not_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
