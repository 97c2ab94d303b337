/* SPDX-License-Identifier: MIT */
/* Jumps of replicas: their rate with the scatter between them, counts and kinds together. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/blocks.h"
#include "host/analysis/jumps.h"

/* The first reason why the replicas have no jumps together. */
static bool comparable(const km_jumps_result *const *replica, int n, km_jumps_result *out)
{
    for (int r = 0; r < n; r++) {
        const km_jumps_result *one = replica[r];
        bool same = one->n_kinds == replica[0]->n_kinds && one->n_ions == replica[0]->n_ions;
        for (int k = 0; same && k < one->n_kinds; k++)
            same = strcmp(one->kind[k].name, replica[0]->kind[k].name) == 0;
        if (one->available && same)
            continue;
        snprintf(out->note, sizeof out->note, "replica %d: %.200s", r + 1,
                 one->available ? "its sites or ions are not those of replica 1" : one->note);
        return false;
    }
    return true;
}

static km_status find_rate(const km_jumps_result *const *replica, int n, km_estimate *rate)
{
    double *value;
    KM_NEW(value, n);
    for (int r = 0; r < n; r++)
        value[r] = replica[r]->rate.value;
    *rate = km_blocks_estimate(km_mean(value, n), value, n);
    free(value);
    return KM_OK;
}

/* Means over the jumps of all. */
static void find_lengths(const km_jumps_result *const *replica, int n, km_jumps_result *out)
{
    for (int r = 0; r < n; r++) {
        const km_jumps_result *one = replica[r];
        out->n_jumps += one->n_jumps;
        out->mean_length += one->n_jumps * one->mean_length;
        out->mean_square += one->n_jumps * one->mean_square;
        out->returns += one->n_jumps * one->returns;
    }
    if (out->n_jumps == 0)
        return;
    out->mean_length /= out->n_jumps;
    out->mean_square /= out->n_jumps;
    out->returns /= out->n_jumps;
}

/* Adds a row of one of n replicas; rates are means over the replicas, 0 where one lacks the row. */
static void add_row(const km_jump_row *row, int n, km_jumps_result *out)
{
    int at = 0;
    while (at < out->n_rows && !(out->row[at].from == row->from && out->row[at].to == row->to &&
                                 fabs(out->row[at].length - row->length) < KM_JUMP_SAME_LENGTH))
        at++;
    if (at == out->n_rows)
        out->row[out->n_rows++] =
            (km_jump_row){.from = row->from, .to = row->to, .length = row->length};
    out->row[at].count += row->count;
    out->row[at].rate += row->rate / n;
}

static km_status add_rows(const km_jumps_result *const *replica, int n, km_jumps_result *out)
{
    int most = 1;
    for (int r = 0; r < n; r++)
        most += replica[r]->n_rows;
    KM_NEW(out->row, most);
    for (int r = 0; r < n; r++)
        for (int k = 0; k < replica[r]->n_rows; k++)
            add_row(&replica[r]->row[k], n, out);
    return KM_OK;
}

km_status km_jumps_of_replicas(const km_jumps_result *const *replica, int n,
                               const km_estimate *tracer, km_jumps_result *out)
{
    const km_jumps_result *first = replica[0];
    *out = (km_jumps_result){.available = false};
    if (!comparable(replica, n, out))
        return KM_OK;
    memcpy(out->species, first->species, sizeof out->species);
    memcpy(out->kind, first->kind, sizeof out->kind);
    out->n_ions = first->n_ions;
    out->n_kinds = first->n_kinds;
    out->interval = first->interval;
    for (int r = 0; r < n; r++) {
        out->core += replica[r]->core / n;
        out->in_core += replica[r]->in_core / n;
        out->time += replica[r]->time;
        for (int k = 0; k < out->n_kinds; k++)
            out->occupancy[k] += replica[r]->occupancy[k] / n;
    }
    KM_TRY(find_rate(replica, n, &out->rate));
    find_lengths(replica, n, out);
    KM_TRY(add_rows(replica, n, out));
    km_jumps_compare(out, tracer);
    out->available = true;
    return KM_OK;
}
