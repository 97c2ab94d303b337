/* SPDX-License-Identifier: MIT */
/* Sorting constraint groups and free atoms into units by kind. */
#include <stdlib.h>
#include <string.h>

#include "kernels/integrate/integrate_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

static int kind_of(const km_constraint_group *g)
{
    return km_constraint_is_triangle(g) ? KM_UNIT_TRIANGLE : g->n_bonds;
}

/* The arrays of km_units in host memory while they are filled. */
typedef struct unit_lists {
    km_units u;
    int next[KM_UNIT_KINDS]; /* where the next unit of a kind goes */
} unit_lists;

static void add(unit_lists *lists, int kind, int group, int n_atoms, const int *atom)
{
    const int k = lists->next[kind]++;
    for (int a = 0; a < n_atoms; a++)
        lists->u.atom[a * lists->u.n + k] = atom[a];
    lists->u.group[k] = group;
}

/* free[i]: atom i is in no group. */
static void fill(const km_integrator_spec *spec, int n, const bool *free_atom, unit_lists *lists)
{
    km_units *u = &lists->u;
    for (int k = 0; k < KM_CONSTRAINT_ATOMS * u->n; k++)
        u->atom[k] = -1;
    for (int g = 0; g < spec->n_groups; g++) {
        const km_constraint_group *group = &spec->group[g];
        const int kind = kind_of(group);
        for (int b = 0; b < group->n_bonds; b++)
            u->length[b * u->n + lists->next[kind]] = group->length[b];
        add(lists, kind, g, group->n_atoms, group->atom);
    }
    for (int i = 0; i < n; i++)
        if (free_atom[i])
            add(lists, KM_UNIT_FREE, -1, 1, &i);
}

/* Gives each kind its blocks, the kinds with most to solve first. */
static void place(const int count[KM_UNIT_KINDS], unit_lists *lists, int *kind_of_block)
{
    int n = 0;
    for (int kind = KM_UNIT_KINDS - 1; kind >= 0; kind--) {
        const int blocks = (count[kind] + KM_UNIT_THREADS - 1) / KM_UNIT_THREADS;
        lists->next[kind] = n;
        for (int b = 0; b < blocks && kind_of_block != NULL; b++)
            kind_of_block[n / KM_UNIT_THREADS + b] = kind;
        n += blocks * KM_UNIT_THREADS;
    }
    lists->u.n = n;
}

static km_status copy(const km_units *from, km_units *to)
{
    const size_t n = (size_t)from->n;
    to->n = from->n;
    KM_TRY(km_cuda_copy_of(&to->kind, from->kind, n / KM_UNIT_THREADS));
    KM_TRY(km_cuda_copy_of(&to->atom, from->atom, KM_CONSTRAINT_ATOMS * n));
    KM_TRY(km_cuda_copy_of(&to->group, from->group, n));
    KM_TRY(km_cuda_copy_of(&to->length, from->length, KM_CONSTRAINT_BONDS * n));
    return KM_OK;
}

static km_status sort(const km_integrator_spec *spec, int n, bool *free_atom, unit_lists *lists,
                      km_units *out)
{
    int count[KM_UNIT_KINDS] = {0};
    for (int i = 0; i < n; i++)
        free_atom[i] = true;
    count[KM_UNIT_FREE] = n;
    for (int g = 0; g < spec->n_groups; g++) {
        const km_constraint_group *group = &spec->group[g];
        count[kind_of(group)]++;
        count[KM_UNIT_FREE] -= group->n_atoms;
        for (int a = 0; a < group->n_atoms; a++)
            free_atom[group->atom[a]] = false;
    }
    place(count, lists, NULL);
    km_units *u = &lists->u;
    KM_NEW(u->kind, u->n / KM_UNIT_THREADS);
    KM_NEW(u->atom, KM_CONSTRAINT_ATOMS * (size_t)u->n);
    KM_NEW(u->group, u->n);
    KM_NEW(u->length, KM_CONSTRAINT_BONDS * (size_t)u->n);
    place(count, lists, u->kind);
    fill(spec, n, free_atom, lists);
    return copy(u, out);
}

km_status km_units_create(const km_integrator_spec *spec, const km_particles *host, km_units *out)
{
    unit_lists lists;
    bool *free_atom;
    memset(&lists, 0, sizeof lists);
    KM_NEW(free_atom, host->n);
    const km_status status = sort(spec, host->n, free_atom, &lists, out);
    free(free_atom);
    free(lists.u.kind);
    free(lists.u.atom);
    free(lists.u.group);
    free(lists.u.length);
    return status;
}

void km_units_destroy(km_units *units)
{
    km_cuda_delete(units->kind);
    km_cuda_delete(units->atom);
    km_cuda_delete(units->group);
    km_cuda_delete(units->length);
}

} // namespace KM_CUDA_NAMESPACE
