/* SPDX-License-Identifier: MIT */
/* Small things tests do with files. */
#ifndef KM_TEST_FILES_H
#define KM_TEST_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cmocka_all.h"

/* The bytes of a file with a zero after them; the caller frees them. size may be NULL. */
static inline char *slurp(const char *path, size_t *size)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &status) != 0)
        fail_msg("%s is missing", path);
    char *bytes = calloc((size_t)status.st_size + 1, 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)status.st_size, file), status.st_size);
    fclose(file);
    if (size != NULL)
        *size = (size_t)status.st_size;
    return bytes;
}

/* Makes a file of these bytes. A new file each time: ext4 waits for the disk when an old one is
 * emptied and filled again. */
static inline void spill(const char *path, const char *bytes, size_t size)
{
    remove(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Replaces bytes inside a file. */
static inline void spoil(const char *path, long offset, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void assert_same_bytes(const char *path_a, const char *path_b)
{
    size_t size_a, size_b;
    char *a = slurp(path_a, &size_a), *b = slurp(path_b, &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(a, b, size_a);
    free(a);
    free(b);
}

static inline void assert_content(const char *path, const char *expected)
{
    char *text = slurp(path, NULL);
    assert_string_equal(text, expected);
    free(text);
}

/* The message of the last failure contains the text. */
static inline void assert_message_has(const char *text)
{
    if (strstr(km_last_error()->message, text) == NULL)
        fail_msg("'%s' is not in the message '%s'", text, km_last_error()->message);
}

#endif
