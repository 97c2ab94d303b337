/* SPDX-License-Identifier: MIT */
#include "host/export/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/ewald_choice.h"
#include "host/output/atomic_file.h"

const km_stage *km_export_stage(const km_recipe *recipe)
{
    const km_stage *last = NULL;
    for (int k = 0; k < recipe->n_stages; k++) {
        if (recipe->stage[k].kind != KM_STAGE_DYNAMICS)
            continue;
        last = &recipe->stage[k];
        if (last->production)
            break;
    }
    return last;
}

km_status km_export_mesh(const km_export *e, km_pme_spec *out)
{
    const km_recipe_nonbonded *nonbonded = &e->recipe->nonbonded;
    const km_pme_spec requested = {
        .alpha = nonbonded->ewald_alpha,
        .mesh = {nonbonded->mesh[0], nonbonded->mesh[1], nonbonded->mesh[2]},
        .spline_order = nonbonded->spline_order,
        .coulomb_constant = nonbonded->coulomb_constant};
    double real, mesh;
    *out = (km_pme_spec){0};
    if (!e->model->has_charges)
        return KM_OK;
    return km_ewald_choose(&e->box, nonbonded->cutoff, nonbonded->relative_force_error, e->model->n,
                           e->model->charge, &requested, out, &real, &mesh);
}

static km_status copy_stream(FILE *in, const char *from, FILE *out)
{
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        fwrite(block, 1, n, out); /* errors are noticed by commit */
    if (ferror(in))
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read: %s", from, strerror(errno));
    return KM_OK;
}

km_status km_export_copy(const char *from, const char *to)
{
    km_atomic_stream file;
    FILE *in = fopen(from, "rb");
    if (in == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read: %s", from, strerror(errno));
    km_status status = km_atomic_stream_open(&file, to);
    if (status == KM_OK) {
        status = copy_stream(in, from, file.stream);
        if (status == KM_OK)
            status = km_atomic_stream_commit(&file);
        else
            km_atomic_stream_abandon(&file);
    }
    fclose(in);
    return status;
}
