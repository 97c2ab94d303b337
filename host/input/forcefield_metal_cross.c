/* SPDX-License-Identifier: MIT */
/* The rows metal_cross of a force-field file: what an element without numbers to mix brings to the
 * mixing rule beside a metal atom. */
#include <stdio.h>
#include <string.h>

#include "host/input/forcefield_reader.h"

int km_forcefield_metal_cross(const km_forcefield *ff, const char *set, const char *element)
{
    for (int k = 0; k < ff->n_metal_cross; k++)
        if (strcmp(ff->metal_cross[k].set, set) == 0 &&
            strcmp(ff->metal_cross[k].element, element) == 0)
            return k;
    return -1;
}

static km_status fill(km_ff_reader *r, uint32_t row, km_ff_metal_cross *cross)
{
    const km_raw_metal_cross *raw = &r->raw->metal_cross[row];
    if (!(raw->sigma > 0.0 && raw->sigma * r->length < 1.0) || !(raw->epsilon >= 0.0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: sigma %g and epsilon %g of %s; sigma lies between 0 and 1 nm, epsilon "
                       "is not below 0",
                       km_ff_place(r, "metal_cross.%u", row), raw->sigma, raw->epsilon,
                       raw->element);
    KM_TRY(km_ff_keep(r->ff, raw->set, &cross->set));
    KM_TRY(km_ff_keep(r->ff, raw->element, &cross->element));
    KM_TRY(km_ff_keep(r->ff, raw->reference, &cross->reference));
    KM_TRY(km_ff_keep(r->ff, raw->analogy, &cross->analogy));
    KM_TRY(km_ff_join_sources(r, &raw->source, &cross->source, "metal_cross", row));
    cross->sigma = raw->sigma * r->length;
    cross->epsilon = raw->epsilon * r->energy;
    cross->file = r->file;
    return KM_OK;
}

km_status km_ff_add_metal_cross(km_ff_reader *r)
{
    km_forcefield *ff = r->ff;
    const uint32_t n = r->raw->n_metal_cross;
    KM_TRY(km_ff_grow((void **)&ff->metal_cross, ff->n_metal_cross, n, sizeof *ff->metal_cross));
    for (uint32_t row = 0; row < n; row++) {
        const km_raw_metal_cross *raw = &r->raw->metal_cross[row];
        const int known = km_forcefield_metal_cross(ff, raw->set, raw->element);
        char what[100];
        snprintf(what, sizeof what, "metal_cross %.60s of %.3s", raw->set, raw->element);
        if (known >= 0 && ff->metal_cross[known].file == r->file)
            return KM_FAIL(KM_ERROR_INPUT, "%s: %s is given twice",
                           km_ff_place(r, "metal_cross.%u", row), what);
        if (known >= 0)
            KM_TRY(km_ff_note_override(r, what, ff->metal_cross[known].file));
        KM_TRY(fill(r, row, &ff->metal_cross[known >= 0 ? known : ff->n_metal_cross]));
        ff->n_metal_cross += known < 0;
    }
    return KM_OK;
}
