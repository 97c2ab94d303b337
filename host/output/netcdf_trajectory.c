/* SPDX-License-Identifier: MIT */
#include "host/output/netcdf_trajectory.h"

#include <endian.h>
#include <math.h>
#include <netcdf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/output/cell_parameters.h"
#include "host/output/netcdf_layout.h"
#include "host/output/output_file.h"
#include "kernels/base/units.h"

/* AMBER's unit of time in 1/ps: velocities are stored in A per (1/20.455 ps). */
#define AMBER_VELOCITY_SCALE 20.455

struct km_netcdf_writer {
    char *path, *title;
    bool with_velocities, continues;
    km_output_file file;
    int n_atoms;
    int64_t n_frames;
    int64_t record_start, record_size; /* bytes */
    /* bytes  where each variable lies within the record */
    int64_t at_time, at_step, at_time_precise, at_lengths, at_angles, at_coordinates, at_velocities;
    unsigned char *record; /* one frame as it is in the file */
};

static km_status writer_new(const char *path, bool with_velocities, bool continues,
                            const char *title, km_netcdf_writer **out)
{
    *out = NULL;
    km_netcdf_writer *w;
    KM_NEW(w, 1);
    w->with_velocities = with_velocities;
    w->continues = continues;
    w->path = strdup(path);
    w->title = strdup(title != NULL ? title : "");
    if (w->path == NULL || w->title == NULL) {
        km_netcdf_writer_destroy(w);
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    }
    *out = w;
    return KM_OK;
}

km_status km_netcdf_writer_create(const char *path, bool with_velocities, const char *title,
                                  km_netcdf_writer **out)
{
    return writer_new(path, with_velocities, false, title, out);
}

km_status km_netcdf_writer_continue(const char *path, bool with_velocities, const char *title,
                                    km_netcdf_writer **out)
{
    return writer_new(path, with_velocities, true, title, out);
}

void km_netcdf_writer_destroy(km_netcdf_writer *writer)
{
    if (writer == NULL)
        return;
    const km_status closed = km_output_file_close(&writer->file);
    (void)closed; /* end() is where a failure of closing is reported */
    free(writer->path);
    free(writer->title);
    free(writer->record);
    free(writer);
}

/* ---- the header, made by netcdf-c ---- */

#define NC_TRY(call)                                                                               \
    do {                                                                                           \
        const int status_ = (call);                                                                \
        if (status_ != NC_NOERR)                                                                   \
            return status_;                                                                        \
    } while (0)

/* The convention allows 80 bytes; a cut never falls inside a UTF-8 character. */
static int put_text(int id, int variable, const char *name, const char *text)
{
    size_t length = strlen(text);
    if (length > 80)
        for (length = 80; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    return nc_put_att_text(id, variable, name, length, text);
}

static int define_variable(int id, const char *name, nc_type type, int n_dimensions,
                           const int *dimensions, const char *units, int *variable)
{
    NC_TRY(nc_def_var(id, name, type, n_dimensions, dimensions, variable));
    return units == NULL ? NC_NOERR : put_text(id, *variable, "units", units);
}

static int define_attributes(int id, const char *title)
{
    NC_TRY(put_text(id, NC_GLOBAL, "title", title));
    NC_TRY(put_text(id, NC_GLOBAL, "application", "kalium"));
    NC_TRY(put_text(id, NC_GLOBAL, "program", "kalium"));
    NC_TRY(put_text(id, NC_GLOBAL, "programVersion", KM_VERSION));
    NC_TRY(put_text(id, NC_GLOBAL, "Conventions", "AMBER"));
    return put_text(id, NC_GLOBAL, "ConventionVersion", "1.0");
}

static int define_file(int id, const km_netcdf_writer *w)
{
    int frame, spatial, atom, cell_spatial, cell_angular, label, v, letters[3];
    NC_TRY(nc_def_dim(id, "frame", NC_UNLIMITED, &frame));
    NC_TRY(nc_def_dim(id, "spatial", 3, &spatial));
    NC_TRY(nc_def_dim(id, "atom", (size_t)w->n_atoms, &atom));
    NC_TRY(nc_def_dim(id, "cell_spatial", 3, &cell_spatial));
    NC_TRY(nc_def_dim(id, "cell_angular", 3, &cell_angular));
    NC_TRY(nc_def_dim(id, "label", 5, &label));
    NC_TRY(define_attributes(id, w->title));
    const int angular[2] = {cell_angular, label}, per_atom[3] = {frame, atom, spatial};
    const int lengths[2] = {frame, cell_spatial}, angles[2] = {frame, cell_angular};
    NC_TRY(define_variable(id, "spatial", NC_CHAR, 1, &spatial, NULL, &letters[0]));
    NC_TRY(define_variable(id, "cell_spatial", NC_CHAR, 1, &cell_spatial, NULL, &letters[1]));
    NC_TRY(define_variable(id, "cell_angular", NC_CHAR, 2, angular, NULL, &letters[2]));
    NC_TRY(define_variable(id, "time", NC_FLOAT, 1, &frame, "picosecond", &v));
    NC_TRY(define_variable(id, "step", NC_DOUBLE, 1, &frame, NULL, &v));
    NC_TRY(define_variable(id, "time_precise", NC_DOUBLE, 1, &frame, "picosecond", &v));
    NC_TRY(define_variable(id, "cell_lengths", NC_DOUBLE, 2, lengths, "angstrom", &v));
    NC_TRY(define_variable(id, "cell_angles", NC_DOUBLE, 2, angles, "degree", &v));
    NC_TRY(define_variable(id, "coordinates", NC_FLOAT, 3, per_atom, "angstrom", &v));
    if (w->with_velocities) {
        const double scale = AMBER_VELOCITY_SCALE;
        NC_TRY(define_variable(id, "velocities", NC_FLOAT, 3, per_atom, "angstrom/picosecond", &v));
        NC_TRY(nc_put_att_double(id, v, "scale_factor", NC_DOUBLE, 1, &scale));
    }
    int old_mode;
    NC_TRY(nc_set_fill(id, NC_NOFILL, &old_mode));
    NC_TRY(nc_enddef(id));
    NC_TRY(nc_put_var_text(id, letters[0], "xyz"));
    NC_TRY(nc_put_var_text(id, letters[1], "abc"));
    return nc_put_var_text(id, letters[2], "alphabeta gamma");
}

static km_status create_file(const km_netcdf_writer *w)
{
    int id, status;
#pragma omp critical(km_netcdf) /* netcdf-c is not thread safe */
    {
        status = nc_create(w->path, NC_CLOBBER | NC_64BIT_OFFSET, &id);
        if (status == NC_NOERR) {
            status = define_file(id, w);
            const int closed = nc_close(id);
            status = status != NC_NOERR ? status : closed;
        }
    }
    if (status != NC_NOERR)
        return KM_FAIL(KM_ERROR_FILE, "cannot write %s: %s", w->path, nc_strerror(status));
    return KM_OK;
}

/* ---- an existing file ---- */

static km_status put_count(km_netcdf_writer *w)
{
    const uint32_t count = htobe32((uint32_t)w->n_frames);
    return km_output_file_patch(&w->file, KM_NETCDF_RECORD_COUNT_OFFSET, &count, sizeof count);
}

static km_status rewind_to(void *self, int64_t position)
{
    km_netcdf_writer *w = self;
    KM_TRY(km_output_file_cut(&w->file, w->record_start + position * w->record_size));
    w->n_frames = position;
    return put_count(w);
}

static int64_t offset_in_record(const km_netcdf_layout *layout, const char *name)
{
    const km_netcdf_variable *v = km_netcdf_layout_find(layout, name);
    return v != NULL && v->is_record ? v->begin - layout->record_start : -1;
}

static km_status adopt_layout(km_netcdf_writer *w, const km_netcdf_layout *layout)
{
    w->record_start = layout->record_start;
    w->record_size = layout->record_size;
    w->n_frames = layout->n_whole;
    w->at_time = offset_in_record(layout, "time");
    w->at_step = offset_in_record(layout, "step");
    w->at_time_precise = offset_in_record(layout, "time_precise");
    w->at_lengths = offset_in_record(layout, "cell_lengths");
    w->at_angles = offset_in_record(layout, "cell_angles");
    w->at_coordinates = offset_in_record(layout, "coordinates");
    w->at_velocities = offset_in_record(layout, "velocities");
    const int64_t per_atom = 12 * (int64_t)w->n_atoms;
    const int64_t expected = 4 + 8 + 8 + 24 + 24 + per_atom + (w->with_velocities ? per_atom : 0);
    const bool complete = w->at_time >= 0 && w->at_step >= 0 && w->at_time_precise >= 0 &&
                          w->at_lengths >= 0 && w->at_angles >= 0 && w->at_coordinates >= 0 &&
                          (w->at_velocities >= 0) == w->with_velocities;
    if (!complete || w->record_size != expected)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s cannot be continued: it is no trajectory of kalium with %d atoms, %s "
                       "velocities (a frame has %lld bytes instead of %lld)",
                       w->path, w->n_atoms, w->with_velocities ? "with" : "without",
                       (long long)w->record_size, (long long)expected);
    return KM_OK;
}

/* Opens what create_file made or an earlier run left, and makes it end after its last whole frame:
 * a killed run may leave a part of one, or a frame that the header does not count yet. */
static km_status open_file(km_netcdf_writer *w)
{
    km_netcdf_layout layout;
    KM_TRY(km_netcdf_layout_read(w->path, &layout));
    const km_status adopted = adopt_layout(w, &layout);
    km_netcdf_layout_destroy(&layout);
    KM_TRY(adopted);
    KM_TRY(km_output_file_open(&w->file, w->path, true));
    const char padding[4] = {0}; /* netcdf-c leaves out the last padding of the header */
    const int64_t missing = w->record_start - w->file.size;
    if (missing > 0 && missing < 4)
        KM_TRY(km_output_file_append(&w->file, padding, (size_t)missing));
    return rewind_to(w, w->n_frames);
}

static km_status check_conventions(const char *path)
{
    int id, status;
    char text[81] = "";
    size_t length = 0;
#pragma omp critical(km_netcdf)
    {
        status = nc_open(path, NC_NOWRITE, &id);
        if (status == NC_NOERR) {
            if (nc_inq_attlen(id, NC_GLOBAL, "Conventions", &length) == NC_NOERR && length <= 80)
                nc_get_att_text(id, NC_GLOBAL, "Conventions", text);
            nc_close(id);
        }
    }
    if (status != NC_NOERR)
        return KM_FAIL(KM_ERROR_INPUT, "cannot read %s: %s", path, nc_strerror(status));
    if (strcmp(text, "AMBER") != 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s cannot be continued: its Conventions are '%s' instead of 'AMBER'", path,
                       text);
    return KM_OK;
}

static bool has_content(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_size > 0;
}

static km_status begin(void *self, const km_labels *labels)
{
    km_netcdf_writer *w = self;
    w->n_atoms = labels->n_atoms;
    if (w->continues && has_content(w->path))
        KM_TRY(check_conventions(w->path));
    else
        KM_TRY(create_file(w));
    KM_TRY(open_file(w));
    KM_NEW(w->record, w->record_size);
    return KM_OK;
}

/* ---- frames ---- */

static void put_float(unsigned char *at, double value)
{
    const float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    bits = htobe32(bits);
    memcpy(at, &bits, sizeof bits);
}

static void put_double(unsigned char *at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htobe64(bits);
    memcpy(at, &bits, sizeof bits);
}

/* 3 n numbers times scale, as floats. */
static km_status put_vectors(const km_netcdf_writer *w, int64_t at, const double *vectors,
                             double scale, const char *what, const km_frame *frame)
{
    for (int64_t k = 0; k < 3 * (int64_t)w->n_atoms; k++) {
        if (!isfinite((float)(vectors[k] * scale)))
            return KM_FAIL(KM_ERROR_PHYSICS,
                           "the %s of atom %lld is not a finite number at step %lld (%g ps): the "
                           "simulation has blown up; shorten the timestep or relax the start",
                           what, (long long)(k / 3 + 1), (long long)frame->step, frame->time);
        put_float(w->record + at + 4 * k, vectors[k] * scale);
    }
    return KM_OK;
}

static km_status put_record(const km_netcdf_writer *w, const km_frame *frame)
{
    const double angstroms = 1.0 / KM_NM_PER_ANGSTROM;
    const km_cell_parameters cell = km_cell_parameters_from_box(&frame->box);
    if (!isfinite(km_box_volume(&frame->box)) || !isfinite(frame->time))
        return KM_FAIL(KM_ERROR_PHYSICS, "the cell at step %lld (%g ps) is not finite",
                       (long long)frame->step, frame->time);
    put_float(w->record + w->at_time, frame->time);
    put_double(w->record + w->at_step, (double)frame->step);
    put_double(w->record + w->at_time_precise, frame->time);
    for (int k = 0; k < 3; k++) {
        put_double(w->record + w->at_lengths + 8 * k, angstroms * cell.length[k]);
        put_double(w->record + w->at_angles + 8 * k, cell.angle[k]);
    }
    KM_TRY(put_vectors(w, w->at_coordinates, frame->position, angstroms, "position", frame));
    if (!w->with_velocities)
        return KM_OK;
    if (frame->velocity == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "%s holds velocities, but the frame has none", w->path);
    return put_vectors(w, w->at_velocities, frame->velocity, angstroms / AMBER_VELOCITY_SCALE,
                       "velocity", frame);
}

static km_status write_frame(void *self, const km_frame *frame)
{
    km_netcdf_writer *w = self;
    if (frame->n != w->n_atoms)
        return KM_FAIL(KM_ERROR_INTERNAL, "a frame of %d atoms for %s, which has %d", frame->n,
                       w->path, w->n_atoms);
    KM_TRY(put_record(w, frame));
    KM_TRY(km_output_file_append(&w->file, w->record, (size_t)w->record_size));
    w->n_frames++;
    return put_count(w);
}

static km_status flush(void *self, int64_t *position)
{
    km_netcdf_writer *w = self;
    KM_TRY(km_output_file_sync(&w->file));
    *position = w->n_frames;
    return KM_OK;
}

static km_status end(void *self)
{
    km_netcdf_writer *w = self;
    KM_TRY(km_output_file_sync(&w->file));
    return km_output_file_close(&w->file);
}

km_sink km_netcdf_writer_sink(km_netcdf_writer *writer)
{
    const km_sink sink = {.self = writer,
                          .begin = begin,
                          .frame = write_frame,
                          .flush = flush,
                          .rewind = rewind_to,
                          .end = end};
    return sink;
}
