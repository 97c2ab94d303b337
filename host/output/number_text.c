/* SPDX-License-Identifier: MIT */
#include "host/output/number_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int km_number_text(double value, char text[KM_NUMBER_TEXT_LENGTH])
{
    char shortest[KM_NUMBER_TEXT_LENGTH] = "nan"; /* without the sign that some of them carry */
    int length = 3;
    for (int digits = 15; digits <= 17 && !isnan(value); digits++) {
        length = snprintf(shortest, sizeof shortest, "%.*g", digits, value);
        if (strtod(shortest, NULL) == value)
            break;
    }
    memcpy(text, shortest, sizeof shortest);
    return length;
}
