/* SPDX-License-Identifier: MIT */
#include "host/analysis/crystal_order.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/atom_grid.h"
#include "kernels/base/units.h"

#define REACH 1.44         /* in rho^(-1/3) */
#define SURFACE_DEPTH 0.5  /* nm */
#define NEIGHBOURS_MOST 48 /* three times those of bcc */
#define M 7                /* m = 0 .. 6; the others are their conjugates up to a sign */

/* q_6m of one atom. */
typedef struct harmonics {
    double re[M], im[M];
} harmonics;

struct km_crystal_order {
    km_metal_slabs *slabs;
    int *atom; /*    n_metal  indices of the metal atoms */
    double reach;
    harmonics *q; /*    n_metal                              */
    int room;
    km_order_result result;
};

km_status km_crystal_order_create(const km_labels *labels, km_crystal_order **out)
{
    KM_NEW(*out, 1);
    KM_TRY(km_metal_slabs_create(labels, &(*out)->slabs));
    const km_metal_slabs *slabs = (*out)->slabs;
    KM_NEW((*out)->atom, slabs->n_metal);
    KM_NEW((*out)->q, slabs->n_metal);
    for (int i = 0, n = 0; i < labels->n_atoms; i++)
        if (slabs->metal[i])
            (*out)->atom[n++] = i;
    return KM_OK;
}

void km_order_result_clear(km_order_result *result)
{
    free(result->frame);
    memset(result, 0, sizeof *result);
}

void km_crystal_order_destroy(km_crystal_order *order)
{
    if (order == NULL)
        return;
    km_metal_slabs_destroy(order->slabs);
    free(order->atom);
    free(order->q);
    km_order_result_clear(&order->result);
    free(order);
}

/* Volume per atom from the slabs, whose thickness is that of their atoms; else the cell's. */
static double density(const km_metal_slabs *slabs, const km_box *box)
{
    double thickness = 0.0;
    for (int k = 0; k < slabs->n; k++)
        thickness += slabs->slab[k].thickness;
    return slabs->n_metal / (box->ax * box->by * (slabs->n > 0 ? thickness : box->cz));
}

/* Adds weight Y_6m(d), m = 0 .. 6, without the phase (-1)^m. P_6^m from Abramowitz & Stegun, table
 * 8.1 and 8.5.3; norm sqrt(13/(4 pi) (6 - m)!/(6 + m)!). */
static void add_harmonics(km_vec3 d, double weight, harmonics *q)
{
    const double r = km_vec3_norm(d);
    const double x = d.x / r, y = d.y / r, z = d.z / r, z2 = z * z;
    const double p[M] = {((231.0 * z2 - 315.0) * z2 + 105.0) * z2 / 16.0 - 5.0 / 16.0,
                         21.0 / 8.0 * z * ((33.0 * z2 - 30.0) * z2 + 5.0),
                         105.0 / 8.0 * ((33.0 * z2 - 18.0) * z2 + 1.0),
                         315.0 / 2.0 * z * (11.0 * z2 - 3.0),
                         945.0 / 2.0 * (11.0 * z2 - 1.0),
                         10395.0 * z,
                         10395.0};
    double re = 1.0, im = 0.0, ratio = 1.0; /* (x + i y)^m, (6 - m)!/(6 + m)! */
    for (int m = 0; m < M; m++) {
        const double norm = weight * sqrt(13.0 / (4.0 * KM_PI) * ratio) * p[m];
        q->re[m] += norm * re;
        q->im[m] += norm * im;
        const double next = re * x - im * y;
        im = re * y + im * x;
        re = next;
        ratio /= (6.0 - m) * (7.0 + m);
    }
}

static double magnitude(const harmonics *q)
{
    double sum = q->re[0] * q->re[0];
    for (int m = 1; m < M; m++)
        sum += 2.0 * (q->re[m] * q->re[m] + q->im[m] * q->im[m]);
    return sqrt(4.0 * KM_PI / 13.0 * sum);
}

static void own_harmonics(const km_atom_grid *grid, harmonics *q)
{
    km_grid_neighbour near[NEIGHBOURS_MOST];
    for (int k = 0; k < grid->n; k++) {
        const int n = km_atom_grid_neighbours(grid, k, near, NEIGHBOURS_MOST);
        const int used = n < NEIGHBOURS_MOST ? n : NEIGHBOURS_MOST;
        memset(&q[k], 0, sizeof q[k]);
        for (int j = 0; j < used; j++)
            add_harmonics(near[j].d, 1.0 / used, &q[k]);
    }
}

/* Q_6 of atom number k. */
static double averaged(const km_atom_grid *grid, const harmonics *q, int k)
{
    km_grid_neighbour near[NEIGHBOURS_MOST];
    const int n = km_atom_grid_neighbours(grid, k, near, NEIGHBOURS_MOST);
    const int used = n < NEIGHBOURS_MOST ? n : NEIGHBOURS_MOST;
    harmonics mean = q[k];
    for (int j = 0; j < used; j++)
        for (int m = 0; m < M; m++) {
            mean.re[m] += q[near[j].k].re[m];
            mean.im[m] += q[near[j].k].im[m];
        }
    return magnitude(&mean) / (used + 1);
}

static void measure(const km_crystal_order *order, const km_atom_grid *grid, km_order_frame *out)
{
    double sum[2] = {0.0, 0.0};
    for (int k = 0; k < grid->n; k++) {
        const double z = grid->frame->position[3 * (size_t)grid->atom[k] + 2];
        const double distance = km_metal_slabs_distance(order->slabs, &grid->frame->box, z);
        const int where = order->slabs->n > 0 && distance > -SURFACE_DEPTH;
        const double q = averaged(grid, order->q, k);
        out->atoms[where]++;
        out->crystalline[where] += q > KM_ORDER_CRYSTAL;
        sum[where] += q;
    }
    for (int w = 0; w < 2; w++)
        out->order[w] = out->atoms[w] > 0 ? sum[w] / out->atoms[w] : NAN;
}

/* A new row at the end. */
static km_status add_row(km_crystal_order *order, km_order_frame **row)
{
    km_order_result *r = &order->result;
    if (r->n_frames == order->room) {
        km_order_frame *more;
        const int room = 2 * order->room + 64;
        KM_NEW(more, room);
        if (r->n_frames > 0)
            memcpy(more, r->frame, (size_t)r->n_frames * sizeof *more);
        free(r->frame);
        r->frame = more;
        order->room = room;
    }
    *row = &r->frame[r->n_frames++];
    return KM_OK;
}

km_status km_crystal_order_frame(km_crystal_order *order, const km_labels *labels,
                                 const km_frame *frame)
{
    KM_TRY(km_metal_slabs_frame(order->slabs, labels, frame));
    const int n = order->slabs->n_metal;
    if (n == 0)
        return KM_OK;
    if (order->result.n_frames == 0)
        order->reach = REACH / cbrt(density(order->slabs, &frame->box));
    km_order_frame *row;
    km_atom_grid grid;
    KM_TRY(add_row(order, &row));
    row->time = frame->time;
    km_status status = km_atom_grid_create(frame, order->atom, n, order->reach, &grid);
    if (status == KM_OK) {
        own_harmonics(&grid, order->q);
        measure(order, &grid, row);
    }
    km_atom_grid_clear(&grid);
    return status;
}

void km_crystal_order_finish(km_crystal_order *order, km_order_result *out)
{
    *out = order->result;
    memset(&order->result, 0, sizeof order->result);
    order->room = 0;
    out->reach = order->reach / KM_NM_PER_ANGSTROM;
    out->available = out->n_frames > 0;
    if (!out->available)
        snprintf(out->note, sizeof out->note, "%s",
                 order->slabs->n_metal == 0 ? "no metal in this cell" : "no frames");
}
