/* SPDX-License-Identifier: MIT */
#include "tests/dme_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define SPACING 0.62 /* nm */

static km_status keep_frame(void *self, const km_frame *frame)
{
    dme_record *r = self;
    assert_true(r->n_frames < DME_MAX_FRAMES);
    double *copy = malloc(3 * (size_t)frame->n * sizeof(double));
    assert_non_null(copy);
    memcpy(copy, frame->position, 3 * (size_t)frame->n * sizeof(double));
    r->box[r->n_frames] = frame->box;
    r->frame[r->n_frames++] = copy;
    r->n_atoms = frame->n;
    return KM_OK;
}

static km_status keep_row(void *self, const km_energy_row *row)
{
    dme_record *r = self;
    assert_true(r->n_rows < DME_MAX_ROWS);
    r->row[r->n_rows++] = *row;
    return KM_OK;
}

static km_status keep_checkpoint(void *self, const km_checkpoint *c)
{
    dme_record *r = self;
    const size_t bytes = 3 * (size_t)c->state.n * sizeof(double);
    if (!r->has_checkpoint) {
        r->last.state.position = malloc(bytes);
        r->last.state.velocity = malloc(bytes);
    }
    double *position = r->last.state.position, *velocity = r->last.state.velocity;
    km_stage_sums *sums = r->last.stage_sums;
    assert_non_null(position);
    assert_non_null(velocity);
    sums = realloc(sums, (size_t)c->n_stages * sizeof *sums);
    assert_non_null(sums);
    r->last = *c;
    r->last.stage_sums = memcpy(sums, c->stage_sums, (size_t)c->n_stages * sizeof *sums);
    r->last.state.position = memcpy(position, c->state.position, bytes);
    r->last.state.velocity = memcpy(velocity, c->state.velocity, bytes);
    r->has_checkpoint = true;
    r->frames_at_checkpoint = r->n_frames;
    r->rows_at_checkpoint = r->n_rows;
    return KM_OK;
}

static void keep_growths(void *self, const char *line)
{
    dme_record *r = self;
    int times;
    const char *found = strstr(line, "got more: ");
    if (found != NULL && sscanf(found, "got more: %d", &times) == 1)
        r->list_growths += times;
}

static bool stop_after_some(void *self, double block)
{
    dme_record *r = self;
    assert_true(block >= 0.0 && block < 600.0);
    if (r->n_rows == 0 && r->calls_before_stop >= 0) /* minimising: stopped there only on demand */
        return r->stop_minimising;
    return r->calls_before_stop >= 0 && r->calls_before_stop-- == 0;
}

void dme_record_destroy(dme_record *r)
{
    for (int k = 0; k < r->n_frames; k++)
        free(r->frame[k]);
    free(r->last.state.position);
    free(r->last.state.velocity);
    free(r->last.stage_sums);
    free(r);
}

dme_record *dme_record_create(int calls_before_stop)
{
    dme_record *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->calls_before_stop = calls_before_stop;
    return r;
}

/* Molecules on a simple cubic lattice: far apart enough to be relaxed in a few steps. */
static km_system *lattice(const km_forcefield *ff, int molecule, int side)
{
    const km_ff_molecule *m = &ff->molecule[molecule];
    const int n = side * side * side;
    km_system *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->n_components = 1;
    s->component = calloc(1, sizeof *s->component);
    s->component[0] = (km_system_component){.molecule = molecule, .count = n};
    s->n_molecules = n;
    s->molecule = malloc((size_t)n * sizeof(int));
    s->n_atoms = n * m->n_atoms;
    s->position = malloc(3 * (size_t)s->n_atoms * sizeof(double));
    s->box = km_box_orthorhombic(side * SPACING, side * SPACING, side * SPACING);
    for (int k = 0; k < n; k++) {
        const double origin[3] = {SPACING * (k % side), SPACING * (k / side % side),
                                  SPACING * (k / (side * side))};
        s->molecule[k] = molecule;
        for (int a = 0; a < m->n_atoms; a++)
            for (int c = 0; c < 3; c++) /* axes turned so that the long one differs by molecule */
                s->position[3 * (k * m->n_atoms + a) + (c + k) % 3] =
                    origin[(c + k) % 3] + m->atom[a].position[c];
    }
    return s;
}

dme_box *dme_box_create(const km_backend *backend, int side)
{
    const char *file[] = {KM_SOURCE_ROOT "/forcefields/opls-electrolytes.yaml"};
    dme_box *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_ok(km_forcefield_read(file, 1, &f->forcefield));
    f->backend = backend;
    f->system = lattice(f->forcefield, km_forcefield_molecule(f->forcefield, "DME"), side);
    const double bar = KM_PRESSURE_PER_BAR;
    f->stage[0] = (km_stage){
        .name = "minimise", .kind = KM_STAGE_MINIMISE, .max_steps = 60, .force_tolerance = 500.0};
    f->stage[1] = (km_stage){.name = "heat",
                             .kind = KM_STAGE_DYNAMICS,
                             .time = 0.2,
                             .timestep = 0.0005,
                             .temperature_start = 100.0,
                             .temperature_end = 298.0,
                             .draw_velocities = true,
                             .thermostat = KM_THERMOSTAT_LANGEVIN,
                             .friction = 10.0,
                             .energy_interval = 0.05};
    f->stage[2] = (km_stage){.name = "equilibrate",
                             .kind = KM_STAGE_DYNAMICS,
                             .time = 0.6,
                             .timestep = 0.002,
                             .temperature_start = 298.0,
                             .temperature_end = 298.0,
                             .constrain_hydrogen = true,
                             .thermostat = KM_THERMOSTAT_RESCALING,
                             .thermostat_time = 0.1,
                             .barostat = KM_BAROSTAT_ISOTROPIC,
                             .pressure_start = bar,
                             .pressure_end = bar,
                             .barostat_time = 2.0,
                             .compressibility = 1e-4 / bar,
                             .average_from = 0.5,
                             .energy_interval = 0.05};
    f->stage[3] = (km_stage){.name = "produce",
                             .kind = KM_STAGE_DYNAMICS,
                             .time = 2.2,
                             .timestep = 0.002,
                             .temperature_start = 298.0,
                             .temperature_end = 298.0,
                             .constrain_hydrogen = true,
                             .thermostat = KM_THERMOSTAT_NOSE_HOOVER,
                             .thermostat_time = 0.5,
                             .production = true,
                             .frame_interval = 0.1,
                             .energy_interval = 0.05};
    f->recipe = (km_recipe){.id = "test",
                            .title = "test",
                            .temperature = 298.0,
                            .pressure = bar,
                            .forcefield = {.charge_scale = 1.0},
                            .nonbonded = {.cutoff = side < 3 ? 0.5 : 0.75,
                                          .relative_force_error = 1e-4,
                                          .tail = true,
                                          .shift = true,
                                          .coulomb_constant = KM_COULOMB_CONSTANT},
                            .n_stages = 4,
                            .stage = f->stage,
                            .seed = 3};
    return f;
}

void dme_box_destroy(dme_box *f)
{
    km_system_destroy(f->system);
    km_forcefield_destroy(f->forcefield);
    free(f);
}

km_status dme_run(const dme_box *f, int threads, const dme_record *resume, dme_record *r,
                  km_stage_report *report)
{
    km_device *device = NULL;
    assert_ok(f->backend->open(threads, &device));
    km_sink frames = {.self = r, .frame = keep_frame}, rows = {.self = r, .energies = keep_row};
    const km_run_options options = {.backend = f->backend,
                                    .device = device,
                                    .recipe = &f->recipe,
                                    .forcefield = f->forcefield,
                                    .system = f->system,
                                    .identity = {{7}},
                                    .resume = resume != NULL ? &resume->last : NULL,
                                    .list_lateness = f->list_lateness,
                                    .list_headroom = f->list_headroom,
                                    .trajectory = &frames,
                                    .energies = &rows,
                                    .checkpoint_seconds = 0.0,
                                    .self = r,
                                    .checkpoint = keep_checkpoint,
                                    .should_stop = stop_after_some,
                                    .note = keep_growths};
    const km_status status = km_run(&options, report);
    f->backend->close(device);
    return status;
}
