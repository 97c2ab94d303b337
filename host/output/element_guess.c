/* SPDX-License-Identifier: MIT */
#include "host/output/element_guess.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct element {
    const char *symbol;
    double weight; /* u */
} element;

/* Abridged standard atomic weights of IUPAC 2021, doi:10.1515/pac-2019-0603, hydrogen to radon
 * without the elements that have none. */
static const element elements[] = {
    {"H", 1.008},   {"He", 4.0026}, {"Li", 6.94},   {"Be", 9.0122}, {"B", 10.81},   {"C", 12.011},
    {"N", 14.007},  {"O", 15.999},  {"F", 18.998},  {"Ne", 20.180}, {"Na", 22.990}, {"Mg", 24.305},
    {"Al", 26.982}, {"Si", 28.085}, {"P", 30.974},  {"S", 32.06},   {"Cl", 35.45},  {"Ar", 39.95},
    {"K", 39.098},  {"Ca", 40.078}, {"Sc", 44.956}, {"Ti", 47.867}, {"V", 50.942},  {"Cr", 51.996},
    {"Mn", 54.938}, {"Fe", 55.845}, {"Co", 58.933}, {"Ni", 58.693}, {"Cu", 63.546}, {"Zn", 65.38},
    {"Ga", 69.723}, {"Ge", 72.630}, {"As", 74.922}, {"Se", 78.971}, {"Br", 79.904}, {"Kr", 83.798},
    {"Rb", 85.468}, {"Sr", 87.62},  {"Y", 88.906},  {"Zr", 91.224}, {"Nb", 92.906}, {"Mo", 95.95},
    {"Ru", 101.07}, {"Rh", 102.91}, {"Pd", 106.42}, {"Ag", 107.87}, {"Cd", 112.41}, {"In", 114.82},
    {"Sn", 118.71}, {"Sb", 121.76}, {"Te", 127.60}, {"I", 126.90},  {"Xe", 131.29}, {"Cs", 132.91},
    {"Ba", 137.33}, {"La", 138.91}, {"Ce", 140.12}, {"Pr", 140.91}, {"Nd", 144.24}, {"Sm", 150.36},
    {"Eu", 151.96}, {"Gd", 157.25}, {"Tb", 158.93}, {"Dy", 162.50}, {"Ho", 164.93}, {"Er", 167.26},
    {"Tm", 168.93}, {"Yb", 173.05}, {"Lu", 174.97}, {"Hf", 178.49}, {"Ta", 180.95}, {"W", 183.84},
    {"Re", 186.21}, {"Os", 190.23}, {"Ir", 192.22}, {"Pt", 195.08}, {"Au", 196.97}, {"Hg", 200.59},
    {"Tl", 204.38}, {"Pb", 207.2},  {"Bi", 208.98}};

enum { N_ELEMENTS = sizeof elements / sizeof elements[0] };

/* The element spelt by the first n letters of the name, or NULL. */
static const element *spelt(const char *name, size_t n)
{
    char symbol[3] = "";
    for (size_t k = 0; k < n; k++) {
        if (!isalpha((unsigned char)name[k]))
            return NULL;
        symbol[k] =
            (char)(k == 0 ? toupper((unsigned char)name[k]) : tolower((unsigned char)name[k]));
    }
    for (int k = 0; k < N_ELEMENTS; k++)
        if (strcmp(elements[k].symbol, symbol) == 0)
            return &elements[k];
    return NULL;
}

/* The element of the nearest weight, or NULL when none lies within the tolerance. */
static const element *weighing(double mass, double tolerance)
{
    const element *best = NULL;
    for (int k = 0; k < N_ELEMENTS; k++)
        if (fabs(elements[k].weight - mass) <= tolerance) {
            best = &elements[k];
            tolerance = fabs(elements[k].weight - mass);
        }
    return best;
}

void km_element_guess(const char *name, double mass, char symbol[4])
{
    const double same = 0.01, about = 0.6; /* u  rounded by the file; another isotope or table */
    while (isdigit((unsigned char)*name))  /* "1HB" */
        name++;
    const element *found = NULL;
    for (size_t n = 2; n >= 1 && found == NULL; n--) {
        found = spelt(name, n);
        if (found != NULL && fabs(found->weight - mass) > about)
            found = NULL;
    }
    if (found == NULL)
        found = weighing(mass, same);
    if (found == NULL && *name != '\0' && strchr("HCNOPSF", toupper((unsigned char)*name)) != NULL)
        found = spelt(name, 1);
    if (found == NULL)
        found = weighing(mass, about);
    snprintf(symbol, 4, "%s", found != NULL ? found->symbol : "X");
}
