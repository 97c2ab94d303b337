/* SPDX-License-Identifier: MIT */
/* What the gnuplot scripts of all pictures have in common. */
#ifndef KM_PICTURE_SCRIPT_H
#define KM_PICTURE_SCRIPT_H

#include <stdio.h>

/* The k-th curve's; they begin again after the last. */
const char *km_script_colour(int k);
/* A gnuplot string: a single quote inside is doubled, two of them become a double prime. */
void km_script_quoted(FILE *out, const char *text);
/* A title that fits: long ones are set smaller. NULL: none. */
void km_script_title(FILE *out, const char *title);
/* Settings of all pictures, and how to draw this one again. */
void km_script_head(FILE *out, const char *name);
/* Two passes, NAME.svg and NAME.png, each drawing the same, up to the tail. */
void km_script_passes(FILE *out, const char *name, int width, int height);
void km_script_tail(FILE *out);

#endif
