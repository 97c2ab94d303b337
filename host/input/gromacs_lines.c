/* SPDX-License-Identifier: MIT */
#include "host/input/gromacs_lines.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEEPEST_INCLUDE 32
#define DEEPEST_CONDITION 64
#define DEEPEST_MACRO 16

#define BLANKS " \t\r\n\f\v"

typedef struct macro {
    char *name, *text; /* text may be empty: such a name is only asked for by #ifdef */
} macro;

typedef struct source {
    FILE *file;
    char *name; /* of lines->name */
    int line;
    int n_conditions; /* open in the files before it and in it */
} source;

struct km_top_lines {
    int n_sources;
    source source[DEEPEST_INCLUDE]; /* the last one is being read */
    int n_names;
    char **name; /* of every file that was opened, owned */
    int n_macros;
    macro *macro;
    int n_conditions;
    struct condition {
        bool taken, other; /* this branch is read; #else has been seen */
        km_top_place place;
    } condition[DEEPEST_CONDITION];
    char *raw; /* of getline */
    size_t raw_room;
    char *text; /* a joined line */
    size_t text_room;
    int n_words;
    char *word[KM_TOP_FIELDS];
};

/* ---- files ---- */

static km_status append(void **rows, int n, size_t size)
{
    if ((n & (n - 1)) != 0) /* grows at powers of two */
        return KM_OK;
    void *larger = realloc(*rows, (n > 0 ? 2 * (size_t)n : 1) * size);
    if (larger == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a topology");
    *rows = larger;
    return KM_OK;
}

static km_status copy_text(const char *text, size_t length, char **out)
{
    *out = strndup(text, length);
    return *out != NULL ? KM_OK
                        : KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a topology");
}

static km_status push(km_top_lines *l, FILE *file, const char *path)
{
    source *s = &l->source[l->n_sources];
    *s = (source){.file = file, .n_conditions = l->n_conditions};
    l->n_sources++;
    KM_TRY(append((void **)&l->name, l->n_names, sizeof *l->name));
    KM_TRY(copy_text(path, strlen(path), &l->name[l->n_names]));
    s->name = l->name[l->n_names++];
    return KM_OK;
}

km_status km_top_lines_open(const char *path, km_top_lines **out)
{
    km_top_lines *l = NULL;
    *out = NULL;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: %s", path, strerror(errno));
    km_status status = km_allocate((void **)&l, 1, sizeof *l);
    if (status == KM_OK)
        status = push(l, file, path);
    else
        fclose(file);
    if (status == KM_OK)
        *out = l;
    else
        km_top_lines_destroy(l);
    return status;
}

static void forget_words(km_top_lines *l)
{
    for (int w = 0; w < l->n_words; w++)
        free(l->word[w]);
    l->n_words = 0;
}

void km_top_lines_destroy(km_top_lines *l)
{
    if (l == NULL)
        return;
    for (int s = 0; s < l->n_sources; s++)
        fclose(l->source[s].file);
    for (int n = 0; n < l->n_names; n++)
        free(l->name[n]);
    free(l->name);
    for (int m = 0; m < l->n_macros; m++) {
        free(l->macro[m].name);
        free(l->macro[m].text);
    }
    free(l->macro);
    forget_words(l);
    free(l->raw);
    free(l->text);
    free(l);
}

static source *current(km_top_lines *l)
{
    return &l->source[l->n_sources - 1];
}

static km_status wrong(km_top_lines *l, const char *what, const char *word)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s%s%.200s", current(l)->name, current(l)->line,
                   what, word[0] != '\0' ? ": " : "", word);
}

/* Tries one folder; gives NULL where the file is not there. */
static FILE *try_folder(const char *folder, size_t length, const char *name, char *path,
                        size_t room)
{
    const int n = snprintf(path, room, "%.*s%s%s", (int)length, folder,
                           length > 0 && folder[length - 1] != '/' ? "/" : "", name);
    return n >= 0 && (size_t)n < room ? fopen(path, "r") : NULL;
}

static FILE *find_included(const char *from, const char *name, char *path, size_t room)
{
    const char *slash = strrchr(from, '/');
    const char *library = getenv("GMXLIB"), *data = getenv("GMXDATA");
    char top[PATH_MAX];
    if (name[0] == '/')
        return try_folder("", 0, name, path, room);
    FILE *file = try_folder(from, slash != NULL ? (size_t)(slash - from) + 1 : 0, name, path, room);
    for (const char *folder = library; file == NULL && folder != NULL && *folder != '\0';) {
        const size_t length = strcspn(folder, ":");
        file = length > 0 ? try_folder(folder, length, name, path, room) : NULL;
        folder += length + (folder[length] == ':');
    }
    if (file == NULL && data != NULL) {
        snprintf(top, sizeof top, "%.4000s/top", data);
        file = try_folder(top, strlen(top), name, path, room);
    }
    return file;
}

/* The same file open already: it would be read without end. */
static bool is_open(const km_top_lines *l, const char *path)
{
    char here[PATH_MAX], there[PATH_MAX];
    if (realpath(path, here) == NULL)
        return false;
    for (int s = 0; s < l->n_sources; s++)
        if (realpath(l->source[s].name, there) != NULL && strcmp(here, there) == 0)
            return true;
    return false;
}

static km_status include(km_top_lines *l, char *argument)
{
    char path[PATH_MAX];
    const size_t length = strlen(argument);
    const char close = argument[0] == '<' ? '>' : '"';
    if (length < 3 || (argument[0] != '"' && argument[0] != '<') || argument[length - 1] != close)
        return wrong(l, "#include wants a file name in quotation marks", argument);
    argument[length - 1] = '\0';
    const char *name = argument + 1;
    if (l->n_sources == DEEPEST_INCLUDE)
        return wrong(l, "files include one another more deeply than GROMACS allows", name);
    FILE *file = find_included(current(l)->name, name, path, sizeof path);
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE,
                       "%s: line %d: the included file %s is neither beside this one nor in "
                       "$GMXLIB (of a GROMACS installation: share/gromacs/top)",
                       current(l)->name, current(l)->line, name);
    if (is_open(l, path)) {
        fclose(file);
        return wrong(l, "the file includes itself", name);
    }
    return push(l, file, path);
}

/* ---- lines ---- */

/* One line of the file, its comment taken off, into text behind `used`. */
static km_status read_piece(km_top_lines *l, size_t *used, bool *end, bool *joins)
{
    source *s = current(l);
    errno = 0;
    const ssize_t got = getline(&l->raw, &l->raw_room, s->file);
    *end = got < 0;
    *joins = false;
    if (got < 0)
        return errno == 0 || feof(s->file)
                   ? KM_OK
                   : KM_FAIL(KM_ERROR_FILE, "%s: %s", s->name, strerror(errno));
    s->line++;
    if (strlen(l->raw) != (size_t)got)
        return wrong(l, "the line has a zero byte; this is no text", "");
    l->raw[strcspn(l->raw, ";\r\n")] = '\0';
    size_t length = strlen(l->raw);
    while (length > 0 && strchr(BLANKS, l->raw[length - 1]) != NULL)
        length--;
    *joins = length > 0 && l->raw[length - 1] == '\\';
    length -= *joins;
    if (*used + length + 2 > l->text_room) {
        char *larger = realloc(l->text, 2 * (*used + length + 2));
        if (larger == NULL)
            return KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading %s", s->name);
        l->text = larger;
        l->text_room = 2 * (*used + length + 2);
    }
    memcpy(l->text + *used, l->raw, length);
    *used += length;
    l->text[(*used)++] = ' ';
    l->text[*used] = '\0';
    return KM_OK;
}

/* A whole line; first: where it began. */
static km_status read_line(km_top_lines *l, bool *end, int *first)
{
    size_t used = 0;
    bool joins = true;
    *first = current(l)->line + 1;
    KM_TRY(read_piece(l, &used, end, &joins));
    for (bool last = false; !*end && joins && !last;)
        KM_TRY(read_piece(l, &used, &last, &joins));
    return KM_OK;
}

static int find_macro(const km_top_lines *l, const char *name)
{
    for (int m = 0; m < l->n_macros; m++)
        if (strcmp(l->macro[m].name, name) == 0)
            return m;
    return -1;
}

/* Words of the text into l->word, those that are defined replaced by what they stand for. The text
 * is cut into them. */
static km_status split(km_top_lines *l, char *text, int depth)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, BLANKS, &rest); word != NULL;
         word = strtok_r(NULL, BLANKS, &rest)) {
        const int m = find_macro(l, word);
        if (m < 0 || l->macro[m].text[0] == '\0') {
            if (l->n_words == KM_TOP_FIELDS)
                return wrong(l, "the line has more than 1000 words", "");
            KM_TRY(copy_text(word, strlen(word), &l->word[l->n_words]));
            l->n_words++;
            continue;
        }
        if (depth == DEEPEST_MACRO)
            return wrong(l, "this name is defined by itself", word);
        char *copy = NULL;
        KM_TRY(copy_text(l->macro[m].text, strlen(l->macro[m].text), &copy));
        const km_status status = split(l, copy, depth + 1);
        free(copy);
        KM_TRY(status);
    }
    return KM_OK;
}

/* ---- directives ---- */

static bool is_skipping(const km_top_lines *l)
{
    for (int c = 0; c < l->n_conditions; c++)
        if (!l->condition[c].taken)
            return true;
    return false;
}

static km_status define(km_top_lines *l, char *argument)
{
    const size_t length = strcspn(argument, BLANKS);
    char *text = argument + length + strspn(argument + length, BLANKS);
    size_t end = strlen(text);
    while (end > 0 && strchr(BLANKS, text[end - 1]) != NULL)
        end--;
    if (length == 0)
        return wrong(l, "#define wants a name", "");
    argument[length] = '\0';
    int m = find_macro(l, argument);
    if (m < 0) {
        KM_TRY(append((void **)&l->macro, l->n_macros, sizeof *l->macro));
        m = l->n_macros;
        l->macro[m] = (macro){NULL, NULL};
        l->n_macros++;
    }
    free(l->macro[m].name);
    free(l->macro[m].text);
    l->macro[m] = (macro){NULL, NULL};
    KM_TRY(copy_text(argument, length, &l->macro[m].name));
    return copy_text(text, end, &l->macro[m].text);
}

static void undefine(km_top_lines *l, const char *name)
{
    const int m = find_macro(l, name);
    if (m < 0)
        return;
    free(l->macro[m].name);
    free(l->macro[m].text);
    l->macro[m] = l->macro[--l->n_macros];
}

static km_status begin_condition(km_top_lines *l, const char *name, bool wanted)
{
    if (name[0] == '\0')
        return wrong(l, "#ifdef and #ifndef want a name", "");
    if (l->n_conditions == DEEPEST_CONDITION)
        return wrong(l, "too many conditions inside one another", name);
    l->condition[l->n_conditions++] =
        (struct condition){.taken = (find_macro(l, name) >= 0) == wanted,
                           .place = {current(l)->name, current(l)->line}};
    return KM_OK;
}

static km_status end_condition(km_top_lines *l, const char *directive)
{
    if (l->n_conditions == current(l)->n_conditions)
        return wrong(l, "there is no #ifdef in this file for", directive);
    struct condition *last = &l->condition[l->n_conditions - 1];
    if (strcmp(directive, "#endif") == 0) {
        l->n_conditions--;
        return KM_OK;
    }
    if (last->other)
        return wrong(l, "a second #else", "");
    last->other = true;
    last->taken = !last->taken;
    return KM_OK;
}

/* text: "#define NAME ..." without blanks before it. */
static km_status obey(km_top_lines *l, char *text)
{
    char directive[12] = "#";
    const char *name = text + 1 + strspn(text + 1, BLANKS);
    const size_t length = strcspn(name, BLANKS);
    char *argument = text + (name - text) + length;
    argument += strspn(argument, BLANKS);
    if (length < sizeof directive - 1)
        memcpy(directive + 1, name, length);
    char word[200] = "";
    snprintf(word, sizeof word, "%.*s", (int)strcspn(argument, BLANKS), argument);
    if (strcmp(directive, "#ifdef") == 0 || strcmp(directive, "#ifndef") == 0)
        return begin_condition(l, word, directive[3] == 'd');
    if (strcmp(directive, "#else") == 0 || strcmp(directive, "#endif") == 0)
        return end_condition(l, directive);
    if (is_skipping(l))
        return KM_OK;
    if (strcmp(directive, "#define") == 0)
        return define(l, argument);
    if (strcmp(directive, "#undef") == 0) {
        undefine(l, word);
        return KM_OK;
    }
    if (strcmp(directive, "#include") == 0) {
        for (size_t k = strlen(argument); k > 0 && strchr(BLANKS, argument[k - 1]) != NULL; k--)
            argument[k - 1] = '\0';
        return include(l, argument);
    }
    return wrong(l, "GROMACS has no such directive", text);
}

static km_status end_file(km_top_lines *l)
{
    if (l->n_conditions > current(l)->n_conditions) {
        const km_top_place *place = &l->condition[l->n_conditions - 1].place;
        return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: this condition has no #endif", place->file,
                       place->line);
    }
    fclose(current(l)->file);
    l->n_sources--;
    return KM_OK;
}

km_status km_top_lines_next(km_top_lines *l, char ***word, int *n, km_top_place *place)
{
    *word = l->word;
    *n = 0;
    forget_words(l);
    while (l->n_words == 0 && l->n_sources > 0) {
        bool end;
        KM_TRY(read_line(l, &end, &place->line));
        place->file = current(l)->name;
        if (end) {
            KM_TRY(end_file(l));
            continue;
        }
        char *text = l->text + strspn(l->text, BLANKS);
        if (text[0] == '#')
            KM_TRY(obey(l, text));
        else if (!is_skipping(l))
            KM_TRY(split(l, text, 0));
    }
    *n = l->n_words;
    return KM_OK;
}
