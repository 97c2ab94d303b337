/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "host/analysis/solvation_shells.h"

#define OUT 0.5 /* A  behind the minimum: gone */
#define LEAST_FRAMES 20

/* The nearest donor atom of a molecule to a cation in a frame. */
typedef struct visit {
    int molecule, frame;
    float r; /* nm */
} visit;

typedef struct work {
    bool *start, *gone; /* n_frames     */
    int *count;         /* n_frames + 1 */
    size_t *next;       /* n_frames  the first contact of the frame that is not done */
    visit *visit;       /* of one cation */
    size_t n, room;
    km_survival *stay; /* n_shells */
} work;

static int compare_visits(const void *a, const void *b)
{
    const visit *x = a, *y = b;
    return x->molecule != y->molecule ? x->molecule - y->molecule : x->frame - y->frame;
}

static km_status add_visit(work *w, int molecule, int frame, float r)
{
    if (w->n > 0 && w->visit[w->n - 1].molecule == molecule && w->visit[w->n - 1].frame == frame) {
        visit *v = &w->visit[w->n - 1];
        v->r = r < v->r ? r : v->r;
        return KM_OK;
    }
    if (w->n == w->room) {
        const size_t room = 2 * w->room + 1024;
        visit *more = realloc(w->visit, room * sizeof *more);
        if (more == NULL)
            return KM_FAIL(KM_ERROR_MEMORY, "out of memory for %zu visits of a shell", room);
        w->visit = more;
        w->room = room;
    }
    w->visit[w->n++] = (visit){molecule, frame, r};
    return KM_OK;
}

/* The visits of cation number k, by molecule and frame; cations must come in order. */
static km_status gather(const km_contacts *c, int k, work *w)
{
    w->n = 0;
    for (int t = 0; t < c->n_frames; t++) {
        size_t *next = &w->next[t];
        for (; *next < c->start[t + 1] && c->contact[*next].cation == k; (*next)++) {
            const km_contact *contact = &c->contact[*next];
            KM_TRY(add_visit(w, c->labels->molecule[contact->atom], t, contact->r));
        }
    }
    if (w->n > 0)
        qsort(w->visit, w->n, sizeof *w->visit, compare_visits);
    return KM_OK;
}

/* One molecule's visits of cation number k: from <= v < until. */
static void add_path(const km_solvation_shell *shell, int n_frames, int k, size_t from,
                     size_t until, work *w, km_survival *stay)
{
    for (int t = 0; t < n_frames; t++) {
        w->start[t] = false;
        w->gone[t] = true;
    }
    for (size_t v = from; v < until; v++) {
        const double r = 10.0 * w->visit[v].r;
        w->start[w->visit[v].frame] = r <= shell->peak;
        w->gone[w->visit[v].frame] = r > shell->cutoff + OUT;
    }
    const km_survival_path path = {.start = w->start, .gone = w->gone, .n = n_frames};
    km_survival_add(stay, k, &path, w->count);
}

static km_status add_cation(const km_contacts *c, int k, const int *shell_of,
                            const km_solvation_result *out, work *w)
{
    const km_labels *labels = c->labels;
    const int kind = labels->molecule_kind[labels->molecule[c->atom[k]]];
    KM_TRY(gather(c, k, w));
    for (size_t from = 0, until; from < w->n; from = until) {
        for (until = from + 1; until < w->n; until++)
            if (w->visit[until].molecule != w->visit[from].molecule)
                break;
        const int partner = labels->molecule_kind[w->visit[from].molecule];
        const int s = shell_of[kind * labels->n_kinds + partner];
        if (s >= 0 && out->shell[s].cutoff > 0.0)
            add_path(&out->shell[s], c->n_frames, k, from, until, w, &w->stay[s]);
    }
    return KM_OK;
}

static km_status keep(const km_survival *stay, double interval, km_solvation_shell *shell)
{
    const double *total = km_survival_total(stay, -1);
    KM_NEW(shell->lag, stay->n_lags);
    KM_NEW(shell->correlation, stay->n_lags);
    shell->n_lags = stay->n_lags;
    for (int l = 0; l < stay->n_lags; l++) {
        shell->lag[l] = stay->lag[l] * interval;
        shell->correlation[l] = km_survival_left(stay, total, l);
    }
    const bool seen = total[0] > 0.0;
    KM_TRY(km_survival_times(stay, interval, &shell->residence));
    if (shell->note[0] == '\0' && !shell->residence.available)
        snprintf(shell->note, sizeof shell->note, "%s",
                 seen ? "no residence time: too few leave within half the run, or all do between "
                        "frames"
                      : "never in contact");
    else if (shell->note[0] == '\0' && shell->residence.left > 0.5)
        snprintf(shell->note, sizeof shell->note,
                 "%.0f %% are still there after half the run: the residence time is extrapolated",
                 100.0 * shell->residence.left);
    return KM_OK;
}

static km_status analyse(const km_contacts *c, const int *shell_of, km_solvation_result *out,
                         work *w)
{
    KM_NEW(w->start, c->n_frames);
    KM_NEW(w->gone, c->n_frames);
    KM_NEW(w->count, c->n_frames + 1);
    KM_NEW(w->next, c->n_frames);
    KM_NEW(w->stay, out->n_shells);
    for (int t = 0; t < c->n_frames; t++)
        w->next[t] = c->start[t];
    for (int s = 0; s < out->n_shells; s++)
        KM_TRY(km_survival_create(c->n_cations, c->n_frames / 2, &w->stay[s]));
    for (int k = 0; k < c->n_cations; k++)
        KM_TRY(add_cation(c, k, shell_of, out, w));
    for (int s = 0; s < out->n_shells; s++)
        KM_TRY(keep(&w->stay[s], c->interval, &out->shell[s]));
    return KM_OK;
}

km_status km_solvation_residence(const km_contacts *c, const int *shell_of,
                                 km_solvation_result *out)
{
    work w = {0};
    if (c->n_frames < LEAST_FRAMES)
        return KM_OK;
    const km_status status = analyse(c, shell_of, out, &w);
    for (int s = 0; s < out->n_shells && w.stay != NULL; s++)
        km_survival_clear(&w.stay[s]);
    free(w.stay);
    free(w.start);
    free(w.gone);
    free(w.count);
    free(w.next);
    free(w.visit);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}
