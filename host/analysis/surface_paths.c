/* SPDX-License-Identifier: MIT */
#include "host/analysis/surface_paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/molecule_centre.h"

km_status km_surface_paths_create(const km_labels *labels, const km_metal_slabs *slabs,
                                  size_t memory_limit, km_surface_paths **out)
{
    KM_NEW(*out, 1);
    km_surface_paths *p = *out;
    p->labels = labels;
    p->stride = 1;
    KM_NEW(p->molecule, labels->n_molecules);
    for (int m = 0; m < labels->n_molecules; m++)
        if (!slabs->metal[labels->molecule_start[m]])
            p->molecule[p->n_molecules++] = m;
    KM_NEW(p->previous, 3 * (size_t)labels->n_molecules);
    KM_NEW(p->walked, 2 * (size_t)p->n_molecules);
    const size_t limit = memory_limit > 0 ? memory_limit : KM_SURFACE_PATHS_MEMORY;
    const size_t row = 3 * sizeof(float) * (size_t)(p->n_molecules > 0 ? p->n_molecules : 1);
    const size_t chunks = limit / row / KM_SURFACE_PATHS_CHUNK;
    p->n_chunk_slots = chunks < 1 ? 1 : chunks > 1000000 ? 1000000 : (int)chunks;
    p->largest_count = p->n_chunk_slots * KM_SURFACE_PATHS_CHUNK;
    KM_NEW(p->chunk, p->n_chunk_slots);
    return KM_OK;
}

void km_surface_paths_destroy(km_surface_paths *p)
{
    if (p == NULL)
        return;
    for (int c = 0; c < p->n_chunks; c++)
        free(p->chunk[c]);
    free(p->chunk);
    free(p->molecule);
    free(p->previous);
    free(p->walked);
    free(p);
}

static float *row_of(const km_surface_paths *p, int k)
{
    return p->chunk[k / KM_SURFACE_PATHS_CHUNK] +
           (size_t)(k % KM_SURFACE_PATHS_CHUNK) * (size_t)p->n_molecules * 3;
}

/* AMBER files keep the time in float, hence the second term. */
static km_status check_time(km_surface_paths *p, double time)
{
    const double spacing = time - p->time_previous;
    if (p->n_seen == 1)
        p->first_spacing = spacing;
    if (p->n_seen > 0 && !(spacing > 0.0 && fabs(spacing - p->first_spacing) <=
                                                1e-3 * p->first_spacing + 2.5e-7 * fabs(time)))
        return KM_FAIL(KM_ERROR_INPUT,
                       "frames are not equally spaced: frame %d at %g ps follows %g ps after the "
                       "one before it, but the spacing began as %g ps. Diffusion in layers needs "
                       "one spacing: analyse pieces of one spacing, or drop frames",
                       p->n_seen + 1, time, spacing, p->first_spacing);
    p->time_previous = time;
    return KM_OK;
}

/* Moves on from the frame before; the step of the liquid's centre of mass is taken off, unless some
 * of the metal stands still. */
static void walk(km_surface_paths *p, const km_metal_slabs *slabs, const km_frame *frame)
{
    const km_labels *labels = p->labels;
    double liquid_step[2] = {0.0, 0.0}, mass = 0.0;
    bool frozen = false;
    for (int m = 0, liquid = 0; m < labels->n_molecules; m++) {
        km_vec3 now;
        km_molecule_look(labels, frame, m, &now, NULL);
        double *before = p->previous + 3 * (size_t)m;
        const km_vec3 step = km_box_minimum_image(
            &frame->box, km_vec3_make(now.x - before[0], now.y - before[1], now.z - before[2]));
        before[0] = now.x, before[1] = now.y, before[2] = now.z;
        if (slabs->metal[labels->molecule_start[m]]) {
            frozen = frozen || (step.x == 0.0 && step.y == 0.0 && step.z == 0.0);
            continue;
        }
        double *sum = p->walked + 2 * (size_t)liquid++;
        if (p->n_seen == 0)
            continue;
        const double weight = labels->kind[labels->molecule_kind[m]].mass;
        sum[0] += step.x;
        sum[1] += step.y;
        liquid_step[0] += weight * step.x;
        liquid_step[1] += weight * step.y;
        mass += weight;
    }
    for (int k = 0; k < 2 * p->n_molecules && mass > 0.0 && !frozen; k++)
        p->walked[k] -= liquid_step[k % 2] / mass;
}

/* Keeps every second stored frame. */
static void thin_out(km_surface_paths *p)
{
    const int kept = (p->n_frames + 1) / 2;
    for (int k = 1; k < kept; k++)
        memcpy(row_of(p, k), row_of(p, 2 * k), 3 * sizeof(float) * (size_t)p->n_molecules);
    p->n_frames = kept;
    p->stride *= 2;
}

static km_status store(km_surface_paths *p, const km_metal_slabs *slabs, const km_frame *frame)
{
    const int c = p->n_frames / KM_SURFACE_PATHS_CHUNK;
    if (c == p->n_chunks) {
        KM_NEW(p->chunk[c], KM_SURFACE_PATHS_CHUNK * (size_t)p->n_molecules * 3);
        p->n_chunks++;
    }
    float *row = row_of(p, p->n_frames++);
    for (int k = 0; k < p->n_molecules; k++) {
        const double z = p->previous[3 * (size_t)p->molecule[k] + 2];
        row[3 * k] = (float)km_metal_slabs_distance(slabs, &frame->box, z);
        row[3 * k + 1] = (float)p->walked[2 * k];
        row[3 * k + 2] = (float)p->walked[2 * k + 1];
    }
    p->time_last = frame->time;
    return KM_OK;
}

km_status km_surface_paths_frame(km_surface_paths *p, const km_metal_slabs *slabs,
                                 const km_frame *frame)
{
    KM_TRY(check_time(p, frame->time));
    if (p->n_seen == 0)
        p->time_first = frame->time;
    walk(p, slabs, frame);
    if (p->n_frames == p->largest_count)
        thin_out(p);
    if (p->n_seen % p->stride == 0)
        KM_TRY(store(p, slabs, frame));
    p->n_seen++;
    return KM_OK;
}

void km_surface_paths_end(km_surface_paths *p)
{
    p->interval = p->n_frames > 1 ? (p->time_last - p->time_first) / (p->n_frames - 1) : 0.0;
}

void km_surface_paths_gather(const km_surface_paths *p, int molecule, double *distance, double *x,
                             double *y)
{
    for (int k = 0; k < p->n_frames; k++) {
        const float *row = row_of(p, k) + 3 * (size_t)molecule;
        distance[k] = row[0];
        if (x != NULL)
            x[k] = row[1];
        if (y != NULL)
            y[k] = row[2];
    }
}
