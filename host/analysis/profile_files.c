/* SPDX-License-Identifier: MIT */
/* Profiles in files and in words. */
#include <math.h>
#include <string.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

/* z is the middle of a bin; every column is followed by its standard error. */
static km_status write_profile(const km_profile_result *p, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "profile.csv"));
    km_table_put(&t, "z_A");
    for (int k = 0; k < p->n_columns; k++) {
        const km_profile_column *c = &p->column[k];
        km_table_put(&t, ",\"%s %s\",\"%s standard error %s\"", c->name, c->unit, c->name, c->unit);
    }
    km_table_put(&t, "\n");
    for (int b = 0; b < p->n_bins; b++) {
        km_table_put(&t, "%.9g", p->z[b]);
        for (int k = 0; k < p->n_columns; k++) {
            km_table_number(&t, p->column[k].value[b]);
            km_table_number(&t, p->column[k].error[b]);
        }
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

/* The first line says the condition at the boundary and which column fulfils it. */
static km_status write_potential(const km_profile_result *p, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "potential.csv"));
    km_table_put(&t, "# potential_V is that of the column %s. %s. At the edges of the bins.\n",
                 p->vacuum ? "vacuum_V" : "periodic_V", p->boundary);
    km_table_put(&t, "z_A,potential_V,standard_error_V,vacuum_V,vacuum_standard_error_V,periodic_V,"
                     "periodic_standard_error_V\n");
    for (int b = 0; p->n_bins > 0 && b <= p->n_bins; b++) {
        km_table_put(&t, "%.9g", p->edge[b]);
        const double number[6] = {
            (p->vacuum ? p->vacuum_potential : p->periodic_potential)[b],
            (p->vacuum ? p->vacuum_error : p->periodic_error)[b],
            p->vacuum_potential[b],
            p->vacuum_error[b],
            p->periodic_potential[b],
            p->periodic_error[b],
        };
        for (int k = 0; k < 6; k++)
            km_table_number(&t, number[k]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_profile_write(const km_results *results, const char *folder)
{
    KM_TRY(write_profile(&results->profile, folder));
    return write_potential(&results->profile, folder);
}

/* "0.512 ± 0.013 V (standard error)" */
static void volt_text(const km_estimate *e, char *text, size_t room)
{
    if (isfinite(e->standard_error))
        snprintf(text, room, "%.3f ± %.2g V (standard error)", e->value, e->standard_error);
    else
        snprintf(text, room, "%.3f V (no error: fewer than two blocks)", e->value);
}

static km_status describe_slabs(km_results *results, const km_profile_result *p)
{
    for (int k = 0; k < p->n_slabs; k++)
        KM_TRY(km_results_add_line(
            results,
            "slab %d (%s, %d atoms): surfaces at z = %.2f and %.2f Å, drift along z %.3g Å, %s",
            k + 1, p->slab_name[k], p->slab_atoms[k], p->slab_from[k], p->slab_to[k],
            p->slab_drift[k], p->n_slabs > 1 ? "the mean drift of the slabs removed" : "removed"));
    return KM_OK;
}

km_status km_profile_describe(km_results *results)
{
    const km_profile_result *p = &results->profile;
    char number[96];
    if (p->n_bins == 0)
        return km_results_add_line(results, "no profiles: no frames");
    KM_TRY(describe_slabs(results, p));
    KM_TRY(km_results_add_line(
        results, "profiles along z in %d bins of %.4g Å, errors from %d blocks of %.4g ps",
        p->n_bins, p->bin_width, p->n_blocks, p->block_length));
    if (!p->charged)
        return km_results_add_line(results, "no potential: no atom has a charge (those of the "
                                            "embedded-ion method are internal to it)");
    if (p->vacuum) {
        volt_text(&p->drop, number, sizeof number);
        KM_TRY(km_results_add_line(results, "potential across the cell = %s", number));
    }
    if (p->middle_to > p->middle_from) {
        volt_text(&p->middle, number, sizeof number);
        KM_TRY(km_results_add_line(results,
                                   "potential in the middle of the liquid (%.2f to %.2f Å) less "
                                   "that at the beginning of the window = %s",
                                   p->middle_from, p->middle_to, number));
    }
    KM_TRY(km_results_add_line(results, "  boundary of the potential: %s", p->boundary));
    if (fabs(p->charge) > 1e-3)
        KM_TRY(km_results_add_warning(results,
                                      "the cell has a charge of %.4g e: its potential bends like a "
                                      "parabola, whatever the boundary",
                                      p->charge));
    return KM_OK;
}
