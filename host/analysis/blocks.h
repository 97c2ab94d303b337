/* SPDX-License-Identifier: MIT */
/* Sums over frames, kept in at most 20 consecutive blocks of equal length, however long the run.
 *
 * When the 20th block is full, neighbours are merged and blocks are twice as long from then on: at
 * the end there are 10 to 19 full blocks and a rest, which enters means but not errors. Errors are
 * those of the mean of the blocks: Flyvbjerg & Petersen, doi:10.1063/1.457480. Memory: 160 bytes
 * per sum. */
#ifndef KM_BLOCKS_H
#define KM_BLOCKS_H

#include "host/analysis/statistics.h"

#define KM_BLOCKS_MOST 20

typedef struct km_blocks {
    size_t width; /* sums                                       */
    int n_full;   /* blocks that are full                       */
    int length;   /* frames of a block                          */
    int filled;   /* frames of the block that is being filled   */
    int n_frames;
    double *sum; /* KM_BLOCKS_MOST x width                     */
} km_blocks;

KM_MUST_CHECK km_status km_blocks_create(km_blocks *blocks, size_t width);
void km_blocks_clear(km_blocks *blocks);
/* The sums of this frame are added to these. */
double *km_blocks_now(km_blocks *blocks);
/* The frame is complete. */
void km_blocks_next(km_blocks *blocks);

/* Sum number k over all frames. */
double km_blocks_total(const km_blocks *blocks, size_t k);
/* scale times sum k per frame; the error is NAN for fewer than two full blocks. */
km_estimate km_blocks_mean(const km_blocks *blocks, size_t k, double scale);
/* Sum k over sum j, with the error of a ratio to first order in its deviations; NAN where sum j is
 * 0. */
km_estimate km_blocks_ratio(const km_blocks *blocks, size_t k, size_t j);
/* value with the error and 95 % interval of the mean of n values of blocks. */
km_estimate km_blocks_estimate(double value, const double *block, int n);

#endif
