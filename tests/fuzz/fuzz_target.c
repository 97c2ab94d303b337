/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls: one program for each reader, KM_FUZZ_NAME. Works in memory where it can. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz_readers.h"

static char folder[64];
static const km_fuzz_reader *reader;

static void remove_folder(void)
{
    char path[160];
    const char *const files[] = {reader->file, KM_FUZZ_WRITTEN, KM_FUZZ_AROUND_CIF};
    for (int k = 0; k < 3; k++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[k]);
        unlink(path);
    }
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    reader = km_fuzz_reader_find(KM_FUZZ_NAME);
    strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-XXXXXX" : "/tmp/fuzz-XXXXXX");
    if (reader == NULL || mkdtemp(folder) == NULL)
        abort();
    atexit(remove_folder);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    km_fuzz_one(reader, folder, data, size);
    return 0;
}
