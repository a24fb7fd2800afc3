/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints of a run: those that serve, those that do not, and data that change meanwhile. */
#include "run_fixture.h"

static void test_saving_changes_nothing(void **state)
{
    struct settings s = settings_with("");
    struct witness seldom_told, often_told, again_told = {.stop_at = NEVER};
    struct run_result seldom = whole(&s, &seldom_told, NEVER), often = whole(&s, &often_told, 0);
    struct run_result again;

    (void)state;
    same(&often, &often_told, &seldom, &seldom_told);
    /* The last checkpoint is left, as after a kill before the result is stored. */
    assert_int_equal(call(&s, &again_told, 1, NEVER, &again), RUN_FINISHED);
    assert_non_null(strstr(again_told.line, "goes on at step "));
    same(&again, &again_told, &seldom, &seldom_told);
    release(&seldom_told);
    release(&often_told);
    release(&again_told);
}

/* Leaves a checkpoint of about the middle. */
static void leave_checkpoint(const struct settings *s)
{
    struct witness w = {.stop_at = 5};
    struct run_result result;

    unlink(path);
    assert_int_equal(call(s, &w, 1, NEVER, &result), RUN_STOPPED);
    release(&w);
}

static void test_what_does_not_serve_is_named(void **state)
{
    struct settings s = settings_with("");
    struct witness want_told, told = {.stop_at = NEVER};
    struct run_result want = whole(&s, &want_told, NEVER), got;
    const struct checkpoint another = {path, "another key", 1};
    char *journal;
    struct error err;

    (void)state;
    leave_checkpoint(&s);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(call(&s, &told, 1, NEVER, &got), RUN_FINISHED);
    assert_non_null(strstr(told.line, "the run starts anew"));
    assert_non_null(strstr(told.line, path));
    assert_non_null(strstr(told.line, "it is damaged"));
    same(&got, &told, &want, &want_told);

    leave_checkpoint(&s);
    assert_int_equal(checkpoint_load(&another, NULL, 0, &arena, &journal, &err), -1);
    assert_non_null(strstr(err.text, "another run or another build"));
    release(&want_told);
    release(&told);
}

static void test_a_write_that_fails_costs_nothing(void **state)
{
    struct settings s = settings_with("");
    struct witness want_told, told = {.stop_at = NEVER};
    struct run_result want = whole(&s, &want_told, NEVER), got;
    char keep[sizeof path];

    (void)state;
    memcpy(keep, path, sizeof path);
    snprintf(path, sizeof path, "/proc/none/x.safetensors");
    assert_int_equal(call(&s, &told, 1, 0, &got), RUN_FINISHED);
    assert_non_null(strstr(told.line, "no checkpoint at step "));
    same(&got, &told, &want, &want_told);
    memcpy(path, keep, sizeof path);
    release(&want_told);
    release(&told);
}

/* A file of the data that changes on the way: no result, and no checkpoint that has seen it. */
static void test_data_that_change(void **state)
{
    struct settings s = settings_with("");
    struct file_state watched;
    struct run_result got;
    struct error err;

    (void)state;
    for (int i = 0; i < 3; i++) { /* to the end; with checkpoints at each step; stopped at once */
        struct witness w = {.stop_at = i == 2 ? 5 : NEVER, .change_at = 4};

        unlink(path);
        write_changing();
        assert_int_equal(file_state_read(changing(), &watched, &err), 0);
        dataset.states = &watched;
        dataset.n_states = 1;
        assert_int_equal(attempt(&s, &w, 1, i == 1 ? 0 : NEVER, &got, &err), -1);
        assert_string_equal(err.text, arena_printf(&arena, "data changed while it was used: \"%s\"",
                                                   changing()));
        if (i != 1)
            assert_int_equal(access(path, F_OK), -1);
        release(&w);
    }
    dataset.n_states = 0;
    /* That of the second is from before: who goes on from it gets the same bits. */
    {
        struct witness told = {.stop_at = NEVER, .change_at = 4}, want_told;
        struct run_result want = whole(&s, &want_told, NEVER);

        dataset.n_states = 1;
        write_changing();
        assert_int_equal(file_state_read(changing(), &watched, &err), 0);
        assert_int_equal(attempt(&s, &told, 1, 0, &got, &err), -1);
        release(&told);
        dataset.n_states = 0;
        told = (struct witness){.stop_at = NEVER};
        assert_int_equal(call(&s, &told, 1, NEVER, &got), RUN_FINISHED);
        assert_non_null(strstr(told.line, "goes on at step 3 of"));
        same(&got, &told, &want, &want_told);
        release(&told);
        release(&want_told);
    }
    unlink(changing());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saving_changes_nothing),
        cmocka_unit_test(test_what_does_not_serve_is_named),
        cmocka_unit_test(test_a_write_that_fails_costs_nothing),
        cmocka_unit_test(test_data_that_change),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
