/* SPDX-License-Identifier: MIT */
#include "host/analysis/solvation_shells.h"

#include <stdio.h>
#include <string.h>

static const km_rdf_curve *find_curve(const km_rdf_curve *curve, int n, const char *centre,
                                      const char *partner, const char *element)
{
    for (int k = 0; k < n; k++)
        if (strcmp(curve[k].centre, centre) == 0 && strcmp(curve[k].partner, partner) == 0 &&
            strcmp(curve[k].partner_element, element) == 0)
            return &curve[k];
    return NULL;
}

/* The largest cutoff of the kinds with the same donor element, and its peak. */
static void borrow(km_solvation_result *out)
{
    for (int s = 0; s < out->n_shells; s++) {
        km_solvation_shell *shell = &out->shell[s];
        if (shell->cutoff > 0.0)
            continue;
        const km_solvation_shell *from = NULL;
        for (int k = 0; k < out->n_shells; k++) {
            const km_solvation_shell *other = &out->shell[k];
            if (!other->borrowed && other->cutoff > 0.0 &&
                strcmp(other->centre, shell->centre) == 0 &&
                strcmp(other->donor, shell->donor) == 0 &&
                (from == NULL || other->cutoff > from->cutoff))
                from = other;
        }
        if (from == NULL) {
            snprintf(shell->note, sizeof shell->note,
                     "no first minimum of %s-%s, so nothing counts as in contact", shell->centre,
                     shell->donor);
            continue;
        }
        shell->borrowed = true;
        shell->cutoff = from->cutoff;
        shell->peak = from->peak;
        snprintf(shell->note, sizeof shell->note, "no first minimum of its own: that of %s",
                 from->partner);
    }
}

km_status km_solvation_find_shells(const km_labels *labels, const km_rdf_curve *curve, int n_curves,
                                   km_solvation_result *out, int *shell_of)
{
    const int n = labels->n_kinds;
    KM_NEW(out->shell, n * n);
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++) {
            const km_molecule_kind *cation = &labels->kind[a], *partner = &labels->kind[b];
            const char *donor = km_kind_donor(labels, b);
            shell_of[a * n + b] = -1;
            if (cation->n_atoms != 1 || km_kind_charge(cation) <= 0 || cation->n_molecules == 0 ||
                donor == NULL)
                continue;
            shell_of[a * n + b] = out->n_shells;
            km_solvation_shell *shell = &out->shell[out->n_shells++];
            memcpy(shell->centre, cation->name, sizeof shell->centre);
            memcpy(shell->partner, partner->name, sizeof shell->partner);
            snprintf(shell->donor, sizeof shell->donor, "%s", donor);
            shell->anion = km_kind_charge(partner) < 0;
            const km_rdf_curve *c = find_curve(curve, n_curves, cation->name, partner->name, donor);
            if (c != NULL && c->has_shell && c->shell_r <= 10.0 * KM_CONTACT_REACH) {
                shell->cutoff = c->shell_r;
                shell->peak = c->peak_r;
            }
        }
    borrow(out);
    return KM_OK;
}
