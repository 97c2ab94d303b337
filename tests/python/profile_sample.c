/* SPDX-License-Identifier: MIT */
/* Leaves made frames and their profiles for compare_profile.py.
 *
 *     profile_sample FOLDER     ->  positions.bin (double, frames x atoms x 3, nm), atoms.txt
 * (kind, molecule, mass and charge of every atom), profile.csv, potential.csv and more */
#include <errno.h>
#include <sys/stat.h>

#include "host/analysis/analysis.h"
#include "tests/made_trajectory.h"

enum { FRAMES = 60, BINS = 250 };

static FILE *open_in(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    return file;
}

/* Off the edges of bins: MDAnalysis keeps positions in float. */
static double off_edges(double z)
{
    const double width = 5.0 / BINS, bin = floor(z / width);
    return width * (bin + fmin(fmax(z / width - bin, 0.01), 0.99));
}

int main(int argc, char **argv)
{
    if (argc != 2 || (mkdir(argv[1], 0777) != 0 && errno != EEXIST))
        return 1;
    const made_kind kinds[3] = {
        {"K+", "K", 40, 1, 39.1, 1}, {"DME", "O", 60, 3, 16.0, 0}, {"I-", "I", 40, 1, 126.9, -1}};
    km_labels *labels = made_labels(kinds, 3);
    const int n = labels->n_atoms;
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)FRAMES * n * 3, sizeof *x));
    for (int i = 0; i < n; i++)
        labels->charge[i] = i < 40 ? 0.8 : i >= n - 40 ? -0.8 : 0.25 * (1 - i % 3);
    for (int k = 0; k < FRAMES; k++)
        for (int i = 0; i < n; i++) {
            double normal[4], *r = x + 3 * ((size_t)k * n + i);
            made_normal3(21, k, i, normal);
            const double centre[3] = {1.5, 1.5, 2.5};
            for (int a = 0; a < 3; a++) { /* an uneven cloud; molecules of one length */
                r[a] = centre[a] + (a == 2 ? 0.7 : 0.3) * fmin(fmax(normal[a], -3.0), 3.0) +
                       (a == 2 && i < 40 ? 0.2 : 0.0);
                if (i >= 40 && i < n - 40 && (i - 40) % 3 != 0)
                    r[a] = x[3 * ((size_t)k * n + i - 1) + a] + 0.1 * (a == 2 ? 1.003 : 0.3);
            }
            r[2] = off_edges(r[2]);
        }
    const char *const names[1] = {"profile"};
    km_analysis *analysis;
    assert_ok(km_analysis_create(names, 1, 298.15, 0.0, 1, &analysis));
    const km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < FRAMES; k++) {
        const km_frame frame = {.step = k,
                                .time = 2.0 * k,
                                .n = n,
                                .box = km_box_orthorhombic(3, 3, 5),
                                .position = x + (size_t)k * n * 3};
        assert_ok(sink.frame(sink.self, &frame));
    }
    assert_ok(sink.end(sink.self));
    assert_ok(km_analysis_write(analysis, argv[1]));
    FILE *file = open_in(argv[1], "positions.bin");
    assert_int_equal(fwrite(x, 3 * sizeof *x, (size_t)FRAMES * n, file), (size_t)FRAMES * n);
    fclose(file);
    file = open_in(argv[1], "atoms.txt");
    for (int i = 0; i < n; i++)
        fprintf(file, "%s %d %g %g\n",
                labels->kind[labels->molecule_kind[labels->molecule[i]]].name, labels->molecule[i],
                labels->mass[i], labels->charge[i]);
    fclose(file);
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
    free(x);
    return 0;
}
