/* SPDX-License-Identifier: MIT */
#include "host/model/labels.h"

#include <stdlib.h>

void km_labels_destroy(km_labels *labels)
{
    if (labels == NULL)
        return;
    free(labels->atom_name);
    free(labels->type_name);
    free(labels->element);
    free(labels->mass);
    free(labels->charge);
    free(labels->molecule);
    free(labels->molecule_start);
    free(labels->molecule_kind);
    free(labels->kind);
    free(labels->bond);
    free(labels);
}
