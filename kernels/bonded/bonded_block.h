/* SPDX-License-Identifier: MIT */
/* The loops over the terms of one block of molecules, for bonded_cpu.c.
 *
 * Positions and forces are a copy of the block's atoms, in double; atom numbers count from the
 * block's first. tally is a constant at every call: with false no energy and no virial is summed.
 * The physics is in the headers included here; sources (DOI) stand there. */
#ifndef KM_BONDED_BLOCK_H
#define KM_BONDED_BLOCK_H

#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/bonded.h"
#include "kernels/bonded/excluded.h"
#include "kernels/bonded/improper.h"
#include "kernels/pair/vdw_lennard_jones.h"

#define KM_CHUNK 64 /* excluded pairs evaluated together */

/* Terms as the loops read them; each begins with its atoms. */
typedef struct periodic_term {
    int atom[4];
    int multiplicity;
    int energy_term;
    double k_phi, cosine0, sine0;
} periodic_term;
typedef struct excluded_term {
    int i, j;
    double qq; /* kJ nm/mol */
} excluded_term;

/* What one block adds up when energies or the virial are asked. */
typedef struct block_sum {
    double energy[KM_ENERGY_COUNT]; /* kJ/mol */
    double virial[KM_TENSOR];       /* kJ/mol */
    int fault;
} block_sum;

/* E and dE/dx2 (excluded.h) of KM_CHUNK pairs; one version per instruction set, same bits. */
typedef void polynomial_loop(const double *KM_RESTRICT x2, double *KM_RESTRICT e,
                             double *KM_RESTRICT slope);
KM_HD void polynomial_chunk(const double *KM_RESTRICT x2, double *KM_RESTRICT e,
                            double *KM_RESTRICT slope)
{
#pragma omp simd
    for (int m = 0; m < KM_CHUNK; m++)
        km_excluded_polynomial(x2[m], &e[m], &slope[m]);
}

typedef struct work {
    const km_box *box;
    double half[3]; /* nm  half the diagonal of the box                  */
    km_vec3 *x, *f; /* nm, kJ/mol/nm  positions and forces of the block   */
    block_sum *sum;
} work;

/* r_i - r_j, nearest image. Molecules are whole nearly always: then nothing is to be done. */
KM_HD km_vec3 difference(const work *w, int i, int j)
{
    const km_vec3 d = km_vec3_sub(w->x[i], w->x[j]);
    if (fabs(d.x) < w->half[0] && fabs(d.y) < w->half[1] && fabs(d.z) < w->half[2])
        return d;
    return km_box_minimum_image(w->box, d);
}

KM_HD void add(km_vec3 *sum, km_vec3 a)
{
    *sum = km_vec3_add(*sum, a);
}
KM_HD void subtract(km_vec3 *sum, km_vec3 a)
{
    *sum = km_vec3_sub(*sum, a);
}

/* W = -1/2 sum r (x) F, with r relative to any atom of the term. */
KM_HD void add_virial(double *virial, km_vec3 r, km_vec3 f)
{
    virial[KM_XX] -= 0.5 * r.x * f.x;
    virial[KM_YY] -= 0.5 * r.y * f.y;
    virial[KM_ZZ] -= 0.5 * r.z * f.z;
    virial[KM_XY] -= 0.5 * r.x * f.y;
    virial[KM_XZ] -= 0.5 * r.x * f.z;
    virial[KM_YZ] -= 0.5 * r.y * f.z;
}

KM_HD void add_pair(const work *w, int i, int j, km_vec3 d, km_vec3 force, bool tally)
{
    add(&w->f[i], force);
    subtract(&w->f[j], force);
    if (tally)
        add_virial(w->sum->virial, d, force);
}

KM_HD void bonds(const work *w, const km_bond *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const km_bond *t = &term[m];
        const km_vec3 d = difference(w, t->i, t->j);
        km_vec3 force;
        const double u = km_bond_harmonic(d, t->r0, t->k, &force);
        add_pair(w, t->i, t->j, d, force, tally);
        if (tally)
            w->sum->energy[KM_ENERGY_BOND] += u;
    }
}

KM_HD void angles(const work *w, const km_angle *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const km_angle *t = &term[m];
        const km_vec3 r_ij = difference(w, t->i, t->j), r_kj = difference(w, t->k, t->j);
        km_vec3 force_i, force_k;
        const double u = km_angle_harmonic(r_ij, r_kj, t->theta0, t->k_theta, &force_i, &force_k);
        add(&w->f[t->i], force_i);
        add(&w->f[t->k], force_k);
        subtract(&w->f[t->j], km_vec3_add(force_i, force_k));
        if (tally) {
            w->sum->energy[KM_ENERGY_ANGLE] += u;
            add_virial(w->sum->virial, r_ij, force_i);
            add_virial(w->sum->virial, r_kj, force_k);
        }
    }
}

/* The vectors and the angle of one dihedral. */
typedef struct dihedral_frame {
    km_vec3 f, g, h;
    km_dihedral_angle angle;
} dihedral_frame;

KM_HD dihedral_frame dihedral_at(const work *w, const int *atom)
{
    dihedral_frame d;
    d.f = difference(w, atom[0], atom[1]);
    d.g = difference(w, atom[1], atom[2]);
    d.h = difference(w, atom[3], atom[2]);
    d.angle = km_dihedral_of(d.f, d.g, d.h);
    return d;
}

KM_HD void add_dihedral(const work *w, const int *atom, const dihedral_frame *d, double u,
                        double du_dphi, int energy_term, bool tally)
{
    km_vec3 force[4];
    km_dihedral_forces(&d->angle, du_dphi, force);
    for (int a = 0; a < 4; a++)
        add(&w->f[atom[a]], force[a]);
    if (tally) {
        w->sum->energy[energy_term] += u;
        add_virial(w->sum->virial, d->f, force[0]); /* all relative to j */
        add_virial(w->sum->virial, km_vec3_scale(-1.0, d->g), force[2]);
        add_virial(w->sum->virial, km_vec3_sub(d->h, d->g), force[3]);
    }
}

KM_HD void dihedrals_rb(const work *w, const km_dihedral_rb *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const int *atom = &term[m].i;
        const dihedral_frame d = dihedral_at(w, atom);
        double slope;
        const double u = km_dihedral_rb_energy(d.angle.cosine, d.angle.sine, term[m].c, &slope);
        add_dihedral(w, atom, &d, u, slope, KM_ENERGY_DIHEDRAL, tally);
    }
}

KM_HD void dihedrals_periodic(const work *w, const periodic_term *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const periodic_term *t = &term[m];
        const dihedral_frame d = dihedral_at(w, t->atom);
        double slope;
        const double u = km_dihedral_periodic_energy(d.angle.cosine, d.angle.sine, t->multiplicity,
                                                     t->k_phi, t->cosine0, t->sine0, &slope);
        add_dihedral(w, t->atom, &d, u, slope, t->energy_term, tally);
    }
}

KM_HD void impropers(const work *w, const km_improper_harmonic *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const int *atom = &term[m].i;
        const dihedral_frame d = dihedral_at(w, atom);
        double slope;
        const double u = km_improper_harmonic_energy(d.angle.cosine, d.angle.sine, term[m].xi0,
                                                     term[m].k_xi, &slope);
        add_dihedral(w, atom, &d, u, slope, KM_ENERGY_IMPROPER, tally);
    }
}

KM_HD void pairs14(const work *w, const km_pair14 *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const km_pair14 *t = &term[m];
        const km_vec3 d = difference(w, t->i, t->j);
        const double r2 = km_vec3_dot(d, d);
        const km_pair_term vdw = km_lennard_jones(t->epsilon, t->sigma, r2);
        const km_pair_term coulomb = km_coulomb_plain(t->qq, r2);
        const km_vec3 force = km_vec3_scale(vdw.f_over_r + coulomb.f_over_r, d);
        add_pair(w, t->i, t->j, d, force, tally);
        if (tally) {
            w->sum->energy[KM_ENERGY_VDW_14] += vdw.u;
            w->sum->energy[KM_ENERGY_COULOMB_14] += coulomb.u;
        }
    }
}

/* In chunks: the polynomial is most of the work, and so it is one vector loop. */
KM_HD void excluded_pairs(const work *w, const excluded_term *term, int n, double alpha,
                          polynomial_loop *polynomial, bool tally)
{
    const double alpha2 = alpha * alpha, alpha3 = alpha2 * alpha;
    for (int first = 0; first < n; first += KM_CHUNK) {
        const excluded_term *t = term + first;
        const int count = n - first < KM_CHUNK ? n - first : KM_CHUNK;
        km_vec3 d[KM_CHUNK];
        double x2[KM_CHUNK], e[KM_CHUNK], slope[KM_CHUNK];
        for (int m = 0; m < count; m++) {
            d[m] = difference(w, t[m].i, t[m].j);
            x2[m] = alpha2 * km_vec3_dot(d[m], d[m]);
        }
        for (int m = count; m < KM_CHUNK; m++)
            x2[m] = 0.0;
        polynomial(x2, e, slope);
        for (int m = 0; m < count; m++) {
            km_pair_term pair = {-t[m].qq * alpha * e[m], 2.0 * t[m].qq * alpha3 * slope[m]};
            if (x2[m] > KM_EXCLUDED_X2_MAX)
                pair = km_coulomb_excluded(t[m].qq, alpha, x2[m] / alpha2);
            add_pair(w, t[m].i, t[m].j, d[m], km_vec3_scale(pair.f_over_r, d[m]), tally);
            if (tally)
                w->sum->energy[KM_ENERGY_COULOMB_EXCLUDED] += pair.u;
        }
    }
}

#endif
