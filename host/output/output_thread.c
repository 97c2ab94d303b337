/* SPDX-License-Identifier: MIT */
#include "host/output/output_thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A frame or a row that waits; its arrays are kept for the next one. */
typedef struct job {
    const km_sink *sink;
    bool is_frame;
    km_frame frame; /* points into the arrays below      */
    km_energy_row row;
    double *position, *velocity; /* nm, nm/ps  3 x n_atoms; velocity may be NULL */
    int n_atoms;
} job;

/* One sink as the run sees it. */
typedef struct entrance {
    km_output_thread *thread;
    km_sink sink;
} entrance;

struct km_output_thread {
    entrance entrance[KM_CHECKPOINT_SINKS];
    job job[KM_OUTPUT_QUEUE]; /* a ring; those that wait belong to the thread, the others to the run
                               */
    int next;                 /* place in the ring for what comes next; of the run */
    pthread_t worker;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* any of what follows */
    /* under the lock */
    int first, n_waiting;
    bool ending;
    km_error error; /* of the first failure */
};

/* ---- the thread ---- */

static km_status hand_on(const job *j)
{
    const km_sink *sink = j->sink;
    return j->is_frame ? sink->frame(sink->self, &j->frame) : sink->energies(sink->self, &j->row);
}

static void *work(void *self)
{
    km_output_thread *t = self;
    pthread_mutex_lock(&t->lock);
    for (;;) {
        while (t->n_waiting == 0 && !t->ending)
            pthread_cond_wait(&t->changed, &t->lock);
        if (t->n_waiting == 0)
            break;
        const bool failed = t->error.status != KM_OK;
        const job *j = &t->job[t->first];
        pthread_mutex_unlock(&t->lock);
        const km_status status = failed ? KM_OK : hand_on(j);
        pthread_mutex_lock(&t->lock);
        if (status != KM_OK)
            t->error = *km_last_error();
        t->first = (t->first + 1) % KM_OUTPUT_QUEUE;
        t->n_waiting--;
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/* ---- the run ---- */

/* Waits until no more than n wait; fails with what a sink has failed with. */
static km_status wait_for(km_output_thread *t, int n)
{
    pthread_mutex_lock(&t->lock);
    while (t->n_waiting > n)
        pthread_cond_wait(&t->changed, &t->lock);
    const km_error error = t->error;
    pthread_mutex_unlock(&t->lock);
    return error.status == KM_OK ? KM_OK : KM_FAIL(error.status, "%s", error.message);
}

/* The next place of the ring, once it is free. */
static km_status free_job(km_output_thread *t, job **out)
{
    KM_TRY(wait_for(t, KM_OUTPUT_QUEUE - 1));
    *out = &t->job[t->next];
    return KM_OK;
}

static void hand_over(km_output_thread *t)
{
    t->next = (t->next + 1) % KM_OUTPUT_QUEUE;
    pthread_mutex_lock(&t->lock);
    t->n_waiting++;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

static km_status make_room(job *j, int n_atoms, bool velocities)
{
    if (j->n_atoms != n_atoms) {
        free(j->position);
        free(j->velocity);
        j->position = j->velocity = NULL;
        j->n_atoms = n_atoms;
    }
    if (j->position == NULL)
        KM_NEW(j->position, 3 * (size_t)n_atoms);
    if (velocities && j->velocity == NULL)
        KM_NEW(j->velocity, 3 * (size_t)n_atoms);
    return KM_OK;
}

static km_status begin(void *self, const km_labels *labels)
{
    const entrance *e = self;
    KM_TRY(wait_for(e->thread, 0));
    return e->sink.begin != NULL ? e->sink.begin(e->sink.self, labels) : KM_OK;
}

static km_status take_frame(void *self, const km_frame *frame)
{
    const entrance *e = self;
    job *j;
    if (e->sink.frame == NULL)
        return KM_OK;
    KM_TRY(free_job(e->thread, &j));
    KM_TRY(make_room(j, frame->n, frame->velocity != NULL));
    const size_t bytes = 3 * (size_t)frame->n * sizeof(double);
    j->sink = &e->sink;
    j->is_frame = true;
    j->frame = *frame;
    j->frame.position = memcpy(j->position, frame->position, bytes);
    if (frame->velocity != NULL)
        j->frame.velocity = memcpy(j->velocity, frame->velocity, bytes);
    hand_over(e->thread);
    return KM_OK;
}

static km_status take_row(void *self, const km_energy_row *row)
{
    const entrance *e = self;
    job *j;
    if (e->sink.energies == NULL)
        return KM_OK;
    KM_TRY(free_job(e->thread, &j));
    j->sink = &e->sink;
    j->is_frame = false;
    j->row = *row;
    hand_over(e->thread);
    return KM_OK;
}

static km_status flush(void *self, int64_t *position)
{
    const entrance *e = self;
    KM_TRY(wait_for(e->thread, 0));
    return e->sink.flush != NULL ? e->sink.flush(e->sink.self, position) : KM_OK;
}

static km_status rewind_to(void *self, int64_t position)
{
    const entrance *e = self;
    KM_TRY(wait_for(e->thread, 0));
    return e->sink.rewind != NULL ? e->sink.rewind(e->sink.self, position) : KM_OK;
}

static km_status end(void *self)
{
    const entrance *e = self;
    KM_TRY(wait_for(e->thread, 0));
    return e->sink.end != NULL ? e->sink.end(e->sink.self) : KM_OK;
}

km_sink km_output_thread_sink(km_output_thread *thread, int k)
{
    const km_sink sink = {.self = &thread->entrance[k],
                          .begin = begin,
                          .frame = take_frame,
                          .energies = take_row,
                          .flush = flush,
                          .rewind = rewind_to,
                          .end = end};
    return sink;
}

km_status km_output_thread_create(const km_sink *sink, int n, km_output_thread **out)
{
    km_output_thread *t;
    *out = NULL;
    if (n > KM_CHECKPOINT_SINKS)
        return KM_FAIL(KM_ERROR_INTERNAL, "%d sinks; at most %d are served", n,
                       KM_CHECKPOINT_SINKS);
    KM_NEW(t, 1);
    for (int k = 0; k < n; k++)
        t->entrance[k] = (entrance){.thread = t, .sink = sink[k]};
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    if (pthread_create(&t->worker, NULL, work, t) != 0) {
        pthread_cond_destroy(&t->changed);
        pthread_mutex_destroy(&t->lock);
        free(t);
        return KM_FAIL(KM_ERROR_DEVICE, "the system gives no thread for the output");
    }
    *out = t;
    return KM_OK;
}

void km_output_thread_destroy(km_output_thread *thread)
{
    if (thread == NULL)
        return;
    pthread_mutex_lock(&thread->lock);
    thread->ending = true;
    pthread_cond_broadcast(&thread->changed);
    pthread_mutex_unlock(&thread->lock);
    pthread_join(thread->worker, NULL);
    pthread_cond_destroy(&thread->changed);
    pthread_mutex_destroy(&thread->lock);
    for (int k = 0; k < KM_OUTPUT_QUEUE; k++) {
        free(thread->job[k].position);
        free(thread->job[k].velocity);
    }
    free(thread);
}
