/* SPDX-License-Identifier: MIT */
#include "host/analysis/atom_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_MOST 512 /* along an axis */

static km_vec3 position_of(const km_frame *frame, int atom)
{
    const double *x = frame->position + 3 * (size_t)atom;
    return km_vec3_make(x[0], x[1], x[2]);
}

static int place(double fraction, int cells)
{
    const int k = (int)((fraction - floor(fraction)) * cells);
    return k < cells ? k : cells - 1;
}

static int cell_of(const km_atom_grid *grid, int atom)
{
    const km_vec3 s =
        km_box_to_fractional(&grid->frame->box, position_of(grid->frame, grid->atom[atom]));
    const int *n = grid->cells;
    return (place(s.x, n[0]) * n[1] + place(s.y, n[1])) * n[2] + place(s.z, n[2]);
}

static void choose_cells(km_atom_grid *grid)
{
    const km_vec3 h = km_box_heights(&grid->frame->box);
    const double height[3] = {h.x, h.y, h.z};
    for (int a = 0; a < 3; a++) {
        const int n = (int)fmin(CELLS_MOST, height[a] / grid->reach);
        grid->cells[a] = n >= 3 ? n : 1;
    }
}

km_status km_atom_grid_create(const km_frame *frame, const int *atom, int n, double reach,
                              km_atom_grid *out)
{
    memset(out, 0, sizeof *out);
    out->frame = frame;
    out->atom = atom;
    out->n = n;
    out->reach = reach;
    choose_cells(out);
    const int cells = out->cells[0] * out->cells[1] * out->cells[2];
    KM_NEW(out->cell, n);
    KM_NEW(out->member, n);
    KM_NEW(out->start, cells + 1);
    for (int k = 0; k < n; k++) {
        out->cell[k] = cell_of(out, k);
        out->start[out->cell[k] + 1]++;
    }
    for (int c = 0; c < cells; c++)
        out->start[c + 1] += out->start[c];
    for (int k = n - 1; k >= 0; k--) /* start[c + 1] runs down to the beginning of cell c */
        out->member[--out->start[out->cell[k] + 1]] = k;
    for (int c = 0; c < cells; c++)
        out->start[c] = out->start[c + 1];
    out->start[cells] = n;
    return KM_OK;
}

void km_atom_grid_clear(km_atom_grid *grid)
{
    free(grid->cell);
    free(grid->start);
    free(grid->member);
    memset(grid, 0, sizeof *grid);
}

static int wrapped(int k, int n)
{
    return (k + n) % n;
}

int km_atom_grid_neighbours(const km_atom_grid *grid, int k, km_grid_neighbour *out, int most)
{
    const int *n = grid->cells;
    const int at[3] = {grid->cell[k] / n[2] / n[1], grid->cell[k] / n[2] % n[1],
                       grid->cell[k] % n[2]};
    const int side[3] = {n[0] > 1, n[1] > 1, n[2] > 1};
    const km_vec3 here = position_of(grid->frame, grid->atom[k]);
    int count = 0;
    for (int a = -side[0]; a <= side[0]; a++)
        for (int b = -side[1]; b <= side[1]; b++)
            for (int c = -side[2]; c <= side[2]; c++) {
                const int cell =
                    (wrapped(at[0] + a, n[0]) * n[1] + wrapped(at[1] + b, n[1])) * n[2] +
                    wrapped(at[2] + c, n[2]);
                for (int m = grid->start[cell]; m < grid->start[cell + 1]; m++) {
                    const int j = grid->member[m];
                    const km_vec3 there = position_of(grid->frame, grid->atom[j]);
                    const km_vec3 d =
                        km_box_minimum_image(&grid->frame->box, km_vec3_sub(there, here));
                    if (j == k || km_vec3_dot(d, d) > grid->reach * grid->reach)
                        continue;
                    if (count < most)
                        out[count] = (km_grid_neighbour){j, d};
                    count++;
                }
            }
    return count;
}
