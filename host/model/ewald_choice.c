/* SPDX-License-Identifier: MIT */
/* Errors of Ewald's sum on a mesh for charges at uncorrelated places, and the cheapest way to stay
 * below a wanted one.
 *
 * Real space, cut at r_c (Kolafa & Perram, doi:10.1080/08927029208049126):
 *     dF^2 = 4 C^2 Q^2 / (N r_c V) exp(-2 alpha^2 r_c^2)            Q = sum q^2
 *
 * Mesh. A charge is seen through its stencil: a wave k carries aliases k + s, where s runs over the
 * reciprocal lattice of the mesh, each with weight w_s = W(k+s) / sum_s' W(k+s'), W = sinc^p along
 * every axis. A pair's force is a sum of G(k) w_s w_t (k+s) over k, s, t in place of G(k+s) (k+s),
 * with G = 4 pi / (V k^2) exp(-k^2 / 4 alpha^2). Averaged over all places of the two charges,
 *     dF^2 = C^2 Q^2 / N sum_k [ G^2 (sum_s w_s^2 (k+s)^2 (sum_t w_t^2) - 2 w_0^2 k^2 + k^2) ]
 * and a charge feels its own aliases, the force of a charge on itself along axis a being
 *     q^2 C |s_a| sum_k G sum_s w_s w_{s+a}  times the sine of its place within the mesh cell.
 * The reasoning is that of Hockney and Eastwood as applied to such sums by Deserno & Holm,
 * doi:10.1063/1.477415, and Ballenegger, Cerda & Holm, doi:10.1021/ct2001792. */
#include "host/model/ewald_choice.h"

#include <stdlib.h>

#include "kernels/base/units.h"

#define KM_MESH_LARGEST 4096
#define KM_MESH_SMALLEST 8
#define KM_MESH_POINTS_MOST 1.5e8 /* 1.2 GB of numbers */
#define KM_ALIASES 3              /* to either side; weights fall as the order-th power */
#define KM_ORDER_LEAST 4          /* splines of the mesh term                           */
#define KM_ORDER_MOST 6

/* What the estimates need to know of the charges. */
typedef struct charge_sums {
    int n;          /*      atoms with a charge */
    double squares; /* e^2  sum of q^2          */
    double fourths; /* e^4  sum of q^4          */
} charge_sums;

static charge_sums sums_of(int n, const double *charge)
{
    charge_sums sums = {0, 0.0, 0.0};
    for (int i = 0; i < n; i++) {
        const double q2 = charge[i] * charge[i];
        sums.n += q2 > 0.0;
        sums.squares += q2;
        sums.fourths += q2 * q2;
    }
    return sums;
}

static double reference_force(const km_box *box, const charge_sums *sums, double coulomb_constant)
{
    return coulomb_constant * sums->squares / sums->n *
           pow(sums->n / km_box_volume(box), 2.0 / 3.0);
}

double km_ewald_reference_force(const km_box *box, int n, const double *charge,
                                double coulomb_constant)
{
    const charge_sums sums = sums_of(n, charge);
    return reference_force(box, &sums, coulomb_constant);
}

/* Relative error of the real-space sum is this times exp(-(alpha cutoff)^2). */
static double real_error_scale(const km_box *box, const charge_sums *sums, double cutoff)
{
    return 2.0 * sums->squares / sqrt(sums->n * cutoff * km_box_volume(box)) /
           reference_force(box, sums, 1.0);
}

/* Sums over the aliases of one frequency of one axis. */
typedef struct alias_sums {
    double frequency; /* m                                      */
    double home;      /* w_0^2                                  */
    double alias;     /* w_s^2 of the largest alias but w_0     */
    int alias_points; /* its frequency is m + alias_points      */
    double moment[3]; /* sum w_s^2 (m + s K)^power              */
    double next;      /* sum w_s w_{s+1}                        */
} alias_sums;

static alias_sums alias_sums_of(int order, int m, int points)
{
    double weight[2 * KM_ALIASES + 1], total = 0.0;
    for (int s = -KM_ALIASES; s <= KM_ALIASES; s++) {
        /* the sine is common to all aliases and drops out */
        weight[s + KM_ALIASES] = m == 0 ? (s == 0) : pow((double)m / (m + s * points), order);
        total += weight[s + KM_ALIASES];
    }
    alias_sums sums = {.frequency = m, .alias_points = m > 0 ? -points : points};
    /* at the edge of odd orders the weights cancel; the mesh leaves that wave out */
    if (order % 2 == 1 && 2 * abs(m) == points)
        return sums;
    for (int s = -KM_ALIASES; s <= KM_ALIASES; s++) {
        const double w = weight[s + KM_ALIASES] / total, square = w * w;
        const double frequency = m + (double)s * points;
        sums.moment[0] += square;
        sums.moment[1] += square * frequency;
        sums.moment[2] += square * frequency * frequency;
        if (s < KM_ALIASES)
            sums.next += w * weight[s + 1 + KM_ALIASES] / total;
        if (s == 0)
            sums.home = square;
        if (s * points == sums.alias_points)
            sums.alias = square;
    }
    return sums;
}

/* What the sum over waves collects. */
typedef struct mesh_sums {
    double pair;    /* sum of squares          */
    double self[3]; /* coherent sum per axis   */
} mesh_sums;

/* Wave vector of fractional frequencies, 1/nm. */
static km_vec3 wave_vector(const km_box *h, double u, double v, double w)
{
    km_vec3 k;
    k.x = 2.0 * KM_PI * u / h->ax;
    k.y = (2.0 * KM_PI * v - k.x * h->bx) / h->by;
    k.z = (2.0 * KM_PI * w - k.x * h->cx - k.y * h->cy) / h->cz;
    return k;
}

/* Metric of the reciprocal lattice: k^2 = sum metric[a][b] m_a m_b. */
static void reciprocal_metric(const km_box *box, double metric[3][3])
{
    const km_vec3 axis[3] = {wave_vector(box, 1, 0, 0), wave_vector(box, 0, 1, 0),
                             wave_vector(box, 0, 0, 1)};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            metric[a][b] = km_vec3_dot(axis[a], axis[b]);
}

static double square_of(double metric[3][3], const double m[3])
{
    double sum = 0.0;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            sum += metric[a][b] * m[a] * m[b];
    return sum;
}

/* Adds one wave; axis[a] are the alias sums of its frequencies, decay = 1/(4 alpha^2). */
static void add_wave(double metric[3][3], const alias_sums *const axis[3], double decay,
                     mesh_sums *sums)
{
    const double m[3] = {axis[0]->frequency, axis[1]->frequency, axis[2]->frequency};
    const double k2 = square_of(metric, m);
    if (decay * k2 > 100.0)
        return;
    const double g = exp(-decay * k2) / k2; /* without 4 pi / V */
    const double *s0 = axis[0]->moment, *s1 = axis[1]->moment, *s2 = axis[2]->moment;
    const double all = s0[0] * s1[0] * s2[0];
    const double home = axis[0]->home * axis[1]->home * axis[2]->home;
    const double squares =
        metric[0][0] * s0[2] * s1[0] * s2[0] + metric[1][1] * s0[0] * s1[2] * s2[0] +
        metric[2][2] * s0[0] * s1[0] * s2[2] +
        2.0 * (metric[0][1] * s0[1] * s1[1] * s2[0] + metric[0][2] * s0[1] * s1[0] * s2[1] +
               metric[1][2] * s0[0] * s1[1] * s2[1]);
    sums->pair += g * g * (squares * all - 2.0 * home * k2 + k2);
    for (int a = 0; a < 3; a++) {
        const int b = (a + 1) % 3, c = (a + 2) % 3;
        sums->self[a] += g * axis[a]->next * axis[b]->moment[0] * axis[c]->moment[0];
        /* what lies beyond the mesh, by the nearest alias along each axis */
        double beyond[3] = {m[0], m[1], m[2]};
        beyond[a] += axis[a]->alias_points;
        const double beyond2 = square_of(metric, beyond);
        if (decay * beyond2 > 50.0)
            continue;
        const double g_beyond = exp(-decay * beyond2) / beyond2;
        sums->pair += g_beyond * beyond2 *
                      (g_beyond - 2.0 * g * axis[a]->alias * axis[b]->home * axis[c]->home);
    }
}

/* Relative error of a mesh. table: mesh[0] + mesh[1] + mesh[2] alias sums. */
static double mesh_error(const km_box *box, const charge_sums *charges, const km_pme_spec *spec,
                         alias_sums *table)
{
    alias_sums *axis[3] = {table, table + spec->mesh[0], table + spec->mesh[0] + spec->mesh[1]};
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < spec->mesh[a]; i++) {
            const int m = 2 * i <= spec->mesh[a] ? i : i - spec->mesh[a];
            axis[a][i] = alias_sums_of(spec->spline_order, m, spec->mesh[a]);
        }
    double metric[3][3];
    reciprocal_metric(box, metric);
    mesh_sums sums = {0.0, {0.0, 0.0, 0.0}};
    const double decay = 0.25 / (spec->alpha * spec->alpha);
    for (int x = 0; x < spec->mesh[0]; x++)
        for (int y = 0; y < spec->mesh[1]; y++)
            for (int z = x == 0 && y == 0; z < spec->mesh[2]; z++) {
                const alias_sums *const wave[3] = {&axis[0][x], &axis[1][y], &axis[2][z]};
                add_wave(metric, wave, decay, &sums);
            }
    const double scale = 4.0 * KM_PI / km_box_volume(box);
    double self = 0.0;
    for (int a = 0; a < 3; a++)
        self += 0.5 * metric[a][a] * spec->mesh[a] * spec->mesh[a] * sums.self[a] * sums.self[a];
    const double square = charges->squares * charges->squares / charges->n * fabs(sums.pair) +
                          charges->fourths / charges->n * self;
    return scale * sqrt(square) / reference_force(box, charges, 1.0);
}

/* Even numbers made of 2, 3, 5 and 7, which the transforms take quickly. */
static bool is_good_size(int n)
{
    if (n % 2 != 0)
        return false;
    const int factor[4] = {2, 3, 5, 7};
    for (int f = 0; f < 4; f++)
        while (n % factor[f] == 0)
            n /= factor[f];
    return n == 1;
}

static int good_size_from(double least)
{
    int n = (int)ceil(fmin(fmax(least, KM_MESH_SMALLEST), KM_MESH_LARGEST));
    while (n <= KM_MESH_LARGEST && !is_good_size(n))
        n++;
    return n;
}

/* Mesh with a spacing of at most `spacing` nm along the lattice vectors, except where requested. */
static void mesh_of_spacing(const km_box *box, double spacing, const km_pme_spec *requested,
                            int mesh[3])
{
    const double length[3] = {box->ax, hypot(box->bx, box->by),
                              sqrt(box->cx * box->cx + box->cy * box->cy + box->cz * box->cz)};
    for (int a = 0; a < 3; a++)
        mesh[a] = requested->mesh[a] > 0 ? requested->mesh[a]
                                         : good_size_from(length[a] / spacing * (1.0 - 1e-12));
}

static double points_of(const km_pme_spec *spec)
{
    return (double)spec->mesh[0] * spec->mesh[1] * spec->mesh[2];
}

/* Seconds of one evaluation on one core, up to a common factor. */
static double cost_of(int n, const km_pme_spec *spec)
{
    const double per_atom[3] = {1.0, 1.6, 2.0};
    const double points = points_of(spec);
    return n * per_atom[spec->spline_order - KM_ORDER_LEAST] + 0.02 * points * log2(points);
}

/* The coarsest mesh of one order whose error is at most wanted, starting coarse and going finer by
 * the power law of the order, never by less than one point. Stops where settled axes leave nothing
 * to gain, and with an infinite error where the cost passes most. */
static km_status coarsest_mesh(const km_box *box, const charge_sums *charges, double wanted,
                               double most, const km_pme_spec *requested, alias_sums *table,
                               km_pme_spec *spec, double *error)
{
    *error = INFINITY;
    const double length[3] = {box->ax, hypot(box->bx, box->by),
                              sqrt(box->cx * box->cx + box->cy * box->cy + box->cz * box->cz)};
    const int settled =
        (requested->mesh[0] > 0) + (requested->mesh[1] > 0) + (requested->mesh[2] > 0);
    double spacing = 1.0 / spec->alpha;
    for (;;) {
        mesh_of_spacing(box, spacing, requested, spec->mesh);
        if (cost_of(charges->n, spec) >= most)
            return KM_OK;
        if (points_of(spec) > KM_MESH_POINTS_MOST)
            return KM_FAIL(
                KM_ERROR_VALUE,
                "a mesh of %d x %d x %d points would be needed to reach a relative error "
                "of the Coulomb forces of %g; ask for a larger error or a larger cutoff",
                spec->mesh[0], spec->mesh[1], spec->mesh[2], wanted);
        const double coarser = *error;
        *error = mesh_error(box, charges, spec, table);
        if (*error <= wanted || settled == 3 || (settled > 0 && *error > 0.95 * coarser))
            return KM_OK;
        double finer = 0.0;
        for (int a = 0; a < 3; a++)
            if (requested->mesh[a] <= 0)
                finer = fmax(finer, length[a] / (spec->mesh[a] + 1));
        const double step = 1.1 * pow(wanted / *error, 1.0 / spec->spline_order);
        spacing = fmin(finer, spacing * (settled > 0 ? fmax(step, 0.7) : step));
    }
}

/* Tries every order that is not settled, the highest first since it needs the coarsest mesh; takes
 * the cheapest that is good enough, or the most accurate where the mesh is settled. */
static km_status choose_mesh(const km_box *box, const charge_sums *charges, double wanted,
                             const km_pme_spec *requested, alias_sums *table, km_pme_spec *best,
                             double *best_error)
{
    *best_error = INFINITY;
    for (int order = KM_ORDER_MOST; order >= KM_ORDER_LEAST; order--) {
        if (requested->spline_order > 0 && requested->spline_order != order)
            continue;
        km_pme_spec spec = *best;
        spec.spline_order = order;
        const double most = *best_error <= wanted ? cost_of(charges->n, best) : INFINITY;
        double error;
        KM_TRY(coarsest_mesh(box, charges, wanted, most, requested, table, &spec, &error));
        if (error <= wanted || error < *best_error) {
            *best = spec;
            *best_error = error;
        }
    }
    return KM_OK;
}

static km_status check(const km_box *box, double cutoff, double error, const charge_sums *charges,
                       const km_pme_spec *requested)
{
    if (charges->n == 0)
        return KM_FAIL(KM_ERROR_VALUE, "no atom carries a charge; leave the mesh out");
    if (!(km_box_volume(box) > 0.0) || !isfinite(km_box_volume(box)))
        return KM_FAIL(KM_ERROR_VALUE, "the volume of the cell is %g nm^3", km_box_volume(box));
    if (!(cutoff > 0.0) || !isfinite(cutoff))
        return KM_FAIL(KM_ERROR_VALUE, "the Coulomb cutoff is %g nm; it must be above 0", cutoff);
    if (!(error > 0.0) || !(error < 1.0))
        return KM_FAIL(
            KM_ERROR_VALUE,
            "the relative error of the Coulomb forces is %g; it must lie between 0 and 1", error);
    if (requested->spline_order > 0 &&
        (requested->spline_order < KM_ORDER_LEAST || requested->spline_order > KM_ORDER_MOST))
        return KM_FAIL(KM_ERROR_VALUE, "the spline order of the mesh is %d; it must be %d to %d",
                       requested->spline_order, KM_ORDER_LEAST, KM_ORDER_MOST);
    for (int a = 0; a < 3; a++)
        if (requested->mesh[a] > KM_MESH_LARGEST)
            return KM_FAIL(KM_ERROR_VALUE,
                           "a mesh of %d points is asked along axis %d; %d is the most",
                           requested->mesh[a], a, KM_MESH_LARGEST);
    return KM_OK;
}

km_status km_ewald_choose(const km_box *box, double cutoff, double relative_force_error, int n,
                          const double *charge, const km_pme_spec *requested, km_pme_spec *out,
                          double *error_real, double *error_mesh)
{
    const charge_sums charges = sums_of(n, charge);
    KM_TRY(check(box, cutoff, relative_force_error, &charges, requested));
    const double scale = real_error_scale(box, &charges, cutoff);
    const double share = sqrt(0.5) * relative_force_error;
    km_pme_spec best = *requested;
    if (!(best.coulomb_constant > 0.0))
        best.coulomb_constant = KM_COULOMB_CONSTANT;
    if (!(best.alpha > 0.0))
        best.alpha = sqrt(fmax(1.0, log(scale / share))) / cutoff;
    *error_real = scale * exp(-best.alpha * best.alpha * cutoff * cutoff);
    const double rest = relative_force_error * relative_force_error - *error_real * *error_real;
    alias_sums *table;
    KM_NEW(table, 3 * KM_MESH_LARGEST);
    const km_status status = choose_mesh(box, &charges, fmax(share, sqrt(fmax(0.0, rest))),
                                         requested, table, &best, error_mesh);
    free(table);
    KM_TRY(status);
    *out = best;
    return KM_OK;
}
