/* SPDX-License-Identifier: MIT */
/* The list of van der Waals forms. A new form is one header and one row here. */
#ifndef KM_VDW_H
#define KM_VDW_H

/* Largest number of parameters of a form. */
#define KM_VDW_PARAMETERS 4

/* enum, function, name in YAML, number of parameters, their order */
#define KM_VDW_LIST(X) X(LENNARD_JONES, km_lennard_jones, "lennard_jones", 2, "epsilon sigma")

typedef enum km_vdw_form {
#define KM_VDW_ENUM(name, function, text, n, parameters) KM_VDW_##name,
    KM_VDW_LIST(KM_VDW_ENUM)
#undef KM_VDW_ENUM
        KM_VDW_COUNT
} km_vdw_form;

#endif
