/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command: one verb of the program.
 *
 * To add one: write its function in a file here, and add a row to the table in
 * main.c; help comes from the row.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

struct invocation {
    struct arena *arena;
    char **argv;       /* of the process, for executing it anew */
    int n_words;
    const char *const *words; /* behind the verb, without options; NULL-ended */
    /* options, with their defaults */
    int n_jobs;            /* --jobs=N; 0: as the cores have room for */
    int n_threads;         /* --threads=N */
    int max_failures;      /* --max-failures=N; 0: any number */
    bool is_fail_fast;     /* --fail-fast: --max-failures=1 */
    double checkpoint_interval; /* --checkpoint=SECONDS */
    double lease;          /* --lease=SECONDS */
    const char *format;    /* --format=NAME; NULL: none given */
    const char *shard;     /* --shard=I/N; NULL: all of the plan */
    const char *launcher;  /* --launcher=NAME; NULL: this machine's processes */
    const char *slurm;     /* --slurm=WORDS; NULL: none */
    const char *rescue;    /* --rescue=FILE; NULL: none */
    const char *data_root; /* --data=DIR, RGDBENCH_DATA; NULL: none */
    bool allows_http;      /* --http */
    const char *python;    /* --python=PROGRAM; NULL: none given */
    bool is_quiet;         /* --quiet */
    bool is_dry;           /* --dry-run */
    bool is_frozen;        /* --frozen */
    const char *vocabulary; /* --vocab=FILE; NULL: none */
    int max_tokens;        /* --max=N */
    bool is_cased, is_pair; /* --cased, --pair */
    bool is_init;          /* --init */
    bool is_widening;      /* --widen */
};

struct command {
    const char *name, *arguments, *doc;
    const char *help;    /* the options and words, for --help */
    const char *options; /* the long options it takes, blank-separated */
    int min_words, max_words;
    int (*run)(const struct invocation *in, enum exit_status *ret_status, struct error *err);
    bool is_hidden; /* for the program itself */
    unsigned walls; /* of enum wall, before it runs; a cluster's commands (--launcher) need none */
};

int command_bisect(const struct invocation *, enum exit_status *, struct error *);
int command_cancel(const struct invocation *, enum exit_status *, struct error *);
int command_compare(const struct invocation *, enum exit_status *, struct error *);
int command_confirm(const struct invocation *, enum exit_status *, struct error *);
int command_data(const struct invocation *, enum exit_status *, struct error *);
int command_digest(const struct invocation *, enum exit_status *, struct error *);
int command_doctor(const struct invocation *, enum exit_status *, struct error *);
int command_export(const struct invocation *, enum exit_status *, struct error *);
int command_fetch_weights(const struct invocation *, enum exit_status *, struct error *);
int command_fsck(const struct invocation *, enum exit_status *, struct error *);
int command_hparams(const struct invocation *, enum exit_status *, struct error *);
int command_export_weights(const struct invocation *, enum exit_status *, struct error *);
int command_import(const struct invocation *, enum exit_status *, struct error *);
int command_list(const struct invocation *, enum exit_status *, struct error *);
int command_merge(const struct invocation *, enum exit_status *, struct error *);
int command_plot(const struct invocation *, enum exit_status *, struct error *);
int command_split(const struct invocation *, enum exit_status *, struct error *);
int command_report(const struct invocation *, enum exit_status *, struct error *);
int command_retry(const struct invocation *, enum exit_status *, struct error *);
int command_stats(const struct invocation *, enum exit_status *, struct error *);
int command_status(const struct invocation *, enum exit_status *, struct error *);
int command_sweep(const struct invocation *, enum exit_status *, struct error *);
int command_table(const struct invocation *, enum exit_status *, struct error *);
int command_tokens(const struct invocation *, enum exit_status *, struct error *);
int command_verify(const struct invocation *, enum exit_status *, struct error *);
int command_weights(const struct invocation *, enum exit_status *, struct error *);
int command_worker(const struct invocation *, enum exit_status *, struct error *);

#endif
