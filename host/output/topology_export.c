/* SPDX-License-Identifier: MIT */
#include "host/output/topology_export.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/atomic_file.h"
#include "host/output/type_names.h"

/* ---- segments ---- */

static bool is_taken(const km_segment *segment, int n, const char *name)
{
    for (int k = 0; k < n; k++)
        if (strcasecmp(segment[k].name, name) == 0)
            return true;
    return false;
}

/* The letters and digits of the residue's name; numbered when an earlier kind has the same. */
static void name_segment(const km_molecule_kind *kind, km_segment *segment, int k)
{
    char base[5] = "";
    size_t n = 0;
    for (const char *c = kind->residue; *c != '\0' && n < 4; c++)
        if (isalnum((unsigned char)*c))
            base[n++] = *c;
    snprintf(segment[k].name, sizeof segment[k].name, "%s", n > 0 ? base : "S");
    for (int number = 2; is_taken(segment, k, segment[k].name); number++) {
        char text[32];
        const int kept = number < 10 ? 3 : number < 100 ? 2 : 1; /* of the letters */
        snprintf(text, sizeof text, "%.*s%d", kept, base, number);
        snprintf(segment[k].name, sizeof segment[k].name, "%.4s", text);
    }
}

km_status km_topology_segments(const km_labels *labels, km_segment **out)
{
    *out = NULL;
    km_segment *segment;
    KM_NEW(segment, labels->n_kinds);
    for (int k = 0; k < labels->n_kinds; k++)
        name_segment(&labels->kind[k], segment, k);
    *out = segment;
    return KM_OK;
}

/* ---- PSF ---- */

typedef struct psf {
    const km_labels *labels;
    km_segment *segment; /* n_kinds                                     */
    km_type_names types; /* full names and what they are shortened to   */
    int *residue;        /* n_molecules  number within the segment      */
    bool extended;       /* wide columns                                */
} psf;

/* Text for a remark: one line of ASCII without the word that marks the head line. */
static void put_remark(FILE *out, const char *text)
{
    fputs(" REMARKS ", out);
    for (int n = 0; *text != '\0' && n < 160; text++, n++)
        if (strncmp(text, "PSF", 3) == 0)
            fputc('p', out);
        else
            fputc(isprint((unsigned char)*text) ? *text : '?', out);
    fputc('\n', out);
}

static void put_title(FILE *out, const psf *p, const char *title)
{
    char line[128];
    fprintf(out, "%8d !NTITLE\n", 2 + p->labels->n_kinds + p->types.n);
    put_remark(out, title != NULL ? title : "");
    put_remark(out, "written by kalium; residue = molecule, segment = kind of molecule");
    for (int k = 0; k < p->labels->n_kinds; k++) {
        const km_molecule_kind *kind = &p->labels->kind[k];
        snprintf(line, sizeof line, "kalium kind %s %+d %s", p->segment[k].name,
                 kind->formal_charge, kind->name);
        put_remark(out, line);
    }
    for (int k = 0; k < p->types.n; k++) {
        snprintf(line, sizeof line, "kalium type %s %s", p->types.name[k].brief,
                 p->types.name[k].full);
        put_remark(out, line);
    }
    fputc('\n', out);
}

/* Wide columns: VMD takes charge and mass from columns 55 and 69 on. Two blanks follow the charge
 * so that MDAnalysis, which cuts two columns earlier, sees no number there and splits at blanks. */
static void put_atoms(FILE *out, const psf *p)
{
    const km_labels *labels = p->labels;
    const char *format = p->extended ? "%10d %-8s %-8d %-8s %-8s %-6s %12.8f  %14.6f%8d\n"
                                     : "%8d %-4s %-4d %-4s %-4s %-4s %14.8f%14.6f%8d\n";
    fprintf(out, "%*d !NATOM\n", p->extended ? 10 : 8, labels->n_atoms);
    for (int i = 0; i < labels->n_atoms; i++) {
        const int molecule = labels->molecule[i], kind = labels->molecule_kind[molecule];
        fprintf(out, format, i + 1, p->segment[kind].name, p->residue[molecule],
                labels->kind[kind].residue, labels->atom_name[i], km_type_names_brief(&p->types, i),
                labels->charge[i], labels->mass[i], 0);
    }
    fputc('\n', out);
}

static void put_bonds(FILE *out, const psf *p)
{
    const int width = p->extended ? 10 : 8;
    fprintf(out, "%*d !NBOND: bonds\n", width, p->labels->n_bonds);
    for (int b = 0; b < p->labels->n_bonds; b++)
        fprintf(out, "%*d%*d%s", width, p->labels->bond[b][0] + 1, width, p->labels->bond[b][1] + 1,
                b % 4 == 3 ? "\n" : "");
    fputs(p->labels->n_bonds % 4 == 0 ? "\n" : "\n\n", out);
}

static void put_rest(FILE *out, const psf *p)
{
    static const char *const empty[] = {"NTHETA: angles", "NPHI: dihedrals", "NIMPHI: impropers",
                                        "NDON: donors",   "NACC: acceptors", "NNB"};
    const int width = p->extended ? 10 : 8;
    for (size_t k = 0; k < sizeof empty / sizeof empty[0]; k++)
        fprintf(out, "%*d !%s\n\n", width, 0, empty[k]);
    for (int i = 0; i < p->labels->n_atoms; i++) /* explicit exclusions: none, atom by atom */
        fprintf(out, "%*d%s", width, 0, i % 8 == 7 || i + 1 == p->labels->n_atoms ? "\n" : "");
    fprintf(out, "\n%*d%*d !NGRP\n\n", width, 0, width, 0);
}

/* Numbers the molecules of each kind and decides about the width of the columns. */
static km_status psf_prepare(psf *p)
{
    const km_labels *labels = p->labels;
    int *count;
    KM_TRY(km_topology_segments(labels, &p->segment));
    KM_TRY(km_type_names_make(labels, &p->types));
    KM_NEW(p->residue, labels->n_molecules);
    KM_NEW(count, labels->n_kinds);
    p->extended = labels->n_atoms > 9999999;
    for (int m = 0; m < labels->n_molecules; m++) {
        p->residue[m] = ++count[labels->molecule_kind[m]];
        p->extended |= p->residue[m] > 9999;
    }
    free(count);
    for (int i = 0; i < labels->n_atoms; i++)
        p->extended |= strlen(labels->atom_name[i]) > 4;
    for (int k = 0; k < p->types.n; k++)
        p->extended |= strlen(p->types.name[k].brief) > 4;
    return KM_OK;
}

static km_status write_psf(const char *path, const psf *p, const char *title)
{
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    fputs(p->extended ? "PSF EXT XPLOR\n\n" : "PSF\n\n", file.stream);
    put_title(file.stream, p, title);
    put_atoms(file.stream, p);
    put_bonds(file.stream, p);
    put_rest(file.stream, p);
    return km_atomic_stream_commit(&file);
}

km_status km_topology_write_psf(const char *path, const km_labels *labels, const char *title)
{
    psf p = {.labels = labels};
    km_status status = psf_prepare(&p);
    if (status == KM_OK)
        status = write_psf(path, &p, title);
    free(p.segment);
    free(p.residue);
    km_type_names_destroy(&p.types);
    return status;
}
