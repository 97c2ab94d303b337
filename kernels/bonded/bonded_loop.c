/* SPDX-License-Identifier: MIT */
/* The loops over the bonded terms of a set of molecules alike, compiled once per instruction set
 * (KM_ISA_NAME names it).
 *
 * images and tally are constants at every call: whether nearest images have to be taken, and
 * whether energies and the virial are summed. The physics is in the headers included here; sources
 * (DOI) stand there. */
#include "kernels/bonded/bonded_loop.h"

#include <string.h>

#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/excluded.h"
#include "kernels/bonded/improper.h"
#include "kernels/pair/vdw_lennard_jones.h"
#include "kernels/virial.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

enum { LANES = KM_BONDED_LANES };

/* The body of such a loop becomes vector instructions. */
#define EACH_LANE _Pragma("omp simd") for (int k = 0; k < LANES; k++)

/* What the loops over terms share. */
typedef struct lanes {
    bool images, tally;
    km_box box;
    double alpha;
    km_bonded_vector *KM_RESTRICT x, *KM_RESTRICT f;
    km_bonded_work *work;
} lanes;

/* r_i - r_j of one molecule. */
KM_HD km_vec3 difference(const lanes w, int i, int j, int k)
{
    const km_vec3 d = km_vec3_make(w.x[i][0][k] - w.x[j][0][k], w.x[i][1][k] - w.x[j][1][k],
                                   w.x[i][2][k] - w.x[j][2][k]);
    return w.images ? km_box_minimum_image(&w.box, d) : d;
}

KM_HD void store(km_bonded_vector v, int k, km_vec3 a)
{
    v[0][k] = a.x;
    v[1][k] = a.y;
    v[2][k] = a.z;
}
KM_HD km_vec3 load(km_bonded_vector v, int k)
{
    return km_vec3_make(v[0][k], v[1][k], v[2][k]);
}
KM_HD void add(km_bonded_vector sum, int k, km_vec3 a)
{
    sum[0][k] += a.x;
    sum[1][k] += a.y;
    sum[2][k] += a.z;
}
KM_HD void subtract(km_bonded_vector sum, int k, km_vec3 a)
{
    sum[0][k] -= a.x;
    sum[1][k] -= a.y;
    sum[2][k] -= a.z;
}

KM_HD void add_virial(const lanes w, int k, km_vec3 r, km_vec3 force)
{
    double share[KM_TENSOR] = {0.0};
    km_virial_add(share, r, force);
    for (int c = 0; c < KM_TENSOR; c++)
        w.work->virial[c][k] += share[c];
}

KM_HD void add_pair(const lanes w, int i, int j, int k, km_vec3 d, km_vec3 force)
{
    add(w.f[i], k, force);
    subtract(w.f[j], k, force);
    if (w.tally)
        add_virial(w, k, d, force);
}

KM_HD void bonds(const lanes w, const km_bond *term, int n)
{
    for (const km_bond *t = term; t < term + n; t++)
        EACH_LANE
        {
            const km_vec3 d = difference(w, t->i, t->j, k);
            km_vec3 force;
            const double u = km_bond_harmonic(d, t->r0, t->k, &force);
            add_pair(w, t->i, t->j, k, d, force);
            if (w.tally)
                w.work->energy[KM_ENERGY_BOND][k] += u;
        }
}

KM_HD void angles(const lanes w, const km_angle_ready *term, int n)
{
    km_bonded_vector force_i, force_k;
    double u[LANES], tangent[LANES];
    for (const km_angle_ready *t = term; t < term + n; t++) {
        EACH_LANE
        {
            const km_angle_result r =
                km_angle_harmonic(difference(w, t->i, t->j, k), difference(w, t->k, t->j, k),
                                  t->cosine0, t->sine0, t->k_theta, true);
            u[k] = r.u;
            tangent[k] = r.tangent;
            store(force_i, k, r.force_i);
            store(force_k, k, r.force_k);
        }
        for (int k = 0; k < LANES; k++)
            if (__builtin_expect(!(fabs(tangent[k]) <= KM_ANGLE_SERIES_MAX), 0)) {
                const km_angle_result r =
                    km_angle_harmonic(difference(w, t->i, t->j, k), difference(w, t->k, t->j, k),
                                      t->cosine0, t->sine0, t->k_theta, false);
                u[k] = r.u;
                store(force_i, k, r.force_i);
                store(force_k, k, r.force_k);
            }
        EACH_LANE
        {
            const km_vec3 i = load(force_i, k), l = load(force_k, k);
            add(w.f[t->i], k, i);
            add(w.f[t->k], k, l);
            subtract(w.f[t->j], k, km_vec3_add(i, l));
            if (w.tally) {
                w.work->energy[KM_ENERGY_ANGLE][k] += u[k];
                add_virial(w, k, difference(w, t->i, t->j, k), i);
                add_virial(w, k, difference(w, t->k, t->j, k), l);
            }
        }
    }
}

/* The vectors that a dihedral angle is made of: dihedral.h. */
typedef struct arms {
    km_vec3 f, g, h;
} arms;

KM_HD arms arms_of(const lanes w, const int *atom, int k)
{
    return (arms){difference(w, atom[0], atom[1], k), difference(w, atom[1], atom[2], k),
                  difference(w, atom[3], atom[2], k)};
}

KM_HD void add_dihedral(const lanes w, const int *atom, int k, arms a, double u,
                        km_dihedral_force force, int energy_term)
{
    add(w.f[atom[0]], k, force.i);
    add(w.f[atom[1]], k, force.j);
    add(w.f[atom[2]], k, force.k);
    add(w.f[atom[3]], k, force.l);
    if (w.tally) {
        w.work->energy[energy_term][k] += u;
        add_virial(w, k, a.f, force.i); /* all relative to j */
        add_virial(w, k, km_vec3_scale(-1.0, a.g), force.k);
        add_virial(w, k, km_vec3_sub(a.h, a.g), force.l);
    }
}

KM_HD void dihedrals_rb(const lanes w, const km_dihedral_rb *term, int n)
{
    for (const km_dihedral_rb *t = term; t < term + n; t++)
        EACH_LANE
        {
            const arms a = arms_of(w, &t->i, k);
            const km_dihedral_angle d = km_dihedral_of(a.f, a.g, a.h);
            const km_dihedral_term e = km_dihedral_rb_term(d.cosine, d.sine, t->c, 1);
            add_dihedral(w, &t->i, k, a, e.u, km_dihedral_forces(d, e.slope), KM_ENERGY_DIHEDRAL);
        }
}

/* The multiplicity is a constant where the loop over it shall be unrolled. */
KM_HD void dihedral_periodic(const lanes w, const km_periodic_ready *t, const int multiplicity)
{
    EACH_LANE
    {
        const arms a = arms_of(w, t->atom, k);
        const km_dihedral_angle d = km_dihedral_of(a.f, a.g, a.h);
        const km_dihedral_term e = km_dihedral_periodic_term(d.cosine, d.sine, multiplicity,
                                                             t->k_phi, t->cosine0, t->sine0);
        add_dihedral(w, t->atom, k, a, e.u, km_dihedral_forces(d, e.slope), t->energy_term);
    }
}

KM_HD void dihedrals_periodic(const lanes w, const km_periodic_ready *term, int n)
{
    for (const km_periodic_ready *t = term; t < term + n; t++)
        switch (t->multiplicity) {
        case 1:
            dihedral_periodic(w, t, 1);
            break;
        case 2:
            dihedral_periodic(w, t, 2);
            break;
        case 3:
            dihedral_periodic(w, t, 3);
            break;
        default:
            dihedral_periodic(w, t, t->multiplicity);
        }
}

KM_HD void impropers(const lanes w, const km_improper_harmonic *term, int n)
{
    for (const km_improper_harmonic *t = term; t < term + n; t++)
        for (int k = 0; k < LANES; k++) { /* an arc tangent each */
            const arms a = arms_of(w, &t->i, k);
            const km_dihedral_angle d = km_dihedral_of(a.f, a.g, a.h);
            const km_dihedral_term e = km_improper_harmonic_term(d.cosine, d.sine, t->xi0, t->k_xi);
            add_dihedral(w, &t->i, k, a, e.u, km_dihedral_forces(d, e.slope), KM_ENERGY_IMPROPER);
        }
}

KM_HD void pairs14(const lanes w, const km_pair14 *term, int n)
{
    for (const km_pair14 *t = term; t < term + n; t++)
        EACH_LANE
        {
            const km_vec3 d = difference(w, t->i, t->j, k);
            const double r2 = km_vec3_dot(d, d);
            const km_pair_term vdw = km_lennard_jones(t->epsilon, t->sigma, r2);
            const km_pair_term coulomb = km_coulomb_plain(t->qq, r2);
            add_pair(w, t->i, t->j, k, d, km_vec3_scale(vdw.f_over_r + coulomb.f_over_r, d));
            if (w.tally) {
                w.work->energy[KM_ENERGY_VDW_14][k] += vdw.u;
                w.work->energy[KM_ENERGY_COULOMB_14][k] += coulomb.u;
            }
        }
}

KM_HD void excluded_pairs(const lanes w, const km_excluded_ready *term, int n)
{
    const double alpha = w.alpha, alpha2 = alpha * alpha, alpha3 = alpha2 * alpha;
    double x2[LANES], u[LANES], f_over_r[LANES];
    for (const km_excluded_ready *t = term; t < term + n; t++) {
        EACH_LANE
        {
            const km_vec3 d = difference(w, t->i, t->j, k);
            double e, slope;
            x2[k] = alpha2 * km_vec3_dot(d, d);
            km_excluded_polynomial(x2[k], &e, &slope);
            u[k] = -t->qq * alpha * e;
            f_over_r[k] = 2.0 * t->qq * alpha3 * slope;
        }
        for (int k = 0; k < LANES; k++)
            if (__builtin_expect(!(x2[k] <= KM_EXCLUDED_X2_MAX), 0)) {
                const km_pair_term far = km_coulomb_excluded(t->qq, alpha, x2[k] / alpha2);
                u[k] = far.u;
                f_over_r[k] = far.f_over_r;
            }
        EACH_LANE
        {
            const km_vec3 d = difference(w, t->i, t->j, k);
            add_pair(w, t->i, t->j, k, d, km_vec3_scale(f_over_r[k], d));
            if (w.tally)
                w.work->energy[KM_ENERGY_COULOMB_EXCLUDED][k] += u[k];
        }
    }
}

KM_HD void all_terms(const lanes w, const km_bonded_molecules *molecules, int molecule)
{
#define TERMS(kind, type)                                                                          \
    (const type *)molecules->terms.table[kind].term + molecules->start[kind][molecule],            \
        molecules->start[kind][molecule + 1] - molecules->start[kind][molecule]
    bonds(w, TERMS(KM_BONDED_BOND, km_bond));
    angles(w, TERMS(KM_BONDED_ANGLE, km_angle_ready));
    dihedrals_rb(w, TERMS(KM_BONDED_RB, km_dihedral_rb));
    dihedrals_periodic(w, TERMS(KM_BONDED_PERIODIC, km_periodic_ready));
    impropers(w, TERMS(KM_BONDED_IMPROPER, km_improper_harmonic));
    pairs14(w, TERMS(KM_BONDED_PAIR14, km_pair14));
    excluded_pairs(w, TERMS(KM_BONDED_EXCLUDED, km_excluded_ready));
#undef TERMS
}

/* Copies the set, its last molecule also into the lanes that are left, and clears its forces.
 * Whether nearest images have to be taken: not when every molecule is narrower than half the box,
 * which a whole molecule is. */
KM_HD bool load_set(const km_bonded_set *set, const km_particles *p, km_bonded_work *work)
{
    const double half[3] = {0.5 * p->box.ax, 0.5 * p->box.by, 0.5 * p->box.cz};
    bool wide = false;
    for (int c = 0; c < 3; c++) {
        const double *from = p->position + (size_t)c * (size_t)p->n_padded + set->first;
        double low[LANES], high[LANES];
        for (int a = 0; a < set->n_atoms; a++)
            for (int k = 0; k < LANES; k++) {
                const double r = from[(k < set->n ? k : set->n - 1) * set->n_atoms + a];
                work->x[a][c][k] = r;
                work->f[a][c][k] = 0.0;
                low[k] = a == 0 || r < low[k] ? r : low[k];
                high[k] = a == 0 || r > high[k] ? r : high[k];
            }
        for (int k = 0; k < LANES; k++)
            wide |= !(high[k] - low[k] < half[c]);
    }
    return wide;
}

/* Adds the forces to the particles, each atom once; gives fault bits. */
KM_HD int store_set(const km_bonded_set *set, const km_bonded_work *work, km_particles *p)
{
    int fault = 0;
    for (int a = 0; a < set->n_atoms; a++)
        for (int c = 0; c < 3; c++) {
            const double *f = work->f[a][c];
            km_fixed fixed[LANES];
            bool large = false;
            for (int k = 0; k < LANES; k++)
                large |= !(fabs(f[k]) <= KM_FIXED_LIMIT);
            for (int k = 0; large && k < LANES; k++) {
                fixed[k] = km_fixed_from(f[k]);
                if (!(fabs(f[k]) <= KM_FIXED_LIMIT))
                    fault |= isfinite(f[k]) ? KM_FAULT_FORCE_LIMIT : KM_FAULT_NOT_FINITE;
            }
            for (int k = 0; !large && k < LANES; k++)
                fixed[k] = (km_fixed)(f[k] * KM_FIXED_SCALE + (f[k] < 0.0 ? -0.5 : 0.5));
            km_fixed *to = p->force + (size_t)c * (size_t)p->n_padded + set->first + a;
            for (int k = 0; k < set->n; k++)
                to[k * set->n_atoms] += fixed[k];
        }
    return fault;
}

int KM_JOIN(km_bonded_set_, KM_ISA_NAME)(const km_bonded_molecules *molecules,
                                         const km_bonded_set *set, bool tally, km_bonded_work *work,
                                         km_particles *p)
{
    const bool images = load_set(set, p, work);
    const km_box box = p->box;
    const double alpha = molecules->terms.alpha;
    if (tally) {
        memset(work->energy, 0, sizeof work->energy);
        memset(work->virial, 0, sizeof work->virial);
    }
#define ALL_TERMS(with_images, with_tally)                                                         \
    all_terms((lanes){with_images, with_tally, box, alpha, work->x, work->f, work}, molecules,     \
              set->molecule)
    if (images && tally)
        ALL_TERMS(true, true);
    else if (images)
        ALL_TERMS(true, false);
    else if (tally)
        ALL_TERMS(false, true);
    else
        ALL_TERMS(false, false);
#undef ALL_TERMS
    return store_set(set, work, p);
}
