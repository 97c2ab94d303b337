/* SPDX-License-Identifier: MIT */
#include "host/build/packing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/packmol.h"
#include "kernels/base/random.h"

#define MARGIN (0.5 * KM_PACKMOL_TOLERANCE)
#define PACKED_DENSITY 0.90 /*    of the estimated density, inside the margins                  */
#define ATTEMPTS 4          /*    each thinner than the one before                              */
#define THINNER 0.88
#define TIME_LIMIT 1800.0 /* s  a cube of KM_LARGEST_PACKED atoms takes one to three minutes    */

#define SECONDS_PER_PACKED 1.1e-3
#define SECONDS_PER_ATOM 4e-6

typedef struct packing {
    const km_recipe *recipe;
    const km_forcefield *ff;
    const char *folder;
    km_system *system;
    int copies;                      /*     along each edge                                     */
    int *count;                      /*     of each component in one cube                       */
    const km_ff_molecule **molecule; /*     of each component                                   */
    double edge;                     /* nm  of one cube                                         */
    size_t n_packed;                 /*     atoms of one cube                                   */
    double *packed;                  /* nm  positions of one cube, component after component    */
} packing;

static int copies_along_edge(int n_atoms)
{
    int copies = 1;
    while ((double)n_atoms / pow(copies, 3) > KM_LARGEST_PACKED)
        copies++;
    return copies;
}

double km_pack_seconds(const km_recipe *recipe, int n_atoms)
{
    const bool packed =
        recipe->structure == NULL && (recipe->liquid != NULL || recipe->stack != NULL);
    const double cube = packed ? n_atoms / pow(copies_along_edge(n_atoms), 3) : 0.0;
    return SECONDS_PER_PACKED * cube + SECONDS_PER_ATOM * n_atoms;
}

static km_status plan(packing *p)
{
    km_system *s = p->system;
    p->copies = copies_along_edge(s->n_atoms);
    const int boxes = p->copies * p->copies * p->copies;
    KM_NEW(p->count, s->n_components);
    KM_NEW(p->molecule, s->n_components);
    for (int k = 0; k < s->n_components; k++) {
        p->count[k] = (s->component[k].count + boxes - 1) / boxes;
        p->molecule[k] = &p->ff->molecule[s->component[k].molecule];
        p->n_packed += (size_t)p->count[k] * (size_t)p->molecule[k]->n_atoms;
    }
    KM_NEW(p->packed, 3 * p->n_packed);
    return KM_OK;
}

/* packmol respects walls less closely than distances; the cube grows by what sticks out. */
static void free_faces(packing *p)
{
    double outside = 0.0;
    for (size_t k = 0; k < 3 * p->n_packed; k++)
        outside = fmax(outside, fmax(MARGIN - p->packed[k], p->packed[k] - (p->edge - MARGIN)));
    for (size_t k = 0; k < 3 * p->n_packed; k++)
        p->packed[k] += outside;
    p->edge += 2.0 * outside;
}

static km_status pack_cube(packing *p)
{
    const double estimated = p->system->box.ax / p->copies;
    double density = PACKED_DENSITY;
    bool converged = false;
    for (int attempt = 0; attempt < ATTEMPTS && !converged; attempt++) {
        p->edge = estimated / cbrt(density) + 2.0 * MARGIN;
        const km_packmol_spec spec = {.n_kinds = p->system->n_components,
                                      .molecule = p->molecule,
                                      .count = p->count,
                                      .edge = {p->edge, p->edge, p->edge},
                                      .margin = MARGIN,
                                      .seed = p->recipe->seed,
                                      .folder = p->folder,
                                      .time_limit = TIME_LIMIT};
        KM_TRY(km_packmol_run(&spec, p->packed, &converged));
        density *= THINNER;
    }
    if (!converged)
        return KM_FAIL(KM_ERROR_EXTERNAL,
                       "packmol found no arrangement without overlaps, not even at %.2f of the "
                       "estimated density (its log: %s/packmol.log); try another seed or a larger "
                       "cell",
                       density / THINNER,
                       p->folder != NULL ? p->folder : "folder of `kalium build -o folder`");
    free_faces(p);
    return KM_OK;
}

/* One of the 24 rotations that map a cube onto itself: axes permuted and turned around, without
 * mirror images, which would change the handedness of molecules. */
static void random_rotation(uint64_t seed, uint64_t copy, int axis[3], double sign[3])
{
    const km_random4 bits = km_random_bits(seed, copy, 0, KM_RANDOM_BUILD);
    const int first = (int)(bits.v[0] % 3), turned = (int)(bits.v[1] % 2);
    axis[0] = first;
    axis[1] = (first + 1 + turned) % 3;
    axis[2] = (first + 2 - turned) % 3;
    sign[0] = bits.v[2] % 2 != 0 ? 1.0 : -1.0;
    sign[1] = bits.v[3] % 2 != 0 ? 1.0 : -1.0;
    sign[2] = (turned ? -1.0 : 1.0) * sign[0] * sign[1]; /* determinant +1 */
}

/* Atoms of a cube, turned about its centre and moved to place c of the lattice of copies. */
static double *place_copy(const packing *p, int c, const double *from, size_t n_atoms, double *to)
{
    int axis[3] = {0, 1, 2};
    double sign[3] = {1.0, 1.0, 1.0};
    if (p->copies > 1)
        random_rotation(p->recipe->seed, (uint64_t)c, axis, sign);
    const int place[3] = {c % p->copies, c / p->copies % p->copies, c / (p->copies * p->copies)};
    for (size_t i = 0; i < n_atoms; i++)
        for (int k = 0; k < 3; k++)
            to[3 * i + k] =
                sign[k] * (from[3 * i + axis[k]] - 0.5 * p->edge) + p->edge * (place[k] + 0.5);
    return to + 3 * n_atoms;
}

/* Component after component, copy after copy; surplus molecules are spread evenly over the copies
 * that leave one out. */
static void repeat(packing *p)
{
    const int boxes = p->copies * p->copies * p->copies;
    const double *from = p->packed;
    double *to = p->system->position;
    for (int k = 0; k < p->system->n_components; k++) {
        const size_t atoms = (size_t)p->molecule[k]->n_atoms;
        const long surplus = (long)boxes * p->count[k] - p->system->component[k].count;
        for (int c = 0; c < boxes; c++) {
            const bool leave_one_out = (c + 1) * surplus / boxes > c * surplus / boxes;
            to = place_copy(p, c, from, atoms * (size_t)(p->count[k] - leave_one_out), to);
        }
        from += 3 * atoms * (size_t)p->count[k];
    }
    const double edge = p->copies * p->edge;
    p->system->box = km_box_orthorhombic(edge, edge, edge);
}

/* Centres of molecules follow the box to its new edge; molecules stay rigid. */
static void squeeze(packing *p, double edge)
{
    km_system *s = p->system;
    const double change = edge / s->box.ax - 1.0;
    double *x = s->position;
    for (int m = 0; m < s->n_molecules; m++) {
        const int n = p->ff->molecule[s->molecule[m]].n_atoms;
        double centre[3] = {0.0, 0.0, 0.0};
        for (int i = 0; i < 3 * n; i++)
            centre[i % 3] += x[i] / n;
        for (int i = 0; i < 3 * n; i++)
            x[i] += change * centre[i % 3];
        x += 3 * n;
    }
    s->box = km_box_orthorhombic(edge, edge, edge);
}

static km_status pack(packing *p)
{
    const double asked = p->system->box.ax;
    KM_TRY(plan(p));
    KM_NEW(p->system->position, 3 * (size_t)p->system->n_atoms);
    KM_TRY(pack_cube(p));
    repeat(p);
    if (p->recipe->liquid->density > 0.0 || p->recipe->liquid->size_edge > 0.0)
        squeeze(p, asked);
    return KM_OK;
}

km_status km_pack(const km_recipe *recipe, const km_forcefield *ff, const char *folder,
                  km_system *system)
{
    packing p = {.recipe = recipe, .ff = ff, .folder = folder, .system = system};
    const km_status status = pack(&p);
    free(p.count);
    free(p.molecule);
    free(p.packed);
    return status;
}
