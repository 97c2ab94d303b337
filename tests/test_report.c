/* SPDX-License-Identifier: MIT */
/* The report: numbers in words, trees from JSON, tables of results nobody named before, and pages
 * that need nothing but themselves. */
#include <math.h>
#include <unistd.h>

#include "host/report/bibliography.h"
#include "host/report/csv_table.h"
#include "host/report/report.h"
#include "host/report/report_labels.h"
#include "host/report/result_tree.h"
#include "tests/files.h"

static void expect_label(const char *key, const char *wanted)
{
    char text[KM_LABEL_LENGTH];
    km_label_of_key(key, text);
    assert_string_equal(text, wanted);
}

static void keys_become_words_and_units(void **state)
{
    (void)state;
    expect_label("D_by_regression_m2_s", "D by regression (m²/s)");
    expect_label("fit_from_ps", "fit from (ps)");
    expect_label("shell_A", "shell (Å)");
    expect_label("mean_square_A2", "mean square (Å²)");
    expect_label("onsager_self_mol2_J_m_s", "onsager self (mol² J⁻¹ m⁻¹ s⁻¹)");
    expect_label("conserved_drift_kT_per_ns_per_degree_of_freedom",
                 "conserved drift (kT per ns and degree of freedom)");
    expect_label("K+", "K+");
    expect_label("_A", " A"); /* a unit of nothing */
}

static void expect_number(double value, double error, const char *wanted)
{
    char text[128];
    km_label_number(value, error, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void numbers_have_the_digits_of_their_errors(void **state)
{
    (void)state;
    expect_number(3.6117e-9, 1.4935e-9, "3.6 × 10⁻⁹");
    expect_number(3.6117e-9, 0.0112e-9, "3.612 × 10⁻⁹");
    expect_number(2.2e-10, 0.3e-9, "2.2 × 10⁻¹⁰"); /* an error beyond the value */
    expect_number(1.876, NAN, "1.88");
    expect_number(0.0712, NAN, "0.0712");
    expect_number(1021.3, 1.2, "1021.3");
    expect_number(-12.34, 0.5, "-12.34");
    expect_number(0.0, NAN, "0.00");
    expect_number(NAN, NAN, "–");
    expect_number(6.02e23, NAN, "6.02 × 10²³");
}

static km_node *tree_of(const char *text)
{
    km_node *tree;
    spill("report-tree.json", text, strlen(text));
    assert_int_equal(km_result_tree_read("report-tree.json", &tree), KM_OK);
    return tree;
}

static void json_becomes_a_tree(void **state)
{
    (void)state;
    km_node *tree = tree_of("{\"a\": {\"value\": -1.5e-10, \"low_95\": null}, \"b\": [1, \"2\", "
                            "true], \"c\": \"x: \\u00e9, \\\"y\\\"\", \"d\": {}}");
    const km_node *a = km_node_get(tree, "a"), *b = km_node_get(tree, "b");
    assert_true(km_node_is_estimate(a));
    assert_float_equal(km_node_number(a, "value"), -1.5e-10, 1e-25);
    assert_true(isnan(km_node_number(a, "low_95")));
    assert_int_equal(km_node_count(b), 3);
    assert_int_equal(b->first->kind, KM_NODE_NUMBER);
    assert_int_equal(b->first->next->kind, KM_NODE_TEXT); /* "2" is no number */
    assert_int_equal(b->first->next->next->kind, KM_NODE_BOOLEAN);
    assert_string_equal(km_node_text(tree, "c", ""), "x: é, \"y\"");
    assert_string_equal(km_node_text(tree, "e", "none"), "none");
    assert_null(km_node_get(b, "a"));
    km_result_tree_destroy(tree);
}

static void what_is_no_json_is_refused_with_its_line(void **state)
{
    (void)state;
    km_node *tree;
    spill("report-bad.json", "{\n\"a\": 1,\n\"b\": [1, 2\n", 21);
    assert_int_equal(km_result_tree_read("report-bad.json", &tree), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "report-bad.json: line"));
    assert_null(tree);
    spill("report-bad.json", "[1]", 3);
    assert_int_equal(km_result_tree_read("report-bad.json", &tree), KM_ERROR_INPUT);
    assert_int_equal(km_result_tree_read("report-none.json", &tree), KM_ERROR_FILE);
}

static void references_come_back_as_they_were_written(void **state)
{
    (void)state;
    const km_reference out[] = {{"10.1063/1.464397", "particle-mesh Ewald"},
                                {"10.1021/ja9621760", "a & b {50 %} of_it"},
                                {"10.1000/x", NULL}};
    km_bibliography b = {0};
    assert_int_equal(km_references_write("report.bib", 3, out), KM_OK);
    assert_int_equal(km_bibliography_read(&b, "report.bib"), KM_OK);
    assert_int_equal(km_bibliography_read(&b, "report.bib"), KM_OK); /* each once */
    assert_int_equal(b.n, 3);
    for (int k = 0; k < 3; k++)
        for (int j = 0; j < 3; j++)
            if (strcmp(b.reference[k].doi, out[j].doi) == 0 && out[j].use != NULL)
                assert_string_equal(b.reference[k].use, out[j].use);
    km_bibliography_free(&b);
    assert_int_equal(km_bibliography_read(&b, "no-such.bib"), KM_OK);
    assert_int_equal(b.n, 0);
}

/* ---- whole reports of made-up results ---- */

static void write_results(const char *folder, double d)
{
    char path[64], text[2048];
    mkdir(folder, 0777);
    snprintf(path, sizeof path, "%s/results.json", folder);
    const int n = snprintf(
        text, sizeof text,
        "{\"title\": \"<b>salt</b> & co\", \"confidence\": \"analogy\", \"temperature_K\": 300,\n"
        "\"cell\": {\"atoms\": 10, \"composition\": [{\"molecule\": \"K+\", \"count\": 2, "
        "\"achieved\": 1.01, \"unit\": \"mol/L\"}]},\n"
        "\"stages\": [{\"name\": \"produce\", \"steps\": 500, \"timestep_fs\": 2, "
        "\"mean_temperature_K\": 301.5, "
        "\"conserved_drift_kT_per_ns_per_degree_of_freedom\": 0.5, "
        "\"largest_constraint_residual\": 1e-10}],\n"
        "\"diffusion\": {\"K+\": {\"D_m2_s\": {\"value\": %g, \"standard_error\": 1e-11, "
        "\"low_95\": 4.8e-10, \"high_95\": 5.2e-10}, \"method\": \"by hand, doi:10.1000/x.\"}},\n"
        "\"never_seen_before\": [{\"site\": \"A\", \"size_A\": 1.5}, {\"site\": \"B\"}],\n"
        "\"warnings\": [\"mind the gap\"], \"parameters\": [{\"what\": \"bond\", \"count\": 3, "
        "\"source\": \"doi:10.1000/y\"}]}",
        d);
    spill(path, text, (size_t)n);
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("the report does not say: %s", part);
}

static void one_run_on_a_page(void **state)
{
    (void)state;
    write_results("report-one", 5e-10);
    const char *folder = "report-one";
    assert_int_equal(km_report_write(1, &folder, NULL), KM_OK);
    char *text = slurp("report-one/report.txt", NULL),
         *html = slurp("report-one/report.html", NULL);
    expect(text, "<b>salt</b> & co\n");
    expect(text, "5.00 [4.80, 5.20] × 10⁻¹⁰");
    expect(text, "! mind the gap");
    expect(text, "By analogy");
    expect(text, "2 K+ (1.01 mol/L)");
    expect(text, "Never seen before\n");
    expect(text, "K+: by hand");
    expect(text, "0.500 %"); /* of the temperature: good */
    expect(text, "look at the traces");
    expect(html, "&lt;b&gt;salt&lt;/b&gt; &amp; co");
    expect(html, "<a href=\"https://doi.org/10.1000/x\">doi:10.1000/x</a>.");
    assert_null(strstr(html, "<b>"));
    char *references = slurp("report-one/references.bib", NULL);
    expect(references,
           "doi = {10.1000/x},\n  url = {https://doi.org/10.1000/x},\n  note = {results}");
    expect(references,
           "doi = {10.1000/y},\n  url = {https://doi.org/10.1000/y},\n  note = {parameters}");
    free(references);
    assert_null(strstr(html, "src=\"http"));
    free(text);
    free(html);
    km_node *json;
    assert_int_equal(km_result_tree_read("report-one/report.json", &json), KM_OK);
    assert_int_equal(km_node_count(km_node_get(json, "runs")), 1);
    km_result_tree_destroy(json);
}

static void several_runs_side_by_side(void **state)
{
    (void)state;
    write_results("report-one", 5e-10);
    write_results("report-two", 4.9e-10);
    const char *folder[] = {"report-one/", "report-two"};
    assert_int_equal(km_report_write(2, folder, "report-both"), KM_OK);
    char *text = slurp("report-both/report.txt", NULL);
    expect(text, "5.00 [4.80, 5.20] × 10⁻¹⁰   4.90 [4.80, 5.20] × 10⁻¹⁰");
    expect(text, "diffusion: K+: D (m²/s)");
    free(text);
}

static void curves_of_several_runs_share_their_axes(void **state)
{
    (void)state;
    static const char one[] = "lag_ps,\"K+ total_A2\",\"K+ x_A2\",\"DME total_A2\",n_origins\n"
                              "0,0,0,0,4\n1,6,2,60,3\n1.01,7,2,70,2\n2,13,4,120,1\n";
    static const char two[] = "lag_ps,\"K+ total_A2\",n_origins\n0,0,2\n1,3,1\n";
    write_results("report-one", 5e-10);
    write_results("report-two", 4.9e-10);
    spill("report-one/msd.csv", one, sizeof one - 1);
    spill("report-two/msd.csv", two, sizeof two - 1);
    const char *folder[] = {"report-one", "report-two"};
    assert_int_equal(km_report_write(2, folder, "report-curves"), KM_OK);
    remove("report-one/msd.csv");
    remove("report-two/msd.csv");
    char *script = slurp("report-curves/compare-msd.gnuplot", NULL);
    expect(script, "$p0r0 << END\n1,6\n2,13\nEND\n"); /* no lag 0, none that the eye cannot part */
    expect(script, "$p1r0 << END\n1,60\n2,120\nEND\n");
    expect(script, "$p0r1 << END\n1,3\nEND\n");
    expect(script, "13.2 * x"); /* 2.2 times the higher of 6 and 3 A^2/ps */
    assert_null(strstr(script, "$p2r0"));
    assert_null(strstr(script, "$p1r1"));
    free(script);
    assert_int_equal(access("report-curves/compare-rdf.gnuplot", F_OK), -1);
}

/* A cell that changes has no distinct part, what rests no Gaussian: empty columns. */
static void van_hove_without_all_of_its_parts_is_drawn(void **state)
{
    (void)state;
    static const char table[] =
        "r_A,\"self K+ 2 ps\",\"gaussian K+ 2 ps\",\"distinct K+ 2 ps\",\"self O 2 ps\","
        "\"gaussian O 2 ps\",\"distinct O 2 ps\"\n"
        "0.05,1,2,,10,,0\n0.15,6,5,,0,,1\n0.25,3,3,,0,,2\n";
    write_results("report-hove", 5e-10);
    spill("report-hove/vanhove.csv", table, sizeof table - 1);
    const char *folder = "report-hove";
    assert_int_equal(km_report_write(1, &folder, NULL), KM_OK);
    char *script = slurp("report-hove/vanhove.gnuplot", NULL);
    expect(script, "set title 'K+'");
    expect(script, "1:(column(2) * $1) skip 1");
    expect(script, "set multiplot next");
    expect(script, "(column(7)) skip 1");
    assert_null(strstr(script, "column(4)"));
    assert_null(strstr(script, "column(6)"));
    free(script);
}

static void rows_of_a_table_end_where_they_end(void **state)
{
    (void)state;
    spill("report-table.csv", "a,\"b, c\"\r\n1,2\r\n3,\n", 18);
    km_csv_table table;
    assert_int_equal(km_csv_table_read("report-table.csv", &table), KM_OK);
    assert_int_equal(table.n, 2);
    assert_string_equal(table.column[1], "b, c");
    assert_true(km_csv_number(table.rows, 0) == 1.0 && km_csv_number(table.rows, 1) == 2.0);
    const char *last = km_csv_next(table.rows);
    assert_true(km_csv_number(last, 0) == 3.0);
    assert_true(isnan(km_csv_number(last, 1)));
    assert_null(km_csv_next(last));
    km_csv_table_free(&table);
}

/* What a series does not repeat comes from its members, the coldest first. */
static void a_series_and_its_temperatures(void **state)
{
    (void)state;
    const char *folder = "report-series";
    const char series[] = "{\"title\": \"hot\", \"temperatures_K\": [90, 600], \"arrhenius\": "
                          "{\"D of K+\": {\"activation_energy_kJ_mol\": {\"value\": 20.5, "
                          "\"standard_error\": 1.1, \"low_95\": 18, \"high_95\": 23}}}}";
    mkdir(folder, 0777);
    write_results("report-series/T-600", 5e-10);
    write_results("report-series/T-90", 4.9e-10);
    spill("report-series/results.json", series, sizeof series - 1);
    assert_int_equal(km_report_write(1, &folder, NULL), KM_OK);
    char *text = slurp("report-series/report.txt", NULL);
    expect(text, "Temperatures side by side");
    expect(text, "4.90 [4.80, 5.20] × 10⁻¹⁰   5.00 [4.80, 5.20] × 10⁻¹⁰"); /* 90 K, 600 K */
    expect(text, "20.5 [18.0, 23.0]");
    expect(text, "2 K+ (1.01 mol/L)");
    expect(text, "doi:10.1000/y"); /* of a parameter of theirs */
    free(text);
}

static void folders_without_results_are_named(void **state)
{
    (void)state;
    const char *folder = "report-empty";
    mkdir(folder, 0777);
    assert_int_equal(km_report_write(1, &folder, NULL), KM_ERROR_FILE);
    assert_non_null(strstr(km_last_error()->message, "report-empty: no folder of a run"));
    spill("report-empty/recipe-resolved.yaml", "x: 1\n", 5);
    assert_int_equal(km_report_write(1, &folder, NULL), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "kalium analyse report-empty"));
    remove("report-empty/recipe-resolved.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_become_words_and_units),
        cmocka_unit_test(numbers_have_the_digits_of_their_errors),
        cmocka_unit_test(json_becomes_a_tree),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_line),
        cmocka_unit_test(references_come_back_as_they_were_written),
        cmocka_unit_test(one_run_on_a_page),
        cmocka_unit_test(several_runs_side_by_side),
        cmocka_unit_test(curves_of_several_runs_share_their_axes),
        cmocka_unit_test(van_hove_without_all_of_its_parts_is_drawn),
        cmocka_unit_test(rows_of_a_table_end_where_they_end),
        cmocka_unit_test(a_series_and_its_temperatures),
        cmocka_unit_test(folders_without_results_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
