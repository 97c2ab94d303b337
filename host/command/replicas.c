/* SPDX-License-Identifier: MIT */
#include "host/command/replicas.h"

#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/analysis/ensemble.h"
#include "host/command/run_files.h"
#include "host/command/single_run.h"
#include "host/engine/stage.h"
#include "host/output/checkpoint_file.h"
#include "host/output/run_folder.h"
#include "kernels/base/random.h"

#define LOOK_INTERVAL_NS 100000000 /* how long a signal may go unseen */

typedef enum replica_state { WAITING, RUNNING, FINISHED, STOPPED, FAILED } replica_state;

struct ensemble;

typedef struct replica {
    struct ensemble *ensemble;
    int number; /* from 1 */
    char folder[KM_PATH_LENGTH];
    km_recipe recipe; /* borrows all but the numbers */
    bool resume;
    km_analysis *analysis; /* of a finished one */
    km_error error;        /* of a failed one   */
    /* under the lock */
    replica_state state;
    km_progress progress;
} replica;

typedef struct ensemble {
    const km_replicas_run *run;
    int n;
    replica *replica;
    km_run_folder *folder;
    int n_workers, threads; /* of all workers together */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a worker has ended */
    /* under the lock */
    int next; /* replica to start */
    int n_devices, n_working;
    bool stop;
    int failed; /* number of the first that failed, 0 = none */
    double start, start_fraction;
    double block; /* s: the longest between two moments at which a replica can stop */
} ensemble;

uint64_t km_replica_seed(uint64_t seed, int replica)
{
    const km_random4 bits = km_random_bits(seed, (uint64_t)replica, 0, KM_RANDOM_REPLICA);
    return ((uint64_t)bits.v[0] << 32 | bits.v[1]) >> 11;
}

void km_replica_folder(const char *folder, int replica, char *path, size_t room)
{
    snprintf(path, room, "%s/replica-%d", folder, replica);
}

static bool has(const char *folder, const char *name)
{
    char path[KM_PATH_LENGTH + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static int count_folders(const char *folder)
{
    char path[KM_PATH_LENGTH];
    for (int n = 0;; n++) {
        km_replica_folder(folder, n + 1, path, sizeof path);
        if (access(path, F_OK) != 0)
            return n;
    }
}

km_status km_replicas_check_folder(const char *folder, int replicas)
{
    const int n = count_folders(folder);
    if (n > replicas || (n > 0 && replicas == 1))
        return KM_FAIL(KM_ERROR_USAGE,
                       "%s holds %d replicas, not %d; give --replicas %d, or more to add some",
                       folder, n, replicas, n);
    if (replicas > 1 && n == 0 && (has(folder, KM_FILE_STATE) || has(folder, KM_FILE_TRAJECTORY)))
        return KM_FAIL(KM_ERROR_USAGE,
                       "%s holds a single run; choose another folder for %d replicas", folder,
                       replicas);
    return KM_OK;
}

/* ---- one replica, in the thread of its worker ---- */

static bool should_stop(void *self, double block)
{
    ensemble *e = ((replica *)self)->ensemble;
    pthread_mutex_lock(&e->lock);
    e->block = fmax(e->block, block);
    const bool stop = e->stop;
    pthread_mutex_unlock(&e->lock);
    return stop;
}

static void follow(void *self, const km_progress *progress)
{
    replica *r = self;
    pthread_mutex_lock(&r->ensemble->lock);
    r->progress = *progress;
    pthread_mutex_unlock(&r->ensemble->lock);
}

static km_status run_replica(replica *r, const km_backend *backend, km_device *device)
{
    const km_replicas_run *run = r->ensemble->run;
    km_terminal quiet = km_terminal_open(true);
    const km_single_run spec = {
        .cell = {.recipe = &r->recipe, .forcefield = run->cell->forcefield},
        .model = run->model,
        .folder = r->folder,
        .resume = r->resume,
        .backend = backend,
        .device = device,
        .checkpoint_seconds = run->options->checkpoint_seconds,
        .terminal = &quiet,
        .self = r,
        .should_stop = should_stop,
        .progress = follow,
    };
    return km_single_run_do(&spec, &r->analysis);
}

/* The next replica that waits, or NULL. */
static replica *take_one(ensemble *e)
{
    replica *r = NULL;
    pthread_mutex_lock(&e->lock);
    if (!e->stop && e->next < e->n) {
        r = &e->replica[e->next++];
        r->state = RUNNING;
    }
    pthread_mutex_unlock(&e->lock);
    return r;
}

static void note_end(replica *r, km_status status)
{
    ensemble *e = r->ensemble;
    pthread_mutex_lock(&e->lock);
    r->progress.ns_per_day = 0.0;
    if (status == KM_OK) {
        r->state = FINISHED;
        r->progress.fraction = 1.0;
    } else if (status == KM_INTERRUPTED) {
        r->state = STOPPED;
    } else {
        r->state = FAILED;
        r->error = *km_last_error();
        e->failed = e->failed > 0 ? e->failed : r->number;
        e->stop = true;
    }
    pthread_mutex_unlock(&e->lock);
}

/* A worker's device has its share of the threads; the first ones take what is left over. */
static km_status open_device(ensemble *e, const km_backend **backend, km_device **device)
{
    pthread_mutex_lock(&e->lock);
    const int k = e->n_devices++;
    pthread_mutex_unlock(&e->lock);
    km_options options = *e->run->options;
    options.threads = e->threads / e->n_workers + (k < e->threads % e->n_workers);
    omp_set_num_threads(options.threads); /* of the analyses in this thread */
    return km_device_open(&options, backend, device);
}

static void *work(void *self)
{
    ensemble *e = self;
    const km_backend *backend;
    km_device *device = NULL;
    const km_status opened = open_device(e, &backend, &device);
    for (replica *r; (r = take_one(e)) != NULL;)
        note_end(r, opened == KM_OK ? run_replica(r, backend, device) : opened);
    if (device != NULL)
        backend->close(device);
    pthread_mutex_lock(&e->lock);
    e->n_working--;
    pthread_cond_signal(&e->changed);
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

/* ---- all of them, in the first thread ---- */

static const char *stage_of(const replica *r)
{
    if (r->progress.stage != NULL)
        return r->progress.stage;
    return r->state == WAITING ? "waiting" : r->state == RUNNING ? "packing" : "done before";
}

/* What the replicas have done together; the lock is held. Those of an earlier process that wait for
 * their turn count as not begun. */
static km_replicas_progress progress_of(ensemble *e)
{
    km_replicas_progress p = {.n = e->n, .slowest_fraction = 2.0};
    for (int k = 0; k < e->n; k++) {
        const replica *r = &e->replica[k];
        p.n_finished += r->state == FINISHED;
        p.n_running += r->state == RUNNING;
        p.fraction += r->progress.fraction / e->n;
        p.ns_per_day += r->progress.ns_per_day;
        if (r->progress.fraction < p.slowest_fraction) {
            p.slowest_fraction = r->progress.fraction;
            p.slowest = r->number;
            p.stage = stage_of(r);
        }
    }
    if (e->start_fraction < 0.0 && p.fraction > 0.0) {
        e->start_fraction = p.fraction;
        e->start = km_wall_seconds();
    }
    if (p.fraction > e->start_fraction && e->start_fraction >= 0.0)
        p.seconds_left =
            (km_wall_seconds() - e->start) * (1.0 - p.fraction) / (p.fraction - e->start_fraction);
    return p;
}

static void show(const ensemble *e, const km_replicas_progress *p)
{
    km_terminal_replicas(e->run->terminal, p);
    km_run_files_replicas_progress(e->run->folder, p);
}

/* Looks after the workers until the last has ended. */
static void watch(ensemble *e)
{
    double shown = km_wall_seconds();
    pthread_mutex_lock(&e->lock);
    while (e->n_working > 0) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until); /* as `changed` does */
        until.tv_nsec += LOOK_INTERVAL_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&e->changed, &e->lock, &until);
        e->stop = e->run->should_stop(e->run->self, e->block) || e->stop;
        if (km_wall_seconds() - shown < 1.0 && e->n_working > 0)
            continue;
        const km_replicas_progress p = progress_of(e);
        pthread_mutex_unlock(&e->lock);
        show(e, &p);
        shown = km_wall_seconds();
        pthread_mutex_lock(&e->lock);
    }
    pthread_mutex_unlock(&e->lock);
}

static km_status run_workers(ensemble *e)
{
    pthread_t *worker;
    KM_NEW(worker, e->n_workers);
    int n = 0;
    e->n_working = e->n_workers;
    while (n < e->n_workers && pthread_create(&worker[n], NULL, work, e) == 0)
        n++;
    pthread_mutex_lock(&e->lock);
    e->n_working -= e->n_workers - n; /* fewer do the same work */
    pthread_mutex_unlock(&e->lock);
    watch(e);
    for (int k = 0; k < n; k++)
        pthread_join(worker[k], NULL);
    free(worker);
    return n > 0 ? KM_OK : KM_FAIL(KM_ERROR_DEVICE, "the system gives no thread for the replicas");
}

static km_status conclude(const ensemble *e)
{
    int finished = 0;
    for (int k = 0; k < e->n; k++)
        finished += e->replica[k].state == FINISHED;
    if (e->failed > 0) {
        const replica *r = &e->replica[e->failed - 1];
        return KM_FAIL(r->error.status,
                       "replica %d: %.1500s (its log: %s/%s); the others "
                       "keep their checkpoints",
                       e->failed, r->error.message, r->folder, KM_FILE_LOG);
    }
    if (finished < e->n)
        return KM_FAIL(KM_INTERRUPTED,
                       "stopped with checkpoints written; %d of %d replicas have finished",
                       finished, e->n);
    return KM_OK;
}

static km_status analyse(const ensemble *e)
{
    const km_results **each;
    km_results together = {0};
    uint64_t *seed = NULL;
    KM_NEW(each, e->n);
    km_status status = km_allocate((void **)&seed, (size_t)e->n, sizeof *seed);
    for (int k = 0; k < e->n && status == KM_OK; k++) {
        each[k] = km_analysis_results(e->replica[k].analysis);
        seed[k] = e->replica[k].recipe.seed;
    }
    if (status == KM_OK)
        status = km_ensemble_reduce(each, e->n, &together);
    if (status == KM_OK)
        status = km_run_files_replicas(e->run->folder, e->run->cell, e->run->model, seed, &together,
                                       e->run->terminal);
    if (status == KM_OK && e->run->together != NULL)
        *e->run->together = together;
    else
        km_results_clear(&together);
    free(each);
    free(seed);
    return status;
}

static km_status set_up(ensemble *e)
{
    const km_replicas_run *run = e->run;
    const km_recipe *recipe = run->cell->recipe;
    e->n = recipe->replicas;
    e->threads = run->options->threads > 0 ? run->options->threads : omp_get_num_procs();
    e->n_workers = e->n < e->threads ? e->n : e->threads;
    e->start_fraction = -1.0;
    KM_NEW(e->replica, e->n);
    for (int k = 0; k < e->n; k++) {
        replica *r = &e->replica[k];
        r->ensemble = e;
        r->number = k + 1;
        r->recipe = *recipe;
        r->recipe.replicas = 1;
        r->recipe.seed = km_replica_seed(recipe->seed, r->number);
        km_replica_folder(run->folder, r->number, r->folder, sizeof r->folder);
        /* a lock without a recipe: killed when it had just begun */
        r->resume = has(r->folder, KM_FILE_RECIPE) || has(r->folder, KM_FILE_LOCK);
    }
    return KM_OK;
}

/* Opens a device only to know that there is one before a folder is made. */
static km_status introduce(ensemble *e)
{
    char line[1024];
    const km_backend *backend;
    km_device *device = NULL;
    KM_TRY(open_device(e, &backend, &device));
    e->n_devices = 0;
    km_device_line(e->run->options, backend, device, line, sizeof line);
    km_terminal_format(e->run->terminal, "%d replicas, %d at a time; the first on %s", e->n,
                       e->n_workers, line);
    backend->close(device);
    return KM_OK;
}

/* Before the recipe of the folder is written anew: does it go on with what the replicas have done?
 * What is damaged is told by the replica itself. */
static km_status check_recipe(const ensemble *e)
{
    for (int k = 0; k < e->n; k++) {
        const replica *r = &e->replica[k];
        const int n = e->run->model->n;
        km_checkpoint resume = {0};
        bool fallback;
        char reason[KM_ERROR_MESSAGE_LENGTH / 4];
        if (!r->resume ||
            km_checkpoint_read(r->folder, &resume, &fallback, reason, sizeof reason) != KM_OK)
            continue;
        const km_run_identity identity = km_run_identify(&r->recipe, e->run->model);
        const km_status status = km_run_check_resume(&resume, &identity, n);
        km_checkpoint_release(&resume);
        return status;
    }
    return KM_OK;
}

static km_status do_all(ensemble *e)
{
    const km_replicas_run *run = e->run;
    KM_TRY(set_up(e));
    KM_TRY(introduce(e));
    KM_TRY(km_run_folder_open(run->folder, run->options->resume, &e->folder));
    km_run_folder_log(e->folder, "kalium %s, %d replicas of %d atoms, %d at a time%s", KM_VERSION,
                      e->n, run->model->n, e->n_workers, run->options->resume ? ", continued" : "");
    KM_TRY(check_recipe(e));
    KM_TRY(km_run_files_recipe(run->folder, run->cell));
    KM_TRY(run_workers(e));
    km_terminal_finish_progress(run->terminal);
    KM_TRY(conclude(e));
    return analyse(e);
}

km_status km_replicas_do(const km_replicas_run *run)
{
    ensemble e = {.run = run, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_condattr_t steady; /* the time of day may be set meanwhile */
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&e.changed, &steady);
    pthread_condattr_destroy(&steady);
    const km_status status = do_all(&e);
    if (e.folder != NULL && status != KM_OK)
        km_run_folder_log(e.folder, "%s", km_last_error()->message);
    for (int k = 0; k < e.n && e.replica != NULL; k++)
        km_analysis_destroy(e.replica[k].analysis);
    free(e.replica);
    km_run_folder_destroy(e.folder);
    pthread_cond_destroy(&e.changed);
    pthread_mutex_destroy(&e.lock);
    return status;
}
