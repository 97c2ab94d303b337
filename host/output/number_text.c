/* SPDX-License-Identifier: MIT */
#include "host/output/number_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int km_number_text(double value, char text[KM_NUMBER_TEXT_LENGTH])
{
    if (isnan(value)) /* without the sign that some of them carry */
        return snprintf(text, KM_NUMBER_TEXT_LENGTH, "nan");
    int length = 0;
    for (int digits = 15; digits <= 17; digits++) {
        length = snprintf(text, KM_NUMBER_TEXT_LENGTH, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return length;
}
