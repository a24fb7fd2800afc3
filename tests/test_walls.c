/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a process can still do behind its walls, tried in a child that tries it. */
#include "os/walls.h"

#include "os/file.h"
#include "os/servant.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char root[] = "/tmp/rgdbench-test-XXXXXX"; /* with in/ and out/, and a file in each */
static pid_t sibling;                            /* a process outside */

enum deed {
    NOTHING, READ_OUT, WRITE_IN, MAKE_IN, WRITE_OUT, MAKE_OUT, REMOVE_OUT, MOVE_OUT, CONNECT,
    EXECUTE, TRACE, READ_MEMORY, RING, MOUNT, SIGNAL, START_THREAD, SERVE,
};

static void *idle(void *context)
{
    return context;
}

static void serve(void *context, void *room)
{
    (void)context;
    *(int *)room = 1;
}

static bool is_served(void)
{
    const struct servant_task task = {"the decoder", serve, NULL, NULL, 4096, 64 << 20};
    struct servant *s;
    struct error err;

    if (servant_open(&task, &s, &err) < 0 || servant_call(s, &err) < 0)
        return false;
    servant_close(s);
    return true;
}

/* Exit status: 0, or errno of what was refused. */
static int do_deed(enum deed deed)
{
    char *argv[] = {"/bin/true", NULL}, byte;
    struct iovec here = {&byte, 1}, there = {(void *)root, 1};
    struct sockaddr nowhere = {.sa_family = AF_UNIX};
    pthread_t thread;
    long got = 0;

    switch (deed) {
    case NOTHING: break;
    case READ_OUT: got = open("out/file", O_RDONLY); break;
    case WRITE_IN: got = open("in/file", O_WRONLY | O_TRUNC); break;
    case MAKE_IN: got = open("in/new", O_WRONLY | O_CREAT, 0666); break;
    case WRITE_OUT: got = open("out/file", O_WRONLY); break;
    case MAKE_OUT: got = open("out/new", O_WRONLY | O_CREAT, 0666); break;
    case REMOVE_OUT: got = unlink("out/file"); break;
    case MOVE_OUT: got = rename("in/file", "out/moved"); break;
    case CONNECT: got = connect(socket(AF_INET, SOCK_STREAM, 0), &nowhere, sizeof nowhere); break;
    case EXECUTE: got = execv(argv[0], argv); break;
    case TRACE: got = syscall(SYS_ptrace, 16, sibling, 0, 0); break;
    case READ_MEMORY: got = process_vm_readv(sibling, &here, 1, &there, 1, 0); break;
    case RING: got = syscall(SYS_io_uring_setup, 1, NULL); break;
    case MOUNT: got = syscall(SYS_mount, "x", "in", "tmpfs", 0, NULL); break;
    case SIGNAL: got = kill(sibling, SIGUSR1); break;
    case START_THREAD:
        return pthread_create(&thread, NULL, idle, NULL) || pthread_join(thread, NULL);
    case SERVE: return !is_served();
    }
    return got < 0 ? errno : 0;
}

/* The wait status of a child that does it behind the walls. */
static int try(unsigned walls, enum deed deed)
{
    const char *const folders[] = {"in", "in/not there", NULL};
    struct error err;
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        setenv("TMPDIR", "in", 1);
        _exit(walls_raise(walls, folders, &err) < 0 ? 255 : do_deed(deed));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

enum { ALL = WALL_NETWORK | WALL_EXECUTE | WALL_FILES };
#define ENDED SIGSYS
#define REFUSED(number) ((number) << 8)

static const struct {
    unsigned walls;
    enum deed deed;
    int status;
} cases[] = {
    {ALL, NOTHING, 0},
    {ALL, READ_OUT, 0},
    {ALL, START_THREAD, 0},
    {ALL, SERVE, 0},
    {ALL, CONNECT, ENDED},
    {ALL, EXECUTE, ENDED},
    {ALL, READ_MEMORY, ENDED},
    {ALL, RING, ENDED},
    {ALL, MOUNT, ENDED},
    {WALL_NETWORK, CONNECT, REFUSED(EACCES)},
    {WALL_NETWORK, EXECUTE, 0},
    {WALL_NETWORK, RING, ENDED},
    {WALL_NETWORK | WALL_EXECUTE, MAKE_IN, 0},
    {WALL_NETWORK | WALL_EXECUTE, EXECUTE, ENDED},
#ifndef __SANITIZE_ADDRESS__
    {ALL, TRACE, ENDED},
#endif
};

/* Where the kernel has it; of signals, version 6. */
static const struct {
    enum deed deed;
    int status;
} file_cases[] = {
    {WRITE_IN, 0},         {MAKE_IN, 0},
    {WRITE_OUT, EACCES},   {MAKE_OUT, EACCES},
    {REMOVE_OUT, EACCES},  {MOVE_OUT, EACCES},
    {SIGNAL, EPERM},
};

static void check(unsigned walls, enum deed deed, int wanted)
{
    int got = try(walls, deed) & ~0x80; /* a core was dumped */

    if (got != wanted)
        fail_msg("walls %u, deed %d: status %#x, not %#x", walls, (int)deed, got, wanted);
}

static void test_walls(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].walls, cases[i].deed, cases[i].status);
}

static void test_files(void **state)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    (void)state;
#ifdef __SANITIZE_ADDRESS__ /* has none (core/os/walls.c) */
    version = 0;
#endif
    if (version < 6)
        skip();
    for (size_t i = 0; i < sizeof file_cases / sizeof *file_cases; i++)
        check(ALL, file_cases[i].deed, REFUSED(file_cases[i].status));
    assert_true(file_exists("out/file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_walls), cmocka_unit_test(test_files)};
    char command[100];
    int failed;

    if (!mkdtemp(root) || chdir(root) < 0 || mkdir("in", 0777) < 0 || mkdir("out", 0777) < 0 ||
        system("echo x > in/file; echo x > out/file") != 0)
        return 1;
    sibling = fork();
    if (sibling == 0) {
        pause();
        _exit(0);
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    kill(sibling, SIGKILL);
    waitpid(sibling, NULL, 0);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command) != 0 || failed;
}
