/* SPDX-License-Identifier: MIT */
/* Arranging the bonded terms, on the host, once. */
#include "kernels/bonded/bonded_windows.cuh"

#include <stdlib.h>

namespace KM_CUDA_NAMESPACE
{

/* In host memory while they are filled. */
typedef struct arrangement {
    int n_atoms, n_windows;
    int *first;         /* n_windows: first atom                                            */
    int *window;        /* n_atoms: window of an atom                                       */
    int *next;          /* n_windows x KM_BONDED_KINDS: counts of terms, later the next slot */
    bonded_windows out; /* its arrays, in host memory */
} arrangement;

static void release(arrangement *a)
{
    free(a->first);
    free(a->window);
    free(a->next);
    free(a->out.window);
    free(a->out.kind);
    free(a->out.atoms);
    free(a->out.parameter);
}

/* Lowest and highest atom of a term. */
static void extent(const km_bonded_terms *terms, int kind, int m, int *low, int *high)
{
    const int *atom = km_bonded_atoms(terms, kind, m);
    *low = *high = atom[0];
    for (int k = 1; k < km_bonded_kind_of[kind].n_atoms; k++) {
        *low = atom[k] < *low ? atom[k] : *low;
        *high = atom[k] > *high ? atom[k] : *high;
    }
}

/* Where a window may end: no term reaches across. */
static void find_gaps(const km_bonded_terms *terms, int n_atoms, bool *gap_before)
{
    for (int i = 0; i < n_atoms; i++)
        gap_before[i] = true;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++)
        for (int m = 0; m < terms->table[kind].n; m++) {
            int low, high;
            extent(terms, kind, m, &low, &high);
            /* beyond the longest window it does not matter */
            for (int i = low + 1; i <= high && i <= low + KM_BONDED_WINDOW; i++)
                gap_before[i] = false;
        }
}

static void cut(const bool *gap_before, arrangement *a)
{
    for (int begin = 0; begin < a->n_atoms; a->n_windows++) {
        const int most =
            begin + KM_BONDED_WINDOW < a->n_atoms ? begin + KM_BONDED_WINDOW : a->n_atoms;
        int end = most;
        while (end > begin && end < a->n_atoms && !gap_before[end])
            end--;
        end = end > begin ? end : most;
        a->first[a->n_windows] = begin;
        for (int i = begin; i < end; i++)
            a->window[i] = a->n_windows;
        begin = end;
    }
}

static int window_of(const arrangement *a, const km_bonded_terms *terms, int kind, int m)
{
    int low, high;
    extent(terms, kind, m, &low, &high);
    return a->window[low];
}

/* Gives every window its stretches, kind after kind; windows without terms get no block. */
static km_status place(const km_bonded_terms *terms, arrangement *a)
{
    int64_t stretches = 0;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++)
        for (int m = 0; m < terms->table[kind].n; m++)
            a->next[window_of(a, terms, kind, m) * KM_BONDED_KINDS + kind]++;
    for (int k = 0; k < a->n_windows * KM_BONDED_KINDS; k++)
        stretches += (a->next[k] + KM_WARP - 1) / KM_WARP;
    if (stretches * KM_WARP * KM_BONDED_ROWS > INT32_MAX)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "more than %d bonded terms",
                       INT32_MAX / KM_BONDED_ROWS);
    bonded_windows *out = &a->out;
    out->n_stretches = (int)stretches;
    KM_NEW(out->window, a->n_windows);
    KM_NEW(out->kind, out->n_stretches);
    int at = 0;
    for (int w = 0; w < a->n_windows; w++) {
        const int begin = at;
        for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
            int *count = &a->next[w * KM_BONDED_KINDS + kind];
            const int needed = (*count + KM_WARP - 1) / KM_WARP;
            *count = at * KM_WARP;
            for (int k = 0; k < needed; k++)
                out->kind[at++] = kind;
        }
        if (at > begin)
            out->window[out->n++] = {a->first[w], begin, at};
    }
    return KM_OK;
}

/* The parameters of a term as the kernel reads them. */
static void fill_parameters(int kind, const void *term, double out[2 * KM_BONDED_ROWS])
{
    if (kind == KM_BONDED_BOND) {
        const km_bond *t = (const km_bond *)term;
        out[0] = t->r0;
        out[1] = t->k;
    } else if (kind == KM_BONDED_ANGLE) {
        const km_angle_ready *t = (const km_angle_ready *)term;
        out[0] = t->k_theta;
        out[1] = t->cosine0;
        out[2] = t->sine0;
    } else if (kind == KM_BONDED_RB) {
        for (int n = 0; n < 6; n++)
            out[n] = ((const km_dihedral_rb *)term)->c[n];
    } else if (kind == KM_BONDED_PERIODIC) {
        const km_periodic_ready *t = (const km_periodic_ready *)term;
        out[0] = t->k_phi;
        out[1] = t->cosine0;
        out[2] = t->sine0;
        out[3] = t->multiplicity;
        out[4] = t->energy_term == KM_ENERGY_IMPROPER ? 1.0 : 0.0;
    } else if (kind == KM_BONDED_IMPROPER) {
        const km_improper_harmonic *t = (const km_improper_harmonic *)term;
        out[0] = t->xi0;
        out[1] = t->k_xi;
    } else if (kind == KM_BONDED_PAIR14) {
        const km_pair14 *t = (const km_pair14 *)term;
        out[0] = t->epsilon;
        out[1] = t->sigma;
        out[2] = t->qq;
    } else {
        out[0] = ((const km_excluded_ready *)term)->qq;
    }
}

static km_status fill(const km_bonded_terms *terms, arrangement *a)
{
    bonded_windows *out = &a->out;
    const size_t n = (size_t)out->n_stretches * KM_WARP;
    KM_NEW(out->atoms, n);
    KM_NEW(out->parameter, KM_BONDED_ROWS * n);
    for (size_t slot = 0; slot < n; slot++)
        out->atoms[slot].i = -1;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
        for (int m = 0; m < terms->table[kind].n; m++) {
            const int slot = a->next[window_of(a, terms, kind, m) * KM_BONDED_KINDS + kind]++;
            const int *atom = km_bonded_atoms(terms, kind, m);
            const int n_atoms = km_bonded_kind_of[kind].n_atoms;
            double value[2 * KM_BONDED_ROWS] = {0.0};
            fill_parameters(kind, atom, value); /* a term begins with its atoms */
            out->atoms[slot] = {atom[0], atom[1], n_atoms > 2 ? atom[2] : 0,
                                n_atoms > 3 ? atom[3] : 0};
            for (int row = 0; row < KM_BONDED_ROWS; row++)
                out->parameter[row * n + (size_t)slot] = {value[2 * row], value[2 * row + 1]};
        }
    }
    return KM_OK;
}

static km_status arrange(const km_bonded_terms *terms, arrangement *a)
{
    const size_t n = (size_t)a->n_atoms;
    bool *gap_before;
    KM_NEW(a->first, n);
    KM_NEW(a->window, n);
    KM_NEW(gap_before, n + 1);
    find_gaps(terms, a->n_atoms, gap_before);
    cut(gap_before, a);
    free(gap_before);
    KM_NEW(a->next, (size_t)a->n_windows * KM_BONDED_KINDS);
    KM_TRY(place(terms, a));
    return fill(terms, a);
}

static km_status copy(const arrangement *a, bonded_windows *out)
{
    const bonded_windows *host = &a->out;
    const size_t n = (size_t)host->n_stretches * KM_WARP;
    out->n = host->n;
    out->n_stretches = host->n_stretches;
    KM_TRY(km_cuda_copy_of(&out->window, host->window, (size_t)host->n));
    KM_TRY(km_cuda_copy_of(&out->kind, host->kind, (size_t)host->n_stretches));
    KM_TRY(km_cuda_copy_of(&out->atoms, host->atoms, n));
    return km_cuda_copy_of(&out->parameter, host->parameter, KM_BONDED_ROWS * n);
}

km_status km_bonded_windows_make(const km_bonded_terms *terms, int n_atoms, bonded_windows *out)
{
    arrangement a = {};
    *out = {};
    a.n_atoms = n_atoms;
    km_status status = arrange(terms, &a);
    if (status == KM_OK)
        status = copy(&a, out);
    out->alpha = terms->alpha;
    release(&a);
    return status;
}

void km_bonded_windows_free(bonded_windows *windows)
{
    km_cuda_delete(windows->window);
    km_cuda_delete(windows->kind);
    km_cuda_delete(windows->atoms);
    km_cuda_delete(windows->parameter);
}

} // namespace KM_CUDA_NAMESPACE
