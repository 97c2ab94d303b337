/* SPDX-License-Identifier: MIT */
#include "host/analysis/jumps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/growing_array.h"
#include "kernels/base/units.h"

#define ROWS_MAX 256
#define N_BLOCKS 10

/* Sites by cells of the fractions, each at least a core wide. */
typedef struct site_grid {
    int cells[3];
    int *start;  /* cells + 1, into member */
    int *member; /* n                      */
} site_grid;

struct km_jumps {
    km_framework *framework;
    const km_site_set *sites;
    km_vec3 offset; /*       fraction of the framework in the first frame less that of its sites  */
    double core;    /* nm                                                                         */
    site_grid grid;
    int *site;      /*       n_ions  where each is, -1 = not yet anywhere                         */
    int *last_site; /*       n_ions  where it came from, -1 = nowhere                             */
    int n_rows;
    km_jump_row *row;
    int n_frames, n_room;
    int *per_frame;  /*      jumps of each frame                                                  */
    double *seated;  /*      ions x frames at each kind                                           */
    double in_core;  /*      ions x frames                                                        */
    double returned; /*      jumps                                                                */
    double time_first, time_last;
};

void km_site_set_clear(km_site_set *set)
{
    free(set->fraction);
    free(set->kind_of);
    free(set->framework);
    *set = (km_site_set){.n = 0};
}

int km_jumps_kind(const km_jumps *j)
{
    return j->framework->kind;
}

void km_jumps_destroy(km_jumps *j)
{
    if (j == NULL)
        return;
    km_framework_destroy(j->framework);
    free(j->grid.start);
    free(j->grid.member);
    free(j->site);
    free(j->last_site);
    free(j->row);
    free(j->per_frame);
    free(j->seated);
    free(j);
}

void km_jumps_result_clear(km_jumps_result *result)
{
    free(result->row);
    result->row = NULL;
}

static km_status fill(km_jumps *j, const km_labels *labels, const km_site_set *sites)
{
    KM_TRY(km_framework_create(labels, &j->framework));
    const size_t ions = (size_t)j->framework->n_ions + 1;
    j->sites = sites;
    KM_NEW(j->site, ions);
    KM_NEW(j->last_site, ions);
    KM_NEW(j->row, ROWS_MAX);
    KM_NEW(j->seated, KM_SITE_GROUPS);
    for (size_t k = 0; k < ions; k++)
        j->site[k] = j->last_site[k] = -1;
    return KM_OK;
}

km_status km_jumps_create(const km_labels *labels, const km_site_set *sites, km_jumps **out)
{
    *out = NULL;
    km_jumps *j;
    KM_NEW(j, 1);
    const km_status status = fill(j, labels, sites);
    if (status == KM_OK)
        *out = j;
    else
        km_jumps_destroy(j);
    return status;
}

static bool usable(const km_jumps *j)
{
    return j->sites != NULL && j->sites->n > 1 && j->framework->n_ions > 0;
}

static km_vec3 of(const double *x, int k)
{
    return km_vec3_make(x[3 * (size_t)k], x[3 * (size_t)k + 1], x[3 * (size_t)k + 2]);
}

/* The nearest image of the difference of two fractions, nm. */
static km_vec3 apart(const km_box *box, km_vec3 a, km_vec3 b)
{
    return km_box_minimum_image(box, km_box_to_cartesian(box, km_vec3_sub(a, b)));
}

/* Mean fraction of the framework less that of its own sites, by nearest images. */
static km_vec3 find_offset(const km_jumps *j, const km_frame *frame)
{
    const km_framework *f = j->framework;
    const km_site_set *sites = j->sites;
    km_vec3 sum = km_vec3_make(0.0, 0.0, 0.0);
    for (int k = 0; k < f->n_rest && sites->n_framework > 0; k++) {
        const km_vec3 s = km_framework_fraction(f, frame, f->rest[k]);
        km_vec3 nearest = sum;
        double least = INFINITY;
        for (int m = 0; m < sites->n_framework; m++) {
            const km_vec3 d = apart(&frame->box, s, of(sites->framework, m));
            const double square = km_vec3_dot(d, d);
            nearest = square < least ? d : nearest;
            least = fmin(square, least);
        }
        sum = km_vec3_add(
            sum, km_vec3_scale(1.0 / f->n_rest, km_box_to_fractional(&frame->box, nearest)));
    }
    return sum;
}

static double least_distance(const km_site_set *sites, const km_box *box)
{
    double least = INFINITY;
    for (int a = 0; a < sites->n; a++)
        for (int b = 0; b < a; b++)
            least = fmin(least,
                         km_vec3_norm(apart(box, of(sites->fraction, a), of(sites->fraction, b))));
    return least;
}

static int cell_index(double fraction, int n)
{
    const int k = (int)((fraction - floor(fraction)) * n);
    return k < n ? k : n - 1;
}

static int cell_of(const site_grid *g, km_vec3 s)
{
    return (cell_index(s.x, g->cells[0]) * g->cells[1] + cell_index(s.y, g->cells[1])) *
               g->cells[2] +
           cell_index(s.z, g->cells[2]);
}

static km_status make_grid(km_jumps *j, const km_box *box)
{
    site_grid *g = &j->grid;
    const km_vec3 height = km_box_heights(box);
    const double high[3] = {height.x, height.y, height.z};
    for (int c = 0; c < 3; c++)
        g->cells[c] = (int)fmax(1.0, fmin(100.0, floor(high[c] / (1.2 * j->core))));
    const int n_cells = g->cells[0] * g->cells[1] * g->cells[2];
    KM_NEW(g->start, n_cells + 1);
    KM_NEW(g->member, j->sites->n);
    for (int s = 0; s < j->sites->n; s++)
        g->start[cell_of(g, of(j->sites->fraction, s)) + 1]++;
    for (int k = 0; k < n_cells; k++)
        g->start[k + 1] += g->start[k];
    for (int s = j->sites->n - 1; s >= 0; s--) {
        int *end = &g->start[cell_of(g, of(j->sites->fraction, s)) + 1];
        g->member[--*end] = s; /* the ends become the starts of the cells behind them */
    }
    memmove(g->start, g->start + 1, (size_t)n_cells * sizeof *g->start);
    g->start[n_cells] = j->sites->n;
    return KM_OK;
}

/* The site in whose core a fraction lies, -1 = none. */
static int core_at(const km_jumps *j, const km_box *box, km_vec3 s)
{
    const site_grid *g = &j->grid;
    const int home[3] = {cell_index(s.x, g->cells[0]), cell_index(s.y, g->cells[1]),
                         cell_index(s.z, g->cells[2])};
    for (int near = 0; near < 27; near++) {
        const int step[3] = {near / 9 - 1, near / 3 % 3 - 1, near % 3 - 1};
        int cell = 0;
        for (int c = 0; c < 3; c++)
            cell = cell * g->cells[c] + (home[c] + step[c] + g->cells[c]) % g->cells[c];
        for (int k = g->start[cell]; k < g->start[cell + 1]; k++) {
            const km_vec3 d = apart(box, s, of(j->sites->fraction, g->member[k]));
            if (km_vec3_norm(d) < j->core)
                return g->member[k];
        }
    }
    return -1;
}

static km_status note_jump(km_jumps *j, const km_box *box, int ion, int to)
{
    const int from = j->site[ion];
    const double length =
        km_vec3_norm(apart(box, of(j->sites->fraction, from), of(j->sites->fraction, to))) /
        KM_NM_PER_ANGSTROM;
    const int kind_from = j->sites->kind_of[from], kind_to = j->sites->kind_of[to];
    int r = 0;
    while (r < j->n_rows && !(j->row[r].from == kind_from && j->row[r].to == kind_to &&
                              fabs(j->row[r].length - length) < KM_JUMP_SAME_LENGTH))
        r++;
    if (r == ROWS_MAX)
        return KM_FAIL(KM_ERROR_VALUE,
                       "jumps of more than %d lengths: frames are too far apart to follow the "
                       "ions; lower production.frame_ps",
                       ROWS_MAX);
    if (r == j->n_rows)
        j->row[j->n_rows++] = (km_jump_row){.from = kind_from, .to = kind_to, .length = length};
    j->row[r].count++;
    j->returned += j->last_site[ion] == to;
    j->last_site[ion] = from;
    return KM_OK;
}

static km_status start(km_jumps *j, const km_frame *frame)
{
    j->offset = find_offset(j, frame);
    j->core = KM_JUMP_CORE * least_distance(j->sites, &frame->box);
    j->time_first = frame->time;
    return make_grid(j, &frame->box);
}

static km_status count_frame(km_jumps *j)
{
    KM_TRY(km_array_make_room((void **)&j->per_frame, j->n_frames, &j->n_room, sizeof *j->per_frame,
                              "frames of jumps"));
    j->per_frame[j->n_frames++] = 0;
    return KM_OK;
}

km_status km_jumps_frame(km_jumps *j, const km_frame *frame)
{
    const km_framework *f = j->framework;
    if (!usable(j))
        return KM_OK;
    km_framework_frame(j->framework, frame);
    if (j->n_frames == 0)
        KM_TRY(start(j, frame));
    KM_TRY(count_frame(j));
    j->time_last = frame->time;
    for (int k = 0; k < f->n_ions; k++) {
        const km_vec3 s = km_vec3_sub(km_framework_fraction(f, frame, f->ion[k]), j->offset);
        if (!isfinite(s.x + s.y + s.z))
            return KM_FAIL(KM_ERROR_PHYSICS, "a position of atom %d is not a number", f->ion[k]);
        const int at = core_at(j, &frame->box, s);
        if (at >= 0 && j->site[k] >= 0 && at != j->site[k]) {
            KM_TRY(note_jump(j, &frame->box, k, at));
            j->per_frame[j->n_frames - 1]++;
        }
        j->in_core += at >= 0;
        j->site[k] = at >= 0 ? at : j->site[k];
        if (j->site[k] >= 0)
            j->seated[j->sites->kind_of[j->site[k]]] += 1.0;
    }
    return KM_OK;
}

static const char *why_not(const km_jumps *j)
{
    if (j->framework->n_ions == 0)
        return "there are no potassium ions (single atoms of element K with a charge)";
    if (j->sites == NULL)
        return "the sites are not known; they are those of cell.compound of the recipe";
    if (j->sites->n < 2)
        return "the recipe has no sites of the mobile ion";
    return j->n_frames < 2 * N_BLOCKS ? "there are fewer than 20 frames" : NULL;
}

/* Per ion and ps, by blocks of frames. */
static km_status find_rate(const km_jumps *j, double interval, km_estimate *rate)
{
    const int n = j->n_frames - 1; /* nothing can jump in the first one */
    double *value;
    KM_NEW(value, n);
    for (int k = 0; k < n; k++)
        value[k] = j->per_frame[k + 1] / (interval * j->framework->n_ions);
    const km_status status = km_block_average(value, n, N_BLOCKS, rate);
    free(value);
    return status;
}

static void find_lengths(const km_jumps *j, km_jumps_result *out)
{
    for (int r = 0; r < j->n_rows; r++) {
        out->n_jumps += j->row[r].count;
        out->mean_length += j->row[r].count * j->row[r].length;
        out->mean_square += j->row[r].count * j->row[r].length * j->row[r].length;
    }
    if (out->n_jumps == 0)
        return;
    out->mean_length /= out->n_jumps;
    out->mean_square /= out->n_jumps;
    out->returns = j->returned / out->n_jumps;
}

void km_jumps_compare(km_jumps_result *out, const km_estimate *tracer)
{
    const double factor =
        out->mean_square * KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM * KM_M2_S_PER_NM2_PS / 6.0;
    const km_estimate *g = &out->rate;
    out->random_D = (km_estimate){factor * g->value, factor * g->standard_error, factor * g->low,
                                  factor * g->high};
    out->correlation = (km_estimate){NAN, NAN, NAN, NAN};
    if (!(tracer->value > 0.0 && out->random_D.value > 0.0))
        return;
    const double f = tracer->value / out->random_D.value;
    const double error =
        f * hypot(tracer->standard_error / tracer->value, g->standard_error / g->value);
    const double half = f * hypot(0.5 * (tracer->high - tracer->low) / tracer->value,
                                  0.5 * (g->high - g->low) / g->value);
    out->correlation = (km_estimate){f, error, f - half, f + half};
}

km_status km_jumps_finish(km_jumps *j, const km_estimate *tracer, km_jumps_result *out)
{
    const char *why = why_not(j);
    if (why != NULL) {
        snprintf(out->note, sizeof out->note, "%s", why);
        return KM_OK;
    }
    const int n_ions = j->framework->n_ions;
    const double interval = (j->time_last - j->time_first) / (j->n_frames - 1);
    memcpy(out->species, j->sites->species, sizeof out->species);
    memcpy(out->kind, j->sites->kind, sizeof out->kind);
    out->n_ions = n_ions;
    out->n_kinds = j->sites->n_kinds;
    out->core = j->core / KM_NM_PER_ANGSTROM;
    out->time = j->time_last - j->time_first;
    out->interval = interval;
    out->in_core = j->in_core / ((double)n_ions * j->n_frames);
    for (int k = 0; k < out->n_kinds; k++)
        out->occupancy[k] = j->seated[k] / ((double)j->n_frames * out->kind[k].n);
    for (int r = 0; r < j->n_rows; r++)
        j->row[r].rate = j->row[r].count / (j->seated[j->row[r].from] * interval);
    KM_TRY(find_rate(j, interval, &out->rate));
    find_lengths(j, out);
    km_jumps_compare(out, tracer);
    out->row = j->row;
    out->n_rows = j->n_rows;
    j->row = NULL;
    out->available = true;
    return KM_OK;
}
