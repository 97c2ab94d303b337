/* SPDX-License-Identifier: MIT */
/* What other programs need beside the trajectory: topology.psf (atoms and bonds, for VMD and
 * MDAnalysis), start.pdb (the first configuration), view.vmd (a script that opens all of it).
 *
 * Each kind of molecule is a segment of at most 4 letters and digits, its molecules are numbered
 * from 1: residue = molecule. */
#ifndef KM_TOPOLOGY_EXPORT_H
#define KM_TOPOLOGY_EXPORT_H

#include "host/model/labels.h"
#include "kernels/base/box.h"

typedef struct km_segment {
    char name[5];
} km_segment;

/* The segment of every kind (n_kinds, distinct); the caller frees it. */
KM_MUST_CHECK km_status km_topology_segments(const km_labels *labels, km_segment **out);

/* The lattice vector (nm) that brings the centre of mass of a molecule into the cell. position: nm,
 * 3 x n_atoms atom-major, whole molecules. */
km_vec3 km_topology_shift_into_cell(const km_labels *labels, const km_box *box,
                                    const double *position, int molecule);

/* X-PLOR PSF with bonds and empty sections for angles and so on. Type names above 6 characters,
 * which make VMD read wrong charges, are shortened; kinds, formal charges and full type names stand
 * in the remarks, where km_labels_read_psf finds them. title: NULL or one line. All writers fail
 * with KM_ERROR_FILE, naming path and reason. */
KM_MUST_CHECK km_status km_topology_write_psf(const char *path, const km_labels *labels,
                                              const char *title);
/* PDB with cell and elements. position: nm, 3 x n_atoms atom-major, whole molecules; each is
 * written with its centre of mass inside the cell. KM_ERROR_UNSUPPORTED when a coordinate does not
 * fit the format (above 9999 A). */
KM_MUST_CHECK km_status km_topology_write_pdb(const char *path, const km_labels *labels,
                                              const km_box *box, const double *position,
                                              const char *title);
/* The script for `vmd -e`: expects topology.psf, trajectory.nc and start.pdb in its own folder. */
KM_MUST_CHECK km_status km_topology_write_vmd(const char *path, const km_labels *labels,
                                              const char *title);

#endif
