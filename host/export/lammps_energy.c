/* SPDX-License-Identifier: MIT */
/* energy.in, which has LAMMPS print the terms of one configuration as kalium names them, and
 * kalium-energy.txt, what kalium says they are. */
#include <math.h>

#include "host/export/lammps.h"
#include "host/output/atomic_file.h"
#include "kernels/base/units.h"
#include "kernels/pair/vdw_lennard_jones.h"

/* What LAMMPS takes off the scaled 1-4 pairs when it shifts, kJ/mol; kalium shifts other pairs
 * only. */
static double shift_of_pairs14(const km_model *model)
{
    double sum = 0.0;
    for (int p = 0; p < model->bonded.n_pairs14; p++) {
        const km_pair14 *pair = &model->bonded.pair14[p];
        sum +=
            km_lennard_jones(pair->epsilon, pair->sigma, model->pair.cutoff * model->pair.cutoff).u;
    }
    return model->pair.shift ? sum : 0.0;
}

static void put_tail(FILE *out, const km_export *e)
{
    if (e->model->pair.tail)
        fprintf(out,
                "# The mean field beyond the cutoff is %.10g kJ/mol in kalium. LAMMPS's own "
                "(pair_modify tail)\n"
                "# counts the pairs inside molecules as well; run.in has it, these terms do not.\n",
                e->energy[KM_ENERGY_VDW_TAIL]);
}

static void put_prints(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    const double unit = l->units->energy;
    const bool eam = l->potential != NULL && l->overlay;
    fprintf(out, "run 0 post no\n\nprint \"\"\"");
    if (!model->only_metal)
        fprintf(out, "van_der_waals $(%.17g*(evdwl%s)+%.17g:%%.15g)\n", unit, eam ? "-c_metal" : "",
                shift_of_pairs14(model));
    if (model->has_charges)
        fprintf(out,
                "coulomb_short $(%.17g*ecoul:%%.15g)\n"
                "coulomb_long $(%.17g*elong:%%.15g)\n",
                unit, unit);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++) {
        static const char *const keyword[KM_LAMMPS_KINDS] = {"ebond", "eangle", "edihed", "eimp"};
        if (l->terms[k].n_terms > 0)
            fprintf(out, "%s $(%.17g*%s:%%.15g)\n", km_lammps_kind_name[k], unit, keyword[k]);
    }
    if (l->potential != NULL)
        fprintf(out, "embedded_atom $(%.17g*%s:%%.15g)\n", unit, eam ? "c_metal" : "evdwl");
    fputs("\"\"\" file energy.txt\n", out);
}

km_status km_lammps_write_energy(const char *path, const km_lammps *l)
{
    const km_model *model = l->e->model;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    fputs("# Energies of this configuration by term, kJ/mol, into energy.txt; kalium's are in\n"
          "# kalium-energy.txt. The Coulomb sum is exact here, for comparisons, and slow for many\n"
          "# atoms.\n",
          out);
    put_tail(out, l->e);
    fputs("\ninclude system.in\n", out);
    if (!model->only_metal)
        fprintf(out, "pair_modify shift %s tail no table 20\n", model->pair.shift ? "yes" : "no");
    if (model->has_charges) {
        fputs("kspace_style ewald 1e-9\n", out);
        fprintf(out, "kspace_modify gewald %.17g", model->pme.alpha * KM_NM_PER_ANGSTROM);
        if (model->has_slab)
            fprintf(out, " slab %.17g", l->e->box.cz / (l->z_high - l->z_low));
        fputc('\n', out);
    }
    if (l->potential != NULL && l->overlay)
        fprintf(out, "compute metal all pair %s\n", l->metal_style);
    fprintf(out,
            "thermo_style custom step evdwl ecoul elong ebond eangle edihed eimp pe%s\n"
            "thermo_modify norm no\n",
            l->potential != NULL && l->overlay ? " c_metal" : "");
    put_prints(out, l);
    return km_atomic_stream_commit(&file);
}

km_status km_lammps_write_kalium_energy(const char *path, const km_lammps *l)
{
    const km_model *model = l->e->model;
    const double *u = l->e->energy;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    if (!model->only_metal)
        fprintf(out, "van_der_waals %.15g\n", u[KM_ENERGY_VDW] + u[KM_ENERGY_VDW_14]);
    if (model->has_charges)
        fprintf(out, "coulomb_short %.15g\ncoulomb_long %.15g\n",
                u[KM_ENERGY_COULOMB_REAL] + u[KM_ENERGY_COULOMB_14] + u[KM_ENERGY_COULOMB_EXCLUDED],
                u[KM_ENERGY_COULOMB_RECIPROCAL] + u[KM_ENERGY_COULOMB_SELF] +
                    u[KM_ENERGY_COULOMB_SLAB]);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++)
        if (l->terms[k].n_terms > 0)
            fprintf(out, "%s %.15g\n", km_lammps_kind_name[k], u[KM_ENERGY_BOND + k]);
    if (l->potential != NULL)
        fprintf(out, "embedded_atom %.15g\n", u[KM_ENERGY_EAM]);
    return km_atomic_stream_commit(&file);
}
