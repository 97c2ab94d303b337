/* SPDX-License-Identifier: MIT */
#include "host/build/metal_slab.h"

#include <math.h>

static void swap(double pair[2])
{
    const double first = pair[0];
    pair[0] = pair[1];
    pair[1] = first;
}

static void exchange_axes(km_surface_cell *cell)
{
    swap(cell->edge);
    swap(cell->shift);
    for (int site = 0; site < cell->n_atoms; site++)
        swap(cell->site[site]);
}

km_slab_plan km_slab_fit(const km_recipe_slab *slab, const double edge[2], bool fixed)
{
    km_slab_plan plan = {
        .cell = km_lattice_surface(slab->lattice, slab->surface, slab->lattice_constant),
        .layers = slab->layers,
        .n_elements = slab->second != NULL ? 2 : 1,
    };
    if (slab->exchanged)
        exchange_axes(&plan.cell);
    for (int k = 0; k < 2; k++) {
        plan.repeats[k] = (int)fmax(1.0, nearbyint(edge[k] / plan.cell.edge[k]));
        const double own = plan.repeats[k] * plan.cell.edge[k];
        plan.edge[k] = fixed ? edge[k] : own;
        plan.strain[k] = plan.edge[k] / own - 1.0;
    }
    return plan;
}

int km_slab_layer_atoms(const km_slab_plan *plan)
{
    return plan->repeats[0] * plan->repeats[1] * plan->cell.n_atoms;
}

int km_slab_atoms(const km_slab_plan *plan)
{
    return plan->layers * km_slab_layer_atoms(plan);
}

double km_slab_height(const km_slab_plan *plan)
{
    return (plan->layers - 1) * plan->cell.spacing;
}

/* Of a layer, in [0, 1) of a surface cell. */
static double fraction(const km_slab_plan *plan, int layer, int site, int axis)
{
    const int phase = (plan->first_phase + layer) % plan->cell.period;
    const double f = plan->cell.site[site][axis] + phase * plan->cell.shift[axis];
    return f - floor(f + 1e-9);
}

void km_slab_place(const km_slab_plan *plan, double z, double *position)
{
    const int per_element = plan->cell.n_atoms / plan->n_elements;
    double *x = position;
    for (int element = 0; element < plan->n_elements; element++)
        for (int layer = 0; layer < plan->layers; layer++)
            for (int i = 0; i < plan->repeats[0]; i++)
                for (int j = 0; j < plan->repeats[1]; j++)
                    for (int k = 0; k < per_element; k++, x += 3) {
                        const int site = element * per_element + k;
                        x[0] =
                            plan->edge[0] * (i + fraction(plan, layer, site, 0)) / plan->repeats[0];
                        x[1] =
                            plan->edge[1] * (j + fraction(plan, layer, site, 1)) / plan->repeats[1];
                        x[2] = z + layer * plan->cell.spacing;
                    }
}
