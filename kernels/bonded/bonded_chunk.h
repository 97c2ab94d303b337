/* SPDX-License-Identifier: MIT */
/* Many terms of one kind at once, component by component, so that the compiler makes vector loops.
 *
 * bonded_block.h fills a chunk, has it evaluated and adds the forces up one term after the other.
 * The evaluation is compiled once per instruction set (bonded_cpu.c); without contraction of
 * multiply and add all give the same bits. Results of unused entries are not read. The physics,
 * with its sources (DOI), is in the headers included here. */
#ifndef KM_BONDED_CHUNK_H
#define KM_BONDED_CHUNK_H

#include "kernels/bonded/angle.h"
#include "kernels/bonded/dihedral.h"
#include "kernels/bonded/excluded.h"

#define KM_CHUNK 64 /* terms evaluated together */

typedef double km_chunk_vector[3][KM_CHUNK];

typedef struct angle_chunk {
    km_chunk_vector r_ij, r_kj;                                   /* nm */
    double cosine0[KM_CHUNK], sine0[KM_CHUNK], k_theta[KM_CHUNK]; /* kJ/mol/rad^2 */
    double u[KM_CHUNK], tangent[KM_CHUNK];                        /* results: kJ/mol, tan(b/2) */
    km_chunk_vector force_i, force_k;                             /* kJ/mol/nm */
} angle_chunk;

typedef struct rb_chunk {
    km_chunk_vector f, g, h;                            /* nm, see dihedral.h                    */
    double c[6][KM_CHUNK];                              /* kJ/mol                                */
    double u[KM_CHUNK];                                 /* results: kJ/mol                       */
    km_chunk_vector force_i, force_j, force_k, force_l; /* kJ/mol/nm */
} rb_chunk;

typedef struct excluded_chunk {
    double x2[KM_CHUNK];                 /* (alpha r)^2          */
    double e[KM_CHUNK], slope[KM_CHUNK]; /* results: E, dE/dx2   */
} excluded_chunk;

/* One per thread; zeroed when made, so that unused entries are defined. */
typedef struct chunk_set {
    angle_chunk angle;
    rb_chunk rb;
    excluded_chunk excluded;
} chunk_set;

/* One per instruction set. */
typedef struct chunk_loops {
    void (*angles)(angle_chunk *chunk);
    void (*dihedrals_rb)(rb_chunk *chunk);
    void (*excluded)(excluded_chunk *chunk);
} chunk_loops;

KM_HD km_vec3 chunk_load(double (*v)[KM_CHUNK], int m)
{
    return km_vec3_make(v[0][m], v[1][m], v[2][m]);
}
KM_HD void chunk_store(double (*v)[KM_CHUNK], int m, km_vec3 a)
{
    v[0][m] = a.x;
    v[1][m] = a.y;
    v[2][m] = a.z;
}

KM_HD void chunk_angles(angle_chunk *KM_RESTRICT c)
{
#pragma omp simd
    for (int m = 0; m < KM_CHUNK; m++) {
        const km_angle_result r =
            km_angle_harmonic(chunk_load(c->r_ij, m), chunk_load(c->r_kj, m), c->cosine0[m],
                              c->sine0[m], c->k_theta[m], true);
        c->u[m] = r.u;
        c->tangent[m] = r.tangent;
        chunk_store(c->force_i, m, r.force_i);
        chunk_store(c->force_k, m, r.force_k);
    }
}

KM_HD void chunk_dihedrals_rb(rb_chunk *KM_RESTRICT c)
{
#pragma omp simd
    for (int m = 0; m < KM_CHUNK; m++) {
        const km_dihedral_angle d =
            km_dihedral_of(chunk_load(c->f, m), chunk_load(c->g, m), chunk_load(c->h, m));
        const km_dihedral_term t = km_dihedral_rb_term(d.cosine, d.sine, &c->c[0][m], KM_CHUNK);
        const km_dihedral_force force = km_dihedral_forces(d, t.slope);
        c->u[m] = t.u;
        chunk_store(c->force_i, m, force.i);
        chunk_store(c->force_j, m, force.j);
        chunk_store(c->force_k, m, force.k);
        chunk_store(c->force_l, m, force.l);
    }
}

KM_HD void chunk_excluded(excluded_chunk *KM_RESTRICT c)
{
#pragma omp simd
    for (int m = 0; m < KM_CHUNK; m++)
        km_excluded_polynomial(c->x2[m], &c->e[m], &c->slope[m]);
}

#endif
