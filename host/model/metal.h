/* SPDX-License-Identifier: MIT */
/* Private to host/model: the metals of a cell. Between two metal atoms only the embedded-atom
 * potential acts, between a metal atom and any other Lennard-Jones unless pair_types say otherwise;
 * metal atoms carry no charge. */
#ifndef KM_METAL_H
#define KM_METAL_H

#include "host/model/expand.h"

/* Is this kind of molecule an atom of a metal? */
bool km_is_metal_kind(const km_assignment *kind);
/* Does the cell hold metal atoms, and anything else? */
bool km_has_metal(const km_expansion *e);
bool km_has_others(const km_expansion *e);
/* Other Lennard-Jones types for the metals, as forcefield.metal_cross asks; before the types of the
 * cell are listed. KM_ERROR_INPUT when there is no such set, or no metal. */
KM_MUST_CHECK km_status km_assign_metal_cross(km_expansion *e, const km_recipe *recipe);
/* The row of forcefield->metal_cross that speaks for a type beside metal atoms: one without
 * Lennard-Jones numbers of its own. NULL where the type has them, or there is no row. */
const km_ff_metal_cross *km_metal_cross_of(const km_expansion *e, int type);
/* As km_mix, where a metal may be one of the two: a type without numbers to mix then takes those of
 * its element from forcefield->metal_cross. KM_ERROR_INPUT when they are not there. */
KM_MUST_CHECK km_status km_mix_beside_metal(const km_expansion *e, int type_a, int type_b,
                                            km_vdw_form *form, double *parameter);
/* Metal atoms are no pairs of each other: model->excluded_group; after km_expand_atoms.
 * KM_ERROR_INPUT when the force field gives such a pair parameters. */
KM_MUST_CHECK km_status km_exclude_metal_pairs(km_model *model, const km_expansion *e);
/* Potential, metal atoms and their elements, mobility, pistons, slab term; after
 * km_expand_atoms. KM_ERROR_INPUT when no potential of the catalogue is for these metals. */
KM_MUST_CHECK km_status km_expand_metal(km_model *model, const km_expansion *e,
                                        const km_recipe *recipe);
/* Adds a sentence that belongs beside every result. */
KM_MUST_CHECK km_status km_model_note(km_model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
