/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/command.h"
#include "host/engine/time_limit.h"

enum option_key {
    OPTION_OUTPUT = 'o',
    OPTION_DEVICE = 256,
    OPTION_THREADS,
    OPTION_SET,
    OPTION_TIME,
    OPTION_SEED,
    OPTION_REPLICAS,
    OPTION_TIME_LIMIT,
    OPTION_CHECKPOINT,
    OPTION_CONTINUE,
    OPTION_QUIET,
    OPTION_JSON,
    OPTION_STRUCTURE,
    OPTION_FORCES,
    OPTION_ONLY,
    OPTION_TO,
    OPTION_NAME,
    OPTION_DEFAULTS,
    OPTION_VISCOSITY,
    OPTION_TEMPERATURE,
    OPTION_TEMPERATURES
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"device", required_argument, NULL, OPTION_DEVICE},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"set", required_argument, NULL, OPTION_SET},
    {"time", required_argument, NULL, OPTION_TIME},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"replicas", required_argument, NULL, OPTION_REPLICAS},
    {"time-limit", required_argument, NULL, OPTION_TIME_LIMIT},
    {"checkpoint", required_argument, NULL, OPTION_CHECKPOINT},
    {"continue", no_argument, NULL, OPTION_CONTINUE},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"json", no_argument, NULL, OPTION_JSON},
    {"structure", required_argument, NULL, OPTION_STRUCTURE},
    {"forces", required_argument, NULL, OPTION_FORCES},
    {"only", required_argument, NULL, OPTION_ONLY},
    {"to", required_argument, NULL, OPTION_TO},
    {"name", required_argument, NULL, OPTION_NAME},
    {"defaults", required_argument, NULL, OPTION_DEFAULTS},
    {"viscosity-mPas", required_argument, NULL, OPTION_VISCOSITY},
    {"temperature-K", required_argument, NULL, OPTION_TEMPERATURE},
    {"temperatures", required_argument, NULL, OPTION_TEMPERATURES},
    {NULL, 0, NULL, 0},
};

static const char *name_of(int key)
{
    for (const struct option *o = long_options; o->name != NULL; o++)
        if (o->val == key)
            return o->name;
    return "";
}

/* Is `name` a word of the blank-separated list? */
static bool is_allowed(const char *name, const char *allowed)
{
    const size_t length = strlen(name);
    for (const char *p = allowed; (p = strstr(p, name)) != NULL; p += length)
        if ((p == allowed || p[-1] == ' ') && (p[length] == ' ' || p[length] == '\0'))
            return true;
    return false;
}

static km_status positive_number(const char *option, const char *text, double *out)
{
    char *end;
    errno = 0;
    *out = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(*out > 0.0) || *out > 1e12)
        return KM_FAIL(KM_ERROR_USAGE, "--%s %s: a number above 0 is asked for", option, text);
    return KM_OK;
}

/* From 1 to most. */
static km_status whole_number(const char *option, const char *text, int most, int *out)
{
    char *end;
    errno = 0;
    const long number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 1 || number > most)
        return KM_FAIL(KM_ERROR_USAGE, "--%s %s: a whole number from 1 to %d is asked for", option,
                       text, most);
    *out = (int)number;
    return KM_OK;
}

/* "5ns", "500 ps", "0.1us" to ns. */
static km_status parse_time(const char *text, double *time_ns)
{
    char *unit;
    errno = 0;
    const double value = strtod(text, &unit);
    while (*unit == ' ')
        unit++;
    double factor = 0.0;
    if (strcmp(unit, "ns") == 0)
        factor = 1.0;
    else if (strcmp(unit, "ps") == 0)
        factor = 1e-3;
    else if (strcmp(unit, "us") == 0)
        factor = 1e3;
    if (errno != 0 || unit == text || factor == 0.0 || !(value > 0.0))
        return KM_FAIL(KM_ERROR_USAGE,
                       "--time %s: give a time with its unit, e.g. 500ps, 5ns, 0.1us", text);
    *time_ns = value * factor;
    return KM_OK;
}

static km_status add_setting(km_options *o, const char *text)
{
    if (o->n_settings == KM_SETTINGS_MAX)
        return KM_FAIL(KM_ERROR_USAGE, "more than %d overrides; put them into a recipe file",
                       KM_SETTINGS_MAX);
    if (strchr(text, '=') == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "--set %s: key=value is asked for", text);
    o->settings[o->n_settings++] = text;
    return KM_OK;
}

static km_status take(km_options *o, int key, const char *text)
{
    double number = 0.0;
    int whole = 0;
    switch (key) {
    case OPTION_OUTPUT:
        o->output = text;
        return KM_OK;
    case OPTION_DEVICE:
        o->device = text;
        return KM_OK;
    case OPTION_SET:
        return add_setting(o, text);
    case OPTION_CONTINUE:
        o->resume = true;
        return KM_OK;
    case OPTION_QUIET:
        o->quiet = true;
        return KM_OK;
    case OPTION_JSON:
        o->json = true;
        return KM_OK;
    case OPTION_STRUCTURE:
        o->structure = text;
        snprintf(o->structure_setting, sizeof o->structure_setting, "cell.structure.file=%s", text);
        return add_setting(o, o->structure_setting);
    case OPTION_FORCES:
        o->forces = text;
        return KM_OK;
    case OPTION_ONLY:
        o->only = text;
        return KM_OK;
    case OPTION_TO:
        o->to = text;
        return KM_OK;
    case OPTION_NAME:
        o->name = text;
        return KM_OK;
    case OPTION_DEFAULTS:
        o->defaults = text;
        return KM_OK;
    case OPTION_TEMPERATURES:
        o->temperatures = text;
        return KM_OK;
    case OPTION_CHECKPOINT:
        return positive_number("checkpoint", text, &o->checkpoint_seconds);
    case OPTION_TEMPERATURE:
        return positive_number("temperature-K", text, &o->temperature);
    case OPTION_TIME_LIMIT:
        return km_time_limit_parse(text, &o->time_limit);
    case OPTION_VISCOSITY:
        KM_TRY(positive_number("viscosity-mPas", text, &number));
        o->viscosity = 1e-3 * number;
        return KM_OK;
    case OPTION_THREADS:
        return whole_number("threads", text, 1024, &o->threads);
    case OPTION_TIME:
        KM_TRY(parse_time(text, &number));
        snprintf(o->time_setting, sizeof o->time_setting, "production.time_ns=%.17g", number);
        return add_setting(o, o->time_setting);
    case OPTION_SEED:
        if (text[strspn(text, "0123456789")] != '\0' || *text == '\0' || strlen(text) > 19)
            return KM_FAIL(KM_ERROR_USAGE, "--seed %s: a whole number is asked for", text);
        snprintf(o->seed_setting, sizeof o->seed_setting, "seed=%s", text);
        return add_setting(o, o->seed_setting);
    case OPTION_REPLICAS:
        KM_TRY(whole_number("replicas", text, KM_REPLICAS_MAX, &whole));
        snprintf(o->replicas_setting, sizeof o->replicas_setting, "replicas=%d", whole);
        return add_setting(o, o->replicas_setting);
    default:
        return KM_FAIL(KM_ERROR_INTERNAL, "option %d is not handled", key);
    }
}

km_status km_options_parse(int argc, char **argv, const char *allowed, km_options *out)
{
    *out = (km_options){.device = "auto", .checkpoint_seconds = 60.0};
    optind = 1;
    opterr = 0;
    int key;
    while ((key = getopt_long(argc, argv, ":o:", long_options, NULL)) != -1) {
        if (key == '?')
            return KM_FAIL(KM_ERROR_USAGE, "unknown option %s; `kalium %s --help` lists them",
                           argv[optind - 1], argv[0]);
        if (key == ':')
            return KM_FAIL(KM_ERROR_USAGE, "option %s needs a value", argv[optind - 1]);
        if (!is_allowed(name_of(key), allowed))
            return KM_FAIL(KM_ERROR_USAGE, "kalium %s takes no option --%s", argv[0], name_of(key));
        KM_TRY(take(out, key, optarg));
    }
    if (optind < argc)
        out->recipe = argv[optind++];
    if (optind < argc)
        return KM_FAIL(KM_ERROR_USAGE, "unexpected argument '%s'", argv[optind]);
    return KM_OK;
}
