/* SPDX-License-Identifier: MIT */
#include "host/analysis/contacts.h"

#include <stdlib.h>
#include <string.h>

#include "host/analysis/atom_grid.h"

#define NEIGHBOURS_MOST 256 /* more donors do not fit within the reach */

static int first_molecule(const km_labels *labels, int kind)
{
    for (int m = 0; m < labels->n_molecules; m++)
        if (labels->molecule_kind[m] == kind)
            return m;
    return -1;
}

const char *km_kind_donor(const km_labels *labels, int kind)
{
    static const char *const donor[3] = {"O", "N", "F"};
    const km_molecule_kind *k = &labels->kind[kind];
    const int molecule = first_molecule(labels, kind), charge = km_kind_charge(k);
    if (molecule < 0 || charge > 0)
        return NULL;
    const int first = labels->molecule_start[molecule];
    if (k->n_atoms == 1)
        return charge < 0 ? labels->element[first] : NULL;
    for (int d = 0; d < 3; d++)
        for (int i = first; i < labels->molecule_start[molecule + 1]; i++)
            if (strcmp(labels->element[i], donor[d]) == 0)
                return donor[d];
    return NULL;
}

static int compare_integers(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static km_status select_atoms(km_contacts *c)
{
    const km_labels *labels = c->labels;
    int n = 0;
    KM_NEW(c->atom, labels->n_atoms);
    for (int side = 0; side < 2; side++) {
        for (int kind = 0; kind < labels->n_kinds; kind++) {
            const km_molecule_kind *k = &labels->kind[kind];
            const bool cation = k->n_atoms == 1 && km_kind_charge(k) > 0;
            const char *donor = km_kind_donor(labels, kind);
            if (side == 0 ? !cation : donor == NULL)
                continue;
            for (int i = 0; i < labels->n_atoms; i++)
                if (labels->molecule_kind[labels->molecule[i]] == kind &&
                    (side == 0 || strcmp(labels->element[i], donor) == 0))
                    c->atom[n++] = i;
        }
        if (side == 0)
            c->n_cations = n;
    }
    c->n_donors = n - c->n_cations;
    qsort(c->atom + c->n_cations, (size_t)c->n_donors, sizeof *c->atom, compare_integers);
    return KM_OK;
}

km_status km_contacts_create(const km_labels *labels, size_t memory_limit, km_contacts **out)
{
    KM_NEW(*out, 1);
    km_contacts *c = *out;
    c->labels = labels;
    c->stride = 1;
    c->limit = (memory_limit > 0 ? memory_limit : KM_CONTACTS_MEMORY) / sizeof(km_contact);
    KM_NEW(c->start, 1);
    return select_atoms(c);
}

void km_contacts_destroy(km_contacts *c)
{
    if (c == NULL)
        return;
    free(c->atom);
    free(c->start);
    free(c->contact);
    free(c);
}

static km_status grow(void **array, size_t size, size_t used, size_t room)
{
    void *more = realloc(*array, room * size);
    if (more == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory for %zu contacts of cations", used);
    *array = more;
    return KM_OK;
}

/* Keeps every second stored frame. */
static void thin_out(km_contacts *c)
{
    const int kept = (c->n_frames + 1) / 2;
    size_t to = 0;
    for (int k = 0; k < kept; k++) {
        const size_t from = c->start[2 * k], n = c->start[2 * k + 1] - from;
        memmove(c->contact + to, c->contact + from, n * sizeof *c->contact);
        c->start[k] = to;
        to += n;
    }
    c->start[kept] = to;
    c->n_frames = kept;
    c->stride *= 2;
}

static int compare_contacts(const void *a, const void *b)
{
    const km_contact *x = a, *y = b;
    return x->cation != y->cation ? x->cation - y->cation : x->atom - y->atom;
}

/* Appends the contacts of one frame. */
static km_status find(km_contacts *c, const km_atom_grid *grid)
{
    km_grid_neighbour near[NEIGHBOURS_MOST];
    size_t n = c->start[c->n_frames];
    for (int k = 0; k < c->n_cations; k++) {
        if (n + NEIGHBOURS_MOST > c->room) {
            const size_t room = 2 * c->room + 4096;
            KM_TRY(grow((void **)&c->contact, sizeof *c->contact, n, room));
            c->room = room;
        }
        const int found = km_atom_grid_neighbours(grid, k, near, NEIGHBOURS_MOST);
        for (int j = 0; j < found && j < NEIGHBOURS_MOST; j++)
            if (near[j].k >= c->n_cations)
                c->contact[n++] =
                    (km_contact){k, c->atom[near[j].k], (float)km_vec3_norm(near[j].d)};
    }
    const size_t first = c->start[c->n_frames];
    if (n > first)
        qsort(c->contact + first, n - first, sizeof *c->contact, compare_contacts);
    c->start[++c->n_frames] = n;
    return KM_OK;
}

static km_status store(km_contacts *c, const km_frame *frame)
{
    km_atom_grid grid;
    if (c->n_frames + 2 > c->start_room) {
        const int room = 2 * c->start_room + 256;
        KM_TRY(grow((void **)&c->start, sizeof *c->start, (size_t)room, (size_t)room));
        c->start_room = room;
    }
    const double reach = fmin(KM_CONTACT_REACH, 0.5 * km_box_least_height(&frame->box));
    km_status status =
        km_atom_grid_create(frame, c->atom, c->n_cations + c->n_donors, reach, &grid);
    if (status == KM_OK)
        status = find(c, &grid);
    km_atom_grid_clear(&grid);
    return status;
}

km_status km_contacts_frame(km_contacts *c, const km_frame *frame)
{
    if (frame->n != c->labels->n_atoms)
        return KM_FAIL(KM_ERROR_INPUT, "a frame has %d atoms, the topology %d", frame->n,
                       c->labels->n_atoms);
    if (c->n_seen == 0)
        c->time_first = frame->time;
    if (c->n_frames > 1 && c->start[c->n_frames] > c->limit)
        thin_out(c);
    if (c->n_seen % c->stride == 0)
        KM_TRY(store(c, frame));
    c->time_last = frame->time;
    c->n_seen++;
    return KM_OK;
}

void km_contacts_end(km_contacts *c)
{
    const double spacing = c->n_seen > 1 ? (c->time_last - c->time_first) / (c->n_seen - 1) : 0.0;
    c->interval = c->n_frames > 1 ? spacing * c->stride : 0.0;
}
