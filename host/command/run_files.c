/* SPDX-License-Identifier: MIT */
#include "host/command/run_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/command/analysis_run.h"
#include "host/output/json_writer.h"
#include "host/output/picture.h"
#include "host/output/references.h"
#include "host/output/run_folder.h"
#include "host/output/topology_export.h"
#include "kernels/base/units.h"

#define PATH_LENGTH 4200

static const char *in_folder(const char *folder, const char *name, char path[PATH_LENGTH])
{
    snprintf(path, PATH_LENGTH, "%s/%s", folder, name);
    return path;
}

static const km_reference methods[] = {
    {"10.1063/1.470117", "smooth particle-mesh Ewald"},
    {"10.1063/1.2408420", "stochastic velocity rescaling"},
    {"10.1063/5.0020514", "stochastic cell rescaling"},
    {"10.1016/j.cpc.2013.06.003", "cluster pair lists"},
    {"10.1145/2063384.2063405", "counter-based random numbers"},
    {"10.1002/jcc.21224", "packmol"},
};
#define N_METHODS ((int)(sizeof methods / sizeof methods[0]))
#define N_MORE 2

/* Methods that only cells with metal use. */
static int more_methods(const km_recipe *recipe, km_reference *out)
{
    int n = 0;
    if (recipe->crystal != NULL || recipe->stack != NULL)
        out[n++] = (km_reference){"10.1103/PhysRevB.29.6443", "embedded-atom method"};
    if (recipe->stack != NULL && recipe->stack->vacuum > 0.0)
        out[n++] = (km_reference){"10.1063/1.479595", "electrostatics of slabs"};
    return n;
}

static km_status write_references(const char *folder, const km_recipe *recipe)
{
    char path[PATH_LENGTH];
    km_reference *all;
    KM_NEW(all, N_METHODS + N_MORE + recipe->n_references);
    memcpy(all, methods, sizeof methods);
    int n = N_METHODS + more_methods(recipe, all + N_METHODS);
    for (int k = 0; k < recipe->n_references; k++)
        all[n++] = (km_reference){recipe->reference[k], "parameters"};
    const km_status status =
        km_references_write(in_folder(folder, KM_FILE_REFERENCES, path), n, all);
    free(all);
    return status;
}

km_status km_run_files_recipe(const char *folder, const km_cell *cell)
{
    char path[PATH_LENGTH];
    if (unlink(in_folder(folder, KM_FILE_RESULTS, path)) != 0 && errno != ENOENT)
        return KM_FAIL(KM_ERROR_FILE, "cannot remove %s: %s", path, strerror(errno));
    KM_TRY(km_recipe_write(cell->recipe, in_folder(folder, KM_FILE_RECIPE, path)));
    return write_references(folder, cell->recipe);
}

km_status km_run_files_start(const char *folder, const km_cell *cell, const km_model *model)
{
    char path[PATH_LENGTH];
    const char *title = cell->recipe->title;
    KM_TRY(km_topology_write_psf(in_folder(folder, KM_FILE_TOPOLOGY, path), model->labels, title));
    KM_TRY(km_topology_write_pdb(in_folder(folder, KM_FILE_START, path), model->labels,
                                 &cell->system->box, cell->system->position, title));
    return km_topology_write_vmd(in_folder(folder, KM_FILE_VIEW, path), model->labels, title);
}

void km_run_files_progress(const char *folder, const km_progress *p)
{
    char path[PATH_LENGTH];
    km_json *json;
    if (km_json_create(&json) != KM_OK)
        return;
    km_json_open_object(json, NULL);
    km_json_text(json, "stage", p->stage);
    km_json_integer(json, "step", p->in_stage);
    km_json_integer(json, "steps_of_stage", p->n_steps);
    km_json_number(json, "fraction", p->fraction);
    km_json_number(json, "ns_per_day", p->ns_per_day);
    km_json_number(json, "seconds_left", p->seconds_left);
    km_json_number(json, "temperature_K", p->measured.temperature);
    km_json_number(json, "density_kg_m3", p->measured.density * KM_KG_M3_PER_U_NM3);
    km_json_close(json);
    if (km_json_write(json, in_folder(folder, KM_FILE_PROGRESS, path)) != KM_OK) {
        /* a run is not stopped for its progress file */
    }
    km_json_destroy(json);
}

void km_run_files_replicas_progress(const char *folder, const km_replicas_progress *p)
{
    char path[PATH_LENGTH];
    km_json *json;
    if (km_json_create(&json) != KM_OK)
        return;
    km_json_open_object(json, NULL);
    km_json_integer(json, "replicas", p->n);
    km_json_integer(json, "finished", p->n_finished);
    km_json_integer(json, "running", p->n_running);
    km_json_number(json, "fraction", p->fraction);
    km_json_number(json, "fraction_of_slowest", p->slowest_fraction);
    km_json_integer(json, "slowest", p->slowest);
    km_json_text(json, "stage_of_slowest", p->stage);
    km_json_number(json, "ns_per_day", p->ns_per_day);
    km_json_number(json, "seconds_left", p->seconds_left);
    km_json_close(json);
    if (km_json_write(json, in_folder(folder, KM_FILE_PROGRESS, path)) != KM_OK) {
        /* a run is not stopped for its progress file */
    }
    km_json_destroy(json);
}

static void json_cell(km_json *json, const km_cell *cell, const km_model *model)
{
    km_json_open_object(json, "cell");
    km_json_integer(json, "atoms", model->n);
    km_json_integer(json, "molecules", model->labels->n_molecules);
    km_json_number(json, "charge_scale", cell->recipe->forcefield.charge_scale);
    km_json_open_array(json, "composition");
    for (int k = 0; k < cell->system->n_components; k++) {
        const km_system_component *c = &cell->system->component[k];
        km_json_open_object(json, NULL);
        km_json_text(json, "molecule", cell->forcefield->molecule[c->molecule].key);
        km_json_integer(json, "count", c->count);
        km_json_number(json, "requested", c->requested);
        km_json_number(json, "achieved", c->achieved);
        km_json_text(json, "unit", c->unit);
        km_json_close(json);
    }
    km_json_close(json);
    km_json_close(json);
}

static void json_pistons(km_json *json, const km_stage_report *report)
{
    if (report->n_pistons == 0)
        return;
    km_json_open_array(json, "pistons");
    for (int k = 0; k < report->n_pistons; k++) {
        km_json_open_object(json, NULL);
        km_json_number(json, "mean_z_A", report->piston_mean_z[k] / KM_NM_PER_ANGSTROM);
        km_json_number(json, "drift_A_per_ns",
                       report->piston_drift[k] / KM_NM_PER_ANGSTROM * KM_PS_PER_NS);
        km_json_number(json, "mean_pressure_bar",
                       report->piston_mean_pressure[k] / KM_PRESSURE_PER_BAR);
        km_json_close(json);
    }
    km_json_close(json);
}

static void json_stages(km_json *json, const km_cell *cell, const km_stage_report *report)
{
    km_json_open_array(json, "stages");
    for (int k = 0; k < cell->recipe->n_stages; k++) {
        const km_stage *stage = &cell->recipe->stage[k];
        const km_stage_report *r = &report[k];
        if (r->samples == 0)
            continue;
        const double kt = KM_GAS_CONSTANT * stage->temperature_end;
        km_json_open_object(json, NULL);
        km_json_text(json, "name", stage->name);
        km_json_integer(json, "steps", r->steps);
        km_json_number(json, "timestep_fs", stage->timestep / KM_PS_PER_FS);
        km_json_number(json, "mean_temperature_K", r->mean_temperature);
        km_json_number(json, "mean_pressure_bar", r->mean_pressure / KM_PRESSURE_PER_BAR);
        km_json_number(json, "mean_density_kg_m3", r->mean_density * KM_KG_M3_PER_U_NM3);
        km_json_number(json, "conserved_drift_kT_per_ns_per_degree_of_freedom",
                       r->conserved_drift * KM_PS_PER_NS / kt / r->degrees_of_freedom);
        km_json_number(json, "largest_constraint_residual", r->largest_constraint_residual);
        km_json_number(json, "largest_momentum_u_nm_ps", r->largest_momentum);
        km_json_integer(json, "neighbour_list_pairs_checked", r->list_pairs_checked);
        json_pistons(json, r);
        km_json_close(json);
    }
    km_json_close(json);
}

static void json_sources(km_json *json, const km_model *model)
{
    km_json_open_array(json, "notes");
    for (int k = 0; k < model->n_notes; k++)
        km_json_text(json, NULL, model->note[k]);
    km_json_close(json);
    km_json_open_array(json, "parameters");
    for (int k = 0; k < model->n_uses; k++) {
        km_json_open_object(json, NULL);
        km_json_text(json, "what", model->use[k].what);
        km_json_integer(json, "count", model->use[k].count);
        km_json_text(json, "source", model->use[k].source);
        if (model->use[k].analogy != NULL)
            km_json_text(json, "analogy", model->use[k].analogy);
        km_json_close(json);
    }
    km_json_close(json);
}

static void json_replicas(km_json *json, int n, const uint64_t *seed)
{
    char name[64];
    km_json_integer(json, "replicas", n);
    km_json_open_array(json, "replica");
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "replica-%d", k + 1);
        km_json_open_object(json, NULL);
        km_json_text(json, "folder", name);
        km_json_integer(json, "seed", (int64_t)seed[k]);
        km_json_close(json);
    }
    km_json_close(json);
}

void km_run_files_json_recipe(km_json *json, const km_recipe *recipe)
{
    km_json_text(json, "program", "kalium " KM_VERSION);
    km_json_text(json, "id", recipe->id);
    km_json_text(json, "title", recipe->title);
    km_json_text(json, "confidence", km_confidence_name(recipe->confidence));
    km_json_text(json, "confidence_reason", recipe->confidence_reason);
    km_json_number(json, "pressure_bar", recipe->pressure / KM_PRESSURE_PER_BAR);
    km_json_integer(json, "seed", (int64_t)recipe->seed);
}

/* Either the stages of a single run, or the seeds of replicas. */
static km_status write_results(const char *folder, const km_cell *cell, const km_model *model,
                               const km_stage_report *report, const uint64_t *seed,
                               const km_results *results)
{
    char path[PATH_LENGTH];
    km_json *json;
    KM_TRY(km_json_create(&json));
    km_json_open_object(json, NULL);
    km_run_files_json_recipe(json, cell->recipe);
    km_json_number(json, "temperature_K", cell->recipe->temperature);
    if (seed != NULL)
        json_replicas(json, cell->recipe->replicas, seed);
    json_cell(json, cell, model);
    if (report != NULL)
        json_stages(json, cell, report);
    km_results_json(results, json);
    json_sources(json, model);
    km_json_close(json);
    const km_status status = km_json_write(json, in_folder(folder, KM_FILE_RESULTS, path));
    km_json_destroy(json);
    return status;
}

km_status km_run_files_analyse(const char *folder, const km_cell *cell, const km_model *model,
                               const km_stage_report *report, km_terminal *terminal,
                               km_analysis **out)
{
    char path[PATH_LENGTH];
    bool drawn;
    km_analysis *analysis = NULL;
    const km_recipe *recipe = cell->recipe;
    const km_analysis_request request = {
        .name = (const char *const *)recipe->analyse,
        .n = recipe->n_analyses,
        .temperature = recipe->temperature,
        .viscosity = recipe->analyse_viscosity,
        .seed = recipe->seed,
        .recipe = recipe,
    };
    KM_TRY(km_analysis_run(in_folder(folder, KM_FILE_TRAJECTORY, path), model->labels, &request,
                           &analysis));
    const km_results *results = km_analysis_results(analysis);
    km_status status = KM_OK;
    if (report != NULL)
        status = write_results(folder, cell, model, report, NULL, results);
    if (status == KM_OK)
        status = km_picture_energies(folder, recipe->title, &drawn);
    if (status == KM_OK)
        status = km_results_show(results, folder, recipe->title, terminal);
    if (status == KM_OK && out != NULL)
        *out = analysis;
    else
        km_analysis_destroy(analysis);
    return status;
}

km_status km_run_files_replicas(const char *folder, const km_cell *cell, const km_model *model,
                                const uint64_t *seed, const km_results *together,
                                km_terminal *terminal)
{
    KM_TRY(write_results(folder, cell, model, NULL, seed, together));
    return km_results_show(together, folder, cell->recipe->title, terminal);
}
