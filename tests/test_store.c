/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store: what is put in comes out, the digest is of results alone, and files of others are left
 * as they are. */
#include "store_fixture.h"

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
    assert_string_equal(got.caveats.choices, "frr: norm, linear map, lambda and the lengths of the stages");
    assert_string_equal(got.caveats.names, "erm: ITLM, small-loss selection");
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

    OK(store_read_curve(store, got.runs[0].run, "test", "accuracy", -1, &arena, &series, &err));
    assert_int_equal(series.n, 2);
    assert_true(series.at[0] == 10 && series.at[1] == 20);
    assert_true(series.values[0] == 1.0 / 3 && series.values[1] == 5e-324);
    OK(store_read_curve(store, got.runs[0].run, "test", "loss", -1, &arena, &series, &err));
    assert_true(series.n == 1 && series.values[0] == INFINITY);
    OK(store_read_classes(store, got.runs[0].run, "test", &arena, &series, &err));
    assert_true(series.n == 2 && series.values[0] == 0.75 && series.values[1] == 0.5);
    OK(store_read_last(store, &got, "validation", &got.measure, last, &err));
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

static bool has_beside(const char *path)
{
    return access(arena_printf(&arena, "%s-wal", path), F_OK) == 0 ||
           access(arena_printf(&arena, "%s-shm", path), F_OK) == 0;
}

/* Whoever reads a store leaves nothing beside it, but what others have there. */
static void test_reading_leaves_nothing(void **state)
{
    const char *path = fresh_path();
    struct store *writer = planned_store(path), *one, *two;
    struct store_outcome o = outcome();
    struct store_plan got;
    struct error err;

    (void)state;
    one = open_store(path, STORE_READ);
    OK(store_read_plan(one, &arena, &got, &err));
    store_close(one);
    assert_true(has_beside(path));
    finish_next(writer, "me", &o);
    store_close(writer);
    assert_false(has_beside(path));

    one = open_store(path, STORE_READ);
    two = open_store(path, STORE_READ);
    OK(store_read_plan(one, &arena, &got, &err));
    OK(store_read_plan(two, &arena, &got, &err));
    assert_true(has_beside(path));
    store_close(one);
    assert_true(has_beside(path));
    OK(store_read_plan(two, &arena, &got, &err));
    store_close(two);
    assert_false(has_beside(path));
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

/* What it is of, by printf, of more runs than are read at once. */
static void test_digest_definition(void **state)
{
    enum { N = 20000, N_ENDED = 3 };
    static const char *const kinds[] = {"finite", "finite", "finite", "nan", "inf",
                                        "finite", "finite", "finite", "finite"};
    const char *path = fresh_path();
    struct store *store = large_store(path, N);
    struct store_outcome o = outcome();
    char hex[HASH_HEX_SIZE], want[HASH_HEX_SIZE];
    struct text t = {0};
    struct sql_query *q;
    struct error err;
    struct sql *db;

    (void)state;
    for (int i = 0; i < N_ENDED; i++)
        finish_next(store, "me", &o);
    digest(store, hex, N - N_ENDED);
    store_close(store);
    OK(sql_open(path, SQL_READ, &db, &err));
    q = sql_prepare(db, &err, "SELECT spec, state = 'finished' FROM runs ORDER BY spec_id", "");
    while (sql_step(q, &err) > 0) {
        text_printf(&t, "%s%s\n", sql_text(q, 0),
                    sql_long(q, 1) ? "finished 20 20 00ff" : "open 0 0 -");
        for (int i = 0; i < N_METRICS && sql_long(q, 1); i++) {
            static const int sorted[] = {1, 2, 3, 0, 5, 7, 8, 4, 6}; /* by step, part, name, class */
            const struct store_metric *m = &metrics[sorted[i]];

            text_printf(&t, "%ld %s %s %d %a %s\n", m->step, m->part, m->name, m->class_index,
                        m->value, kinds[sorted[i]]);
        }
    }
    sql_end(q);
    sql_close(db);
    hash_block(t.s, t.size, want);
    text_release(&t);
    assert_string_equal(hex, want);
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

/* Another number after each change, whoever made it, and only then. */
static void test_revision(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path), *other = open_store(path, STORE_WRITE);
    struct store_outcome o = outcome();
    struct store_counts counts;
    struct error err;
    long revision[6];

    (void)state;
    OK(store_revision(store, &revision[0], &err));
    OK(store_count(other, &counts, &err));
    OK(store_revision(store, &revision[1], &err));
    finish_next(other, "them", &o);
    OK(store_revision(store, &revision[2], &err));
    finish_next(store, "me", &o);
    OK(store_revision(store, &revision[3], &err));
    finish_next(other, "them", &o);
    OK(store_revision(store, &revision[4], &err));
    OK(store_count(store, &counts, &err));
    OK(store_revision(store, &revision[5], &err));
    for (int i = 0; i + 1 < 6; i++)
        assert_int_equal(revision[i] == revision[i + 1], i == 0 || i == 4);
    assert_int_equal(counts.finished, 3);
    store_close(other);
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

/* What looks through labels takes the square of their lengths: those of a stranger have an end. */
static void test_long_labels(void **state)
{
    const char *point = runs[1].point;
    char *longer = arena_alloc(&arena, PLAN_MAX_LABEL + 2);
    struct store_plan got;
    struct error err;

    (void)state;
    for (int more = 0; more < 2; more++) {
        struct store *store;

        memset(longer, 'x', PLAN_MAX_LABEL + (size_t)more);
        runs[1].point = longer;
        plan_set_id(&plan);
        store = planned_store(fresh_path());
        assert_int_equal(store_read_plan(store, &arena, &got, &err), more ? -1 : 0);
        if (more)
            assert_non_null(strstr(err.text, "has a label of 16385 bytes; at most 16384 are read"));
        store_close(store);
    }
    runs[1].point = point;
    plan_set_id(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_reading_leaves_nothing),
        cmocka_unit_test(test_long_labels),
        cmocka_unit_test(test_export),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_digest_definition),
        cmocka_unit_test(test_same_plan_twice),
        cmocka_unit_test(test_revision),
        cmocka_unit_test(test_what_is_not_ours),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
