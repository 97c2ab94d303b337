/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "host/command/command.h"
#include "kernels/base/units.h"

#define MIB 1048576.0

static void print_conventions(const km_cell *cell)
{
    const km_forcefield *ff = cell->forcefield;
    printf("  %s mixing%s, 1-4 pairs: Lennard-Jones x %g, Coulomb x %g\n",
           ff->mixing == KM_MIXING_GEOMETRIC ? "geometric" : "Lorentz-Berthelot",
           cell->recipe->forcefield.mixing_given ? " (of the recipe)" : "", ff->scale14_lj,
           ff->scale14_coulomb);
    for (int f = 0; f < ff->n_files; f++)
        printf("  force field %s\n", ff->file[f]);
}

static void print_stages(const km_recipe *recipe)
{
    printf("\nstages (protocol %s)\n", recipe->protocol != NULL ? recipe->protocol : "none");
    for (int k = 0; k < recipe->n_stages; k++) {
        const km_stage *s = &recipe->stage[k];
        if (s->kind == KM_STAGE_MINIMISE) {
            printf("  %-12s minimise, at most %d steps\n", s->name, s->max_steps);
            continue;
        }
        printf("  %-12s %8.4g ps at %.3g fs, %.4g to %.4g K", s->name, s->time, s->timestep * 1e3,
               s->temperature_start, s->temperature_end);
        if (s->barostat != KM_BAROSTAT_NONE)
            printf(", %.4g bar", s->pressure_start / KM_PRESSURE_PER_BAR);
        printf("%s%s\n", s->constrain_hydrogen ? ", bonds to H rigid" : "",
               s->production ? ", production" : "");
    }
}

static void print_parameters(const km_model *model)
{
    int analogies = 0;
    printf("\nparameters used\n");
    for (int k = 0; k < model->n_uses; k++) {
        const km_parameter_use *use = &model->use[k];
        printf("  %s   x %d\n      source: %s\n", use->what, use->count, use->source);
        if (use->analogy != NULL) {
            printf("      ANALOGY: %s\n", use->analogy);
            analogies++;
        }
    }
    printf("\n%d parameters, %d of them by analogy\n", model->n_uses, analogies);
}

/* What all copies that are at work at the same time take together. */
static void print_replicas(const km_recipe *recipe, const km_model *model)
{
    const int n = recipe->replicas;
    if (n > 1)
        printf("  %d replicas: %lld atoms, about %.0f MiB of memory when all run at once\n", n,
               (long long)n * model->n, n * km_run_memory(model) / MIB);
}

static km_status check(const km_options *options, km_cell *cell)
{
    km_model *model = NULL;
    KM_TRY(km_cell_read(options->recipe, options, cell));
    KM_TRY(km_system_compose(cell->recipe, cell->forcefield, &cell->system));
    KM_TRY(km_model_create(cell->recipe, cell->forcefield, cell->system, true, &model));
    const char *reason = cell->recipe->confidence_reason;
    printf("%s: %s\n", cell->recipe->id, cell->recipe->title);
    printf("  confidence: %s%s%s\n", km_confidence_name(cell->recipe->confidence),
           reason != NULL ? ". " : "", reason != NULL ? reason : "");
    printf("  %.6g K, %.6g bar\n\n", cell->recipe->temperature,
           cell->recipe->pressure / KM_PRESSURE_PER_BAR);
    km_print_composition(cell, model);
    printf("  cutoff %.4g A, %d constrained bonds\n",
           (model->only_metal ? model->metal_cutoff : model->pair.cutoff) * 10.0,
           model->n_constraints);
    km_print_effort(cell, model);
    print_replicas(cell->recipe, model);
    print_conventions(cell);
    print_stages(cell->recipe);
    print_parameters(model);
    km_model_destroy(model);
    return KM_OK;
}

km_status km_command_check(int argc, char **argv)
{
    km_options options;
    km_cell cell = {0};
    KM_TRY(km_options_parse(argc, argv, "set seed time replicas", &options));
    const km_status status = check(&options, &cell);
    km_cell_destroy(&cell);
    return status;
}
