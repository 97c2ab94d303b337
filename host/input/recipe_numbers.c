/* SPDX-License-Identifier: MIT */
/* Every number of a recipe: its key, its unit, what is still sensible. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/recipe_reader.h"
#include "kernels/base/units.h"

#define ROW(key, raw_type, raw_member, type, member, least, most, unit, sentence)                  \
    {                                                                                              \
        key, offsetof(raw_type, raw_member), offsetof(type, member), least, most, unit, sentence   \
    }
#define TABLE(name, rows) const km_recipe_numbers name = {sizeof(rows) / sizeof *(rows), rows}

#define PARTS 1e-6, 1e6, 1.0 /* parts have no unit; a part of nothing is left out instead */

#define STATE(key, member, ...) ROW(key, km_raw_recipe, member, km_recipe, member, __VA_ARGS__)
static const km_recipe_number state_rows[] = {
    STATE("temperature_K", temperature, 0.1, 5000, 1.0, "the temperature in kelvin"),
    STATE("pressure_bar", pressure, 0, 1e5, KM_PRESSURE_PER_BAR, "the pressure in bar"),
    ROW("viscosity_mPa_s", km_raw_recipe, viscosity, km_recipe, analyse_viscosity, 1e-3, 1e6, 1e-3,
        "the viscosity of the liquid in mPa s, for the finite-size correction of D"),
};
TABLE(km_recipe_state_numbers, state_rows);

#define SALT(key, member, ...) ROW(key, km_raw_salt, member, km_recipe_salt, member, __VA_ARGS__)
static const km_recipe_number salt_rows[] = {
    SALT("molarity_M", molarity, 1e-4, 20, 1.0, "moles of salt per litre of solution"),
    SALT("molality_mol_kg", molality, 1e-4, 50, 1.0, "moles of salt per kilogram of solvent"),
    SALT("mole_parts", mole_parts, PARTS, "parts by amount of substance"),
};
TABLE(km_recipe_salt_numbers, salt_rows);

#define SOLVENT(key, member, ...)                                                                  \
    ROW(key, km_raw_solvent, member, km_recipe_solvent, member, __VA_ARGS__)
static const km_recipe_number solvent_rows[] = {
    SOLVENT("volume_parts", volume_parts, PARTS, "parts by volume of the pure liquids"),
    SOLVENT("mass_parts", mass_parts, PARTS, "parts by mass"),
    SOLVENT("mole_parts", mole_parts, PARTS, "parts by amount of substance"),
};
TABLE(km_recipe_solvent_numbers, solvent_rows);

static const km_recipe_number size_rows[] = {
    ROW("box_edge_A", km_raw_size, box_edge, km_recipe_liquid, size_edge, 10, 5000,
        KM_NM_PER_ANGSTROM, "the edge of the cubic box in angstrom"),
};
TABLE(km_recipe_size_numbers, size_rows);

static const km_recipe_number liquid_rows[] = {
    ROW("thickness_A", km_raw_liquid, thickness, km_recipe_liquid, thickness, 5, 5000,
        KM_NM_PER_ANGSTROM, "the thickness of the liquid between its neighbours in angstrom"),
    ROW("density_kg_m3", km_raw_liquid, density, km_recipe_liquid, density, 10, 25000, 1.0,
        "the density of the packed start in kg/m3"),
};
TABLE(km_recipe_liquid_numbers, liquid_rows);

static const km_recipe_number crystal_rows[] = {
    ROW("lattice_constant_A", km_raw_crystal, lattice_constant, km_recipe_crystal, lattice_constant,
        2, 10, KM_NM_PER_ANGSTROM, "the edge of the cubic cell in angstrom"),
};
TABLE(km_recipe_crystal_numbers, crystal_rows);

#define ALLOY(key, member, ...)                                                                    \
    ROW(key, km_raw_alloy_part, member, km_recipe_alloy_part, member, __VA_ARGS__)
static const km_recipe_number alloy_rows[] = {
    ALLOY("mole_parts", mole_parts, PARTS, "parts by amount of substance"),
};
TABLE(km_recipe_alloy_numbers, alloy_rows);

static const km_recipe_number slab_rows[] = {
    ROW("lattice_constant_A", km_raw_slab, lattice_constant, km_recipe_slab, lattice_constant, 2,
        10, KM_NM_PER_ANGSTROM, "the edge of the cubic cell in angstrom"),
};
TABLE(km_recipe_slab_numbers, slab_rows);

static const km_recipe_number piston_rows[] = {
    ROW("pressure_bar", km_raw_piston, pressure, km_recipe_slab, piston_pressure, 0, 1e5,
        KM_PRESSURE_PER_BAR, "the pressure of the piston in bar"),
};
TABLE(km_recipe_piston_numbers, piston_rows);

static const km_recipe_number stack_rows[] = {
    ROW("vacuum_A", km_raw_stack, vacuum, km_recipe_stack, vacuum, 0, 5000, KM_NM_PER_ANGSTROM,
        "the empty height above the top in angstrom (0 = periodic along z)"),
    ROW("strain_limit_percent", km_raw_stack, strain_most, km_recipe_stack, strain_most, 0, 20,
        0.01, "the largest strain of a slab in percent"),
};
TABLE(km_recipe_stack_numbers, stack_rows);

static const km_recipe_number layer_crystal_rows[] = {
    ROW("cut", km_raw_compound, cut, km_recipe_compound, cut, 0, 1, 1.0,
        "where along c the crystal begins, a fraction of the unit cell"),
    ROW("gap_A", km_raw_compound, gap, km_recipe_compound, gap, 0.5, 20, KM_NM_PER_ANGSTROM,
        "the distance in angstrom from the crystal to the atoms of the next layer"),
};
TABLE(km_recipe_layer_crystal_numbers, layer_crystal_rows);

static const km_recipe_number forcefield_rows[] = {
    ROW("charge_scale", km_raw_recipe_forcefield, charge_scale, km_recipe_forcefield, charge_scale,
        0.1, 1.5, 1.0, "the factor on the charges of ions (1 = full charges)"),
};
TABLE(km_recipe_forcefield_numbers, forcefield_rows);

#define NONBONDED(key, member, ...)                                                                \
    ROW(key, km_raw_nonbonded, member, km_recipe_nonbonded, member, __VA_ARGS__)
static const km_recipe_number nonbonded_rows[] = {
    NONBONDED("cutoff_A", cutoff, 5, 25, KM_NM_PER_ANGSTROM, "the pair cutoff in angstrom"),
    NONBONDED("skin_A", skin, 0, 6, KM_NM_PER_ANGSTROM,
              "the skin of the neighbour list in angstrom (0 = chosen by the program)"),
    NONBONDED("list_check_ps", list_check, 1e-3, 1e6, 1.0,
              "the time in ps between searches for pairs that the neighbour list lacks"),
    NONBONDED("relative_force_error", relative_force_error, 1e-12, 0.01, 1.0,
              "the relative RMS error of Coulomb forces that is aimed at"),
    NONBONDED("ewald_alpha_per_A", ewald_alpha, 0, 1, 1.0 / KM_NM_PER_ANGSTROM,
              "the Ewald splitting in 1/angstrom (0 = chosen by the program)"),
    NONBONDED("coulomb_constant_kJ_nm_mol_e2", coulomb_constant, 138, 140, 1.0,
              "the Coulomb constant in kJ nm/mol/e2 (by default that of CODATA 2018)"),
};
TABLE(km_recipe_nonbonded_numbers, nonbonded_rows);

#define STAGE(key, member, ...) ROW(key, km_raw_stage, member, km_stage, member, __VA_ARGS__)
static const km_recipe_number stage_rows[] = {
    STAGE("force_tolerance_kJ_mol_nm", force_tolerance, 1e-6, 1e6, 1.0,
          "the largest force, in kJ/mol/nm, at which minimisation ends"),
    STAGE("time_ps", time, 1e-3, 1e9, 1.0, "the length of the stage in ps"),
    STAGE("timestep_fs", timestep, 0.01, 5, KM_PS_PER_FS, "the time step in fs"),
    STAGE("temperature_start_K", temperature_start, 0.1, 5000, 1.0, "a temperature in kelvin"),
    STAGE("temperature_end_K", temperature_end, 0.1, 5000, 1.0, "a temperature in kelvin"),
    STAGE("thermostat_ps", thermostat_time, 0.005, 1000, 1.0,
          "the relaxation time of the thermostat in ps"),
    STAGE("friction_per_ps", friction, 1e-3, 1000, 1.0, "the Langevin friction in 1/ps"),
    STAGE("pressure_start_bar", pressure_start, 0, 1e5, KM_PRESSURE_PER_BAR, "a pressure in bar"),
    STAGE("pressure_end_bar", pressure_end, 0, 1e5, KM_PRESSURE_PER_BAR, "a pressure in bar"),
    STAGE("barostat_ps", barostat_time, 0.05, 1000, 1.0,
          "the relaxation time of the barostat in ps"),
    STAGE("compressibility_per_bar", compressibility, 1e-8, 1e-2, 1.0 / KM_PRESSURE_PER_BAR,
          "the isothermal compressibility in 1/bar (water: 4.5e-5)"),
    STAGE("average_from", average_from, 0, 0.99, 1.0,
          "the fraction of the stage after which the volume is averaged (0 = off)"),
    STAGE("frame_ps", frame_interval, 1e-3, 1e6, 1.0, "the time between frames in ps"),
    STAGE("energy_ps", energy_interval, 1e-3, 1e6, 1.0, "the time between energies in ps"),
};
TABLE(km_recipe_stage_numbers, stage_rows);

#define PRODUCTION(key, raw_member, member, ...)                                                   \
    ROW(key, km_raw_production, raw_member, km_stage, member, __VA_ARGS__)
static const km_recipe_number production_rows[] = {
    PRODUCTION("time_ns", time, time, 1e-6, 1e6, KM_PS_PER_NS, "the length of production in ns"),
    PRODUCTION("timestep_fs", timestep, timestep, 0.01, 5, KM_PS_PER_FS, "the time step in fs"),
    PRODUCTION("frame_ps", frame_interval, frame_interval, 1e-3, 1e6, 1.0,
               "the time between frames in ps"),
    PRODUCTION("energy_ps", energy_interval, energy_interval, 1e-3, 1e6, 1.0,
               "the time between energies in ps"),
    PRODUCTION("thermostat_ps", thermostat_time, thermostat_time, 0.005, 1000, 1.0,
               "the relaxation time of the thermostat in ps"),
};
TABLE(km_recipe_production_numbers, production_rows);

/* True when a is b or lies below it. */
static bool within(const char *a, size_t length_a, const char *b, size_t length_b)
{
    return length_a >= length_b && strncmp(a, b, length_b) == 0 &&
           (length_a == length_b || a[length_b] == '.');
}

static const char *setting_of(const km_recipe_reader *r, const char *node)
{
    for (int s = r->n_settings - 1; s >= 0; s--) {
        const size_t n = strcspn(r->settings[s], "="), m = strlen(node);
        if (within(node, m, r->settings[s], n) || within(r->settings[s], n, node, m))
            return r->settings[s];
    }
    return NULL;
}

bool km_recipe_is_set(const km_recipe_reader *r, const char *node)
{
    return setting_of(r, node) != NULL;
}

const char *km_recipe_place(km_recipe_reader *r, const char *format, ...)
{
    char node[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(node, sizeof node, format, arguments);
    va_end(arguments);
    const char *setting = setting_of(r, node);
    const int line = setting == NULL ? km_yaml_line(r->path, node) : 0;
    if (setting != NULL)
        snprintf(r->place, sizeof r->place, "%s: --set %s: %s", r->path, setting, node);
    else if (line > 0)
        snprintf(r->place, sizeof r->place, "%s: line %d: %s", r->path, line, node);
    else
        snprintf(r->place, sizeof r->place, "%s: %s", r->path, node);
    return r->place;
}

km_status km_recipe_read_numbers(km_recipe_reader *r, const char *node,
                                 const km_recipe_numbers *numbers, const void *raw, void *out)
{
    for (int k = 0; k < numbers->n; k++) {
        const km_recipe_number *row = &numbers->row[k];
        const double *value;
        memcpy(&value, (const char *)raw + row->raw, sizeof value);
        if (value == NULL)
            continue;
        if (!(*value >= row->least && *value <= row->most))
            return KM_FAIL(KM_ERROR_INPUT, "%s is %g; it must be between %g and %g: %s",
                           km_recipe_place(r, "%s%s%s", node, node[0] != '\0' ? "." : "", row->key),
                           *value, row->least, row->most, row->sentence);
        const double internal = *value * row->unit;
        memcpy((char *)out + row->out, &internal, sizeof internal);
    }
    return KM_OK;
}

km_status km_recipe_read_whole(km_recipe_reader *r, const char *node, const int *raw, int least,
                               int most, const char *sentence, int *out)
{
    if (raw == NULL)
        return KM_OK;
    if (*raw < least || *raw > most)
        return KM_FAIL(KM_ERROR_INPUT, "%s is %d; it must be between %d and %d: %s",
                       km_recipe_place(r, "%s", node), *raw, least, most, sentence);
    *out = *raw;
    return KM_OK;
}
