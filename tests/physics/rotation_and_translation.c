/* SPDX-License-Identifier: MIT */
/* Where a liquid lies and how it is turned changes nothing; forces and virial turn with it. A
 * lattice of which the vectors are named in another order needs a rotation to have its first vector
 * along x and its second in the xy plane: the same periodic liquid in an oblique position, in
 * another cell, on another mesh. The forces of a term add up to zero. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/peer_liquid.h"

/* Relative to the RMS force of the term, the virial's norm and the energy; in brackets what is
 * seen. In the mixed build pairs see positions in float: 2e-7 nm of 3 nm, times 13 / 0.3 nm for a
 * repulsive force, 1e-5 of it. The mesh is float there too. Sums of forces, kJ/mol/nm: the
 * rounding of one atom's sum, 6e-8 of about 1e3, times the root of their number; in double that of
 * the fixed point. */
#ifdef KM_DOUBLE
#define PAIR_TOLERANCE 1e-9
#define PAIR_SUM 1e-9
#define MESH_TOLERANCE 1e-6
#else
#define PAIR_TOLERANCE 1e-5 /* 3e-6 */
#define PAIR_SUM 6e-5       /* 8e-6 */
#define MESH_TOLERANCE 5e-6 /* 2e-6 */
#endif
#define BONDED_TOLERANCE 1e-9

typedef struct fixture {
    peer_liquid *liquid;
    km_box box;       /* of the file */
    double *position; /* of the file */
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->liquid = peer_liquid_read("kfsi-dme-tte"); /* triclinic */
    const size_t bytes = 3 * (size_t)f->liquid->n * sizeof(double);
    f->box = f->liquid->box;
    f->position = malloc(bytes);
    assert_non_null(f->position);
    memcpy(f->position, f->liquid->position, bytes);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    peer_liquid_free(f->liquid);
    free(f->position);
    free(f);
    return 0;
}

/* One term at the box and positions the liquid has now. */
static peer_result evaluate(const fixture *f, km_force_kind kind)
{
    km_model *model = peer_liquid_model(f->liquid);
    const peer_result r = peer_liquid_evaluate(&km_backend_cpu, f->liquid, model, kind, 2);
    km_model_destroy(model);
    return r;
}

static double energy(const peer_result *r)
{
    double sum = 0.0;
    for (int t = 0; t < KM_ENERGY_COUNT; t++)
        sum += r->energy[t];
    return sum;
}

/* Rows: the orthonormal axes in which a lies along x and b in the xy plane. */
typedef struct rotation {
    km_vec3 row[3];
} rotation;

static km_vec3 turn(const rotation *q, km_vec3 v)
{
    return km_vec3_make(km_vec3_dot(q->row[0], v), km_vec3_dot(q->row[1], v),
                        km_vec3_dot(q->row[2], v));
}

static rotation axes_along(km_vec3 a, km_vec3 b)
{
    rotation q;
    q.row[0] = km_vec3_scale(1.0 / km_vec3_norm(a), a);
    const km_vec3 c = km_vec3_cross(a, b);
    q.row[2] = km_vec3_scale(1.0 / km_vec3_norm(c), c);
    q.row[1] = km_vec3_cross(q.row[2], q.row[0]);
    return q;
}

static km_vec3 load(const double *x, int i)
{
    return km_vec3_make(x[3 * i], x[3 * i + 1], x[3 * i + 2]);
}

static void store(double *x, int i, km_vec3 v)
{
    x[3 * i] = v.x;
    x[3 * i + 1] = v.y;
    x[3 * i + 2] = v.z;
}

/* Lattice vectors b, c, a in this order (an even permutation), turned to a lower triangle. */
static rotation turn_cell(fixture *f)
{
    const km_box *old = &f->box;
    const km_vec3 a = km_vec3_make(old->bx, old->by, 0.0),
                  b = km_vec3_make(old->cx, old->cy, old->cz), c = km_vec3_make(old->ax, 0.0, 0.0);
    const rotation q = axes_along(a, b);
    const km_vec3 first = turn(&q, a), second = turn(&q, b), third = turn(&q, c);
    f->liquid->system.box = (km_box){
        .ax = first.x, .bx = second.x, .by = second.y, .cx = third.x, .cy = third.y, .cz = third.z};
    for (int i = 0; i < f->liquid->n; i++)
        store(f->liquid->position, i, turn(&q, load(f->position, i)));
    return q;
}

/* Forces of both, those of the first turned: RMS difference over RMS force. */
static void compare_forces(const peer_result *from, const peer_result *to, const rotation *q, int n,
                           double tolerance)
{
    double difference = 0.0, norm = 0.0;
    for (int i = 0; i < n; i++) {
        const km_vec3 expected = q != NULL ? turn(q, load(from->force, i)) : load(from->force, i);
        const km_vec3 d = km_vec3_sub(load(to->force, i), expected);
        difference += km_vec3_dot(d, d);
        norm += km_vec3_dot(expected, expected);
    }
    assert_near(sqrt(difference / norm), 0.0, tolerance);
}

static void full_tensor(const double w[KM_TENSOR], double full[3][3])
{
    const double rows[3][3] = {{w[KM_XX], w[KM_XY], w[KM_XZ]},
                               {w[KM_XY], w[KM_YY], w[KM_YZ]},
                               {w[KM_XZ], w[KM_YZ], w[KM_ZZ]}};
    memcpy(full, rows, sizeof rows);
}

/* Q W Q^T of the first against the second. */
static void compare_virials(const peer_result *from, const peer_result *to, const rotation *q,
                            double tolerance)
{
    double w[3][3], found[3][3], difference = 0.0, norm = 0.0;
    full_tensor(from->virial, w);
    full_tensor(to->virial, found);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            const double left[3] = {q->row[i].x, q->row[i].y, q->row[i].z};
            const double right[3] = {q->row[j].x, q->row[j].y, q->row[j].z};
            double expected = 0.0;
            for (int k = 0; k < 3; k++)
                for (int l = 0; l < 3; l++)
                    expected += left[k] * w[k][l] * right[l];
            difference += (found[i][j] - expected) * (found[i][j] - expected);
            norm += expected * expected;
        }
    assert_near(sqrt(difference / norm), 0.0, tolerance);
}

static void check_rotation(fixture *f, km_force_kind kind, double tolerance)
{
    peer_result before = evaluate(f, kind);
    const rotation q = turn_cell(f);
    assert_true(fabs(q.row[0].y) > 0.3 && fabs(q.row[1].z) > 0.1); /* no axis into another */
    peer_result after = evaluate(f, kind);
    assert_near(energy(&after), energy(&before), tolerance * fabs(energy(&before)));
    compare_forces(&before, &after, &q, f->liquid->n, tolerance);
    compare_virials(&before, &after, &q, 4.0 * tolerance);
    free(before.force);
    free(after.force);
}

/* All by the same vector, and every molecule by a lattice vector of its own. */
static void check_translation(fixture *f, km_force_kind kind, double tolerance)
{
    peer_result before = evaluate(f, kind);
    const km_box *b = &f->box;
    int i = 0;
    for (int k = 0, m = 0; k < f->liquid->n_kinds; k++)
        for (int c = 0; c < f->liquid->count[k]; c++, m++) {
            const double u = m % 3 - 1, v = m % 5 - 2, w = m % 2;
            const km_vec3 shift = km_vec3_make(0.317 + u * b->ax + v * b->bx + w * b->cx,
                                               -0.123 + v * b->by + w * b->cy, 0.771 + w * b->cz);
            for (int a = 0; a < f->liquid->length[k]; a++, i++)
                store(f->liquid->position, i, km_vec3_add(load(f->position, i), shift));
        }
    peer_result after = evaluate(f, kind);
    assert_near(energy(&after), energy(&before), tolerance * fabs(energy(&before)));
    compare_forces(&before, &after, NULL, f->liquid->n, tolerance);
    free(before.force);
    free(after.force);
}

/* The sum of all forces against what a sum of independent errors of one unit would be. */
static void check_sum(fixture *f, km_force_kind kind, double unit)
{
    peer_result r = evaluate(f, kind);
    km_vec3 sum = {0, 0, 0};
    for (int i = 0; i < f->liquid->n; i++)
        sum = km_vec3_add(sum, load(r.force, i));
    assert_near(km_vec3_norm(sum), 0.0, unit * sqrt(f->liquid->n));
    free(r.force);
}

static void rotation_of_pairs(void **state)
{
    check_rotation(*state, KM_FORCE_PAIR, PAIR_TOLERANCE);
}
static void rotation_of_bonded_terms(void **state)
{
    check_rotation(*state, KM_FORCE_BONDED, BONDED_TOLERANCE);
}
static void rotation_of_the_mesh(void **state)
{
    check_rotation(*state, KM_FORCE_PME, MESH_TOLERANCE);
}
static void translation_of_pairs(void **state)
{
    check_translation(*state, KM_FORCE_PAIR, PAIR_TOLERANCE);
}
static void translation_of_bonded_terms(void **state)
{
    check_translation(*state, KM_FORCE_BONDED, BONDED_TOLERANCE);
}
static void translation_of_the_mesh(void **state)
{
    check_translation(*state, KM_FORCE_PME, MESH_TOLERANCE);
}

/* Action and reaction are the same integer; what a bonded term rounds is 2^-33 kJ/mol/nm an atom.
 */
static void forces_of_pairs_add_up_to_zero(void **state)
{
    check_sum(*state, KM_FORCE_PAIR, PAIR_SUM);
}
static void forces_of_bonded_terms_add_up_to_zero(void **state)
{
    check_sum(*state, KM_FORCE_BONDED, 1e-8);
}
static void forces_of_the_mesh_add_up_to_its_error(void **state)
{
    check_sum(*state, KM_FORCE_PME, 1e-3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rotation_of_pairs),
        TEST(rotation_of_bonded_terms),
        TEST(rotation_of_the_mesh),
        TEST(translation_of_pairs),
        TEST(translation_of_bonded_terms),
        TEST(translation_of_the_mesh),
        TEST(forces_of_pairs_add_up_to_zero),
        TEST(forces_of_bonded_terms_add_up_to_zero),
        TEST(forces_of_the_mesh_add_up_to_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
