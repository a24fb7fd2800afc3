/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hostile and wrong scripts, those of tests/hostile/ and some that no text file holds:
 * each is refused or ended within 5 s and 256 MB, in one plain line with status 2.
 */
#include "os/clock.h"
#include "os/file.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

enum { MAX_SECONDS = 8 /* 5, and some for a busy machine */, MAX_KILOBYTES = 256000 };

static struct arena arena;
static const struct data_description *data;
static int n_data, n_scripts, n_bad;
static char path[64];

static void complain(const char *source, const char *what, const char *said)
{
    print_error("%.300s\n  %s: %s\n", source, what, said);
    n_bad++;
}

static void refuse(const char *source, size_t size, const char *wanted)
{
    struct arena own = {0};
    struct experiment e;
    struct error err = {.text = "no error"};
    double start = clock_now();
    int got;

    if (file_write(path, source, size, &err) < 0)
        fail_msg("%s", err.text);
    got = script_load_experiment(path, "x", data, n_data, &own, &e, &err);
    n_scripts++;
    if (got != -1 || err.status != EXIT_BAD_INPUT)
        complain(source, "was not refused", err.text);
    else if (!strstr(err.text, wanted))
        complain(source, wanted, err.text);
    else if (!text_is_plain(err.text))
        complain(source, "not one plain line", err.text);
    if (clock_now() - start > MAX_SECONDS)
        complain(source, "took too long", err.text);
    arena_release(&own);
}

/* The blocks of a file, each behind a line "=== MESSAGE". */
static void refuse_file(const char *name)
{
    char *text, *block;
    size_t size;
    struct error err;

    if (file_read(arena_printf(&arena, "tests/hostile/%s.txt", name), 1 << 20, &arena, &text, &size,
                  &err) < 0)
        fail_msg("%s", err.text);
    for (block = strstr(text, "\n=== "); block;) {
        char *wanted = block + 5, *source = strchr(wanted, '\n');
        char *next = strstr(source, "\n=== ");

        *source++ = '\0';
        refuse(source, next ? (size_t)(next + 1 - source) : strlen(source), wanted);
        block = next;
    }
}

static void check(int least)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
#ifndef __SANITIZE_ADDRESS__
    assert_in_range(usage.ru_maxrss, 1, MAX_KILOBYTES);
#endif
    assert_in_range(n_scripts, least, 10000);
    n_scripts = 0;
    if (n_bad)
        fail_msg("scripts that were not ended as they should be: %d", n_bad);
}

static void test_escape(void **state)
{
    (void)state;
    n_bad = 0;
    refuse_file("escape");
    check(90);
}

static void test_exhaust(void **state)
{
    (void)state;
    n_bad = 0;
    refuse_file("exhaust");
    check(52);
}

static void test_wrong(void **state)
{
    (void)state;
    n_bad = 0;
    refuse_file("wrong");
    check(65);
}

/* n times `open`, then n times `close`. */
static void refuse_nest(const char *head, const char *open, const char *close, int n,
                        const char *wanted)
{
    struct text t = {0};

    text_printf(&t, "%s", head);
    for (int i = 0; i < n; i++)
        text_printf(&t, "%s", open);
    for (int i = 0; i < n; i++)
        text_printf(&t, "%s", close);
    refuse(t.s, t.size, wanted);
    text_release(&t);
}

static void test_made(void **state)
{
    static const char bytecode[] = "\x1bLuaT\0\x19\x93\r\n\x1a\n";
    char *large = calloc(1, SCRIPT_MAX_SIZE + 2);

    (void)state;
    n_bad = 0;
    refuse(bytecode, sizeof bytecode, "attempt to load a binary chunk");
    refuse("return 1\0io.open()", 19, "<eof> expected");
    refuse("\xff\xfe\0x", 4, "unexpected symbol near");
    memset(large, ' ', SCRIPT_MAX_SIZE + 1);
    refuse(large, SCRIPT_MAX_SIZE + 1, "at most 1048576 are read");
    refuse(large, SCRIPT_MAX_SIZE, "it describes no experiment");
    memset(large, '-', SCRIPT_MAX_SIZE);
    refuse(large, SCRIPT_MAX_SIZE, "it describes no experiment");
    refuse_nest("return ", "(", ")", 100000, "C stack overflow");
    refuse_nest("return ", "{", "}", 100000, "C stack overflow");
    refuse_nest("x = ", "- ", "", 100000, "C stack overflow");
    refuse_nest("", "do ", "end ", 100000, "C stack overflow");
    refuse_nest("return ", "function() return ", " end", 10000, "C stack overflow");
    refuse_nest("", "local a ", "", 300, "too many local variables");
    refuse_nest("x = ''", " .. 'x'", "", 100000, "");
    refuse_nest("", "if x then ", "end ", 10000, "C stack overflow");
    free(large);
    check(14);
}

static int set_up(void **state)
{
    struct error err;

    (void)state;
    snprintf(path, sizeof path, "/tmp/rgdbench-hostile-%d.lua", (int)getpid());
    return script_load_data("datasets", &arena, &data, &n_data, &err);
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_exhaust),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_made),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
