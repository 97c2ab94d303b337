/* SPDX-License-Identifier: MIT */
#include "host/analysis/displacement.h"

#include <stdlib.h>
#include <string.h>

#include "host/analysis/metal_surface.h"
#include "kernels/base/units.h"

km_status km_displacements_create(size_t memory_limit, km_displacements **out)
{
    KM_NEW(*out, 1);
    (*out)->memory_limit = memory_limit > 0 ? memory_limit : KM_DISPLACEMENT_MEMORY;
    (*out)->stride = 1;
    return KM_OK;
}

void km_displacements_destroy(km_displacements *d)
{
    if (d == NULL)
        return;
    for (int c = 0; c < d->n_chunks; c++) {
        free(d->chunk[c]);
        free(d->drift[c]);
    }
    free(d->chunk);
    free(d->drift);
    free(d->position_previous);
    free(d->centre_first);
    free(d->centre_previous);
    free(d->breathing);
    free(d->moved);
    free(d->molecule_mass);
    free(d->metal);
    free(d);
}

/* Where everything is metal, or nothing is, there is one body. */
static void find_metal(km_displacements *d)
{
    const km_labels *labels = d->labels;
    int n = 0;
    for (int m = 0; m < d->n_molecules; m++) {
        d->metal[m] = km_kind_is_metal(labels, labels->molecule_kind[m]);
        n += d->metal[m];
    }
    for (int m = 0; m < d->n_molecules && n == d->n_molecules; m++)
        d->metal[m] = false;
}

km_status km_displacements_begin(km_displacements *d, const km_labels *labels)
{
    if (d->labels != NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "an analysis was begun twice");
    d->labels = labels;
    const int n = d->n_molecules = labels->n_molecules;
    KM_NEW(d->position_previous, 3 * (size_t)labels->n_atoms);
    KM_NEW(d->centre_first, 3 * (size_t)n);
    KM_NEW(d->centre_previous, 3 * (size_t)n);
    KM_NEW(d->breathing, 3 * (size_t)n);
    KM_NEW(d->moved, n);
    KM_NEW(d->molecule_mass, n);
    KM_NEW(d->metal, n);
    find_metal(d);
    for (int m = 0; m < n; m++) {
        for (int i = labels->molecule_start[m]; i < labels->molecule_start[m + 1]; i++)
            d->molecule_mass[m] += labels->mass[i];
        if (!(d->molecule_mass[m] > 0.0))
            return KM_FAIL(KM_ERROR_INPUT, "molecule %d has mass %g u; it must be above 0", m + 1,
                           d->molecule_mass[m]);
        d->total_mass += d->molecule_mass[m];
        d->body_mass[d->metal[m]] += d->molecule_mass[m];
    }
    const size_t bytes_per_frame = (size_t)(n > 0 ? n : 1) * 3 * sizeof(float) + sizeof **d->drift;
    const size_t chunks = d->memory_limit / bytes_per_frame / KM_DISPLACEMENT_CHUNK;
    d->n_chunk_slots = chunks < 1 ? 1 : chunks > 1000000 ? 1000000 : (int)chunks;
    d->largest_count = d->n_chunk_slots * KM_DISPLACEMENT_CHUNK;
    KM_NEW(d->chunk, d->n_chunk_slots);
    KM_NEW(d->drift, d->n_chunk_slots);
    return KM_OK;
}

/* AMBER files keep the time in float, hence the second term. */
static double time_tolerance(double spacing, double time)
{
    return 1e-3 * spacing + 2.5e-7 * fabs(time);
}

static km_status check_time(km_displacements *d, const km_frame *frame)
{
    const double spacing = frame->time - d->time_previous;
    if (d->n_seen == 0)
        return KM_OK;
    if (!(spacing > 0.0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "frame %d is at %g ps, not after the one before it (%g ps): frames must "
                       "come in order of time, each once",
                       d->n_seen + 1, frame->time, d->time_previous);
    if (d->n_seen == 1)
        d->first_spacing = spacing;
    if (fabs(spacing - d->first_spacing) > time_tolerance(d->first_spacing, frame->time))
        return KM_FAIL(KM_ERROR_INPUT,
                       "frames are not equally spaced: frame %d at %g ps follows %g ps after the "
                       "one before it, but the spacing began as %g ps. A mean square displacement "
                       "needs one spacing: analyse pieces of one spacing, or drop frames",
                       d->n_seen + 1, frame->time, spacing, d->first_spacing);
    return KM_OK;
}

static km_vec3 vector_at(const double *x, int i)
{
    return km_vec3_make(x[3 * i], x[3 * i + 1], x[3 * i + 2]);
}

static km_status jump_error(const km_displacements *d, const km_frame *frame, int i)
{
    const km_labels *labels = d->labels;
    const km_vec3 step =
        km_vec3_sub(vector_at(frame->position, i), vector_at(d->position_previous, i));
    return KM_FAIL(KM_ERROR_INPUT,
                   "atom %d (%s of %s) moves %.1f A between %g and %g ps, more than half the cell. "
                   "Either the positions are wrapped into the cell: write them unwrapped (kalium "
                   "does; GROMACS: trjconv -pbc nojump; LAMMPS: dump xu yu zu). Or the frames are "
                   "too far apart in time: write them more often",
                   i + 1, labels->atom_name[i],
                   labels->kind[labels->molecule_kind[labels->molecule[i]]].name,
                   km_vec3_norm(step) / KM_NM_PER_ANGSTROM, d->time_previous, frame->time);
}

/* Numbers, and no step of more than half the cell along any lattice vector. */
static km_status check_positions(const km_displacements *d, const km_frame *frame)
{
    const km_box *now = &frame->box, *before = &d->box_previous;
    for (int i = 0; i < frame->n; i++) {
        const km_vec3 s = km_box_to_fractional(now, vector_at(frame->position, i));
        if (!isfinite(s.x + s.y + s.z))
            return KM_FAIL(KM_ERROR_PHYSICS, "the position of atom %d at %g ps is not a number",
                           i + 1, frame->time);
        if (d->n_seen == 0)
            continue;
        const km_vec3 p = km_box_to_fractional(before, vector_at(d->position_previous, i));
        if (fabs(s.x - p.x) > 0.5 || fabs(s.y - p.y) > 0.5 || fabs(s.z - p.z) > 0.5)
            return jump_error(d, frame, i);
    }
    return KM_OK;
}

static km_vec3 centre_of_molecule(const km_displacements *d, const double *position, int m)
{
    const km_labels *labels = d->labels;
    km_vec3 sum = km_vec3_make(0.0, 0.0, 0.0);
    const int start = labels->molecule_start[m], end = labels->molecule_start[m + 1];
    if (end - start == 1)
        return vector_at(position, start);
    for (int i = start; i < end; i++)
        sum = km_vec3_add(sum, km_vec3_scale(labels->mass[i], vector_at(position, i)));
    return km_vec3_scale(1.0 / d->molecule_mass[m], sum);
}

static bool same_box(const km_box *a, const km_box *b)
{
    const double tolerance =
        1e-6 * a->ax; /* AMBER files keep angles and may keep lengths in float */
    return fabs(a->ax - b->ax) < tolerance && fabs(a->bx - b->bx) < tolerance &&
           fabs(a->by - b->by) < tolerance && fabs(a->cx - b->cx) < tolerance &&
           fabs(a->cy - b->cy) < tolerance && fabs(a->cz - b->cz) < tolerance;
}

/* (H' - H) m for the cell m in which r lay before. */
static km_vec3 breathing_step(const km_box *before, const km_box *now, km_vec3 r)
{
    const km_vec3 s = km_box_to_fractional(before, r);
    const km_vec3 m = km_vec3_make(floor(s.x), floor(s.y), floor(s.z));
    return km_vec3_sub(km_box_to_cartesian(now, m), km_box_to_cartesian(before, m));
}

/* Brings centre_previous, breathing and moved to this frame; gives R(t) - R(0) of both bodies. */
static void follow_centres(km_displacements *d, const km_frame *frame, km_vec3 drift[2])
{
    const bool changed = d->n_seen > 0 && !same_box(&d->box_previous, &frame->box);
    d->box_changes = d->box_changes || changed;
    drift[0] = drift[1] = km_vec3_make(0.0, 0.0, 0.0);
    for (int m = 0; m < d->n_molecules; m++) {
        const km_vec3 r = centre_of_molecule(d, frame->position, m);
        const double now[3] = {r.x, r.y, r.z};
        if (d->n_seen == 0)
            memcpy(d->centre_first + 3 * m, now, sizeof now);
        if (changed) {
            const km_vec3 b =
                breathing_step(&d->box_previous, &frame->box, vector_at(d->centre_previous, m));
            d->breathing[3 * m] += b.x;
            d->breathing[3 * m + 1] += b.y;
            d->breathing[3 * m + 2] += b.z;
        }
        if (memcmp(d->centre_first + 3 * m, now, sizeof now) != 0)
            d->moved[m] = true;
        memcpy(d->centre_previous + 3 * m, now, sizeof now);
        const km_vec3 u =
            km_vec3_sub(km_vec3_sub(r, vector_at(d->centre_first, m)), vector_at(d->breathing, m));
        km_vec3 *body = &drift[d->metal[m]];
        *body =
            km_vec3_add(*body, km_vec3_scale(d->molecule_mass[m] / d->body_mass[d->metal[m]], u));
    }
}

/* Keeps every second stored frame. */
static void thin_out(km_displacements *d)
{
    const size_t row = (size_t)d->n_molecules * 3;
    const int kept = (d->n_frames + 1) / 2;
    for (int k = 1; k < kept; k++) {
        const int from = 2 * k;
        memcpy(d->chunk[k / KM_DISPLACEMENT_CHUNK] + (k % KM_DISPLACEMENT_CHUNK) * row,
               d->chunk[from / KM_DISPLACEMENT_CHUNK] + (from % KM_DISPLACEMENT_CHUNK) * row,
               row * sizeof(float));
        memcpy(d->drift[k / KM_DISPLACEMENT_CHUNK][k % KM_DISPLACEMENT_CHUNK],
               d->drift[from / KM_DISPLACEMENT_CHUNK][from % KM_DISPLACEMENT_CHUNK],
               sizeof **d->drift);
    }
    d->n_frames = kept;
    d->stride *= 2;
}

static km_status store(km_displacements *d, const km_vec3 drift[2], double time)
{
    const int c = d->n_frames / KM_DISPLACEMENT_CHUNK, k = d->n_frames % KM_DISPLACEMENT_CHUNK;
    const size_t row = (size_t)d->n_molecules * 3;
    if (c == d->n_chunks) {
        d->n_chunks++; /* counted first, so that half a chunk is freed too */
        KM_NEW(d->chunk[c], KM_DISPLACEMENT_CHUNK * row);
        KM_NEW(d->drift[c], KM_DISPLACEMENT_CHUNK);
    }
    const double shift[6] = {drift[0].x, drift[0].y, drift[0].z,
                             drift[1].x, drift[1].y, drift[1].z};
    memcpy(d->drift[c][k], shift, sizeof shift);
    for (size_t j = 0; j < row; j++)
        d->chunk[c][(size_t)k * row + j] =
            (float)(d->centre_previous[j] - d->centre_first[j] - d->breathing[j] -
                    shift[3 * d->metal[j / 3] + j % 3]);
    d->n_frames++;
    d->time_last = time;
    return KM_OK;
}

static void average_box(km_displacements *d, const km_box *box)
{
    const double w = 1.0 / (d->n_seen + 1);
    km_box *mean = &d->mean_box;
    mean->ax += w * (box->ax - mean->ax);
    mean->bx += w * (box->bx - mean->bx);
    mean->by += w * (box->by - mean->by);
    mean->cx += w * (box->cx - mean->cx);
    mean->cy += w * (box->cy - mean->cy);
    mean->cz += w * (box->cz - mean->cz);
    d->mean_volume += w * (km_box_volume(box) - d->mean_volume);
}

km_status km_displacements_frame(km_displacements *d, const km_frame *frame)
{
    if (d->labels == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "a frame reached an analysis that was not begun");
    if (frame->n != d->labels->n_atoms)
        return KM_FAIL(KM_ERROR_INPUT, "a frame has %d atoms, the topology %d", frame->n,
                       d->labels->n_atoms);
    KM_TRY(check_time(d, frame));
    KM_TRY(check_positions(d, frame));
    km_vec3 drift[2];
    follow_centres(d, frame, drift);
    if (d->n_seen == 0)
        d->time_first = frame->time;
    if (d->n_frames == d->largest_count)
        thin_out(d);
    if (d->n_seen % d->stride == 0)
        KM_TRY(store(d, drift, frame->time));
    average_box(d, &frame->box);
    memcpy(d->position_previous, frame->position, 3 * (size_t)frame->n * sizeof(double));
    d->box_previous = frame->box;
    d->time_previous = frame->time;
    const km_vec3 whole = km_vec3_add(km_vec3_scale(d->body_mass[0] / d->total_mass, drift[0]),
                                      km_vec3_scale(d->body_mass[1] / d->total_mass, drift[1]));
    d->drift_length = km_vec3_norm(whole);
    d->slide_length = d->body_mass[1] > 0.0 ? km_vec3_norm(km_vec3_sub(drift[0], drift[1])) : 0.0;
    d->n_seen++;
    return KM_OK;
}

void km_displacements_end(km_displacements *d)
{
    d->interval = d->n_frames > 1 ? (d->time_last - d->time_first) / (d->n_frames - 1) : 0.0;
    for (int m = 0; m < d->n_molecules && d->n_seen > 1; m++)
        d->anchored = d->anchored || !d->moved[m];
    d->drift_removed = d->n_molecules > 1 && !d->anchored;
}

static void project_on_edges(const km_box *box, int n_frames, double *x)
{
    km_vec3 edge[3];
    for (int a = 0; a < 3; a++) {
        edge[a] = km_box_image_shift(box, a == 0, a == 1, a == 2);
        edge[a] = km_vec3_scale(1.0 / km_vec3_norm(edge[a]), edge[a]);
    }
    for (int k = 0; k < n_frames; k++) {
        const km_vec3 u = km_vec3_make(x[k], x[(size_t)n_frames + k], x[2 * (size_t)n_frames + k]);
        for (int a = 0; a < 3; a++)
            x[(size_t)a * n_frames + k] = km_vec3_dot(u, edge[a]);
    }
}

/* u of a molecule in stored frame k */
static void path_at(const km_displacements *d, int molecule, int k, double u[3])
{
    const int c = k / KM_DISPLACEMENT_CHUNK, j = k % KM_DISPLACEMENT_CHUNK;
    const float *stored = d->chunk[c] + ((size_t)j * (size_t)d->n_molecules + (size_t)molecule) * 3;
    for (int a = 0; a < 3; a++)
        u[a] = stored[a] + (d->drift_removed ? 0.0 : d->drift[c][j][3 * d->metal[molecule] + a]);
}

void km_displacements_centre(const km_displacements *d, int molecule, int k, double r[3])
{
    path_at(d, molecule, k, r);
    for (int a = 0; a < 3; a++)
        r[a] += d->centre_first[3 * (size_t)molecule + (size_t)a];
}

void km_displacements_gather(const km_displacements *d, int molecule, double *x)
{
    for (int k = 0; k < d->n_frames; k++) {
        double u[3];
        path_at(d, molecule, k, u);
        for (int a = 0; a < 3; a++)
            x[(size_t)a * d->n_frames + k] = u[a];
    }
    if (d->along_edges)
        project_on_edges(&d->mean_box, d->n_frames, x);
}
