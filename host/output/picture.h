/* SPDX-License-Identifier: MIT */
/* Pictures of results: a gnuplot script beside the data, run when gnuplot is installed.
 *
 * NAME.gnuplot gives NAME.svg and NAME.png; where gnuplot is missing the script stays for later. */
#ifndef KM_PICTURE_H
#define KM_PICTURE_H

#include <stdbool.h>

#include "kernels/base/error.h"

typedef struct km_picture_curve {
    const char *label;       /* "K+"                                                           */
    int column;              /*        of the CSV file, from 1                                 */
    int error_column;        /*        of its standard error, 0 = none                         */
    double diffusion, error; /* m^2/s  shown in the key; diffusion 0 or NaN = not shown        */
    bool apparent;           /*        the motion was not diffusive: the key says so           */
} km_picture_curve;

typedef struct km_picture_msd_spec {
    const char *folder;      /*     where the data are and the pictures go                     */
    const char *csv;         /*     name in the folder: lag (ps) in column 1, MSD in A^2      */
    const char *title;       /*     NULL or one line                                           */
    double fit_from, fit_to; /* ps  the window of the linear fit, shaded; equal = none         */
    int n_curves;
    const km_picture_curve *curve;
} km_picture_msd_spec;

/* msd.svg and msd.png: mean squared displacements over the time lag, both axes logarithmic, with a
 * guide of slope 1. drawn: false when gnuplot is not installed (the script is left). Fails with
 * KM_ERROR_FILE when the script cannot be written and KM_ERROR_EXTERNAL with gnuplot's words when
 * it fails. */
KM_MUST_CHECK km_status km_picture_msd(const km_picture_msd_spec *spec, bool *drawn);
/* energies.svg and energies.png from energies.csv: temperature, density and potential energy over
 * time, every value pale and means over a hundredth of the run strong. */
KM_MUST_CHECK km_status km_picture_energies(const char *folder, const char *title, bool *drawn);

typedef struct km_picture_profile_curve {
    const char *label; /* "DME"                                                    */
    int column;        /* of profile.csv, from 1, 1/A^3; the next is its error     */
    bool metal;        /* pale, and not what the axis is made for                  */
} km_picture_profile_curve;

typedef struct km_picture_profile_spec {
    const char
        *folder;       /*   with profile.csv (z in A in column 1) and potential.csv (z, V, error) */
    const char *title; /*   NULL or one line                                              */
    double from, to;   /* A of the window                                                 */
    const char *boundary; /*   of the potential, in a word                                   */
    int n_curves;
    const km_picture_profile_curve *curve;
    int n_slabs; /*   shaded; one that begins behind its end lies at both ends of the window */
    const double *slab_from, *slab_to; /* A                                                  */
} km_picture_profile_spec;

/* profile.svg and profile.png: number densities and the electrostatic potential along z, each with
 * its standard error as a band. As km_picture_msd. */
KM_MUST_CHECK km_status km_picture_profile(const km_picture_profile_spec *spec, bool *drawn);

typedef struct km_picture_arrhenius_curve {
    const char *label;       /* "D of K+"                                                */
    const char *quantity;    /* its word in the first column of arrhenius.csv             */
    double slope, intercept; /* K, 1  of the logarithm against 1/T; NAN: no line          */
    double energy, error;    /* kJ/mol  shown in the key                                  */
    bool conductivity;       /* on the axis at the right                                  */
} km_picture_arrhenius_curve;

typedef struct km_picture_arrhenius_spec {
    const char *folder; /*   with arrhenius.csv: quantity, T, 1000/T, value, error        */
    const char *title;  /*   NULL or one line                                             */
    double from, to;    /* K  of the points                                               */
    double aim;         /* K  up to which the lines are drawn                             */
    int n_curves;
    const km_picture_arrhenius_curve *curve;
} km_picture_arrhenius_spec;

/* arrhenius.svg and arrhenius.png: logarithms against 1000/T with their lines. As km_picture_msd.
 */
KM_MUST_CHECK km_status km_picture_arrhenius(const km_picture_arrhenius_spec *spec, bool *drawn);

#endif
