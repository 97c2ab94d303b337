/* SPDX-License-Identifier: MIT */
/* The element of an atom from its name and mass, for topologies that do not say it. */
#ifndef KM_ELEMENT_GUESS_H
#define KM_ELEMENT_GUESS_H

/* name: "CA", "SOD"; mass: u. In this order: the first two letters or the first letter of the name
 * where the mass agrees; an element of this very mass; the first letter for H, C, N, O, P, S and F
 * (masses may be repartitioned to hydrogen); an element of about this mass. element: "C", "Na", or
 * "X" when nothing fits. */
void km_element_guess(const char *name, double mass, char element[4]);

#endif
