/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walls around decoders, tried by one that does what it is told in C: each deed ends the
 * servant in an error that names it, and nothing was touched. */
#include "os/servant.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__ /* which needs calls of its own */
enum { HAS_FILTER = 0 };
#else
enum { HAS_FILTER = 1 };
#endif

enum { ROOM = 10000, MEMORY = 64 << 20 };

static char touched[64];        /* a file that no deed may make */
static unsigned char *shared;   /* memory that this process shares with others */

enum deed {
    ADD, COUNT, WRITE_FILE, READ_FILE, UNLINK, CONNECT, SOCKET, FORK, EXEC, KILL_PARENT, TRACE,
    WRITE_OUT, UNFILTER, UNLIMIT, MAP_CODE, TOUCH_SHARED, ABORT, CRASH, EXIT, FILL,
};

struct room {
    int deed, a, b, sum;
};

static int own_count; /* the child's: the parent's stays 0 */

static void work(void *context, void *room)
{
    struct room *r = room;
    char *argv[] = {"/bin/true", NULL}, c = 'x';
    struct sockaddr nowhere = {.sa_family = AF_UNIX};
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    volatile char *null = NULL;
    long got = 0;

    switch ((enum deed)r->deed) {
    case ADD: r->sum = r->a + r->b + *(int *)context; return;
    case COUNT: r->sum = ++own_count; return;
    case WRITE_FILE: got = open(touched, O_WRONLY | O_CREAT, 0666); break;
    case READ_FILE: got = open("/etc/passwd", O_RDONLY); break;
    case UNLINK: got = unlink(touched); break;
    case CONNECT: got = connect(3, &nowhere, sizeof nowhere); break;
    case SOCKET: got = socket(AF_INET, SOCK_STREAM, 0); break;
    case FORK: got = fork(); break;
    case EXEC: got = execv(argv[0], argv); break;
    case KILL_PARENT: got = kill(getppid(), SIGKILL); break;
    case TRACE: got = syscall(SYS_ptrace, 16, getppid(), 0, 0); break;
    case WRITE_OUT: got = write(STDOUT_FILENO, &c, 1); break;
    case UNFILTER: got = syscall(SYS_seccomp, 0, 0, NULL); break;
    case UNLIMIT: got = setrlimit(RLIMIT_AS, &unlimited); break;
    case MAP_CODE:
        got = (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        break;
    case TOUCH_SHARED: *shared = 1; break;
    case ABORT: abort();
    case CRASH: *null = 1; break;
    case EXIT: _exit(0);
    case FILL:
        for (;;) {
            char *p = malloc(1 << 20);

            if (!p)
                _exit(EXIT_STORAGE);
            memset(p, 1, 1 << 20);
        }
    }
    r->sum = (int)got;
}

static struct servant *open_servant(int *base)
{
    const struct servant_task task = {"the decoder", work, base, NULL, ROOM, MEMORY};
    struct servant *s;
    struct error err;

    if (servant_open(&task, &s, &err) < 0)
        fail_msg("%s", err.text);
    return s;
}

static void test_answers(void **state)
{
    int base = 100;
    struct servant *s = open_servant(&base);
    struct room *r = servant_room(s);
    struct error err;

    (void)state;
    base = 0; /* the servant has its own */
    for (int i = 0; i < 1000; i++) {
        *r = (struct room){ADD, i, 1, 0};
        assert_int_equal(servant_call(s, &err), 0);
        assert_int_equal(r->sum, i + 101);
    }
    for (int i = 1; i < 4; i++) {
        r->deed = COUNT;
        assert_int_equal(servant_call(s, &err), 0);
        assert_int_equal(r->sum, i);
    }
    assert_int_equal(own_count, 0);
    servant_close(s);
    servant_close(NULL);
}

#define CALL "the decoder made a system call that it may not"
#define ENDED "the decoder ended itself"

static const struct {
    enum deed deed;
    const char *message;
    enum exit_status status;
    bool without_filter; /* holds in the sanitizers' build, which has none */
} cases[] = {
    {WRITE_FILE, CALL, EXIT_BAD_INPUT, false},
    {READ_FILE, CALL, EXIT_BAD_INPUT, false},
    {UNLINK, CALL, EXIT_BAD_INPUT, false},
    {CONNECT, CALL, EXIT_BAD_INPUT, false},
    {SOCKET, CALL, EXIT_BAD_INPUT, false},
    {FORK, CALL, EXIT_BAD_INPUT, false},
    {EXEC, CALL, EXIT_BAD_INPUT, false},
    {KILL_PARENT, CALL, EXIT_BAD_INPUT, false},
    {TRACE, CALL, EXIT_BAD_INPUT, false},
    {WRITE_OUT, CALL, EXIT_BAD_INPUT, false},
    {UNFILTER, CALL, EXIT_BAD_INPUT, false},
    {UNLIMIT, CALL, EXIT_BAD_INPUT, false},
    {MAP_CODE, CALL, EXIT_BAD_INPUT, false},
    {ABORT, CALL, EXIT_BAD_INPUT, false},
    {TOUCH_SHARED, ENDED, EXIT_BAD_INPUT, true},
    {CRASH, ENDED, EXIT_BAD_INPUT, true},
    {EXIT, ENDED ", with status 0", EXIT_BAD_INPUT, true},
    {FILL, "the decoder could not be confined, or had no memory", EXIT_STORAGE, false},
};

static void test_walls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int base = 0;
        struct servant *s;
        struct error err = {.text = "no error"};

        if (!HAS_FILTER && !cases[i].without_filter)
            continue;
        s = open_servant(&base);
        ((struct room *)servant_room(s))->deed = (int)cases[i].deed;
        assert_int_equal(servant_call(s, &err), -1);
        if (!strstr(err.text, cases[i].message))
            fail_msg("deed %d: \"%s\"; wanted \"%s\"", cases[i].deed, err.text, cases[i].message);
        assert_int_equal(err.status, cases[i].status);
        assert_int_equal(servant_call(s, &err), -1); /* it is gone */
        servant_close(s);
    }
    assert_int_equal(*shared, 0);
    assert_int_not_equal(access(touched, F_OK), 0);
}

static pid_t only_child(void)
{
    char line[100];
    FILE *f;

    snprintf(line, sizeof line, "/proc/self/task/%d/children", (int)getpid());
    f = fopen(line, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    return atoi(line);
}

/* What ends it from outside is not what it was given. */
static void test_killed(void **state)
{
    int base = 0;
    struct servant *s = open_servant(&base);
    struct error err;

    (void)state;
    assert_int_equal(kill(only_child(), SIGKILL), 0);
    ((struct room *)servant_room(s))->deed = ADD;
    assert_int_equal(servant_call(s, &err), -1);
    assert_string_equal(err.text, "the decoder was ended from outside: Killed");
    assert_int_equal(err.status, EXIT_STORAGE);
    servant_close(s);
}

/* What a terminal tells all of a group is for the caller to answer. */
static void test_interrupted(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU};
    int base = 0;
    struct servant *s = open_servant(&base);
    struct room *r = servant_room(s);
    pid_t pid = only_child();
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        assert_int_equal(kill(pid, signals[i]), 0);
    *r = (struct room){ADD, 1, 2, 0};
    assert_int_equal(servant_call(s, &err), 0);
    assert_int_equal(r->sum, 3);
    servant_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_walls),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_interrupted),
    };

    snprintf(touched, sizeof touched, "/tmp/rgdbench-touched-%d", (int)getpid());
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
