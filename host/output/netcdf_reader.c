/* SPDX-License-Identifier: MIT */
#include "host/output/netcdf_reader.h"

#include <netcdf.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/output/cell_parameters.h"
#include "host/output/netcdf_layout.h"
#include "kernels/base/units.h"

/* A variable with one value or vector set per frame. */
typedef struct frame_variable {
    int id;           /* -1 = not in the file                            */
    bool is_per_atom; /* shape (frame, atom, 3), otherwise (frame) or (frame, 3) */
    double scale;     /* the attribute scale_factor, 1 where it has none */
} frame_variable;

struct km_netcdf_reader {
    char *path;
    int file; /* meaningful while open */
    bool open, is_ours;
    int n_atoms;
    int64_t n_frames;
    frame_variable time, time_precise, step, lengths, angles, coordinates, velocities;
    double *position, *velocity; /* nm, nm/ps  3 x n_atoms */
};

static km_status read_failed(const km_netcdf_reader *r, int status)
{
    return KM_FAIL(KM_ERROR_FILE, "cannot read %s: %s", r->path, nc_strerror(status));
}

/* The text of an attribute, "" when it is absent or no text. */
static void attribute_text(int file, int variable, const char *name, char *text, size_t room)
{
    nc_type type;
    size_t length;
    text[0] = '\0';
    if (nc_inq_att(file, variable, name, &type, &length) != NC_NOERR || type != NC_CHAR ||
        length >= room)
        return;
    if (nc_get_att_text(file, variable, name, text) != NC_NOERR)
        length = 0;
    text[length] = '\0';
}

/* Conventions may be a list of words, separated by commas or blanks. */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; *at != '\0';) {
        const size_t n = strcspn(at, ", ");
        if (n == length && strncmp(at, word, n) == 0)
            return true;
        at += n + (at[n] != '\0');
    }
    return false;
}

static km_status check_conventions(km_netcdf_reader *r)
{
    char text[512];
    attribute_text(r->file, NC_GLOBAL, "Conventions", text, sizeof text);
    if (has_word(text, "AMBERRESTART"))
        return KM_FAIL(KM_ERROR_INPUT, "%s is an AMBER restart, not a trajectory", r->path);
    if (!has_word(text, "AMBER"))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s is not an AMBER NetCDF trajectory: its attribute Conventions is '%s'",
                       r->path, text);
    attribute_text(r->file, NC_GLOBAL, "program", text, sizeof text);
    r->is_ours = strcmp(text, "kalium") == 0;
    return KM_OK;
}

/* All frames that the header counts must lie in the file. */
static km_status check_length(const char *path)
{
    km_netcdf_layout layout;
    KM_TRY(km_netcdf_layout_read(path, &layout));
    km_status result = KM_OK;
    if (layout.n_whole < layout.n_records)
        result = KM_FAIL(KM_ERROR_INPUT,
                         "%s is cut off: its header counts %lld frames, but only %lld are in it; "
                         "copy it again, or go on with the run that writes it",
                         path, (long long)layout.n_records, (long long)layout.n_whole);
    km_netcdf_layout_destroy(&layout);
    return result;
}

static km_status find_dimension(const km_netcdf_reader *r, const char *name, size_t *length)
{
    int id;
    int status = nc_inq_dimid(r->file, name, &id);
    if (status == NC_NOERR)
        status = nc_inq_dimlen(r->file, id, length);
    if (status != NC_NOERR)
        return KM_FAIL(KM_ERROR_INPUT, "%s has no dimension '%s': %s", r->path, name,
                       nc_strerror(status));
    return KM_OK;
}

/* Unit names are compared without case, and a plural s is let pass. */
static bool same_unit(const char *text, const char *unit)
{
    const size_t n = strlen(unit);
    return strncasecmp(text, unit, n) == 0 && (text[n] == '\0' || strcasecmp(text + n, "s") == 0);
}

/* Finds a variable of the given shape (frame, then the lengths) and unit (NULL: none asked). */
static km_status find_variable(const km_netcdf_reader *r, const char *name, const char *unit,
                               int n_lengths, const size_t *lengths, frame_variable *out)
{
    char text[128] = "";
    int n_dimensions, dimension[NC_MAX_VAR_DIMS], unlimited;
    *out = (frame_variable){.id = -1, .scale = 1.0, .is_per_atom = n_lengths == 2};
    if (nc_inq_varid(r->file, name, &out->id) != NC_NOERR) {
        out->id = -1;
        return KM_OK;
    }
    int status = nc_inq_var(r->file, out->id, NULL, NULL, &n_dimensions, dimension, NULL);
    if (status == NC_NOERR)
        status = nc_inq_unlimdim(r->file, &unlimited);
    if (status != NC_NOERR)
        return read_failed(r, status);
    bool fits = n_dimensions == 1 + n_lengths && dimension[0] == unlimited;
    for (int k = 0; fits && k < n_lengths; k++) {
        size_t length = 0;
        fits =
            nc_inq_dimlen(r->file, dimension[k + 1], &length) == NC_NOERR && length == lengths[k];
    }
    if (!fits)
        return KM_FAIL(KM_ERROR_INPUT, "%s: the variable '%s' does not have one value per frame%s",
                       r->path, name, n_lengths == 2 ? ", atom and axis" : " and axis");
    attribute_text(r->file, out->id, "units", text, sizeof text);
    if (unit != NULL && !same_unit(text, unit))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the variable '%s' has the units '%s'; the AMBER convention asks for "
                       "'%s'",
                       r->path, name, text, unit);
    if (nc_get_att_double(r->file, out->id, "scale_factor", &out->scale) != NC_NOERR)
        out->scale = 1.0;
    return KM_OK;
}

static km_status find_variables(km_netcdf_reader *r)
{
    const size_t per_atom[2] = {(size_t)r->n_atoms, 3}, axes[1] = {3};
    KM_TRY(find_variable(r, "coordinates", "angstrom", 2, per_atom, &r->coordinates));
    KM_TRY(find_variable(r, "velocities", "angstrom/picosecond", 2, per_atom, &r->velocities));
    KM_TRY(find_variable(r, "time", "picosecond", 0, NULL, &r->time));
    KM_TRY(find_variable(r, "time_precise", "picosecond", 0, NULL, &r->time_precise));
    KM_TRY(find_variable(r, "step", NULL, 0, NULL, &r->step));
    KM_TRY(find_variable(r, "cell_lengths", "angstrom", 1, axes, &r->lengths));
    KM_TRY(find_variable(r, "cell_angles", "degree", 1, axes, &r->angles));
    if (r->coordinates.id < 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s has no variable 'coordinates'", r->path);
    if (r->time.id < 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s has no variable 'time', so that nothing can be said about motion; "
                       "cpptraj adds it with `trajout ... time0 T dt DT`",
                       r->path);
    if (r->lengths.id < 0 || r->angles.id < 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s has no cell_lengths and cell_angles: kalium analyses periodic cells",
                       r->path);
    return KM_OK;
}

static km_status open_checked(km_netcdf_reader *r, int n_atoms)
{
    KM_TRY(check_length(r->path));
    const int status = nc_open(r->path, NC_NOWRITE, &r->file);
    if (status != NC_NOERR)
        return read_failed(r, status);
    r->open = true;
    KM_TRY(check_conventions(r));
    size_t atoms, spatial, frames;
    KM_TRY(find_dimension(r, "atom", &atoms));
    KM_TRY(find_dimension(r, "spatial", &spatial));
    KM_TRY(find_dimension(r, "frame", &frames));
    if (n_atoms > 0 && atoms != (size_t)n_atoms)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s has %zu atoms, but the topology has %d: they do not belong together",
                       r->path, atoms, n_atoms);
    if (spatial != 3 || atoms == 0 || atoms > INT32_MAX / 3)
        return KM_FAIL(KM_ERROR_INPUT, "%s: %zu atoms in %zu dimensions cannot be read", r->path,
                       atoms, spatial);
    r->n_atoms = (int)atoms;
    r->n_frames = (int64_t)frames;
    KM_TRY(find_variables(r));
    KM_NEW(r->position, 3 * atoms);
    if (r->velocities.id >= 0)
        KM_NEW(r->velocity, 3 * atoms);
    return KM_OK;
}

km_status km_netcdf_reader_open(const char *path, int n_atoms, km_netcdf_reader **out)
{
    *out = NULL;
    km_netcdf_reader *r;
    KM_NEW(r, 1);
    r->path = strdup(path);
    km_status status = KM_OK;
    if (r->path == NULL)
        status = KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    if (status == KM_OK) {
#pragma omp critical(km_netcdf) /* netcdf-c is not thread safe */
        status = open_checked(r, n_atoms);
    }
    if (status != KM_OK) {
        km_netcdf_reader_destroy(r);
        return status;
    }
    *out = r;
    return KM_OK;
}

void km_netcdf_reader_destroy(km_netcdf_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->open) {
#pragma omp critical(km_netcdf)
        nc_close(reader->file);
    }
    free(reader->path);
    free(reader->position);
    free(reader->velocity);
    free(reader);
}

int km_netcdf_reader_n_atoms(const km_netcdf_reader *reader)
{
    return reader->n_atoms;
}

int64_t km_netcdf_reader_n_frames(const km_netcdf_reader *reader)
{
    return reader->n_frames;
}

bool km_netcdf_reader_has_velocities(const km_netcdf_reader *reader)
{
    return reader->velocities.id >= 0;
}

bool km_netcdf_reader_is_ours(const km_netcdf_reader *reader)
{
    return reader->is_ours;
}

/* The n numbers a variable has in one frame, times its scale_factor and unit. */
static km_status read_numbers(const km_netcdf_reader *r, const frame_variable *v, int64_t index,
                              size_t n, double unit, double *out)
{
    const size_t start[3] = {(size_t)index, 0, 0};
    const size_t count[3] = {1, v->is_per_atom ? n / 3 : n, 3};
    int status;
#pragma omp critical(km_netcdf)
    status = nc_get_vara_double(r->file, v->id, start, count, out);
    if (status != NC_NOERR)
        return read_failed(r, status);
    for (size_t k = 0; k < n; k++) {
        out[k] *= v->scale * unit;
        if (!isfinite(out[k]))
            return KM_FAIL(KM_ERROR_INPUT, "%s: frame %lld holds a number that is not finite",
                           r->path, (long long)index + 1);
    }
    return KM_OK;
}

static km_status read_cell(const km_netcdf_reader *r, int64_t index, km_box *box)
{
    km_cell_parameters cell;
    KM_TRY(read_numbers(r, &r->lengths, index, 3, KM_NM_PER_ANGSTROM, cell.length));
    KM_TRY(read_numbers(r, &r->angles, index, 3, 1.0, cell.angle));
    const km_status status = km_cell_parameters_to_box(&cell, box);
    if (status != KM_OK)
        km_error_prefix("%s: frame %lld: ", r->path, (long long)index + 1);
    return status;
}

km_status km_netcdf_reader_read(km_netcdf_reader *reader, int64_t index, km_frame *frame)
{
    km_netcdf_reader *r = reader;
    if (index < 0 || index >= r->n_frames)
        return KM_FAIL(KM_ERROR_VALUE, "%s has %lld frames; there is no frame %lld", r->path,
                       (long long)r->n_frames, (long long)index + 1);
    const size_t n = 3 * (size_t)r->n_atoms;
    double step = 0.0;
    *frame = (km_frame){.n = r->n_atoms, .position = r->position, .velocity = r->velocity};
    KM_TRY(read_numbers(r, r->time_precise.id >= 0 ? &r->time_precise : &r->time, index, 1, 1.0,
                        &frame->time));
    if (r->step.id >= 0)
        KM_TRY(read_numbers(r, &r->step, index, 1, 1.0, &step));
    frame->step = fabs(step) < 9e15 ? (int64_t)step : 0;
    KM_TRY(read_cell(r, index, &frame->box));
    KM_TRY(read_numbers(r, &r->coordinates, index, n, KM_NM_PER_ANGSTROM, r->position));
    if (r->velocity != NULL)
        KM_TRY(read_numbers(r, &r->velocities, index, n, KM_NM_PER_ANGSTROM, r->velocity));
    return KM_OK;
}
