/* SPDX-License-Identifier: MIT */
/* view.vmd: loads topology and trajectory and draws each kind of molecule as what it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/atomic_file.h"
#include "host/output/run_folder.h"
#include "host/output/topology_export.h"

/* VMD's colour numbers. */
enum { COLOUR_SILVER = 6, COLOUR_GREEN = 7, COLOUR_PURPLE = 11, COLOUR_ORANGE = 3 };

/* A Tcl word in braces: braces and backslashes inside would not balance. */
static void put_word(FILE *out, const char *text)
{
    fputc('{', out);
    for (; *text != '\0'; text++)
        fputc(strchr("{}\\", *text) != NULL ? ' ' : *text, out);
    fputc('}', out);
}

static void put_loading(FILE *out, const char *title)
{
    fputs("# Opens this run in VMD: vmd -e " KM_FILE_VIEW "\n"
          "set folder [file dirname [file normalize [info script]]]\n"
          "mol new [file join $folder " KM_FILE_TOPOLOGY "] type psf waitfor all\n"
          "if {[file exists [file join $folder " KM_FILE_TRAJECTORY "]]} {\n"
          "    mol addfile [file join $folder " KM_FILE_TRAJECTORY
          "] type netcdf first 0 last -1 step 1 waitfor all\n"
          "}\n"
          "if {[molinfo top get numframes] == 0} {\n"
          "    mol addfile [file join $folder " KM_FILE_START "] type pdb waitfor all\n"
          "}\n"
          "mol rename top ",
          out);
    put_word(out, title != NULL && title[0] != '\0' ? title : "kalium");
    fputs("\n\n"
          "# The trajectory is unwrapped, as analyses of motion need it. For the eye, molecules\n"
          "# are put back into the cell; leave this out to follow them on their way.\n"
          "if {![catch {package require pbctools}]} {\n"
          "    pbc wrap -compound res -all\n"
          "    pbc box -color silver\n"
          "}\n\n",
          out);
}

/* The first molecule of a kind, n_molecules when there is none. */
static int first_molecule(const km_labels *labels, int kind)
{
    int m = 0;
    while (m < labels->n_molecules && labels->molecule_kind[m] != kind)
        m++;
    return m;
}

/* A PSF file does not tell elements, and VMD would take K for what it guesses from names. */
static void put_elements(FILE *out, const km_labels *labels, const km_segment *segment)
{
    fputs("foreach {segment name element} {\n", out);
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        const int m = first_molecule(labels, kind);
        if (m == labels->n_molecules)
            continue;
        const int start = labels->molecule_start[m], end = labels->molecule_start[m + 1];
        for (int i = start; i < end; i++) {
            int first = start; /* each name once: a slab has one name and many atoms */
            while (strcmp(labels->atom_name[first], labels->atom_name[i]) != 0)
                first++;
            if (first == i)
                fprintf(out, "    %s %s %s\n", segment[kind].name, labels->atom_name[i],
                        labels->element[i]);
        }
    }
    fputs("} {\n"
          "    set atoms [atomselect top \"segname $segment and name \\\"$name\\\"\"]\n"
          "    $atoms set element $element\n"
          "    $atoms delete\n"
          "}\n\n",
          out);
}

static int ion_colour(int formal_charge, const char *element)
{
    if (formal_charge == 0)
        return COLOUR_SILVER;
    if (formal_charge < 0)
        return COLOUR_GREEN;
    return strcmp(element, "K") == 0 ? COLOUR_PURPLE : COLOUR_ORANGE;
}

static void put_representation(FILE *out, const km_labels *labels, int k, const char *segment)
{
    const km_molecule_kind *kind = &labels->kind[k];
    const bool is_solvent = kind->n_atoms > 1 && kind->formal_charge == 0;
    fprintf(out, "# %s\n", kind->name);
    if (is_solvent)
        fputs("mol representation Licorice 0.1 10 10\nmol color Element\n", out);
    else if (kind->n_atoms > 1)
        fputs("mol representation CPK 0.9 0.4 16 12\nmol color Element\n", out);
    else
        fprintf(out, "mol representation VDW %s 24\nmol color ColorID %d\n",
                kind->formal_charge == 0 ? "0.9" : "0.7",
                ion_colour(kind->formal_charge,
                           labels->element[labels->molecule_start[first_molecule(labels, k)]]));
    fprintf(out,
            "mol selection {segname %s}\n"
            "mol material %s\n"
            "mol addrep top\n"
            "mol showperiodic top [expr {[molinfo top get numreps] - 1}] {}\n\n",
            segment, is_solvent ? "Transparent" : "AOChalky");
}

static km_status write_vmd(const char *path, const km_labels *labels, const km_segment *segment,
                           const char *title)
{
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    put_loading(file.stream, title);
    put_elements(file.stream, labels, segment);
    fputs("mol delrep 0 top\n", file.stream);
    for (int k = 0; k < labels->n_kinds; k++)
        if (first_molecule(labels, k) < labels->n_molecules)
            put_representation(file.stream, labels, k, segment[k].name);
    fputs("color Display Background white\n"
          "display projection Orthographic\n"
          "display depthcue off\n"
          "axes location LowerLeft\n"
          "display resetview\n",
          file.stream);
    return km_atomic_stream_commit(&file);
}

km_status km_topology_write_vmd(const char *path, const km_labels *labels, const char *title)
{
    km_segment *segment;
    KM_TRY(km_topology_segments(labels, &segment));
    const km_status status = write_vmd(path, labels, segment, title);
    free(segment);
    return status;
}
