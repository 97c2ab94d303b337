/* SPDX-License-Identifier: MIT */
/* Arranging atoms in windows that no constraint reaches across, on the host, once. */
#include <stdlib.h>
#include <string.h>

#include "kernels/integrate/integrate_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

/* What is in host memory while windows are made. */
typedef struct arrangement {
    const km_integrator_spec *spec;
    int n;                     /* atoms                                                      */
    int *group_of;             /* n: constraint group of an atom, -1 if free                 */
    int *window_of;            /* n: window of an atom, -1 before it has one                 */
    int *place_of;             /* n: its place there                                         */
    int *count;                /* of atoms in a window                                       */
    int *next;                 /* windows x KM_GROUP_KINDS: counts, later the next free slot */
    int n_shapes, n_stretches; /*                                                            */
    km_windows out;            /* its arrays are in host memory                              */
} arrangement;

static void release(arrangement *a)
{
    free(a->group_of);
    free(a->window_of);
    free(a->place_of);
    free(a->count);
    free(a->next);
    free(a->out.atom);
    free(a->out.stretch);
    free(a->out.kind);
    free(a->out.group);
    free(a->out.shape);
}

static int kind_of(const km_constraint_group *g)
{
    return km_constraint_is_triangle(g) ? KM_GROUP_TRIANGLE : g->n_bonds;
}

/* Windows take atoms in ascending order, those of a group together. */
static void fill_windows(arrangement *a)
{
    int window = 0;
    for (int i = 0; i < a->n; i++) {
        if (a->window_of[i] >= 0)
            continue;
        const int g = a->group_of[i];
        const int members = g < 0 ? 1 : a->spec->group[g].n_atoms;
        const int *member = g < 0 ? &i : a->spec->group[g].atom;
        if (a->count[window] + members > KM_WINDOW_ATOMS)
            window++;
        for (int k = 0; k < members; k++)
            a->window_of[member[k]] = window;
        a->count[window] += members;
    }
    a->out.n = window + 1;
}

/* Within a window they are in ascending order again: so a warp reads whole lines. */
static km_status place_atoms(arrangement *a)
{
    KM_NEW(a->out.atom, (size_t)a->out.n * KM_WINDOW_ATOMS);
    memset(a->out.atom, 0xff, (size_t)a->out.n * KM_WINDOW_ATOMS * sizeof(int));
    memset(a->count, 0, (size_t)a->out.n * sizeof(int));
    for (int i = 0; i < a->n; i++) {
        const int window = a->window_of[i];
        a->place_of[i] = a->count[window]++;
        a->out.atom[window * KM_WINDOW_ATOMS + a->place_of[i]] = i;
    }
    return KM_OK;
}

static int window_of_group(const arrangement *a, const km_constraint_group *g)
{
    return a->window_of[g->atom[0]];
}

/* Gives every window its stretches, kind after kind, those with most to solve first. */
static km_status place_groups(arrangement *a)
{
    const int n = a->out.n;
    KM_NEW(a->next, (size_t)n * KM_GROUP_KINDS);
    KM_NEW(a->out.stretch, (size_t)n + 1);
    for (int g = 0; g < a->spec->n_groups; g++) {
        const km_constraint_group *group = &a->spec->group[g];
        a->next[window_of_group(a, group) * KM_GROUP_KINDS + kind_of(group)]++;
    }
    for (int k = 0; k < n * KM_GROUP_KINDS; k++)
        a->n_stretches += (a->next[k] + KM_WARP - 1) / KM_WARP;
    KM_NEW(a->out.kind, a->n_stretches);
    int at = 0;
    for (int w = 0; w < n; w++) {
        a->out.stretch[w] = at;
        for (int kind = KM_GROUP_KINDS - 1; kind >= 0; kind--) {
            int *count = &a->next[w * KM_GROUP_KINDS + kind];
            const int needed = (*count + KM_WARP - 1) / KM_WARP;
            *count = at * KM_WARP;
            for (int k = 0; k < needed; k++)
                a->out.kind[at++] = kind;
        }
    }
    a->out.stretch[n] = at;
    return KM_OK;
}

/* The number of a set of bond lengths, of which there are few. */
static km_status shape_of(arrangement *a, const km_constraint_group *g, unsigned short *out)
{
    km_group_shape shape = {{0.0}};
    for (int b = 0; b < g->n_bonds; b++)
        shape.length[b] = g->length[b];
    int k = a->n_shapes - 1;
    while (k >= 0 && memcmp(&a->out.shape[k], &shape, sizeof shape) != 0)
        k--;
    if (k < 0) {
        if (a->n_shapes == KM_GROUP_SHAPES)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "more than %d sets of constrained lengths in one system",
                           KM_GROUP_SHAPES);
        k = a->n_shapes++;
        a->out.shape[k] = shape;
    }
    *out = (unsigned short)k;
    return KM_OK;
}

static km_status fill_groups(arrangement *a)
{
    KM_NEW(a->out.group, (size_t)a->n_stretches * KM_WARP);
    KM_NEW(a->out.shape, KM_GROUP_SHAPES);
    for (int g = 0; g < a->spec->n_groups; g++) {
        const km_constraint_group *group = &a->spec->group[g];
        const int slot = a->next[window_of_group(a, group) * KM_GROUP_KINDS + kind_of(group)]++;
        km_group_slot *out = &a->out.group[slot];
        const int widest = kind_of(group) == KM_GROUP_STAR_4 ? KM_GROUP_STAR_4 : 3;
        a->out.widest = widest > a->out.widest ? widest : a->out.widest;
        for (int k = 0; k < group->n_atoms; k++)
            out->place[k] = (unsigned char)a->place_of[group->atom[k]];
        out->used = 1;
        KM_TRY(shape_of(a, group, &out->shape));
    }
    return KM_OK;
}

static km_status arrange(arrangement *a)
{
    KM_NEW(a->group_of, a->n);
    KM_NEW(a->window_of, a->n);
    KM_NEW(a->place_of, a->n);
    KM_NEW(a->count, a->n);
    for (int i = 0; i < a->n; i++)
        a->group_of[i] = a->window_of[i] = -1;
    for (int g = 0; g < a->spec->n_groups; g++)
        for (int k = 0; k < a->spec->group[g].n_atoms; k++)
            a->group_of[a->spec->group[g].atom[k]] = g;
    fill_windows(a);
    KM_TRY(place_atoms(a));
    KM_TRY(place_groups(a));
    return fill_groups(a);
}

static km_status copy(const arrangement *a, km_windows *to)
{
    const km_windows *from = &a->out;
    const size_t n = (size_t)from->n, stretches = (size_t)a->n_stretches;
    to->n = from->n;
    to->widest = from->widest;
    KM_TRY(km_cuda_copy_of(&to->atom, from->atom, n * KM_WINDOW_ATOMS));
    KM_TRY(km_cuda_copy_of(&to->stretch, from->stretch, n + 1));
    KM_TRY(km_cuda_copy_of(&to->kind, from->kind, stretches));
    KM_TRY(km_cuda_copy_of(&to->group, from->group, stretches * KM_WARP));
    return km_cuda_copy_of(&to->shape, from->shape, (size_t)a->n_shapes);
}

km_status km_windows_create(const km_integrator_spec *spec, int n, km_windows *out)
{
    arrangement a = {};
    a.spec = spec;
    a.n = n;
    km_status status = arrange(&a);
    if (status == KM_OK)
        status = copy(&a, out);
    release(&a);
    return status;
}

void km_windows_destroy(km_windows *windows)
{
    km_cuda_delete(windows->atom);
    km_cuda_delete(windows->stretch);
    km_cuda_delete(windows->kind);
    km_cuda_delete(windows->group);
    km_cuda_delete(windows->shape);
}

} // namespace KM_CUDA_NAMESPACE
