/* SPDX-License-Identifier: MIT */
/* system.data: box, atoms, velocities and the terms along bonds. */
#include <math.h>
#include <string.h>

#include "host/export/lammps.h"
#include "host/output/atomic_file.h"
#include "kernels/base/units.h"

#define PER_NM (1.0 / KM_NM_PER_ANGSTROM)

static const char *const section[KM_LAMMPS_KINDS] = {"Bonds", "Angles", "Dihedrals", "Impropers"};

static void put_header(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    const km_box *box = &l->e->box;
    fprintf(out, "%.100s (written by kalium)\n\n%d atoms\n",
            l->e->recipe->title != NULL ? l->e->recipe->title : "cell", model->n);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++)
        if (l->terms[k].n_terms > 0)
            fprintf(out, "%d %ss\n", l->terms[k].n_terms, km_lammps_kind_name[k]);
    fprintf(out, "%d atom types\n", model->pair.n_types);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++)
        if (l->terms[k].n_terms > 0)
            fprintf(out, "%d %s types\n", l->terms[k].n_types, km_lammps_kind_name[k]);
    fprintf(out, "\n0 %.17g xlo xhi\n0 %.17g ylo yhi\n%.17g %.17g zlo zhi\n", PER_NM * box->ax,
            PER_NM * box->by, PER_NM * l->z_low, PER_NM * l->z_high);
    if (!km_box_is_orthorhombic(box))
        fprintf(out, "%.17g %.17g %.17g xy xz yz\n", PER_NM * box->bx, PER_NM * box->cx,
                PER_NM * box->cy);
}

static void put_masses(FILE *out, const km_model *model)
{
    fputs("\nMasses\n\n", out);
    for (int t = 0; t < model->pair.n_types; t++) {
        int i = 0; /* every type of the table occurs */
        while (model->type[i] != t)
            i++;
        fprintf(out, "%d %.10g # %s\n", t + 1, model->mass[i], model->labels->type_name[i]);
    }
}

/* Inside the cell, with the number of cells it is away from it. */
static void put_atom(FILE *out, const km_lammps *l, int i)
{
    const km_model *model = l->e->model;
    const double *r = &l->e->position[3 * (size_t)i];
    km_vec3 s = km_box_to_fractional(&l->e->box, km_vec3_make(r[0], r[1], r[2]));
    const double nx = floor(s.x), ny = floor(s.y), nz = model->has_slab ? 0.0 : floor(s.z);
    const km_vec3 x =
        km_vec3_sub(km_vec3_make(r[0], r[1], r[2]), km_box_image_shift(&l->e->box, nx, ny, nz));
    fprintf(out, "%d", i + 1);
    if (l->molecules)
        fprintf(out, " %d", model->molecule[i] + 1);
    fprintf(out, " %d", model->type[i] + 1);
    if (l->molecules || model->has_charges)
        fprintf(out, " %.12g", model->charge[i]);
    fprintf(out, " %.15g %.15g %.15g %d %d %d\n", PER_NM * x.x, PER_NM * x.y, PER_NM * x.z, (int)nx,
            (int)ny, (int)nz);
}

static void put_atoms(FILE *out, const km_lammps *l)
{
    const km_model *model = l->e->model;
    fprintf(out, "\nAtoms # %s\n\n",
            l->molecules         ? "full"
            : model->has_charges ? "charge"
                                 : "atomic");
    for (int i = 0; i < model->n; i++)
        put_atom(out, l, i);
    if (l->e->velocity == NULL)
        return;
    const double scale = PER_NM * l->units->time;
    fputs("\nVelocities\n\n", out);
    for (int i = 0; i < model->n; i++) {
        const double *v = &l->e->velocity[3 * (size_t)i];
        fprintf(out, "%d %.15g %.15g %.15g\n", i + 1, scale * v[0], scale * v[1], scale * v[2]);
    }
}

static void put_terms(FILE *out, const km_lammps_terms *terms, int kind)
{
    if (terms->n_terms == 0)
        return;
    fprintf(out, "\n%s\n\n", section[kind]);
    for (int t = 0; t < terms->n_terms; t++) {
        fprintf(out, "%d %d", t + 1, terms->type_of[t] + 1);
        for (int k = 0; k < km_lammps_kind_atoms[kind]; k++)
            fprintf(out, " %d", terms->atom[t][k] + 1);
        fputc('\n', out);
    }
}

km_status km_lammps_write_data(const char *path, const km_lammps *l)
{
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    put_header(file.stream, l);
    put_masses(file.stream, l->e->model);
    put_atoms(file.stream, l);
    for (int k = 0; k < KM_LAMMPS_KINDS; k++)
        put_terms(file.stream, &l->terms[k], k);
    return km_atomic_stream_commit(&file);
}
