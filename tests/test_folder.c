/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Folders made in one step. */
#include "os/folder.h"

#include "os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char root[] = "/tmp/rgdbench-test-XXXXXX";
static struct arena arena;

static const char *in_root(const char *name)
{
    return arena_printf(&arena, "%s/%s", root, name);
}

static void put(const char *folder, const char *name)
{
    struct error err;

    assert_int_equal(file_write(arena_printf(&arena, "%s/%s", folder, name), "x", 1, &err), 0);
}

static int count(void)
{
    struct error err;
    const char *const *names = file_list(root, "", &arena, &err);
    int n = 0;

    while (names[n])
        n++;
    return n;
}

static void test_whole_or_not_at_all(void **state)
{
    const char *path = in_root("above/model"), *temporary;
    struct error err;

    (void)state;
    assert_int_equal(folder_check_free(path, &err), 0);
    assert_int_equal(folder_begin(path, &arena, &temporary, &err), 0);
    put(temporary, "one");
    put(temporary, "two");
    assert_false(file_exists(path));
    assert_int_equal(folder_publish(temporary, path, &err), 0);
    assert_false(file_exists(temporary));
    assert_true(file_exists(in_root("above/model/two")));
    assert_int_equal(folder_check_free(path, &err), -1);
    assert_non_null(strstr(err.text, "model\" is there already and not empty; remove it"));

    assert_int_equal(folder_begin(path, &arena, &temporary, &err), 0);
    put(temporary, "three");
    assert_int_equal(folder_publish(temporary, path, &err), -1);
    assert_non_null(strstr(err.text, "model\": Directory not empty"));
    folder_remove(temporary);
    assert_false(file_exists(temporary) || file_exists(in_root("above/model/three")));
    folder_remove(in_root("above"));
    assert_int_equal(count(), 0);
}

static void test_places(void **state)
{
    const char *empty = in_root("empty"), *temporary;
    struct error err;

    (void)state;
    assert_int_equal(mkdir(empty, 0777), 0);
    assert_int_equal(folder_check_free(empty, &err), 0);
    assert_int_equal(folder_begin(empty, &arena, &temporary, &err), 0);
    put(temporary, "one");
    assert_int_equal(folder_publish(temporary, empty, &err), 0);
    assert_true(file_exists(in_root("empty/one")));

    put(root, "file");
    assert_int_equal(folder_check_free(in_root("file"), &err), -1);
    assert_non_null(strstr(err.text, "file\" is there already; remove it"));
    assert_int_equal(folder_begin(in_root("file/below"), &arena, &temporary, &err), -1);

    assert_int_equal(symlink("empty", in_root("link")), 0);
    folder_remove(in_root("link"));
    assert_true(file_exists(in_root("empty/one")));
    folder_remove(empty);
    unlink(in_root("file"));
    assert_int_equal(count(), 0);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(root);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_or_not_at_all),
        cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
