/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stores of older versions are read and brought up to date; a damaged one never gives a wrong
 * number. */
#include "store_fixture.h"

/* As programs of version `version` wrote it: from the text of the schema, less what is newer. */
static void downgrade(const char *path, int version)
{
    static const char *const steps[] = {
        "DROP TABLE plan_settings", /* 9 */
        "", "", "", "",             /* what these brought is dropped for all */
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
    for (int v = 9; v > version; v--)
        OK(sql_script(db, steps[9 - v], &err));
    OK(sql_script(db, arena_printf(&arena, "PRAGMA user_version = %d", version), &err));
    sql_close(db);
}

static void check_label(const struct label *l)
{
    assert_int_equal(l->n, 1);
    assert_string_equal(l->parts[0].setting, "train.lr");
    assert_string_equal(l->parts[0].value, "1");
}

/* An older store is read as it is; whoever writes to it brings it up to date. */
static void read_old_version(int version)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    struct store_answers answers;
    struct store_array *read;
    struct store_plan read_plan;
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
    OK(store_read_plan(store, &arena, &read_plan, &err));
    check_label(&read_plan.runs[0].point_label);
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

/* Bringing a store up to date gives no sums to what does not match those that it has. */
static void test_old_version_stays_damaged(void **state)
{
    static const enum store_mode modes[] = {STORE_READ, STORE_WRITE, STORE_READ};
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    char hex[HASH_HEX_SIZE];
    struct error err;
    int n_left;

    (void)state;
    finish_next(store, "me", &o);
    store_close(store);
    change(path, "PRAGMA user_version = 5; UPDATE metrics SET value = value / 2");
    for (int i = 0; i < 3; i++) {
        store = open_store(path, modes[i]);
        assert_int_equal(store_digest(store, hex, &n_left, &err), -1);
        assert_int_equal(err.status, EXIT_MISMATCH);
        assert_non_null(strstr(err.text, "it is not what was written"));
        store_close(store);
    }
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

/* A copy of the store at `path` (there may be none yet) as SIGKILL in the middle of a change leaves it. */
static const char *half_changed(const char *path)
{
    const char *copy = fresh_path();
    static const char *const parts[] = {"", "-journal"};
    struct sql *db;
    struct error err;
    char *bytes;
    size_t size;

    OK(sql_open(path, SQL_CREATE, &db, &err));
    OK(sql_script(db, "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE; "
                      "CREATE TABLE half(x); INSERT INTO half VALUES(zeroblob(100000)); "
                      "INSERT INTO half VALUES(zeroblob(100000))", &err));
    for (int i = 0; i < 2; i++) {
        OK(file_read(arena_printf(&arena, "%s%s", path, parts[i]), 1 << 20, &arena, &bytes, &size, &err));
        OK(file_write(arena_printf(&arena, "%s%s", copy, parts[i]), bytes, size, &err));
    }
    sql_close(db);
    return copy;
}

static void test_half_changed_store(void **state)
{
    const char *path = fresh_path(), *copy;
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    char before[HASH_HEX_SIZE], after[HASH_HEX_SIZE];
    struct error err;
    int n_left;

    (void)state;
    finish_next(store, "me", &o);
    OK(store_digest(store, before, &n_left, &err));
    store_close(store);
    copy = half_changed(path);
    store = open_store(copy, STORE_READ);
    OK(store_digest(store, after, &n_left, &err));
    assert_string_equal(before, after);
    assert_int_equal(count(store).finished, 1);
    store_close(store);
    assert_false(file_exists(arena_printf(&arena, "%s-journal", copy)));

    copy = half_changed(fresh_path()); /* one that was being made */
    assert_int_equal(store_open(copy, STORE_READ, &store, &err), -1);
    assert_non_null(strstr(err.text, "is empty; a sweep fills it"));
    store_close(open_store(copy, STORE_CREATE));
    store_close(open_store(copy, STORE_READ));
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

static int ignore(void *context, const struct store_export_row *row)
{
    (void)context, (void)row;
    return 0;
}

/* What reports read of the store: 0, or -1 by all of the ways that there are. Of several damaged runs
 * each may name another. */
static int read_all(const char *path, struct error *ret_err)
{
    struct store *store = open_store(path, STORE_READ);
    struct store_plan got;
    struct value classes;
    struct error err = {0};
    char hex[HASH_HEX_SIZE];
    int n_left, result;

    *ret_err = (struct error){0};
    result = store_read_plan(store, &arena, &got, ret_err);
    assert_int_equal(store_digest(store, hex, &n_left, &err), result);
    assert_int_equal(err.status, ret_err->status);
    assert_true(result == 0 || strstr(err.text, "is damaged"));
    err = (struct error){0};
    assert_int_equal(store_export(store, ignore, NULL, &err), result);
    assert_int_equal(err.status, ret_err->status);
    assert_true(result == 0 || strstr(err.text, "is damaged"));
    if (result == 0)
        result = store_read_class_names(store, data.digest, &arena, &classes, ret_err);
    store_close(store);
    return result;
}

/* One finished run (id 1), one diverged (2), one failed (3), one planned (4). */
static const char *mixed_store(void)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    struct store_claim c;
    struct error err;

    finish_next(store, "me", &o);
    o.has_diverged = true;
    o.where = "step 3";
    finish_next(store, "me", &o);
    assert_int_equal(claim(store, "me", LEASE, &c), 1);
    OK(store_fail(store, &c, "why", &err));
    store_close(store);
    return path;
}

static void test_no_wrong_number(void **state)
{
    static const char *const changes[] = {
        "UPDATE metrics SET value = value + 1e-16 WHERE run = 1 AND value < 0.2",
        "UPDATE metrics SET step = 21 WHERE run = 1 AND step = 20 AND part = 'validation'",
        "UPDATE metrics SET part = 'tes' WHERE run = 2 AND name = 'loss' AND part = 'test'",
        "UPDATE metrics SET kind = '-inf' WHERE run = 1 AND kind = 'inf'",
        "UPDATE metrics SET run = 3 WHERE run = 1 AND step = 10",
        "DELETE FROM metrics WHERE run = 2 AND class = 1",
        "DELETE FROM metrics",
        "UPDATE answers SET bits = x'a500' WHERE run = 1",
        "UPDATE arrays SET step = 11 WHERE run = 1 AND step = 10",
        "DELETE FROM answers",
        "UPDATE runs SET last_step = 19 WHERE id = 1",
        "UPDATE runs SET n_steps = NULL WHERE id = 2",
        "UPDATE runs SET weights_hash = '00fe' WHERE id = 1",
        "UPDATE runs SET seconds = 1.25 WHERE id = 1",
        "UPDATE runs SET error = 'step 2' WHERE id = 2",
        "UPDATE runs SET host = 'there' WHERE id = 2",
        "UPDATE runs SET spec = spec || ' ' WHERE id = 1",
        "UPDATE runs SET spec = spec || ' ' WHERE id = 4",
        "UPDATE runs SET spec_id = 'ff' WHERE id = 1",
        "UPDATE runs SET state = 'diverged' WHERE id = 1",
        "UPDATE runs SET state = 'finished' WHERE id = 2",
        "UPDATE runs SET state = 'failed' WHERE id = 1",
        "UPDATE runs SET state = 'planned' WHERE id = 2",
        "UPDATE runs SET state = 'finished' WHERE id = 4",
        "PRAGMA ignore_check_constraints = ON; UPDATE runs SET state = 'failee' WHERE id = 3",
        "UPDATE runs SET sum = NULL WHERE id = 1",
        "UPDATE runs SET sum = (SELECT sum FROM runs WHERE id = 2) WHERE id = 1",
        "UPDATE environments SET text = 'cpu = \"y\"\n'",
        "PRAGMA foreign_keys = OFF; DELETE FROM runs WHERE id = 4",
        "UPDATE plan_runs SET method = 'b' WHERE position = 1",
        "UPDATE plan_runs SET point = 'train.lr=2' WHERE position = 1",
        "UPDATE plan_runs SET seed = 2 WHERE position = 1",
        "UPDATE plan_runs SET run = 2 WHERE position = 0",
        "UPDATE plan_runs SET position = 7 WHERE position = 0",
        "DELETE FROM plan_runs WHERE position = 3",
        "UPDATE plan_settings SET value = '2' WHERE position = 1",
        "UPDATE plan_settings SET setting = 'train.lR' WHERE position = 1",
        "UPDATE plan_settings SET is_condition = 1 WHERE position = 2",
        "DELETE FROM plan_settings WHERE position = 0",
        "PRAGMA foreign_keys = OFF; INSERT INTO plan_settings VALUES (1, 9, 0, 0, 'a', '1')",
        "INSERT INTO plan_settings VALUES (1, 3, 1, 0, 'a', '1')",
        "UPDATE plans SET baseline = 'b'",
        "UPDATE plans SET title = 'Titlf'",
        "UPDATE plans SET used = 2",
        "UPDATE plans SET digest = 'x'",
        "UPDATE data_sets SET classes = '[\"dog\",\"cat\"]'",
        "UPDATE data_sets SET sum = NULL",
    };
    struct error err;

    (void)state;
    if (read_all(mixed_store(), &err) < 0)
        fail_msg("an undamaged store: %s", err.text);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *path = mixed_store();

        change(path, changes[i]);
        if (read_all(path, &err) != -1 || err.status != EXIT_MISMATCH)
            fail_msg("%s: gives \"%s\" (status %d)", changes[i], err.text, err.status);
        assert_non_null(strstr(err.text, path));
        assert_non_null(strstr(err.text, "is damaged"));
        assert_null(strchr(err.text, '\n'));
    }
}

static void count_line(void *context, const char *line, bool is_last)
{
    (void)is_last;
    assert_null(strchr(line, '\n'));
    ++*(int *)context;
}

/* The table as a stranger makes it: of our columns, and without what they must be. */
#define REMAKE(table) \
    "CREATE TABLE x AS SELECT * FROM " table "; DROP TABLE " table "; ALTER TABLE x RENAME TO " table "; "

static void test_strange_values(void **state)
{
    static const char *const changes[] = {
        REMAKE("runs") "UPDATE runs SET state = NULL",
        REMAKE("runs") "UPDATE runs SET spec = NULL, spec_id = NULL",
        REMAKE("plan_runs") "UPDATE plan_runs SET method = NULL, condition = NULL, point = NULL",
        REMAKE("plans") "UPDATE plans SET digest = NULL, title = NULL",
        REMAKE("metrics") "UPDATE metrics SET part = NULL, name = NULL, kind = NULL",
        "UPDATE runs SET id = 9223372036854775807 WHERE id = 4",
    };

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *path = mixed_store();
        int n_lines = 0;
        const struct listener listener = {&n_lines, count_line};
        struct store_watch watch;
        struct store_soundness s;
        struct store_counts c;
        struct store *store;
        struct error err;

        change(path, changes[i]);
        assert_int_equal(read_all(path, &err), -1);
        assert_int_equal(err.status, EXIT_MISMATCH);
        store = open_store(path, STORE_READ);
        OK(store_count(store, &c, &err));
        OK(store_read_watch(store, &arena, &watch, &err));
        for (int k = 0; k < watch.n_runs; k++)
            assert_true(watch.runs[k].run.condition && watch.runs[k].run.state);
        if (store_fsck(store, &listener, &s, &err) == 0) /* else it told of the tables themselves */
            assert_true(s.n_found > 0 && n_lines > 0);
        store_close(store);
    }
}

static void test_names_give_no_orders(void **state)
{
    const char *path = mixed_store();
    struct store *store;
    struct error err;

    (void)state;
    change(path, "CREATE VIEW \"v\033[31m\302\233\007\" AS SELECT 1");
    assert_int_equal(store_open(path, STORE_READ, &store, &err), -1);
    assert_non_null(strstr(err.text, "the view \"v?[31m???\""));
}

/* No worker trains settings that are not the run's. */
static void test_damaged_spec_is_not_claimed(void **state)
{
    const char *path = fresh_path();
    struct store *store = planned_store(path);
    struct store_claim c;
    struct error err;

    (void)state;
    store_close(store);
    change(path, "UPDATE runs SET spec = replace(spec, 'seed = 0', 'seed = 7')");
    store = open_store(path, STORE_WRITE);
    assert_int_equal(store_claim(store, "me", "portable", LEASE, &arena, &c, &err), -1);
    assert_int_equal(err.status, EXIT_MISMATCH);
    assert_non_null(strstr(err.text, "its settings are not those that it is named after"));
    assert_int_equal(count(store).planned, N_RUNS);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_versions),
        cmocka_unit_test(test_old_version_stays_damaged),
        cmocka_unit_test(test_old_version_at_work),
        cmocka_unit_test(test_half_changed_store),
        cmocka_unit_test(test_damaged_blobs),
        cmocka_unit_test(test_no_wrong_number),
        cmocka_unit_test(test_strange_values),
        cmocka_unit_test(test_names_give_no_orders),
        cmocka_unit_test(test_damaged_spec_is_not_claimed),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
