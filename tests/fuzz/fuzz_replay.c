/* SPDX-License-Identifier: MIT */
/* Replays seeds and found cases through the readers. usage: fuzz_replay SEEDS WORK [READER]
 * SEEDS holds a folder for each reader. Each case is also cut at several lengths and has some bits
 * turned, always the same ones. Takes any compiler; finds most under sanitizers. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz_readers.h"

#define CUTS 16
#define FLIPS 200

static uint8_t *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    size_t room = 1 << 16;
    uint8_t *bytes = malloc(room);
    *size = 0;
    for (size_t got = 1; file != NULL && bytes != NULL && got > 0; *size += got) {
        if (room - *size < 2)
            bytes = realloc(bytes, room *= 2);
        got = bytes != NULL ? fread(bytes + *size, 1, room - *size, file) : 0;
    }
    if (file == NULL || bytes == NULL) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return bytes;
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* One case as it is, cut and spoilt; gives how often the reader was called. */
static long replay(const km_fuzz_reader *reader, const char *path, const char *work)
{
    size_t size;
    long runs = 1;
    uint8_t *bytes = load(path, &size);
    uint32_t random = 2463534242u;
    km_fuzz_one(reader, work, bytes, size);
    for (size_t k = 0; size > 0 && k < CUTS; k++, runs++)
        km_fuzz_one(reader, work, bytes, size * k / CUTS);
    for (int k = 0; size > 0 && k < FLIPS; k++, runs++) {
        const size_t at = next_random(&random) % size;
        const uint8_t kept = bytes[at];
        bytes[at] ^= (uint8_t)(1u << (next_random(&random) & 7));
        km_fuzz_one(reader, work, bytes, size);
        bytes[at] = kept;
    }
    free(bytes);
    return runs;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 64;
    long runs = 0;
    int cases = 0;
    bool missing = false;
    for (int r = 0; km_fuzz_reader_at(r) != NULL; r++) {
        const km_fuzz_reader *reader = km_fuzz_reader_at(r);
        char folder[2048], path[4096];
        if (argc > 3 && strcmp(argv[3], reader->name) != 0)
            continue;
        snprintf(folder, sizeof folder, "%s/%s", argv[1], reader->name);
        DIR *entries = opendir(folder);
        int found = 0;
        for (struct dirent *e; entries != NULL && (e = readdir(entries)) != NULL;) {
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
            runs += replay(reader, path, argv[2]);
            found++;
        }
        if (entries != NULL)
            closedir(entries);
        if (found == 0)
            fprintf(stderr, "no seeds in %s\n", folder);
        missing |= found == 0;
        cases += found;
    }
    printf("%d cases of readers, %ld files read\n", cases, runs);
    return missing ? 1 : 0;
}
