/* SPDX-License-Identifier: MIT */
/* kalium against other programs on the same liquids: energies by term, forces of all atoms, virial.
 * Who computed the references, and in which conventions: tests/reference/peers/README.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/model.h"
#include "tests/cmocka_all.h"

#define FOLDER KM_SOURCE_ROOT "/tests/reference/peers/"
#define KINDS 8 /* of molecules in one file, at most */

/* Relative; in brackets what is seen. The references are good to 1e-9, GROMACS's 1-4
 * Lennard-Jones to 2e-9. Forces: RMS difference over RMS force. In double both are limited by the
 * splitting and the mesh below. */
#ifdef KM_DOUBLE
#define PAIR_TOLERANCE 1e-9    /* 1e-13 */
#define COULOMB_TOLERANCE 1e-8 /* 3e-9  */
#define FORCE_TOLERANCE 1e-7   /* 2e-8  */
#define VIRIAL_TOLERANCE 1e-6  /* 1e-7  */
#else
#define PAIR_TOLERANCE 1e-6    /* 1e-7  */
#define COULOMB_TOLERANCE 1e-7 /* 1e-8  */
#define FORCE_TOLERANCE 1e-6   /* 2e-7  */
#define VIRIAL_TOLERANCE 4e-6  /* 4e-7  */
#endif
#define BONDED_TOLERANCE 1e-11 /* 3e-13: double in every build */
#define PAIR14_TOLERANCE 1e-8  /* 2e-9  */

static const char *const term_name[KM_ENERGY_COUNT] = {
#define NAME(term, text) text,
    KM_ENERGY_LIST(NAME)
#undef NAME
};

typedef struct reference {
    double coulomb_constant, charge_scale, cutoff;
    km_box box;
    int n_kinds, count[KINDS], length[KINDS];
    char key[KINDS][32];
    int n;
    double *position, *force; /* nm, kJ/mol/nm  3 x n, atom-major */
    double energy[KM_ENERGY_COUNT], coulomb_other, virial_tail;
    double virial[KM_TENSOR];
} reference;

static void read_energy(reference *r, const char *term, double value)
{
    if (strcmp(term, "coulomb_other") == 0) {
        r->coulomb_other = value;
        return;
    }
    for (int t = 0; t < KM_ENERGY_COUNT; t++) {
        if (strcmp(term, term_name[t]) == 0) {
            r->energy[t] = value;
            return;
        }
    }
    fail_msg("unknown energy \"%s\"", term);
}

static void read_molecule(reference *r, const char *line)
{
    assert_true(r->n_kinds < KINDS);
    const int k = r->n_kinds++;
    assert_int_equal(sscanf(line, "molecule %31s %d %d", r->key[k], &r->count[k], &r->length[k]),
                     3);
    r->n += r->count[k] * r->length[k];
    free(r->position);
    free(r->force);
    r->position = calloc(3 * (size_t)r->n, sizeof(double));
    r->force = calloc(3 * (size_t)r->n, sizeof(double));
    assert_true(r->position != NULL && r->force != NULL);
}

static void read_line(reference *r, const char *line, int *atom)
{
    char word[64] = "", term[64];
    double value, *w = r->virial;
    km_box *b = &r->box;
    if (line[0] == '#' || sscanf(line, "%63s", word) != 1)
        return;
    if (strcmp(word, "molecule") == 0) {
        read_molecule(r, line);
    } else if (strcmp(word, "energy") == 0) {
        assert_int_equal(sscanf(line, "energy %63s %lf", term, &value), 2);
        read_energy(r, term, value);
    } else if (strcmp(word, "box_nm") == 0) {
        assert_int_equal(sscanf(line, "box_nm %lf %lf %lf %lf %lf %lf", &b->ax, &b->bx, &b->by,
                                &b->cx, &b->cy, &b->cz),
                         6);
    } else if (strcmp(word, "virial") == 0) {
        assert_int_equal(sscanf(line, "virial %lf %lf %lf %lf %lf %lf", &w[KM_XX], &w[KM_YY],
                                &w[KM_ZZ], &w[KM_XY], &w[KM_XZ], &w[KM_YZ]),
                         6);
    } else if (strcmp(word, "atom") == 0) {
        assert_true(*atom < r->n);
        double *x = &r->position[3 * *atom], *f = &r->force[3 * *atom];
        assert_int_equal(sscanf(line, "atom %*s %lf %lf %lf %lf %lf %lf", &x[0], &x[1], &x[2],
                                &f[0], &f[1], &f[2]),
                         6);
        (*atom)++;
    } else {
        double *const to = strcmp(word, "coulomb_constant") == 0 ? &r->coulomb_constant
                           : strcmp(word, "charge_scale") == 0   ? &r->charge_scale
                           : strcmp(word, "cutoff_nm") == 0      ? &r->cutoff
                           : strcmp(word, "virial_tail") == 0    ? &r->virial_tail
                                                                 : NULL;
        assert_non_null(to);
        assert_int_equal(sscanf(line, "%*s %lf", to), 1);
    }
}

static reference *read_reference(const char *name)
{
    char path[1024], line[512];
    snprintf(path, sizeof path, "%s%s.txt", FOLDER, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    reference *r = calloc(1, sizeof *r);
    assert_non_null(r);
    int atoms = 0;
    while (fgets(line, sizeof line, file) != NULL)
        read_line(r, line, &atoms);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(atoms, r->n);
    return r;
}

static void free_reference(reference *r)
{
    free(r->position);
    free(r->force);
    free(r);
}

/* Splitting and mesh sharp enough that the Coulomb sum is exact to about 1e-7. */
static km_model *make_model(const reference *r, const km_forcefield *ff, bool tail)
{
    km_recipe recipe;
    memset(&recipe, 0, sizeof recipe);
    recipe.forcefield.charge_scale = r->charge_scale;
    recipe.nonbonded.cutoff = r->cutoff;
    recipe.nonbonded.relative_force_error = 1e-6;
    recipe.nonbonded.ewald_alpha = 4.2;
    recipe.nonbonded.spline_order = 6;
    for (int c = 0; c < 3; c++)
        recipe.nonbonded.mesh[c] = 128;
    recipe.nonbonded.tail = tail;
    recipe.nonbonded.coulomb_constant = r->coulomb_constant;
    km_system system;
    memset(&system, 0, sizeof system);
    system.box = r->box;
    system.n_atoms = r->n;
    system.position = r->position;
    for (int k = 0; k < r->n_kinds; k++)
        system.n_molecules += r->count[k];
    km_system_component component[KINDS];
    memset(component, 0, sizeof component);
    system.n_components = r->n_kinds;
    system.component = component;
    system.molecule = calloc((size_t)system.n_molecules, sizeof(int));
    assert_non_null(system.molecule);
    for (int k = 0, m = 0; k < r->n_kinds; k++) {
        component[k].molecule = km_forcefield_molecule(ff, r->key[k]);
        component[k].count = r->count[k];
        assert_true(component[k].molecule >= 0);
        for (int c = 0; c < r->count[k]; c++)
            system.molecule[m++] = component[k].molecule;
    }
    km_model *model;
    assert_ok(km_model_create(&recipe, ff, &system, false, &model));
    free(system.molecule);
    return model;
}

typedef struct result {
    double energy[KM_ENERGY_COUNT], virial[KM_TENSOR];
    double *force; /* 3 x n, atom-major */
} result;

static result evaluate(const km_backend *backend, const km_model *model, const reference *r,
                       int threads)
{
    km_device *device;
    km_particles *p;
    km_force force[KM_FORCE_COUNT];
    assert_ok(backend->open(threads, &device));
    const km_particles_spec spec = {model->n, model->mass, model->charge, model->type,
                                    model->molecule};
    assert_ok(backend->particles_create(device, &spec, &p));
    const km_state state = {r->n, r->box, r->position, NULL};
    assert_ok(backend->upload(device, &state, p));
    assert_ok(backend->neighbours_create(device, &model->neighbours, p));
    const void *const specs[KM_FORCE_COUNT] = {[KM_FORCE_PAIR] = &model->pair,
                                               [KM_FORCE_BONDED] = &model->bonded,
                                               [KM_FORCE_PME] = &model->pme};
    const km_step step = {0, true, true, true};
    bool rebuilt;
    assert_ok(backend->clear(device, &step, p));
    assert_ok(backend->neighbours_update(device, p, true, &rebuilt));
    for (int k = 0; k < KM_FORCE_COUNT; k++) {
        assert_ok(backend->make_force[k](device, specs[k], p, &force[k]));
        assert_ok(km_force_rebuild(&force[k], p));
        assert_ok(km_force_compute(&force[k], &step, p));
        km_force_destroy(&force[k]);
    }
    assert_int_equal(p->fault, 0);
    result got;
    memcpy(got.energy, p->energy, sizeof got.energy);
    memcpy(got.virial, p->virial, sizeof got.virial);
    got.force = calloc(3 * (size_t)r->n, sizeof(double));
    assert_non_null(got.force);
    assert_ok(backend->download_forces(device, p, got.force));
    backend->particles_destroy(p);
    backend->close(device);
    return got;
}

static void compare_energy(const result *got, const reference *r, km_energy_term t,
                           double tolerance)
{
    const double expected = r->energy[t], error = fabs(got->energy[t] - expected);
    if (!(error <= tolerance * fabs(expected)))
        fail_msg("%s is %.12g, expected %.12g: relative error %.1e above %.1e", term_name[t],
                 got->energy[t], expected, error / fabs(expected), tolerance);
}

static void compare_energies(const result *got, const reference *r)
{
    compare_energy(got, r, KM_ENERGY_BOND, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_ANGLE, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_DIHEDRAL, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_IMPROPER, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_COULOMB_14, BONDED_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_VDW_14, PAIR14_TOLERANCE);
    compare_energy(got, r, KM_ENERGY_VDW, PAIR_TOLERANCE);
    /* large numbers of both signs: the error counts against the largest, the self energy */
    const double *e = got->energy;
    const double sum = e[KM_ENERGY_COULOMB_REAL] + e[KM_ENERGY_COULOMB_EXCLUDED] +
                       e[KM_ENERGY_COULOMB_RECIPROCAL] + e[KM_ENERGY_COULOMB_SELF];
    assert_near(sum, r->coulomb_other, COULOMB_TOLERANCE * fabs(e[KM_ENERGY_COULOMB_SELF]));
}

static void compare_forces(const result *got, const reference *r)
{
    double difference = 0.0, norm = 0.0;
    for (int k = 0; k < 3 * r->n; k++) {
        difference += (got->force[k] - r->force[k]) * (got->force[k] - r->force[k]);
        norm += r->force[k] * r->force[k];
    }
    assert_near(sqrt(difference / norm), 0.0, FORCE_TOLERANCE);
}

static void compare_virial(const result *got, const reference *r)
{
    double difference = 0.0, norm = 0.0;
    for (int t = 0; t < KM_TENSOR; t++) {
        const double d = got->virial[t] - r->virial[t];
        difference += (t < KM_XY ? 1.0 : 2.0) * d * d;
        norm += (t < KM_XY ? 1.0 : 2.0) * r->virial[t] * r->virial[t];
    }
    assert_near(sqrt(difference / norm), 0.0, VIRIAL_TOLERANCE);
}

/* The tail is an energy of its own, adds to the diagonal of the virial and leaves forces alone. */
static void compare_tail(const km_forcefield *ff, const reference *r, const result *without)
{
    km_model *model = make_model(r, ff, true);
    result got = evaluate(&km_backend_cpu, model, r, 2);
    compare_energy(&got, r, KM_ENERGY_VDW_TAIL, 1e-9);
    for (int t = 0; t < KM_TENSOR; t++)
        assert_near(got.virial[t] - without->virial[t], t < KM_XY ? r->virial_tail : 0.0,
                    1e-9 * fabs(r->virial_tail) + 1e-12 * fabs(r->virial[KM_XX]));
    assert_memory_equal(got.force, without->force, 3 * (size_t)r->n * sizeof(double));
    free(got.force);
    km_model_destroy(model);
}

static void compare(const char *name)
{
    const char *const file = KM_SOURCE_ROOT "/forcefields/opls-electrolytes.yaml";
    km_forcefield *ff;
    assert_ok(km_forcefield_read(&file, 1, &ff));
    reference *r = read_reference(name);
    km_model *model = make_model(r, ff, false);
    result got = evaluate(&km_backend_cpu, model, r, 2);
    compare_energies(&got, r);
    compare_forces(&got, r);
    compare_virial(&got, r);
    compare_tail(ff, r, &got);
    free(got.force);
    km_model_destroy(model);
    free_reference(r);
    km_forcefield_destroy(ff);
}

static void kfsi_in_dme(void **state)
{
    (void)state;
    compare("kfsi-dme");
}
static void kpf6_in_ec_dec(void **state)
{
    (void)state;
    compare("kpf6-ec-dec");
}
static void kfsi_in_dme_tte_scaled_and_triclinic(void **state)
{
    (void)state;
    compare("kfsi-dme-tte");
}

/* All terms together: the same bits from one thread and from three. */
static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    const char *const file = KM_SOURCE_ROOT "/forcefields/opls-electrolytes.yaml";
    km_forcefield *ff;
    assert_ok(km_forcefield_read(&file, 1, &ff));
    reference *r = read_reference("kfsi-dme-tte");
    km_model *model = make_model(r, ff, true);
    result one = evaluate(&km_backend_cpu, model, r, 1);
    result three = evaluate(&km_backend_cpu, model, r, 3);
    assert_memory_equal(one.force, three.force, 3 * (size_t)r->n * sizeof(double));
    assert_memory_equal(one.energy, three.energy, sizeof one.energy);
    assert_memory_equal(one.virial, three.virial, sizeof one.virial);
    free(one.force);
    free(three.force);
    km_model_destroy(model);
    free_reference(r);
    km_forcefield_destroy(ff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kfsi_in_dme),
        cmocka_unit_test(kpf6_in_ec_dec),
        cmocka_unit_test(kfsi_in_dme_tte_scaled_and_triclinic),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
