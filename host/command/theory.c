/* SPDX-License-Identifier: MIT */
/* Formulas of deposition, fed by given quantities VALUE or VALUE+-ERROR; errors are independent
 * and propagate to first order, by central differences. SI inside. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/command.h"

#define KM_THEORY_INPUTS 4
#define KM_FARADAY 96485.33212 /* C/mol  exact product, CODATA 2018 */

typedef struct km_theory {
    const char *name;
    const char *option[KM_THEORY_INPUTS];
    double unit[KM_THEORY_INPUTS]; /* SI per unit of the option */
    int n_results;
    const char *result[2];
    double (*value[2])(const double *x);
} km_theory;

/* Sand, Phil. Mag. 1, 45 (1901), doi:10.1080/14786440109462590, univalent cation:
 * t = pi D (c F)^2 / (4 (J t_a)^2). */
static double sand_time(const double *x)
{
    const double ratio = x[1] * KM_FARADAY / (x[2] * x[3]);
    return 0.25 * M_PI * x[0] * ratio * ratio;
}

/* Spherical nucleus, univalent (Pei et al., Nano Lett. 17, 1132 (2017),
 * doi:10.1021/acs.nanolett.6b04755): G(r) = -4/3 pi r^3 F eta/V + 4 pi r^2 gamma; dG/dr = 0. */
static double critical_radius(const double *x)
{
    return 2.0 * x[0] * x[1] / (KM_FARADAY * x[2]) * 1e10;
}

static double barrier(const double *x)
{
    const double radius = critical_radius(x) * 1e-10;
    return 4.0 / 3.0 * M_PI * radius * radius * x[0];
}

/* Young, Phil. Trans. 95, 65 (1805), doi:10.1098/rstl.1805.0005. */
static double contact_angle(const double *x)
{
    return acos((x[0] - x[1]) / x[2]) * 180.0 / M_PI;
}

static const km_theory theories[] = {
    {"sand",
     {"--diffusion-m2-per-s", "--concentration-mol-per-L", "--current-mA-per-cm2",
      "--anion-transference"},
     {1.0, 1e3, 10.0, 1.0},
     1,
     {"sand_time_s", NULL},
     {sand_time, NULL}},
    {"nucleus",
     {"--surface-energy-J-per-m2", "--molar-volume-cm3-per-mol", "--overpotential-V", NULL},
     {1.0, 1e-6, 1.0, 0.0},
     2,
     {"critical_radius_A", "barrier_J"},
     {critical_radius, barrier}},
    {"wetting",
     {"--solid-vapour-J-per-m2", "--solid-liquid-J-per-m2", "--liquid-vapour-J-per-m2", NULL},
     {1.0, 1.0, 1.0, 0.0},
     1,
     {"contact_angle_deg", NULL},
     {contact_angle, NULL}},
};

static km_status read_quantity(const char *option, const char *text, double *value, double *error)
{
    char *end;
    *value = strtod(text, &end);
    *error = 0.0;
    bool good = end != text;
    if (good && strncmp(end, "+-", 2) == 0) {
        const char *start = end + 2;
        *error = strtod(start, &end);
        good = end != start;
    }
    if (!good || *end != '\0' || !isfinite(*value) || !isfinite(*error) || *value <= 0.0 ||
        *error < 0.0)
        return KM_FAIL(KM_ERROR_USAGE, "%s '%s': give a positive number, VALUE or VALUE+-ERROR",
                       option, text);
    return KM_OK;
}

static double propagated(double (*f)(const double *), const double *x, const double *error)
{
    double sum = 0.0;
    for (int k = 0; k < KM_THEORY_INPUTS; k++) {
        double up[KM_THEORY_INPUTS], down[KM_THEORY_INPUTS];
        const double h = 1e-5 * x[k];
        memcpy(up, x, sizeof up);
        memcpy(down, x, sizeof down);
        if (error[k] == 0.0)
            continue;
        up[k] += h;
        down[k] -= h;
        const double slope = (f(up) - f(down)) / (2.0 * h);
        sum += slope * slope * error[k] * error[k];
    }
    return sqrt(sum);
}

static km_status read_inputs(const km_theory *theory, int argc, char **argv, double *x, double *e)
{
    for (int a = 2; a < argc; a += 2) {
        int k = 0;
        while (k < KM_THEORY_INPUTS &&
               (theory->option[k] == NULL || strcmp(theory->option[k], argv[a]) != 0))
            k++;
        if (k == KM_THEORY_INPUTS)
            return KM_FAIL(KM_ERROR_USAGE, "theory %s has no option '%s'", theory->name, argv[a]);
        if (a + 1 == argc)
            return KM_FAIL(KM_ERROR_USAGE, "%s needs a value", argv[a]);
        KM_TRY(read_quantity(argv[a], argv[a + 1], &x[k], &e[k]));
        x[k] *= theory->unit[k];
        e[k] *= theory->unit[k];
    }
    for (int k = 0; k < KM_THEORY_INPUTS && theory->option[k] != NULL; k++)
        if (x[k] == 0.0)
            return KM_FAIL(KM_ERROR_USAGE, "theory %s needs %s", theory->name, theory->option[k]);
    return KM_OK;
}

km_status km_command_theory(int argc, char **argv)
{
    const km_theory *theory = NULL;
    double x[KM_THEORY_INPUTS] = {0.0}, error[KM_THEORY_INPUTS] = {0.0};
    for (size_t k = 0; argc > 1 && k < sizeof theories / sizeof theories[0]; k++)
        if (strcmp(theories[k].name, argv[1]) == 0)
            theory = &theories[k];
    if (theory == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "give sand, nucleus or wetting after `kalium theory`");
    KM_TRY(read_inputs(theory, argc, argv, x, error));
    for (int k = 0; k < theory->n_results; k++) {
        const double value = theory->value[k](x);
        const double spread = propagated(theory->value[k], x, error);
        if (!isfinite(value) || !isfinite(spread))
            return KM_FAIL(KM_ERROR_USAGE,
                           "%s does not exist: the cosine of Young's equation is not between "
                           "-1 and 1 (complete wetting or drying)",
                           theory->result[k]);
        printf("%-18s %.6g +- %.2g\n", theory->result[k], value, spread);
    }
    return KM_OK;
}
