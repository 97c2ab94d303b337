/* SPDX-License-Identifier: MIT */
#include "host/report/snapshot.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

#include "host/output/atomic_file.h"
#include "host/output/netcdf_reader.h"
#include "host/output/psf_reader.h"
#include "host/output/run_folder.h"

enum {
    SAMPLES = 2,       /* along each edge of a pixel              */
    MOST_WIDE = 1400,  /* pixels                                  */
    MOST_HIGH = 1000,  /*                                         */
    STICK_SPHERES = 24 /* of which a bond is made                 */
};
#define MARGIN 0.25 /* nm around the cell */
#define FOG 0.45    /* share of white on what lies farthest */

typedef struct look {
    char element[4];
    double radius; /* nm */
    unsigned char colour[3];
} look;

/* Radii between those of ions and of van der Waals; colours by custom, potassium's lilac first. */
static const look looks[] = {
    {"K", 0.190, {138, 43, 184}},  {"Na", 0.165, {171, 92, 242}}, {"Li", 0.130, {204, 128, 255}},
    {"H", 0.070, {225, 225, 225}}, {"C", 0.110, {95, 95, 95}},    {"N", 0.110, {59, 91, 217}},
    {"O", 0.110, {212, 67, 59}},   {"F", 0.105, {96, 184, 84}},   {"S", 0.130, {222, 180, 30}},
    {"P", 0.130, {230, 140, 0}},   {"Cl", 0.160, {0, 158, 115}},  {"Al", 0.090, {170, 140, 150}},
    {"Fe", 0.100, {190, 100, 50}}, {"Se", 0.150, {200, 120, 20}}, {"Sb", 0.120, {140, 90, 160}},
};
static const look unknown = {"X", 0.130, {150, 130, 110}};
static const unsigned char metal_colour[3] = {150, 148, 165};

typedef struct canvas {
    int width, height; /* samples */
    double scale;      /* samples per nm */
    double left, top;  /* nm  coordinates of the corner */
    double near, far;  /* nm  depths                     */
    float *depth;
    unsigned char *colour; /* 3 per sample */
} canvas;

typedef struct view {
    int across, up, along; /* axes of the cell: to the right, upwards, towards the reader */
} view;

static const look *look_of(const char *element)
{
    for (size_t k = 0; k < sizeof looks / sizeof looks[0]; k++)
        if (strcmp(looks[k].element, element) == 0)
            return &looks[k];
    return &unknown;
}

static unsigned char shade(unsigned char colour, double light, double fog)
{
    const double lit =
        fmin(255.0, colour * (0.42 + 0.62 * fmax(light, 0.0)) + 70.0 * pow(fmax(light, 0.0), 24.0));
    return (unsigned char)(lit + (255.0 - lit) * fog);
}

static void draw_sphere(canvas *c, const double r[3], double radius, const unsigned char colour[3])
{
    const double x = (r[0] - c->left) * c->scale, y = (c->top - r[1]) * c->scale;
    const double size = radius * c->scale;
    const double fog = FOG * fmin(1.0, fmax(0.0, (c->near - r[2]) / (c->near - c->far + 1e-9)));
    for (int j = (int)fmax(0.0, y - size); j < c->height && j <= y + size; j++)
        for (int i = (int)fmax(0.0, x - size); i < c->width && i <= x + size; i++) {
            const double u = (i + 0.5 - x) / size, v = (j + 0.5 - y) / size;
            const double square = 1.0 - u * u - v * v;
            if (square < 0.0)
                continue;
            const double w = sqrt(square), depth = r[2] + radius * w;
            const size_t at = (size_t)j * (size_t)c->width + (size_t)i;
            if (depth <= (double)c->depth[at])
                continue;
            c->depth[at] = (float)depth;
            for (int k = 0; k < 3; k++) /* light from the upper left */
                c->colour[3 * at + (size_t)k] =
                    shade(colour[k], -0.45 * u - 0.55 * v + 0.70 * w, fog);
        }
}

static void position_of(const km_frame *frame, const view *v, int atom, const double shift[3],
                        double out[3])
{
    const double *r = frame->position + 3 * (size_t)atom;
    out[0] = r[v->across] + shift[v->across];
    out[1] = r[v->up] + shift[v->up];
    out[2] = r[v->along] + shift[v->along];
}

/* Brings the centre of a molecule into the cell. */
static void shift_of(const km_frame *frame, const km_labels *labels, int molecule, double shift[3])
{
    const int first = labels->molecule_start[molecule], end = labels->molecule_start[molecule + 1];
    km_vec3 centre = {0.0, 0.0, 0.0};
    for (int i = first; i < end; i++) {
        const double *r = frame->position + 3 * (size_t)i;
        centre = km_vec3_add(centre, km_vec3_make(r[0], r[1], r[2]));
    }
    centre = km_vec3_scale(1.0 / (end - first), centre);
    const km_vec3 s = km_box_to_fractional(&frame->box, centre);
    const km_vec3 d =
        km_box_to_cartesian(&frame->box, km_vec3_make(-floor(s.x), -floor(s.y), -floor(s.z)));
    shift[0] = d.x;
    shift[1] = d.y;
    shift[2] = d.z;
}

/* Neutral molecules of several atoms are what ions move in. */
static bool is_solvent(const km_labels *labels, int molecule)
{
    const km_molecule_kind *kind = &labels->kind[labels->molecule_kind[molecule]];
    return kind->n_atoms > 1 && km_kind_charge(kind) == 0;
}

static void draw_molecule(canvas *c, const km_frame *frame, const km_labels *labels, const view *v,
                          int molecule, const double shift[3])
{
    const bool solvent = is_solvent(labels, molecule);
    for (int i = labels->molecule_start[molecule]; i < labels->molecule_start[molecule + 1]; i++) {
        const look *l = look_of(labels->element[i]);
        const bool metal =
            labels->molecule_start[molecule + 1] - labels->molecule_start[molecule] == 1 &&
            labels->charge[i] == 0.0;
        double r[3];
        position_of(frame, v, i, shift, r);
        draw_sphere(c, r, solvent ? 0.28 * l->radius : l->radius, metal ? metal_colour : l->colour);
    }
}

/* Each half in the colour of its atom. */
static void draw_bond(canvas *c, const km_frame *frame, const km_labels *labels, const view *v,
                      const int bond[2], const double shift[3])
{
    double r[2][3];
    for (int end = 0; end < 2; end++)
        position_of(frame, v, bond[end], shift, r[end]);
    for (int k = 1; k < STICK_SPHERES; k++) {
        const double t = (double)k / STICK_SPHERES;
        const double x[3] = {r[0][0] + t * (r[1][0] - r[0][0]), r[0][1] + t * (r[1][1] - r[0][1]),
                             r[0][2] + t * (r[1][2] - r[0][2])};
        draw_sphere(c, x, 0.018, look_of(labels->element[bond[t < 0.5 ? 0 : 1]])->colour);
    }
}

static km_status draw_all(canvas *c, const km_frame *frame, const km_labels *labels, const view *v)
{
    double(*shift)[3];
    KM_NEW(shift, labels->n_molecules);
    for (int m = 0; m < labels->n_molecules; m++) {
        shift_of(frame, labels, m, shift[m]);
        draw_molecule(c, frame, labels, v, m, shift[m]);
    }
    for (int b = 0; b < labels->n_bonds; b++) {
        const int molecule = labels->molecule[labels->bond[b][0]];
        draw_bond(c, frame, labels, v, labels->bond[b], shift[molecule]);
    }
    free(shift);
    return KM_OK;
}

static km_status make_canvas(const km_frame *frame, view *v, canvas *c)
{
    const km_box *box = &frame->box;
    const double edge[3] = {box->ax + fabs(box->bx) + fabs(box->cx), box->by + fabs(box->cy),
                            box->cz};
    *v = edge[2] > 1.2 * edge[0] ? (view){2, 0, 1} : (view){0, 2, 1};
    const double wide = edge[v->across] + 2.0 * MARGIN, high = edge[v->up] + 2.0 * MARGIN;
    c->scale = SAMPLES * fmin(MOST_WIDE / wide, MOST_HIGH / high);
    c->width = SAMPLES * (int)ceil(wide * c->scale / SAMPLES);
    c->height = SAMPLES * (int)ceil(high * c->scale / SAMPLES);
    c->left = -MARGIN + fmin(0.0, v->across == 0 ? box->bx + box->cx : 0.0);
    c->top = edge[v->up] + MARGIN;
    c->near = edge[1];
    c->far = 0.0;
    const size_t n = (size_t)c->width * (size_t)c->height;
    KM_NEW(c->depth, n);
    KM_NEW(c->colour, 3 * n);
    memset(c->colour, 255, 3 * n);
    for (size_t k = 0; k < n; k++)
        c->depth[k] = -1e30f;
    return KM_OK;
}

/* The mean of the samples of every pixel, in place. */
static void reduce(canvas *c)
{
    const int width = c->width / SAMPLES, height = c->height / SAMPLES;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int k = 0; k < 3; k++) {
                int sum = 0;
                for (int s = 0; s < SAMPLES * SAMPLES; s++)
                    sum += c->colour[3 * ((size_t)(SAMPLES * y + s / SAMPLES) * (size_t)c->width +
                                          (size_t)(SAMPLES * x + s % SAMPLES)) +
                                     (size_t)k];
                c->colour[3 * ((size_t)y * (size_t)width + (size_t)x) + (size_t)k] =
                    (unsigned char)(sum / (SAMPLES * SAMPLES));
            }
}

static km_status write_png(const canvas *c, const char *path)
{
    const int width = c->width / SAMPLES, height = c->height / SAMPLES;
    int size = 0;
    unsigned char *png = stbi_write_png_to_mem(c->colour, 3 * width, width, height, 3, &size);
    if (png == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "%s: no memory for a picture of %d x %d", path, width,
                       height);
    const km_status status = km_atomic_file_write(path, png, (size_t)size);
    free(png);
    return status;
}

km_status km_snapshot_write(const char *path, const km_frame *frame, const km_labels *labels)
{
    canvas c = {0};
    view v;
    km_status status = make_canvas(frame, &v, &c);
    if (status == KM_OK)
        status = draw_all(&c, frame, labels, &v);
    if (status == KM_OK) {
        reduce(&c);
        status = write_png(&c, path);
    }
    free(c.depth);
    free(c.colour);
    return status;
}

km_status km_snapshot_of_run(const char *folder)
{
    char psf[KM_PATH_LENGTH], trajectory[KM_PATH_LENGTH], path[KM_PATH_LENGTH];
    km_labels *labels = NULL;
    km_netcdf_reader *reader = NULL;
    km_frame frame;
    snprintf(psf, sizeof psf, "%s/" KM_FILE_TOPOLOGY, folder);
    snprintf(trajectory, sizeof trajectory, "%s/" KM_FILE_TRAJECTORY, folder);
    snprintf(path, sizeof path, "%s/snapshot.png", folder);
    if (access(psf, R_OK) != 0 || access(trajectory, R_OK) != 0)
        return KM_OK;
    km_status status = km_labels_read_psf(psf, &labels);
    if (status == KM_OK)
        status = km_netcdf_reader_open(trajectory, labels->n_atoms, &reader);
    const int64_t n = status == KM_OK ? km_netcdf_reader_n_frames(reader) : 0;
    if (status == KM_OK && n > 0) {
        status = km_netcdf_reader_read(reader, n - 1, &frame);
        if (status == KM_OK)
            status = km_snapshot_write(path, &frame, labels);
    }
    km_netcdf_reader_destroy(reader);
    km_labels_destroy(labels);
    return status;
}
