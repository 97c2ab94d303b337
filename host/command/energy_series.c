/* SPDX-License-Identifier: MIT */
/* Pressure tensor and electric current of production from energies.csv: the last rows of one
 * spacing and volume. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/analysis_run.h"
#include "host/output/run_folder.h"

#define SAME 1e-9 /* relative difference of volumes that are equal */

enum { TIME, VOLUME, PRESSURE, CURRENT = PRESSURE + KM_TENSOR, N_WANTED = CURRENT + 3 };

static const char *const wanted[N_WANTED] = {
    "time_ps",           "volume_nm3",        "pressure_xx_bar",  "pressure_yy_bar",
    "pressure_zz_bar",   "pressure_xy_bar",   "pressure_xz_bar",  "pressure_yz_bar",
    "current_x_e_nm_ps", "current_y_e_nm_ps", "current_z_e_nm_ps"};

typedef struct series {
    FILE *file;
    char *line;
    size_t room;
    int column[N_WANTED];
    bool has_current; /* runs before it was measured have none */
    km_viscosity *viscosity;
    km_current *current;
    double interval, time, volume; /* of the latest row */
    int n;                         /* rows since spacing or volume changed */
} series;

static km_status read_header(series *s, const char *path)
{
    for (int k = 0; k < N_WANTED; k++)
        s->column[k] = -1;
    if (getline(&s->line, &s->room, s->file) < 0)
        return KM_FAIL(KM_ERROR_FILE, "%s is empty", path);
    char *rest = s->line;
    int column = 0;
    for (char *word = strtok_r(rest, ",\n", &rest); word != NULL;
         word = strtok_r(NULL, ",\n", &rest), column++)
        for (int k = 0; k < N_WANTED; k++)
            if (strcmp(word, wanted[k]) == 0)
                s->column[k] = column;
    for (int k = 0; k < CURRENT; k++)
        if (s->column[k] < 0)
            return KM_FAIL(KM_ERROR_FILE, "%s has no column %s", path, wanted[k]);
    s->has_current =
        s->column[CURRENT] >= 0 && s->column[CURRENT + 1] >= 0 && s->column[CURRENT + 2] >= 0;
    return KM_OK;
}

/* False for a line that is not whole: the last one of a run that was stopped. */
static bool parse(series *s, double value[N_WANTED])
{
    int found = 0, column = 0;
    for (char *at = s->line; *at != '\0'; column++) {
        char *end;
        const double number = strtod(at, &end);
        for (int k = 0; k < N_WANTED; k++)
            if (s->column[k] == column && end != at) {
                value[k] = number;
                found++;
            }
        end += strcspn(end, ",");
        at = *end == ',' ? end + 1 : end;
    }
    return found == (s->has_current ? N_WANTED : CURRENT) && strchr(s->line, '\n') != NULL;
}

static km_status create(series *s)
{
    if (s->viscosity == NULL)
        KM_TRY(km_viscosity_create(&s->viscosity));
    return s->current == NULL ? km_current_create(&s->current) : KM_OK;
}

static void destroy(series *s)
{
    km_viscosity_destroy(s->viscosity);
    km_current_destroy(s->current);
    s->viscosity = NULL;
    s->current = NULL;
}

/* Begins anew where the spacing or the volume changes: another stage. */
static km_status take(series *s, const double value[N_WANTED])
{
    const double spacing = value[TIME] - s->time;
    const bool same_volume = fabs(value[VOLUME] / s->volume - 1.0) < SAME;
    const bool same_spacing = s->n < 2 || fabs(spacing / s->interval - 1.0) < 1e-3;
    if (s->n > 0 && !(same_volume && same_spacing && spacing > 0.0)) {
        destroy(s);
        s->n = 0;
    }
    KM_TRY(create(s));
    if (s->n == 1)
        s->interval = spacing;
    s->time = value[TIME];
    s->volume = value[VOLUME];
    s->n++;
    km_viscosity_add(s->viscosity, value + PRESSURE, value[VOLUME]);
    if (s->has_current)
        km_current_add(s->current, value + CURRENT, value[VOLUME]);
    return KM_OK;
}

static km_status read_rows(series *s, const char *path)
{
    double value[N_WANTED];
    KM_TRY(read_header(s, path));
    while (getline(&s->line, &s->room, s->file) >= 0)
        if (parse(s, value))
            KM_TRY(take(s, value));
    return create(s);
}

km_status km_energy_series_read(const char *trajectory, km_analysis *analysis)
{
    char path[4300];
    const char *slash = strrchr(trajectory, '/');
    snprintf(path, sizeof path, "%.*s%s", slash != NULL ? (int)(slash + 1 - trajectory) : 0,
             trajectory, KM_FILE_ENERGIES);
    series s = {.file = fopen(path, "r")};
    if (s.file == NULL && !km_analysis_wants_viscosity(analysis))
        return KM_OK;
    if (s.file == NULL)
        return KM_FAIL(KM_ERROR_FILE,
                       "cannot read %s, where the viscosity takes the pressure from: %s", path,
                       strerror(errno));
    const km_status status = read_rows(&s, path);
    if (status == KM_OK && km_analysis_wants_viscosity(analysis))
        km_analysis_take_viscosity(analysis, s.viscosity, s.interval);
    if (status == KM_OK && km_analysis_wants_current(analysis) && s.has_current)
        km_analysis_take_current(analysis, s.current, s.interval);
    destroy(&s);
    free(s.line);
    fclose(s.file);
    return status;
}
