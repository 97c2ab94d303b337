/* SPDX-License-Identifier: MIT */
/* energy.mdp and run.mdp, and kalium-energy.txt. */
#include <inttypes.h>
#include <math.h>

#include "host/export/gromacs.h"
#include "host/output/atomic_file.h"
#include "kernels/base/units.h"

/* GROMACS asks for the splitting by erfc(alpha cutoff). */
static void put_nonbonded(FILE *out, const km_gromacs *g, const km_pme_spec *mesh, int order)
{
    const km_model *model = g->e->model;
    const double cutoff = model->pair.cutoff;
    fprintf(out,
            "cutoff-scheme = Verlet\nrvdw = %.12g\nrcoulomb = %.12g\nvdwtype = Cut-off\n"
            "vdw-modifier = %s\nDispCorr = %s\n",
            cutoff, cutoff, model->pair.shift ? "Potential-shift" : "None",
            model->pair.tail ? "AllEnerPres" : "no");
    if (!model->has_charges)
        return;
    fprintf(out,
            "coulombtype = PME\ncoulomb-modifier = None\newald-rtol = %.17g\npme-order = %d\n"
            "fourier-nx = %d\nfourier-ny = %d\nfourier-nz = %d\n",
            erfc(mesh->alpha * cutoff), order, mesh->mesh[0], mesh->mesh[1], mesh->mesh[2]);
    if (fabs(model->pme.coulomb_constant / KM_COULOMB_CONSTANT - 1.0) > 1e-12)
        fprintf(out, "epsilon-r = %.17g\n", KM_COULOMB_CONSTANT / model->pme.coulomb_constant);
}

km_status km_gromacs_write_energy(const char *path, const km_gromacs *g)
{
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    fprintf(out,
            "; Energies of conf.gro by term, best by GROMACS in double precision:\n"
            ";   gmx_d grompp -f energy.mdp -c conf.gro -p topol.top -o energy.tpr\n"
            ";   gmx_d mdrun -deffnm energy && gmx_d energy -f energy.edr\n"
            "; kalium's are in kalium-energy.txt.\n"
            "integrator = md\nnsteps = 0\ncontinuation = yes\nconstraints = none\n"
            "comm-mode = none\nnstenergy = 1\nnstcalcenergy = 1\n"
            "verlet-buffer-tolerance = -1\nrlist = %.12g\n",
            g->e->model->pair.cutoff);
    if (g->e->model->pair.tail && g->e->model->pair.shift)
        fprintf(
            out,
            "; The mean field beyond the cutoff is %.10g kJ/mol in kalium. Disper. corr. of\n"
            "; GROMACS differs by a constant: with shifted pairs it does not take the shift of\n"
            "; excluded pairs off. Forces and pressure are the same.\n",
            g->e->energy[KM_ENERGY_VDW_TAIL]);
    put_nonbonded(out, g, &g->e->model->pme, 12);
    return km_atomic_stream_commit(&file);
}

/* GROMACS has four names for what kalium adds up to two. */
static void put_torsions(FILE *out, const km_model *model, const double *u)
{
    const km_bonded_spec *bonded = &model->bonded;
    int n_impropers = 0;
    for (int d = 0; d < bonded->n_dihedrals_periodic; d++)
        n_impropers += bonded->dihedral_periodic[d].improper;
    const bool rb = bonded->n_dihedrals_rb > 0, proper = bonded->n_dihedrals_periodic > n_impropers,
               periodic = n_impropers > 0, harmonic = bonded->n_impropers > 0;
    if (rb || proper)
        fprintf(out, "%s%s%s: %.15g\n", proper ? "Proper Dih." : "", rb && proper ? " + " : "",
                rb ? "Ryckaert-Bell." : "", u[KM_ENERGY_DIHEDRAL]);
    if (periodic || harmonic)
        fprintf(out, "%s%s%s: %.15g\n", harmonic ? "Improper Dih." : "",
                periodic && harmonic ? " + " : "", periodic ? "Per. Imp. Dih." : "",
                u[KM_ENERGY_IMPROPER]);
}

km_status km_gromacs_write_kalium_energy(const char *path, const km_gromacs *g)
{
    const km_model *model = g->e->model;
    const double *u = g->e->energy;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    if (model->bonded.n_bonds > 0)
        fprintf(out, "Bond: %.15g\n", u[KM_ENERGY_BOND]);
    if (model->bonded.n_angles > 0)
        fprintf(out, "Angle: %.15g\n", u[KM_ENERGY_ANGLE]);
    put_torsions(out, model, u);
    if (model->bonded.n_pairs14 > 0)
        fprintf(out, "LJ-14: %.15g\nCoulomb-14: %.15g\n", u[KM_ENERGY_VDW_14],
                u[KM_ENERGY_COULOMB_14]);
    fprintf(out, "LJ (SR): %.15g\n", u[KM_ENERGY_VDW]);
    if (model->pair.tail && !model->pair.shift)
        fprintf(out, "Disper. corr.: %.15g\n", u[KM_ENERGY_VDW_TAIL]);
    if (model->has_charges) /* GROMACS divides excluded pairs and self energy otherwise */
        fprintf(out, "Coulomb (SR) + Coul. recip.: %.15g\n",
                u[KM_ENERGY_COULOMB_REAL] + u[KM_ENERGY_COULOMB_EXCLUDED] +
                    u[KM_ENERGY_COULOMB_RECIPROCAL] + u[KM_ENERGY_COULOMB_SELF]);
    return km_atomic_stream_commit(&file);
}

static void put_thermostat(FILE *out, const km_gromacs *g)
{
    const km_stage *stage = g->stage;
    if (stage->thermostat == KM_THERMOSTAT_NONE)
        return;
    fprintf(out, "tcoupl = %s\ntc-grps = System\ntau-t = %.10g\nref-t = %.10g\n",
            stage->thermostat == KM_THERMOSTAT_RESCALING     ? "v-rescale"
            : stage->thermostat == KM_THERMOSTAT_NOSE_HOOVER ? "nose-hoover"
                                                             : "no ; integrator sd",
            stage->thermostat == KM_THERMOSTAT_LANGEVIN ? 1.0 / stage->friction
                                                        : stage->thermostat_time,
            stage->temperature_start);
    if (stage->thermostat == KM_THERMOSTAT_NOSE_HOOVER)
        fputs("nh-chain-length = 1 ; kalium: a chain of four, which mdrun has for md-vv only\n",
              out);
    if (stage->temperature_end != stage->temperature_start)
        fprintf(out,
                "annealing = single\nannealing-npoints = 2\nannealing-time = 0 %.10g\n"
                "annealing-temp = %.10g %.10g\n",
                stage->time, stage->temperature_start, stage->temperature_end);
}

static void put_barostat(FILE *out, const km_stage *stage)
{
    const double pressure = stage->pressure_start / KM_PRESSURE_PER_BAR,
                 compressibility = stage->compressibility * KM_PRESSURE_PER_BAR;
    if (stage->barostat == KM_BAROSTAT_NONE)
        return;
    if (stage->barostat == KM_BAROSTAT_ANISOTROPIC) {
        fprintf(out,
                "; kalium: stochastic cell rescaling, which mdrun does not have for three edges\n"
                "pcoupl = Parrinello-Rahman\ntau-p = %.10g\npcoupltype = anisotropic\n"
                "ref-p = %.10g %.10g %.10g 0 0 0\ncompressibility = %.10g %.10g %.10g 0 0 0\n",
                stage->barostat_time, pressure, pressure, pressure, compressibility,
                compressibility, compressibility);
        return;
    }
    fprintf(out, "pcoupl = C-rescale\ntau-p = %.10g\n", stage->barostat_time);
    if (stage->barostat == KM_BAROSTAT_ISOTROPIC)
        fprintf(out, "pcoupltype = isotropic\nref-p = %.10g\ncompressibility = %.10g\n", pressure,
                compressibility);
    else
        fprintf(out,
                "pcoupltype = semiisotropic\nref-p = %.10g %.10g\ncompressibility = %.10g %.10g\n",
                pressure, pressure, stage->barostat == KM_BAROSTAT_Z_ONLY ? 0.0 : compressibility,
                compressibility);
}

static void put_output(FILE *out, const km_stage *stage)
{
    const int64_t frame = llround(fmax(stage->frame_interval / stage->timestep, 1.0));
    const int64_t row = llround(fmax(stage->energy_interval / stage->timestep, 1.0));
    fprintf(out,
            "nstxout-compressed = %" PRId64 "\nnstenergy = %" PRId64 "\nnstlog = %" PRId64 "\n",
            frame, row, row);
}

km_status km_gromacs_write_run(const char *path, const km_gromacs *g)
{
    const km_stage *stage = g->stage;
    const int64_t steps = stage != NULL ? llround(stage->time / stage->timestep) : 0;
    km_atomic_stream file;
    if (stage == NULL)
        return KM_OK;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    fprintf(out, "; Stage %s of the recipe.\n", stage->name);
    if (g->e->velocity == NULL)
        fputs("; conf.gro has been built, not simulated: minimise it (integrator = steep) and\n"
              "; equilibrate before anything is measured.\n",
              out);
    fprintf(out, "integrator = %s\ndt = %.10g\nnsteps = %" PRId64 "\nconstraints = %s\n",
            stage->thermostat == KM_THERMOSTAT_LANGEVIN ? "sd" : "md", stage->timestep, steps,
            stage->constrain_hydrogen ? "h-bonds" : "none");
    if (g->e->velocity == NULL)
        fprintf(out, "gen-vel = yes\ngen-temp = %.10g\ngen-seed = %" PRIu64 "\n",
                stage->temperature_start, g->e->recipe->seed % 1000000 + 1);
    put_nonbonded(out, g, &g->mesh, g->mesh.spline_order);
    put_thermostat(out, g);
    put_barostat(out, stage);
    put_output(out, stage);
    return km_atomic_stream_commit(&file);
}
