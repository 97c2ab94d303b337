/* SPDX-License-Identifier: MIT */
#include "host/output/netcdf_layout.h"

#include <errno.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Tags of the lists in the header. */
enum { TAG_DIMENSION = 10, TAG_VARIABLE = 11, TAG_ATTRIBUTE = 12 };

/* A header being read: everything in it is a multiple of 4 bytes. */
typedef struct header {
    FILE *file;
    const char *path;
    int64_t file_size;
    int n_dimensions;
    int64_t *dimension; /* length; 0 = unlimited */
} header;

static km_status damaged(const header *h)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s: the netCDF header is damaged or cut off", h->path);
}

static km_status read_integer(header *h, int n_bytes, int64_t *out)
{
    unsigned char bytes[8];
    if (fread(bytes, 1, (size_t)n_bytes, h->file) != (size_t)n_bytes)
        return damaged(h);
    uint64_t value = 0;
    for (int k = 0; k < n_bytes; k++)
        value = value << 8 | bytes[k];
    if (value > INT64_MAX)
        return damaged(h);
    *out = (int64_t)value;
    return KM_OK;
}

/* A 4-byte count that must not exceed limit. */
static km_status read_count(header *h, int64_t limit, int64_t *out)
{
    KM_TRY(read_integer(h, 4, out));
    return *out <= limit ? KM_OK : damaged(h);
}

static int64_t padded(int64_t bytes)
{
    return (bytes + 3) / 4 * 4;
}

static km_status skip(header *h, int64_t bytes)
{
    if (bytes > h->file_size || fseeko(h->file, padded(bytes), SEEK_CUR) != 0)
        return damaged(h);
    return KM_OK;
}

static km_status read_name(header *h, char *name, size_t room)
{
    int64_t length;
    KM_TRY(read_count(h, NC_MAX_NAME, &length));
    char text[NC_MAX_NAME + 4];
    if (fread(text, 1, (size_t)padded(length), h->file) != (size_t)padded(length))
        return damaged(h);
    if (name != NULL)
        snprintf(name, room, "%.*s", (int)length, text);
    return KM_OK;
}

static int type_size(int64_t type)
{
    switch (type) {
    case NC_BYTE:
    case NC_CHAR:
        return 1;
    case NC_SHORT:
        return 2;
    case NC_INT:
    case NC_FLOAT:
        return 4;
    case NC_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

/* The tag and the number of elements of a list; an absent list is two zeros. */
static km_status read_list_head(header *h, int64_t tag, int64_t limit, int64_t *count)
{
    int64_t found;
    KM_TRY(read_integer(h, 4, &found));
    KM_TRY(read_count(h, limit, count));
    return found == tag || (found == 0 && *count == 0) ? KM_OK : damaged(h);
}

static km_status skip_attributes(header *h)
{
    int64_t count, type, length;
    KM_TRY(read_list_head(h, TAG_ATTRIBUTE, NC_MAX_ATTRS, &count));
    for (int64_t k = 0; k < count; k++) {
        KM_TRY(read_name(h, NULL, 0));
        KM_TRY(read_integer(h, 4, &type));
        KM_TRY(read_integer(h, 4, &length));
        if (type_size(type) == 0)
            return damaged(h);
        KM_TRY(skip(h, length * type_size(type)));
    }
    return KM_OK;
}

static km_status read_dimensions(header *h)
{
    int64_t count;
    KM_TRY(read_list_head(h, TAG_DIMENSION, NC_MAX_DIMS, &count));
    KM_NEW(h->dimension, count);
    h->n_dimensions = (int)count;
    for (int k = 0; k < h->n_dimensions; k++) {
        KM_TRY(read_name(h, NULL, 0));
        KM_TRY(read_integer(h, 4, &h->dimension[k]));
    }
    return KM_OK;
}

static km_status read_variable(header *h, km_netcdf_variable *variable)
{
    int64_t n_dimensions, id, type, declared;
    KM_TRY(read_name(h, variable->name, sizeof variable->name));
    KM_TRY(read_count(h, NC_MAX_VAR_DIMS, &n_dimensions));
    double elements = 1.0;
    for (int64_t k = 0; k < n_dimensions; k++) {
        KM_TRY(read_count(h, h->n_dimensions - 1, &id));
        if (h->dimension[id] == 0)
            variable->is_record = true;
        else
            elements *= (double)h->dimension[id];
    }
    KM_TRY(skip_attributes(h));
    KM_TRY(read_integer(h, 4, &type));
    KM_TRY(read_integer(h, 4, &declared)); /* overflows above 4 GiB: the dimensions are the truth */
    KM_TRY(read_integer(h, 8, &variable->begin));
    if (type_size(type) == 0 || elements > 1e15)
        return damaged(h);
    variable->size = (int64_t)elements * type_size(type);
    return KM_OK;
}

static km_status read_variables(header *h, km_netcdf_layout *layout)
{
    int64_t count;
    KM_TRY(read_list_head(h, TAG_VARIABLE, NC_MAX_VARS, &count));
    KM_NEW(layout->variable, count);
    layout->n_variables = (int)count;
    int n_record_variables = 0;
    for (int k = 0; k < layout->n_variables; k++) {
        KM_TRY(read_variable(h, &layout->variable[k]));
        n_record_variables += layout->variable[k].is_record;
    }
    for (int k = 0; k < layout->n_variables; k++) {
        km_netcdf_variable *v = &layout->variable[k];
        /* the one exception of the format: a lone record variable is not padded */
        if (!v->is_record || n_record_variables > 1)
            v->size = padded(v->size);
        if (!v->is_record)
            continue;
        if (layout->record_size == 0 || v->begin < layout->record_start)
            layout->record_start = v->begin;
        layout->record_size += v->size;
    }
    return KM_OK;
}

static km_status read_magic(header *h)
{
    unsigned char magic[4] = {0};
    if (fread(magic, 1, 4, h->file) == 4 && memcmp(magic, "CDF\002", 4) == 0)
        return KM_OK;
    const char *what = "not a netCDF file";
    if (memcmp(magic, "CDF\001", 4) == 0)
        what = "a netCDF file of the classic kind (CDF-1)";
    else if (memcmp(magic, "CDF\005", 4) == 0)
        what = "a netCDF file of the 64-bit-data kind (CDF-5)";
    else if (memcmp(magic, "\211HDF", 4) == 0)
        what = "a netCDF-4 (HDF5) file";
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s is %s; the AMBER convention asks for the 64-bit-offset kind (CDF-2), which "
                   "`nccopy -k 64-bit-offset` makes of the others",
                   h->path, what);
}

static km_status read_header(header *h, km_netcdf_layout *layout)
{
    KM_TRY(read_magic(h));
    KM_TRY(read_integer(h, 4, &layout->n_records));
    KM_TRY(read_dimensions(h));
    KM_TRY(skip_attributes(h));
    KM_TRY(read_variables(h, layout));
    layout->file_size = h->file_size;
    if (layout->record_size > 0 && h->file_size > layout->record_start)
        layout->n_whole = (h->file_size - layout->record_start) / layout->record_size;
    if (layout->n_records == UINT32_MAX) /* "streaming": the length of the file tells */
        layout->n_records = layout->n_whole;
    return KM_OK;
}

km_status km_netcdf_layout_read(const char *path, km_netcdf_layout *layout)
{
    *layout = (km_netcdf_layout){0};
    header h = {.path = path, .file = fopen(path, "rbe")};
    if (h.file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    struct stat status;
    km_status result = KM_OK;
    if (fstat(fileno(h.file), &status) != 0 || !S_ISREG(status.st_mode))
        result = KM_FAIL(KM_ERROR_FILE, "%s is not a regular file", path);
    h.file_size = status.st_size;
    if (result == KM_OK)
        result = read_header(&h, layout);
    fclose(h.file);
    free(h.dimension);
    if (result != KM_OK)
        km_netcdf_layout_destroy(layout);
    return result;
}

const km_netcdf_variable *km_netcdf_layout_find(const km_netcdf_layout *layout, const char *name)
{
    for (int k = 0; k < layout->n_variables; k++)
        if (strcmp(layout->variable[k].name, name) == 0)
            return &layout->variable[k];
    return NULL;
}

void km_netcdf_layout_destroy(km_netcdf_layout *layout)
{
    free(layout->variable);
    *layout = (km_netcdf_layout){0};
}
