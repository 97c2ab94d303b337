/* SPDX-License-Identifier: MIT */
/* The list of van der Waals forms. A new form is one header and one row here.
 *
 * Lennard-Jones has a loop of its own (pair_loop.c). In a cell with any other form all pairs, those
 * of Lennard-Jones included, take force and energy from curves (pair_curves.h) that are made from
 * these formulas when the term is made: one loop for all forms, and the formula stays in its
 * header.
 */
#ifndef KM_VDW_H
#define KM_VDW_H

/* Largest number of parameters of a form. */
#define KM_VDW_PARAMETERS 5

/* enum, function, name in YAML, number of parameters, their order. NONE is a pair of types between
 * which only charges act; a TABLE is in km_pair_spec.table. */
#define KM_VDW_LIST(X)                                                                             \
    X(LENNARD_JONES, km_lennard_jones_pair, "lennard_jones", 2, "epsilon sigma")                   \
    X(NONE, km_no_pair, "none", 0, "")                                                             \
    X(BUCKINGHAM, km_buckingham, "buckingham", 3, "A rho C")                                       \
    X(BORN_MAYER, km_born_mayer, "born_mayer_huggins", 5, "A rho sigma C D8")                      \
    X(MORSE, km_morse, "morse", 3, "D a r0")                                                       \
    X(MORSE_R12, km_morse_r12, "morse_r12", 4, "D a r0 C12")                                       \
    X(SCREENED, km_screened_coulomb, "screened_coulomb", 2, "B lambda")                            \
    X(TABLE, km_no_pair, "table", 0, "")

typedef enum km_vdw_form {
#define KM_VDW_ENUM(name, function, text, n, parameters) KM_VDW_##name,
    KM_VDW_LIST(KM_VDW_ENUM)
#undef KM_VDW_ENUM
        KM_VDW_COUNT
} km_vdw_form;

#endif
