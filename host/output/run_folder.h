/* SPDX-License-Identifier: MIT */
/* The folder of one run: made, locked against a second run, and its log. */
#ifndef KM_RUN_FOLDER_H
#define KM_RUN_FOLDER_H

#include <stdbool.h>

#include "kernels/base/error.h"

#define KM_FILE_TRAJECTORY "trajectory.nc"
#define KM_FILE_TOPOLOGY "topology.psf"
#define KM_FILE_START "start.pdb"
#define KM_FILE_VIEW "view.vmd"
#define KM_FILE_ENERGIES "energies.csv"
#define KM_FILE_STATE "state.nc"
#define KM_FILE_STATE_PREVIOUS "state-previous.nc"
#define KM_FILE_RESULTS "results.json"
#define KM_FILE_ANALYSES "analysis-" /* and their names, .json: what `kalium analyse` found */
#define KM_FILE_PROGRESS "progress.json"
#define KM_FILE_REPORT "report.html"
#define KM_FILE_RECIPE "recipe-resolved.yaml"
#define KM_FILE_REFERENCES "references.bib"
#define KM_FILE_LOG "kalium.log"
#define KM_FILE_LOCK ".kalium.lock"

#define KM_PATH_LENGTH 4096

typedef struct km_run_folder km_run_folder;

/* Makes a folder and those above it; one that is there is good. */
KM_MUST_CHECK km_status km_folder_make(const char *path);
/* Makes the folder (and those above it) and locks it, or with continues takes over the folder of an
 * earlier run. Fails with KM_ERROR_USAGE when the folder is not empty (or, with continues, holds no
 * run) or another process runs in it, which is named, and with KM_ERROR_FILE when it cannot be
 * written. */
KM_MUST_CHECK km_status km_run_folder_open(const char *path, bool continues, km_run_folder **out);
const char *km_run_folder_path(const km_run_folder *folder);
/* The path of a file in it. Fails when it is longer than room. */
KM_MUST_CHECK km_status km_run_folder_file(const km_run_folder *folder, const char *name,
                                           char *path, size_t room);
/* A line with the time (UTC) in kalium.log. A log that cannot be written stops no run. */
void km_run_folder_log(km_run_folder *folder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Closes the log and gives up the lock; accepts NULL. */
void km_run_folder_destroy(km_run_folder *folder);

#endif
