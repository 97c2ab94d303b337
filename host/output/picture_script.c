/* SPDX-License-Identifier: MIT */
#include "host/output/picture_script.h"

/* Colours that the colour-blind can tell apart (Okabe and Ito, https://jfly.uni-koeln.de/color/),
 * potassium's lilac first. */
static const char *const colours[] = {"#8A2BB8", "#009E73", "#0072B2", "#D55E00",
                                      "#56B4E9", "#E69F00", "#CC79A7"};
enum { N_COLOURS = sizeof colours / sizeof colours[0] };

const char *km_script_colour(int k)
{
    return colours[k % N_COLOURS];
}

void km_script_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (text[0] == '\'' && text[1] == '\'') { /* gnuplot does not read four of them in a loop */
            fputs("″", out);
            text++;
            continue;
        }
        if (*text == '\'')
            fputc('\'', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

void km_script_title(FILE *out, const char *title)
{
    int letters = 0;
    for (const char *c = title != NULL ? title : ""; *c != '\0'; c++)
        letters += ((unsigned char)*c & 0xC0) != 0x80; /* characters, not bytes, of UTF-8 */
    fputs("set title ", out);
    km_script_quoted(out, title != NULL ? title : "");
    fprintf(out, " noenhanced font ',%d'\n",
            letters <= 56    ? 17
            : letters <= 100 ? 952 / letters
                             : 9);
}

void km_script_head(FILE *out, const char *name)
{
    fprintf(out,
            "# Draws %s.svg and %s.png: gnuplot %s.gnuplot\n"
            "set encoding utf8\n"
            "set datafile separator ','\n"
            "set border 3 linecolor '#444444'\n"
            "set tics nomirror textcolor '#222222'\n"
            "set grid xtics ytics linetype 1 linecolor '#E4E4E4' linewidth 0.8\n"
            "set style fill transparent solid 0.18 noborder\n"
            "set samples 400\n\n",
            name, name, name);
}

void km_script_passes(FILE *out, const char *name, int width, int height)
{
    fprintf(out,
            "do for [kind in 'svg png'] {\n"
            "if (kind eq 'svg') {\n"
            "    set terminal svg size %d,%d font 'Helvetica,Arial,sans-serif,15' background "
            "'#FFFFFF'\n"
            "    set output '%s.svg'\n"
            "} else {\n"
            "    if (strstrt(GPVAL_TERMINALS, 'pngcairo') == 0) { break }\n"
            "    set terminal pngcairo size %d,%d font 'Sans,12' fontscale 2 linewidth 2 "
            "background '#FFFFFF'\n"
            "    set output '%s.png'\n"
            "}\n\n",
            width, height, name, 2 * width, 2 * height, name);
}

void km_script_tail(FILE *out)
{
    fputs("\nset output\n}\n", out);
}
