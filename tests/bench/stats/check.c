/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/stats/check.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_JOBS = 256, MAX_PROCESSES = 16 };

/* What the processes share. */
static struct shared {
    atomic_int next;
    double shares[MAX_JOBS][CHECK_COLUMNS];
} *shared;

static pid_t children[MAX_PROCESSES];
static int n_children;

static const struct job *find_job(const struct check_table *const *tables, int n, int index,
                                  const struct check_table **ret_table)
{
    for (int t = 0; t < n; t++)
        for (const struct job *job = tables[t]->jobs; job->n_times; job++)
            if (index-- == 0) {
                *ret_table = tables[t];
                return job;
            }
    return NULL;
}

static void work(const struct check_table *const *tables, int n)
{
    const struct check_table *table;
    const struct job *job;
    int i;

    while ((i = atomic_fetch_add(&shared->next, 1)) < MAX_JOBS && (job = find_job(tables, n, i, &table)))
        table->run(job, rng_index(rng_derive(rng_seed(1), table->title), (uint64_t)(job - table->jobs)),
                   shared->shares[i]);
}

void check_start(const struct check_table *const *tables, int n)
{
    long n_processors = sysconf(_SC_NPROCESSORS_ONLN);

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    fflush(stdout);
    while (n_children < MAX_PROCESSES && n_children < n_processors - 1) {
        pid_t child = fork();

        if (child < 0)
            break; /* the others do it */
        if (child == 0) {
            work(tables, n);
            _exit(0);
        }
        children[n_children++] = child;
    }
}

static void print_job(const struct job *job)
{
    char grids[32];

    snprintf(grids, sizeof grids, job->b ? "%d against %d" : "%d each", job->a ? job->a->n : 1,
             job->b ? job->b->n : 0);
    printf("%-8s %3d  %-12s %5d %5d %6.1f", job->world.name, job->n_methods, grids,
           job->world.n_pictures, job->n_seeds, job->correlation);
}

static int print_table(const struct check_table *table, const double (*shares)[CHECK_COLUMNS])
{
    int n_broken = 0, n_times = table->jobs[0].n_times;

    printf("\n%s\n%s%s%-8s %3s  %-12s %5s %5s %6s", table->title, table->note, *table->note ? "\n" : "",
           "world", "k", "grids", "a cl.", "n", "corr.");
    for (int c = 0; c < CHECK_COLUMNS && table->columns[c].head; c++)
        printf(" %11s", table->columns[c].head);
    printf("\n");
    for (int i = 0; table->jobs[i].n_times; i++) {
        print_job(&table->jobs[i]);
        n_times = table->jobs[i].n_times < n_times ? table->jobs[i].n_times : n_times;
        for (int c = 0; c < CHECK_COLUMNS && table->columns[c].head; c++) {
            const struct column_bounds *bounds = &table->columns[c];
            double percent = 100 * shares[i][c];
            bool is_broken = bounds->high > 0 && (percent < bounds->low || percent > bounds->high);

            n_broken += is_broken;
            if (isnan(percent))
                printf(" %10s ", "-");
            else
                printf(" %10.1f%s", percent, is_broken ? "!" : bounds->high > 0 ? " " : "'");
        }
        printf("\n");
    }
    printf("%d simulations a line or more; standard error %.2f at 5 and at 95. Bounds:", n_times,
           100 * sqrt(.05 * .95 / n_times));
    for (int c = 0; c < CHECK_COLUMNS && table->columns[c].head; c++)
        if (table->columns[c].high > 0)
            printf(" %s %g-%g;", table->columns[c].head, table->columns[c].low, table->columns[c].high);
    printf(" ' is told and not judged.\n");
    return n_broken;
}

int check_finish(const struct check_table *const *tables, int n)
{
    int n_broken = 0, at = 0;

    work(tables, n);
    for (int i = 0; i < n_children; i++) {
        int status;

        if (waitpid(children[i], &status, 0) < 0 || status != 0) {
            printf("a process of the simulation failed\n");
            n_broken++;
        }
    }
    for (int t = 0; t < n; t++) {
        n_broken += print_table(tables[t], (const double(*)[CHECK_COLUMNS])shared->shares + at);
        for (const struct job *job = tables[t]->jobs; job->n_times; job++)
            at++;
    }
    return n_broken;
}
