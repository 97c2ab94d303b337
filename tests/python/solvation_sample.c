/* SPDX-License-Identifier: MIT */
/* Leaves a made trajectory of solvated ions and what the analysis says of it for
 * compare_solvation.py.
 *
 *     solvation_sample FOLDER   ->  positions.bin (double, frames x atoms x 3, nm), atoms.txt (kind
 *                                   and molecule of every atom), solvation.csv, speciation.csv ...
 */
#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "host/analysis/analysis.h"
#include "tests/made_trajectory.h"

enum { CATIONS = 30, ANIONS = 30, SOLVENTS = 150, FRAMES = 40 };
enum { ATOMS = CATIONS + 2 * (ANIONS + SOLVENTS) };
#define EDGE 4.0 /* nm */

static FILE *open_in(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    return file;
}

/* Ions anywhere; most molecules with one O at 0.28 nm from some cation and the other behind it, the
 * rest anywhere. Frames are independent of each other. */
static void make_frame(int frame, double *x)
{
    for (int m = 0; m < CATIONS + ANIONS + SOLVENTS; m++) {
        const km_random4 a = km_random_bits(5, (uint64_t)frame, (uint32_t)m, KM_RANDOM_BUILD);
        const km_random4 b = km_random_bits(6, (uint64_t)frame, (uint32_t)m, KM_RANDOM_BUILD);
        double u[8], axis[3], length = 0.0;
        for (int k = 0; k < 4; k++) {
            u[k] = km_random_uniform(a.v[k]);
            u[4 + k] = km_random_uniform(b.v[k]);
        }
        for (int c = 0; c < 3; c++) {
            axis[c] = u[4 + c] - 0.5;
            length += axis[c] * axis[c];
        }
        if (m < CATIONS) {
            for (int c = 0; c < 3; c++)
                x[3 * m + c] = EDGE * u[c];
            continue;
        }
        const int first = CATIONS + 2 * (m - CATIONS), centre = (int)(u[3] * CATIONS);
        const double near = 0.26 + 0.04 * u[7];
        for (int c = 0; c < 3; c++) {
            const double e = axis[c] / sqrt(length);
            const bool bound = u[0] < 0.8;
            const double from = bound ? x[3 * centre + c] + near * e : EDGE * u[c];
            x[3 * first + c] = from;
            x[3 * first + 3 + c] = from + 0.25 * e;
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || (mkdir(argv[1], 0777) != 0 && errno != EEXIST))
        return 1;
    const made_kind kinds[3] = {{"K+", "K", CATIONS, 1, 39.1, 1},
                                {"A", "O", ANIONS, 2, 16.0, -1},
                                {"S", "O", SOLVENTS, 2, 16.0, 0}};
    km_labels *labels = made_labels(kinds, 3);
    const char *const names[1] = {"solvation"};
    static double x[3 * ATOMS];
    km_analysis *analysis;
    assert_ok(km_analysis_create(names, 1, 298.15, 0.0, 1, &analysis));
    const km_sink sink = km_analysis_sink(analysis);
    FILE *file = open_in(argv[1], "positions.bin");
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < FRAMES; k++) {
        make_frame(k, x);
        const km_frame frame = {.step = k,
                                .time = k,
                                .n = ATOMS,
                                .box = km_box_orthorhombic(EDGE, EDGE, EDGE),
                                .position = x};
        assert_ok(sink.frame(sink.self, &frame));
        assert_int_equal(fwrite(x, sizeof *x, 3 * ATOMS, file), 3 * ATOMS);
    }
    fclose(file);
    assert_ok(sink.end(sink.self));
    assert_ok(km_analysis_write(analysis, argv[1]));
    file = open_in(argv[1], "atoms.txt");
    for (int i = 0; i < ATOMS; i++)
        fprintf(file, "%s %d\n", labels->kind[labels->molecule_kind[labels->molecule[i]]].name,
                labels->molecule[i]);
    fclose(file);
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
    return 0;
}
