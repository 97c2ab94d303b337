/* SPDX-License-Identifier: MIT */
/* Spreading and gathering with stencils of KM_WIDTH numbers along z; pme_loop.c includes this once
 * per width. A row of a stencil is held in PARTS vectors of LANES numbers. No include guard. */

#define LANES (KM_WIDTH < KM_LANES ? KM_WIDTH : KM_LANES)
#define PARTS (KM_WIDTH / LANES)
#define part KM_JOIN(km_stencil_part_, KM_WIDTH)
#define load_part KM_JOIN(km_stencil_load_, KM_WIDTH)
#define row_product KM_JOIN(km_stencil_product_, KM_WIDTH)
#define spread_width KM_JOIN(km_stencil_spread_, KM_WIDTH)
#define gather_width KM_JOIN(km_stencil_gather_, KM_WIDTH)
#define for_parts _Pragma("GCC unroll 8") for (int g = 0; g < PARTS; g++)

typedef km_real part __attribute__((vector_size(LANES * sizeof(km_real))));

KM_HD part load_part(const km_real *row, int g)
{
    part v;
    memcpy(&v, row + g * LANES, sizeof v);
    return v;
}

/* Sum of products over a row, as a tree of fixed shape. */
KM_HD km_real row_product(const part *a, const km_real *b)
{
    km_real sum[KM_WIDTH];
    for_parts
    {
        const part product = a[g] * load_part(b, g);
        memcpy(sum + g * LANES, &product, sizeof product);
    }
    for (int half = KM_WIDTH / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            sum[k] += sum[k + half];
    return sum[0];
}

KM_HD void spread_width(const int order, const km_pme_layout *layout, const km_pme_site *site,
                        const km_real *stencil, int n, int offset, km_real *plane)
{
    for (int s = 0; s < n; s++, stencil += KM_PME_STENCIL * KM_WIDTH) {
        const km_real *wy = stencil + KM_PME_WEIGHT_Y * KM_WIDTH;
        const km_real wx = site[s].charge * stencil[offset];
        km_real *row = plane + site[s].cell[1] * layout->row + site[s].cell[2];
        part wz[PARTS];
        for_parts wz[g] = load_part(stencil + KM_PME_WEIGHT_Z * KM_WIDTH, g);
        for (int j = 0; j < order; j++, row += layout->row) {
            const km_real w = wx * wy[j];
            for_parts
            {
                const part sum = load_part(row, g) + w * wz[g];
                memcpy(row + g * LANES, &sum, sizeof sum);
            }
        }
    }
}

KM_HD void gather_width(const int order, const km_pme_layout *layout, const km_pme_site *site,
                        const km_real *stencil, int n, const km_real *potential, km_real *gradient)
{
    for (int s = 0; s < n; s++, stencil += KM_PME_STENCIL * KM_WIDTH, gradient += 3) {
        const km_real *wx = stencil, *wy = wx + KM_WIDTH, *wz = wy + KM_WIDTH;
        const km_real *dx = wz + KM_WIDTH, *dy = dx + KM_WIDTH, *dz = dy + KM_WIDTH;
        part value[PARTS] = {{0}}, slope_x[PARTS] = {{0}}, slope_y[PARTS] = {{0}};
        int x = site[s].cell[0];
        const int in_plane = site[s].cell[1] * layout->row + site[s].cell[2];
        for (int i = 0; i < order; i++) {
            const km_real *row = potential + (size_t)x * layout->plane + in_plane;
            part a[PARTS] = {{0}}, b[PARTS] = {{0}};
            for (int j = 0; j < order; j++, row += layout->row) {
                for_parts
                {
                    const part v = load_part(row, g);
                    a[g] += wy[j] * v;
                    b[g] += dy[j] * v;
                }
            }
            for_parts
            {
                value[g] += wx[i] * a[g];
                slope_x[g] += dx[i] * a[g];
                slope_y[g] += wx[i] * b[g];
            }
            x = x + 1 == layout->mesh[0] ? 0 : x + 1;
        }
        gradient[0] = row_product(slope_x, wz);
        gradient[1] = row_product(slope_y, wz);
        gradient[2] = row_product(value, dz);
    }
}

#undef LANES
#undef PARTS
#undef part
#undef load_part
#undef row_product
#undef spread_width
#undef gather_width
#undef for_parts
