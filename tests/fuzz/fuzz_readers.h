/* SPDX-License-Identifier: MIT */
/* Every reader of files behind one function: what a fuzzer drives, and what the tests replay. */
#ifndef KM_FUZZ_READERS_H
#define KM_FUZZ_READERS_H

#include <stddef.h>
#include <stdint.h>

/* name of the reader and of its folder in seeds/; file that the bytes are put into */
#define KM_FUZZ_LIST(X)                                                                            \
    X(recipe, "fuzz.yaml")                                                                         \
    X(forcefield, "fuzz.yaml")                                                                     \
    X(eam, "fuzz.eam")                                                                             \
    X(eam_fs, "fuzz.eam.fs")                                                                       \
    X(pdb, "fuzz.pdb")                                                                             \
    X(gro, "fuzz.gro")                                                                             \
    X(xyz, "fuzz.xyz")                                                                             \
    X(psf, "fuzz.psf")                                                                             \
    X(netcdf, "fuzz.nc")                                                                           \
    X(checkpoint, "state.nc")                                                                      \
    X(gromacs, "fuzz.top")                                                                         \
    X(cif, "fuzz.cif")                                                                             \
    X(eim, "fuzz.eim")                                                                             \
    X(pair_table, "fuzz.table")                                                                    \
    X(results, "results.json")

/* what else lies in the folder after reading a CIF file, or a recipe */
#define KM_FUZZ_AROUND_CIF "around.yaml"
#define KM_FUZZ_WRITTEN "written.yaml"

typedef struct km_fuzz_reader {
    const char *name, *file;
    void (*read)(const char *folder, const char *path); /* reads, checks and frees */
} km_fuzz_reader;

/* NULL after the last one. */
const km_fuzz_reader *km_fuzz_reader_at(int index);
const km_fuzz_reader *km_fuzz_reader_find(const char *name);
/* Puts the bytes into a file of the folder and reads it. Aborts when the reader breaks a promise: a
 * refusal without a message, or a recipe that is not the same after writing and reading. */
void km_fuzz_one(const km_fuzz_reader *reader, const char *folder, const uint8_t *data,
                 size_t size);

#endif
