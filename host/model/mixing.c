/* SPDX-License-Identifier: MIT */
#include "host/model/mixing.h"

#include <math.h>
#include <string.h>

void km_mix_lennard_jones(km_mixing rule, const double a[2], const double b[2], double parameter[2])
{
    parameter[0] = sqrt(a[0] * b[0]);
    parameter[1] = rule == KM_MIXING_GEOMETRIC ? sqrt(a[1] * b[1]) : 0.5 * (a[1] + b[1]);
}

km_status km_mix(const km_forcefield *ff, int type_a, int type_b, km_vdw_form *form,
                 double *parameter)
{
    memset(parameter, 0, KM_VDW_PARAMETERS * sizeof *parameter);
    const int row = km_forcefield_pair(ff, type_a, type_b);
    if (row >= 0) {
        *form = ff->pair_type[row].form;
        memcpy(parameter, ff->pair_type[row].parameter, sizeof ff->pair_type[row].parameter);
        return KM_OK;
    }
    const km_ff_atom_type *a = &ff->atom_type[type_a], *b = &ff->atom_type[type_b];
    *form = KM_VDW_LENNARD_JONES;
    if (!a->lennard_jones || !b->lennard_jones)
        return KM_FAIL(KM_ERROR_INPUT,
                       "no pair of the types %s and %s: %s has no sigma and epsilon to mix; add a "
                       "row to pair_types of a force-field file (form: none, if only charges act)",
                       a->name, b->name, a->lennard_jones ? b->name : a->name);
    const double own[2] = {a->epsilon, a->sigma}, other[2] = {b->epsilon, b->sigma};
    if (type_a == type_b)
        memcpy(parameter, own, sizeof own);
    else
        km_mix_lennard_jones(ff->mixing, own, other, parameter);
    return KM_OK;
}

km_status km_mix_pairs14(const km_forcefield *ff, km_assignment *a)
{
    for (int p = 0; p < a->n_pairs14; p++) {
        km_pair14 *pair = &a->pair14[p];
        km_vdw_form form;
        double parameter[KM_VDW_PARAMETERS];
        pair->qq = ff->scale14_coulomb * a->charge[pair->i] * a->charge[pair->j];
        if (a->source->lists_pairs14 && !a->source->pair14[p].mixed) {
            pair->epsilon = a->source->pair14[p].epsilon;
            pair->sigma = a->source->pair14[p].sigma;
            continue;
        }
        KM_TRY(km_mix(ff, a->type[pair->i], a->type[pair->j], &form, parameter));
        if (form != KM_VDW_LENNARD_JONES)
            return KM_FAIL(
                KM_ERROR_UNSUPPORTED,
                "molecule %s: atoms %s and %s are three bonds apart and their pair_types "
                "row is not lennard_jones",
                a->source->key, a->source->atom[pair->i].name, a->source->atom[pair->j].name);
        pair->epsilon = ff->scale14_lj * parameter[0];
        pair->sigma = parameter[1];
    }
    return KM_OK;
}

void km_fourier_to_rb(const double v[4], double c[6])
{
    c[0] = v[1] + 0.5 * (v[0] + v[2]);
    c[1] = 0.5 * (3.0 * v[2] - v[0]);
    c[2] = 4.0 * v[3] - v[1];
    c[3] = -2.0 * v[2];
    c[4] = -4.0 * v[3];
    c[5] = 0.0;
}
