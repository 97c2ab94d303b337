/* SPDX-License-Identifier: MIT */
/* start.pdb. Columns: "Protein Data Bank Contents Guide 3.3", https://www.wwpdb.org/documentation
 * (segment in columns 73-76 as VMD and CHARMM have it). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/atomic_file.h"
#include "host/output/cell_parameters.h"
#include "host/output/topology_export.h"

typedef struct pdb {
    const km_labels *labels;
    const km_box *box;
    const double *position;
    km_segment *segment; /* n_kinds */
    int *count;          /* n_kinds  molecules written so far */
} pdb;

km_vec3 km_topology_shift_into_cell(const km_labels *labels, const km_box *box,
                                    const double *position, int molecule)
{
    km_vec3 sum = {0.0, 0.0, 0.0};
    double mass = 0.0;
    for (int i = labels->molecule_start[molecule]; i < labels->molecule_start[molecule + 1]; i++) {
        const double *r = position + 3 * (size_t)i;
        sum = km_vec3_add(sum, km_vec3_scale(labels->mass[i], km_vec3_make(r[0], r[1], r[2])));
        mass += labels->mass[i];
    }
    if (!(mass > 0.0))
        return km_vec3_make(0.0, 0.0, 0.0);
    const km_vec3 s = km_box_to_fractional(box, km_vec3_scale(1.0 / mass, sum));
    return km_box_image_shift(box, -floor(s.x), -floor(s.y), -floor(s.z));
}

/* Serial numbers as VMD counts on: decimal, then hexadecimal, then stars. */
static void serial_text(int serial, char text[16])
{
    if (serial <= 99999)
        snprintf(text, 16, "%5d", serial);
    else if (serial <= 0xfffff)
        snprintf(text, 16, "%5x", (unsigned)serial);
    else
        snprintf(text, 16, "*****");
}

/* Columns 13-16: the element's symbol ends in column 14 unless the name needs all four. */
static void name_text(const char *name, const char *element, char text[8])
{
    const bool indent = strlen(element) == 1 && strlen(name) < 4;
    snprintf(text, 8, "%s%-*.4s", indent ? " " : "", indent ? 3 : 4, name);
}

static km_status put_atom(FILE *out, const pdb *p, int i, km_vec3 shift)
{
    const km_labels *labels = p->labels;
    const int kind = labels->molecule_kind[labels->molecule[i]];
    const char *residue = labels->kind[kind].residue;
    char serial[16], name[8], symbol[4] = "";
    for (int k = 0; k < 2; k++)
        symbol[k] = (char)toupper((unsigned char)labels->element[i][k]);
    serial_text(i + 1, serial);
    name_text(labels->atom_name[i], labels->element[i], name);
    const double *r = p->position + 3 * (size_t)i;
    const double angstrom[3] = {10.0 * (r[0] + shift.x), 10.0 * (r[1] + shift.y),
                                10.0 * (r[2] + shift.z)};
    for (int c = 0; c < 3; c++)
        if (!(angstrom[c] > -999.9995 && angstrom[c] < 9999.9995))
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "atom %d lies at %g A, which does not fit the columns of a PDB file",
                           i + 1, angstrom[c]);
    /* residue numbers start again at 0 after 9999, as readers expect it */
    fprintf(out, "ATOM  %s %s %*.4s%s%c%4d    %8.3f%8.3f%8.3f%6.2f%6.2f      %-4s%2s\n", serial,
            name, strlen(residue) > 3 ? 4 : 3, residue, strlen(residue) > 3 ? "" : " ",
            'A' + kind % 26, p->count[kind] % 10000, angstrom[0], angstrom[1], angstrom[2], 1.0,
            0.0, p->segment[kind].name, symbol);
    return KM_OK;
}

static km_status put_file(FILE *out, const pdb *p, const char *title)
{
    const km_cell_parameters cell = km_cell_parameters_from_box(p->box);
    fprintf(out, "TITLE     %.70s\n", title != NULL ? title : "");
    fprintf(out, "CRYST1%9.3f%9.3f%9.3f%7.2f%7.2f%7.2f P 1           1\n", 10.0 * cell.length[0],
            10.0 * cell.length[1], 10.0 * cell.length[2], cell.angle[0], cell.angle[1],
            cell.angle[2]);
    for (int m = 0; m < p->labels->n_molecules; m++) {
        const km_vec3 shift = km_topology_shift_into_cell(p->labels, p->box, p->position, m);
        p->count[p->labels->molecule_kind[m]]++;
        for (int i = p->labels->molecule_start[m]; i < p->labels->molecule_start[m + 1]; i++)
            KM_TRY(put_atom(out, p, i, shift));
    }
    fputs("END\n", out);
    return KM_OK;
}

static km_status write_pdb(const char *path, pdb *p, const char *title)
{
    km_atomic_stream file;
    KM_TRY(km_topology_segments(p->labels, &p->segment));
    KM_NEW(p->count, p->labels->n_kinds);
    KM_TRY(km_atomic_stream_open(&file, path));
    const km_status status = put_file(file.stream, p, title);
    if (status != KM_OK) {
        km_atomic_stream_abandon(&file);
        km_error_prefix("cannot write %s: ", path);
        return status;
    }
    return km_atomic_stream_commit(&file);
}

km_status km_topology_write_pdb(const char *path, const km_labels *labels, const km_box *box,
                                const double *position, const char *title)
{
    pdb p = {.labels = labels, .box = box, .position = position};
    const km_status status = write_pdb(path, &p, title);
    free(p.segment);
    free(p.count);
    return status;
}
