/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * store_fixture: for tests of the store: a folder, a plan of four runs, results of a run. */
#include "os/process.h"
#include "store/sql.h"
#include "store/store.h"

#include "os/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { N_RUNS = 4, LEASE = 1000 };

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static struct arena arena;
static struct experiment experiment;
static struct plan_run runs[N_RUNS];
static struct plan_data data;
static struct plan plan;

/* A path in the folder of this test, where nothing is yet. */
static __attribute__((unused)) const char *fresh_path(void)
{
    static int n;

    return arena_printf(&arena, "%s/%d.db", folder, n++);
}

#define OK(call)                       \
    do {                               \
        if ((call) < 0)                \
            fail_msg("%s", err.text);  \
    } while (0)

static __attribute__((unused)) struct store *open_store(const char *path, enum store_mode mode)
{
    struct store *store;
    struct error err;

    OK(store_open(path, mode, &store, &err));
    return store;
}

/* A store with the plan of four runs: methods a and b, seeds 0 and 1. */
static __attribute__((unused)) struct store *planned_store(const char *path)
{
    struct store *store = open_store(path, STORE_CREATE);
    struct error err;

    OK(store_put_plan(store, &plan, &err));
    return store;
}

/* A store with a plan of so many runs of one method. */
static __attribute__((unused)) struct store *large_store(const char *path, long n)
{
    struct plan_run *many = calloc((size_t)n, sizeof *many);
    struct store *store = open_store(path, STORE_CREATE);
    struct plan large = plan;
    struct error err;

    for (long i = 0; i < n; i++) {
        char spec[80];

        snprintf(spec, sizeof spec, "train.numeric = \"portable\"\ntrain.seed = %ld\n", i);
        many[i] = runs[0];
        many[i].spec = strdup(spec);
        hash_block(spec, strlen(spec), many[i].id);
    }
    large.runs = many;
    large.n_runs = (int)n;
    plan_set_id(&large);
    OK(store_put_plan(store, &large, &err));
    for (long i = 0; i < n; i++)
        free((char *)many[i].spec);
    free(many);
    return store;
}

static const struct store_metric metrics[] = {
    {10, "train", "loss", -1, 0.1},
    {10, "test", "accuracy", -1, 1.0 / 3},
    {10, "test", "class_accuracy", 0, 0.25},
    {10, "test", "class_accuracy", 1, NAN},
    {20, "test", "loss", -1, INFINITY},
    {20, "test", "accuracy", -1, 5e-324},
    {20, "validation", "accuracy", -1, 0.5},
    {20, "test", "class_accuracy", 0, 0.75},
    {20, "test", "class_accuracy", 1, 0.5},
};

enum { N_METRICS = sizeof metrics / sizeof *metrics };

static const unsigned char bits[] = {0xa5, 0x01};

static const float numbers[] = {0.25f, -3e-40f, 1e30f};
static const struct store_array arrays[] = {
    {20, "weights", 3, numbers}, {10, "weights", 1, numbers}, {20, "other", 2, numbers}};

static __attribute__((unused)) struct store_outcome outcome(void)
{
    return (struct store_outcome){
        .n_steps = 20,
        .last_step = 20,
        .weights_hash = "00ff",
        .metrics = metrics,
        .n_metrics = N_METRICS,
        .answers = {20, 9, bits},
        .arrays = arrays,
        .n_arrays = 3,
        .environment = "cpu = \"x\"\n",
        .host = "here",
        .started = 5,
        .seconds = 1.5,
        .peak_memory = 7,
    };
}

/* Claims the next run as `owner` and ends it. */
static __attribute__((unused)) void finish_next(struct store *store, const char *owner, const struct store_outcome *o)
{
    struct store_claim claim;
    struct error err;

    assert_int_equal(store_claim(store, owner, "portable", LEASE, &arena, &claim, &err), 1);
    assert_int_equal(store_finish(store, &claim, o, &err), 0);
}

static __attribute__((unused)) void digest(struct store *store, char ret_hex[HASH_HEX_SIZE], int n_left)
{
    struct error err;
    int got;

    OK(store_digest(store, ret_hex, &got, &err));
    assert_int_equal(got, n_left);
}

static __attribute__((unused)) struct store_counts count(struct store *store)
{
    struct store_counts c;
    struct error err;

    OK(store_count(store, &c, &err));
    return c;
}

static __attribute__((unused)) int claim(struct store *store, const char *owner, double lease, struct store_claim *ret_claim)
{
    struct error err;
    int got;

    OK(got = store_claim(store, owner, "portable", lease, &arena, ret_claim, &err));
    return got;
}

static __attribute__((unused)) void read_file(const char *path, char **ret_bytes, size_t *ret_size)
{
    struct error err;

    OK(file_read(path, 1 << 24, &arena, ret_bytes, ret_size, &err));
}

static __attribute__((unused)) void refuse(const char *path, enum store_mode mode, const char *part)
{
    struct store *store;
    struct error err = {.text = "no error"};
    struct arena own = {0};
    char *before = NULL, *after;
    size_t size = 0, size_after;

    if (file_exists(path))
        OK(file_read(path, 1 << 20, &own, &before, &size, &err));
    if (store_open(path, mode, &store, &err) != -1 || !strstr(err.text, part))
        fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(err.status, EXIT_BAD_INPUT);
    assert_int_equal(file_exists(path), before != NULL);
    if (before) {
        OK(file_read(path, 1 << 20, &own, &after, &size_after, &err));
        assert_int_equal(size_after, size);
        assert_memory_equal(after, before, size);
    }
    arena_release(&own);
}

static __attribute__((unused)) void change(const char *path, const char *statement)
{
    struct sql *db;
    struct error err;

    OK(sql_open(path, SQL_CREATE, &db, &err));
    OK(sql_script(db, statement, &err));
    sql_close(db);
}

static __attribute__((unused)) int set_up(void **state)
{
    struct settings spec;
    struct text t = {0};

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    experiment = (struct experiment){
        .title = "Title", .question = "Why?", .baseline = "a", .source = "-", .overrides = ""};
    strcpy(data.digest, "dd");
    data.name = "pets";
    data.description = "format = \"cifar\"\n";
    data.classes = "[\"cat\",\"dog\"]";
    for (int i = 0; i < N_RUNS; i++) {
        settings_init(&spec, &arena);
        settings_set(&spec, "train.numeric", value_string("portable"));
        settings_set(&spec, "train.seed", value_number(i % 2));
        settings_set(&spec, "objective", value_string(i < 2 ? "erm" : "rgd"));
        settings_set(&spec, "objective.trim", value_number(0.2));
        if (i >= 2)
            settings_set(&spec, "penalty", value_string("frr"));
        settings_write(&t, &spec);
        runs[i] = (struct plan_run){.method = i < 2 ? "a" : "b",
                                    .condition = "",
                                    .point = "train.lr=1",
                                    .seed = i % 2,
                                    .spec = arena_strdup(&arena, t.s)};
        hash_block(t.s, t.size, runs[i].id);
        text_release(&t);
    }
    plan = (struct plan){.experiment = &experiment,
                         .runs = runs,
                         .n_runs = N_RUNS,
                         .data = &data,
                         .n_data = 1};
    plan_set_id(&plan);
    return 0;
}

static __attribute__((unused)) int tear_down(void **state)
{
    static const char *const endings[] = {".db", ".db-wal", ".db-shm"};

    struct error err;

    (void)state;
    for (int k = 0; k < 3; k++)
        for (const char *const *names = file_names(folder, endings[k], &arena, &err); *names; names++)
            unlink(arena_printf(&arena, "%s/%s%s", folder, *names, endings[k]));
    arena_release(&arena);
    return rmdir(folder);
}
