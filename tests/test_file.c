/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files written in one step. */
#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/rgdbench-test-XXXXXX";

static void write_text(const char *path, const char *text)
{
    struct error err;

    assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

static void expect_text(const char *path, const char *text)
{
    struct arena arena = {0};
    struct error err;
    size_t size;
    char *got;

    assert_int_equal(file_read(path, 1000, &arena, &got, &size, &err), 0);
    assert_string_equal(got, text);
    arena_release(&arena);
}

static int count_files(void)
{
    DIR *d = opendir(".");
    int n = -2; /* . and .. */

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Somebody who may write to the folder, too, has put links where temporary files could be. */
static void test_links_are_not_followed(void **state)
{
    char name[64];

    (void)state;
    write_text("victim", "mine");
    snprintf(name, sizeof name, "x.%d.tmp", (int)getpid());
    assert_int_equal(symlink("victim", name), 0);
    write_text("x", "new");
    expect_text("victim", "mine");
    expect_text("x", "new");
    assert_int_equal(count_files(), 3);
    assert_int_equal(unlink(name), 0);
}

static void test_temporary(void **state)
{
    char first[FILE_PATH_SIZE], second[FILE_PATH_SIZE];
    int fd = file_open_temporary(AT_FDCWD, "y", first), other;

    (void)state;
    assert_true(fd >= 0);
    other = file_open_temporary(AT_FDCWD, "y", second);
    assert_true(other >= 0);
    assert_string_not_equal(first, second);
    assert_int_equal(strncmp(first, "y.", 2), 0);
    close(fd);
    close(other);
    assert_int_equal(unlink(first), 0);
    assert_int_equal(unlink(second), 0);
    assert_int_equal(file_open_temporary(AT_FDCWD, "no/such/folder", first), -1);
    assert_int_equal(errno, ENOENT);
    assert_string_equal(first, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links_are_not_followed),
        cmocka_unit_test(test_temporary),
    };
    char command[100];
    int failed;

    if (!mkdtemp(folder) || chdir(folder) < 0)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || failed;
}
