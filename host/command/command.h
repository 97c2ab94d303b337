/* SPDX-License-Identifier: MIT */
/* The commands of the program. Each gets its own arguments (argv[0] is the command) and returns a
 * status; main turns that into a message and an exit code. */
#ifndef KM_COMMAND_H
#define KM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "host/build/system.h"
#include "host/model/model.h"
#include "kernels/backend.h"

km_status km_command_run(int argc, char **argv);
km_status km_command_build(int argc, char **argv);
km_status km_command_check(int argc, char **argv);
km_status km_command_energy(int argc, char **argv);
km_status km_command_analyse(int argc, char **argv);
km_status km_command_list(int argc, char **argv);
km_status km_command_info(int argc, char **argv);
km_status km_command_selftest(int argc, char **argv);
km_status km_command_theory(int argc, char **argv);
km_status km_command_export(int argc, char **argv);
km_status km_command_report(int argc, char **argv);
km_status km_command_import(int argc, char **argv);
km_status km_command_match(int argc, char **argv);

/* What several commands take; parsed by km_options_parse. */
#define KM_SETTINGS_MAX 64
typedef struct km_options {
    const char *recipe;                    /* first plain argument, or NULL                 */
    const char *output;                    /* -o, --output                                  */
    const char *device;                    /* --device auto|cpu|cuda[:N]                    */
    int threads;                           /* --threads; 0 = all                            */
    const char *settings[KM_SETTINGS_MAX]; /* --set, --time, --seed, ...      */
    int n_settings;
    char time_setting[64], seed_setting[64], replicas_setting[64], structure_setting[1024];
    double time_limit;         /* --time-limit, seconds; 0 = none               */
    double checkpoint_seconds; /* --checkpoint, seconds of wall time           */
    bool resume;               /* --continue                                    */
    bool quiet, json, help;
    const char *structure;    /* --structure                                   */
    const char *forces;       /* --forces                                      */
    const char *only;         /* --only a,b,c                                  */
    const char *to;           /* --to lammps                                   */
    const char *name;         /* --name DEC                                    */
    const char *defaults;     /* --defaults "1 3 yes 0.5 0.5"                  */
    double viscosity;         /* --viscosity-mPas, in Pa s                     */
    double temperature;       /* --temperature-K                               */
    const char *temperatures; /* --temperatures 400,500                        */
} km_options;

/* allowed: the long names this command takes, separated by blanks. */
KM_MUST_CHECK km_status km_options_parse(int argc, char **argv, const char *allowed,
                                         km_options *out);

/* A recipe with its force field and built cell, in the order they are made. */
typedef struct km_cell {
    km_recipe *recipe;
    km_forcefield *forcefield;
    km_system *system;
} km_cell;

/* Reads the recipe and its force field. */
KM_MUST_CHECK km_status km_cell_read(const char *recipe, const km_options *options, km_cell *out);
void km_cell_destroy(km_cell *cell);

/* host/command/device.c: the backend and device that --device asks for; auto takes the first CUDA
 * device that can run this build, or else the CPU. */
KM_MUST_CHECK km_status km_device_open(const km_options *options, const km_backend **backend,
                                       km_device **device);
/* One line about it, which with auto says why the CPU stands in for a GPU. */
void km_device_line(const km_options *options, const km_backend *backend, const km_device *device,
                    char *line, size_t room);
/* The CUDA toolkit of this build. */
const char *km_device_toolkit(void);

const char *km_confidence_name(km_confidence confidence);

/* Resident memory of a run of the model, bytes, from the sizes of its largest arrays. */
double km_run_memory(const km_model *model);
/* Prints what it takes: memory, what of it there is, and time to pack, before anything is done. */
void km_print_effort(const km_cell *cell, const km_model *model);
/* Prints requested and achieved composition, box and density. */
void km_print_composition(const km_cell *cell, const km_model *model);

#endif
