/* SPDX-License-Identifier: MIT */
/* Smooth particle-mesh Ewald on the CPU: the reciprocal energy, self term and neutralising
 * background, after Essmann et al., doi:10.1063/1.470117.
 *
 * The force is the exact gradient of the mesh energy, so energy is conserved; momentum is conserved
 * only to the accuracy of the mesh, since self forces and pair forces on a mesh do not cancel. No
 * mean force is taken off: that would trade the exact gradient for an exact sum. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/pme/pme_cpu.h"

#define KM_GATHER_BLOCK 64 /* sites a thread takes at a time       */
#define KM_CACHE_LINE 64   /* bytes                                */

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Rows of a pencil along x lie plane_half apart: an odd number of cache lines spreads them over all
 * sets of the cache. */
static size_t odd_lines(size_t n_complex)
{
    const size_t per_line = KM_CACHE_LINE / (2 * sizeof(km_real));
    const size_t lines = (n_complex + per_line - 1) / per_line;
    return (lines | 1) * per_line;
}

static km_pme_layout layout_of(const km_pme_spec *spec)
{
    km_pme_layout l;
    memcpy(l.mesh, spec->mesh, sizeof l.mesh);
    l.order = spec->spline_order;
    l.width = l.order == 4 ? 4 : 8;
    l.rows = l.mesh[1] + l.order - 1;
    l.row = (int)round_up((size_t)(l.mesh[2] + l.width - 1), 4);
    l.plane = round_up((size_t)l.rows * (size_t)l.row, KM_CACHE_LINE / sizeof(km_real));
    l.half = l.mesh[2] / 2 + 1;
    l.half_padded = (int)round_up((size_t)l.half, 4);
    l.plane_half = odd_lines((size_t)l.mesh[1] * (size_t)l.half_padded);
    return l;
}

static const km_pme_loops *loops_of(km_instruction_set isa)
{
#ifdef __x86_64__
    if (isa == KM_ISA_AVX512)
        return &km_pme_loops_avx512;
    if (isa == KM_ISA_AVX2)
        return &km_pme_loops_avx2;
#endif
    (void)isa;
    return &km_pme_loops_baseline;
}

void km_pme_spread_plane(const km_pme *self, int x, km_real *plane)
{
    const km_pme_layout *l = &self->layout;
    const size_t size = (size_t)KM_PME_STENCIL * (size_t)l->width;
    memset(plane, 0, l->plane * sizeof *plane);
    for (int offset = l->order - 1; offset >= 0; offset--) {
        const int from = x >= offset ? x - offset : x - offset + l->mesh[0];
        const int first = self->plane_start[from], n = self->plane_start[from + 1] - first;
        self->loops->spread(l, self->sorted + first, self->stencil + (size_t)first * size, n,
                            offset, plane);
    }
    for (int y = 0; y < l->order - 1; y++) {
        km_real *row = plane + y * l->row;
        const km_real *ghost = plane + (y + l->mesh[1]) * l->row;
        for (int z = 0; z < l->row; z++)
            row[z] += ghost[z];
    }
    for (int y = 0; y < l->mesh[1]; y++) {
        km_real *row = plane + y * l->row;
        for (int z = 0; z < l->order - 1; z++)
            row[z] += row[z + l->mesh[2]];
    }
}

/* Repeats the first points of each row and the first rows behind the last. */
static void fill_ghosts(const km_pme_layout *l, km_real *plane)
{
    for (int y = 0; y < l->mesh[1]; y++) {
        km_real *row = plane + y * l->row;
        for (int z = l->mesh[2]; z < l->row; z++)
            row[z] = row[z - l->mesh[2]];
    }
    memcpy(plane + l->mesh[1] * l->row, plane,
           (size_t)(l->order - 1) * (size_t)l->row * sizeof *plane);
}

static void spread(km_pme *self, km_real *plane, km_real *work)
{
    const km_pme_layout *l = &self->layout;
#pragma omp for schedule(dynamic, 1)
    for (int x = 0; x < l->mesh[0]; x++) {
        km_pme_spread_plane(self, x, plane);
        km_pme_fft_plane_forward(self->fft, plane, work,
                                 self->transformed + 2 * (size_t)x * l->plane_half);
    }
}

/* Energy and virial of one pencil, before it is multiplied. Points with 0 < z < half stand for
 * their conjugates as well. */
static void sum_pencil(const km_pme *self, int y, const km_real *pencil, double *sum)
{
    const km_pme_layout *l = &self->layout;
    const km_reciprocal_cell cell = km_reciprocal_cell_of(&self->box);
    const double decay = 0.25 / (self->alpha * self->alpha), two_pi = 2.0 * KM_PI;
    const size_t size = (size_t)l->half_padded;
    const km_real *influence = self->influence + (size_t)y * (size_t)l->mesh[0] * size;
    const int my = km_signed_frequency(y, l->mesh[1]);
    memset(sum, 0, (1 + KM_TENSOR) * sizeof *sum);
    for (int x = 0; x < l->mesh[0]; x++, pencil += 2 * size, influence += size) {
        const int mx = km_signed_frequency(x, l->mesh[0]);
        for (int z = mx == 0 && my == 0 ? 1 : 0; z < l->half; z++) {
            const km_vec3 k = km_vec3_scale(two_pi, km_reciprocal_vector(&cell, mx, my, z));
            const double re = (double)pencil[2 * z], im = (double)pencil[2 * z + 1];
            const double both = z == 0 || 2 * z == l->mesh[2] ? 0.5 : 1.0;
            const double energy = both * (double)influence[z] * (re * re + im * im);
            const double factor = km_influence_virial(decay, km_vec3_dot(k, k));
            sum[0] += energy;
            sum[1 + KM_XX] -= 0.5 * energy * (1.0 - factor * k.x * k.x);
            sum[1 + KM_YY] -= 0.5 * energy * (1.0 - factor * k.y * k.y);
            sum[1 + KM_ZZ] -= 0.5 * energy * (1.0 - factor * k.z * k.z);
            sum[1 + KM_XY] += 0.5 * energy * factor * k.x * k.y;
            sum[1 + KM_XZ] += 0.5 * energy * factor * k.x * k.z;
            sum[1 + KM_YZ] += 0.5 * energy * factor * k.y * k.z;
        }
    }
}

static void solve(km_pme *self, const km_step *s, km_real *pencil)
{
    const km_pme_layout *l = &self->layout;
    const size_t points = (size_t)l->mesh[0] * (size_t)l->half_padded;
#pragma omp for schedule(dynamic, 1)
    for (int y = 0; y < l->mesh[1]; y++) {
        km_pme_fft_pencil_forward(self->fft, y, self->transformed, pencil);
        if (s->energy || s->virial)
            sum_pencil(self, y, pencil, self->row_sum[y]);
        self->loops->multiply(self->influence + (size_t)y * points, points, pencil);
        km_pme_fft_pencil_backward(self->fft, y, pencil, self->transformed);
    }
}

/* Forces of a block of sites; each atom is written once. Gives fault bits. */
static int gather_block(const km_pme *self, const km_reciprocal_cell *cell, int first, int n,
                        km_particles *p)
{
    const km_pme_layout *l = &self->layout;
    const size_t size = (size_t)KM_PME_STENCIL * (size_t)l->width;
    km_real gradient[3 * KM_GATHER_BLOCK];
    int fault = 0;
    self->loops->gather(l, self->sorted + first, self->stencil + (size_t)first * size, n,
                        self->potential, gradient);
    for (int s = 0; s < n; s++) {
        const km_pme_site *site = &self->sorted[first + s];
        const double q = (double)site->charge;
        const km_vec3 f = km_reciprocal_vector(cell, -q * l->mesh[0] * (double)gradient[3 * s],
                                               -q * l->mesh[1] * (double)gradient[3 * s + 1],
                                               -q * l->mesh[2] * (double)gradient[3 * s + 2]);
        const double component[3] = {f.x, f.y, f.z};
        for (int c = 0; c < 3; c++) {
            if (!(fabs(component[c]) <= KM_FIXED_LIMIT))
                fault |= isfinite(component[c]) ? KM_FAULT_FORCE_LIMIT : KM_FAULT_NOT_FINITE;
            p->force[(size_t)c * (size_t)p->n_padded + site->atom] += km_fixed_from(component[c]);
        }
    }
    return fault;
}

static int gather(km_pme *self, km_particles *p, km_real *work)
{
    const km_pme_layout *l = &self->layout;
    const km_reciprocal_cell cell = km_reciprocal_cell_of(&p->box);
    int fault = 0;
#pragma omp for schedule(dynamic, 1)
    for (int x = 0; x < l->mesh[0]; x++) {
        km_real *plane = self->potential + (size_t)x * l->plane;
        km_pme_fft_plane_backward(self->fft, self->transformed + 2 * (size_t)x * l->plane_half,
                                  work, plane);
        fill_ghosts(l, plane);
    }
#pragma omp for schedule(dynamic, 1)
    for (int first = 0; first < self->n; first += KM_GATHER_BLOCK) {
        const int n = self->n - first < KM_GATHER_BLOCK ? self->n - first : KM_GATHER_BLOCK;
        fault |= gather_block(self, &cell, first, n, p);
    }
    return fault;
}

/* The influence function of one y, for the box of self. */
static void fill_influence(km_pme *self, int y)
{
    const km_pme_layout *l = &self->layout;
    const km_reciprocal_cell cell = km_reciprocal_cell_of(&self->box);
    const double scale = 4.0 * KM_PI * self->coulomb_constant / km_box_volume(&self->box);
    const double decay = 0.25 / (self->alpha * self->alpha), two_pi = 2.0 * KM_PI;
    const int my = km_signed_frequency(y, l->mesh[1]);
    km_real *row = self->influence + (size_t)y * (size_t)l->mesh[0] * (size_t)l->half_padded;
    for (int x = 0; x < l->mesh[0]; x++, row += l->half_padded) {
        const int mx = km_signed_frequency(x, l->mesh[0]);
        const double modulus = self->modulus[0][x] * self->modulus[1][y];
        for (int z = mx == 0 && my == 0 ? 1 : 0; z < l->half; z++) {
            const km_vec3 k = km_vec3_scale(two_pi, km_reciprocal_vector(&cell, mx, my, z));
            row[z] =
                KM_R(km_influence(scale, decay, km_vec3_dot(k, k), modulus * self->modulus[2][z]));
        }
    }
}

static km_status pme_compute(void *object, const km_step *s, km_particles *p)
{
    km_pme *self = object;
    const bool new_box = memcmp(&self->box, &p->box, sizeof p->box) != 0;
    self->box = p->box;
    int fault = 0;
#pragma omp parallel num_threads(self->threads) reduction(| : fault)
    {
        const size_t thread = (size_t)omp_get_thread_num();
        km_real *plane = self->scratch + self->scratch_size * thread;
        km_real *work = plane + self->layout.plane;
        km_real *pencil = work + 2 * self->layout.plane_half;
        if (new_box) {
#pragma omp for schedule(static)
            for (int y = 0; y < self->layout.mesh[1]; y++)
                fill_influence(self, y);
        }
        fault |= km_pme_sort(self, p, (int *)plane);
        spread(self, plane, work);
        solve(self, s, pencil);
        fault |= gather(self, p, work);
    }
    p->fault |= fault;
    double sum[1 + KM_TENSOR] = {0.0};
    for (int y = 0; (s->energy || s->virial) && y < self->layout.mesh[1]; y++)
        for (int t = 0; t < 1 + KM_TENSOR; t++)
            sum[t] += self->row_sum[y][t];
    const double background = self->constants.background / km_box_volume(&p->box);
    if (s->energy) {
        p->energy[KM_ENERGY_COULOMB_RECIPROCAL] += sum[0];
        p->energy[KM_ENERGY_COULOMB_SELF] += self->constants.self_energy + background;
    }
    for (int t = 0; s->virial && t < KM_TENSOR; t++)
        p->virial[t] += sum[1 + t] - (t <= KM_ZZ ? 0.5 * background : 0.0);
    return KM_OK;
}

/* Who carries a charge. */
static km_status take_charges(const km_particles *p, km_pme *self)
{
    KM_NEW(self->charged, p->n);
    for (int i = 0; i < p->n; i++)
        if (p->charge[i] != 0.0)
            self->charged[self->n++] = i;
    return KM_OK;
}

static km_status allocate_arrays(km_pme *self)
{
    const km_pme_layout *l = &self->layout;
    const size_t planes = (size_t)l->mesh[0], threads = (size_t)self->threads;
    const size_t stencil = (size_t)KM_PME_STENCIL * (size_t)l->width;
    const size_t pencil = 2 * planes * (size_t)l->half_padded;
    self->scratch_size =
        l->plane + 2 * l->plane_half + round_up(pencil, KM_CACHE_LINE / sizeof(km_real));
    KM_NEW(self->site, self->n);
    KM_NEW(self->sorted, self->n);
    KM_NEW(self->by_plane, self->n);
    KM_NEW(self->plane_count, threads * planes);
    KM_NEW(self->plane_start, planes + 1);
    KM_NEW(self->stencil, (size_t)self->n * stencil);
    KM_NEW(self->influence, (size_t)l->mesh[1] * planes * (size_t)l->half_padded);
    KM_NEW(self->transformed, 2 * planes * l->plane_half);
    KM_NEW(self->potential, planes * l->plane);
    KM_NEW(self->scratch, threads * self->scratch_size);
    KM_NEW(self->row_sum, l->mesh[1]);
    for (int a = 0; a < 3; a++) {
        KM_NEW(self->modulus[a], l->mesh[a]);
        for (int m = 0; m < l->mesh[a]; m++)
            self->modulus[a][m] = km_bspline_modulus(l->order, m, l->mesh[a]);
    }
    return km_pme_fft_create(l, &self->fft);
}

static void pme_destroy(void *object)
{
    km_pme *self = object;
    if (self == NULL)
        return;
    km_pme_fft_destroy(self->fft);
    for (int a = 0; a < 3; a++)
        free(self->modulus[a]);
    free(self->charged);
    free(self->site);
    free(self->sorted);
    free(self->by_plane);
    free(self->plane_count);
    free(self->plane_start);
    free(self->stencil);
    free(self->influence);
    free(self->transformed);
    free(self->potential);
    free(self->scratch);
    free(self->row_sum);
    free(self);
}

static const km_force_ops pme_ops = {"pme", NULL, pme_compute, pme_destroy};

km_status km_pme_cpu_create(km_device *device, const void *spec_of_mesh, const km_particles *p,
                            km_force *out)
{
    const km_pme_spec *spec = spec_of_mesh;
    out->ops = NULL;
    out->self = NULL;
    KM_TRY(km_pme_spec_check(spec));
    km_pme *self;
    KM_NEW(self, 1);
    self->threads = device->threads;
    self->loops = loops_of(device->isa);
    self->layout = layout_of(spec);
    self->alpha = spec->alpha;
    self->coulomb_constant = spec->coulomb_constant;
    self->constants = km_pme_constants_of(spec, p->n, p->charge);
    km_status status = take_charges(p, self);
    if (status == KM_OK)
        status = allocate_arrays(self);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        pme_destroy(self);
        return status;
    }
    out->ops = &pme_ops;
    out->self = self;
    return KM_OK;
}
