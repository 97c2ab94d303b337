/* SPDX-License-Identifier: MIT */
/* What an import leaves: a force-field file in nm, kJ/mol and degrees, with all digits, and a
 * recipe. */
#include <string.h>

#include "host/import/importer.h"
#include "host/input/yaml_text.h"
#include "host/output/atomic_file.h"
#include "host/output/gro_text.h"
#include "kernels/base/units.h"

#define DEGREE (KM_PI / 180.0)

/* ---- pieces ---- */

static void put_number(FILE *out, const char *before, double value, double unit)
{
    char text[KM_YAML_NUMBER];
    km_yaml_number(value + 0.0, unit, text); /* no minus before a zero */
    fprintf(out, "%s%s", before, text);
}

static void put_numbers(FILE *out, const char *key, const double *value, int n)
{
    fprintf(out, "%s: [", key);
    for (int k = 0; k < n; k++)
        put_number(out, k > 0 ? ", " : "", value[k], 1.0);
    fputc(']', out);
}

static void put_text(FILE *out, const char *before, const char *text)
{
    fputs(before, out);
    km_yaml_put_text(out, text);
}

/* "key: [a, b]," of n names. */
static void put_names(FILE *out, const char *key, char *const *name, int n)
{
    fprintf(out, "  - {%s: [", key);
    for (int k = 0; k < n; k++)
        put_text(out, k > 0 ? ", " : "", name[k]);
    fputs("], ", out);
}

/* The key of the one source, another in every file. */
static void put_source(FILE *out, const km_forcefield *ff)
{
    fprintf(out, "TOP_%s", ff->molecule[0].residue);
}

static void end_row(FILE *out, const km_forcefield *ff)
{
    fputs(", source: [", out);
    put_source(out, ff);
    fputs("]}\n", out);
}

/* ---- the force field ---- */

static void put_head(FILE *out, const km_importer *im)
{
    const km_forcefield *ff = im->ff;
    char text[1600];
    snprintf(text, sizeof text, "GROMACS topology %.1400s; its own sources are to be cited",
             im->in->topology_path);
    put_text(out, "# Written by kalium import. Schema: forcefields/README.md.\ntitle: ",
             im->in->topology->title != NULL ? im->in->topology->title : im->in->topology_path);
    fputs("\nunits: {energy: kJ/mol, length: nm, angle: degree}\n"
          "conventions:\n"
          "  harmonic: \"k/2*(x-x0)^2\"\n"
          "  dihedral: opls_fourier\n"
          "  improper: as_listed\n",
          out);
    fprintf(out, "  mixing_rule: %s\n",
            ff->mixing == KM_MIXING_GEOMETRIC ? "geometric" : "lorentz_berthelot");
    put_number(out, "  scale14_lj: ", ff->scale14_lj, 1.0);
    put_number(out, "\n  scale14_coulomb: ", ff->scale14_coulomb, 1.0);
    fputs("\nsources:\n  - {key: ", out);
    put_source(out, ff);
    put_text(out, ", text: ", text);
    fputs("}\n", out);
}

static void put_types(FILE *out, const km_forcefield *ff)
{
    fputs("atom_types:\n", out);
    for (int t = 0; t < ff->n_atom_types; t++) {
        const km_ff_atom_type *type = &ff->atom_type[t];
        put_text(out, "  - {name: ", type->name);
        put_text(out, ", class: ", type->class_name);
        put_text(out, ", element: ", type->element);
        put_number(out, ", mass: ", type->mass, 1.0);
        put_number(out, ", sigma: ", type->sigma, 1.0);
        put_number(out, ", epsilon: ", type->epsilon, 1.0);
        put_text(out, ", reference: ", type->reference);
        end_row(out, ff);
    }
}

static void put_bonds(FILE *out, const km_forcefield *ff)
{
    fputs(ff->n_bond_types > 0 ? "bond_types:\n" : "", out);
    for (int b = 0; b < ff->n_bond_types; b++) {
        put_names(out, "classes", ff->bond_type[b].class_name, 2);
        put_number(out, "r0: ", ff->bond_type[b].r0, 1.0);
        put_number(out, ", k: ", ff->bond_type[b].k, 1.0);
        end_row(out, ff);
    }
    fputs(ff->n_angle_types > 0 ? "angle_types:\n" : "", out);
    for (int a = 0; a < ff->n_angle_types; a++) {
        put_names(out, "classes", ff->angle_type[a].class_name, 3);
        put_number(out, "theta0: ", ff->angle_type[a].theta0, DEGREE);
        put_number(out, ", k: ", ff->angle_type[a].k, 1.0);
        end_row(out, ff);
    }
}

static bool any(const double *value, int n)
{
    for (int k = 0; k < n; k++)
        if (value[k] != 0.0)
            return true;
    return false;
}

static void put_torsion(FILE *out, const km_forcefield *ff, const km_ff_dihedral_type *d)
{
    const bool has_c = any(d->c, 6), has_harmonic = d->harmonic_k != 0.0;
    const char *comma = "";
    put_names(out, "classes", d->class_name, 4);
    if (any(d->v, 4) || (!has_c && !has_harmonic && d->n_periodic == 0)) {
        put_numbers(out, "V", d->v, 4);
        comma = ", ";
    }
    if (has_c) {
        fputs(comma, out);
        put_numbers(out, "C", d->c, 6);
        comma = ", ";
    }
    if (has_harmonic) {
        fprintf(out, "%sharmonic: {", comma);
        put_number(out, "phi0: ", d->harmonic_phi0, DEGREE);
        put_number(out, ", k: ", d->harmonic_k, 1.0);
        fputc('}', out);
        comma = ", ";
    }
    for (int t = 0; t < d->n_periodic; t++) {
        fprintf(out, "%s%s{n: %d", t == 0 ? comma : ", ", t == 0 ? "periodic: [" : "",
                d->periodic[t].multiplicity);
        put_number(out, ", phi0: ", d->periodic[t].phi0, DEGREE);
        put_number(out, ", k: ", d->periodic[t].k, 1.0);
        fputs(t + 1 < d->n_periodic ? "}" : "}]", out);
    }
    end_row(out, ff);
}

static void put_torsions(FILE *out, const km_forcefield *ff, const char *key,
                         const km_ff_dihedral_type *rows, int n)
{
    if (n > 0)
        fprintf(out, "%s:\n", key);
    for (int d = 0; d < n; d++)
        put_torsion(out, ff, &rows[d]);
}

static void put_pair_types(FILE *out, const km_forcefield *ff)
{
    fputs(ff->n_pair_types > 0 ? "pair_types:\n" : "", out);
    for (int p = 0; p < ff->n_pair_types; p++) {
        const km_ff_pair_type *pair = &ff->pair_type[p];
        char *const name[2] = {ff->atom_type[pair->type[0]].name,
                               ff->atom_type[pair->type[1]].name};
        put_names(out, "types", name, 2);
        fputs("form: lennard_jones, ", out);
        put_numbers(out, "parameters", pair->parameter, 2);
        end_row(out, ff);
    }
}

/* Rows of atom numbers, ten to a line. */
static void put_indices(FILE *out, const char *key, const int *index, int n_rows, int n)
{
    if (n_rows == 0)
        return;
    fprintf(out, "    %s: [", key);
    for (int r = 0; r < n_rows; r++) {
        fputs(r == 0 ? "" : r % 10 == 0 ? ",\n      " : ", ", out);
        for (int k = 0; k < n; k++)
            fprintf(out, "%s%d", k > 0 ? ", " : "[", index[r * n + k]);
        fputc(']', out);
    }
    fputs("]\n", out);
}

static void put_pairs14(FILE *out, const km_ff_molecule *m)
{
    if (!m->lists_pairs14)
        return;
    fprintf(out, "    lists_pairs14: true\n    pairs14:%s\n", m->n_pairs14 == 0 ? " []" : "");
    for (int p = 0; p < m->n_pairs14; p++) {
        const km_ff_pair14 *pair = &m->pair14[p];
        fprintf(out, "      - {atoms: [%d, %d]", pair->atom[0], pair->atom[1]);
        put_number(out, ", sigma: ", pair->sigma, 1.0);
        put_number(out, ", epsilon: ", pair->epsilon, 1.0);
        fputs("}\n", out);
    }
}

static void put_atoms(FILE *out, const km_forcefield *ff, const km_ff_molecule *m)
{
    fputs("    atoms:\n", out);
    for (int i = 0; i < m->n_atoms; i++) {
        const km_ff_atom *atom = &m->atom[i];
        put_text(out, "      - [", atom->name);
        put_text(out, ", ", ff->atom_type[atom->type].name);
        put_number(out, ", ", atom->charge, 1.0);
        for (int c = 0; c < 3; c++)
            fprintf(out, ", %.9g", atom->position[c] + 0.0);
        fputs("]\n", out);
    }
}

static void put_molecule(FILE *out, const km_forcefield *ff, const km_ff_molecule *m)
{
    put_text(out, "  - key: ", m->key);
    put_text(out, "\n    residue: ", m->residue);
    put_text(out, "\n    name: ", m->name);
    fprintf(out, "\n    charge: %d\n", m->charge);
    if (m->net != m->charge) {
        put_number(out, "    net_charge: ", m->net, 1.0);
        fputc('\n', out);
    }
    fputs("    source: [", out);
    put_source(out, ff);
    fputs("]\n    status: published\n", out);
    if (m->rigid) {
        put_number(out, "    rigid: {bond_A: ", m->rigid_length, KM_NM_PER_ANGSTROM);
        put_number(out, ", angle_deg: ", m->rigid_angle, DEGREE);
        fputs("}\n", out);
    }
    put_atoms(out, ff, m);
    put_indices(out, "bonds", &m->bond[0][0], m->n_bonds, 2);
    if (m->n_impropers > 0)
        put_indices(out, "impropers", &m->improper[0][0], m->n_impropers, 4);
    if (m->n_skip_angles > 0)
        put_indices(out, "skip_angles", &m->skip_angle[0][0], m->n_skip_angles, 3);
    put_pairs14(out, m);
}

km_status km_import_write_forcefield(const char *path, const km_importer *im)
{
    const km_forcefield *ff = im->ff;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    put_head(out, im);
    put_types(out, ff);
    put_bonds(out, ff);
    put_torsions(out, ff, "dihedral_types", ff->dihedral_type, ff->n_dihedral_types);
    put_torsions(out, ff, "improper_types", ff->improper_type, ff->n_improper_types);
    put_pair_types(out, ff);
    fputs("molecules:\n", out);
    for (int m = 0; m < ff->n_molecules; m++)
        put_molecule(out, ff, &ff->molecule[m]);
    return km_atomic_stream_commit(&file);
}

/* ---- the structure ---- */

km_status km_import_write_structure(const char *path, const km_importer *im, const int *molecule)
{
    const km_gromacs_topology *t = im->in->topology;
    const km_structure *s = im->in->structure;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    fprintf(file.stream, "%.200s\n%d\n", im->in->topology_path, s->n);
    for (int p = 0, number = 0, i = 0; p < t->n_portions; p++) {
        const km_ff_molecule *m = &im->ff->molecule[molecule[t->portion[p].molecule]];
        for (int k = 0; k < t->portion[p].count; k++, number++)
            for (int a = 0; a < m->n_atoms; a++, i++) {
                const double *r = &s->position[3 * (size_t)i];
                km_gro_put_atom(file.stream, number, m->residue, i, m->atom[a].name,
                                km_vec3_make(r[0], r[1], r[2]),
                                s->velocity != NULL ? &s->velocity[3 * (size_t)i] : NULL);
            }
    }
    km_gro_put_box(file.stream, &s->box);
    return km_atomic_stream_commit(&file);
}

/* ---- the recipe ---- */

static void put_system(FILE *out, const km_importer *im, const int *molecule)
{
    const km_gromacs_topology *t = im->in->topology;
    fputs("  structure:\n    file: " KM_FILE_IMPORTED_STRUCTURE "\n    molecules:\n", out);
    for (int p = 0; p < t->n_portions; p++) {
        put_text(out,
                 "      - {molecule: ", im->ff->molecule[molecule[t->portion[p].molecule]].key);
        fprintf(out, ", count: %d}\n", t->portion[p].count);
    }
}

static void put_liquid(FILE *out, const km_importer *im)
{
    fputs("  liquid:\n    solvents:\n", out);
    for (int m = 0; m < im->ff->n_molecules; m++) {
        put_text(out, "      - {molecule: ", im->ff->molecule[m].key);
        fputs(", mole_parts: 1}\n", out);
    }
    fputs("    size: {atoms: 2500}\n", out);
}

km_status km_import_write_recipe(const char *path, const km_importer *im, const int *molecule)
{
    const char *title = im->in->topology->title;
    km_atomic_stream file;
    KM_TRY(km_atomic_stream_open(&file, path));
    FILE *out = file.stream;
    fputs(
        "# Written by kalium import. A topology says neither temperature nor cutoffs nor how long\n"
        "# to run: these are yours to set (systems/recipe-keys.md).\n",
        out);
    put_text(out, "title: ", title != NULL && title[0] != '\0' ? title : im->ff->molecule[0].key);
    fputs("\ntemperature_K: 298.15\ncell:\n", out);
    if (im->in->topology->n_portions > 0)
        put_system(out, im, molecule);
    else
        put_liquid(out, im);
    fputs("forcefield: {files: [\"./" KM_FILE_IMPORTED_FORCEFIELD "\"]}\n"
          "protocol: liquid\nanalyse: [msd, rdf]\n",
          out);
    return km_atomic_stream_commit(&file);
}
