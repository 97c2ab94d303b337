/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz_readers.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/build/compound.h"
#include "host/input/eam_file.h"
#include "host/input/eim_file.h"
#include "host/input/forcefield_file.h"
#include "host/input/gromacs_file.h"
#include "host/input/pair_table_file.h"
#include "host/input/recipe_file.h"
#include "host/input/space_group.h"
#include "host/input/structure_file.h"
#include "host/output/checkpoint_file.h"
#include "host/output/netcdf_reader.h"
#include "host/output/psf_reader.h"
#include "host/report/csv_table.h"
#include "host/report/result_tree.h"

static void promise(bool kept, const char *what)
{
    if (kept)
        return;
    fprintf(stderr, "broken promise: %s; last message: %s\n", what, km_last_error()->message);
    abort();
}

/* A refusal says why, and is one of those that a file can cause. */
static bool accepted(km_status status)
{
    if (status == KM_OK)
        return true;
    promise(km_last_error()->message[0] != '\0', "a refusal has a message");
    promise(status != KM_ERROR_INTERNAL && status != KM_ERROR_MEMORY,
            "a file causes neither an internal error nor a lack of memory");
    return false;
}

static void put(const char *path, const uint8_t *data, size_t size)
{
    unlink(path); /* ext4 waits for the disk when a file is emptied and filled again */
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool whole = file >= 0 && write(file, data, size) == (ssize_t)size;
    if (file >= 0)
        close(file);
    if (!whole) {
        perror(path);
        abort();
    }
}

static void check_written(const char *folder, const km_recipe *recipe)
{
    km_recipe *again = NULL;
    char written[4096];
    bool same = false;
    snprintf(written, sizeof written, "%s/%s", folder, KM_FUZZ_WRITTEN);
    promise(km_recipe_write(recipe, written) == KM_OK, "a recipe can be written");
    promise(km_recipe_read(written, NULL, 0, &again) == KM_OK, "a written recipe can be read");
    promise(km_recipe_is_written(again, written, &same) == KM_OK && same,
            "a recipe is the same after writing and reading");
    km_recipe_destroy(again);
}

static void read_recipe(const char *folder, const char *path)
{
    km_recipe *recipe = NULL;
    if (!accepted(km_recipe_read(path, NULL, 0, &recipe)))
        return;
    check_written(folder, recipe);
    km_recipe_destroy(recipe);
}

/* The recipe that takes its crystal from fuzz.cif. */
static const char around_cif[] =
    "title: a crystal from a file\ntemperature_K: 300\ncell:\n  compound:\n    cif: fuzz.cif\n"
    "    species: [{label: K1, molecule: \"K+\"}, {label: Al, molecule: \"Al3+\"}, {label: Mg, "
    "molecule: \"Mg2+\"}, {label: O, molecule: \"O2-\"}, {label: Cl, molecule: \"Cl-\"}]\n"
    "    repeats: [2, 1, 1]\nforcefield: {files: [beta-alumina]}\n";

static bool cif_accepted(const char *path)
{
    km_cif cif;
    char message[500] = "";
    const bool good = km_cif_read(path, &cif, message, sizeof message);
    promise(good || message[0] != '\0', "a refusal has a message");
    free(cif.site);
    return good;
}

/* Alone first, which is quick, then as the crystal of a recipe. */
static void read_cif(const char *folder, const char *path)
{
    km_recipe *recipe = NULL;
    km_compound_sites *sites = NULL;
    char around[4096];
    if (!cif_accepted(path))
        return;
    snprintf(around, sizeof around, "%s/%s", folder, KM_FUZZ_AROUND_CIF);
    if (access(around, R_OK) != 0)
        put(around, (const uint8_t *)around_cif, sizeof around_cif - 1);
    if (!accepted(km_recipe_read(around, NULL, 0, &recipe)))
        return;
    check_written(folder, recipe);
    if (accepted(km_compound_expand(recipe, &sites)))
        for (int k = 0; k < 3 * sites->n; k++)
            promise(sites->site[k] - sites->site[k] == 0.0, "sites are finite");
    km_compound_sites_destroy(sites);
    km_recipe_destroy(recipe);
}

static void read_eim(const char *folder, const char *path)
{
    (void)folder;
    km_eim_parameters *parameters = NULL;
    if (accepted(km_eim_file_read(path, &parameters)))
        km_eim_parameters_destroy(parameters);
}

static void read_pair_table(const char *folder, const char *path)
{
    (void)folder;
    km_vdw_table table;
    if (!accepted(km_pair_table_read(path, "K_O", 4.184, 0.1, &table)))
        return;
    for (int k = 0; k < table.n; k++)
        promise(table.u[k] - table.u[k] == 0.0 && table.f[k] - table.f[k] == 0.0,
                "energies and forces of a table are finite");
    km_vdw_table_destroy(&table);
}

/* What the report reads: results.json, and tables. */
static void read_results(const char *folder, const char *path)
{
    (void)folder;
    km_node *tree = NULL;
    km_csv_table table;
    if (accepted(km_result_tree_read(path, &tree))) {
        (void)km_node_text(tree, "title", "");
        km_result_tree_destroy(tree);
    }
    if (!accepted(km_csv_table_read(path, &table)))
        return;
    for (const char *row = table.rows; row != NULL; row = km_csv_next(row))
        (void)km_csv_number(row, table.n - 1);
    km_csv_table_free(&table);
}

static void read_forcefield(const char *folder, const char *path)
{
    (void)folder;
    km_forcefield *ff = NULL;
    if (accepted(km_forcefield_read(&path, 1, &ff)))
        km_forcefield_destroy(ff);
}

static void read_eam(const char *folder, const char *path)
{
    (void)folder;
    km_eam_tables *tables = NULL;
    if (accepted(km_eam_file_read(path, &tables)))
        km_eam_tables_destroy(tables);
}

static void read_eam_fs(const char *folder, const char *path)
{
    read_eam(folder, path);
}

static void read_pdb(const char *folder, const char *path)
{
    (void)folder;
    km_structure *structure = NULL;
    if (!accepted(km_structure_read(path, &structure)))
        return;
    for (int k = 0; k < 3 * structure->n; k++)
        promise(structure->position[k] - structure->position[k] == 0.0, "positions are finite");
    km_structure_destroy(structure);
}

static void read_gro(const char *folder, const char *path)
{
    read_pdb(folder, path);
}

static void read_xyz(const char *folder, const char *path)
{
    read_pdb(folder, path);
}

static void read_psf(const char *folder, const char *path)
{
    (void)folder;
    km_labels *labels = NULL;
    if (!accepted(km_labels_read_psf(path, &labels)))
        return;
    for (int i = 0; i < labels->n_atoms; i++)
        promise(labels->molecule[i] >= 0 && labels->molecule[i] < labels->n_molecules,
                "every atom is in a molecule");
    km_labels_destroy(labels);
}

static void read_netcdf(const char *folder, const char *path)
{
    (void)folder;
    km_netcdf_reader *reader = NULL;
    km_frame frame;
    if (!accepted(km_netcdf_reader_open(path, 0, &reader)))
        return;
    for (int64_t k = 0; k < km_netcdf_reader_n_frames(reader) && k < 4; k++)
        accepted(km_netcdf_reader_read(reader, k, &frame));
    km_netcdf_reader_destroy(reader);
}

static void read_checkpoint(const char *folder, const char *path)
{
    (void)path;
    km_checkpoint checkpoint;
    bool fallback;
    char reason[256];
    if (accepted(km_checkpoint_read(folder, &checkpoint, &fallback, reason, sizeof reason)))
        km_checkpoint_release(&checkpoint);
}

static void read_gromacs(const char *folder, const char *path)
{
    (void)folder;
    km_gromacs_topology *t = NULL;
    if (!accepted(km_gromacs_topology_read(path, "1 3 yes 0.5 0.5", &t)))
        return;
    for (int m = 0; m < t->n_molecules; m++)
        for (int kind = 0; kind < KM_TOP_EXCLUSION; kind++)
            for (int k = 0; k < t->molecule[m].n_terms[kind]; k++) {
                const km_top_term *term = &t->molecule[m].term[kind][k];
                promise(term->n > 0, "every term has its parameters");
                promise(term->atom[0] >= 0 && term->atom[0] < t->molecule[m].n_atoms,
                        "every term has its atoms");
                for (int p = 0; p < term->n; p++)
                    promise(term->parameter[p] - term->parameter[p] == 0.0,
                            "parameters are finite");
            }
    km_gromacs_topology_destroy(t);
}

static const km_fuzz_reader readers[] = {
#define KM_FUZZ_ROW(name, file) {#name, file, read_##name},
    KM_FUZZ_LIST(KM_FUZZ_ROW)
#undef KM_FUZZ_ROW
};

const km_fuzz_reader *km_fuzz_reader_at(int index)
{
    return index >= 0 && index < (int)(sizeof readers / sizeof *readers) ? &readers[index] : NULL;
}

const km_fuzz_reader *km_fuzz_reader_find(const char *name)
{
    for (int k = 0; km_fuzz_reader_at(k) != NULL; k++)
        if (strcmp(readers[k].name, name) == 0)
            return &readers[k];
    return NULL;
}

void km_fuzz_one(const km_fuzz_reader *reader, const char *folder, const uint8_t *data, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, reader->file);
    put(path, data, size);
    reader->read(folder, path);
}
