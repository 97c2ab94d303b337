/* SPDX-License-Identifier: MIT */
/* The loops over the terms of one block of molecules, for bonded_cpu.c.
 *
 * Positions and forces are a copy of the block's atoms, in double; atom numbers count from the
 * block's first. tally is a constant at every call: with false no energy and no virial is summed.
 * The physics is in the headers included here; sources (DOI) stand there. */
#ifndef KM_BONDED_BLOCK_H
#define KM_BONDED_BLOCK_H

#include "kernels/bonded/bond.h"
#include "kernels/bonded/bonded_chunk.h"
#include "kernels/bonded/bonded_terms.h"
#include "kernels/bonded/improper.h"
#include "kernels/pair/vdw_lennard_jones.h"
#include "kernels/virial.h"

/* What one block adds up when energies or the virial are asked. */
typedef struct block_sum {
    double energy[KM_ENERGY_COUNT]; /* kJ/mol */
    double virial[KM_TENSOR];       /* kJ/mol */
    int fault;
} block_sum;

typedef struct work {
    const km_box *box; /* NULL when no nearest images have to be taken */
    km_vec3 *x, *f;    /* nm, kJ/mol/nm  positions and forces of the block   */
    const chunk_loops *loops;
    chunk_set *chunks; /* of this thread */
    double alpha;      /* 1/nm */
    block_sum *sum;
} work;

/* r_i - r_j, nearest image. */
KM_HD km_vec3 difference(const work *w, int i, int j)
{
    const km_vec3 d = km_vec3_sub(w->x[i], w->x[j]);
    return w->box == NULL ? d : km_box_minimum_image(w->box, d);
}

KM_HD void add(km_vec3 *sum, km_vec3 a)
{
    *sum = km_vec3_add(*sum, a);
}
KM_HD void subtract(km_vec3 *sum, km_vec3 a)
{
    *sum = km_vec3_sub(*sum, a);
}

KM_HD void add_pair(const work *w, int i, int j, km_vec3 d, km_vec3 force, bool tally)
{
    add(&w->f[i], force);
    subtract(&w->f[j], force);
    if (tally)
        km_virial_add(w->sum->virial, d, force);
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

KM_HD void add_angle(const work *w, const km_angle_ready *t, km_vec3 r_ij, km_vec3 r_kj, double u,
                     km_vec3 force_i, km_vec3 force_k, bool tally)
{
    add(&w->f[t->i], force_i);
    add(&w->f[t->k], force_k);
    subtract(&w->f[t->j], km_vec3_add(force_i, force_k));
    if (tally) {
        w->sum->energy[KM_ENERGY_ANGLE] += u;
        km_virial_add(w->sum->virial, r_ij, force_i);
        km_virial_add(w->sum->virial, r_kj, force_k);
    }
}

KM_HD void angle_block(const work *w, const km_angle_ready *t, int count, bool tally)
{
    angle_chunk *c = &w->chunks->angle;
    for (int m = 0; m < count; m++) {
        chunk_store(c->r_ij, m, difference(w, t[m].i, t[m].j));
        chunk_store(c->r_kj, m, difference(w, t[m].k, t[m].j));
        c->cosine0[m] = t[m].cosine0;
        c->sine0[m] = t[m].sine0;
        c->k_theta[m] = t[m].k_theta;
    }
    w->loops->angles(c);
    for (int m = 0; m < count; m++) {
        const km_vec3 r_ij = chunk_load(c->r_ij, m), r_kj = chunk_load(c->r_kj, m);
        if (fabs(c->tangent[m]) <= KM_ANGLE_SERIES_MAX) {
            add_angle(w, &t[m], r_ij, r_kj, c->u[m], chunk_load(c->force_i, m),
                      chunk_load(c->force_k, m), tally);
        } else {
            const km_angle_result r =
                km_angle_harmonic(r_ij, r_kj, t[m].cosine0, t[m].sine0, t[m].k_theta, false);
            add_angle(w, &t[m], r_ij, r_kj, r.u, r.force_i, r.force_k, tally);
        }
    }
}

KM_HD void angles(const work *w, const km_angle_ready *term, int n, bool tally)
{
    for (int m = 0; m < n; m += KM_CHUNK)
        angle_block(w, term + m, n - m < KM_CHUNK ? n - m : KM_CHUNK, tally);
}

KM_HD void add_dihedral(const work *w, const int *atom, km_vec3 f, km_vec3 g, km_vec3 h, double u,
                        km_dihedral_force force, int energy_term, bool tally)
{
    add(&w->f[atom[0]], force.i);
    add(&w->f[atom[1]], force.j);
    add(&w->f[atom[2]], force.k);
    add(&w->f[atom[3]], force.l);
    if (tally) {
        w->sum->energy[energy_term] += u;
        km_virial_add(w->sum->virial, f, force.i); /* all relative to j */
        km_virial_add(w->sum->virial, km_vec3_scale(-1.0, g), force.k);
        km_virial_add(w->sum->virial, km_vec3_sub(h, g), force.l);
    }
}

KM_HD void dihedral_rb_block(const work *w, const km_dihedral_rb *t, int count, bool tally)
{
    rb_chunk *c = &w->chunks->rb;
    for (int m = 0; m < count; m++) {
        chunk_store(c->f, m, difference(w, t[m].i, t[m].j));
        chunk_store(c->g, m, difference(w, t[m].j, t[m].k));
        chunk_store(c->h, m, difference(w, t[m].l, t[m].k));
        for (int n = 0; n < 6; n++)
            c->c[n][m] = t[m].c[n];
    }
    w->loops->dihedrals_rb(c);
    for (int m = 0; m < count; m++) {
        const km_dihedral_force force = {chunk_load(c->force_i, m), chunk_load(c->force_j, m),
                                         chunk_load(c->force_k, m), chunk_load(c->force_l, m)};
        add_dihedral(w, &t[m].i, chunk_load(c->f, m), chunk_load(c->g, m), chunk_load(c->h, m),
                     c->u[m], force, KM_ENERGY_DIHEDRAL, tally);
    }
}

KM_HD void dihedrals_rb(const work *w, const km_dihedral_rb *term, int n, bool tally)
{
    for (int m = 0; m < n; m += KM_CHUNK)
        dihedral_rb_block(w, term + m, n - m < KM_CHUNK ? n - m : KM_CHUNK, tally);
}

KM_HD void dihedrals_periodic(const work *w, const km_periodic_ready *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const km_periodic_ready *t = &term[m];
        const km_vec3 f = difference(w, t->atom[0], t->atom[1]),
                      g = difference(w, t->atom[1], t->atom[2]),
                      h = difference(w, t->atom[3], t->atom[2]);
        const km_dihedral_angle d = km_dihedral_of(f, g, h);
        const km_dihedral_term e = km_dihedral_periodic_term(d.cosine, d.sine, t->multiplicity,
                                                             t->k_phi, t->cosine0, t->sine0);
        add_dihedral(w, t->atom, f, g, h, e.u, km_dihedral_forces(d, e.slope), t->energy_term,
                     tally);
    }
}

KM_HD void impropers(const work *w, const km_improper_harmonic *term, int n, bool tally)
{
    for (int m = 0; m < n; m++) {
        const km_improper_harmonic *t = &term[m];
        const km_vec3 f = difference(w, t->i, t->j), g = difference(w, t->j, t->k),
                      h = difference(w, t->l, t->k);
        const km_dihedral_angle d = km_dihedral_of(f, g, h);
        const km_dihedral_term e = km_improper_harmonic_term(d.cosine, d.sine, t->xi0, t->k_xi);
        add_dihedral(w, &t->i, f, g, h, e.u, km_dihedral_forces(d, e.slope), KM_ENERGY_IMPROPER,
                     tally);
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

KM_HD void excluded_block(const work *w, const km_excluded_ready *t, int count, bool tally)
{
    excluded_chunk *c = &w->chunks->excluded;
    const double alpha = w->alpha, alpha2 = alpha * alpha, alpha3 = alpha2 * alpha;
    km_vec3 d[KM_CHUNK];
    for (int m = 0; m < count; m++) {
        d[m] = difference(w, t[m].i, t[m].j);
        c->x2[m] = alpha2 * km_vec3_dot(d[m], d[m]);
    }
    w->loops->excluded(c);
    for (int m = 0; m < count; m++) {
        km_pair_term pair = {-t[m].qq * alpha * c->e[m], 2.0 * t[m].qq * alpha3 * c->slope[m]};
        if (c->x2[m] > KM_EXCLUDED_X2_MAX)
            pair = km_coulomb_excluded(t[m].qq, alpha, c->x2[m] / alpha2);
        add_pair(w, t[m].i, t[m].j, d[m], km_vec3_scale(pair.f_over_r, d[m]), tally);
        if (tally)
            w->sum->energy[KM_ENERGY_COULOMB_EXCLUDED] += pair.u;
    }
}

KM_HD void excluded_pairs(const work *w, const km_excluded_ready *term, int n, bool tally)
{
    for (int m = 0; m < n; m += KM_CHUNK)
        excluded_block(w, term + m, n - m < KM_CHUNK ? n - m : KM_CHUNK, tally);
}

#endif
