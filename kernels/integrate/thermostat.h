/* SPDX-License-Identifier: MIT */
/* Thermostats that act through the total kinetic energy: stochastic velocity rescaling and the
 * Nose-Hoover chain. Both multiply all velocities by one factor, so constraints stay satisfied. */
#ifndef KM_THERMOSTAT_H
#define KM_THERMOSTAT_H

#include "kernels/base/random.h"

/* Target temperature (K) of a step: linear from first to last over n_steps, constant outside. */
KM_HD double km_temperature_ramp(double first, double last, int64_t first_step, int64_t n_steps,
                                 int64_t step)
{
    if (n_steps <= 0)
        return first;
    const double part = (double)(step - first_step) / (double)n_steps;
    return first + (last - first) * fmin(1.0, fmax(0.0, part));
}

/* ---- stochastic velocity rescaling ------------------------------------------------------------
 *
 *     alpha^2 = c + (1 - c) Kt / (n K) (R1^2 + S) + 2 R1 sqrt(c (1 - c) Kt / (n K))
 *     c = exp(-dt / tau),  Kt = n kT / 2,  n degrees of freedom,
 *     R1 normal, S the sum of n - 1 squared normals,
 *     sign(alpha) = sign(R1 + sqrt(c n K / ((1 - c) Kt)))
 *
 * Exact for any dt: K relaxes with time tau to its canonical distribution. Source: Bussi, Donadio,
 * Parrinello, doi:10.1063/1.2408420, eqs A7 and A8. */

/* A number of the gamma distribution of that shape (>= 1/2) and scale 1; draws are keyed by
 * (seed, step, draw number), so the count of rejected draws harms no other stream.
 * Source: Marsaglia & Tsang, doi:10.1145/358407.358414; below shape 1 their remark on
 * gamma(a) = gamma(a + 1) U^(1/a). */
KM_HD double km_random_gamma(double shape, uint64_t seed, uint64_t step, uint32_t first_draw,
                             uint32_t purpose)
{
    const double raised = shape < 1.0 ? shape + 1.0 : shape;
    const double d = raised - 1.0 / 3.0;
    const double c = 1.0 / sqrt(9.0 * d);
    double boost = 1.0, value = d;
    if (shape < 1.0) {
        const km_random4 bits = km_random_bits(seed, step, first_draw, purpose);
        boost = pow(km_random_uniform(bits.v[0]), 1.0 / shape);
    }
    /* More than 95 % are accepted at once: the bound is never reached in practice. */
    for (uint32_t draw = 1; draw < 1000; draw++) {
        const km_random4 bits = km_random_bits(seed, step, first_draw + draw, purpose);
        double normal[4];
        km_random_normal4(bits, normal);
        const double x = normal[0];
        const double cube = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        if (cube <= 0.0)
            continue;
        /* normal[0] used the words 0 and 1 */
        const double u = km_random_uniform(bits.v[2]);
        if (log(u) < 0.5 * x * x + d - d * cube + d * log(cube)) {
            value = d * cube;
            break;
        }
    }
    return boost * value;
}

/* Factor alpha for all velocities. kinetic in kJ/mol (> 0), kt in kJ/mol, decay = exp(-dt/tau). */
KM_HD double km_rescaling_factor(double kinetic, double kt, int degrees_of_freedom, double decay,
                                 uint64_t seed, int64_t step)
{
    double normal[4];
    km_random_normal4(km_random_bits(seed, (uint64_t)step, 0, KM_RANDOM_THERMOSTAT), normal);
    const double r1 = normal[0];
    const double rest = degrees_of_freedom > 1
                            ? 2.0 * km_random_gamma(0.5 * (degrees_of_freedom - 1), seed,
                                                    (uint64_t)step, 1, KM_RANDOM_THERMOSTAT)
                            : 0.0;
    const double ratio = (1.0 - decay) * 0.5 * kt / kinetic; /* (1 - c) Kt / (n K) */
    const double square =
        decay + ratio * (r1 * r1 + rest) + 2.0 * r1 * sqrt(decay * ratio); /* A7 */
    const double alpha = sqrt(fmax(0.0, square));
    return r1 * sqrt(ratio) + sqrt(decay) < 0.0 ? -alpha : alpha; /* A8 */
}

/* ---- Nose-Hoover chain ------------------------------------------------------------------------
 *
 *     dv/dt = f/m - eta'_1 v,   eta''_1 = (2 K - n kT) / Q_1 - eta'_1 eta'_2,
 *     eta''_k = (Q_(k-1) eta'_(k-1)^2 - kT) / Q_k - eta'_k eta'_(k+1)
 *     Q_1 = n kT tau^2,  Q_k = kT tau^2
 *     conserved: K + U + sum_k Q_k eta'_k^2 / 2 + n kT eta_1 + kT sum_(k>1) eta_k
 *
 * tau is the inverse of the angular frequency of the chain. Half a step before and half a step
 * after velocity Verlet, each in third-order-symmetric Suzuki-Yoshida pieces (error of fourth
 * order). Source: Martyna, Tuckerman, Tobias, Klein, doi:10.1080/00268979600100761. */
#define KM_CHAIN_LENGTH 4
#define KM_CHAIN_SUBSTEPS 2

typedef struct km_chain {
    double position[KM_CHAIN_LENGTH]; /* 1      eta   */
    double velocity[KM_CHAIN_LENGTH]; /* 1/ps   eta'  */
    double mass[KM_CHAIN_LENGTH];     /* kJ/mol ps^2  */
    double target[KM_CHAIN_LENGTH];   /* kJ/mol  n kT for the first, kT for the others */
} km_chain;

/* full_step_kt (kJ/mol): what the velocities given to the chain are to be held to, kt or a little
 * less (coupling.h). */
KM_HD void km_chain_set(km_chain *chain, double kt, double full_step_kt, int degrees_of_freedom,
                        double tau)
{
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_CHAIN_LENGTH; k++) {
        chain->target[k] = k == 0 ? degrees_of_freedom * full_step_kt : kt;
        chain->mass[k] = (k == 0 ? degrees_of_freedom : 1) * kt * tau * tau;
    }
}

/* Energy of the chain, kJ/mol: what K + U lacks to be conserved. */
KM_HD double km_chain_energy(const km_chain *chain)
{
    double sum = 0.0;
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_CHAIN_LENGTH; k++)
        sum += 0.5 * chain->mass[k] * chain->velocity[k] * chain->velocity[k] +
               chain->target[k] * chain->position[k];
    return sum;
}

/* Acceleration of link k: 1/ps^2. */
KM_HD double km_chain_acceleration(const km_chain *chain, int k, double kinetic)
{
    const double twice = k == 0
                             ? 2.0 * kinetic
                             : chain->mass[k - 1] * chain->velocity[k - 1] * chain->velocity[k - 1];
    return (twice - chain->target[k]) / chain->mass[k];
}

KM_HD void km_chain_kick(km_chain *chain, int k, double kinetic, double h)
{
    const int last = KM_CHAIN_LENGTH - 1;
    const double drag = k < last ? exp(-0.25 * h * chain->velocity[k + 1]) : 1.0;
    chain->velocity[k] *= drag;
    chain->velocity[k] += 0.5 * h * km_chain_acceleration(chain, k, kinetic);
    chain->velocity[k] *= drag;
}

/* Advances the chain by duration (ps); kinetic (kJ/mol) is that of the atoms. Returns the factor
 * for all their velocities. */
KM_HD double km_chain_advance(km_chain *chain, double kinetic, double duration)
{
    const double outer = 1.0 / (2.0 - cbrt(2.0));
    double factor = 1.0;
    for (int piece = 0; piece < 3 * KM_CHAIN_SUBSTEPS; piece++) {
        const double weight = piece % 3 == 1 ? 1.0 - 2.0 * outer : outer;
        const double h = weight * duration / KM_CHAIN_SUBSTEPS;
        KM_DEVICE_UNROLL
        for (int k = 0; k < KM_CHAIN_LENGTH; k++)
            km_chain_kick(chain, KM_CHAIN_LENGTH - 1 - k, kinetic, h);
        const double scale = exp(-h * chain->velocity[0]);
        factor *= scale;
        kinetic *= scale * scale;
        KM_DEVICE_UNROLL
        for (int k = 0; k < KM_CHAIN_LENGTH; k++)
            chain->position[k] += h * chain->velocity[k];
        KM_DEVICE_UNROLL
        for (int k = 0; k < KM_CHAIN_LENGTH; k++)
            km_chain_kick(chain, k, kinetic, h);
    }
    return factor;
}

#endif
