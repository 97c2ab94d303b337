/* SPDX-License-Identifier: MIT */
#include "host/input/yaml_text.h"

#include <math.h>
#include <stdlib.h>

bool km_yaml_number(double value, double unit, char text[KM_YAML_NUMBER])
{
    const double guess = value / unit;
    const double candidate[] = {guess, nextafter(guess, INFINITY), nextafter(guess, -INFINITY)};
    for (int digits = 6; digits <= 17; digits++)
        for (int k = 0; k < 3; k++) {
            snprintf(text, KM_YAML_NUMBER, "%.*g", digits, candidate[k]);
            if (strtod(text, NULL) * unit == value)
                return true;
        }
    snprintf(text, KM_YAML_NUMBER, "%.17g", guess);
    return false;
}

void km_yaml_put_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', file);
        if (*c == '\n')
            fputs("\\n", file);
        else if (*c == '\t')
            fputs("\\t", file);
        else
            fputc(*c, file);
    }
    fputc('"', file);
}
