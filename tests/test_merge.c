/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stores of one experiment are joined in any order, contradictions and damage are refused by name, and
 * what is sound of a damaged store is rescued. */
#include "store_fixture.h"

static struct store *with_results(const char *path, unsigned which, const struct store_outcome *o)
{
    struct store *store = planned_store(path);
    struct store_claim claims[N_RUNS];
    struct error err;

    for (int i = 0; i < N_RUNS; i++)
        assert_int_equal(claim(store, "me", LEASE, &claims[i]), 1);
    for (int i = 0; i < N_RUNS; i++)
        assert_int_equal(which >> i & 1 ? store_finish(store, &claims[i], o, &err)
                                        : store_release(store, &claims[i], &err), 0);
    return store;
}

static struct store_merged merge(struct store *into, struct store *from)
{
    struct store_merged m;
    struct error err;

    OK(store_merge(into, from, MERGE_ALL, &m, &err));
    return m;
}

static void test_any_order(void **state)
{
    struct store_outcome o = outcome();
    struct store *whole = with_results(fresh_path(), 15, &o);
    struct store *parts[3] = {with_results(fresh_path(), 3, &o), with_results(fresh_path(), 6, &o),
                              with_results(fresh_path(), 8, &o)};
    static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
    char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE];
    struct store_plan plan_read;
    struct error err;

    (void)state;
    digest(whole, want, 0);
    for (int k = 0; k < 3; k++) {
        struct store *out = open_store(fresh_path(), STORE_CREATE);
        struct store_merged m;
        int n_new = 0;

        for (int i = 0; i < 3; i++)
            n_new += merge(out, parts[orders[k][i]]).n_new;
        assert_int_equal(n_new, N_RUNS);
        digest(out, got, 0);
        assert_string_equal(got, want);
        OK(store_read_plan(out, &arena, &plan_read, &err));
        assert_int_equal(plan_read.n_runs, N_RUNS);
        for (int i = 0; i < 3; i++) { /* again */
            m = merge(out, parts[i]);
            assert_int_equal(m.n_new, 0);
            assert_int_equal(m.n_same, i == 2 ? 1 : 2);
            assert_int_equal(m.n_left, 0);
        }
        digest(out, got, 0);
        assert_string_equal(got, want);
        store_close(out);
    }
    for (int i = 0; i < 3; i++)
        store_close(parts[i]);
    store_close(whole);
}

/* Results are better than a failure, a failure than nothing. */
static void test_states(void **state)
{
    struct store_outcome o = outcome();
    struct store *some = with_results(fresh_path(), 1, &o), *failed = planned_store(fresh_path());
    struct store_claim c;
    struct error err;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(claim(failed, "me", LEASE, &c), 1);
        assert_int_equal(store_fail(failed, &c, "why", &err), 0);
    }
    assert_int_equal(store_cancel(failed, "", &err), 2);
    for (int k = 0; k < 2; k++) {
        struct store *out = open_store(fresh_path(), STORE_CREATE);

        merge(out, k ? some : failed);
        merge(out, k ? failed : some);
        assert_int_equal(count(out).finished, 1);
        assert_int_equal(count(out).failed, 1);
        assert_int_equal(count(out).cancelled, 2);
        store_close(out);
    }
    store_close(some);
    store_close(failed);
}

/* What varies goes with the runs' places. */
static void test_labels(void **state)
{
    struct store *from = planned_store(fresh_path()), *out = open_store(fresh_path(), STORE_CREATE);
    struct store_plan read;
    struct error err;

    (void)state;
    merge(out, from);
    merge(out, from);
    OK(store_read_plan(out, &arena, &read, &err));
    assert_int_equal(read.n_runs, N_RUNS);
    for (int i = 0; i < read.n_runs; i++) {
        const struct label *l = &read.runs[i].point_label;

        assert_int_equal(l->n, 1);
        assert_string_equal(l->parts[0].setting, "train.lr");
        assert_string_equal(l->parts[0].value, "1");
        assert_int_equal(read.runs[i].condition_label.n, 0);
    }
    store_close(out);
    store_close(from);
}

static struct store *share(struct store *from, int i, int n, bool only_planned)
{
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct store_merged m;
    struct error err;

    OK(store_merge(store, from, MERGE_PLANS, &m, &err));
    OK(store_take_share(store, i, n, only_planned, &err));
    return store;
}

/* A plan of which run 0 has a result, in two shares, of all runs or of what is left; again; joined. */
static void share_plan(bool only_planned)
{
    static const int n_planned[2][2] = {{1, 2}, {2, 1}}; /* of all, and of what is left */
    struct store_outcome o = outcome();
    struct store *whole = with_results(fresh_path(), 15, &o), *out = with_results(fresh_path(), 1, &o);
    struct store *parts[2] = {share(out, 0, 2, only_planned), share(out, 1, 2, only_planned)};
    char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE];
    struct error err;

    if (!only_planned) { /* run 0 is trained again; whose share it is does not change by that */
        struct store_claim c;

        assert_int_equal(claim(parts[0], "me", LEASE, &c), 1);
        OK(store_finish(parts[0], &c, &o, &err));
        OK(store_take_share(parts[0], 0, 2, false, &err));
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(count(parts[i]).planned, n_planned[only_planned][i]);
        assert_int_equal(count(parts[i]).elsewhere,
                         N_RUNS - n_planned[only_planned][i] - (i == 0 && !only_planned));
        while (count(parts[i]).planned)
            finish_next(parts[i], "me", &o);
        merge(out, parts[i]);
    }
    assert_int_equal(count(out).elsewhere, 0);
    digest(whole, want, 0);
    digest(out, got, 0);
    assert_string_equal(got, want);
    for (int i = 0; i < 2; i++)
        store_close(parts[i]);
    store_close(out);
    store_close(whole);
}

static void test_shares(void **state)
{
    (void)state;
    share_plan(true);
    share_plan(false);
}

/* What one of the stores is to run is planned in the joined one; what none is stays elsewhere. */
static void test_shares_join(void **state)
{
    struct store *plan_of = planned_store(fresh_path());
    struct store *parts[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        parts[i] = share(plan_of, i, 3, false);
    merge(parts[0], parts[1]);
    assert_int_equal(count(parts[0]).planned, 3);
    assert_int_equal(count(parts[0]).elsewhere, 1);
    merge(parts[0], parts[2]);
    assert_int_equal(count(parts[0]).planned, N_RUNS);
    merge(plan_of, parts[1]);
    assert_int_equal(count(plan_of).planned, N_RUNS);
    for (int i = 0; i < 3; i++)
        store_close(parts[i]);
    store_close(plan_of);
}

static void refuse_merge(struct store *into, struct store *from, enum exit_status status,
                         const char *part)
{
    char before[HASH_HEX_SIZE], after[HASH_HEX_SIZE];
    struct store_merged m;
    struct error err;

    digest(into, before, 2);
    assert_int_equal(store_merge(into, from, MERGE_ALL, &m, &err), -1);
    if (!strstr(err.text, part) || err.status != status)
        fail_msg("\"%s\" (status %d) lacks \"%s\"", err.text, err.status, part);
    digest(into, after, 2);
    assert_string_equal(before, after);
}

static void test_refusals(void **state)
{
    struct store_outcome o = outcome(), other = outcome();
    const char *path = fresh_path();
    struct store *into = with_results(fresh_path(), 6, &o), *from;
    char part[60];

    (void)state;
    other.weights_hash = "00fe";
    from = with_results(path, 3, &other);
    snprintf(part, sizeof part, "run %.12s has other results in \"%s\"", runs[1].id, path);
    refuse_merge(into, from, EXIT_MISMATCH, part);
    store_close(from);

    experiment.title = "Another";
    from = with_results(fresh_path(), 1, &o);
    experiment.title = "Title";
    refuse_merge(into, from, EXIT_BAD_INPUT, "is of the experiment \"Another\", and");
    store_close(from);

    path = fresh_path();
    from = with_results(path, 9, &o);
    change(path, "UPDATE metrics SET value = 0.7 WHERE run = 4 AND value = 0.75");
    refuse_merge(into, from, EXIT_MISMATCH, "is damaged: run ");
    store_close(from);
    store_close(into);
}

static void count_line(void *context, const char *line, bool is_last)
{
    (void)is_last;
    assert_non_null(line);
    ++*(int *)context;
}

static void test_rescue(void **state)
{
    static const char *const changes[] = {
        "UPDATE metrics SET value = 0.7 WHERE run = 2 AND value = 0.75",
        "UPDATE plans SET title = 'Titlf'; UPDATE metrics SET value = 0.7 WHERE run = 2 AND value = 0.75",
        "UPDATE plan_runs SET seed = 9 WHERE position = 1; UPDATE runs SET sum = NULL WHERE id = 2",
        "UPDATE data_sets SET classes = '[]'; DELETE FROM metrics WHERE run = 2",
    };
    struct store_outcome o = outcome();

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *path = fresh_path();
        struct store *from = with_results(path, 15, &o), *out = open_store(fresh_path(), STORE_CREATE);
        char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE];
        struct store_soundness s;
        struct store_merged m;
        struct error err;
        int n_lines = 0;
        const struct listener listener = {&n_lines, count_line};

        digest(from, want, 0);
        OK(store_fsck(from, &listener, &s, &err));
        assert_true(n_lines == 0 && s.n_found == 0 && s.n_runs == N_RUNS && s.n_sound == N_RUNS);
        change(path, changes[i]);
        OK(store_fsck(from, &listener, &s, &err));
        assert_true(n_lines > 0 && s.n_found > 0 && s.n_runs == N_RUNS && s.n_sound == N_RUNS - 1);

        OK(store_merge(out, from, MERGE_SOUND, &m, &err));
        assert_true(m.n_new == N_RUNS - 1 && m.n_damaged == 1);
        OK(store_put_plan(out, &plan, &err)); /* as the next sweep does */
        assert_int_equal(count(out).planned, 1);
        finish_next(out, "me", &o);
        digest(out, got, 0);
        assert_string_equal(got, want);
        store_close(out);
        store_close(from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_shares_join),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_rescue),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
