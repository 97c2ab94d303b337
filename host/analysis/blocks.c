/* SPDX-License-Identifier: MIT */
#include "host/analysis/blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

km_status km_blocks_create(km_blocks *blocks, size_t width)
{
    *blocks = (km_blocks){.width = width, .length = 1};
    KM_NEW(blocks->sum, KM_BLOCKS_MOST * width);
    return KM_OK;
}

void km_blocks_clear(km_blocks *blocks)
{
    free(blocks->sum);
    memset(blocks, 0, sizeof *blocks);
}

static const double *row(const km_blocks *blocks, int b)
{
    return blocks->sum + (size_t)b * blocks->width;
}

double *km_blocks_now(km_blocks *blocks)
{
    return blocks->sum + (size_t)blocks->n_full * blocks->width;
}

static void merge_pairs(km_blocks *blocks)
{
    const size_t width = blocks->width;
    const int half = KM_BLOCKS_MOST / 2;
    for (int b = 0; b < half; b++)
        for (size_t k = 0; k < width; k++)
            blocks->sum[(size_t)b * width + k] = row(blocks, 2 * b)[k] + row(blocks, 2 * b + 1)[k];
    memset(blocks->sum + (size_t)half * width, 0, (size_t)half * width * sizeof *blocks->sum);
    blocks->n_full = half;
    blocks->length *= 2;
}

void km_blocks_next(km_blocks *blocks)
{
    blocks->n_frames++;
    if (++blocks->filled < blocks->length)
        return;
    blocks->filled = 0;
    if (++blocks->n_full == KM_BLOCKS_MOST)
        merge_pairs(blocks);
}

double km_blocks_total(const km_blocks *blocks, size_t k)
{
    double total = 0.0;
    for (int b = 0; b <= blocks->n_full; b++)
        total += row(blocks, b)[k];
    return total;
}

km_estimate km_blocks_estimate(double value, const double *block, int n)
{
    km_estimate out = {value, km_standard_error(block, n), NAN, NAN};
    if (n < 2)
        return out;
    const double half = km_t_factor(n - 1, KM_CONFIDENCE) * out.standard_error;
    out.low = value - half;
    out.high = value + half;
    return out;
}

km_estimate km_blocks_mean(const km_blocks *blocks, size_t k, double scale)
{
    double block[KM_BLOCKS_MOST];
    for (int b = 0; b < blocks->n_full; b++)
        block[b] = scale * row(blocks, b)[k] / blocks->length;
    const double mean =
        blocks->n_frames > 0 ? scale * km_blocks_total(blocks, k) / blocks->n_frames : NAN;
    return km_blocks_estimate(mean, block, blocks->n_full);
}

km_estimate km_blocks_ratio(const km_blocks *blocks, size_t k, size_t j)
{
    const double below = km_blocks_total(blocks, j);
    if (below == 0.0)
        return (km_estimate){NAN, NAN, NAN, NAN};
    const double ratio = km_blocks_total(blocks, k) / below;
    const double mean = below * blocks->length / blocks->n_frames;
    double block[KM_BLOCKS_MOST];
    for (int b = 0; b < blocks->n_full; b++)
        block[b] = (row(blocks, b)[k] - ratio * row(blocks, b)[j]) / mean;
    return km_blocks_estimate(ratio, block, blocks->n_full);
}
