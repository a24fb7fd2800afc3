/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The outer wall around scripts, tried by work that is free to do anything in C: each
 * deed ends within seconds in one line that names the work, and nothing was touched.
 */
#include "os/clock.h"
#include "os/confine.h"
#include "os/process.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { MAX_SECONDS = 8 }; /* 5, and some for a busy machine */

static char touched[64]; /* a file that no deed may make */
static int pipe_end;     /* the number of the child's pipe */

enum deed {
    OPEN, READ_FILE, UNLINK, SOCKET, FORK, KILL_PARENT, RAISE, WRITE_OUT, READ_IN, EXEC, SLEEP,
    UNFILTER, UNLIMIT, MAP_CODE, PROTECT_CODE, ABORT, CRASH, EXIT, EXIT_BADLY, LOOP, MAP_MUCH,
    FILL_ARENA, TALK, ZERO_BYTE, LIE, PROMISE,
};

static void send_header(unsigned magic, unsigned long size)
{
    const struct {
        unsigned magic, status;
        unsigned long size;
    } header = {magic, 0, size};

    if (write(pipe_end, &header, sizeof header) == sizeof header)
        _exit(0);
}

/* Gives 0 where it was let. */
static int do_deed(void *context, struct text *answer, struct error *err)
{
    const struct timespec minute = {.tv_sec = 60};
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    char *argv[] = {"/bin/true", NULL}, c = 'x';
    void *page = (void *)((size_t)&touched & ~(size_t)4095), *volatile nowhere = NULL;
    struct arena arena = {0};

    switch (*(const enum deed *)context) {
    case OPEN: return open(touched, O_WRONLY | O_CREAT, 0666) < 0;
    case READ_FILE: return open("/etc/passwd", O_RDONLY) < 0;
    case UNLINK: return unlink(touched);
    case SOCKET: return socket(AF_INET, SOCK_STREAM, 0) < 0;
    case FORK: return fork() < 0;
    case KILL_PARENT: return kill(getppid(), SIGKILL);
    case RAISE: return raise(SIGTERM);
    case WRITE_OUT: return write(STDOUT_FILENO, &c, 1) < 0;
    case READ_IN: return read(STDIN_FILENO, &c, 1) < 0;
    case EXEC: return execv(argv[0], argv);
    case SLEEP: return nanosleep(&minute, NULL);
    case UNFILTER: return syscall(SYS_seccomp, 0, 0, NULL) < 0;
    case UNLIMIT: return setrlimit(RLIMIT_AS, &unlimited);
    case MAP_CODE:
        return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
               MAP_FAILED;
    case PROTECT_CODE: return mprotect(page, 4096, PROT_READ | PROT_EXEC);
    case ABORT: abort();
    case CRASH: return *(volatile char *)nowhere;
    case EXIT: _exit(0);
    case EXIT_BADLY: _exit(7);
    case LOOP:
        for (volatile long i = 0;; i++)
            ;
    case MAP_MUCH:
        if (mmap(NULL, 1ul << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
            return error_set(err, "no gigabyte for me");
        return 0;
    case FILL_ARENA:
        for (;;)
            arena_alloc(&arena, 1 << 20);
    case TALK:
        for (int i = 0; i < 200000; i++)
            text_printf(answer, "%060d", i);
        return 0;
    case ZERO_BYTE: text_add(answer, "a\0b", 3); return 0;
    case LIE: send_header(12345, 0); return 0;
    case PROMISE: send_header(0x72676263, 1ul << 40); return 0;
    }
    return 0;
}

static int do_answer(void *context, struct text *answer, struct error *err)
{
    (void)err;
    text_printf(answer, "%s", (const char *)context);
    return 0;
}

static int do_error(void *context, struct text *answer, struct error *err)
{
    text_printf(answer, "not to be seen");
    return error_set(err, "%s", (const char *)context);
}

static int run(int (*work)(void *, struct text *, struct error *), void *context,
               char **ret_answer, struct arena *arena, struct error *err)
{
    const struct confine_task task = {"the work", work, context};

    pipe_end = dup(STDIN_FILENO) + 1;
    close(pipe_end - 1); /* the pipe's other end will have this number */
    return confine_run(&task, arena, ret_answer, err);
}

static void test_answers(void **state)
{
    struct arena arena = {0};
    struct error err;
    char *answer = NULL;

    (void)state;
    assert_int_equal(run(do_answer, "line 1\nline 2\n", &answer, &arena, &err), 0);
    assert_string_equal(answer, "line 1\nline 2\n");
    assert_int_equal(run(do_answer, "", &answer, &arena, &err), 0);
    assert_string_equal(answer, "");
    assert_int_equal(run(do_error, "bad.lua:3: no \"x\"", &answer, &arena, &err), -1);
    assert_string_equal(err.text, "bad.lua:3: no \"x\"");
    assert_int_equal(err.status, EXIT_BAD_INPUT);
    arena_release(&arena);
}

/* What a child says is one line, whatever is in it. */
static void test_errors_are_plain(void **state)
{
    struct arena arena = {0};
    struct error err;
    char *answer;

    (void)state;
    assert_int_equal(run(do_error, "two\nlines\x1b[2J\x07 \xc3\xa9", &answer, &arena, &err), -1);
    assert_string_equal(err.text, "two lines?[2J? \xc3\xa9");
    assert_int_equal(run(do_error, "no utf-8: \xff\xc3", &answer, &arena, &err), -1);
    assert_string_equal(err.text, "no utf-8: ??");
    arena_release(&arena);
}

static const char CALL[] = "the work: it was ended: it made a system call that no script may";
static const char LATE[] = "the work: it takes too long: ended after 4 s";
static const char DAMAGED[] = "the work: its description arrived damaged";

static const struct {
    enum deed deed;
    const char *name, *message;
} cases[] = {
    {OPEN, "open", CALL},
    {READ_FILE, "read a file", CALL},
    {UNLINK, "unlink", CALL},
    {SOCKET, "socket", CALL},
    {FORK, "fork", CALL},
    {KILL_PARENT, "kill", CALL},
    {RAISE, "raise", CALL},
    {WRITE_OUT, "write", CALL},
    {READ_IN, "read", CALL},
    {EXEC, "exec", CALL},
    {SLEEP, "sleep", CALL},
    {UNFILTER, "seccomp", CALL},
    {UNLIMIT, "setrlimit", CALL},
    {MAP_CODE, "mmap", CALL},
    {PROTECT_CODE, "mprotect", CALL},
    {ABORT, "abort", CALL},
    {CRASH, "crash", "the work: it was ended: Segmentation fault"},
    {EXIT, "exit", DAMAGED},
    {EXIT_BADLY, "exit 7", DAMAGED},
    {LIE, "lie", DAMAGED},
    {PROMISE, "promise", DAMAGED},
    {LOOP, "loop", "the work: it takes too long: ended after "},
    {MAP_MUCH, "map much", "no gigabyte for me"},
    {FILL_ARENA, "fill an arena", "the work: it needs more than 160 MiB of memory"},
    {TALK, "talk", "the work: its description has more than 4194304 bytes"},
    {ZERO_BYTE, "zero byte", "the work: its description has a zero byte"},
};

static void test_walls(void **state)
{
    struct arena arena = {0};

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* no filter, and no limit on memory: the sanitizer needs calls of its own */
#endif
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {.text = "no error"};
        double start = clock_now();
        char *answer;
        int got = run(do_deed, (void *)&cases[i].deed, &answer, &arena, &err);

        /* A busy machine may not let it get that far in time. */
        if (got != -1 || !(strstr(err.text, cases[i].message) || strstr(err.text, LATE)))
            fail_msg("%s: gave %d, \"%s\"; wanted \"%s\"", cases[i].name, got, err.text,
                     cases[i].message);
        assert_int_equal(err.status, EXIT_BAD_INPUT);
        assert_true(clock_now() - start < MAX_SECONDS);
    }
    assert_int_not_equal(access(touched, F_OK), 0);
    arena_release(&arena);
}

/* Its status is then taken by the system: nothing is made up for it. */
static void test_ignored_children(void **state)
{
    enum deed deed = TALK;
    const struct confine_task task = {"x.lua", do_deed, &deed};
    const struct process_call call = {.argv = (const char *const[]){"true", NULL}, .streams = PROCESS_OUTPUT};
    struct arena arena = {0};
    struct text output;
    struct error err = {0};
    char *answer;
    int status;

    (void)state;
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(confine_run(&task, &arena, &answer, &err), -1);
    assert_string_equal(err.text, "x.lua: could not learn how its process ended: No child processes");
    assert_int_equal(process_capture(&call, &output, &status, &err), -1);
    assert_string_equal(err.text, "could not learn how true ended: No child processes");
    signal(SIGCHLD, SIG_DFL);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_errors_are_plain),
        cmocka_unit_test(test_walls),
        cmocka_unit_test(test_ignored_children),
    };

    snprintf(touched, sizeof touched, "/tmp/rgdbench-touched-%d", (int)getpid());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
