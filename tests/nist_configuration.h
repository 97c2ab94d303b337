/* SPDX-License-Identifier: MIT */
/* Reference configurations of SPC/E water; tests/reference/nist/README.md says whose they are. */
#ifndef KM_NIST_CONFIGURATION_H
#define KM_NIST_CONFIGURATION_H

#include "tests/charged_system.h"

/* Reads tests/reference/nist/NAME, oxygens and hydrogens as they come, three atoms a molecule. */
charged_system *nist_read(const char *name);

#endif
