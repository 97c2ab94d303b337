/* SPDX-License-Identifier: MIT */
/* The order of the metal, in a file and in words. */
#include <math.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

static double fraction(const km_order_frame *f, int where)
{
    return f->atoms[where] > 0 ? (double)f->crystalline[where] / f->atoms[where] : NAN;
}

km_status km_order_write(const km_results *results, const char *folder)
{
    const km_order_result *r = &results->order;
    km_table t;
    KM_TRY(km_table_open(&t, folder, "order.csv"));
    km_table_put(&t, "time_ps,atoms_inside,Q6_inside,crystalline_inside,atoms_at_surface,"
                     "Q6_at_surface,crystalline_at_surface\n");
    for (int k = 0; k < r->n_frames; k++) {
        const km_order_frame *f = &r->frame[k];
        km_table_put(&t, "%.9g", f->time);
        for (int w = 0; w < 2; w++) {
            km_table_put(&t, ",%d", f->atoms[w]);
            km_table_number(&t, f->order[w]);
            km_table_number(&t, fraction(f, w));
        }
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status describe(km_results *results, int where, const char *name)
{
    const km_order_result *r = &results->order;
    double mean = 0.0, order = 0.0;
    int n = 0, least = -1;
    for (int k = 0; k < r->n_frames; k++) {
        const km_order_frame *f = &r->frame[k];
        if (f->atoms[where] == 0)
            continue;
        n++;
        mean += fraction(f, where);
        order += f->order[where];
        if (least < 0 || fraction(f, where) < fraction(&r->frame[least], where))
            least = k;
    }
    if (n == 0)
        return KM_OK;
    return km_results_add_line(
        results,
        "order of the metal %s: %.1f %% crystalline (Q6 > %.2g), last frame %.1f %%, least %.1f %% "
        "at %.6g ps; mean Q6 %.3f",
        name, 100.0 * mean / n, KM_ORDER_CRYSTAL,
        100.0 * fraction(&r->frame[r->n_frames - 1], where),
        100.0 * fraction(&r->frame[least], where), r->frame[least].time, order / n);
}

km_status km_order_describe(km_results *results)
{
    const km_order_result *r = &results->order;
    if (!r->available)
        return km_results_add_line(results, "no order of a metal: %s", r->note);
    const bool surfaces = r->frame[0].atoms[1] > 0;
    KM_TRY(describe(results, 0, surfaces ? "inside" : "throughout"));
    return describe(results, 1, "within 5 A of a surface");
}
