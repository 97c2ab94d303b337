/* SPDX-License-Identifier: MIT */
/* Texts and numbers as YAML, so that reading them gives the same bits. */
#ifndef KM_YAML_TEXT_H
#define KM_YAML_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#define KM_YAML_NUMBER 40 /* bytes that hold any number */

/* In quotation marks. */
void km_yaml_put_text(FILE *file, const char *text);
/* The shortest text that becomes value again when multiplied by unit; false when there is none, and
 * then the nearest. */
bool km_yaml_number(double value, double unit, char text[KM_YAML_NUMBER]);

#endif
