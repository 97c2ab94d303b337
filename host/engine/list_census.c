/* SPDX-License-Identifier: MIT */
#include "host/engine/list_census.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BITS (256.0 * 1024 * 1024) /* of the table of pairs: 32 MiB */
/* nm beyond the cutoff, for rounding; other images are farther away than the cutoff by much more */
#define SAME_IMAGE 1e-6

typedef struct census {
    const km_neighbour_spec *spec;
    km_state *state;
    int n, first, n_rows; /* of atoms, the first looked at, and how many, around the end */
    size_t words;         /* of a row                                                    */
    bool *wanted;         /* n: is looked at                                             */
    uint64_t *missing;    /* n_rows x words: bit j: atom j is near, and not in the list  */
    int64_t pairs;
    int cells[3];
    int *head, *next; /* first atom of a cell, next of an atom; -1 = none               */
} census;

/* Row of an atom that is looked at, or -1. */
static int row_of(const census *c, int atom)
{
    const int row = atom >= c->first ? atom - c->first : atom - c->first + c->n;
    return row < c->n_rows ? row : -1;
}

static km_vec3 position(const census *c, int i)
{
    const double *x = &c->state->position[3 * (size_t)i];
    return km_vec3_make(x[0], x[1], x[2]);
}

static void cell_of(const census *c, int atom, int cell[3])
{
    const km_vec3 s = km_box_to_fractional(&c->state->box, position(c, atom));
    const double fraction[3] = {s.x - floor(s.x), s.y - floor(s.y), s.z - floor(s.z)};
    for (int k = 0; k < 3; k++) {
        cell[k] = (int)(fraction[k] * c->cells[k]);
        if (cell[k] >= c->cells[k]) /* rounding */
            cell[k] = c->cells[k] - 1;
    }
}

static int index_of(const census *c, const int cell[3])
{
    return (cell[2] * c->cells[1] + cell[1]) * c->cells[0] + cell[0];
}

/* Cells no narrower than the cutoff, and not many more than atoms. */
static km_status sort_into_cells(census *c)
{
    const km_vec3 h = km_box_heights(&c->state->box);
    const double height[3] = {h.x, h.y, h.z}, most = ceil(cbrt((double)c->n)) + 1.0;
    for (int k = 0; k < 3; k++)
        c->cells[k] = (int)fmax(1.0, fmin(floor(height[k] / c->spec->cutoff), most));
    const int n_cells = c->cells[0] * c->cells[1] * c->cells[2];
    KM_NEW(c->head, n_cells);
    KM_NEW(c->next, c->n);
    for (int k = 0; k < n_cells; k++)
        c->head[k] = -1;
    for (int i = 0; i < c->n; i++) {
        int cell[3];
        cell_of(c, i, cell);
        const int at = index_of(c, cell);
        c->next[i] = c->head[at];
        c->head[at] = i;
    }
    return KM_OK;
}

static bool excluded(const km_neighbour_spec *spec, int i, int j)
{
    if (spec->excluded_group != NULL && spec->excluded_group[i] && spec->excluded_group[j])
        return true;
    if (spec->exclusion_start != NULL)
        for (int e = spec->exclusion_start[i]; e < spec->exclusion_start[i + 1]; e++)
            if (spec->exclusion[e] == j)
                return true;
    return false;
}

static double distance(const census *c, int i, int j)
{
    return km_vec3_norm(
        km_box_minimum_image(&c->state->box, km_vec3_sub(position(c, j), position(c, i))));
}

static void find_in_cell(census *c, int row, int i, int cell)
{
    for (int j = c->head[cell]; j >= 0; j = c->next[j])
        if (j != i && distance(c, i, j) < c->spec->cutoff && !excluded(c->spec, i, j)) {
            c->missing[(size_t)row * c->words + (size_t)j / 64] |= UINT64_C(1) << (j % 64);
            c->pairs++;
        }
}

/* The neighbouring cells along one axis, each once: how many. */
static int around(int cell, int cells, int out[3])
{
    int n = 0;
    for (int d = cells < 3 ? 0 : -1; d < (cells < 3 ? cells : 2); d++)
        out[n++] = (cell + d + cells) % cells;
    return n;
}

static void find_pairs_of(census *c, int row)
{
    const int i = (c->first + row) % c->n;
    int cell[3], near[3][3], count[3];
    cell_of(c, i, cell);
    for (int k = 0; k < 3; k++)
        count[k] = around(cell[k], c->cells[k], near[k]);
    for (int z = 0; z < count[2]; z++)
        for (int y = 0; y < count[1]; y++)
            for (int x = 0; x < count[0]; x++)
                find_in_cell(c, row, i,
                             index_of(c, (const int[3]){near[0][x], near[1][y], near[2][z]}));
}

/* The list has atoms i and j, d apart (nm). */
static void strike_out(void *self, int i, int j, km_vec3 d)
{
    census *c = self;
    if (!(km_vec3_norm(d) < c->spec->cutoff + SAME_IMAGE))
        return;
    const int row_i = row_of(c, i), row_j = row_of(c, j);
    if (row_i >= 0)
        c->missing[(size_t)row_i * c->words + (size_t)j / 64] &= ~(UINT64_C(1) << (j % 64));
    if (row_j >= 0)
        c->missing[(size_t)row_j * c->words + (size_t)i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static km_status judge(const census *c, const km_simulation *s, const km_step *step)
{
    const km_labels *labels = s->model->labels;
    int64_t missed = 0;
    int a = -1, b = -1;
    for (int row = 0; row < c->n_rows; row++)
        for (size_t w = 0; w < c->words; w++) {
            const uint64_t bits = c->missing[(size_t)row * c->words + w];
            if (bits != 0 && missed == 0) {
                a = (c->first + row) % c->n;
                b = (int)(64 * w) + __builtin_ctzll(bits);
            }
            missed += __builtin_popcountll(bits);
        }
    if (missed == 0)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INTERNAL,
                   "step %lld: the neighbour list has missed %lld of %lld neighbours of %d atoms, "
                   "the first: atom %d (%s) and atom %d (%s), %.5f nm apart with a cutoff of %.5g. "
                   "The last good checkpoint is kept. Please report this with the recipe; a larger "
                   "nonbonded.skin_A may avoid it",
                   (long long)step->index, (long long)missed, (long long)c->pairs, c->n_rows, a + 1,
                   labels->atom_name[a], b + 1, labels->atom_name[b], distance(c, a, b),
                   c->spec->cutoff);
}

static km_status take(census *c, km_simulation *s, const km_step *step)
{
    KM_TRY(km_state_create(c->n, &c->state));
    KM_TRY(s->backend->download(s->device, s->particles, c->state));
    KM_NEW(c->missing, (size_t)c->n_rows * c->words);
    KM_NEW(c->wanted, c->n);
    for (int row = 0; row < c->n_rows; row++)
        c->wanted[(c->first + row) % c->n] = true;
    KM_TRY(sort_into_cells(c));
    for (int row = 0; row < c->n_rows; row++)
        find_pairs_of(c, row);
    KM_TRY(
        s->backend->neighbours_visit(s->device, s->particles, c->state, c->wanted, c, strike_out));
    s->census_pairs += c->pairs;
    return judge(c, s, step);
}

km_status km_list_census(km_simulation *s, const km_step *step, int64_t number)
{
    census c = {.spec = &s->model->neighbours, .n = s->model->n};
    if (!(c.spec->cutoff > 0.0)) /* a metal alone */
        return KM_OK;
    const double room = fmax(1.0, floor(MOST_BITS / (double)c.n));
    c.n_rows = (int)fmin(fmin(room, KM_CENSUS_ATOMS), (double)c.n);
    c.first = (int)((number - 1) * c.n_rows % c.n);
    c.words = ((size_t)c.n + 63) / 64;
    const km_status status = take(&c, s, step);
    km_state_destroy(c.state);
    free(c.missing);
    free(c.wanted);
    free(c.head);
    free(c.next);
    return status;
}
