/* SPDX-License-Identifier: MIT */
/* A folder that VMD opens: topology, configuration, trajectory, view.vmd, and scene.vmd, which adds
 * the first shells of the cations, where the ions have been, and the surface of a metal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/export/export.h"
#include "host/output/atomic_file.h"
#include "host/output/run_folder.h"
#include "host/output/topology_export.h"

/* The segments of kinds for which is() holds, as a selection; false when there are none. */
static bool select_kinds(const km_labels *labels, const km_segment *segment,
                         bool (*is)(const km_molecule_kind *), char *text, size_t room)
{
    size_t used = (size_t)snprintf(text, room, "segname");
    const size_t none = used;
    for (int k = 0; k < labels->n_kinds && used < room; k++)
        if (labels->kind[k].n_molecules > 0 && is(&labels->kind[k]))
            used += (size_t)snprintf(text + used, room - used, " %s", segment[k].name);
    return used > none && used < room;
}

static bool is_cation(const km_molecule_kind *kind)
{
    return kind->n_atoms == 1 && km_kind_charge(kind) > 0;
}

static bool is_metal(const km_molecule_kind *kind)
{
    return kind->n_atoms == 1 && km_kind_charge(kind) == 0;
}

static bool is_molecule(const km_molecule_kind *kind)
{
    return kind->n_atoms > 1;
}

static void put_shells(FILE *out, const char *cations)
{
    fprintf(out,
            "# First shells: molecules with an atom within 3.5 A of a cation, followed from frame\n"
            "# to frame.\n"
            "mol representation Licorice 0.2 12 12\n"
            "mol color Element\n"
            "mol selection {not (%s) and same residue as (within 3.5 of (%s))}\n"
            "mol material AOChalky\n"
            "mol addrep top\n"
            "mol selupdate [expr {[molinfo top get numreps] - 1}] top on\n\n",
            cations, cations);
}

static void put_paths(FILE *out, const char *cations)
{
    fprintf(out,
            "# Paths: a point for each cation in up to 200 frames, from red (early) to blue.\n"
            "set last [expr {[molinfo top get numframes] - 1}]\n"
            "set stride [expr {$last > 200 ? $last / 200 : 1}]\n"
            "mol representation Points 3\n"
            "mol color Timestep\n"
            "mol selection {%s}\n"
            "mol material Opaque\n"
            "mol addrep top\n"
            "mol drawframes top [expr {[molinfo top get numreps] - 1}] 0:$stride:$last\n\n",
            cations);
}

static void put_surface(FILE *out, const char *metals)
{
    fprintf(out,
            "# The metal and its surface.\n"
            "mol representation QuickSurf 1.2 0.5 1.0 1.0\n"
            "mol color ColorID 6\n"
            "mol selection {%s}\n"
            "mol material Transparent\n"
            "mol addrep top\n"
            "mol selupdate [expr {[molinfo top get numreps] - 1}] top on\n\n",
            metals);
}

static km_status write_scene(const char *path, const km_labels *labels, const km_segment *segment)
{
    char cations[1000], others[1000], metals[1000];
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    fputs("# Opens this folder in VMD with more to see: vmd -e scene.vmd. Each part is a\n"
          "# representation of its own that Graphics > Representations shows and hides.\n"
          "source [file join [file dirname [file normalize [info script]]] " KM_FILE_VIEW "]\n\n",
          file.stream);
    const bool has_cations = select_kinds(labels, segment, is_cation, cations, sizeof cations);
    if (has_cations && select_kinds(labels, segment, is_molecule, others, sizeof others))
        put_shells(file.stream, cations);
    if (has_cations)
        put_paths(file.stream, cations);
    if (select_kinds(labels, segment, is_metal, metals, sizeof metals))
        put_surface(file.stream, metals);
    return km_atomic_stream_commit(&file);
}

/* The trajectory is the same file under a second name where that can be, else a copy, which takes
 * the place of an earlier one when it is whole. */
static km_status add_trajectory(const char *from, const char *to)
{
    return link(from, to) == 0 ? KM_OK : km_export_copy(from, to);
}

static const char *in_folder(const char *folder, const char *name, char path[4400])
{
    snprintf(path, 4400, "%.4200s/%s", folder, name);
    return path;
}

km_status km_export_vmd(const char *folder, const km_export *e)
{
    char path[4400];
    const km_labels *labels = e->model->labels;
    const char *title = e->recipe->title;
    km_segment *segment = NULL;
    KM_TRY(km_topology_write_psf(in_folder(folder, KM_FILE_TOPOLOGY, path), labels, title));
    KM_TRY(km_topology_write_pdb(in_folder(folder, KM_FILE_START, path), labels, &e->box,
                                 e->position, title));
    KM_TRY(km_topology_write_vmd(in_folder(folder, KM_FILE_VIEW, path), labels, title));
    if (e->trajectory != NULL)
        KM_TRY(add_trajectory(e->trajectory, in_folder(folder, KM_FILE_TRAJECTORY, path)));
    KM_TRY(km_topology_segments(labels, &segment));
    const km_status status = write_scene(in_folder(folder, "scene.vmd", path), labels, segment);
    free(segment);
    return status;
}
