/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many workers at one store: how many runs a second they claim, and claim and finish; how long what
 * reads the store takes then. Fails where a run has been claimed twice or not at all, or a worker saw an
 * error. usage: store [PROCESSES [RUNS]] */
#include "../store_fixture.h"

#include "os/clock.h"

#include <sys/wait.h>

enum { CLAIMS_WANTED = 1000 }; /* a second */

/* A worker: until nothing is left. Exit status 1 with an error on standard error. */
static void work(const char *path, bool finishes, long n_most)
{
    struct store_outcome o = outcome();
    struct store *store;
    struct store_claim c;
    struct error err = {0};
    int got = store_open(path, STORE_WRITE, &store, &err);

    for (long i = 0; got >= 0 && i < n_most; i++) {
        got = store_claim(store, "bench", "portable", 1e6, &arena, &c, &err);
        if (got <= 0)
            break;
        if (finishes)
            got = store_finish(store, &c, &o, &err);
        if (got > 0 && finishes)
            got = error_set(&err, "run %ld was taken away", c.run);
        arena_release(&arena);
    }
    if (got < 0)
        fprintf(stderr, "%s\n", err.text);
    _exit(got < 0);
}

static double run_workers(const char *path, int n_workers, bool finishes, long n_most)
{
    double start = clock_now();
    int status;

    fflush(stdout);
    for (int i = 0; i < n_workers; i++)
        if (fork() == 0)
            work(path, finishes, n_most);
    while (wait(&status) > 0)
        if (status != 0)
            fail_msg("a worker failed");
    return clock_now() - start;
}

static void time_reading(const char *path)
{
    struct store *store = open_store(path, STORE_READ);
    struct store_plan read;
    struct store_watch watch;
    struct error err;
    char hex[HASH_HEX_SIZE];
    double start = clock_now(), planned, watched;
    int n_left;

    OK(store_freeze(store, &err));
    count(store);
    OK(store_read_watch(store, &arena, &watch, &err));
    watched = clock_now();
    OK(store_read_plan(store, &arena, &read, &err));
    planned = clock_now();
    OK(store_digest(store, hex, &n_left, &err));
    printf("status %.2f s, all runs with their sums checked %.2f s, digest %.2f s\n", watched - start,
           planned - watched, clock_now() - planned);
    store_close(store);
}

int main(int argc, char **argv)
{
    int n_workers = argc > 1 ? atoi(argv[1]) : 64, status = 0;
    long n = argc > 2 ? atol(argv[2]) : 100000, part = n / n_workers * 9 / 10, n_wrong;
    double seconds, rate;
    const char *path;
    struct store_counts c;
    struct store *store;
    struct error err;
    struct sql *db;

    set_up(NULL);
    path = fresh_path();
    store_close(large_store(path, n));
    seconds = run_workers(path, n_workers, false, part);
    rate = (double)(part * n_workers) / seconds;
    printf("%d workers, %ld runs: %.0f claims a second\n", n_workers, n, rate);
    seconds = run_workers(path, n_workers, true, n);
    store = open_store(path, STORE_READ);
    c = count(store);
    store_close(store);
    printf("%.0f runs a second claimed and finished, each on the disk\n", c.finished / seconds);
    time_reading(path);
    OK(sql_open(path, SQL_READ, &db, &err));
    OK(sql_get(db, &err, 0, &n_wrong, "SELECT count(*) FROM runs WHERE fence <> 1", ""));
    sql_close(db);
    if (n_wrong || c.planned || c.running != part * n_workers || c.finished + c.running != n) {
        printf("%ld runs were not claimed once; %d are left\n", n_wrong, c.planned);
        status = 1;
    }
    if (rate < CLAIMS_WANTED) {
        printf("fewer than %d claims a second\n", CLAIMS_WANTED);
        status = 1;
    }
    tear_down(NULL);
    return status;
}
