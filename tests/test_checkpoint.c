/* SPDX-License-Identifier: MIT */
/* Checkpoints give back what was put into them, and damaged ones are never used: cut at any length,
 * or with a bit turned in any byte, the generation before is taken, and said. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/output/checkpoint_file.h"
#include "tests/files.h"

#define FOLDER "test_checkpoint.d"
#define NEWEST FOLDER "/state.nc"
enum { ATOMS = 3, STAGES = 2 };

typedef struct sample {
    double position[3 * ATOMS], velocity[3 * ATOMS];
    km_stage_sums sums[STAGES];
    km_checkpoint checkpoint;
} sample;

static void fill(double *to, int n, double seed)
{
    for (int k = 0; k < n; k++)
        to[k] = seed + 0.37 * k;
}

static void make(sample *s, double seed, bool with_sums)
{
    memset(s, 0, sizeof *s);
    fill(s->position, 3 * ATOMS, seed);
    fill(s->velocity, 3 * ATOMS, -seed);
    fill(&s->sums[0].steps, STAGES * KM_STAGE_NUMBERS, 100 * seed);
    s->checkpoint = (km_checkpoint){
        .stage = 1,
        .in_stage = 500,
        .stage_first_step = 1000,
        .stage_start_time = seed,
        .conserved_reference = -2 * seed,
        .state = {.n = ATOMS, .position = s->position, .velocity = s->velocity},
        .n_stages = with_sums ? STAGES : 0,
        .stage_sums = with_sums ? s->sums : NULL,
    };
    s->checkpoint.state.box = s->checkpoint.stage_box = km_box_orthorhombic(2, 3, 4);
    s->checkpoint.identity.part[2] = 77;
    s->checkpoint.scalars.chain_velocity[3] = seed;
    s->checkpoint.sink_position[1] = 12345;
}

static void assert_is(const km_checkpoint *read, const sample *s)
{
    const km_checkpoint *c = &s->checkpoint;
    assert_int_equal(read->state.n, ATOMS);
    assert_memory_equal(read->state.position, s->position, sizeof s->position);
    assert_memory_equal(read->state.velocity, s->velocity, sizeof s->velocity);
    assert_memory_equal(&read->state.box, &c->state.box, sizeof c->state.box);
    assert_memory_equal(&read->stage_box, &c->stage_box, sizeof c->stage_box);
    assert_memory_equal(&read->scalars, &c->scalars, sizeof c->scalars);
    assert_memory_equal(&read->identity, &c->identity, sizeof c->identity);
    assert_memory_equal(read->sink_position, c->sink_position, sizeof c->sink_position);
    assert_int_equal(read->stage, c->stage);
    assert_int_equal(read->in_stage, c->in_stage);
    assert_int_equal(read->stage_first_step, c->stage_first_step);
    assert_true(read->stage_start_time == c->stage_start_time);
    assert_true(read->conserved_reference == c->conserved_reference);
    assert_int_equal(read->n_stages, c->n_stages);
    if (c->stage_sums != NULL)
        assert_memory_equal(read->stage_sums, s->sums, sizeof s->sums);
    else
        assert_null(read->stage_sums);
}

static void expect(const sample *s, bool expected_fallback)
{
    km_checkpoint read;
    bool fallback;
    char reason[256] = "";
    assert_ok(km_checkpoint_read(FOLDER, &read, &fallback, reason, sizeof reason));
    assert_true(fallback == expected_fallback);
    assert_true((reason[0] != '\0') == fallback);
    assert_is(&read, s);
    km_checkpoint_release(&read);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    sample older, newer;
    mkdir(FOLDER, 0777);
    make(&older, 1.5, false);
    make(&newer, 2.5, true);
    assert_ok(km_checkpoint_write(FOLDER, &older.checkpoint));
    expect(&older, false);
    assert_ok(km_checkpoint_write(FOLDER, &newer.checkpoint));
    expect(&newer, false);
    assert_int_equal(unlink(NEWEST), 0);
    expect(&older, true);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    sample older, newer;
    size_t size;
    mkdir(FOLDER, 0777);
    make(&older, 1.5, true);
    make(&newer, 2.5, true);
    assert_ok(km_checkpoint_write(FOLDER, &older.checkpoint));
    assert_ok(km_checkpoint_write(FOLDER, &newer.checkpoint));
    char *bytes = slurp(NEWEST, &size);
    assert_true(size > 1000 && size < 10000);
    for (size_t n = 0; n < size; n += 3) {
        spill(NEWEST, bytes, n);
        expect(&older, true);
    }
    int noticed = 0;
    for (size_t at = 0; at < size; at++) {
        const char bit = (char)(1u << at % 8);
        km_checkpoint read;
        bool fallback;
        bytes[at] = (char)(bytes[at] ^ bit);
        spill(NEWEST, bytes, size);
        assert_ok(km_checkpoint_read(FOLDER, &read, &fallback, NULL, 0));
        assert_is(&read, fallback ? &older : &newer);
        km_checkpoint_release(&read);
        noticed += fallback;
        bytes[at] = (char)(bytes[at] ^ bit);
    }
    free(bytes);
    /* what other programs read (positions in angstrom, units, names) is not looked at */
    print_message("%d of %d turned bits are noticed, the others change nothing\n", noticed,
                  (int)size);
    assert_true(noticed > 8 * (int)(3 * 2 * ATOMS + STAGES * KM_STAGE_NUMBERS + 40));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(damage_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
