/* SPDX-License-Identifier: MIT */
/* A number as text that reads back to the same bits. */
#ifndef KM_NUMBER_TEXT_H
#define KM_NUMBER_TEXT_H

#define KM_NUMBER_TEXT_LENGTH 32

/* The shortest of 15, 16 and 17 significant digits that reads back to the same double; "nan",
 * "inf" and "-inf" for the others. Gives the number of characters. */
int km_number_text(double value, char text[KM_NUMBER_TEXT_LENGTH]);

#endif
