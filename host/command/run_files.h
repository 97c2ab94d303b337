/* SPDX-License-Identifier: MIT */
/* The files of a run folder that `kalium run` itself writes. */
#ifndef KM_RUN_FILES_H
#define KM_RUN_FILES_H

#include "host/analysis/analysis.h"
#include "host/command/command.h"
#include "host/command/terminal.h"
#include "host/engine/run.h"
#include "host/output/json_writer.h"

/* recipe-resolved.yaml and references.bib: written first, so that --continue knows what to do.
 * results.json, which would speak of an earlier end, is removed. */
KM_MUST_CHECK km_status km_run_files_recipe(const char *folder, const km_cell *cell);

/* topology.psf, start.pdb and view.vmd of the packed cell. */
KM_MUST_CHECK km_status km_run_files_start(const char *folder, const km_cell *cell,
                                           const km_model *model);

/* progress.json, at most every two seconds. A failure to write it stops no run. */
void km_run_files_progress(const char *folder, const km_progress *progress);

/* Streams trajectory.nc through the analyses of the recipe; writes their tables and pictures and
 * results.json, and prints the summary. report: NULL when results.json is there already. analysis:
 * NULL, or where the results go. */
KM_MUST_CHECK km_status km_run_files_analyse(const char *folder, const km_cell *cell,
                                             const km_model *model, const km_stage_report *report,
                                             km_terminal *terminal, km_analysis **analysis);

/* Program, title, confidence, pressure and seed in the open JSON object. */
void km_run_files_json_recipe(km_json *json, const km_recipe *recipe);

/* progress.json of many replicas. */
void km_run_files_replicas_progress(const char *folder, const km_replicas_progress *progress);
/* Tables, pictures and results.json of many replicas. seed: of each. */
KM_MUST_CHECK km_status km_run_files_replicas(const char *folder, const km_cell *cell,
                                              const km_model *model, const uint64_t *seed,
                                              const km_results *together, km_terminal *terminal);

/* The same for the same run: composition, parameters, protocol and seed. The length of production
 * is left out, so that a finished run can be extended. */
km_run_identity km_run_identify(const km_recipe *recipe, const km_model *model);

#endif
