/* SPDX-License-Identifier: MIT */
/* The lines of a GROMACS topology as its preprocessor leaves them: #include, #define, #undef,
 * #ifdef, #ifndef, #else and #endif are obeyed, comments (;) are gone, lines that end in a
 * backslash are joined, words that are defined are replaced. GROMACS reference manual, "Topology
 * file", doi:10.1016/j.softx.2015.06.001.
 *
 * Files are looked for beside the one that names them, then in $GMXLIB and in $GMXDATA/top. */
#ifndef KM_GROMACS_LINES_H
#define KM_GROMACS_LINES_H

#include <stdbool.h>

#include "kernels/base/error.h"

#define KM_TOP_FIELDS 1000 /* words of a line at most: exclusions of a large molecule are many */

/* Where something stands. */
typedef struct km_top_place {
    const char *file; /* as long as the lines live */
    int line;
} km_top_place;

typedef struct km_top_lines km_top_lines;

/* Opens a topology. KM_ERROR_FILE when it cannot be read. */
KM_MUST_CHECK km_status km_top_lines_open(const char *path, km_top_lines **out);
/* The next line that says something, in words; *n is 0 at the end. The words are valid until the
 * next call, which may break them up. KM_ERROR_INPUT names file and line. */
KM_MUST_CHECK km_status km_top_lines_next(km_top_lines *lines, char ***word, int *n,
                                          km_top_place *place);
/* Closes the files; the names in places stay until km_top_lines_destroy. */
void km_top_lines_destroy(km_top_lines *lines);

#endif
