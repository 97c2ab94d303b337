/* SPDX-License-Identifier: MIT */
/* Spatial order: atoms into columns, columns along a snake, clusters with their bounds. */
#include <math.h>
#include <stdlib.h>

#include "kernels/neighbours/cluster_list.h"

/* Atoms per cube of the column's width: between an i-cluster and a j-cluster, so that both are as
 * near to cubes as one grid allows. */
#define KM_COLUMN_ATOMS 8.0

/* Columns along a and b, and room for them. */
static km_status choose_columns(km_neighbour_list *list)
{
    const km_box *box = &list->box;
    const double width = cbrt(KM_COLUMN_ATOMS * km_box_volume(box) / list->n);
    /* widths of the base parallelogram across a and b */
    const double across_a = box->ax * box->by / sqrt(box->bx * box->bx + box->by * box->by);
    const double across_b = box->by;
    list->columns[0] = (int)fmin(fmax(1.0, nearbyint(across_a / width)), 30000.0);
    list->columns[1] = (int)fmin(fmax(1.0, nearbyint(across_b / width)), 30000.0);
    const int columns = list->columns[0] * list->columns[1];
    if (columns <= list->capacity_columns)
        return KM_OK;
    free(list->column_start);
    free(list->column_box);
    list->column_start = NULL;
    list->column_box = NULL;
    list->capacity_columns = 0;
    KM_NEW(list->column_start, columns + 1);
    KM_NEW(list->column_box, (size_t)columns * 6);
    list->capacity_columns = columns;
    return KM_OK;
}

/* Fractional coordinate folded to [-1/2, 1/2], and the whole lattice vectors taken off. */
static double fold(double s, double *image)
{
    *image = nearbyint(s);
    return s - *image;
}

static int column_index(double s, int columns)
{
    const int k = (int)floor((s + 0.5) * columns);
    return k < 0 ? 0 : (k >= columns ? columns - 1 : k);
}

/* Wrapped coordinates and column of every atom; false when a position is not a number or so far
 * away that its image does not fit an integer. */
static bool assign_columns(km_neighbour_list *list, const km_particles *p)
{
    const int n = list->n, n_padded = p->n_padded;
    const int columns_a = list->columns[0], columns_b = list->columns[1];
    int bad = 0;
#pragma omp parallel for num_threads(list->device->threads) schedule(static) reduction(+ : bad)
    for (int i = 0; i < n; i++) {
        const km_vec3 s =
            km_box_to_fractional(&list->box, km_vec3_make(p->position[i], p->position[n_padded + i],
                                                          p->position[2 * n_padded + i]));
        double image[3];
        const double u = fold(s.x, &image[0]), v = fold(s.y, &image[1]), w = fold(s.z, &image[2]);
        if (!(fabs(image[0]) + fabs(image[1]) + fabs(image[2]) < 1e9)) {
            bad++;
            continue;
        }
        list->sort_key[i] = u;
        list->sort_key[n + i] = v;
        list->sort_key[2 * n + i] = w;
        const int a = column_index(u, columns_a), b = column_index(v, columns_b);
        list->sort_column[i] = a * columns_b + (a % 2 == 0 ? b : columns_b - 1 - b);
    }
    return bad == 0;
}

static bool comes_before(const double *key, int i, int j, bool descending)
{
    if (key[i] != key[j])
        return descending ? key[i] > key[j] : key[i] < key[j];
    return i < j;
}

/* Merge sort of n atoms by key, ties by index; room holds n more. */
static void sort_column(int *atom, int *room, int n, const double *key, bool descending)
{
    int *from = atom, *to = room;
    for (int width = 1; width < n; width *= 2) {
        for (int begin = 0; begin < n; begin += 2 * width) {
            const int middle = begin + width < n ? begin + width : n;
            const int end = begin + 2 * width < n ? begin + 2 * width : n;
            int left = begin, right = middle;
            for (int k = begin; k < end; k++) {
                const bool take_right =
                    left == middle ||
                    (right < end && comes_before(key, from[right], from[left], descending));
                to[k] = take_right ? from[right++] : from[left++];
            }
        }
        int *swap = from;
        from = to;
        to = swap;
    }
    for (int k = 0; from != atom && k < n; k++)
        atom[k] = from[k];
}

/* Counting sort into columns (serial: linear and light), then each column along c. */
static void sort_atoms(km_neighbour_list *list)
{
    const int n = list->n, columns = list->columns[0] * list->columns[1];
    int *start = list->column_start, *sorted = list->sort_atom;
    for (int k = 0; k <= columns; k++)
        start[k] = 0;
    for (int i = 0; i < n; i++)
        start[list->sort_column[i] + 1]++;
    for (int k = 0; k < columns; k++)
        start[k + 1] += start[k];
    for (int i = 0; i < n; i++)
        sorted[start[list->sort_column[i]]++] = i;
    for (int k = columns; k > 0; k--) /* the fill has moved every start to its end */
        start[k] = start[k - 1];
    start[0] = 0;
#pragma omp parallel for num_threads(list->device->threads) schedule(dynamic, 16)
    for (int k = 0; k < columns; k++)
        sort_column(sorted + start[k], sorted + n + start[k], start[k + 1] - start[k],
                    list->sort_key + 2 * (size_t)n, k % 2 != 0);
}

/* Everything kept per slot. Fillers stand where the last atom stands. */
static void fill_slots(km_neighbour_list *list, const km_particles *p)
{
    const int n = list->n, n_slots = list->n_slots, n_padded = p->n_padded;
#pragma omp parallel for num_threads(list->device->threads) schedule(static)
    for (int k = 0; k < n_slots; k++) {
        const int i = list->sort_atom[k < n ? k : n - 1];
        const km_vec3 r = {p->position[i], p->position[n_padded + i],
                           p->position[2 * n_padded + i]};
        const km_vec3 s = km_box_to_fractional(&list->box, r);
        const double whole[3] = {nearbyint(s.x), nearbyint(s.y), nearbyint(s.z)};
        const km_vec3 shift = km_box_image_shift(&list->box, whole[0], whole[1], whole[2]);
        const double x[3] = {r.x - shift.x, r.y - shift.y, r.z - shift.z};
        list->atom[k] = k < n ? i : -1;
        if (k < n)
            list->slot[i] = k;
        for (int c = 0; c < 3; c++) {
            list->image[c * n_slots + k] = (int)whole[c];
            list->reference[(size_t)c * n_slots + k] = list->sort_key[(size_t)c * n + i];
            list->position[((size_t)(k / KM_CLUSTER_J) * 3 + c) * KM_CLUSTER_J + k % KM_CLUSTER_J] =
                (km_real)x[c];
        }
    }
}

static void mark_group(km_neighbour_list *list)
{
    for (int j = 0; j < list->n_j; j++) {
        unsigned bits = 0;
        for (int b = 0; b < KM_CLUSTER_J; b++) {
            const int i = list->atom[j * KM_CLUSTER_J + b];
            bits |= (unsigned)(i >= 0 && list->excluded_group[i]) << b;
        }
        list->grouped[j] = (uint8_t)bits;
    }
}

static km_real slot_position(const km_neighbour_list *list, int slot, int c)
{
    return list
        ->position[((size_t)(slot / KM_CLUSTER_J) * 3 + c) * KM_CLUSTER_J + slot % KM_CLUSTER_J];
}

/* Bounds along c of slots begin..end. */
static void slot_bounds(const km_neighbour_list *list, int begin, int end, int c, km_real *low,
                        km_real *high)
{
    *low = *high = slot_position(list, begin, c);
    for (int k = begin + 1; k < end; k++) {
        const km_real x = slot_position(list, k, c);
        *low = x < *low ? x : *low;
        *high = x > *high ? x : *high;
    }
}

static void find_bounds(km_neighbour_list *list)
{
    const int stride = list->n_j + KM_CLUSTER_PADDING;
    const int columns = list->columns[0] * list->columns[1];
#pragma omp parallel for num_threads(list->device->threads) schedule(static)
    for (int j = 0; j < list->n_j; j++)
        for (int c = 0; c < 3; c++) {
            for (int half = 0; half < 2; half++) {
                const int i = 2 * j + half;
                slot_bounds(list, i * KM_CLUSTER_I, (i + 1) * KM_CLUSTER_I, c,
                            &list->bounds_i[(size_t)i * 6 + c],
                            &list->bounds_i[(size_t)i * 6 + 3 + c]);
            }
            slot_bounds(list, j * KM_CLUSTER_J, (j + 1) * KM_CLUSTER_J, c,
                        &list->bounds_j[(size_t)c * stride + j],
                        &list->bounds_j[(size_t)(3 + c) * stride + j]);
        }
#pragma omp parallel for num_threads(list->device->threads) schedule(static)
    for (int k = 0; k < columns; k++)
        for (int c = 0; c < 3; c++)
            if (list->column_start[k] < list->column_start[k + 1])
                slot_bounds(list, list->column_start[k], list->column_start[k + 1], c,
                            &list->column_box[(size_t)k * 6 + c],
                            &list->column_box[(size_t)k * 6 + 3 + c]);
}

km_status km_cluster_sort(km_neighbour_list *list, const km_particles *p)
{
    KM_TRY(choose_columns(list));
    if (!assign_columns(list, p))
        return KM_FAIL(KM_ERROR_PHYSICS, "an atom's position is not a finite number, or lies 1e9 "
                                         "cells away: the simulation has become unstable; start "
                                         "from a minimised structure or use a shorter timestep");
    sort_atoms(list);
    fill_slots(list, p);
    if (list->excluded_group != NULL)
        mark_group(list);
    find_bounds(list);
    return KM_OK;
}
