/* SPDX-License-Identifier: MIT */
/* The periodic images that a half list needs: home, and one of each pair of opposite neighbours. */
#ifndef KM_NEIGHBOUR_IMAGE_H
#define KM_NEIGHBOUR_IMAGE_H

#include "kernels/base/box.h"

enum { KM_LIST_IMAGES = 14 };

/* Lattice coordinates of image s, home first: the second half of the 27 in ascending order. */
KM_HD void km_list_image(int s, int image[3])
{
    const int m = 13 + s;
    image[0] = m % 3 - 1;
    image[1] = m / 3 % 3 - 1;
    image[2] = m / 9 - 1;
}

/* Its lattice vector, nm. */
KM_HD km_vec3 km_list_image_shift(const km_box *box, int s)
{
    int image[3];
    km_list_image(s, image);
    return km_box_image_shift(box, image[0], image[1], image[2]);
}

#endif
