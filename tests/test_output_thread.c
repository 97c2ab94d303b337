/* SPDX-License-Identifier: MIT */
/* The output thread: everything arrives, in order and unchanged; the queue is bounded; a failure
 * stops the output and is told. What the sinks write is read here without a lock of its own, so
 * that under ThreadSanitizer (tests/CMakeLists.txt) the thread itself must order it. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "host/output/output_thread.h"
#include "tests/cmocka_all.h"

enum { MOST = 512, ATOMS = 5 };

/* Two sinks in one: one receives frames, the other rows. */
typedef struct receiver {
    int n;
    int64_t step[MOST]; /* in the order they came, rows negative */
    double last[3 * ATOMS], last_velocity[3 * ATOMS];
    bool had_velocity;
    int fails_at; /* how many are received before one fails; -1 = never */
    int n_begun, n_ended;
    int64_t rewound_to;
    pthread_mutex_t gate; /* held: nothing is received */
} receiver;

static km_status receive(receiver *r, int64_t step)
{
    pthread_mutex_lock(&r->gate);
    pthread_mutex_unlock(&r->gate);
    if (r->n == r->fails_at)
        return KM_FAIL(KM_ERROR_FILE, "cannot write step %lld: the disk is full", (long long)step);
    assert_true(r->n < MOST);
    r->step[r->n++] = step;
    return KM_OK;
}

static km_status receive_frame(void *self, const km_frame *frame)
{
    receiver *r = self;
    const size_t bytes = 3 * (size_t)frame->n * sizeof(double);
    memcpy(r->last, frame->position, bytes);
    r->had_velocity = frame->velocity != NULL;
    if (r->had_velocity)
        memcpy(r->last_velocity, frame->velocity, bytes);
    return receive(r, frame->step);
}

static km_status receive_row(void *self, const km_energy_row *row)
{
    return receive(self, -row->step);
}

static km_status begin(void *self, const km_labels *labels)
{
    (void)labels;
    ((receiver *)self)->n_begun++;
    return KM_OK;
}

static km_status flush(void *self, int64_t *position)
{
    *position = ((receiver *)self)->n;
    return KM_OK;
}

static km_status rewind_to(void *self, int64_t position)
{
    ((receiver *)self)->rewound_to = position;
    return KM_OK;
}

static km_status end(void *self)
{
    ((receiver *)self)->n_ended++;
    return KM_OK;
}

typedef struct fixture {
    receiver receiver;
    km_output_thread *thread;
    km_sink frames, rows;
} fixture;

static fixture *start(int fails_at)
{
    static fixture one; /* tests run one after the other */
    one = (fixture){.receiver = {.fails_at = fails_at, .gate = PTHREAD_MUTEX_INITIALIZER}};
    km_sink inner[2] = {
        {&one.receiver, begin, receive_frame, NULL, flush, rewind_to, end},
        {&one.receiver, begin, NULL, receive_row, flush, rewind_to, end},
    };
    assert_ok(km_output_thread_create(inner, 2, &one.thread));
    one.frames = km_output_thread_sink(one.thread, 0);
    one.rows = km_output_thread_sink(one.thread, 1);
    return &one;
}

/* The arrays live no longer than the call. */
static km_status send_frame(const km_sink *sink, int64_t step, bool velocities)
{
    double position[3 * ATOMS], velocity[3 * ATOMS];
    for (int k = 0; k < 3 * ATOMS; k++) {
        position[k] = (double)step + k;
        velocity[k] = -(double)step - k;
    }
    const km_frame frame = {
        .step = step, .n = ATOMS, .position = position, .velocity = velocities ? velocity : NULL};
    const km_status status = sink->frame(sink->self, &frame);
    memset(position, 0, sizeof position);
    memset(velocity, 0, sizeof velocity);
    return status;
}

static km_status send_row(const km_sink *sink, int64_t step)
{
    const km_energy_row row = {.step = step};
    return sink->energies(sink->self, &row);
}

static void all_arrives_in_order_and_unchanged(void **state)
{
    (void)state;
    fixture *f = start(-1);
    const receiver *r = &f->receiver;
    int64_t position;
    assert_ok(f->frames.begin(f->frames.self, NULL));
    assert_int_equal(r->n_begun, 1);
    assert_ok(f->frames.rewind(f->frames.self, 17));
    assert_int_equal(r->rewound_to, 17);
    for (int k = 1; k <= 200; k++) {
        if (k % 3 != 0)
            assert_ok(send_row(&f->rows, k));
        if (k % 2 == 0)
            assert_ok(send_frame(&f->frames, k, k % 4 == 0));
    }
    assert_ok(f->frames.flush(f->frames.self, &position));
    assert_int_equal(position, 134 + 100);
    int n = 0;
    for (int k = 1; k <= 200; k++) {
        if (k % 3 != 0)
            assert_int_equal(r->step[n++], -k);
        if (k % 2 == 0)
            assert_int_equal(r->step[n++], k);
    }
    assert_int_equal(r->n, n);
    assert_true(r->had_velocity);
    for (int k = 0; k < 3 * ATOMS; k++) {
        assert_true(r->last[k] == 200 + k);
        assert_true(r->last_velocity[k] == -200 - k);
    }
    assert_ok(send_frame(&f->frames, 201, false));
    assert_ok(f->frames.end(f->frames.self));
    assert_int_equal(r->n, n + 1);
    assert_false(r->had_velocity);
    assert_int_equal(r->n_ended, 1);
    km_output_thread_destroy(f->thread);
}

typedef struct sender {
    const km_sink *sink;
    int n, sent;
    pthread_mutex_t lock; /* of sent */
} sender;

static void *send_many(void *self)
{
    sender *s = self;
    for (int k = 0; k < s->n; k++) {
        if (send_frame(s->sink, k, false) != KM_OK)
            break;
        pthread_mutex_lock(&s->lock);
        s->sent++;
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

static int sent_by(sender *s)
{
    pthread_mutex_lock(&s->lock);
    const int sent = s->sent;
    pthread_mutex_unlock(&s->lock);
    return sent;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000 * ms}, NULL);
}

/* A sink that does not come on: the sender waits when the queue is full, and loses nothing. */
static void a_full_queue_makes_the_sender_wait(void **state)
{
    (void)state;
    fixture *f = start(-1);
    sender s = {.sink = &f->frames, .n = 4 * KM_OUTPUT_QUEUE, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread;
    int64_t position;
    pthread_mutex_lock(&f->receiver.gate);
    assert_int_equal(pthread_create(&thread, NULL, send_many, &s), 0);
    for (int k = 0; k < 5000 && sent_by(&s) < KM_OUTPUT_QUEUE; k++)
        pause_ms(1);
    pause_ms(50);
    assert_int_equal(sent_by(&s), KM_OUTPUT_QUEUE);
    pthread_mutex_unlock(&f->receiver.gate);
    pthread_join(thread, NULL);
    assert_int_equal(sent_by(&s), s.n);
    assert_ok(f->frames.flush(f->frames.self, &position));
    assert_int_equal(position, s.n);
    for (int k = 0; k < s.n; k++)
        assert_int_equal(f->receiver.step[k], k);
    km_output_thread_destroy(f->thread);
}

static void assert_told(km_status status)
{
    assert_int_equal(status, KM_ERROR_FILE);
    assert_string_equal(km_last_error()->message, "cannot write step 3: the disk is full");
}

/* What comes after the failure reaches neither sink, and each call says the same. */
static void a_failure_is_told_and_nothing_follows_it(void **state)
{
    (void)state;
    fixture *f = start(3);
    km_status status = KM_OK;
    int64_t position = -1;
    int accepted = 0;
    for (int k = 0; k < 3 + KM_OUTPUT_QUEUE + 1 && status == KM_OK; k++) {
        status = send_frame(&f->frames, k, false);
        accepted += status == KM_OK;
    }
    assert_told(status); /* at the latest when the queue is full of what cannot be received */
    assert_in_range(accepted, 4, 3 + KM_OUTPUT_QUEUE);
    assert_told(send_row(&f->rows, 99));
    assert_told(f->frames.flush(f->frames.self, &position));
    assert_told(f->rows.flush(f->rows.self, &position));
    assert_int_equal(position, -1);
    assert_told(f->frames.rewind(f->frames.self, 0));
    assert_told(f->frames.end(f->frames.self));
    assert_int_equal(f->receiver.n, 3);
    assert_int_equal(f->receiver.n_ended, 0);
    km_output_thread_destroy(f->thread);
    assert_int_equal(f->receiver.n, 3);
}

/* A failure of the very last one is not lost. */
static void end_tells_a_failure(void **state)
{
    (void)state;
    fixture *f = start(3);
    for (int k = 0; k < 4; k++)
        assert_ok(send_frame(&f->frames, k, false));
    assert_told(f->frames.end(f->frames.self));
    km_output_thread_destroy(f->thread);
}

/* A run that fails for another reason: what it has handed over is written. */
static void ending_early_loses_nothing(void **state)
{
    (void)state;
    for (int n = 0; n <= KM_OUTPUT_QUEUE; n++) {
        fixture *f = start(-1);
        for (int k = 0; k < n; k++)
            assert_ok(send_frame(&f->frames, k, true));
        km_output_thread_destroy(f->thread);
        assert_int_equal(f->receiver.n, n);
    }
    km_output_thread_destroy(NULL);
}

static void too_many_sinks_are_refused(void **state)
{
    (void)state;
    const km_sink sink[KM_CHECKPOINT_SINKS + 1] = {{0}};
    km_output_thread *thread;
    assert_int_equal(km_output_thread_create(sink, KM_CHECKPOINT_SINKS + 1, &thread),
                     KM_ERROR_INTERNAL);
    assert_null(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_arrives_in_order_and_unchanged),
        cmocka_unit_test(a_full_queue_makes_the_sender_wait),
        cmocka_unit_test(a_failure_is_told_and_nothing_follows_it),
        cmocka_unit_test(end_tells_a_failure),
        cmocka_unit_test(ending_early_loses_nothing),
        cmocka_unit_test(too_many_sinks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
