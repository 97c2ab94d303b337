/* SPDX-License-Identifier: MIT */
#include "host/output/gro_text.h"

void km_gro_put_atom(FILE *out, int molecule, const char *residue, int atom, const char *name,
                     km_vec3 position, const double *velocity)
{
    fprintf(out, "%5d%-5.5s%5.5s%5d%14.9f%14.9f%14.9f", (molecule + 1) % 100000, residue, name,
            (atom + 1) % 100000, position.x, position.y, position.z);
    if (velocity != NULL)
        fprintf(out, "%14.10f%14.10f%14.10f", velocity[0], velocity[1], velocity[2]);
    fputc('\n', out);
}

void km_gro_put_box(FILE *out, const km_box *box)
{
    fprintf(out, "%.12f %.12f %.12f", box->ax, box->by, box->cz);
    if (!km_box_is_orthorhombic(box))
        fprintf(out, " 0 0 %.12f 0 %.12f %.12f", box->bx, box->cx, box->cy);
    fputc('\n', out);
}
