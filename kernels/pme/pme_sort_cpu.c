/* SPDX-License-Identifier: MIT */
/* Charges to sites of the mesh, sorted by the plane and row in which their stencils begin, and
 * their stencils. The order within a row is the input order, whatever the number of threads. */
#include <string.h>

#include "kernels/pme/pme_cpu.h"

/* Sites of one share of the atoms, and how many begin in each plane. */
static int locate(km_pme *self, const km_particles *p, int share)
{
    const int *mesh = self->layout.mesh;
    const int first = (int)((int64_t)self->n * share / self->threads);
    const int end = (int)((int64_t)self->n * (share + 1) / self->threads);
    int *count = self->plane_count + (size_t)share * (size_t)mesh[0];
    memset(count, 0, (size_t)mesh[0] * sizeof *count);
    int fault = 0;
    for (int k = first; k < end; k++) {
        km_pme_site *site = &self->site[k];
        const int i = self->charged[k];
        const double *x = p->position + i;
        const km_vec3 s = km_box_to_fractional(
            &p->box, km_vec3_make(x[0], x[p->n_padded], x[2 * (size_t)p->n_padded]));
        site->atom = i;
        site->charge = KM_R(p->charge[i]);
        fault |= km_pme_locate(s.x, mesh[0], &site->cell[0], &site->fraction[0]);
        fault |= km_pme_locate(s.y, mesh[1], &site->cell[1], &site->fraction[1]);
        fault |= km_pme_locate(s.z, mesh[2], &site->cell[2], &site->fraction[2]);
        count[site->cell[0]]++;
    }
    return fault;
}

/* Counts become the place of the first site of each share in each plane. */
static void place_planes(km_pme *self)
{
    const int planes = self->layout.mesh[0];
    int sum = 0;
    for (int x = 0; x < planes; x++) {
        self->plane_start[x] = sum;
        for (int share = 0; share < self->threads; share++) {
            int *count = &self->plane_count[(size_t)share * (size_t)planes + (size_t)x];
            const int here = *count;
            *count = sum;
            sum += here;
        }
    }
    self->plane_start[planes] = sum;
}

/* Puts the sites of one share behind those of the shares before it. */
static void sort_by_plane(km_pme *self, int share)
{
    const int first = (int)((int64_t)self->n * share / self->threads);
    const int end = (int)((int64_t)self->n * (share + 1) / self->threads);
    int *place = self->plane_count + (size_t)share * (size_t)self->layout.mesh[0];
    for (int k = first; k < end; k++)
        self->by_plane[place[self->site[k].cell[0]]++] = k;
}

/* Within one plane: by row, then input order. */
static void sort_by_row(km_pme *self, int x, int *place)
{
    const int rows = self->layout.mesh[1];
    const int first = self->plane_start[x], end = self->plane_start[x + 1];
    memset(place, 0, (size_t)(rows + 1) * sizeof *place);
    for (int k = first; k < end; k++)
        place[self->site[self->by_plane[k]].cell[1] + 1]++;
    for (int y = 0; y < rows; y++)
        place[y + 1] += place[y];
    for (int k = first; k < end; k++) {
        const km_pme_site *site = &self->site[self->by_plane[k]];
        self->sorted[first + place[site->cell[1]]++] = *site;
    }
}

int km_pme_sort(km_pme *self, const km_particles *p, int *place)
{
    int fault = 0;
#pragma omp for schedule(static)
    for (int share = 0; share < self->threads; share++)
        fault |= locate(self, p, share);
#pragma omp single
    place_planes(self);
#pragma omp for schedule(static)
    for (int share = 0; share < self->threads; share++)
        sort_by_plane(self, share);
    const size_t size = (size_t)KM_PME_STENCIL * (size_t)self->layout.width;
#pragma omp for schedule(dynamic, 1)
    for (int x = 0; x < self->layout.mesh[0]; x++) {
        const int first = self->plane_start[x], n = self->plane_start[x + 1] - first;
        sort_by_row(self, x, place);
        self->loops->splines(&self->layout, self->sorted + first, n,
                             self->stencil + (size_t)first * size);
    }
    return fault;
}
