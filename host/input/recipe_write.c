/* SPDX-License-Identifier: MIT */
/* A recipe as text again, with nothing left to defaults. Reading it gives the same bits. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/input/recipe_reader.h"
#include "host/input/yaml_text.h"
#include "kernels/base/units.h"

static void write_text(FILE *file, const char *key, const char *text)
{
    fprintf(file, "%s: ", key);
    km_yaml_put_text(file, text);
}

static void write_line(FILE *file, const char *key, const char *text)
{
    if (text == NULL)
        return;
    write_text(file, key, text);
    fputc('\n', file);
}

/* Rows of a table as "key: number", each between before and after. Zeros that a file could not hold
 * mean that the key was absent. */
static void write_numbers(FILE *file, const km_recipe_numbers *numbers, const void *values,
                          const char *before, const char *after)
{
    for (int k = 0; k < numbers->n; k++) {
        const km_recipe_number *row = &numbers->row[k];
        char text[KM_YAML_NUMBER];
        double value;
        memcpy(&value, (const char *)values + row->out, sizeof value);
        if (value == 0.0 && row->least > 0.0)
            continue;
        km_yaml_number(value, row->unit, text);
        fprintf(file, "%s%s: %s%s", before, row->key, text, after);
    }
}

static const char *yes_no(bool value)
{
    return value ? "true" : "false";
}

/* As a flow mapping, which stands at any depth. */
static void write_liquid(FILE *file, const km_recipe_liquid *liquid)
{
    fputs("{salts: [", file);
    for (int k = 0; k < liquid->n_salts; k++) {
        fputs(k > 0 ? ",\n      {" : "\n      {", file);
        write_text(file, "cation", liquid->salt[k].cation);
        write_text(file, ", anion", liquid->salt[k].anion);
        write_numbers(file, &km_recipe_salt_numbers, &liquid->salt[k], ", ", "");
        fputc('}', file);
    }
    fputs("],\n    solvents: [", file);
    for (int k = 0; k < liquid->n_solvents; k++) {
        fputs(k > 0 ? ",\n      {" : "\n      {", file);
        write_text(file, "molecule", liquid->solvent[k].molecule);
        write_numbers(file, &km_recipe_solvent_numbers, &liquid->solvent[k], ", ", "");
        fputc('}', file);
    }
    fputs("],\n    size: {", file);
    if (liquid->size_atoms > 0)
        fprintf(file, "atoms: %d", liquid->size_atoms);
    if (liquid->size_ion_pairs > 0)
        fprintf(file, "ion_pairs: %d", liquid->size_ion_pairs);
    if (liquid->size_molecules > 0)
        fprintf(file, "molecules: %d", liquid->size_molecules);
    write_numbers(file, &km_recipe_size_numbers, liquid, "", "");
    fputc('}', file);
    write_numbers(file, &km_recipe_liquid_numbers, liquid, ", ", "");
    fputs("}\n", file);
}

static void write_alloy(FILE *file, const km_recipe_crystal *crystal)
{
    fputs("elements: [", file);
    for (int k = 0; k < crystal->n_parts; k++) {
        fputs(k > 0 ? ", {" : "{", file);
        write_text(file, "element", crystal->part[k].element);
        write_numbers(file, &km_recipe_alloy_numbers, &crystal->part[k], ", ", "");
        fputc('}', file);
    }
    fputc(']', file);
}

static void write_length(FILE *file, const char *key, double value, double unit)
{
    char text[KM_YAML_NUMBER];
    km_yaml_number(value, unit, text);
    fprintf(file, "%s: %s", key, text);
}

/* Its keys, each line behind an indent. */
static void write_compound(FILE *file, const char *indent, const km_recipe_compound *compound)
{
    static const char *const key[] = {"a_A", "b_A", "c_A", "alpha_deg", "beta_deg", "gamma_deg"};
    fputs(indent, file);
    write_text(file, "space_group", compound->space_group);
    for (int k = 0; k < 6; k++) {
        fprintf(file, "\n%s", indent);
        write_length(file, key[k], compound->cell[k], k < 3 ? KM_NM_PER_ANGSTROM : 1.0);
    }
    fprintf(file, "\n%ssites:\n", indent);
    for (int s = 0; s < compound->n_sites; s++) {
        const km_compound_site *site = &compound->site[s];
        fprintf(file, "%s  - {", indent);
        write_text(file, "species", site->species);
        fprintf(file, ", position: [%.17g, %.17g, %.17g], occupancy: %.17g%s}\n", site->position[0],
                site->position[1], site->position[2], site->occupancy,
                site->frozen ? ", frozen: true" : "");
    }
    fprintf(file, "%srepeats: [%d, %d, %d]\n%stries: %d\n", indent, compound->repeats[0],
            compound->repeats[1], compound->repeats[2], indent, compound->tries);
    if (compound->slab) {
        write_numbers(file, &km_recipe_layer_crystal_numbers, compound, indent, "\n");
        fprintf(file, "%ssplit_cut: %s\n%spolar_faces: %s\n", indent, yes_no(compound->split_cut),
                indent, yes_no(compound->polar_faces));
        return;
    }
    fprintf(file, "%sorthogonal: %s\n", indent, yes_no(compound->orthogonal));
    if (compound->expected_density > 0.0) {
        fputs(indent, file);
        write_length(file, "expected_density_kg_m3", compound->expected_density, 1.0);
        fputc('\n', file);
    }
}

static void write_crystal(FILE *file, const km_recipe_crystal *crystal)
{
    fputs("  crystal: {", file);
    if (crystal->n_parts > 0)
        write_alloy(file, crystal);
    else
        write_text(file, "element", crystal->element);
    fprintf(file, ", lattice: %s", km_lattice_word(crystal->lattice));
    write_numbers(file, &km_recipe_crystal_numbers, crystal, ", ", "");
    if (crystal->size_atoms > 0)
        fprintf(file, ", size: {atoms: %d}", crystal->size_atoms);
    else
        fprintf(file, ", repeats: [%d, %d, %d]", crystal->repeats[0], crystal->repeats[1],
                crystal->repeats[2]);
    fprintf(file, ", structure: %s}\n", crystal->liquid ? "liquid" : "solid");
}

static void write_slab(FILE *file, const km_recipe_slab *slab)
{
    fputc('{', file);
    write_text(file, "element", slab->element);
    if (slab->second != NULL) {
        fputs(", ", file);
        write_text(file, "second_element", slab->second);
    }
    fprintf(file, ", lattice: %s, surface: \"%s\", axes: %s", km_lattice_word(slab->lattice),
            km_surface_word(slab->surface), slab->exchanged ? "exchanged" : "parallel");
    write_numbers(file, &km_recipe_slab_numbers, slab, ", ", "");
    fprintf(file, ", layers: %d, frozen_layers: %d, thermostat_layers: %d", slab->layers,
            slab->frozen_layers, slab->thermostat_layers);
    if (slab->piston) {
        char text[KM_YAML_NUMBER];
        km_yaml_number(slab->piston_pressure, KM_PRESSURE_PER_BAR, text);
        fprintf(file, ", piston: {pressure_bar: %s}", text);
    }
    fputs("}\n", file);
}

static void write_layer(FILE *file, const km_recipe_layer *layer)
{
    if (layer->slab != NULL) {
        fputs("    - slab: ", file);
        write_slab(file, layer->slab);
    } else if (layer->compound != NULL) {
        fputs("    - compound:\n", file);
        write_compound(file, "        ", layer->compound);
    } else {
        fputs("    - liquid: ", file);
        write_liquid(file, layer->liquid);
    }
}

/* A cell.slab is written as the stack that it is. */
static void write_stack(FILE *file, const km_recipe_stack *stack)
{
    char text[2][KM_YAML_NUMBER];
    fputs("  stack:\n", file);
    if (stack->area[0] > 0.0) {
        for (int k = 0; k < 2; k++)
            km_yaml_number(stack->area[k], KM_NM_PER_ANGSTROM, text[k]);
        fprintf(file, "    area_A: [%s, %s]\n", text[0], text[1]);
    }
    write_numbers(file, &km_recipe_stack_numbers, stack, "    ", "\n");
    fputs("    layers:\n", file);
    for (int k = 0; k < stack->n_layers; k++)
        write_layer(file, &stack->layer[k]);
}

static void write_structure(FILE *file, const km_recipe_structure *structure)
{
    char text[KM_YAML_NUMBER];
    fputs("  structure:\n", file);
    write_line(file, "    file", structure->file);
    if (structure->n_molecules > 0)
        fputs("    molecules:\n", file);
    for (int k = 0; k < structure->n_molecules; k++) {
        write_text(file, "      - {molecule", structure->molecule[k].molecule);
        fprintf(file, ", count: %d}\n", structure->molecule[k].count);
    }
    if (!(structure->box[0] > 0.0))
        return;
    for (int k = 0; k < 6; k++) {
        km_yaml_number(structure->box[k], k < 3 ? KM_NM_PER_ANGSTROM : 1.0, text);
        fprintf(file, "%s%s%s",
                k == 0   ? "    box_A: ["
                : k == 3 ? "    angles_deg: ["
                         : ", ",
                text, k % 3 == 2 ? "]\n" : "");
    }
}

static void write_forcefield(FILE *file, const km_recipe_forcefield *forcefield)
{
    fputs("forcefield:\n  files:\n", file);
    for (int k = 0; k < forcefield->n_files; k++) {
        fputs("    - ", file);
        km_yaml_put_text(file, forcefield->file[k]);
        fputc('\n', file);
    }
    write_numbers(file, &km_recipe_forcefield_numbers, forcefield, "  ", "\n");
    if (forcefield->mixing_given)
        fprintf(file, "  mixing_rule: %s\n", km_mixing_word(forcefield->mixing));
    if (forcefield->metal != NULL)
        write_line(file, "  metal", forcefield->metal);
    if (forcefield->metal_cross != NULL)
        write_line(file, "  metal_cross", forcefield->metal_cross);
    if (forcefield->n_charge_sets > 0)
        fputs("  charge_sets:\n", file);
    for (int k = 0; k < forcefield->n_charge_sets; k++) {
        write_text(file, "    - {molecule", forcefield->charge_set[k].molecule);
        write_text(file, ", set", forcefield->charge_set[k].set);
        fputs("}\n", file);
    }
    if (forcefield->n_type_swaps > 0)
        fputs("  type_swaps:\n", file);
    for (int k = 0; k < forcefield->n_type_swaps; k++) {
        write_text(file, "    - {from", forcefield->type_swap[k].from);
        write_text(file, ", to", forcefield->type_swap[k].to);
        fputs("}\n", file);
    }
}

static void write_nonbonded(FILE *file, const km_recipe_nonbonded *nonbonded)
{
    fputs("nonbonded: # 0 = chosen by the program\n", file);
    write_numbers(file, &km_recipe_nonbonded_numbers, nonbonded, "  ", "\n");
    fprintf(file, "  tail_correction: %s\n  potential_shift: %s\n", yes_no(nonbonded->tail),
            yes_no(nonbonded->shift));
    fprintf(file, "  mesh: [%d, %d, %d]\n  spline_order: %d\n", nonbonded->mesh[0],
            nonbonded->mesh[1], nonbonded->mesh[2], nonbonded->spline_order);
}

/* What the block `production:` says of a stage, and the stage need not repeat. */
static bool said_by_production(const km_stage *stage, const km_stage *production, const char *key)
{
    if (!stage->production || production == NULL)
        return false;
    if (strcmp(key, "time_ps") == 0)
        return stage->time == production->time;
    if (strcmp(key, "timestep_fs") == 0)
        return stage->timestep == production->timestep;
    if (strcmp(key, "frame_ps") == 0)
        return stage->frame_interval == production->frame_interval;
    if (strcmp(key, "energy_ps") == 0)
        return stage->energy_interval == production->energy_interval;
    return false;
}

static void write_stage(FILE *file, const km_stage *stage, const km_stage *production)
{
    fputs("  - ", file);
    write_line(file, "name", stage->name);
    if (stage->kind == KM_STAGE_MINIMISE) {
        char text[KM_YAML_NUMBER];
        km_yaml_number(stage->force_tolerance, 1.0, text);
        fprintf(file, "    kind: minimise\n    max_steps: %d\n", stage->max_steps);
        fprintf(file, "    force_tolerance_kJ_mol_nm: %s\n", text);
        return;
    }
    fprintf(file, "    kind: dynamics\n    production: %s\n", yes_no(stage->production));
    for (int k = 0; k < km_recipe_stage_numbers.n; k++) {
        const km_recipe_numbers one = {1, &km_recipe_stage_numbers.row[k]};
        if (one.row->out == offsetof(km_stage, force_tolerance))
            continue;
        if (!said_by_production(stage, production, one.row->key))
            write_numbers(file, &one, stage, "    ", "\n");
    }
    fprintf(file, "    draw_velocities: %s\n", yes_no(stage->draw_velocities));
    fprintf(file, "    constraints: %s\n", stage->constrain_hydrogen ? "hydrogen" : "none");
    fprintf(file, "    thermostat: %s\n", km_thermostat_word(stage->thermostat));
    fprintf(file, "    barostat: %s\n", km_barostat_word(stage->barostat));
    if (stage->production)
        fprintf(file, "    velocities: %s\n", yes_no(stage->write_velocities));
}

static void write_stages(FILE *file, const km_recipe *recipe)
{
    const km_stage *production = NULL;
    for (int k = 0; k < recipe->n_stages && production == NULL; k++)
        if (recipe->stage[k].production && recipe->stage[k].kind == KM_STAGE_DYNAMICS)
            production = &recipe->stage[k];
    fputs("protocol: none # all stages are listed\n", file);
    if (production != NULL) {
        fputs("production:\n", file);
        for (int k = 0; k < km_recipe_production_numbers.n; k++) {
            const km_recipe_numbers one = {1, &km_recipe_production_numbers.row[k]};
            if (one.row->out != offsetof(km_stage, thermostat_time))
                write_numbers(file, &one, production, "  ", "\n");
        }
    }
    fputs("stages:\n", file);
    for (int k = 0; k < recipe->n_stages; k++)
        write_stage(file, &recipe->stage[k], production);
}

static void write_recipe(FILE *file, const km_recipe *recipe)
{
    fputs("# Everything this run was made of, with all defaults spelled out; kalium reads it.\n",
          file);
    write_line(file, "id", recipe->id);
    write_line(file, "title", recipe->title);
    fprintf(file, "confidence: %s\n", km_confidence_word(recipe->confidence));
    write_line(file, "confidence_reason", recipe->confidence_reason);
    write_numbers(file, &km_recipe_state_numbers, recipe, "", "\n");
    fputs("cell:\n", file);
    if (recipe->liquid != NULL) {
        fputs("  liquid: ", file);
        write_liquid(file, recipe->liquid);
    }
    if (recipe->crystal != NULL)
        write_crystal(file, recipe->crystal);
    if (recipe->compound != NULL) {
        fputs("  compound:\n", file);
        write_compound(file, "    ", recipe->compound);
    }
    if (recipe->stack != NULL)
        write_stack(file, recipe->stack);
    if (recipe->structure != NULL)
        write_structure(file, recipe->structure);
    write_forcefield(file, &recipe->forcefield);
    write_nonbonded(file, &recipe->nonbonded);
    write_stages(file, recipe);
    fputs("analyse: [", file);
    for (int k = 0; k < recipe->n_analyses; k++)
        fprintf(file, "%s%s", k > 0 ? ", " : "", recipe->analyse[k]);
    fprintf(file, "]\nseed: %llu\nreplicas: %d\nreferences:%s\n", (unsigned long long)recipe->seed,
            recipe->replicas, recipe->n_references > 0 ? "" : " []");
    for (int k = 0; k < recipe->n_references; k++) {
        fputs("  - ", file);
        km_yaml_put_text(file, recipe->reference[k]);
        fputc('\n', file);
    }
}

km_status km_recipe_write(const km_recipe *recipe, const char *path)
{
    char aside[4200];
    if ((size_t)snprintf(aside, sizeof aside, "%s.part", path) >= sizeof aside)
        return KM_FAIL(KM_ERROR_FILE, "%s: the path is too long", path);
    FILE *file = fopen(aside, "w");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be written: %s", path, strerror(errno));
    write_recipe(file, recipe);
    bool done = !ferror(file);
    done &= fclose(file) == 0;
    if (!done || rename(aside, path) != 0) {
        const int cause = errno;
        unlink(aside);
        return KM_FAIL(KM_ERROR_FILE, "%s: writing failed: %s", path, strerror(cause));
    }
    return KM_OK;
}

/* True when the rest of the file is the text. */
static bool same_text(FILE *file, const char *text, size_t length)
{
    for (size_t k = 0; k < length; k++)
        if (fgetc(file) != (unsigned char)text[k])
            return false;
    return fgetc(file) == EOF && !ferror(file);
}

km_status km_recipe_is_written(const km_recipe *recipe, const char *path, bool *same)
{
    char *text = NULL;
    size_t length = 0;
    *same = false;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return KM_OK;
    FILE *stream = open_memstream(&text, &length);
    if (stream != NULL) {
        write_recipe(stream, recipe);
        if (fclose(stream) == 0)
            *same = same_text(file, text, length);
    }
    fclose(file);
    free(text);
    return stream != NULL ? KM_OK
                          : KM_FAIL(KM_ERROR_MEMORY, "out of memory while comparing recipes");
}
