/* SPDX-License-Identifier: MIT */
/* Speed of the short-range pair term and of its list, alone: bench_pair [ATOMS] [THREADS] [SKIN].
 *
 * A box of a liquid's density (100 atoms/nm^3, atoms near the points of a lattice, every tenth bond
 * length excluded), cutoff 1.2 nm, Ewald splitting of 1e-5 at the cutoff, Lennard-Jones by
 * geometric rule. Prints, as the least of many calls: time per call, pairs within the cutoff per
 * second, clock cycles per such pair and thread, vectors of pairs and how full they are, time to
 * build the list and to refresh it. The clock is measured with a chain of dependent
 * multiplications. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/base/random.h"
#include "kernels/neighbours/cluster_list.h"

enum { REPEATS = 40 };

static const double cutoff = 1.2, alpha = 2.6, density = 100.0;

/* Seconds: of the processor for one thread, so that other load does not count, else of the wall. */
static double now(void)
{
    struct timespec t;
    clock_gettime(omp_get_max_threads() == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Clock of the processor in Hz: the fastest of several chains of dependent multiplications, three
 * cycles each on x86-64 processors of the last ten years (additions of constants may be folded). */
static double clock_rate(void)
{
    double best = 1e9;
    for (int repeat = 0; repeat < 20; repeat++) {
        uint64_t x = (uint64_t)repeat;
        const double begin = now();
        for (int k = 0; k < 1000000; k++)
            __asm__ volatile("imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0" : "+r"(x));
        best = fmin(best, now() - begin);
    }
    return 3 * 4e6 / best;
}

static double uniform(uint32_t k, uint32_t purpose)
{
    return km_random_uniform(km_random_bits(1, k, purpose, KM_RANDOM_BUILD).v[0]);
}

static km_status make_particles(int n, km_particles *p)
{
    memset(p, 0, sizeof *p);
    p->n = n;
    p->n_padded = (n + 127) / 128 * 128;
    KM_NEW(p->position, 3 * (size_t)p->n_padded);
    KM_NEW(p->velocity, 3 * (size_t)p->n_padded); /* at rest */
    KM_NEW(p->force, 3 * (size_t)p->n_padded);
    KM_NEW(p->charge, p->n_padded);
    KM_NEW(p->type, p->n_padded);
    const double edge = cbrt(n / density);
    const int m = (int)ceil(cbrt(n));
    p->box = km_box_orthorhombic(edge, edge, edge);
    for (int i = 0; i < n; i++) {
        const int cell[3] = {i % m, i / m % m, i / m / m};
        for (int c = 0; c < 3; c++)
            p->position[c * p->n_padded + i] =
                edge * (cell[c] + 0.4 * uniform((uint32_t)i, (uint32_t)c)) / m;
        p->charge[i] = uniform((uint32_t)i, 4) - 0.5;
        p->type[i] = i % 8;
    }
    return KM_OK;
}

static void free_particles(km_particles *p)
{
    km_neighbours_cpu_destroy(p->neighbours);
    free(p->position);
    free(p->velocity);
    free(p->force);
    free(p->charge);
    free(p->type);
}

/* Eight types like those of an organic electrolyte, geometric rule. */
static void fill_parameters(double *parameter, int *form)
{
    for (int a = 0; a < 8; a++)
        for (int b = 0; b < 8; b++) {
            double *out = parameter + (a * 8 + b) * KM_VDW_PARAMETERS;
            out[0] = sqrt((0.1 + 0.1 * a) * (0.1 + 0.1 * b));
            out[1] = sqrt((0.15 + 0.01 * a) * (0.15 + 0.01 * b));
            form[a * 8 + b] = KM_VDW_LENNARD_JONES;
        }
}

static int pairs_of_entry(const km_neighbour_list *list, const km_cluster_run *run,
                          km_cluster_entry entry)
{
    int pairs = 0;
    for (int bit = 0; bit < KM_CLUSTER_J; bit++) {
        double r2 = 0.0;
        for (int c = 0; c < 3; c++) {
            const km_real *x = list->position + c * KM_CLUSTER_J;
            const double d = (double)(x[run->slot / 8 * 24 + run->slot % 8] +
                                      list->shift[run->image][c] - x[entry.j * 24 + bit]);
            r2 += d * d;
        }
        pairs += (entry.mask >> bit & 1) && r2 < cutoff * cutoff;
    }
    return pairs;
}

/* Pairs within the cutoff, from the list; *vectors is the number of entries of the list. */
static double count_pairs(const km_neighbour_list *list, double *vectors)
{
    double pairs = 0.0;
    *vectors = 0.0;
    for (int b = 0; b < list->n_blocks; b++) {
        const km_cluster_block *block = list->near + b;
        for (int r = 0; r < block->n_runs; r++) {
            const km_cluster_run *run = block->run + r;
            for (int t = run->masked_begin; t < run->masked_end; t++)
                pairs += pairs_of_entry(list, run, block->masked[t]);
            for (int t = run->full_begin; t < run->full_end; t++)
                pairs += pairs_of_entry(list, run, (km_cluster_entry){block->full[t], 255});
        }
        *vectors += block->n_masked + block->n_full;
    }
    return pairs;
}

static km_status measure(km_device *device, km_particles *p, double skin)
{
    double parameter[64 * KM_VDW_PARAMETERS] = {0};
    int form[64];
    fill_parameters(parameter, form);
    const km_pair_spec spec = {.n_types = 8,
                               .form = form,
                               .parameter = parameter,
                               .cutoff = cutoff,
                               .ewald_alpha = alpha,
                               .coulomb_constant = 138.935};
    const km_neighbour_spec list_spec = {.cutoff = cutoff, .skin = skin};
    km_force force = {NULL, NULL};
    bool rebuilt;
    const double hz = clock_rate();
    double build = 1e9, refresh = 1e9, call[2] = {1e9, 1e9}, vectors;
    KM_TRY(km_neighbours_cpu_create(device, &list_spec, p));
    for (int k = 0; k < REPEATS / 4; k++) {
        const double begin = now();
        KM_TRY(km_neighbours_cpu_update(device, p, true, &rebuilt));
        build = fmin(build, now() - begin);
    }
    KM_TRY(km_pair_cpu_create(device, &spec, p, &force));
    const double pairs = count_pairs(p->neighbours, &vectors);
    for (int k = 0; k < REPEATS; k++)
        for (int energy = 0; energy < 2; energy++) {
            const km_step step = {k, false, energy, energy};
            double begin = now();
            KM_TRY(km_neighbours_cpu_update(device, p, false, &rebuilt));
            refresh = fmin(refresh, now() - begin);
            begin = now();
            KM_TRY(km_force_compute(&force, &step, p));
            call[energy] = fmin(call[energy], now() - begin);
        }
    km_force_destroy(&force);
    printf("%d atoms, %d threads, %s, skin %.3g nm, clock %.2f GHz\n", p->n, device->threads,
           device->isa == KM_ISA_BASELINE ? "baseline"
                                          : (device->isa == KM_ISA_AVX2 ? "AVX2" : "AVX-512"),
           skin, hz * 1e-9);
    printf("  vectors of 8 pairs %.0f, %.1f%% of them within the cutoff\n", vectors,
           100.0 * pairs / (8.0 * vectors));
    for (int energy = 0; energy < 2; energy++)
        printf("  %-22s %8.3f ms  %7.1f M pairs/s  %6.2f cycles/pair  %6.1f cycles/vector\n",
               energy ? "forces, energy, virial" : "forces", 1e3 * call[energy],
               1e-6 * pairs / call[energy], hz * device->threads * call[energy] / pairs,
               hz * device->threads * call[energy] / vectors);
    printf("  %-22s %8.3f ms\n  %-22s %8.3f ms\n", "list: build", 1e3 * build, "list: refresh",
           1e3 * refresh);
    return KM_OK;
}

int main(int argc, char **argv)
{
    const int n = argc > 1 ? atoi(argv[1]) : 30000;
    const double skin = argc > 3 ? atof(argv[3]) : 0.1;
    km_device device = {argc > 2 ? atoi(argv[2]) : 1, KM_ISA_BASELINE, ""};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        device.isa = KM_ISA_AVX2;
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        device.isa = KM_ISA_AVX512;
    if (argc > 4)
        device.isa = (km_instruction_set)atoi(argv[4]);
#endif
    km_particles p;
    omp_set_num_threads(device.threads);
    km_status status = make_particles(n, &p);
    if (status == KM_OK)
        status = measure(&device, &p, skin);
    if (status != KM_OK)
        fprintf(stderr, "%s\n", km_last_error()->message);
    free_particles(&p);
    return status == KM_OK ? 0 : 1;
}
