/* SPDX-License-Identifier: MIT */
/* From the slopes of collective displacements to conductivity, coefficients and transference. */
#include <math.h>
#include <string.h>

#include "host/analysis/diffusion_fit.h"
#include "host/analysis/transport.h"
#include "host/analysis/walk_regression.h"
#include "kernels/base/units.h"

#define M3_PER_NM3 1e-27
#define MOST_BETA 0.1 /* |beta - 1| of diffusion, as for single particles */

/* What a function of the coefficients needs to know. */
typedef struct request {
    const km_transport *t;
    int i, j;
} request;

/* Slope of <|DM|^2>. */
static double charge_slope(const km_transport *t, const km_onsager *l)
{
    double sum = 0.0;
    for (int i = 0; i < l->n; i++)
        for (int j = 0; j < l->n; j++)
            sum += t->ion[i].charge * t->ion[j].charge * l->matrix[i][j];
    return sum;
}

static double element(const km_onsager *l, double other, const void *self)
{
    const request *q = self;
    (void)other;
    return l->matrix[q->i][q->j];
}

static double transference(const km_onsager *l, double other, const void *self)
{
    const request *q = self;
    double sum = 0.0;
    (void)other;
    for (int j = 0; j < l->n; j++)
        sum += q->t->ion[q->i].charge * q->t->ion[j].charge * l->matrix[q->i][j];
    return sum / charge_slope(q->t, l);
}

/* R_i + (N_i/N_0) sum_j m_j R_j / m_0, multiplied by M and divided by M . M */
static double solvent_transference(const km_onsager *l, double other, const void *self)
{
    const request *q = self;
    const km_transport *t = q->t;
    const km_transport_ion *ion = &t->ion[q->i];
    double mass_times_charge = 0.0;
    for (int j = 0; j < l->n; j++)
        for (int k = 0; k < l->n; k++)
            mass_times_charge += t->ion[j].mass * t->ion[k].charge * l->matrix[j][k];
    return transference(l, other, self) + (double)ion->n_molecules / t->n_solvent * ion->charge *
                                              mass_times_charge / t->solvent_mass /
                                              charge_slope(t, l);
}

/* other: slope that self-diffusion alone would give */
static double haven(const km_onsager *l, double other, const void *self)
{
    return other / charge_slope(((const request *)self)->t, l);
}

static double ionicity(const km_onsager *l, double other, const void *self)
{
    return charge_slope(((const request *)self)->t, l) / other;
}

static km_estimate scaled(const km_estimate *e, double factor)
{
    return (km_estimate){factor * e->value, factor * e->standard_error, factor * e->low,
                         factor * e->high};
}

/* Sum of N z^2 D with its interval from independent errors, and the shares of the ions. */
static km_estimate nernst_einstein(km_transport *t)
{
    km_estimate sum = {0};
    double low = 0.0, high = 0.0;
    for (int i = 0; i < t->n_ions; i++) {
        const double w = (double)t->ion[i].charge * t->ion[i].charge * t->ion[i].n_molecules;
        const km_estimate part = scaled(&t->ion[i].diffusion, w);
        sum.value += part.value;
        sum.standard_error = hypot(sum.standard_error, part.standard_error);
        low = hypot(low, part.value - part.low);
        high = hypot(high, part.high - part.value);
    }
    sum.low = sum.value - low;
    sum.high = sum.value + high;
    for (int i = 0; i < t->n_ions; i++) {
        const double w = (double)t->ion[i].charge * t->ion[i].charge * t->ion[i].n_molecules;
        const km_estimate own = scaled(&t->ion[i].diffusion, w);
        const double share = own.value / sum.value;
        const double rest = sqrt(fmax(0.0, sum.standard_error * sum.standard_error -
                                               own.standard_error * own.standard_error));
        km_estimate *out = &t->ion[i].apparent_transference;
        out->value = share;
        out->standard_error = hypot((1.0 - share) * own.standard_error, share * rest) / sum.value;
        const double widen = own.standard_error > 0.0
                                 ? 0.5 * (own.high - own.low) / own.standard_error
                                 : NAN; /* t-factor of D */
        out->low = share - widen * out->standard_error;
        out->high = share + widen * out->standard_error;
    }
    return sum;
}

static km_status derive_ion(km_transport *t, int i, double per_slope, double temperature,
                            double volume, uint64_t seed, uint32_t stream)
{
    km_transport_ion *ion = &t->ion[i];
    const request q = {t, i, i};
    KM_TRY(
        km_onsager_estimate(&t->slope, NULL, transference, &q, seed, stream, &ion->transference));
    ion->solvent_transference = (km_estimate){NAN, NAN, NAN, NAN};
    if (t->n_solvent > 0)
        KM_TRY(km_onsager_estimate(&t->slope, NULL, solvent_transference, &q, seed, stream,
                                   &ion->solvent_transference));
    for (int j = 0; j <= i; j++) {
        const request pair = {t, i, j};
        km_estimate e = km_chi_square_estimate(t->slope.matrix[i][i], t->slope.degrees_of_freedom);
        if (i != j)
            KM_TRY(km_onsager_estimate(&t->slope, NULL, element, &pair, seed,
                                       stream + 1 + (uint32_t)j, &e));
        t->coefficient[i][j] = t->coefficient[j][i] = scaled(&e, per_slope);
    }
    ion->self = ion->diffusion.value * ion->n_molecules / (volume * M3_PER_NM3) /
                (KM_AVOGADRO * KM_AVOGADRO * KM_BOLTZMANN_SI * temperature);
    return KM_OK;
}

static void judge(km_transport *t)
{
    if (!t->diffusive || fabs(t->beta - 1.0) > MOST_BETA + 2.0 * t->beta_error) {
        t->diffusive = false;
        km_diffusion_add_text(t->warning,
                              "apparent conductivity: the charge does not diffuse yet "
                              "(beta %.2f between %.4g and %.4g ps)",
                              t->beta, t->fit_from, t->fit_to);
    }
    if (!km_onsager_drawable(&t->slope) && t->n_ions > 1 && !t->ions_only)
        km_diffusion_add_text(t->warning,
                              "%sOnsager coefficients without intervals: the run is too short",
                              t->warning[0] != '\0' ? "; " : "");
    const km_estimate *s = &t->conductivity;
    const double wide = 0.5 * (s->high - s->low) / s->value / KM_TRANSPORT_PRECISION;
    t->more_time = wide > 1.0 ? t->run_time * (wide * wide - 1.0) : 0.0;
}

km_status km_transport_derive(km_transport *t, double temperature, double volume, uint64_t seed)
{
    const double kt = KM_BOLTZMANN_SI * temperature, v = volume * M3_PER_NM3;
    const double per_slope = KM_M2_S_PER_NM2_PS / (6.0 * kt * v * KM_AVOGADRO * KM_AVOGADRO);
    const double e2 = KM_ELEMENTARY_CHARGE * KM_ELEMENTARY_CHARGE;
    const request q = {t, 0, 0};
    const km_estimate charge =
        km_chi_square_estimate(charge_slope(t, &t->slope), t->slope.degrees_of_freedom);
    t->conductivity = scaled(&charge, e2 * KM_M2_S_PER_NM2_PS / (6.0 * kt * v));
    const km_estimate self = nernst_einstein(t);
    t->nernst_einstein = scaled(&self, e2 / (kt * v));
    const km_estimate self_slope = scaled(&self, 6.0 / KM_M2_S_PER_NM2_PS);
    KM_TRY(km_onsager_estimate(&t->slope, &self_slope, haven, &q, seed, 900, &t->haven));
    KM_TRY(km_onsager_estimate(&t->slope, &self_slope, ionicity, &q, seed, 900, &t->ionicity));
    for (int i = 0; i < t->n_ions; i++)
        KM_TRY(derive_ion(t, i, per_slope, temperature, volume, seed, 1000 + 16 * (uint32_t)i));
    judge(t);
    return KM_OK;
}
