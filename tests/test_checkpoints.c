/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom a checkpoint serves: the run, program and environment that wrote it, and no other. */
#include "learn/platform.h"
#include "work/checkpoints.h"
#include "work/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char spec_id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static int enter(void **state)
{
    struct error err;

    (void)state;
    return platform_enter("portable", 1, &err);
}

static void expect_other(const struct settings *environment, const char *key, const char *name)
{
    char other[HASH_HEX_SIZE];

    checkpoints_key(spec_id, environment, other);
    if (strcmp(other, key) == 0)
        fail_msg("a checkpoint serves another environment, which differs in \"%s\"", name);
}

/* Two builds of one commit with other uncommitted edits differ in commit.patch alone. */
static void test_each_line_counts(void **state)
{
    struct arena arena = {0};
    struct settings here, there;
    char key[HASH_HEX_SIZE], again[HASH_HEX_SIZE];

    (void)state;
    settings_init(&here, &arena);
    environment_read(&here);
    settings_set(&here, "commit.patch", value_string("of this build"));
    checkpoints_key(spec_id, &here, key);
    checkpoints_key(spec_id, &here, again);
    assert_string_equal(key, again);
    assert_true(here.n_items > 8);
    for (int i = 0; i < here.n_items; i++) {
        const char *name = here.items[i].name;

        settings_init(&there, &arena);
        settings_copy(&there, &here);
        settings_set(&there, name, value_string("another"));
        expect_other(&there, key, name);
        settings_remove(&there, name);
        expect_other(&there, key, name);
    }
    settings_set(&here, "library", value_string("that later versions record"));
    expect_other(&here, key, "library");
    arena_release(&arena);
}

static void test_each_run_has_its_own(void **state)
{
    struct arena arena = {0};
    struct settings here;
    char key[HASH_HEX_SIZE], other[HASH_HEX_SIZE];

    (void)state;
    settings_init(&here, &arena);
    environment_read(&here);
    checkpoints_key(spec_id, &here, key);
    checkpoints_key(spec_id + 1, &here, other);
    assert_string_not_equal(key, other);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_counts),
        cmocka_unit_test(test_each_run_has_its_own),
    };

    return cmocka_run_group_tests(tests, enter, NULL);
}
