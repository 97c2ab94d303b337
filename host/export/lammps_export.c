/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/export/lammps.h"
#include "kernels/base/units.h"

#define ATMOSPHERE (1.01325 * KM_PRESSURE_PER_BAR)

static const km_lammps_units real = {"real", KM_CALORIE, KM_PS_PER_FS, ATMOSPHERE, 332.06371};
static const km_lammps_units metal = {"metal", KM_EV, 1.0, KM_PRESSURE_PER_BAR, 14.399645};

const char *km_lammps_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Forms of pairs without a style of LAMMPS. */
static km_status look_at_pairs(km_lammps *l)
{
    const km_model *model = l->e->model;
    const int n = model->pair.n_types;
    for (int k = 0; k < n * n && !model->only_metal; k++) {
        const int form = model->pair.form[k];
        if (form == KM_VDW_SCREENED || form == KM_VDW_TABLE)
            return KM_FAIL(
                KM_ERROR_UNSUPPORTED,
                "%s pairs are not written for LAMMPS: it has no style of %s. Run this system with "
                "kalium",
                form == KM_VDW_TABLE ? "tabulated" : "screened_coulomb",
                form == KM_VDW_TABLE ? "the same splines that is also shifted" : "this form");
        l->other_forms = l->other_forms || form != KM_VDW_LENNARD_JONES;
    }
    return KM_OK;
}

static void look_at_metal(km_lammps *l)
{
    const km_model *model = l->e->model;
    if (model->eim_parameters != NULL) {
        l->potential = model->eim_parameters->path;
        l->metal_style = "eim";
    } else if (model->eam_tables != NULL) {
        l->potential = model->eam_tables->path;
        l->metal_style = model->eam_tables->finnis_sinclair ? "eam/fs" : "eam/alloy";
    }
    l->overlay = !model->only_metal && (l->other_forms || l->potential != NULL);
    l->units = l->other_forms || l->potential != NULL ? &metal : &real;
}

/* The box of LAMMPS: without the vacuum of a slab, which its kspace_modify slab adds again. */
static void look_at_height(km_lammps *l)
{
    const km_export *e = l->e;
    l->z_high = e->box.cz;
    if (!e->model->has_slab)
        return;
    double low = e->position[2], high = low;
    for (int i = 0; i < e->model->n; i++) {
        low = fmin(low, e->position[3 * (size_t)i + 2]);
        high = fmax(high, e->position[3 * (size_t)i + 2]);
    }
    const double room = fmin(0.5, 0.25 * (e->box.cz - (high - low)));
    l->z_low = low - room;
    l->z_high = high + room;
}

/* What LAMMPS cannot do as kalium does it. */
static km_status check(const km_lammps *l)
{
    const km_model *model = l->e->model;
    if (model->has_slab && !km_box_is_orthorhombic(&l->e->box))
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "LAMMPS's slab correction wants a rectangular cell, and this one is tilted");
    if (model->lists_pairs14)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "this cell is not written for LAMMPS: a molecule lists its 1-4 pairs "
                       "(lists_pairs14), and LAMMPS finds and scales them by the bonds. GROMACS "
                       "has such lists: --to gromacs");
    if (model->only_metal && model->eim_parameters == NULL && model->eam_tables == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "a metal without potential");
    return KM_OK;
}

/* fix shake knows stars of three bonds at most. */
static km_status check_shake(const km_lammps *l)
{
    const km_lammps_terms *bonds = &l->terms[KM_LAMMPS_BOND];
    unsigned char *held;
    km_status status = KM_OK;
    KM_NEW(held, l->e->model->n);
    for (int b = 0; b < bonds->n_terms && status == KM_OK; b++)
        for (int end = 0; end < 2; end++)
            if (bonds->type[bonds->type_of[b]].held && ++held[bonds->atom[b][end]] > 3)
                status = KM_FAIL(KM_ERROR_UNSUPPORTED,
                                 "atom %s has four bonds that the stage %s holds, and LAMMPS's fix "
                                 "shake holds three; export with --set constraints=none, which "
                                 "also needs a shorter production.timestep_fs",
                                 l->e->model->labels->atom_name[bonds->atom[b][end]],
                                 l->stage != NULL ? l->stage->name : "");
    free(held);
    return status;
}

static km_status write_all(const char *folder, const km_lammps *l)
{
    static km_status (*const write[])(const char *, const km_lammps *) = {
        km_lammps_write_data, km_lammps_write_system, km_lammps_write_energy,
        km_lammps_write_kalium_energy, km_lammps_write_run};
    static const char *const name[] = {"system.data", "system.in", "energy.in", "kalium-energy.txt",
                                       "run.in"};
    char path[4400];
    for (size_t k = 0; k < sizeof write / sizeof write[0]; k++) {
        snprintf(path, sizeof path, "%.4200s/%s", folder, name[k]);
        KM_TRY(write[k](path, l));
    }
    if (l->potential == NULL)
        return KM_OK;
    snprintf(path, sizeof path, "%.4200s/%.120s", folder, km_lammps_file_name(l->potential));
    return km_export_copy(l->potential, path);
}

km_status km_export_lammps(const char *folder, const km_export *e)
{
    km_lammps l = {.e = e, .stage = km_export_stage(e->recipe)};
    KM_TRY(look_at_pairs(&l));
    look_at_metal(&l);
    look_at_height(&l);
    KM_TRY(check(&l));
    km_status status = km_lammps_terms_make(&l);
    l.molecules = l.terms[KM_LAMMPS_BOND].n_terms > 0;
    if (status == KM_OK)
        status = check_shake(&l);
    if (status == KM_OK)
        status = write_all(folder, &l);
    km_lammps_terms_free(&l);
    return status;
}
