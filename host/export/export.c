/* SPDX-License-Identifier: MIT */
#include "host/export/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
