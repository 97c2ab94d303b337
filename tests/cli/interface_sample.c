/* SPDX-License-Identifier: MIT */
/* A made trajectory of metal | liquid | metal | vacuum as the files of a run folder.
 *
 *     interface_sample FOLDER     ->  topology.psf, trajectory.nc
 *
 * Two slabs of four layers; ions and rod-like dipoles walk between them, the dipoles with a wall
 * potential that layers them; all of it drifts. */
#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "host/output/netcdf_trajectory.h"
#include "host/output/topology_export.h"
#include "tests/made_trajectory.h"

enum { PER_LAYER = 16, METAL = 8 * PER_LAYER, IONS = 12, RODS = 150, FRAMES = 400 };
#define GAP 5.0
#define EDGE 2.4

/* Density of the rods over distance, not normalised: an adsorbed layer at 0.35 nm. */
static double density(double z)
{
    const double d = fmin(z, GAP - z), bulk = 1.0 / (1.0 + exp(-(d - 0.35) / 0.03));
    return 4.0 * exp(-0.5 * pow((d - 0.35) / 0.06, 2)) +
           bulk * (1.0 - 0.8 * exp(-0.5 * pow((d - 0.6) / 0.1, 2)));
}

/* One Metropolis step of z. */
static double step(double z, double normal, double uniform)
{
    const double tried = z + 0.05 * normal;
    if (tried < 0.1 || tried > GAP - 0.1 || uniform * density(z) > density(tried))
        return z;
    return tried;
}

static void make_frame(double *place, double *x, int k)
{
    const double surface = 1.0 + 2.5 * 0.33; /* half a layer behind the outermost one */
    for (int i = 0; i < METAL; i++) {
        const int layer = i / PER_LAYER, slab = layer / 4;
        double normal[4];
        made_normal3(2, k, i, normal);
        x[3 * i] = 0.6 * (i % 4) + 0.02 * normal[0];
        x[3 * i + 1] = 0.6 * (i / 4 % 4) + 0.02 * normal[1];
        x[3 * i + 2] = surface + (slab == 0 ? 0.33 * (layer - 3.5) : GAP + 0.33 * (layer - 3.5)) +
                       0.02 * normal[2];
    }
    double *out = x + 3 * METAL;
    for (int i = 0; i < 2 * IONS + RODS; i++) {
        double normal[4], *r = place + 3 * i;
        made_normal3(3, k, i, normal);
        const km_random4 bits = km_random_bits(4, (uint64_t)k, (uint32_t)i, KM_RANDOM_BUILD);
        if (k == 0) {
            for (int a = 0; a < 2; a++)
                r[a] = EDGE * km_random_uniform(bits.v[a]);
            r[2] = 0.4 + (GAP - 0.8) * km_random_uniform(bits.v[2]);
        } else {
            r[0] += 0.05 * normal[0];
            r[1] += 0.05 * normal[1];
            r[2] = step(r[2], normal[2], km_random_uniform(bits.v[3]));
        }
        const bool rod = i >= 2 * IONS;
        double d[3] = {0.0, 0.0, 0.0};
        made_normal3(5, k, i, normal);
        normal[2] += rod && r[2] < 0.5 ? 1.0 : rod && r[2] > GAP - 0.5 ? -1.0 : 0.0;
        const double norm =
            sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
        for (int end = 0; end < (rod ? 2 : 1); end++, out += 3)
            for (int a = 0; a < 3; a++) {
                d[a] = rod ? 0.06 * normal[a] / norm * (end == 0 ? -1.0 : 1.0) : 0.0;
                out[a] = r[a] + d[a] + (a == 2 ? surface : 0.0);
            }
    }
    for (int i = 0; i < METAL + 2 * IONS + 2 * RODS; i++)
        x[3 * i + 2] += 0.01 * k;
}

int main(int argc, char **argv)
{
    if (argc != 2 || (mkdir(argv[1], 0777) != 0 && errno != EEXIST))
        return 1;
    static double place[3 * (2 * IONS + RODS)], x[3 * (METAL + 2 * IONS + 2 * RODS)];
    const made_kind kinds[4] = {{"K0", "K", METAL, 1, 39.098, 0},
                                {"K+", "K", IONS, 1, 39.098, 1},
                                {"I-", "I", IONS, 1, 126.90, -1},
                                {"rod", "O", RODS, 2, 15.999, 0}};
    km_labels *labels = made_labels(kinds, 4);
    for (int k = 0; k < 4; k++)
        snprintf(labels->kind[k].residue, sizeof labels->kind[k].residue, "%.2s%d",
                 kinds[k].element, k);
    for (int i = 0; i < labels->n_atoms; i++) {
        const int kind = labels->molecule_kind[labels->molecule[i]];
        labels->charge[i] = kind == 1   ? 1.0
                            : kind == 2 ? -1.0
                            : kind == 3 ? 0.3 - 0.6 * (i % 2)
                                        : 0;
        snprintf(labels->type_name[i], sizeof labels->type_name[i], "T%d", kind);
        labels->kind[kind].charge = kinds[kind].charge;
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/topology.psf", argv[1]);
    assert_ok(km_topology_write_psf(path, labels, "made"));
    snprintf(path, sizeof path, "%s/trajectory.nc", argv[1]);
    km_netcdf_writer *writer;
    assert_ok(km_netcdf_writer_create(path, false, "made", &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < FRAMES; k++) {
        make_frame(place, x, k);
        const km_frame frame = {.step = k,
                                .time = 1.0 * k,
                                .n = labels->n_atoms,
                                .box = km_box_orthorhombic(EDGE, EDGE, 11.0),
                                .position = x};
        assert_ok(sink.frame(sink.self, &frame));
    }
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
    km_labels_destroy(labels);
    return 0;
}
