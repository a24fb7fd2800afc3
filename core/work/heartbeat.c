/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/heartbeat.h"

#include "base/memory.h"
#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct heartbeat {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    double lease;
    long run, fence;
    bool is_lost, is_over;
    struct store *store; /* the thread's own: a connection is not shared */
};

static void wait(struct heartbeat *h, double seconds)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    until.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (!h->is_over && pthread_cond_timedwait(&h->changed, &h->lock, &until) != ETIMEDOUT)
        ;
}

/* A store that cannot be written to now may be the next time, unless it is gone; whether the run
 * is still ours is decided when it ends. */
static void beat(struct heartbeat *h)
{
    long run = h->run, fence = h->fence;
    struct error err;
    int got;

    if (!run)
        return;
    pthread_mutex_unlock(&h->lock);
    got = store_renew(h->store, run, fence, h->lease, &err);
    if (got < 0 && store_check_place(h->store, &err) < 0)
        got = 0;
    pthread_mutex_lock(&h->lock);
    if (got == 0 && h->run == run && h->fence == fence)
        h->is_lost = true;
}

static void *run_thread(void *context)
{
    struct heartbeat *h = context;

    pthread_mutex_lock(&h->lock);
    while (!h->is_over) {
        wait(h, h->lease / 4);
        if (!h->is_over)
            beat(h);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

int heartbeat_start(const char *store_path, double lease, struct heartbeat **ret_heartbeat,
                    struct error *err)
{
    struct heartbeat *h = memory_alloc(sizeof *h);
    pthread_condattr_t monotonic;
    sigset_t all, old;
    int code;

    h->lease = lease;
    if (store_open(store_path, STORE_WRITE, &h->store, err) < 0) {
        free(h);
        return -1;
    }
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all); /* signals are the worker's */
    pthread_sigmask(SIG_BLOCK, &all, &old);
    code = pthread_create(&h->thread, NULL, run_thread, h);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (code != 0) {
        store_close(h->store);
        free(h);
        return error_set_status(err, EXIT_STORAGE, "could not start a thread: %s", strerror(code));
    }
    *ret_heartbeat = h;
    return 0;
}

void heartbeat_watch(struct heartbeat *h, long run, long fence)
{
    pthread_mutex_lock(&h->lock);
    h->run = run;
    h->fence = fence;
    h->is_lost = false;
    pthread_mutex_unlock(&h->lock);
}

bool heartbeat_is_lost(struct heartbeat *h)
{
    bool is_lost;

    pthread_mutex_lock(&h->lock);
    is_lost = h->is_lost;
    pthread_mutex_unlock(&h->lock);
    return is_lost;
}

void heartbeat_stop(struct heartbeat *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->is_over = true;
    pthread_cond_signal(&h->changed);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->lock);
    store_close(h->store);
    free(h);
}
