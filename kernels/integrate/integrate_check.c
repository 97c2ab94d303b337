/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/integrate_check.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/integrate/coupling.h"
#include "kernels/integrate/piston.h"

static km_status check_thermostat(const km_integrator_spec *spec)
{
    if (spec->thermostat == KM_THERMOSTAT_NONE)
        return KM_OK;
    if (!(spec->temperature >= 0.0) || !(spec->temperature_end >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "temperatures %g K to %g K; they must not be negative",
                       spec->temperature, spec->temperature_end);
    if (spec->degrees_of_freedom < 1)
        return KM_FAIL(KM_ERROR_VALUE,
                       "%d degrees of freedom; a thermostat needs at least one moving atom",
                       spec->degrees_of_freedom);
    if (spec->thermostat == KM_THERMOSTAT_LANGEVIN) {
        if (!(spec->friction >= 0.0))
            return KM_FAIL(KM_ERROR_VALUE, "Langevin friction is %g 1/ps; it must not be negative",
                           spec->friction);
        return KM_OK;
    }
    if (!(spec->thermostat_time > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "thermostat time is %g ps; it must be above 0",
                       spec->thermostat_time);
    if (spec->thermostat == KM_THERMOSTAT_RESCALING && spec->thermostat_interval < 1)
        return KM_FAIL(KM_ERROR_VALUE, "thermostat interval is %d steps; it must be at least 1",
                       spec->thermostat_interval);
    if (spec->thermostat == KM_THERMOSTAT_NOSE_HOOVER &&
        !(fmin(spec->temperature, spec->temperature_end) > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "the Nose-Hoover chain needs a temperature above 0 K");
    return KM_OK;
}

/* The thermostat acts on some of the moving atoms only. */
static km_status check_layers(const km_integrator_spec *spec, int n_coupled, int n_moving)
{
    if (n_coupled == n_moving || spec->thermostat == KM_THERMOSTAT_NONE)
        return KM_OK;
    if (n_coupled == 0)
        return KM_FAIL(KM_ERROR_VALUE,
                       "the thermostat acts on none of the %d moving atoms; choose layers that are "
                       "not frozen and no piston, or run without a thermostat",
                       n_moving);
    if (spec->thermostat == KM_THERMOSTAT_NOSE_HOOVER)
        return KM_FAIL(
            KM_ERROR_UNSUPPORTED,
            "the Nose-Hoover chain acts on all moving atoms, but only %d of %d are to be "
            "thermostatted; use the Langevin or the rescaling thermostat",
            n_coupled, n_moving);
    if (spec->thermostat == KM_THERMOSTAT_RESCALING && spec->drift_removal_interval > 0)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "rescaling %d of %d moving atoms changes the total momentum: it cannot be "
                       "removed as well",
                       n_coupled, n_moving);
    if (spec->thermostat == KM_THERMOSTAT_RESCALING && spec->coupled_degrees_of_freedom < 1)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "%d degrees of freedom of the %d atoms the thermostat acts on",
                       spec->coupled_degrees_of_freedom, n_coupled);
    return KM_OK;
}

static km_status check_pistons(const km_integrator_spec *spec, const km_particles *p)
{
    int n_atoms[KM_PISTONS] = {0};
    if (spec->n_pistons < 0 || spec->n_pistons > KM_PISTONS)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "%d pistons; there can be %d", spec->n_pistons,
                       KM_PISTONS);
    for (int i = 0; i < p->n; i++) {
        const int k = km_piston_of(p, i);
        if (k < 0)
            continue;
        if (k >= spec->n_pistons)
            return KM_FAIL(KM_ERROR_INTERNAL, "atom %d is of piston %d of %d", i + 1, k + 1,
                           spec->n_pistons);
        if (!(p->inverse_mass[i] > 0.0))
            return KM_FAIL(KM_ERROR_VALUE, "atom %d of piston %d has no mass", i + 1, k + 1);
        n_atoms[k]++;
    }
    for (int k = 0; k < spec->n_pistons; k++) {
        const km_piston *piston = &spec->piston[k];
        if (n_atoms[k] == 0)
            return KM_FAIL(KM_ERROR_VALUE, "piston %d has no atom", k + 1);
        if (!isfinite(piston->pressure) || !(piston->damping >= 0.0) ||
            (piston->direction != 1 && piston->direction != -1))
            return KM_FAIL(
                KM_ERROR_VALUE,
                "piston %d has pressure %g kJ/mol/nm^3, damping %g 1/ps and direction %d; "
                "the damping must not be negative and the direction 1 (up) or -1 (down)",
                k + 1, piston->pressure, piston->damping, piston->direction);
    }
    if (spec->n_pistons > 0 && spec->drift_removal_interval > 0)
        return KM_FAIL(
            KM_ERROR_UNSUPPORTED,
            "the momentum of a cell with pistons is not conserved: it cannot be removed");
    return KM_OK;
}

static km_status check_barostat(const km_integrator_spec *spec, const km_box *box, int n_fixed)
{
    if (spec->barostat == KM_BAROSTAT_NONE)
        return KM_OK;
    if (spec->n_pistons > 0)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "pistons hold the pressure of this cell; a barostat beside them would scale "
                       "them as well: leave it out");
    if (n_fixed > 0)
        return KM_FAIL(
            KM_ERROR_UNSUPPORTED,
            "a barostat cannot act on a cell with %d fixed atoms: scaling the cell would "
            "move them; release them or run at constant volume",
            n_fixed);
    if (spec->barostat == KM_BAROSTAT_ANISOTROPIC && !km_box_is_orthorhombic(box))
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "an anisotropic barostat is for cells with right angles, and this one is "
                       "triclinic");
    if (!(spec->barostat_time > 0.0) || !(spec->compressibility > 0.0) ||
        spec->barostat_interval < 1)
        return KM_FAIL(KM_ERROR_VALUE,
                       "barostat time %g ps, compressibility %g nm^3 mol/kJ and interval %d steps "
                       "must all be above 0",
                       spec->barostat_time, spec->compressibility, spec->barostat_interval);
    if (!(spec->temperature >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "the barostat needs a temperature; it is %g K",
                       spec->temperature);
    return KM_OK;
}

static km_status check_molecules(const km_integrator_spec *spec, int n)
{
    if (spec->n_molecules < 0 || spec->molecule_start == NULL || spec->molecule_start[0] != 0 ||
        spec->molecule_start[spec->n_molecules] != n)
        return KM_FAIL(KM_ERROR_INTERNAL, "the molecules do not cover the %d atoms", n);
    for (int m = 0; m < spec->n_molecules; m++)
        if (spec->molecule_start[m + 1] <= spec->molecule_start[m])
            return KM_FAIL(KM_ERROR_INTERNAL, "molecule %d has no atom", m + 1);
    return KM_OK;
}

bool km_constraint_is_triangle(const km_constraint_group *g)
{
    static const int side[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    return g->n_atoms == 3 && g->n_bonds == 3 && memcmp(g->bond, side, sizeof side) == 0;
}

bool km_constraint_is_star(const km_constraint_group *g)
{
    for (int b = 0; b < g->n_bonds; b++)
        if (g->bond[b][0] != 0 || g->bond[b][1] != b + 1)
            return false;
    return g->n_atoms == g->n_bonds + 1;
}

/* used[i] becomes true for each atom of the group; an atom met twice is an error. */
static km_status check_group(const km_constraint_group *g, int number, const km_particles *p,
                             bool *used)
{
    if (g->n_atoms < 2 || g->n_atoms > KM_CONSTRAINT_ATOMS || g->n_bonds < 1 ||
        g->n_bonds > KM_CONSTRAINT_BONDS)
        return KM_FAIL(
            KM_ERROR_UNSUPPORTED,
            "constraint group %d has %d atoms and %d bonds; at most %d and %d can be held",
            number + 1, g->n_atoms, g->n_bonds, KM_CONSTRAINT_ATOMS, KM_CONSTRAINT_BONDS);
    for (int k = 0; k < g->n_atoms; k++) {
        const int i = g->atom[k];
        if (i < 0 || i >= p->n)
            return KM_FAIL(KM_ERROR_INTERNAL, "constraint group %d names atom %d of %d", number + 1,
                           i + 1, p->n);
        if (used[i])
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "atom %d is in two constraint groups; constrained bonds must form stars "
                           "of up to %d bonds or triangles",
                           i + 1, KM_CONSTRAINT_BONDS);
        if (km_mobility_of(p, i) != km_mobility_of(p, g->atom[0]) || km_piston_of(p, i) >= 0)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "atoms %d and %d are constrained to each other: they cannot be of a "
                           "piston, and both or neither must be frozen or thermostatted",
                           g->atom[0] + 1, i + 1);
        if (p->molecule[i] != p->molecule[g->atom[0]])
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "atoms %d and %d are constrained but belong to two molecules",
                           g->atom[0] + 1, i + 1);
        used[i] = true;
    }
    for (int b = 0; b < g->n_bonds; b++) {
        const int a = g->bond[b][0], c = g->bond[b][1];
        if (a < 0 || c < 0 || a >= g->n_atoms || c >= g->n_atoms || a == c)
            return KM_FAIL(KM_ERROR_INTERNAL, "constraint group %d has a bond between %d and %d",
                           number + 1, a, c);
        if (!(g->length[b] > 0.0))
            return KM_FAIL(KM_ERROR_VALUE,
                           "atoms %d and %d are constrained to %g nm; it must be above 0",
                           g->atom[a] + 1, g->atom[c] + 1, g->length[b]);
        if (!(p->inverse_mass[g->atom[a]] + p->inverse_mass[g->atom[c]] > 0.0))
            return KM_FAIL(KM_ERROR_VALUE,
                           "atoms %d and %d are both held fixed and constrained to each other; "
                           "remove the constraint",
                           g->atom[a] + 1, g->atom[c] + 1);
    }
    if (!km_constraint_is_star(g) && !km_constraint_is_triangle(g))
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "the constraints around atom %d form neither a star from its first atom nor "
                       "a triangle",
                       g->atom[0] + 1);
    return KM_OK;
}

static km_status check_groups(const km_integrator_spec *spec, const km_particles *p)
{
    if (spec->n_groups < 0 || (spec->n_groups > 0 && spec->group == NULL))
        return KM_FAIL(KM_ERROR_INTERNAL, "%d constraint groups without data", spec->n_groups);
    if (!(spec->constraint_tolerance >= 0.0) || spec->constraint_tolerance > 1e-3)
        return KM_FAIL(KM_ERROR_VALUE, "constraint tolerance is %g; it must lie in 0 .. 1e-3",
                       spec->constraint_tolerance);
    bool *used;
    KM_NEW(used, p->n);
    km_status status = KM_OK;
    for (int g = 0; g < spec->n_groups && status == KM_OK; g++)
        status = check_group(&spec->group[g], g, p, used);
    free(used);
    return status;
}

km_status km_integrator_spec_check(const km_integrator_spec *spec, const km_particles *p,
                                   int *n_moving)
{
    int n_coupled = 0;
    *n_moving = 0;
    for (int i = 0; i < p->n; i++) {
        *n_moving += p->inverse_mass[i] > 0.0;
        n_coupled += p->inverse_mass[i] > 0.0 && km_is_coupled(p, i);
    }
    if (!(spec->timestep > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "timestep is %g ps; it must be above 0", spec->timestep);
    if (spec->drift_removal_interval < 0)
        return KM_FAIL(KM_ERROR_VALUE, "drift removal interval is %d steps; 0 means never",
                       spec->drift_removal_interval);
    KM_TRY(check_thermostat(spec));
    KM_TRY(check_layers(spec, n_coupled, *n_moving));
    KM_TRY(check_pistons(spec, p));
    KM_TRY(check_barostat(spec, &p->box, p->n - *n_moving));
    KM_TRY(check_molecules(spec, p->n));
    KM_TRY(check_groups(spec, p));
    return KM_OK;
}

km_status km_velocities_check(double temperature)
{
    if (!(temperature >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "velocities for %g K; it must not be negative", temperature);
    return KM_OK;
}

km_status km_velocities_fail_constraints(int atom)
{
    return KM_FAIL(KM_ERROR_PHYSICS,
                   "the velocities of atom %d and its partners cannot be made to obey their "
                   "constraints; look for overlapping atoms",
                   atom + 1);
}

km_status km_velocities_fail_motion(int degrees_of_freedom)
{
    return KM_FAIL(KM_ERROR_VALUE,
                   "no motion is left after removing momentum and constrained velocities, though "
                   "%d degrees of freedom are stated",
                   degrees_of_freedom);
}

km_status km_constraint_fail_positions(int atom)
{
    return KM_FAIL(KM_ERROR_PHYSICS,
                   "the constraints of atom %d and its partners cannot be satisfied from the given "
                   "positions; look for overlapping or misplaced atoms there",
                   atom + 1);
}
