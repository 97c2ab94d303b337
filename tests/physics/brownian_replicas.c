/* SPDX-License-Identifier: MIT */
/* Replicas of Brownian particles with a known coefficient, many seeds: the 95 % interval of the
 * ensemble must hold the truth in 95 +- 3 % of them, also where particles go together in groups and
 * where every replica has a coefficient of its own about a known mean. There the replicas' own
 * errors, pooled, are too small, which is why the scatter between replicas is what is given.
 *
 *     brownian_replicas [SEEDS]        200 in the test suite; 2000 by hand
 *
 * A seed is an independent trial, so that the number of hits is binomial; the allowance added to
 * the 3 % is 2.6 standard errors of that count (99 %): 4.0 % for 200 seeds, 1.3 % for 2000.
 */
#include <math.h>
#include <omp.h>

#include "host/analysis/ensemble.h"
#include "tests/made_trajectory.h"

#define N_PARTICLES 16
#define N_FRAMES 300
#define SIGMA 0.1 /* nm  step per frame and axis */
#define LARGEST 8

typedef struct setting {
    const char *name;
    int n_replicas;
    int copies;      /* this many particles make the same walk                        */
    double variety;  /* relative spread of the coefficients of replicas               */
    double own_most; /* coverage that the pooled errors of the replicas stay below    */
} setting;

typedef struct tally {
    int trials, hits, own_hits, diffusive;
    double sum, square, width, own_width; /* of D and half widths, / truth */
} tally;

/* One replica: N_PARTICLES and one very heavy molecule that holds the centre of mass. */
static km_analysis *one_run(const setting *s, const km_labels *labels, uint64_t seed, int replica)
{
    static const char *const name[] = {"msd"};
    const int n = N_PARTICLES + 1;
    double normal[4];
    km_random_normal4(km_random_bits(seed, 0, (uint32_t)replica, KM_RANDOM_BUILD), normal);
    const double step = SIGMA * sqrt(fmax(0.0, 1.0 + s->variety * normal[0]));
    const double sigma[3] = {step, step, step};
    double *x = made_walk(1000 * seed + (uint64_t)replica, N_FRAMES, n, sigma);
    for (int k = 1; k < N_FRAMES; k++) {
        double *frame = x + (size_t)k * n * 3;
        for (int i = 0; i < N_PARTICLES; i++)
            memcpy(frame + 3 * i, frame + 3 * (i / s->copies * s->copies), 3 * sizeof *frame);
        for (int a = 0; a < 3; a++)
            frame[(n - 1) * 3 + a] = 1e-9 * (k % 2);
    }
    km_analysis *analysis;
    assert_ok(km_analysis_create(name, 1, 300.0, 0.0, seed, &analysis));
    const km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < N_FRAMES; k++) {
        const km_frame frame = {.step = k,
                                .time = k,
                                .n = n,
                                .box = km_box_orthorhombic(1e3, 1e3, 1e3),
                                .position = x + (size_t)k * n * 3};
        assert_ok(sink.frame(sink.self, &frame));
    }
    assert_ok(sink.end(sink.self));
    free(x);
    return analysis;
}

static void one_seed(const setting *s, const km_labels *labels, uint64_t seed, tally *t)
{
    km_analysis *run[LARGEST];
    const km_results *results[LARGEST];
    km_results together;
    for (int r = 0; r < s->n_replicas; r++) {
        run[r] = one_run(s, labels, seed, r);
        results[r] = km_analysis_results(run[r]);
    }
    assert_ok(km_ensemble_reduce(results, s->n_replicas, &together));
    const km_diffusion *d = &together.species[0].diffusion;
    assert_true(d->available);
    const double truth = 0.5 * SIGMA * SIGMA * 1e-6; /* m^2/s */
    const double own = 1.96 * d->pooled_error;
    t->trials++;
    t->hits += d->total.low <= truth && truth <= d->total.high;
    t->own_hits += fabs(d->total.value - truth) <= own;
    t->diffusive += d->diffusive;
    t->sum += d->total.value / truth;
    t->square += d->total.value / truth * d->total.value / truth;
    t->width += 0.5 * (d->total.high - d->total.low) / truth;
    t->own_width += own / truth;
    km_results_clear(&together);
    for (int r = 0; r < s->n_replicas; r++)
        km_analysis_destroy(run[r]);
}

static bool judge(const setting *s, const tally *t)
{
    const double n = t->trials, coverage = t->hits / n, own = t->own_hits / n, mean = t->sum / n;
    const double spread = sqrt(t->square / n - mean * mean);
    const double allowance = 0.03 + 2.6 * sqrt(0.95 * 0.05 / n);
    /* the mean must be the truth within four standard errors */
    const bool good = fabs(coverage - 0.95) <= allowance && own <= s->own_most &&
                      fabs(mean - 1.0) < 4.0 * spread / sqrt(n);
    printf("%-10s R %d  n %4.0f  coverage %.3f (own errors pooled %.3f)  mean %.4f  spread %.4f  "
           "half width %.4f (%.4f)  diffusive %.3f  %s\n",
           s->name, s->n_replicas, n, coverage, own, mean, spread, t->width / n, t->own_width / n,
           t->diffusive / n, good ? "ok" : "WRONG");
    return good;
}

int main(int argc, char **argv)
{
    omp_set_num_threads(1); /* thousands of small problems */
    const int n_seeds = argc > 1 ? atoi(argv[1]) : 200;
    const made_kind kinds[2] = {{"K+", "K", N_PARTICLES, 1, 39.1, 1}, {"DME", "O", 1, 1, 1e12, 0}};
    const setting settings[] = {
        {"alike", 2, 1, 0.0, 1.0},      {"alike", 3, 1, 0.0, 1.0},
        {"alike", 4, 1, 0.0, 1.0},      {"alike", 8, 1, 0.0, 1.0},
        {"together", 4, 8, 0.0, 1.0},   {"different", 4, 1, 0.2, 0.85},
        {"different", 8, 1, 0.2, 0.85},
    };
    km_labels *labels = made_labels(kinds, 2);
    bool good = n_seeds > 0;
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        tally t = {0};
        for (int seed = 0; seed < n_seeds; seed++)
            one_seed(&settings[k], labels, 10000 * (uint64_t)(k + 1) + (uint64_t)seed, &t);
        good = judge(&settings[k], &t) && good;
    }
    km_labels_destroy(labels);
    return good ? 0 : 1;
}
