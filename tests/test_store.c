/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store: what is put in comes out, a run has one owner and one end, the digest is of
 * results alone, and files of others are left as they are. */
#include "lab/process.h"
#include "lab/sql.h"
#include "lab/store.h"

#include "base/file.h"

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
static const char *fresh_path(void)
{
    static int n;

    return arena_printf(&arena, "%s/%d.db", folder, n++);
}

#define OK(call)                       \
    do {                               \
        if ((call) < 0)                \
            fail_msg("%s", err.text);  \
    } while (0)

static struct store *open_store(const char *path, enum store_mode mode)
{
    struct store *store;
    struct error err;

    OK(store_open(path, mode, &store, &err));
    return store;
}

/* A store with the plan of four runs: methods a and b, seeds 0 and 1. */
static struct store *planned_store(const char *path)
{
    struct store *store = open_store(path, STORE_CREATE);
    struct error err;

    OK(store_put_plan(store, &plan, &err));
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

static struct store_outcome outcome(void)
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
static void finish_next(struct store *store, const char *owner, const struct store_outcome *o)
{
    struct store_claim claim;
    struct error err;

    assert_int_equal(store_claim(store, owner, "portable", LEASE, &arena, &claim, &err), 1);
    assert_int_equal(store_finish(store, &claim, o, &err), 0);
}

static void digest(struct store *store, char ret_hex[HASH_HEX_SIZE], int n_left)
{
    struct error err;
    int got;

    OK(store_digest(store, ret_hex, &got, &err));
    assert_int_equal(got, n_left);
}

static struct store_counts count(struct store *store)
{
    struct store_counts c;
    struct error err;

    OK(store_count(store, &c, &err));
    return c;
}

static int claim(struct store *store, const char *owner, double lease, struct store_claim *ret_claim)
{
    struct error err;
    int got;

    OK(got = store_claim(store, owner, "portable", lease, &arena, ret_claim, &err));
    return got;
}

static void read_file(const char *path, char **ret_bytes, size_t *ret_size)
{
    struct error err;

    OK(file_read(path, 1 << 24, &arena, ret_bytes, ret_size, &err));
}

static void refuse(const char *path, enum store_mode mode, const char *part)
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

static void change(const char *path, const char *statement)
{
    struct sql *db;
    struct error err;

    OK(sql_open(path, SQL_CREATE, &db, &err));
    OK(sql_script(db, statement, &err));
    sql_close(db);
}

static void test_round_trip(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    struct store_plan got;
    struct store_series series;
    struct settings spec;
    struct store_answers answers;
    struct value classes;
    double last[N_RUNS];
    struct store_array *read;
    int n_read;
    struct error err;

    (void)state;
    finish_next(store, "me", &o);
    store_close(store);

    store = open_store(path, STORE_READ);
    OK(store_read_plan(store, &arena, &got, &err));
    assert_string_equal(got.title, "Title");
    assert_string_equal(got.question, "Why?");
    assert_string_equal(got.baseline, "a");
    assert_string_equal(got.digest, plan.id);
    assert_int_equal(got.n_runs, N_RUNS);
    assert_int_equal(got.n_methods, 2);
    assert_string_equal(got.caveats, "frr: norm, linear map, lambda and the lengths of the stages");
    assert_string_equal(got.methods[1], "b");
    for (int i = 0; i < N_RUNS; i++) {
        assert_string_equal(got.runs[i].method, runs[i].method);
        assert_string_equal(got.runs[i].condition, runs[i].condition);
        assert_string_equal(got.runs[i].point, runs[i].point);
        assert_string_equal(got.runs[i].spec_id, runs[i].id);
        assert_string_equal(got.runs[i].state, i == 0 ? "finished" : "planned");
        assert_int_equal(got.runs[i].seed, runs[i].seed);
    }
    assert_true(got.runs[0].seconds == 1.5);

    settings_init(&spec, &arena);
    OK(store_read_spec(store, got.runs[1].run, &spec, &err));
    assert_true(settings_number(&spec, "train.seed") == 1);
    OK(store_read_class_names(store, data.digest, &arena, &classes, &err));
    assert_string_equal(value_text(&arena, &classes), "[\"cat\",\"dog\"]");

    OK(store_read_curve(store, got.runs[0].run, "test", "accuracy", &arena, &series, &err));
    assert_int_equal(series.n, 2);
    assert_true(series.at[0] == 10 && series.at[1] == 20);
    assert_true(series.values[0] == 1.0 / 3 && series.values[1] == 5e-324);
    OK(store_read_curve(store, got.runs[0].run, "test", "loss", &arena, &series, &err));
    assert_true(series.n == 1 && series.values[0] == INFINITY);
    OK(store_read_classes(store, got.runs[0].run, "test", &arena, &series, &err));
    assert_true(series.n == 2 && series.values[0] == 0.75 && series.values[1] == 0.5);
    OK(store_read_last(store, &got, "validation", "accuracy", last, &err));
    assert_true(last[0] == 0.5 && isnan(last[1]));
    OK(store_read_answers(store, got.runs[0].run, &arena, &answers, &err));
    assert_true(answers.n == 9 && answers.step == 20);
    assert_memory_equal(answers.bits, bits, sizeof bits);
    OK(store_read_answers(store, got.runs[1].run, &arena, &answers, &err));
    assert_int_equal(answers.n, 0);
    OK(store_read_arrays(store, got.runs[0].run, "weights", &arena, &read, &n_read, &err));
    assert_true(n_read == 2 && read[0].step == 10 && read[0].n == 1 && read[1].n == 3);
    assert_memory_equal(read[1].numbers, numbers, sizeof numbers);
    OK(store_read_arrays(store, got.runs[1].run, "weights", &arena, &read, &n_read, &err));
    assert_int_equal(n_read, 0);
    store_close(store);
}

/* As programs of version `version` wrote it: from the text of the schema, less what is newer. */
static void downgrade(const char *path, int version)
{
    static const char *const steps[] = {
        "DROP TABLE arrays", /* 4 */
        "DROP TABLE answers",
    };
    struct sql *db;
    struct error err;

    OK(sql_open(path, SQL_WRITE, &db, &err));
    OK(sql_script(db,
                  "DROP INDEX runs_by_end; ALTER TABLE runs DROP COLUMN lease; "
                  "ALTER TABLE runs DROP COLUMN fence; ALTER TABLE runs DROP COLUMN sum; "
                  "ALTER TABLE plans DROP COLUMN sum; ALTER TABLE data_sets DROP COLUMN sum", &err));
    for (int v = 4; v > version; v--)
        OK(sql_script(db, steps[4 - v], &err));
    OK(sql_script(db, arena_printf(&arena, "PRAGMA user_version = %d", version), &err));
    sql_close(db);
}

/* An older store is read as it is; whoever writes to it brings it up to date. */
static void read_old_version(int version)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    struct store_answers answers;
    struct store_array *read;
    char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE], *before, *after;
    size_t size_before, size_after;
    int n_read;
    struct error err;

    finish_next(store, "me", &o);
    digest(store, want, N_RUNS - 1);
    store_close(store);
    downgrade(path, version);
    read_file(path, &before, &size_before);

    store = open_store(path, STORE_READ);
    digest(store, got, N_RUNS - 1);
    assert_string_equal(got, want);
    OK(store_read_answers(store, 1, &arena, &answers, &err));
    assert_int_equal(answers.n, version < 3 ? 0 : 9);
    OK(store_read_arrays(store, 1, "weights", &arena, &read, &n_read, &err));
    assert_int_equal(n_read, version < 4 ? 0 : 2);
    store_close(store);
    read_file(path, &after, &size_after);
    assert_true(size_after == size_before && memcmp(before, after, size_after) == 0);

    store = open_store(path, STORE_WRITE);
    digest(store, got, N_RUNS - 1);
    assert_string_equal(got, want);
    finish_next(store, "me", &o);
    OK(store_read_answers(store, 2, &arena, &answers, &err));
    assert_int_equal(answers.n, 9);
    OK(store_read_arrays(store, 2, "weights", &arena, &read, &n_read, &err));
    assert_int_equal(n_read, 2);
    store_close(store);
    store = open_store(path, STORE_READ);
    assert_int_equal(count(store).finished, 2);
    store_close(store);
}

static void test_old_versions(void **state)
{
    (void)state;
    for (int version = 2; version <= 4; version++)
        read_old_version(version);
}

/* One that an older program works on right now is left alone: it knows no leases. */
static void test_old_version_at_work(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    char owner[PROCESS_OWNER_SIZE];
    struct store_claim c;

    (void)state;
    process_owner(getpid(), owner);
    assert_int_equal(claim(store, owner, LEASE, &c), 1);
    store_close(store);
    downgrade(path, 4);
    refuse(path, STORE_WRITE, "an older version of this program works on it");
    store = open_store(path, STORE_READ);
    assert_int_equal(count(store).running, 1);
    store_close(store);
}

static void test_damaged_blobs(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    struct store_answers answers;
    struct store_array *read;
    int n_read;
    struct error err;

    (void)state;
    finish_next(store, "me", &o);
    store_close(store);
    change(path, "UPDATE answers SET bits = x'00'; UPDATE arrays SET n = n + 1");
    store = open_store(path, STORE_READ);
    assert_int_equal(store_read_answers(store, 1, &arena, &answers, &err), -1);
    assert_non_null(strstr(err.text, "the answers of run 1 are damaged"));
    assert_int_equal(store_read_arrays(store, 1, "weights", &arena, &read, &n_read, &err), -1);
    assert_non_null(strstr(err.text, "\"weights\" of run 1 is damaged"));
    store_close(store);
}

static int collect(void *context, const struct store_export_row *row)
{
    text_printf(context, "%s %d %s %ld %s %s %d %a\n", row->method, row->seed, row->state,
                row->metric.step, row->metric.part, row->metric.name, row->metric.class_index,
                row->metric.value);
    return 0;
}

static void test_export(void **state)
{
    struct store *store = planned_store(fresh_path());
    struct store_outcome o = outcome();
    struct text t = {0};
    struct error err;
    int n = 0;

    (void)state;
    finish_next(store, "me", &o);
    finish_next(store, "me", &o);
    OK(store_export(store, collect, &t, &err));
    for (const char *p = t.s; (p = strchr(p, '\n')); p++)
        n++;
    assert_int_equal(n, 2 * N_METRICS);
    assert_non_null(strstr(t.s, "a 0 finished 20 test accuracy -1 0x0.0000000000001p-1022\n"));
    assert_non_null(strstr(t.s, "a 1 finished 10 test class_accuracy 1 nan\n"));
    text_release(&t);
    store_close(store);
}

/* Ends all runs of a store, in any order of workers, with `odd` for run `which`. */
static void fill(const char *path, int which, const struct store_outcome *odd,
                 char ret_hex[HASH_HEX_SIZE])
{
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();

    for (int i = 0; i < N_RUNS; i++)
        finish_next(store, i % 2 ? "me" : "you", i == which ? odd : &o);
    digest(store, ret_hex, 0);
    store_close(store);
}

/* Equal results are equal whoever computed them, when and where; one last bit of one
 * number, a weight or a state is another result. */
static void test_digest(void **state)
{
    struct store_outcome same = outcome(), odd;
    struct store_metric other[N_METRICS];
    char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE];
    struct store *store;

    (void)state;
    fill(fresh_path(), -1, NULL, want);
    same.host = "elsewhere";
    same.environment = "cpu = \"y\"\n";
    same.started = 1e9;
    same.seconds = 0.1;
    same.peak_memory = 1;
    fill(fresh_path(), 2, &same, got);
    assert_string_equal(got, want);

    memcpy(other, metrics, sizeof metrics);
    odd = outcome();
    odd.metrics = other;
    for (int i = 0; i < N_METRICS; i++) {
        double value = other[i].value;

        other[i].value = isfinite(value) ? nextafter(value, 2) : 0;
        fill(fresh_path(), 1, &odd, got);
        assert_string_not_equal(got, want);
        other[i].value = value;
    }
    odd.weights_hash = "00fe";
    fill(fresh_path(), 3, &odd, got);
    assert_string_not_equal(got, want);
    odd = outcome();
    odd.has_diverged = true;
    fill(fresh_path(), 0, &odd, got);
    assert_string_not_equal(got, want);

    store = planned_store(fresh_path());
    digest(store, got, N_RUNS);
    assert_string_not_equal(got, want);
    store_close(store);
}

static bool nobody_is_alive(const char *owner)
{
    (void)owner;
    return false;
}

static void test_life_of_a_run(void **state)
{
    struct store *store = planned_store(fresh_path());
    struct store_outcome o = outcome();
    struct store_claim first, second, again;
    struct error err;
    int n;

    (void)state;
    assert_int_equal(store_claim(store, "me", "native", LEASE, &arena, &first, &err), 0);
    assert_int_equal(claim(store, "me", LEASE, &first), 1);
    assert_int_equal(claim(store, "you", LEASE, &second), 1);
    assert_true(first.run != second.run);
    assert_string_equal(first.spec, runs[0].spec);
    assert_int_equal(count(store).running, 2);

    /* A run ends once; afterwards nothing happens to it. */
    assert_int_equal(store_finish(store, &first, &o, &err), 0);
    assert_int_equal(store_finish(store, &first, &o, &err), 1);
    assert_int_equal(store_fail(store, &first, "why", &err), 1);
    assert_int_equal(store_release(store, &first, &err), 1);
    assert_int_equal(store_renew(store, first.run, first.fence, LEASE, &err), 0);
    assert_int_equal(count(store).finished, 1);

    assert_int_equal(store_fail(store, &second, "why not", &err), 0);
    assert_int_equal(count(store).failed, 1);
    assert_int_equal(store_retry(store, "", false, &err), 1);
    assert_int_equal(claim(store, "me", LEASE, &again), 1);
    assert_int_equal(again.run, second.run);
    assert_true(again.fence > second.fence);

    /* A worker that is gone gives its run back, or fails it. */
    OK(store_reclaim(store, nobody_is_alive, &err));
    assert_int_equal(count(store).planned, 3);
    assert_int_equal(claim(store, "me", LEASE, &again), 1);
    OK(store_fail_owner(store, "me", "killed", &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(count(store).failed, 1);
    store_close(store);
}

static bool all_are_alive(const char *owner)
{
    (void)owner;
    return true;
}

/* Whose lease ran out loses its run to who asks next, and then changes no byte of the store, though it
 * has the same name, a result of its own, and is alive. */
static void test_leases(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path), *late = open_store(path, STORE_WRITE);
    struct store_outcome o = outcome(), other = outcome();
    struct store_claim held, lost, taken, rest;
    char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE], *before, *after;
    size_t size_before, size_after;
    struct error err;

    (void)state;
    assert_int_equal(claim(store, "me", LEASE, &held), 1);
    assert_int_equal(claim(late, "me", -1, &lost), 1); /* has run out already */
    for (int i = 2; i < N_RUNS; i++)
        assert_int_equal(claim(store, "me", LEASE, &rest), 1);

    /* Nobody took it: it is still who claimed it, who may renew it. */
    assert_int_equal(store_renew(late, lost.run, lost.fence, LEASE, &err), 1);
    assert_int_equal(claim(store, "me", LEASE, &taken), 0);
    OK(store_reclaim(store, all_are_alive, &err));
    assert_int_equal(count(store).running, N_RUNS);

    assert_int_equal(store_renew(late, lost.run, lost.fence, -1, &err), 1);
    assert_int_equal(claim(store, "me", LEASE, &taken), 1);
    assert_int_equal(taken.run, lost.run);
    assert_true(taken.fence > lost.fence);
    for (int k = 0; k < 2; k++) { /* while the other is at work; when it has finished */
        if (k == 1)
            assert_int_equal(store_finish(store, &taken, &o, &err), 0);
        digest(store, want, N_RUNS - k);
        read_file(path, &before, &size_before);
        other.weights_hash = "another";
        other.environment = "cpu = \"another\"\n";
        assert_int_equal(store_renew(late, lost.run, lost.fence, LEASE, &err), 0);
        assert_int_equal(store_finish(late, &lost, &other, &err), 1);
        assert_int_equal(store_fail(late, &lost, "why", &err), 1);
        assert_int_equal(store_release(late, &lost, &err), 1);
        digest(store, got, N_RUNS - k);
        assert_string_equal(got, want);
        read_file(path, &after, &size_after);
        assert_true(size_after == size_before && memcmp(before, after, size_after) == 0);
        assert_int_equal(count(store).failed + count(store).planned, 0);
    }
    assert_int_equal(store_finish(store, &held, &o, &err), 0);
    store_close(late);
    store_close(store);
}

/* A worker stays with the plan that it was started for. */
static void test_bound_plan(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path), *other = open_store(path, STORE_WRITE);
    struct plan shorter = plan;
    struct store_claim c;
    char id[HASH_HEX_SIZE];
    struct error err;

    (void)state;
    shorter.n_runs = 1;
    plan_set_id(&shorter);
    OK(store_put_plan(other, &shorter, &err));
    assert_int_equal(count(other).planned, 1);
    assert_int_equal(count(store).planned, N_RUNS);
    store_close(store);
    store = open_store(path, STORE_WRITE);
    assert_int_equal(count(store).planned, 1);
    OK(store_bind_plan(store, plan.id, id, &err));
    assert_int_equal(count(store).planned, N_RUNS);
    for (int i = 0; i < N_RUNS; i++)
        assert_int_equal(claim(store, "me", LEASE, &c), 1);
    assert_int_equal(claim(other, "you", LEASE, &c), 0);
    assert_int_equal(store_bind_plan(store, "0", id, &err), -1);
    assert_non_null(strstr(err.text, "holds no such plan"));
    store_close(store);
    store_close(other);
}

/* The same plan again adds nothing and forgets nothing. */
static void test_same_plan_twice(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    char before[HASH_HEX_SIZE], after[HASH_HEX_SIZE];
    struct error err;

    (void)state;
    finish_next(store, "me", &o);
    digest(store, before, N_RUNS - 1);
    OK(store_put_plan(store, &plan, &err));
    digest(store, after, N_RUNS - 1);
    assert_string_equal(before, after);
    store_close(store);
}

static void test_what_is_not_ours(void **state)
{
    const char *path = fresh_path();
    struct error err;

    (void)state;
    refuse(path, STORE_READ, "there is no store");
    refuse(path, STORE_WRITE, "there is no store");

    change(path, "CREATE TABLE t (x)");
    for (int mode = STORE_READ; mode <= STORE_CREATE; mode++)
        refuse(path, (enum store_mode)mode, "is a database of another program");

    path = fresh_path(); /* as a sweep that was killed at its start leaves it */
    OK(file_write(path, "", 0, &err));
    refuse(path, STORE_READ, "is empty; a sweep fills it");
    refuse(path, STORE_WRITE, "is empty; a sweep fills it");
    store_close(planned_store(path));

    path = fresh_path();
    store_close(planned_store(path));
    change(path, "PRAGMA user_version = 99");
    for (int mode = STORE_READ; mode <= STORE_CREATE; mode++)
        refuse(path, (enum store_mode)mode, "has schema version 99; this program reads ");

    path = fresh_path();
    OK(file_write(path, "no database, but long enough to look for a header in", 53, &err));
    for (int mode = STORE_READ; mode <= STORE_CREATE; mode++)
        refuse(path, (enum store_mode)mode, "file is not a database");
}

static int set_up(void **state)
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

static int tear_down(void **state)
{
    static const char *const endings[] = {".db", ".db-wal", ".db-shm"};

    (void)state;
    for (int k = 0; k < 3; k++)
        for (const char *const *names = file_names(folder, endings[k], &arena); *names; names++)
            unlink(arena_printf(&arena, "%s/%s%s", folder, *names, endings[k]));
    arena_release(&arena);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_old_versions),
        cmocka_unit_test(test_old_version_at_work), cmocka_unit_test(test_damaged_blobs),
        cmocka_unit_test(test_export), cmocka_unit_test(test_digest),
        cmocka_unit_test(test_life_of_a_run), cmocka_unit_test(test_leases),
        cmocka_unit_test(test_bound_plan),
        cmocka_unit_test(test_same_plan_twice),
        cmocka_unit_test(test_what_is_not_ours),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
