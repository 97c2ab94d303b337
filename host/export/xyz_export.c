/* SPDX-License-Identifier: MIT */
/* XYZ, plain and extended: angstrom, every frame of the trajectory or the one configuration. The
 * extended form is that of libAtoms and ASE, https://github.com/libAtoms/extxyz: Lattice, pbc,
 * species, pos, and velo in A/fs where the frames have velocities. */
#include <stdio.h>

#include "host/export/export.h"
#include "host/output/atomic_file.h"
#include "host/output/netcdf_reader.h"
#include "kernels/base/units.h"

#define PER_NM (1.0 / KM_NM_PER_ANGSTROM)

static void put_comment(FILE *out, const km_export *e, const km_frame *frame, bool extended)
{
    const km_box *b = &frame->box;
    const double cell[9] = {b->ax, 0.0, 0.0, b->bx, b->by, 0.0, b->cx, b->cy, b->cz};
    if (!extended) {
        fprintf(out, "%.150s; time %.10g ps; angstrom\n",
                e->recipe->title != NULL ? e->recipe->title : "", frame->time);
        return;
    }
    fputs("Lattice=\"", out);
    for (int k = 0; k < 9; k++)
        fprintf(out, k > 0 ? " %.10g" : "%.10g", PER_NM * cell[k]);
    fprintf(out, "\" Properties=species:S:1:pos:R:3%s pbc=\"T T %s\" time_ps=%.10g\n",
            frame->velocity != NULL ? ":velo:R:3" : "", e->model->has_slab ? "F" : "T",
            frame->time);
}

static void put_frame(FILE *out, const km_export *e, const km_frame *frame, bool extended)
{
    const double per_fs = PER_NM * KM_PS_PER_FS;
    fprintf(out, "%d\n", frame->n);
    put_comment(out, e, frame, extended);
    for (int i = 0; i < frame->n; i++) {
        const double *r = &frame->position[3 * (size_t)i];
        fprintf(out, "%-2s %.8f %.8f %.8f", e->model->labels->element[i], PER_NM * r[0],
                PER_NM * r[1], PER_NM * r[2]);
        if (extended && frame->velocity != NULL) {
            const double *v = &frame->velocity[3 * (size_t)i];
            fprintf(out, " %.10f %.10f %.10f", per_fs * v[0], per_fs * v[1], per_fs * v[2]);
        }
        fputc('\n', out);
    }
}

static km_status put_trajectory(FILE *out, const km_export *e, bool extended)
{
    km_netcdf_reader *reader = NULL;
    km_frame frame;
    KM_TRY(km_netcdf_reader_open(e->trajectory, e->model->n, &reader));
    km_status status = KM_OK;
    for (int64_t k = 0; status == KM_OK && k < km_netcdf_reader_n_frames(reader); k++) {
        status = km_netcdf_reader_read(reader, k, &frame);
        if (status == KM_OK)
            put_frame(out, e, &frame, extended);
    }
    km_netcdf_reader_destroy(reader);
    return status;
}

static km_status write_xyz(const char *folder, const km_export *e, bool extended)
{
    char path[4400];
    km_atomic_stream file;
    km_status status = KM_OK;
    snprintf(path, sizeof path, "%.4200s/%s.%s", folder,
             e->trajectory != NULL ? "trajectory" : "cell", extended ? "extxyz" : "xyz");
    KM_TRY(km_atomic_stream_open(&file, path));
    if (e->trajectory != NULL)
        status = put_trajectory(file.stream, e, extended);
    else {
        const km_frame frame = {
            .n = e->model->n, .box = e->box, .position = e->position, .velocity = e->velocity};
        put_frame(file.stream, e, &frame, extended);
    }
    if (status == KM_OK)
        return km_atomic_stream_commit(&file);
    km_atomic_stream_abandon(&file);
    return status;
}

km_status km_export_xyz(const char *folder, const km_export *e)
{
    return write_xyz(folder, e, false);
}

km_status km_export_extxyz(const char *folder, const km_export *e)
{
    return write_xyz(folder, e, true);
}
