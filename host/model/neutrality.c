/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/model/neutrality.h"

#define KM_RESIDUE 1e-6 /* e per molecule: rounding of printed charges, as files may have it */

/* "add 2 FSI or remove 2 K+": what makes up for total, where whole molecules do. */
static void remedy(const km_expansion *e, double total, char *text, size_t length)
{
    text[0] = '\0';
    for (int k = 0; k < e->n_kinds; k++) {
        const double charge = e->kind[k].net;
        const double missing = fabs(charge) > KM_RESIDUE ? -total / charge : 0.0;
        const double whole = nearbyint(missing);
        if (whole == 0.0 || fabs(missing - whole) > 1e-3 || e->kind[k].count + whole < 0)
            continue;
        const size_t used = strlen(text);
        snprintf(text + used, length - used, "%s%s %.0f %s", used > 0 ? " or " : "",
                 whole > 0 ? "add" : "remove", fabs(whole), e->kind[k].source->key);
    }
    if (text[0] == '\0')
        snprintf(text, length,
                 "no whole number of these ions makes it neutral: check charge_scale "
                 "and charge_sets");
}

km_status km_check_neutral(const km_expansion *e)
{
    double total = 0.0;
    int n_molecules = 0;
    char list[1024] = "", advice[512];
    for (int k = 0; k < e->n_kinds; k++) {
        const km_assignment *a = &e->kind[k];
        total += a->count * a->net;
        n_molecules += a->count;
        if (fabs(a->net) < KM_RESIDUE)
            continue;
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%d %s of %+g e", used > 0 ? ", " : "",
                 a->count, a->source->key, a->net);
    }
    if (fabs(total) <= KM_RESIDUE * (n_molecules + 1))
        return KM_OK;
    remedy(e, total, advice, sizeof advice);
    return KM_FAIL(KM_ERROR_INPUT, "the cell is not neutral: it carries %+g e (%s); %s", total,
                   list, advice);
}
