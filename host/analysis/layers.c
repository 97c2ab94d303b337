/* SPDX-License-Identifier: MIT */
#include "host/analysis/layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/layer_bounds.h"
#include "host/analysis/layer_kind.h"
#include "host/analysis/surface_paths.h"
#include "kernels/base/units.h"

#define WIDTH 0.5        /* nm  of the layers behind the first */
#define LEAST_MIDDLE 0.2 /* nm                                 */
#define LEAST_FRAMES 20

struct km_layers {
    const km_labels *labels;
    km_metal_slabs *slabs;
    km_surface_coordination *coordination;
    km_surface_paths *paths;
};

km_status km_layers_create(const km_labels *labels, km_layers **out)
{
    KM_NEW(*out, 1);
    (*out)->labels = labels;
    KM_TRY(km_metal_slabs_create(labels, &(*out)->slabs));
    KM_TRY(km_surface_coordination_create(labels, &(*out)->coordination));
    return km_surface_paths_create(labels, (*out)->slabs, 0, &(*out)->paths);
}

void km_layers_destroy(km_layers *layers)
{
    if (layers == NULL)
        return;
    km_metal_slabs_destroy(layers->slabs);
    km_surface_coordination_destroy(layers->coordination);
    km_surface_paths_destroy(layers->paths);
    free(layers);
}

km_status km_layers_frame(km_layers *layers, const km_labels *labels, const km_frame *frame)
{
    KM_TRY(km_metal_slabs_frame(layers->slabs, labels, frame));
    if (layers->slabs->n == 0)
        return KM_OK;
    KM_TRY(km_surface_coordination_frame(layers->coordination, layers->slabs, frame));
    return km_surface_paths_frame(layers->paths, layers->slabs, frame);
}

void km_layers_result_clear(km_layers_result *r)
{
    for (int k = 0; k < r->n_layers; k++) {
        free(r->layer[k].lag);
        free(r->layer[k].alive);
        free(r->layer[k].msd);
    }
    for (int k = 0; k < r->n_residences; k++) {
        free(r->residence[k].lag);
        free(r->residence[k].correlation[0]);
        free(r->residence[k].correlation[1]);
    }
    for (int k = 0; k < r->n_shells; k++)
        km_surface_shell_clear(&r->shell[k]);
    free(r->layer);
    free(r->residence);
    free(r->shell);
    memset(r, 0, sizeof *r);
}

/* The molecules of a kind as indices into the paths. */
static int members(const km_surface_paths *paths, int kind, int *molecule)
{
    int n = 0;
    for (int i = 0; i < paths->n_molecules; i++)
        if (paths->labels->molecule_kind[paths->molecule[i]] == kind)
            molecule[n++] = i;
    return n;
}

/* The first minimum of the most numerous kind that has one, for those that have none. */
static void borrow(const km_labels *labels, km_layer_bounds *bounds, const char **from)
{
    int best = -1, most = 0;
    for (int k = 0; k < labels->n_kinds; k++)
        if (bounds[k].found && labels->kind[k].n_molecules > most) {
            best = k;
            most = labels->kind[k].n_molecules;
        }
    for (int k = 0; k < labels->n_kinds; k++) {
        from[k] = bounds[k].found || best < 0 ? NULL : labels->kind[best].name;
        if (from[k] != NULL)
            bounds[k].minimum = bounds[best].minimum;
    }
}

/* Inner edges of the layers, nm; gives the number of layers. */
static int cut(const km_layer_bounds *bounds, bool has_minimum, double edge[KM_LAYERS_MOST + 1])
{
    int n = 0;
    edge[0] = -INFINITY;
    edge[++n] = has_minimum ? bounds->minimum : WIDTH;
    while (n < KM_LAYERS_MOST - 1 && edge[n] + WIDTH + LEAST_MIDDLE < bounds->farthest) {
        edge[n + 1] = edge[n] + WIDTH;
        n++;
    }
    if (edge[n] + LEAST_MIDDLE < bounds->farthest || n == 1)
        n++;
    edge[n] = INFINITY;
    return n;
}

static km_status analyse_kind(km_layers *layers, int kind, const km_layer_bounds *bounds,
                              const char *borrowed, int *molecule, km_layers_result *r)
{
    km_layer_kind job = {.paths = layers->paths, .bounds = *bounds, .molecule = molecule};
    job.n = members(layers->paths, kind, molecule);
    if (job.n == 0)
        return KM_OK;
    const bool has_minimum = bounds->found || borrowed != NULL;
    job.n_layers = cut(bounds, has_minimum, job.edge);
    km_layer_result *first = &r->layer[r->n_layers];
    km_residence_result *residence = has_minimum ? &r->residence[r->n_residences] : NULL;
    r->n_layers += job.n_layers;
    r->n_residences += has_minimum;
    for (int k = 0; k < job.n_layers; k++) {
        memcpy(first[k].kind, layers->labels->kind[kind].name, sizeof first[k].kind);
        first[k].number = k + 1;
    }
    if (residence != NULL)
        memcpy(residence->kind, layers->labels->kind[kind].name, sizeof residence->kind);
    KM_TRY(km_layer_kind_analyse(&job, first, residence));
    for (int k = 0; k < job.n_layers && !bounds->found; k++) {
        const size_t used = strlen(first[k].note);
        snprintf(first[k].note + used, sizeof first[k].note - used,
                 borrowed != NULL ? "%sno first minimum of its own: that of %s"
                                  : "%sno first minimum: layers of 5 A%s",
                 used > 0 ? "; " : "", borrowed != NULL ? borrowed : "");
    }
    if (residence != NULL && !bounds->found) {
        const size_t used = strlen(residence->note);
        snprintf(residence->note + used, sizeof residence->note - used,
                 "%sno first minimum of its own: that of %s", used > 0 ? "; " : "", borrowed);
    }
    return KM_OK;
}

static km_status analyse_all(km_layers *layers, km_layer_bounds *bounds, const char **borrowed,
                             int *molecule, km_layers_result *r)
{
    const km_labels *labels = layers->labels;
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        const int n = members(layers->paths, kind, molecule);
        KM_TRY(km_layer_bounds_find(layers->paths, molecule, n, &bounds[kind]));
    }
    borrow(labels, bounds, borrowed);
    for (int kind = 0; kind < labels->n_kinds; kind++)
        KM_TRY(analyse_kind(layers, kind, &bounds[kind], borrowed[kind], molecule, r));
    return KM_OK;
}

km_status km_layers_compute(km_layers *layers, km_layers_result *r)
{
    const int n_kinds = layers->labels->n_kinds;
    memset(r, 0, sizeof *r);
    km_surface_paths_end(layers->paths);
    r->n_frames = layers->paths->n_frames;
    r->interval = layers->paths->interval;
    if (layers->slabs->n == 0 || layers->paths->n_molecules == 0) {
        snprintf(r->note, sizeof r->note,
                 layers->slabs->n_frames == 0 ? "no frames"
                 : layers->slabs->n == 0
                     ? "no metal surface: a slab is made of molecules of one uncharged metal atom "
                       "(K0) and leaves room along z"
                     : "nothing but metal");
        return KM_OK;
    }
    KM_TRY(km_surface_coordination_compute(layers->coordination, &r->shell, &r->n_shells));
    if (r->n_frames < LEAST_FRAMES) {
        snprintf(r->note, sizeof r->note, "%d frames are too few for layers: %d are the least",
                 r->n_frames, LEAST_FRAMES);
        return KM_OK;
    }
    r->available = true;
    km_layer_bounds *bounds = NULL;
    const char **borrowed = NULL;
    int *molecule = NULL;
    KM_NEW(r->layer, KM_LAYERS_MOST * n_kinds);
    KM_NEW(r->residence, n_kinds);
    km_status status = km_allocate((void **)&bounds, (size_t)n_kinds, sizeof *bounds);
    if (status == KM_OK)
        status = km_allocate((void **)&borrowed, (size_t)n_kinds, sizeof *borrowed);
    if (status == KM_OK)
        status =
            km_allocate((void **)&molecule, (size_t)layers->paths->n_molecules, sizeof *molecule);
    if (status == KM_OK)
        status = analyse_all(layers, bounds, borrowed, molecule, r);
    free(bounds);
    free(borrowed);
    free(molecule);
    return status;
}
