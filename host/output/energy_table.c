/* SPDX-License-Identifier: MIT */
#include "host/output/energy_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/output/number_text.h"
#include "host/output/output_file.h"
#include "kernels/base/units.h"

#define ENERGY_HEADER(name, text) "," text "_kJ_mol"

static const char header[] = "step,time_ps,temperature_K,pressure_bar,density_kg_m3,volume_nm3,"
                             "potential_kJ_mol,kinetic_kJ_mol,conserved_kJ_mol" KM_ENERGY_LIST(
                                 ENERGY_HEADER) ",pressure_xx_bar,pressure_yy_bar,pressure_zz_bar,"
                                                "pressure_xy_bar,pressure_xz_bar,"
                                                "pressure_yz_bar,constraint_residual,"
                                                "piston_1_z_nm,piston_2_z_nm,"
                                                "piston_1_pressure_bar,piston_2_pressure_bar,"
                                                "current_x_e_nm_ps,current_y_e_nm_ps,"
                                                "current_z_e_nm_ps\n";

_Static_assert(KM_PISTONS == 2, "the header names two pistons");

enum { N_COLUMNS = 8 + KM_ENERGY_COUNT + KM_TENSOR + 1 + 2 * KM_PISTONS + 3 }; /* after the step */

struct km_energy_table {
    char *path;
    bool continues;
    km_output_file file;
};

static km_status table_new(const char *path, bool continues, km_energy_table **out)
{
    *out = NULL;
    km_energy_table *table;
    KM_NEW(table, 1);
    table->continues = continues;
    table->path = strdup(path);
    if (table->path == NULL) {
        free(table);
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    }
    *out = table;
    return KM_OK;
}

km_status km_energy_table_create(const char *path, km_energy_table **out)
{
    return table_new(path, false, out);
}

km_status km_energy_table_continue(const char *path, km_energy_table **out)
{
    return table_new(path, true, out);
}

void km_energy_table_destroy(km_energy_table *table)
{
    if (table == NULL)
        return;
    const km_status closed = km_output_file_close(&table->file);
    (void)closed; /* end() is where a failure of closing is reported */
    free(table->path);
    free(table);
}

static km_status check_header(const km_energy_table *table)
{
    char found[sizeof header];
    const ssize_t n = pread(table->file.fd, found, sizeof header - 1, 0);
    if (n != sizeof header - 1 || memcmp(found, header, sizeof header - 1) != 0)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s cannot be continued: its first line is not the one this version of "
            "kalium writes; go on with the version that began the run, or begin a new one",
            table->path);
    return KM_OK;
}

/* Takes off what stands after the last line break. */
static km_status cut_half_line(km_energy_table *table)
{
    int64_t size = table->file.size;
    char last = '\0';
    while (size > 0 && pread(table->file.fd, &last, 1, size - 1) == 1 && last != '\n')
        size--;
    return km_output_file_cut(&table->file, size);
}

static km_status begin(void *self, const km_labels *labels)
{
    (void)labels;
    km_energy_table *table = self;
    KM_TRY(km_output_file_open(&table->file, table->path, table->continues));
    if (table->file.size == 0)
        return km_output_file_append(&table->file, header, sizeof header - 1);
    KM_TRY(check_header(table));
    return cut_half_line(table);
}

static void fill_columns(const km_energy_row *row, double column[N_COLUMNS])
{
    const km_measurement *m = &row->measured;
    int k = 0;
    column[k++] = row->time;
    column[k++] = m->temperature;
    column[k++] = m->pressure / KM_PRESSURE_PER_BAR;
    column[k++] = m->density * KM_KG_M3_PER_U_NM3;
    column[k++] = m->volume;
    column[k++] = m->potential;
    column[k++] = m->kinetic;
    column[k++] = m->conserved;
    for (int term = 0; term < KM_ENERGY_COUNT; term++)
        column[k++] = row->energy[term];
    for (int c = 0; c < KM_TENSOR; c++)
        column[k++] = m->pressure_tensor[c] / KM_PRESSURE_PER_BAR;
    column[k++] = m->constraint_residual;
    for (int piston = 0; piston < KM_PISTONS; piston++)
        column[k++] = m->piston_z[piston];
    for (int piston = 0; piston < KM_PISTONS; piston++)
        column[k++] = m->piston_pressure[piston] / KM_PRESSURE_PER_BAR;
    for (int c = 0; c < 3; c++)
        column[k++] = m->current[c];
}

static km_status write_row(void *self, const km_energy_row *row)
{
    km_energy_table *table = self;
    double column[N_COLUMNS];
    char line[KM_NUMBER_TEXT_LENGTH * (N_COLUMNS + 2)];
    fill_columns(row, column);
    int length = snprintf(line, sizeof line, "%" PRId64, row->step);
    for (int k = 0; k < N_COLUMNS; k++) {
        line[length++] = ',';
        length += km_number_text(column[k], line + length);
    }
    line[length++] = '\n';
    return km_output_file_append(&table->file, line, (size_t)length);
}

static km_status flush(void *self, int64_t *position)
{
    km_energy_table *table = self;
    KM_TRY(km_output_file_sync(&table->file));
    *position = table->file.size;
    return KM_OK;
}

static km_status rewind_to(void *self, int64_t position)
{
    km_energy_table *table = self;
    const int64_t first = sizeof header - 1;
    return km_output_file_cut(&table->file, position > first ? position : first);
}

static km_status end(void *self)
{
    km_energy_table *table = self;
    KM_TRY(km_output_file_sync(&table->file));
    return km_output_file_close(&table->file);
}

km_sink km_energy_table_sink(km_energy_table *table)
{
    const km_sink sink = {.self = table,
                          .begin = begin,
                          .energies = write_row,
                          .flush = flush,
                          .rewind = rewind_to,
                          .end = end};
    return sink;
}
