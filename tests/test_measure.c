/* SPDX-License-Identifier: MIT */
/* Measured numbers and the rescaling of the cell, against definitions written out here. */
#include "tests/small_system.h"

#define WATERS 27

static const small_forces soft_pairs = {.height = 20.0, .width = 0.12};

static small_system open_waters(const km_backend *backend, km_integrator_spec spec,
                                km_constraint_group *group)
{
    km_particles *p = small_waters(WATERS, 0.5, group);
    spec.timestep = 0.002;
    spec.n_groups = WATERS;
    spec.group = group;
    spec.degrees_of_freedom = 6 * WATERS - 3;
    /* a triclinic cell, where it may be one, and molecules that have left it */
    const double tilt = spec.barostat == KM_BAROSTAT_ANISOTROPIC ? 0.0 : 1.0;
    p->box.bx = 0.3 * tilt;
    p->box.cx = -0.2 * tilt;
    p->box.cy = 0.4 * tilt;
    for (int m = 0; m < WATERS; m++) {
        const km_vec3 shift = km_box_image_shift(&p->box, m % 3 - 1, m % 5 - 2, m % 2);
        for (int i = 3 * m; i < 3 * m + 3; i++)
            small_set(p, p->position, i, km_vec3_add(small_get(p, p->position, i), shift));
    }
    small_system s = small_open(backend, p, spec, 2, soft_pairs);
    assert_ok(small_draw(&s, 300.0, 5));
    return s;
}

static km_vec3 centre(const km_particles *p, const double *array, int molecule)
{
    km_vec3 sum = {0, 0, 0};
    for (int k = 0; k < 3; k++)
        sum = km_vec3_add(sum, km_vec3_scale(small_water_mass[k] / (15.9994 + 2 * 1.008),
                                             small_get(p, array, 3 * molecule + k)));
    return sum;
}

static void three_atoms_by_hand(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    const double mass[3] = {2.0, 0.0, 6.0};
    km_particles *p = small_particles(3, mass, NULL, km_box_orthorhombic(2, 3, 4));
    km_integrator_spec spec = {.timestep = 1e-3, .degrees_of_freedom = 6};
    p->charge[0] = 0.5;
    p->charge[1] = 9.0;
    p->charge[2] = -2.0;
    small_system s = small_open(backend, p, spec, 1, (small_forces){0});
    small_set(p, p->velocity, 0, km_vec3_make(1, 2, -1));
    small_set(p, p->velocity, 1, km_vec3_make(9, 9, 9)); /* fixed: counts for nothing */
    small_set(p, p->velocity, 2, km_vec3_make(0, 1, 1));
    p->force[1] = km_fixed_from(-30.0);
    p->force[p->n_padded + 1] = km_fixed_from(40.0);
    p->force[2] = km_fixed_from(49.0);
    p->virial[KM_XX] = -12.0;
    p->virial[KM_YZ] = 5.0;
    p->energy[KM_ENERGY_BOND] = 7.0;
    p->energy[KM_ENERGY_COULOMB_SELF] = -3.0;
    small_push(&s);
    small_put(&s);
    const km_measurement m = small_measure(&s);
    assert_near(m.kinetic, 0.5 * 2 * 6 + 0.5 * 6 * 2, 1e-14);
    assert_near(m.kinetic_tensor[KM_XX], 1.0, 1e-14);
    assert_near(m.kinetic_tensor[KM_YY], 4.0 + 3.0, 1e-14);
    assert_near(m.kinetic_tensor[KM_XY], 2.0, 1e-14);
    assert_near(m.kinetic_tensor[KM_YZ], -2.0 + 3.0, 1e-14);
    assert_near(m.temperature, 2.0 * 12.0 / (6 * KM_GAS_CONSTANT), 1e-10);
    assert_near(m.potential, 4.0, 1e-14);
    assert_near(m.conserved, 16.0, 1e-14);
    assert_near(m.volume, 24.0, 1e-14);
    assert_near(m.density, 8.0 / 24.0, 1e-14);
    assert_near(m.momentum[0], 2.0, 1e-14);
    assert_near(m.momentum[1], 4.0 + 6.0, 1e-14);
    assert_near(m.current[0], 0.5, 1e-14);
    assert_near(m.current[1], 1.0 - 2.0, 1e-14);
    assert_near(m.current[2], -0.5 - 2.0, 1e-14);
    assert_near(m.pressure_tensor[KM_XX], 2.0 * (1.0 + 12.0) / 24.0, 1e-14);
    assert_near(m.pressure_tensor[KM_YZ], 2.0 * (1.0 - 5.0) / 24.0, 1e-14);
    assert_near(m.pressure, 2.0 * (12.0 + 12.0) / (3.0 * 24.0), 1e-14);
    assert_near(m.largest_force, 50.0, 1e-9);
    assert_int_equal(m.largest_force_atom, 1);
    assert_near(m.constraint_residual, 0.0, 0.0);
    small_close(&s);
}

/* Molecular virial from pairs: -1/2 sum over pairs of atoms R_ab (x) F, R_ab from centre to centre
 * through the image in which the atoms met; symmetric part. */
static void pressure_is_that_of_the_centres_of_mass(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_constraint_group group[WATERS];
    small_system s = open_waters(backend, (km_integrator_spec){0}, group);
    const km_particles *p = s.p;
    double tensor[3][3] = {{0}};
    for (int m = 0; m < WATERS; m++) {
        const km_vec3 v = centre(p, p->velocity, m);
        const double c[3] = {v.x, v.y, v.z};
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                tensor[a][b] += (15.9994 + 2 * 1.008) * c[a] * c[b];
    }
    for (int i = 0; i < p->n; i++)
        for (int j = i + 1; j < p->n; j++) {
            if (i / 3 == j / 3)
                continue;
            const km_vec3 x = small_get(p, p->position, i), y = small_get(p, p->position, j);
            const km_vec3 r = km_box_minimum_image(&p->box, km_vec3_sub(x, y));
            const double width = soft_pairs.width;
            if (km_vec3_dot(r, r) > 36.0 * width * width) /* as the force has it */
                continue;
            const double u = soft_pairs.height * exp(-0.5 * km_vec3_dot(r, r) / (width * width));
            const km_vec3 f = km_vec3_scale(u / (width * width), r);
            const km_vec3 arms = km_vec3_sub(km_vec3_sub(x, centre(p, p->position, i / 3)),
                                             km_vec3_sub(y, centre(p, p->position, j / 3)));
            const km_vec3 big = km_vec3_sub(r, arms);
            const double rc[3] = {big.x, big.y, big.z}, fc[3] = {f.x, f.y, f.z};
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    tensor[a][b] += 0.5 * (rc[a] * fc[b] + rc[b] * fc[a]);
        }
    const km_measurement m = small_measure(&s);
    const int row[KM_TENSOR] = {0, 1, 2, 0, 0, 1}, column[KM_TENSOR] = {0, 1, 2, 1, 2, 2};
    for (int k = 0; k < KM_TENSOR; k++) {
        const double expected = tensor[row[k]][column[k]] / m.volume;
        assert_near(m.pressure_tensor[k], expected, 1e-8); /* forces are rounded to 2e-10 */
        assert_true(fabs(expected) > 1e-2); /* and every component is there to be wrong */
    }
    small_close(&s);
}

/* Stretches the cell and the centres of mass along one axis; returns U. */
static double stretched_energy(small_system *s, int axis, double factor)
{
    km_particles *p = s->p;
    const km_box box = p->box;
    double *kept = (double *)malloc(3 * (size_t)p->n_padded * sizeof(double));
    memcpy(kept, p->position, 3 * (size_t)p->n_padded * sizeof(double));
    for (int m = 0; m < WATERS; m++) {
        const km_vec3 r = centre(p, kept, m);
        const double shift = (factor - 1.0) * (axis == 0 ? r.x : axis == 1 ? r.y : r.z);
        for (int i = 3 * m; i < 3 * m + 3; i++)
            p->position[axis * p->n_padded + i] += shift;
    }
    if (axis == 0) {
        p->box.ax *= factor;
        p->box.bx *= factor;
        p->box.cx *= factor;
    } else if (axis == 1) {
        p->box.by *= factor;
        p->box.cy *= factor;
    } else {
        p->box.cz *= factor;
    }
    small_forces_of(s);
    const double energy = p->energy[KM_ENERGY_VDW];
    memcpy(p->position, kept, 3 * (size_t)p->n_padded * sizeof(double));
    p->box = box;
    small_forces_of(s);
    free(kept);
    return energy;
}

/* P_aa V = 2 K_aa - dU/d(ln L_a), molecules kept rigid. */
static void pressure_is_minus_the_slope_of_the_energy(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_constraint_group group[WATERS];
    small_system s = open_waters(backend, (km_integrator_spec){0}, group);
    const km_measurement m = small_measure(&s);
    const double h = 1e-5;
    for (int axis = 0; axis < 3; axis++) {
        const double slope =
            (stretched_energy(&s, axis, 1 + h) - stretched_energy(&s, axis, 1 - h)) / (2 * h);
        double kinetic = 0.0;
        for (int k = 0; k < WATERS; k++) {
            const km_vec3 v = centre(s.p, s.p->velocity, k);
            const double c = axis == 0 ? v.x : axis == 1 ? v.y : v.z;
            kinetic += 0.5 * (15.9994 + 2 * 1.008) * c * c;
        }
        /* the pairs cut at six widths make steps of 4e-7 kJ/mol in U, divided by 2 h */
        assert_near(m.pressure_tensor[axis] * m.volume, 2.0 * kinetic - slope, 0.05);
        assert_true(fabs(slope) > 5.0);
    }
    small_close(&s);
}

static km_integrator_spec coupling(km_barostat_kind kind)
{
    const km_integrator_spec spec = {
        .barostat = kind,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .pressure = 8.0,
        .barostat_time = 0.5,
        .compressibility = 0.02,
        .barostat_interval = 4,
        .seed = 11,
    };
    return spec;
}

static void a_rescaling_moves_molecules_as_a_whole(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    const km_barostat_kind kind[4] = {KM_BAROSTAT_ISOTROPIC, KM_BAROSTAT_SEMI_ISOTROPIC,
                                      KM_BAROSTAT_Z_ONLY, KM_BAROSTAT_ANISOTROPIC};
    for (int k = 0; k < 4; k++) {
        km_constraint_group group[WATERS];
        small_system s = open_waters(backend, coupling(kind[k]), group);
        small_system old = open_waters(backend, coupling(kind[k]), group);
        const km_particles *p = s.p, *q = old.p;
        const km_measurement before = small_measure(&s);
        km_step step = {.index = 3, .energy = true, .virial = true};
        bool changed = true;
        assert_ok(small_couple(&s, &step, &changed));
        assert_false(changed); /* not due */
        step.index = 4;
        step.virial = false;
        assert_int_equal(small_couple(&s, &step, &changed), KM_ERROR_INTERNAL);
        step.virial = true;
        assert_ok(small_couple(&s, &step, &changed));
        assert_true(changed);

        const double sx = p->box.ax / q->box.ax, sy = p->box.by / q->box.by,
                     sz = p->box.cz / q->box.cz;
        assert_true(fabs(sz - 1.0) > 1e-4);
        if (kind[k] == KM_BAROSTAT_ANISOTROPIC)
            assert_true(fabs(sx - sy) > 1e-4 && fabs(sx - sz) > 1e-4 && fabs(sy - sz) > 1e-4);
        else
            assert_near(sx, sy, 1e-15);
        assert_near(p->box.bx, sx * q->box.bx, 1e-15);
        assert_near(p->box.cx, sx * q->box.cx, 1e-15);
        assert_near(p->box.cy, sy * q->box.cy, 1e-15);
        if (kind[k] == KM_BAROSTAT_ISOTROPIC)
            assert_near(sx, sz, 1e-15);
        if (kind[k] == KM_BAROSTAT_SEMI_ISOTROPIC)
            assert_true(fabs(sx - sz) > 1e-4);
        if (kind[k] == KM_BAROSTAT_Z_ONLY)
            assert_true(sx == 1.0);
        for (int m = 0; m < WATERS; m++) {
            const km_vec3 r = centre(q, q->position, m), v = centre(q, q->velocity, m);
            const km_vec3 r_new = km_vec3_make(sx * r.x, sy * r.y, sz * r.z);
            const km_vec3 v_new = km_vec3_make(v.x / sx, v.y / sy, v.z / sz);
            for (int i = 3 * m; i < 3 * m + 3; i++) {
                const km_vec3 x = km_vec3_sub(small_get(q, q->position, i), r);
                const km_vec3 u = km_vec3_sub(small_get(q, q->velocity, i), v);
                const km_vec3 dx = km_vec3_sub(small_get(p, p->position, i), km_vec3_add(x, r_new));
                const km_vec3 dv = km_vec3_sub(small_get(p, p->velocity, i), km_vec3_add(u, v_new));
                assert_near(km_vec3_norm(dx), 0.0, 1e-13);
                assert_near(km_vec3_norm(dv), 0.0, 1e-13);
            }
        }
        /* the work of the barostat is the change of K + U, before and after it is booked */
        small_compute(&s);
        km_measurement after = small_measure(&s);
        assert_true(fabs(after.kinetic + after.potential - before.kinetic - before.potential) >
                    1e-2);
        assert_near(after.conserved, before.conserved, 1e-9);
        assert_near(after.constraint_residual, 0.0, 1e-10);
        for (int c = 0; c < 3; c++)
            assert_near(after.momentum[c], 0.0, 1e-10);
        small_close(&s);
        small_close(&old);
    }
}

/* Without temperature there is no noise: the equation of the volume alone is left. */
static void the_volume_follows_its_equation(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_constraint_group group[WATERS];
    const double b = 0.02, tau = 0.5, dt = 4 * 0.002;
    for (int k = 0; k < 2; k++) {
        km_integrator_spec spec = coupling(k == 0 ? KM_BAROSTAT_ISOTROPIC : KM_BAROSTAT_Z_ONLY);
        spec.temperature = spec.temperature_end = 0.0;
        small_system s = open_waters(backend, spec, group);
        const km_measurement m = small_measure(&s);
        const km_step step = {.index = 4, .energy = true, .virial = true};
        bool changed;
        assert_ok(small_couple(&s, &step, &changed));
        const double p = k == 0 ? m.pressure : m.pressure_tensor[KM_ZZ];
        const double factor = 1.0 - 0.5 * b * dt / tau * (8.0 - p);
        assert_near(km_box_volume(&s.p->box), m.volume * factor * factor, 1e-12);
        small_close(&s);
    }
    km_integrator_spec each = coupling(KM_BAROSTAT_ANISOTROPIC);
    each.temperature = each.temperature_end = 0.0;
    small_system cell = open_waters(backend, each, group);
    const km_box old = cell.p->box, *now = &cell.p->box;
    const km_measurement m = small_measure(&cell);
    const km_step due = {.index = 4, .energy = true, .virial = true};
    bool stretched;
    assert_ok(small_couple(&cell, &due, &stretched));
    const double before[3] = {old.ax, old.by, old.cz}, after[3] = {now->ax, now->by, now->cz};
    for (int c = 0; c < 3; c++) {
        const double factor = 1.0 - 0.5 * (b / 3.0) * dt / tau * (8.0 - m.pressure_tensor[c]);
        assert_near(after[c], before[c] * factor * factor, 1e-12);
    }
    small_close(&cell);
    /* far from equilibrium the change is cut: 2 % of the volume */
    km_integrator_spec spec = coupling(KM_BAROSTAT_ISOTROPIC);
    spec.temperature = spec.temperature_end = 0.0;
    spec.pressure = 1e6;
    small_system s = open_waters(backend, spec, group);
    const double volume = km_box_volume(&s.p->box);
    const km_step step = {.index = 4, .energy = true, .virial = true};
    bool changed;
    assert_ok(small_couple(&s, &step, &changed));
    assert_near(km_box_volume(&s.p->box), 0.99 * 0.99 * volume, 1e-12 * volume);
    small_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_atoms_by_hand),
        cmocka_unit_test(pressure_is_that_of_the_centres_of_mass),
        cmocka_unit_test(pressure_is_minus_the_slope_of_the_energy),
        cmocka_unit_test(a_rescaling_moves_molecules_as_a_whole),
        cmocka_unit_test(the_volume_follows_its_equation),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
