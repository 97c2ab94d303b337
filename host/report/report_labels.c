/* SPDX-License-Identifier: MIT */
#include "host/report/report_labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends of keys, the longer before those they end with. */
static const struct {
    const char *end, *unit;
} units[] = {
    {"_kT_per_ns_per_degree_of_freedom", "kT per ns and degree of freedom"},
    {"_mol2_J_m_s", "mol² J⁻¹ m⁻¹ s⁻¹"},
    {"_u_nm_ps", "u nm/ps"},
    {"_kg_m3", "kg/m³"},
    {"_kJ_mol", "kJ/mol"},
    {"_A_per_ns", "Å/ns"},
    {"_per_ps", "1/ps"},
    {"_S_m", "S/m"},
    {"_mS_cm", "mS/cm"},
    {"_S_K_m", "S K/m"},
    {"_Pa_s", "Pa s"},
    {"_m2_s", "m²/s"},
    {"_bar", "bar"},
    {"_eV", "eV"},
    {"_fs", "fs"},
    {"_ps", "ps"},
    {"_ns", "ns"},
    {"_A2", "Å²"},
    {"_A", "Å"},
    {"_K", "K"},
    {"_V", "V"},
};

static size_t ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0 ? n - m : 0;
}

void km_label_of_key(const char *key, char text[KM_LABEL_LENGTH])
{
    size_t length = strlen(key);
    const char *unit = NULL;
    for (size_t k = 0; k < sizeof units / sizeof units[0] && unit == NULL; k++) {
        const size_t rest = ends_with(key, units[k].end);
        if (rest > 0) {
            unit = units[k].unit;
            length = rest;
        }
    }
    length = length < KM_LABEL_LENGTH / 2 ? length : KM_LABEL_LENGTH / 2;
    snprintf(text, KM_LABEL_LENGTH, "%.*s%s%s%s", (int)length, key, unit != NULL ? " (" : "",
             unit != NULL ? unit : "", unit != NULL ? ")" : "");
    for (size_t k = 0; k < length; k++)
        if (text[k] == '_')
            text[k] = ' ';
}

/* "× 10⁻⁹" */
static void power_of_ten(int power, char *text, size_t room)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char number[16];
    snprintf(number, sizeof number, "%d", abs(power));
    int n = snprintf(text, room, " × 10%s", power < 0 ? "⁻" : "");
    for (const char *c = number; *c != '\0'; c++)
        n += snprintf(text + n, room - (size_t)n, "%s", digits[*c - '0']);
}

/* How a number is written: in units of a power of ten, with so many decimals. */
typedef struct number_form {
    double unit;
    int decimals;
    char power[64];
} number_form;

static number_form form_of(double value, double error)
{
    number_form form = {1.0, 0, ""};
    const double size = fabs(value) > 0.0 ? fabs(value) : fabs(error);
    const int exponent = size > 0.0 && isfinite(size) ? (int)floor(log10(size)) : 0;
    if (exponent < -3 || exponent > 5) {
        form.unit = pow(10.0, exponent);
        power_of_ten(exponent, form.power, sizeof form.power);
    }
    const int leading = form.unit == 1.0 ? exponent : 0;
    form.decimals = 2 - leading;
    if (error > 0.0 && isfinite(error))
        form.decimals = 1 - (int)floor(log10(error / form.unit));
    form.decimals = form.decimals < 0 ? 0 : form.decimals > 6 ? 6 : form.decimals;
    if (form.decimals > 4 - leading && leading <= 4)
        form.decimals = 4 - leading > 0 ? 4 - leading : 0;
    return form;
}

void km_label_number(double value, double error, char *text, size_t room)
{
    const number_form form = form_of(value, error);
    if (!isfinite(value))
        snprintf(text, room, "–");
    else
        snprintf(text, room, "%.*f%s", form.decimals, value / form.unit, form.power);
}

static void estimate_text(const km_node *node, char *text, size_t room)
{
    const double value = km_node_number(node, "value"), low = km_node_number(node, "low_95"),
                 high = km_node_number(node, "high_95");
    const double error = km_node_number(node, "standard_error");
    const number_form form = form_of(value, error);
    if (!isfinite(value) || !isfinite(low) || !isfinite(high)) {
        km_label_number(value, error, text, room);
        return;
    }
    snprintf(text, room, "%.*f [%.*f, %.*f]%s", form.decimals, value / form.unit, form.decimals,
             low / form.unit, form.decimals, high / form.unit, form.power);
}

void km_label_value(const km_node *node, char *text, size_t room)
{
    if (km_node_is_estimate(node))
        estimate_text(node, text, room);
    else if (node == NULL || node->kind == KM_NODE_NULL || node->kind == KM_NODE_OBJECT)
        snprintf(text, room, "–");
    else if (node->kind == KM_NODE_BOOLEAN)
        snprintf(text, room, "%s", node->text[0] == 't' ? "yes" : "no");
    else if (node->kind == KM_NODE_NUMBER && strpbrk(node->text, ".eE") != NULL)
        km_label_number(node->number, NAN, text, room);
    else
        snprintf(text, room, "%s", node->text);
}
