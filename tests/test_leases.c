/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run has one owner at a time and one end, and who lost it changes nothing. */
#include "store_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static bool nobody_is_alive(const char *owner)
{
    (void)owner;
    return false;
}

/* Whom can we call dead? */
static void test_owners(void **state)
{
    char me[PROCESS_OWNER_SIZE], other[PROCESS_OWNER_SIZE];
    char *start, *scope;
    pid_t pid = fork();

    (void)state;
    process_owner(getpid(), me);
    assert_true(process_is_alive(me));
    scope = strchr(me, '/');
    assert_non_null(scope);
    start = strchr(strchr(me, ' ') + 1, ' ');
    snprintf(other, sizeof other, "%.*s 1%s", (int)(start - me), me, scope); /* a later one */
    assert_false(process_is_alive(other));
    snprintf(other, sizeof other, "%.*s 1/%s", (int)(start - me), me, "00000000:4026531836");
    assert_true(process_is_alive(other)); /* in another namespace: not ours to say */
    snprintf(other, sizeof other, "%.*s 1", (int)(start - me), me); /* as older programs wrote it */
    assert_false(process_is_alive(other));
    snprintf(other, sizeof other, "elsewhere%s", strchr(me, ' '));
    assert_true(process_is_alive(other));
    assert_false(process_is_alive(""));
    assert_false(process_is_alive(NULL));
    if (pid == 0)
        _exit(0);
    process_owner(pid, other);
    waitpid(pid, NULL, 0);
    assert_false(process_is_alive(other));
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

/* Sweeps that begin at the same moment make one store, and none of them is sent away. */
static void test_made_by_many(void **state)
{
    enum { ROUNDS = 60, MAKERS = 6 };

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const char *path = fresh_path();
        pid_t makers[MAKERS];
        int failed = 0, status;

        for (int i = 0; i < MAKERS; i++) {
            makers[i] = fork();
            if (makers[i] == 0) {
                struct store *store;
                struct error err;
                int result = store_open(path, STORE_CREATE, &store, &err);

                if (result < 0)
                    fprintf(stderr, "%s\n", err.text);
                _exit(result < 0);
            }
        }
        for (int i = 0; i < MAKERS; i++)
            failed += waitpid(makers[i], &status, 0) != makers[i] || status != 0;
        assert_int_equal(failed, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners),
        cmocka_unit_test(test_life_of_a_run),
        cmocka_unit_test(test_leases),
        cmocka_unit_test(test_bound_plan),
        cmocka_unit_test(test_made_by_many),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
