/* SPDX-License-Identifier: MIT */
/* Labels from a PSF file, so that any PSF with its AMBER NetCDF trajectory can be analysed. */
#ifndef KM_PSF_READER_H
#define KM_PSF_READER_H

#include "host/model/labels.h"

/* Reads a PSF file of any flavour (plain, EXT, NAMD; X-PLOR or CHARMM types): fields are split at
 * blanks. Molecules are the residues in files of kalium; in others the parts connected by bonds, or
 * the residues where the file has no bond. Molecules with equal atoms form a kind, named by the
 * residue; its formal charge is the rounded sum of charges, unless kalium noted it. Elements are
 * guessed from names and masses. Release with km_labels_destroy. Fails with KM_ERROR_FILE or
 * KM_ERROR_INPUT, naming file and line. */
KM_MUST_CHECK km_status km_labels_read_psf(const char *path, km_labels **out);

#endif
