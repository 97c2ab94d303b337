/* SPDX-License-Identifier: MIT */
/* Brownian particles with a known coefficient, many seeds: the 95 % interval must hold the truth in
 * 95 +- 3 % of them, whatever the length of the run, the number of particles and the anisotropy,
 * and where particles go together: in pairs, in groups, pushed by a common force, or all as one.
 *
 *     brownian_diffusion [SEEDS [NAME]]     200 in the test suite; 1000 for
 * bench/results/coverage.csv
 *
 * A seed is an independent trial, so that the number of hits is binomial; the allowance added to
 * the 3 % is 2.6 standard errors of that count (99 %): 4.0 % for 200 seeds, 1.8 % for 1000. Of a
 * single walker along a single axis the slope may be negative, which has no interval: all as one
 * are judged by D in space alone.
 */
#include <math.h>
#include <omp.h>

#include "host/analysis/diffusion.h"
#include "tests/made_trajectory.h"

typedef struct setting {
    const char *name;
    int n_particles, n_frames;
    double sigma[3]; /* nm  step per frame and axis */
    double cage;     /* nm  width of a rattling (correlated over 5 frames) on top of the walk */
    int copies;      /* this many particles make the same walk */
    double push;     /* correlation of the steps of any two: all share a part of them */
} setting;

typedef struct tally {
    int trials, hits, diffusive, blocks_decide;
    double sum, square; /* of D / truth */
    double width;       /* mean width of the interval / truth */
} tally;

/* Adds one step of an Ornstein-Uhlenbeck rattling, kept in old, to the position x. */
static void rattle(double *x, double *old, double width, uint64_t seed, int step, int particle)
{
    const double memory = exp(-1.0 / 5.0);
    double normal[4];
    if (width == 0.0)
        return;
    made_normal3(seed ^ 0x5eed, step, particle, normal);
    for (int a = 0; a < 3; a++) {
        old[a] = memory * old[a] + width * sqrt(1.0 - memory * memory) * normal[a];
        x[a] += old[a];
    }
}

/* Puts a part of every step that all have in common in place of as much of each one's own. */
static void share_push(const setting *s, uint64_t seed, double *x)
{
    const int n = s->n_particles + 1;
    double common[3] = {0.0};
    for (int k = 1; k < s->n_frames; k++) {
        double normal[4];
        made_normal3(seed ^ 0x9054, k, 0, normal);
        for (int a = 0; a < 3; a++) {
            common[a] += sqrt(s->push) * s->sigma[a] * normal[a];
            for (int i = 0; i < s->n_particles; i++) {
                double *at = x + ((size_t)k * n + i) * 3 + a;
                *at = sqrt(1.0 - s->push) * *at + common[a];
            }
        }
    }
}

/* n particles and one very heavy molecule that holds the centre of mass. */
static void one_seed(const setting *s, uint64_t seed, tally result[4])
{
    const made_kind kinds[2] = {{"K+", "K", s->n_particles, 1, 39.1, 1},
                                {"DME", "O", 1, 1, 1e12, 0}};
    km_labels *labels = made_labels(kinds, 2);
    const int n = s->n_particles + 1;
    double *x = made_walk(seed, s->n_frames, n, s->sigma);
    double *old;
    assert_ok(km_allocate((void **)&old, 3 * (size_t)n, sizeof *old));
    for (int k = 1; k < s->n_frames; k++) {
        double *frame = x + (size_t)k * n * 3;
        for (int i = 0; i < s->n_particles; i++)
            rattle(frame + 3 * i, old + 3 * i, s->cage, seed, k, i);
        for (int i = 0; i < s->n_particles; i++)
            memcpy(frame + 3 * i, frame + 3 * (i / s->copies * s->copies), 3 * sizeof *frame);
        for (int a = 0; a < 3; a++)
            frame[(n - 1) * 3 + a] = 1e-9 * (k % 2);
    }
    free(old);
    if (s->push > 0.0)
        share_push(s, seed, x);
    int *index = made_range(s->n_particles);
    km_displacements *d;
    km_msd msd;
    km_exponent exponent;
    km_diffusion out;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, x, s->n_frames, 1.0, km_box_orthorhombic(1e3, 1e3, 1e3)));
    assert_true(d->drift_removed);
    assert_ok(km_msd_compute(d, index, s->n_particles, &msd));
    assert_ok(km_exponent_compute(&msd, &exponent));
    assert_ok(km_diffusion_compute(d, index, s->n_particles, &msd, &exponent, seed, 0, &out));
    assert_true(out.available);
    for (int k = 0; k < 4; k++) {
        const int q = k % 2;
        tally *t = &result[k];
        const km_estimate *e = k == 0   ? &out.total
                               : k == 1 ? &out.axis[0]
                               : k == 2 ? &out.regression
                                        : &out.regression_axis[0];
        double truth = 0.0; /* m^2/s: sigma^2 / 2 per ps */
        for (int a = 0; a < (q == 0 ? 3 : 1); a++)
            truth += 0.5 * s->sigma[a] * s->sigma[a] * 1e-6 / (q == 0 ? 3 : 1);
        t->trials++;
        t->hits += e->low <= truth && truth <= e->high;
        t->sum += e->value / truth;
        t->square += e->value / truth * e->value / truth;
        t->width += (e->high - e->low) / truth;
        t->diffusive += out.diffusive;
        t->blocks_decide += out.blocks_decide;
    }
    km_exponent_clear(&exponent);
    km_msd_clear(&msd);
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(index);
    free(x);
}

static bool judge(const setting *s, const char *what, const tally *t)
{
    const double coverage = (double)t->hits / t->trials, mean = t->sum / t->trials;
    const double spread = sqrt(t->square / t->trials - mean * mean);
    const double allowance = 0.03 + 2.6 * sqrt(0.95 * 0.05 / t->trials);
    /* the mean must be the truth within four standard errors */
    const bool good =
        fabs(coverage - 0.95) <= allowance && fabs(mean - 1.0) < 4.0 * spread / sqrt(t->trials);
    printf("%-12s %-17s n %4d  coverage %.3f  mean %.4f  spread %.4f  half width %.4f  diffusive "
           "%.3f  blocks decide %.3f  %s\n",
           s->name, what, t->trials, coverage, mean, spread, 0.5 * t->width / t->trials,
           (double)t->diffusive / t->trials, (double)t->blocks_decide / t->trials,
           good ? "ok" : "WRONG");
    return good;
}

int main(int argc, char **argv)
{
    omp_set_num_threads(1); /* thousands of small problems */
    const int n_seeds = argc > 1 ? atoi(argv[1]) : 200;
    const setting settings[] = {
        {"isotropic", 32, 500, {0.07, 0.07, 0.07}, 0.0, 1, 0.0},
        {"few", 6, 1000, {0.07, 0.07, 0.07}, 0.0, 1, 0.0},
        {"anisotropic", 32, 500, {0.04, 0.08, 0.12}, 0.0, 1, 0.0},
        {"slow", 32, 500, {0.01, 0.01, 0.01}, 0.0, 1, 0.0},   /* never 30 A^2 */
        {"caged", 32, 500, {0.07, 0.07, 0.07}, 0.06, 1, 0.0}, /* MSD begins with 3.2 A^2 more */
        {"groups", 32, 500, {0.07, 0.07, 0.07}, 0.0, 8, 0.0}, /* like 4 independent ones */
        {"pairs", 32, 500, {0.07, 0.07, 0.07}, 0.0, 2, 0.0},
        {"caged groups", 32, 500, {0.07, 0.07, 0.07}, 0.06, 8, 0.0},
        {"pushed", 32, 500, {0.07, 0.07, 0.07}, 0.0, 1, 0.3}, /* like 8.5 */
        {"many pushed", 200, 500, {0.07, 0.07, 0.07}, 0.0, 1, 0.2},
        {"as one", 32, 500, {0.07, 0.07, 0.07}, 0.0, 32, 0.0},
    };
    bool good = n_seeds > 0;
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        if (argc > 2 && strcmp(argv[2], settings[k].name) != 0)
            continue;
        static const char *const what[4] = {"D", "D_x", "D by regression", "D_x by regression"};
        tally result[4] = {{0}};
        for (int seed = 0; seed < n_seeds; seed++)
            one_seed(&settings[k], 1000 * (uint64_t)(k + 1) + (uint64_t)seed, result);
        const bool one = settings[k].copies == settings[k].n_particles;
        for (int q = 0; q < 4; q += one ? 2 : 1)
            good = judge(&settings[k], what[q], &result[q]) && good;
    }
    return good ? 0 : 1;
}
