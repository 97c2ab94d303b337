/* SPDX-License-Identifier: MIT */
/* Leaves a made trajectory and what the analysis says of it for compare_msd.py.
 *
 *     msd_sample FOLDER     ->  positions.bin (double, frames x atoms x 3, nm), atoms.txt (kind,
 *                               molecule and mass of every atom), msd.csv, collective_msd.csv and
 * more */
#include <errno.h>
#include <sys/stat.h>

#include "host/analysis/analysis.h"
#include "tests/made_trajectory.h"

static FILE *open_in(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    return file;
}

int main(int argc, char **argv)
{
    if (argc != 2 || (mkdir(argv[1], 0777) != 0 && errno != EEXIST))
        return 1;
    const made_kind kinds[3] = {
        {"K+", "K", 7, 1, 39.1, 1}, {"DME", "O", 5, 3, 16.0, 0}, {"I-", "I", 7, 1, 126.9, -1}};
    km_labels *labels = made_labels(kinds, 3);
    const int n = labels->n_atoms, n_frames = 400;
    const double sigma[3] = {0.03, 0.05, 0.08};
    double *x = made_walk(41, n_frames, n, sigma);
    for (int k = 0; k < n_frames; k++) /* all of it drifts */
        for (int i = 0; i < n; i++)
            x[((size_t)k * n + i) * 3 + i % 3] += 0.01 * k;
    const char *const names[3] = {"msd", "conductivity", "vanhove"};
    km_analysis *analysis;
    assert_ok(km_analysis_create(names, 3, 298.15, 0.0, 1, &analysis));
    const km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < n_frames; k++) {
        const km_frame frame = {.step = k,
                                .time = 2.0 * k,
                                .n = n,
                                .box = km_box_orthorhombic(50, 50, 50),
                                .position = x + (size_t)k * n * 3};
        assert_ok(sink.frame(sink.self, &frame));
    }
    assert_ok(sink.end(sink.self));
    assert_ok(km_analysis_write(analysis, argv[1]));
    FILE *file = open_in(argv[1], "positions.bin");
    assert_int_equal(fwrite(x, 3 * sizeof *x, (size_t)n_frames * n, file), (size_t)n_frames * n);
    fclose(file);
    file = open_in(argv[1], "atoms.txt");
    for (int i = 0; i < n; i++)
        fprintf(file, "%s %d %g\n", labels->kind[labels->molecule_kind[labels->molecule[i]]].name,
                labels->molecule[i], labels->mass[i]);
    fclose(file);
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
    free(x);
    return 0;
}
