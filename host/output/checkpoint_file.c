/* SPDX-License-Identifier: MIT */
#include "host/output/checkpoint_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/output/atomic_file.h"
#include "host/output/netcdf_layout.h"
#include "host/output/output_file.h"
#include "kernels/base/units.h"

#define PATH_LENGTH 4096
#define N_SCALARS 64 /* of the extra variable kalium_run, in the order of exchange() */
#define MOST_STAGES 10000

#define NC_TRY(path, call)                                                                         \
    do {                                                                                           \
        const int nc_ = (call);                                                                    \
        if (nc_ == ENOSPC || nc_ == EDQUOT)                                                        \
            return km_output_fail("write", path, nc_);                                             \
        if (nc_ != NC_NOERR)                                                                       \
            return KM_FAIL(KM_ERROR_FILE, "%s: %s", path, nc_strerror(nc_));                       \
    } while (0)

static const char *const identity_name[] = {
#define IDENTITY_NAME(name, attribute, text) "kalium_identity_" attribute,
    KM_IDENTITY_LIST(IDENTITY_NAME)
#undef IDENTITY_NAME
};

/* A fuzzer never guesses a checksum: without it what lies behind is tried, too. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { fuzzing = 1 };
#else
enum { fuzzing = 0 };
#endif

typedef enum direction { TO_LIST, FROM_LIST } direction;

static void exchange_reals(double *value, int n, double **slot, direction d)
{
    if (d == TO_LIST)
        memcpy(*slot, value, (size_t)n * sizeof(double));
    else
        memcpy(value, *slot, (size_t)n * sizeof(double));
    *slot += n;
}

/* Step numbers stay below 2^53, so a double holds them exactly. */
static void exchange_integer(int64_t *value, double **slot, direction d)
{
    if (d == TO_LIST)
        **slot = (double)*value;
    else
        *value = fabs(**slot) < 9e15 ? (int64_t) * *slot : -1;
    *slot += 1;
}

/* Every number beside the arrays, in one order for writing and reading. */
static void exchange(km_checkpoint *c, double list[N_SCALARS], direction d)
{
    double *slot = list;
    int64_t stage = c->stage;
    exchange_integer(&stage, &slot, d);
    c->stage = stage >= 0 && stage < INT32_MAX ? (int)stage : -1;
    exchange_integer(&c->in_stage, &slot, d);
    exchange_integer(&c->stage_first_step, &slot, d);
    exchange_reals(&c->scalars.n_averaged, 1, &slot, d);
    exchange_reals(&c->stage_start_time, 1, &slot, d);
    exchange_reals(&c->conserved_reference, 1, &slot, d);
    exchange_reals(&c->stage_box.ax, 6, &slot, d);
    exchange_reals(&c->state.box.ax, 6, &slot, d);
    exchange_reals(c->scalars.chain_position, 4, &slot, d);
    exchange_reals(c->scalars.chain_velocity, 4, &slot, d);
    exchange_reals(&c->scalars.thermostat_work, 1, &slot, d);
    exchange_reals(&c->scalars.barostat_work, 1, &slot, d);
    exchange_reals(&c->scalars.potential_before_scaling, 1, &slot, d);
    exchange_reals(&c->scalars.scaling_pending, 1, &slot, d);
    exchange_reals(c->scalars.average_sum, 7, &slot, d);
    exchange_reals(&c->scalars.hidden_mean, 1, &slot, d);
    for (int k = 0; k < KM_CHECKPOINT_SINKS; k++)
        exchange_integer(&c->sink_position[k], &slot, d);
}

/* FNV-1a over the bytes of an array. */
static uint64_t checksum(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    for (size_t k = 0; k < bytes; k++)
        hash = (hash ^ p[k]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t checksum_of(const km_checkpoint *c, const double list[N_SCALARS])
{
    const size_t bytes = 3 * (size_t)c->state.n * sizeof(double);
    uint64_t hash = checksum(UINT64_C(14695981039346656037), list, N_SCALARS * sizeof(double));
    hash = checksum(hash, &c->identity, sizeof c->identity);
    hash = checksum(hash, c->state.position, bytes);
    hash = checksum(hash, c->state.velocity, bytes);
    const size_t sums = c->stage_sums != NULL ? (size_t)c->n_stages : 0;
    return checksum(hash, c->stage_sums, sums * sizeof *c->stage_sums);
}

static int put_text(int file, int variable, const char *name, const char *text)
{
    return nc_put_att_text(file, variable, name, strlen(text), text);
}

static int put_hash(int file, const char *name, uint64_t hash)
{
    char text[32];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    return put_text(file, NC_GLOBAL, name, text);
}

typedef struct layout {
    int file, time, coordinates, lengths, angles, position, velocity, run, sums;
} layout;

static km_status define_variables(const char *path, const km_checkpoint *c, layout *l)
{
    const int f = l->file;
    int spatial, atom, cell_spatial, cell_angular, label, scalars, id, stage[2];
    NC_TRY(path, nc_def_dim(f, "spatial", 3, &spatial));
    NC_TRY(path, nc_def_dim(f, "atom", (size_t)c->state.n, &atom));
    NC_TRY(path, nc_def_dim(f, "cell_spatial", 3, &cell_spatial));
    NC_TRY(path, nc_def_dim(f, "cell_angular", 3, &cell_angular));
    NC_TRY(path, nc_def_dim(f, "label", 5, &label));
    NC_TRY(path, nc_def_dim(f, "kalium_scalars", N_SCALARS, &scalars));
    const int vectors[2] = {atom, spatial}, angular[2] = {cell_angular, label};
    NC_TRY(path, nc_def_var(f, "spatial", NC_CHAR, 1, &spatial, &id));
    NC_TRY(path, nc_def_var(f, "cell_spatial", NC_CHAR, 1, &cell_spatial, &id));
    NC_TRY(path, nc_def_var(f, "cell_angular", NC_CHAR, 2, angular, &id));
    NC_TRY(path, nc_def_var(f, "time", NC_DOUBLE, 0, NULL, &l->time));
    NC_TRY(path, put_text(f, l->time, "units", "picosecond"));
    NC_TRY(path, nc_def_var(f, "coordinates", NC_DOUBLE, 2, vectors, &l->coordinates));
    NC_TRY(path, put_text(f, l->coordinates, "units", "angstrom"));
    NC_TRY(path, nc_def_var(f, "cell_lengths", NC_DOUBLE, 1, &cell_spatial, &l->lengths));
    NC_TRY(path, put_text(f, l->lengths, "units", "angstrom"));
    NC_TRY(path, nc_def_var(f, "cell_angles", NC_DOUBLE, 1, &cell_angular, &l->angles));
    NC_TRY(path, put_text(f, l->angles, "units", "degree"));
    NC_TRY(path, nc_def_var(f, "kalium_position_nm", NC_DOUBLE, 2, vectors, &l->position));
    NC_TRY(path, nc_def_var(f, "kalium_velocity_nm_ps", NC_DOUBLE, 2, vectors, &l->velocity));
    NC_TRY(path, nc_def_var(f, "kalium_run", NC_DOUBLE, 1, &scalars, &l->run));
    if (c->stage_sums == NULL)
        return KM_OK;
    NC_TRY(path, nc_def_dim(f, "kalium_stages", (size_t)c->n_stages, &stage[0]));
    NC_TRY(path, nc_def_dim(f, "kalium_stage_numbers", KM_STAGE_NUMBERS, &stage[1]));
    NC_TRY(path, nc_def_var(f, "kalium_stage_sums", NC_DOUBLE, 2, stage, &l->sums));
    return KM_OK;
}

static km_status define(const char *path, const km_checkpoint *c, uint64_t sum, layout *l)
{
    NC_TRY(path, nc_create(path, NC_CLOBBER | NC_64BIT_OFFSET, &l->file));
    KM_TRY(define_variables(path, c, l));
    const int f = l->file;
    NC_TRY(path, put_text(f, NC_GLOBAL, "Conventions", "AMBERRESTART"));
    NC_TRY(path, put_text(f, NC_GLOBAL, "ConventionVersion", "1.0"));
    NC_TRY(path, put_text(f, NC_GLOBAL, "program", "kalium"));
    NC_TRY(path, put_text(f, NC_GLOBAL, "programVersion", KM_VERSION));
    for (int k = 0; k < KM_IDENTITY_PARTS; k++)
        NC_TRY(path, put_hash(f, identity_name[k], c->identity.part[k]));
    NC_TRY(path, put_hash(f, "kalium_checksum", sum));
    NC_TRY(path, nc_enddef(f));
    NC_TRY(path, nc_put_var_text(f, 0, "xyz"));
    NC_TRY(path, nc_put_var_text(f, 1, "abc"));
    NC_TRY(path, nc_put_var_text(f, 2, "alphabeta gamma"));
    return KM_OK;
}

static double angle_degrees(km_vec3 a, km_vec3 b)
{
    return acos(km_vec3_dot(a, b) / (km_vec3_norm(a) * km_vec3_norm(b))) * 180.0 / KM_PI;
}

static km_status fill(const char *path, const km_checkpoint *c, const double list[N_SCALARS],
                      const layout *l)
{
    const km_box *box = &c->state.box;
    const km_vec3 va = {box->ax, 0, 0}, vb = {box->bx, box->by, 0},
                  vc = {box->cx, box->cy, box->cz};
    const double lengths[3] = {10.0 * km_vec3_norm(va), 10.0 * km_vec3_norm(vb),
                               10.0 * km_vec3_norm(vc)};
    const double angles[3] = {angle_degrees(vb, vc), angle_degrees(va, vc), angle_degrees(va, vb)};
    double *angstrom;
    KM_NEW(angstrom, 3 * (size_t)c->state.n);
    for (int k = 0; k < 3 * c->state.n; k++)
        angstrom[k] = c->state.position[k] / KM_NM_PER_ANGSTROM;
    const int status = nc_put_var_double(l->file, l->coordinates, angstrom);
    free(angstrom);
    NC_TRY(path, status);
    NC_TRY(path, nc_put_var_double(l->file, l->time, &c->stage_start_time));
    NC_TRY(path, nc_put_var_double(l->file, l->lengths, lengths));
    NC_TRY(path, nc_put_var_double(l->file, l->angles, angles));
    NC_TRY(path, nc_put_var_double(l->file, l->position, c->state.position));
    NC_TRY(path, nc_put_var_double(l->file, l->velocity, c->state.velocity));
    NC_TRY(path, nc_put_var_double(l->file, l->run, list));
    if (c->stage_sums != NULL)
        NC_TRY(path, nc_put_var_double(l->file, l->sums, &c->stage_sums->steps));
    return KM_OK;
}

static km_status write_aside(const char *aside, const km_checkpoint *checkpoint)
{
    double list[N_SCALARS] = {0};
    layout l = {.file = -1};
    km_checkpoint copy = *checkpoint;
    exchange(&copy, list, TO_LIST);
    const uint64_t sum = checksum_of(checkpoint, list);
    km_status status;
#pragma omp critical(km_netcdf) /* netcdf-c is not thread safe */
    {
        status = define(aside, checkpoint, sum, &l);
        if (status == KM_OK)
            status = fill(aside, checkpoint, list, &l);
        if (l.file >= 0) {
            const int closed = nc_close(l.file);
            if (status == KM_OK && closed != NC_NOERR)
                status = closed > 0 ? km_output_fail("write", aside, closed)
                                    : KM_FAIL(KM_ERROR_FILE, "%s: %s", aside, nc_strerror(closed));
        }
    }
    return status;
}

km_status km_checkpoint_write(const char *folder, const km_checkpoint *checkpoint)
{
    char newest[PATH_LENGTH], previous[PATH_LENGTH], *aside = NULL;
    snprintf(newest, sizeof newest, "%s/state.nc", folder);
    snprintf(previous, sizeof previous, "%s/state-previous.nc", folder);
    KM_TRY(km_atomic_file_begin(newest, &aside));
    km_status status = write_aside(aside, checkpoint);
    if (status == KM_OK)
        status = km_atomic_file_commit(aside, newest, previous);
    else
        unlink(aside);
    free(aside);
    return status;
}

static km_status read_hash(int file, const char *path, const char *name, uint64_t *out)
{
    char text[64] = "";
    size_t length = 0;
    NC_TRY(path, nc_inq_attlen(file, NC_GLOBAL, name, &length));
    if (length >= sizeof text)
        return KM_FAIL(KM_ERROR_INPUT, "%s: not a kalium checkpoint (%s)", path, name);
    NC_TRY(path, nc_get_att_text(file, NC_GLOBAL, name, text));
    *out = strtoull(text, NULL, 16);
    return KM_OK;
}

/* The variable of that name, which must hold just n numbers. */
static km_status find_numbers(int file, const char *path, const char *name, size_t n, int *id)
{
    int n_dimensions, dimension[NC_MAX_VAR_DIMS];
    size_t numbers = 1;
    NC_TRY(path, nc_inq_varid(file, name, id));
    NC_TRY(path, nc_inq_var(file, *id, NULL, NULL, &n_dimensions, dimension, NULL));
    for (int k = 0; k < n_dimensions && numbers <= n; k++) {
        size_t length;
        NC_TRY(path, nc_inq_dimlen(file, dimension[k], &length));
        numbers = length <= n ? numbers * length : n + 1;
    }
    if (numbers != n)
        return KM_FAIL(KM_ERROR_INPUT, "%s: damaged (%s does not hold %zu numbers)", path, name, n);
    return KM_OK;
}

static km_status read_vectors(int file, const char *path, const char *name, size_t n, double **out)
{
    int id;
    KM_TRY(find_numbers(file, path, name, 3 * n, &id));
    KM_NEW(*out, 3 * n);
    NC_TRY(path, nc_get_var_double(file, id, *out));
    return KM_OK;
}

/* Sums of the stages, which older checkpoints do not have. */
static km_status read_sums(int file, const char *path, km_checkpoint *out)
{
    int id, dimension;
    size_t n;
    if (nc_inq_dimid(file, "kalium_stages", &dimension) != NC_NOERR)
        return KM_OK;
    NC_TRY(path, nc_inq_dimlen(file, dimension, &n));
    if (n == 0 || n > MOST_STAGES)
        return KM_FAIL(KM_ERROR_INPUT, "%s: damaged (%zu stages)", path, n);
    KM_TRY(find_numbers(file, path, "kalium_stage_sums", n * KM_STAGE_NUMBERS, &id));
    KM_NEW(out->stage_sums, n);
    out->n_stages = (int)n;
    NC_TRY(path, nc_get_var_double(file, id, &out->stage_sums->steps));
    return KM_OK;
}

/* A damaged count of atoms must not ask for all memory. */
static km_status check_size(const char *path, size_t n)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read: %s", path, strerror(errno));
    if (n == 0 || n > INT32_MAX / 4 || n > (size_t)about.st_size / (6 * sizeof(double)))
        return KM_FAIL(KM_ERROR_INPUT, "%s: %zu atoms cannot be right in %lld bytes", path, n,
                       (long long)about.st_size);
    return KM_OK;
}

static km_status read_open(int file, const char *path, km_checkpoint *out)
{
    int dimension, id;
    size_t n, n_scalars;
    uint64_t sum;
    double list[N_SCALARS];
    if (nc_inq_dimid(file, "kalium_scalars", &dimension) != NC_NOERR)
        return KM_FAIL(KM_ERROR_INPUT, "%s: not a kalium checkpoint", path);
    NC_TRY(path, nc_inq_dimlen(file, dimension, &n_scalars));
    if (n_scalars != N_SCALARS || nc_inq_attlen(file, NC_GLOBAL, identity_name[0], &n) != NC_NOERR)
        return KM_FAIL(KM_ERROR_INPUT, "%s: a checkpoint of another version of kalium", path);
    NC_TRY(path, nc_inq_dimid(file, "atom", &dimension));
    NC_TRY(path, nc_inq_dimlen(file, dimension, &n));
    KM_TRY(check_size(path, n));
    out->state.n = (int)n;
    KM_TRY(read_vectors(file, path, "kalium_position_nm", n, &out->state.position));
    KM_TRY(read_vectors(file, path, "kalium_velocity_nm_ps", n, &out->state.velocity));
    KM_TRY(find_numbers(file, path, "kalium_run", N_SCALARS, &id));
    NC_TRY(path, nc_get_var_double(file, id, list));
    for (int k = 0; k < KM_IDENTITY_PARTS; k++)
        KM_TRY(read_hash(file, path, identity_name[k], &out->identity.part[k]));
    KM_TRY(read_sums(file, path, out));
    KM_TRY(read_hash(file, path, "kalium_checksum", &sum));
    if (!fuzzing && checksum_of(out, list) != sum)
        return KM_FAIL(KM_ERROR_INPUT, "%s: damaged (its checksum differs)", path);
    exchange(out, list, FROM_LIST);
    if (out->stage < 0 || out->in_stage < 0 || out->stage_first_step < 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: damaged (a count of steps cannot be)", path);
    return KM_OK;
}

static km_status read_file(const char *path, km_checkpoint *out)
{
    int file, opened;
    km_status status = KM_OK;
    km_netcdf_layout layout;
    memset(out, 0, sizeof *out);
    KM_TRY(km_netcdf_layout_read(path, &layout)); /* netcdf-c believes any length in a header */
    km_netcdf_layout_destroy(&layout);
#pragma omp critical(km_netcdf)
    {
        opened = nc_open(path, NC_NOWRITE, &file);
        if (opened == NC_NOERR) {
            status = read_open(file, path, out);
            nc_close(file);
        }
    }
    NC_TRY(path, opened);
    if (status != KM_OK)
        km_checkpoint_release(out);
    return status;
}

km_status km_checkpoint_read(const char *folder, km_checkpoint *out, bool *fallback, char *reason,
                             size_t reason_length)
{
    char path[PATH_LENGTH], first[KM_ERROR_MESSAGE_LENGTH / 4];
    snprintf(path, sizeof path, "%s/state.nc", folder);
    *fallback = false;
    if (read_file(path, out) == KM_OK)
        return KM_OK;
    snprintf(first, sizeof first, "%.500s", km_last_error()->message);
    snprintf(path, sizeof path, "%s/state-previous.nc", folder);
    if (read_file(path, out) != KM_OK) {
        char second[KM_ERROR_MESSAGE_LENGTH / 4];
        snprintf(second, sizeof second, "%.500s", km_last_error()->message);
        return KM_FAIL(KM_ERROR_FILE, "no usable checkpoint in %s: %s; %s", folder, first, second);
    }
    *fallback = true;
    if (reason != NULL)
        snprintf(reason, reason_length, "%s", first);
    return KM_OK;
}

void km_checkpoint_release(km_checkpoint *checkpoint)
{
    free(checkpoint->state.position);
    free(checkpoint->state.velocity);
    checkpoint->state.position = NULL;
    checkpoint->state.velocity = NULL;
    free(checkpoint->stage_sums);
    checkpoint->stage_sums = NULL;
}
