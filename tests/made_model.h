/* SPDX-License-Identifier: MIT */
/* Models of a few molecules of the electrolytes' force field; positions do not matter to them. */
#ifndef KM_MADE_MODEL_H
#define KM_MADE_MODEL_H

#include "host/model/model.h"

extern km_forcefield *made_ff; /* between the two below, which are for cmocka */
int made_forcefield(void **state);
int made_forcefield_free(void **state);

typedef struct made_portion {
    const char *molecule;
    int count;
} made_portion;

km_recipe made_recipe(void);
km_status made_try(const km_recipe *recipe, const km_forcefield *field,
                   const made_portion *portions, int n, double edge, bool constrain,
                   km_model **model);
km_model *made_model(const km_recipe *recipe, const made_portion *portions, int n, bool constrain);
km_model *made_one(const char *molecule, bool constrain);
bool made_excludes(const km_model *m, int i, int j);

#endif
