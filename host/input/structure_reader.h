/* SPDX-License-Identifier: MIT */
/* Private to the structure reader: a file, line by line. */
#ifndef KM_STRUCTURE_READER_H
#define KM_STRUCTURE_READER_H

#include <stdio.h>

#include "host/input/structure_file.h"

typedef struct km_structure_reader {
    FILE *file;
    const char *path;
    int line_number;
    char *line; /* without its end */
    size_t capacity;
    km_structure *s;
} km_structure_reader;

/* false at the end of the file. */
bool km_structure_next_line(km_structure_reader *r);
void km_structure_rewind(km_structure_reader *r);
/* KM_ERROR_INPUT with file and line in front. */
KM_MUST_CHECK km_status km_structure_wrong(const km_structure_reader *r, const char *what);
/* The file ended in its frame. */
KM_MUST_CHECK km_status km_structure_truncated(const km_structure_reader *r, int read, int n);
/* Room for n atoms. */
KM_MUST_CHECK km_status km_structure_reserve(km_structure_reader *r, int n);
/* A positive whole number and nothing else. */
bool km_structure_whole_number(const char *text, int *out);
/* A finite number of sensible size and nothing else. */
bool km_structure_number(const char *text, double *out);
/* `width` characters from column `first` (counted from 0) as a number; as text without blanks. */
bool km_structure_column_number(const char *line, size_t first, size_t width, double *out);
void km_structure_column_text(const char *line, size_t first, size_t width, char *out, size_t room);
/* Sets the cell from three vectors (nm, rows) and turns positions and velocities along. */
KM_MUST_CHECK km_status km_structure_turn(km_structure_reader *r, const double vector[9]);

KM_MUST_CHECK km_status km_structure_read_pdb(km_structure_reader *r);
KM_MUST_CHECK km_status km_structure_read_gro(km_structure_reader *r);
KM_MUST_CHECK km_status km_structure_read_xyz(km_structure_reader *r);

#endif
