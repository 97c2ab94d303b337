/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/command.h"
#include "host/command/single_point.h"

static const char *const term_name[KM_ENERGY_COUNT] = {
#define TERM_NAME(name, text) text,
    KM_ENERGY_LIST(TERM_NAME)
#undef TERM_NAME
};
static const char *const tensor_name[KM_TENSOR] = {"xx", "yy", "zz", "xy", "xz", "yz"};

static void print_text(const km_particles *p)
{
    double total = 0.0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++) {
        printf("%-22s %20.10g kJ/mol\n", term_name[k], p->energy[k]);
        total += p->energy[k];
    }
    printf("%-22s %20.10g kJ/mol\n", "potential", total);
    for (int k = 0; k < KM_TENSOR; k++)
        printf("virial_%-15s %20.10g kJ/mol\n", tensor_name[k], p->virial[k]);
}

static void print_json(const km_particles *p)
{
    double total = 0.0;
    printf("{\n  \"unit\": \"kJ/mol\",\n  \"atoms\": %d,\n  \"energy\": {\n", p->n);
    for (int k = 0; k < KM_ENERGY_COUNT; k++) {
        printf("    \"%s\": %.15g,\n", term_name[k], p->energy[k]);
        total += p->energy[k];
    }
    printf("    \"potential\": %.15g\n  },\n  \"virial\": {", total);
    for (int k = 0; k < KM_TENSOR; k++)
        printf("%s\"%s\": %.15g", k > 0 ? ", " : "", tensor_name[k], p->virial[k]);
    printf("}\n}\n");
}

static km_status write_forces(const km_simulation *s, const char *path)
{
    double *force;
    KM_NEW(force, 3 * (size_t)s->model->n);
    km_status status = s->backend->download_forces(s->device, s->particles, force);
    FILE *file = status == KM_OK ? fopen(path, "w") : NULL;
    if (status == KM_OK && file == NULL)
        status = KM_FAIL(KM_ERROR_FILE, "%s: cannot be written: %s", path, strerror(errno));
    if (file != NULL) {
        fprintf(file, "# force on every atom, kJ/mol/nm: x y z\n");
        for (int i = 0; i < s->model->n; i++)
            fprintf(file, "%.12g %.12g %.12g\n", force[3 * i], force[3 * i + 1], force[3 * i + 2]);
        if (ferror(file) | fclose(file))
            status = KM_FAIL(KM_ERROR_FILE, "%s: writing failed: %s", path, strerror(errno));
    }
    free(force);
    return status;
}

static km_status build_and_evaluate(const km_options *options, km_cell *cell)
{
    km_model *model = NULL;
    km_single_point point = {0};
    KM_TRY(km_cell_read(options->recipe, options, cell));
    KM_TRY(km_system_build(cell->recipe, cell->forcefield, NULL, &cell->system));
    KM_TRY(km_model_create(cell->recipe, cell->forcefield, cell->system, false, &model));
    km_status status = km_single_point_make(options, model, cell->system, &point);
    if (status == KM_OK) {
        if (options->json)
            print_json(point.simulation->particles);
        else
            print_text(point.simulation->particles);
        if (options->forces != NULL)
            status = write_forces(point.simulation, options->forces);
    }
    km_single_point_free(&point);
    km_model_destroy(model);
    return status;
}

km_status km_command_energy(int argc, char **argv)
{
    km_options options;
    km_cell cell = {0};
    KM_TRY(km_options_parse(argc, argv, "set seed structure json forces threads device", &options));
    const km_status status = build_and_evaluate(&options, &cell);
    km_cell_destroy(&cell);
    return status;
}
