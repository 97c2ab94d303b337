/* SPDX-License-Identifier: MIT */
/* run.in: the production stage, with what LAMMPS has for thermostat, barostat, held bonds, frozen
 * atoms and pistons. */
#include <inttypes.h>
#include <math.h>

#include "host/export/lammps.h"
#include "host/output/atomic_file.h"
#include "kernels/base/units.h"

/* A group of the atoms of one mobility, as ranges of their numbers. */
static int put_group(FILE *out, const km_model *model, const char *name, int mobility)
{
    int n = 0;
    for (int i = 0; i < model->n; i++) {
        if ((int)km_model_mobility(model, i) != mobility)
            continue;
        int last = i;
        while (last + 1 < model->n && (int)km_model_mobility(model, last + 1) == mobility)
            last++;
        fprintf(out, "group %s id %d:%d\n", name, i + 1, last + 1);
        n += last + 1 - i;
        i = last;
    }
    return n;
}

static int count_held(const km_lammps_terms *terms)
{
    int n = 0;
    for (int t = 0; t < terms->n_types; t++)
        n += terms->type[t].held;
    return n;
}

static void put_held_types(FILE *out, const km_lammps_terms *terms, const char *letter)
{
    if (count_held(terms) > 0)
        fprintf(out, " %s", letter);
    for (int t = 0; t < terms->n_types; t++)
        if (terms->type[t].held)
            fprintf(out, " %d", t + 1);
}

static void put_shake(FILE *out, const km_lammps *l)
{
    if (count_held(&l->terms[KM_LAMMPS_BOND]) == 0)
        return;
    fputs("fix held all shake 1e-6 100 0", out);
    put_held_types(out, &l->terms[KM_LAMMPS_BOND], "b");
    put_held_types(out, &l->terms[KM_LAMMPS_ANGLE], "a");
    fputc('\n', out);
}

/* Pressure of the target, in the units of LAMMPS. */
static void put_barostat(FILE *out, const km_lammps *l)
{
    const km_stage *stage = l->stage;
    const double from = stage->pressure_start / l->units->pressure,
                 to = stage->pressure_end / l->units->pressure,
                 time = stage->barostat_time / l->units->time;
    if (stage->barostat == KM_BAROSTAT_ISOTROPIC)
        fprintf(out, " iso %.10g %.10g %.10g", from, to, time);
    else if (stage->barostat == KM_BAROSTAT_SEMI_ISOTROPIC)
        fprintf(out, " x %.10g %.10g %.10g y %.10g %.10g %.10g z %.10g %.10g %.10g couple xy", from,
                to, time, from, to, time, from, to, time);
    else if (stage->barostat == KM_BAROSTAT_ANISOTROPIC)
        fprintf(out, " aniso %.10g %.10g %.10g", from, to, time);
    else
        fprintf(out, " z %.10g %.10g %.10g", from, to, time);
}

/* Every moving group has one fix that moves it. */
static void put_motion(FILE *out, const km_lammps *l, const char *group)
{
    const km_stage *stage = l->stage;
    const bool pressed = stage->barostat != KM_BAROSTAT_NONE;
    const bool chain = stage->thermostat == KM_THERMOSTAT_NOSE_HOOVER ||
                       stage->thermostat == KM_THERMOSTAT_RESCALING;
    if (stage->thermostat == KM_THERMOSTAT_RESCALING)
        fputs("# kalium: stochastic velocity rescaling, which is fix temp/csvr of EXTRA-FIX; here "
              "a chain.\n",
              out);
    if (pressed)
        fputs("# kalium: stochastic cell rescaling; here the barostat of Nose and Hoover.\n", out);
    fprintf(out, "fix motion %s %s", group,
            pressed && chain ? "npt"
            : pressed        ? "nph"
            : chain          ? "nvt"
                             : "nve");
    if (chain)
        fprintf(out, " temp %.10g %.10g %.10g", stage->temperature_start, stage->temperature_end,
                stage->thermostat_time / l->units->time);
    if (pressed)
        put_barostat(out, l);
    fputc('\n', out);
    if (stage->thermostat == KM_THERMOSTAT_LANGEVIN)
        fprintf(out, "fix friction %s langevin %.10g %.10g %.10g %" PRIu64 "\n", group,
                stage->temperature_start, stage->temperature_end,
                1.0 / stage->friction / l->units->time, l->e->recipe->seed % 1000000 + 1);
}

/* The mass of an atom of a piston, u; its metal is one element. */
static double piston_mass(const km_model *model, int p)
{
    int i = 0;
    while ((int)km_model_mobility(model, i) != KM_MOBILITY_PISTON + p)
        i++;
    return model->mass[i];
}

/* The atoms of a piston as one body that moves along z alone, under their forces and the pressure.
 */
static void put_piston(FILE *out, const km_lammps *l, int p, int n_atoms)
{
    const km_piston *piston = &l->e->model->piston[p];
    const double friction = piston->damping * piston_mass(l->e->model, p) * KM_NM_PER_ANGSTROM *
                            KM_NM_PER_ANGSTROM / l->units->energy / l->units->time;
    const double area = l->e->box.ax * l->e->box.by;
    const double force = piston->direction * piston->pressure * area / n_atoms / l->units->energy *
                         KM_NM_PER_ANGSTROM;
    fprintf(out,
            "fix piston%d piston%d rigid single force 1 off off on torque 1 off off off\n"
            "fix push%d piston%d addforce 0 0 %.15g\n",
            p + 1, p + 1, p + 1, p + 1, force);
    if (piston->damping > 0.0)
        fprintf(out, "fix damp%d piston%d viscous %.15g\n", p + 1, p + 1, friction);
}

static void put_groups(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    int uncoupled = 0;
    if (model->mobility != NULL) {
        if (put_group(out, model, "frozen", KM_MOBILITY_FROZEN) > 0)
            fputs("velocity frozen set 0 0 0\nfix frozen frozen setforce 0 0 0\n", out);
        uncoupled = put_group(out, model, "uncoupled", KM_MOBILITY_UNCOUPLED);
        for (int p = 0; p < model->n_pistons; p++) {
            char name[24];
            snprintf(name, sizeof name, "piston%d", p + 1);
            const int n = put_group(out, model, name, KM_MOBILITY_PISTON + p);
            if (n > 0)
                put_piston(out, l, p, n);
        }
        put_group(out, model, "moving", KM_MOBILITY_FREE);
    }
    put_shake(out, l);
    put_motion(out, l, model->mobility != NULL ? "moving" : "all");
    if (uncoupled > 0)
        fputs("fix uncoupled uncoupled nve\n", out);
}

static void put_start(FILE *out, const km_lammps *l)
{
    if (l->e->velocity != NULL)
        return;
    fprintf(
        out,
        "# This configuration has been built, not simulated: overlaps are taken out first, and\n"
        "# it needs to be equilibrated before anything is measured.\n"
        "minimize 0 1e-4 2000 20000\nreset_timestep 0\n"
        "velocity all create %.10g %" PRIu64 " loop all mom yes\n",
        l->stage->temperature_start, l->e->recipe->seed % 1000000 + 1);
}

km_status km_lammps_write_run(const char *path, const km_lammps *l)
{
    const km_stage *stage = l->stage;
    if (stage == NULL)
        return KM_OK;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    const int64_t steps = llround(stage->time / stage->timestep);
    const int64_t interval = llround(fmax(stage->frame_interval / stage->timestep, 1.0));
    fprintf(out, "# Stage %s of the recipe.\n\ninclude system.in\n\ntimestep %.10g\n", stage->name,
            stage->timestep / l->units->time);
    put_start(out, l);
    put_groups(out, l);
    fprintf(out,
            "thermo_style custom step time temp press pe ke etotal density\n"
            "thermo %" PRId64 "\n"
            "dump frames all custom %" PRId64 " trajectory.dump id %stype xu yu zu\n"
            "dump_modify frames sort id\n"
            "restart %" PRId64 " restart.a restart.b\n"
            "run %" PRId64 "\n"
            "write_data end.data\n",
            interval, interval, l->molecules ? "mol " : "", 10 * interval, steps);
    return km_atomic_stream_commit(&file);
}
