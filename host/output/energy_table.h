/* SPDX-License-Identifier: MIT */
/* energies.csv: one line per measurement, columns named with their units.
 *
 * Numbers read back to the same bits, so that two runs can be compared with cmp. Pressures in bar,
 * density in kg/m^3, energies in kJ/mol of simulation boxes. */
#ifndef KM_ENERGY_TABLE_H
#define KM_ENERGY_TABLE_H

#include "host/engine/sink.h"

typedef struct km_energy_table km_energy_table;

/* A new table at path; the file is made when the sink begins. */
KM_MUST_CHECK km_status km_energy_table_create(const char *path, km_energy_table **out);
/* Goes on with the table at path (made anew when absent or empty). When the sink begins, the header
 * line is checked (KM_ERROR_INPUT) and half a line at the end is removed. */
KM_MUST_CHECK km_status km_energy_table_continue(const char *path, km_energy_table **out);
/* The table as receiver of energies; positions of flush and rewind are bytes. */
km_sink km_energy_table_sink(km_energy_table *table);
void km_energy_table_destroy(km_energy_table *table);

#endif
