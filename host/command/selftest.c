/* SPDX-License-Identifier: MIT */
/* kalium selftest: does this machine compute what it should? Two small cells, an electrolyte and a
 * metal, against energies stored with the program, on every backend that is there. The stored
 * numbers are those of the double build, whose terms the tests of the source tree hold against
 * GROMACS and LAMMPS. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/command/command.h"
#include "host/engine/simulation.h"
#include "host/output/run_folder.h"
#include "kernels/base/real.h"

/* Of a term's energy; in mixed precision pairs are computed in float. A term whose parts cancel is
 * compared with an energy for each atom instead: the parts are some kJ/mol large. */
#ifdef KM_DOUBLE
#define TOLERANCE 1e-9
#else
#define TOLERANCE 2e-5
#endif
#define SMALLEST_PER_ATOM 0.1 /* kJ/mol */

static const char *const term_name[KM_ENERGY_COUNT] = {
#define TERM_NAME(name, text) text,
    KM_ENERGY_LIST(TERM_NAME)
#undef TERM_NAME
};

/* Lines "term energy"; # begins a comment. */
static km_status read_reference(const char *path, double energy[KM_ENERGY_COUNT])
{
    char line[256], name[64];
    double value;
    int found = 0;
    memset(energy, 0, KM_ENERGY_COUNT * sizeof *energy);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s cannot be read; is the installation complete?", path);
    while (fgets(line, sizeof line, file) != NULL)
        for (int k = 0; k < KM_ENERGY_COUNT && sscanf(line, "%63s %lf", name, &value) == 2; k++)
            if (strcmp(name, term_name[k]) == 0) {
                energy[k] = value;
                found++;
            }
    fclose(file);
    return found > 0 ? KM_OK : KM_FAIL(KM_ERROR_INPUT, "%s holds no energies", path);
}

static km_status evaluate(const km_cell *cell, const km_model *model, const km_backend *backend,
                          km_device *device, double energy[KM_ENERGY_COUNT])
{
    km_state *state = NULL;
    km_simulation *simulation = NULL;
    km_step step = {.energy = true, .virial = true};
    KM_TRY(km_state_create(cell->system->n_atoms, &state));
    state->box = cell->system->box;
    memcpy(state->position, cell->system->position, 3 * (size_t)state->n * sizeof(double));
    km_status status = km_simulation_create(backend, device, model, state, NULL, &simulation);
    if (status == KM_OK)
        status = km_simulation_evaluate(simulation, &step, true);
    if (status == KM_OK)
        status = km_simulation_check(simulation, &step);
    if (status == KM_OK)
        memcpy(energy, simulation->particles->energy, KM_ENERGY_COUNT * sizeof *energy);
    km_simulation_destroy(simulation);
    km_state_destroy(state);
    return status;
}

/* Prints one line; counts terms that are off. */
static void compare(const char *what, int n_atoms, const char *backend,
                    const double energy[KM_ENERGY_COUNT], const double reference[KM_ENERGY_COUNT],
                    int *wrong)
{
    double worst = 0.0;
    int worst_term = 0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++) {
        const double off =
            fabs(energy[k] - reference[k]) / fmax(fabs(reference[k]), n_atoms * SMALLEST_PER_ATOM);
        *wrong += !(off <= TOLERANCE);
        if (!(off <= worst)) {
            worst = off;
            worst_term = k;
        }
    }
    printf("%-12s %6d atoms  %-6s largest relative difference %.2g (%s): %s\n", what, n_atoms,
           backend, worst, term_name[worst_term], worst <= TOLERANCE ? "good" : "WRONG");
}

static km_status on_device(const km_options *options, const char *what, const km_cell *cell,
                           const km_model *model, const double *reference, int *wrong)
{
    const km_backend *backend;
    km_device *device = NULL;
    double energy[KM_ENERGY_COUNT];
    KM_TRY(km_device_open(options, &backend, &device));
    const km_status status = evaluate(cell, model, backend, device, energy);
    if (status == KM_OK)
        compare(what, model->n, backend->name, energy, reference, wrong);
    backend->close(device);
    return status;
}

/* The CPU always; the GPU where auto finds one. */
static km_status on_every_device(const km_options *options, const char *what, const km_cell *cell,
                                 const double *reference, int *wrong)
{
    km_model *model = NULL;
    km_options cpu = *options;
    cpu.device = "cpu";
    KM_TRY(km_model_create(cell->recipe, cell->forcefield, cell->system, false, &model));
    km_status status = on_device(&cpu, what, cell, model, reference, wrong);
    const km_backend *backend = NULL;
    km_device *device = NULL;
    if (status == KM_OK && km_device_open(options, &backend, &device) == KM_OK) {
        backend->close(device);
        if (backend != &km_backend_cpu)
            status = on_device(options, what, cell, model, reference, wrong);
    }
    km_model_destroy(model);
    return status;
}

static km_status test_cell(const km_options *options, const char *folder, const char *what,
                           int *wrong)
{
    char path[KM_PATH_LENGTH + 64];
    double reference[KM_ENERGY_COUNT];
    km_cell cell = {0};
    snprintf(path, sizeof path, "%s/selftest/%s.txt", folder, what);
    KM_TRY(read_reference(path, reference));
    snprintf(path, sizeof path, "%s/selftest/%s.yaml", folder, what);
    km_status status = km_cell_read(path, options, &cell);
    if (status == KM_OK)
        status = km_system_build(cell.recipe, cell.forcefield, NULL, &cell.system);
    if (status == KM_OK)
        status = on_every_device(options, what, &cell, reference, wrong);
    km_cell_destroy(&cell);
    return status;
}

km_status km_command_selftest(int argc, char **argv)
{
    km_options options;
    char folder[KM_PATH_LENGTH];
    int wrong = 0;
    KM_TRY(km_options_parse(argc, argv, "device threads", &options));
    KM_TRY(km_data_folder("systems", folder, sizeof folder));
    printf("kalium %s, %s precision\n", KM_VERSION, KM_PRECISION_NAME);
    KM_TRY(test_cell(&options, folder, "electrolyte", &wrong));
    KM_TRY(test_cell(&options, folder, "metal", &wrong));
    if (wrong > 0)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "%d energies are not what they should be: do not trust this build on this "
                       "machine, and report the lines above with `kalium info`",
                       wrong);
    return KM_OK;
}
