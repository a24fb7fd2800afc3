/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/confine.h"

#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child sends: this, then `size` bytes of answer or error text. */
struct header {
    uint32_t magic, status; /* enum exit_status; EXIT_OK: an answer */
    uint64_t size;
};

enum { MAGIC = 0x72676263 };

/* ---- the child ---- */

#ifndef __SANITIZE_ADDRESS__
/* Bytes of address space in use; 0 where there is no /proc. */
static rlim_t address_space(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f) {
        if (fscanf(f, "%lu", &pages) != 1)
            pages = 0;
        fclose(f);
    }
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}
#endif

static int limit(const struct confine_bounds *bounds)
{
    const struct {
        int resource;
        rlim_t soft, hard;
    } limits[] = {
#ifndef __SANITIZE_ADDRESS__ /* whose shadow is terabytes */
        {RLIMIT_AS, address_space() + bounds->memory, address_space() + bounds->memory},
#endif
        {RLIMIT_FSIZE, 0, 0},
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_NPROC, 0, 0},
        {RLIMIT_NOFILE, 0, 0},
        {RLIMIT_CPU, bounds->cpu_seconds, bounds->cpu_seconds + 1},
    };
    size_t n = sizeof limits / sizeof *limits - !bounds->cpu_seconds;

    for (size_t i = 0; i < n; i++) {
        struct rlimit now, wanted = {limits[i].soft, limits[i].hard};

        if (getrlimit(limits[i].resource, &now) < 0)
            return -1;
        if (wanted.rlim_max > now.rlim_max)
            wanted.rlim_max = now.rlim_max;
        if (wanted.rlim_cur > wanted.rlim_max)
            wanted.rlim_cur = wanted.rlim_max;
        if (setrlimit(limits[i].resource, &wanted) < 0)
            return -1;
    }
    return 0;
}

/* From here on: memory that cannot be executed, the pipe, the end. A call that is
 * not in the list ends the process. */
static int filter(const struct confine_bounds *bounds)
{
#ifdef __SANITIZE_ADDRESS__ /* whose own calls nobody lists */
    (void)bounds;
    return 0;
#else
    static const int free_calls[] = {
        SCMP_SYS(brk),        SCMP_SYS(munmap),       SCMP_SYS(mremap),
        SCMP_SYS(madvise),    SCMP_SYS(exit_group),   SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sysinfo), /* qsort asks how much memory there is */
        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    };
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int bad = ctx ? 0 : -1;

    if (!bad) /* else a kernel before 5.16 makes loads behind stores wait, in all of the process */
        bad = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
    for (size_t i = 0; i < sizeof free_calls / sizeof *free_calls && !bad; i++)
        bad = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, free_calls[i], 0);
    if (!bad)
        bad = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                               SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    if (!bad)
        bad = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (!bad)
        bad = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                               SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)bounds->fd, 0));
    if (!bad && bounds->may_read)
        bad = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
                               SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)bounds->fd, 0));
    if (!bad) /* last words of arena_alloc, which then gives its exit status */
        bad = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EBADF), SCMP_SYS(write), 1,
                               SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0));
    if (!bad)
        bad = seccomp_load(ctx);
    seccomp_release(ctx);
    return bad;
#endif
}

static void send_all(int fd, const void *bytes, size_t size)
{
    const char *p = bytes;

    while (size > 0) {
        ssize_t n = write(fd, p, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(EXIT_BAD_INPUT); /* nobody listens */
        p += n;
        size -= (size_t)n;
    }
}

int confine_enter(const struct confine_bounds *bounds)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL); /* no handler of the parent's runs in here */
    if (getppid() != bounds->parent)
        _exit(EXIT_STORAGE);
#ifndef __SANITIZE_ADDRESS__ /* which reports on standard error */
    close_range(0, (unsigned)bounds->fd - 1, 0);
#endif
    close_range((unsigned)bounds->fd + 1, UINT_MAX, 0);
    return limit(bounds) < 0 || filter(bounds) != 0 ? -1 : 0;
}

_Noreturn static void be_child(const struct confine_task *task, int pipe, pid_t parent)
{
    struct error err = {.status = EXIT_OK};
    struct text answer = {0};
    struct header header = {.magic = MAGIC};
    const char *text;
    const struct confine_bounds bounds = {.fd = pipe,
                                          .parent = parent,
                                          .cpu_seconds = CONFINE_CPU_SECONDS,
                                          .memory = CONFINE_MEMORY};

#ifndef __SANITIZE_ADDRESS__
    if (address_space() == 0)
        error_set_status(&err, EXIT_STORAGE, "%s: /proc/self/statm cannot be read, without which a "
                                             "script's memory is not limited, and none is run", task->name);
    else
#endif
    if (confine_enter(&bounds) < 0)
        error_set_status(&err, EXIT_STORAGE,
                         "%s: could not be confined (resource limits, seccomp); no script is run "
                         "without that", task->name);
    else if (task->work(task->context, &answer, &err) < 0)
        text_release(&answer);
    else if (answer.size && strlen(answer.s) != answer.size)
        error_set(&err, "%s: its description has a zero byte", task->name);
    else if (answer.size > CONFINE_MAX_ANSWER)
        error_set(&err, "%s: its description has more than %d bytes", task->name,
                  CONFINE_MAX_ANSWER);
    header.status = err.status;
    text = err.status != EXIT_OK ? err.text : answer.s ? answer.s : "";
    header.size = strlen(text);
    send_all(pipe, &header, sizeof header);
    send_all(pipe, text, header.size);
    _exit(EXIT_OK);
}

/* ---- the parent ---- */

/* Reads up to the end of the pipe, `capacity` bytes or the deadline; gives how many. */
static size_t receive(int fd, double deadline, char *bytes, size_t capacity, bool *ret_is_late)
{
    size_t n = 0;

    *ret_is_late = false;
    while (n < capacity) {
        double left = deadline - clock_now();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t got;

        if (left <= 0) {
            *ret_is_late = true;
            break;
        }
        if (poll(&p, 1, (int)(left * 1000) + 1) <= 0)
            continue; /* the deadline, or a signal */
        got = read(fd, bytes + n, capacity - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return n;
}

/* One line of what may be anything. */
static void make_plain(char *s)
{
    for (char *p = s; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = *p == '\n' || *p == '\t' ? ' ' : '?';
    if (!text_is_plain(s))
        for (char *p = s; *p; p++)
            if ((unsigned char)*p >= 0x80)
                *p = '?';
}

static int judge(const struct confine_task *task, int status, bool is_late, char *bytes, size_t n,
                 char **ret_answer, struct error *err)
{
    struct header header;
    char *text = bytes + sizeof header;

    if (is_late)
        return error_set(err, "%s: it takes too long: ended after %d s", task->name,
                         CONFINE_SECONDS);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return error_set(err, "%s: it takes too long: ended after %d s of computing", task->name,
                         CONFINE_CPU_SECONDS);
    if (WIFSIGNALED(status))
        return error_set(err, "%s: it was ended: %s", task->name,
                         WTERMSIG(status) == SIGSYS ? "it made a system call that no script may"
                                                    : strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == EXIT_STORAGE)
        return error_set(err, "%s: it needs more than %d MiB of memory", task->name,
                         CONFINE_MEMORY >> 20);
    if (n >= sizeof header)
        memcpy(&header, bytes, sizeof header);
    if (status != 0 || n < sizeof header || header.magic != MAGIC ||
        header.size != n - sizeof header || strlen(text) != header.size)
        return error_set(err, "%s: its description arrived damaged", task->name);
    if (header.status == EXIT_OK) {
        *ret_answer = text;
        return 0;
    }
    make_plain(text);
    return error_set_status(err,
                            header.status == EXIT_STORAGE ? EXIT_STORAGE : EXIT_BAD_INPUT, "%s",
                            text);
}

int confine_run(const struct confine_task *task, struct arena *arena, char **ret_answer,
                struct error *err)
{
    const size_t capacity = sizeof(struct header) + CONFINE_MAX_ANSWER;
    struct arena own = {0};
    double deadline = clock_now() + CONFINE_SECONDS;
    pid_t parent = getpid(), pid, waited;
    int ends[2], status, result;
    bool is_late;
    char *bytes, *text = NULL;
    size_t n;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_status(err, EXIT_STORAGE, "could not make a pipe: %s", strerror(errno));
    pid = fork();
    if (pid == 0)
        be_child(task, ends[1], parent);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_set_status(err, EXIT_STORAGE, "could not start a process: %s",
                                strerror(errno));
    }
    bytes = arena_alloc(&own, capacity + 1);
    n = receive(ends[0], deadline, bytes, capacity, &is_late);
    close(ends[0]);
    if (is_late)
        kill(pid, SIGKILL);
    while ((waited = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ;
    result = waited < 0 ? error_set_status(err, EXIT_STORAGE, "%s: could not learn how its process ended: %s",
                                           task->name, strerror(errno))
                        : judge(task, status, is_late, bytes, n, &text, err);
    if (result == 0)
        *ret_answer = arena_strdup(arena, text);
    arena_release(&own);
    return result;
}
