/* SPDX-License-Identifier: MIT */
/* Frames that depend on their number alone, and trajectories made of them. */
#ifndef KM_TEST_TRAJECTORY_SAMPLE_H
#define KM_TEST_TRAJECTORY_SAMPLE_H

#include "host/output/netcdf_trajectory.h"
#include "kernels/base/random.h"
#include "tests/files.h"

enum { MANY = 37 };

static const km_box triclinic = {3.0, 0.9, 2.8, -0.7, 1.1, 3.1};

typedef struct sample {
    double position[3 * MANY], velocity[3 * MANY];
    km_frame frame;
} sample;

/* A configuration that depends on k alone. */
static inline void sample_fill(sample *s, int n, int k)
{
    for (int i = 0; i < n; i++) {
        double normal[4];
        km_random_normal4(km_random_bits(5, (uint64_t)k, (uint32_t)i, KM_RANDOM_BUILD), normal);
        for (int c = 0; c < 3; c++) {
            s->position[3 * i + c] = 1.5 + 2.0 * normal[c] + 0.1 * k;
            s->velocity[3 * i + c] = 0.4 * normal[(c + 1) % 3];
        }
    }
    s->frame = (km_frame){.step = 500 * k,
                          .time = 1.0 * k,
                          .n = n,
                          .box = triclinic,
                          .position = s->position,
                          .velocity = s->velocity};
    s->frame.box.ax += 0.001 * k;
}

/* Writes frames first..last-1 to a sink that has begun. */
static inline void write_frames(const km_sink *sink, int n, int first, int last)
{
    sample s;
    for (int k = first; k < last; k++) {
        sample_fill(&s, n, k);
        assert_ok(sink->frame(sink->self, &s.frame));
    }
}

static inline void write_file(const char *path, int n, int n_frames, bool with_velocities)
{
    km_netcdf_writer *writer;
    const km_labels labels = {.n_atoms = n};
    assert_ok(km_netcdf_writer_create(path, with_velocities, "1 M KFSI in DME", &writer));
    const km_sink sink = km_netcdf_writer_sink(writer);
    assert_ok(sink.begin(sink.self, &labels));
    write_frames(&sink, n, 0, n_frames);
    assert_ok(sink.end(sink.self));
    km_netcdf_writer_destroy(writer);
}

#endif
