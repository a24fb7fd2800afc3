/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/servant.h"

#include "base/memory.h"
#include "os/confine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct servant {
    const char *name;
    pid_t pid; /* 0: it has been waited for */
    int fd;
    unsigned char *room;
    size_t room_size;
};

/* ---- the child ---- */

/* The parent's memory is here as a copy, but what the parent shares with other processes, such as
 * the index of a store's log, would be shared with us. Away with it. */
static int leave_shared(const unsigned char *room, size_t room_size)
{
    FILE *f = fopen("/proc/self/maps", "re");
    char line[8192]; /* FROM-TO MODE OFFSET DEVICE INODE PATH */
    int result = f ? 0 : -1;

    while (f && result == 0 && fgets(line, sizeof line, f)) {
        unsigned long from, to;
        char mode[5];

        if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3)
            result = -1;
        else if (mode[1] == 'w' && mode[3] == 's' &&
                 !(from >= (uintptr_t)room && to <= (uintptr_t)room + room_size))
            result = munmap((void *)from, to - from);
    }
    if (f)
        fclose(f);
    return result;
}

/* What a terminal or a cluster tells all processes, our parent answers, and we end with it. */
static void block_signals(void)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t set;

    sigfillset(&set);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&set, own[i]);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

_Noreturn static void serve(const struct servant_task *task, const struct servant *s, pid_t parent)
{
    const struct confine_bounds bounds = {
        .fd = s->fd, .may_read = true, .parent = parent, .memory = task->memory};
    char c = 0;

    block_signals();
    if (task->prepare)
        task->prepare();
    if (leave_shared(s->room, s->room_size) < 0 || confine_enter(&bounds) < 0)
        _exit(EXIT_STORAGE);
    while (write(s->fd, &c, 1) == 1 && read(s->fd, &c, 1) == 1)
        task->work(task->context, s->room);
    _exit(EXIT_OK);
}

/* ---- the parent ---- */

/* Seconds that it has computed; -1: it is not there. */
static double computed(pid_t pid)
{
    clockid_t clock;
    struct timespec t;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
        return -1;
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int wait_for(struct servant *s)
{
    int status = 0;
    pid_t got;

    while ((got = waitpid(s->pid, &status, 0)) < 0 && errno == EINTR)
        ;
    s->pid = 0;
    return got < 0 ? EXIT_STORAGE << 8 : status; /* ended, nobody knows how */
}

static int end(struct servant *s, const char *why, struct error *err)
{
    kill(s->pid, SIGKILL);
    wait_for(s);
    return error_set(err, "%s %s", s->name, why);
}

/* It has closed its end, and is ending: what kills it now changes no status. */
static int bury(struct servant *s, struct error *err)
{
    int status, number;

    kill(s->pid, SIGKILL);
    status = wait_for(s);
    number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    switch (number) {
    case SIGSYS:
        return error_set(err, "%s made a system call that it may not", s->name);
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGXFSZ: /* a sanitizer's report into a file */
        return error_set(err, "%s ended itself: %s", s->name, strsignal(number));
    case 0:
        if (WEXITSTATUS(status) != EXIT_STORAGE)
            return error_set(err, "%s ended itself, with status %d", s->name, WEXITSTATUS(status));
        return error_set_status(err, EXIT_STORAGE, "%s could not be confined, or had no memory",
                                s->name);
    }
    return error_set_status(err, EXIT_STORAGE, "%s was ended from outside: %s", s->name,
                            strsignal(number)); /* where memory runs out, by the kernel */
}

/* The byte that tells of an answer. Time is the servant's, not the clock's: it may be stopped
 * together with us, or the machine be busy. */
static int wait_for_answer(struct servant *s, struct error *err)
{
    double begun = -1, before = -1;
    int n_silent = 0;

    for (;;) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        int got = poll(&p, 1, 1000);
        double now;
        char c;

        if (got > 0) {
            ssize_t n = read(s->fd, &c, 1);

            if (n < 0 && errno == EINTR)
                continue;
            return n == 1 ? 0 : bury(s, err);
        }
        if (got < 0)
            continue; /* a signal */
        now = computed(s->pid);
        begun = begun < 0 ? now : begun;
        n_silent = now > before ? 0 : n_silent + 1;
        before = now;
        if (now - begun > SERVANT_CPU_SECONDS)
            return end(s, "computed for too long", err);
        if (n_silent > SERVANT_SILENT_SECONDS)
            return end(s, "fell silent", err);
    }
}

static int fail(struct error *err, const struct servant_task *task)
{
    return error_set_status(err, EXIT_STORAGE, "could not start %s: %s", task->name,
                            strerror(errno));
}

int servant_open(const struct servant_task *task, struct servant **ret_servant, struct error *err)
{
    struct servant *s = memory_alloc(sizeof *s);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    pid_t parent = getpid();
    int ends[2] = {-1, -1};

    *s = (struct servant){.name = task->name, .fd = -1, .room = MAP_FAILED,
                          .room_size = (task->room + page - 1) / page * page};
    s->room = mmap(NULL, s->room_size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s->room == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        (s->pid = fork()) < 0) {
        fail(err, task);
        s->pid = 0;
        if (ends[0] >= 0)
            close(ends[0]), close(ends[1]);
        servant_close(s);
        return -1;
    }
    s->fd = ends[s->pid == 0];
    if (s->pid == 0)
        serve(task, s, parent);
    close(ends[1]);
    if (wait_for_answer(s, err) < 0) {
        servant_close(s);
        return -1;
    }
    *ret_servant = s;
    return 0;
}

void *servant_room(struct servant *s)
{
    return s->room;
}

int servant_call(struct servant *s, struct error *err)
{
    char c = 0;

    if (send(s->fd, &c, 1, MSG_NOSIGNAL) != 1)
        return s->pid ? bury(s, err) : error_set(err, "%s is gone", s->name);
    return wait_for_answer(s, err);
}

void servant_close(struct servant *s)
{
    if (!s)
        return;
    if (s->pid)
        kill(s->pid, SIGKILL);
    if (s->pid)
        wait_for(s);
    if (s->fd >= 0)
        close(s->fd);
    if (s->room != MAP_FAILED)
        munmap(s->room, s->room_size);
    free(s);
}
