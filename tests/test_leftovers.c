/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are made under another name: whole ones get theirs, and half ones of the dead go. */
#include "os/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static struct arena arena;

static const char *in(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

static void put(const char *name, int seconds_old)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    struct error err;

    assert_int_equal(file_write(in(name), name, strlen(name), &err), 0);
    clock_gettime(CLOCK_REALTIME, &times[1]);
    times[1].tv_sec -= seconds_old;
    assert_int_equal(utimensat(AT_FDCWD, in(name), times, 0), 0);
}

static void expect_text(const char *name, const char *want)
{
    struct error err;
    size_t size;
    char *text;

    assert_int_equal(file_read(in(name), 1000, &arena, &text, &size, &err), 0);
    assert_string_equal(text, want);
}

static int gone(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return (int)pid;
}

static void test_leftovers(void **state)
{
    const char *const dead[] = {"a.svg.0123abcd.%d.tmp", "b.db.89abcdef.%d.tmp",
                                "b.db.89abcdef.%d.tmp-wal", "c.00000000.%d.tmp.svg"};
    const char *const others[] = {"d.1.tmp", "tmp", "e.tmp", "f..tmp", "9.tmp", "g.9x.tmp", "h.0123abcd.%d.tmpx",
                                  "budget.%d.tmp.csv", "i.0123ABCD.%d.tmp", "j.123abcd.%d.tmp", ".0123abcd.%d.tmp"};
    int pid = gone();
    char name[60];

    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, dead[i], pid);
        put(name, 100);
    }
    for (int i = 0; i < (int)(sizeof others / sizeof *others); i++) {
        snprintf(name, sizeof name, others[i], pid);
        put(name, 100);
    }
    snprintf(name, sizeof name, "young.%d.tmp", pid);
    put(name, 0);
    file_remove_leftovers(folder);
    file_remove_leftovers(in("nowhere"));
    assert_true(file_exists(in(name)));
    unlink(in(name));
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, dead[i], pid);
        assert_false(file_exists(in(name)));
    }
    for (int i = 0; i < (int)(sizeof others / sizeof *others); i++) {
        snprintf(name, sizeof name, others[i], pid);
        assert_true(file_exists(in(name)));
        unlink(in(name));
    }
}

static void test_names(void **state)
{
    const char *temporary;
    struct error err;

    (void)state;
    assert_int_equal(file_begin(in("x"), &arena, &temporary, &err), 0);
    assert_false(file_exists(in("x")));
    assert_int_equal(file_publish(temporary, in("x"), &err), 0);
    assert_false(file_exists(temporary));
    expect_text("x", "");
    put("y", 0);
    assert_int_equal(file_publish(in("y"), in("x"), &err), -1);
    assert_non_null(strstr(err.text, "File exists"));
    expect_text("x", "");
    assert_int_equal(file_replace(in("y"), in("x"), &err), 0);
    expect_text("x", "y");
    unlink(in("x"));
}

static void test_room(void **state)
{
    struct error err;

    (void)state;
    assert_int_equal(file_check_room(folder, &err), 0);
    assert_int_equal(file_check_room(in("nowhere"), &err), -1);
    assert_int_equal(rmdir(folder), 0); /* nothing is left in it */
    assert_int_equal(mkdir(folder, 0777), 0);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leftovers),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_room),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
