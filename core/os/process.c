/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { SCOPE_SIZE = 40 };

const char *process_host(void)
{
    static char host[65];

    if (!host[0] && (gethostname(host, sizeof host - 1) < 0 || !host[0]))
        strcpy(host, "unknown");
    for (char *p = host; *p; p++)
        if (*p == ' ' || *p < 0x20)
            *p = '_';
    return host;
}

/* Field 22 of /proc/PID/stat, in clock ticks since boot; 0 where there is none. */
static unsigned long long start_time(pid_t pid)
{
    char path[64], line[1024];
    unsigned long long start = 0;
    FILE *f;
    char *p;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "re");
    if (!f)
        return 0;
    if (fgets(line, sizeof line, f) && (p = strrchr(line, ')'))) {
        char state = 0;

        sscanf(p + 2,
               "%c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
               &state, &start);
        if (state == 'Z' || state == 'X')
            start = 0; /* dead, not yet buried */
    }
    fclose(f);
    return start;
}

/* Where our process numbers mean anything: this boot of the machine, and of it our PID namespace, of which
 * a host's containers have one each. */
static const char *scope(void)
{
    static char text[SCOPE_SIZE];
    char boot[9] = "-";
    struct stat st;
    FILE *f;

    if (text[0])
        return text;
    f = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (f && !fgets(boot, sizeof boot, f))
        strcpy(boot, "-");
    if (f)
        fclose(f);
    if (stat("/proc/self/ns/pid", &st) < 0)
        st.st_ino = 0;
    snprintf(text, sizeof text, "%s:%llu", boot, (unsigned long long)st.st_ino);
    return text;
}

void process_owner(pid_t pid, char ret_owner[PROCESS_OWNER_SIZE])
{
    snprintf(ret_owner, PROCESS_OWNER_SIZE, "%s %d %llu/%s", process_host(), (int)pid, start_time(pid),
             scope());
}

bool process_is_alive(const char *owner)
{
    char host[65] = "", where[SCOPE_SIZE] = ""; /* older owners have none */
    int pid = 0;
    unsigned long long start = 0;

    if (!owner || sscanf(owner, "%64s %d %llu/%39s", host, &pid, &start, where) < 3)
        return false;
    if (strcmp(host, process_host()) != 0 || (where[0] && strcmp(where, scope()) != 0))
        return true; /* not ours to say */
    return start_time(pid) == start && start != 0;
}

/* For appending; what is no file could keep us waiting. */
static int open_log(const char *path, struct error *err)
{
    struct stat s;
    int fd;

    do
        fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR); /* of the network */
    if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
        return fd;
    error_set_status(err, EXIT_STORAGE, "could not write the log \"%s\": %s", path,
                     fd < 0 && errno != ENXIO ? strerror(errno) : "it is no regular file");
    if (fd >= 0)
        close(fd);
    return -1;
}

pid_t process_start(const char *const *argv, const char *log, struct error *err)
{
    static const char self[] = "/proc/self/exe";
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    int code, fd = open_log(log, err);

    if (fd < 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fd, 1);
    posix_spawn_file_actions_adddup2(&actions, fd, 2);
    code = posix_spawn(&pid, self, &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fd);
    if (code != 0) {
        error_set_status(err, EXIT_STORAGE, "could not start a worker: %s: %s", self, strerror(code));
        return -1;
    }
    return pid;
}

void process_limit_memory(pid_t pid, double bytes)
{
#ifdef __SANITIZE_ADDRESS__ /* whose shadow is terabytes of data */
    (void)pid, (void)bytes;
#else
    struct rlimit limit;

    if (prlimit(pid, RLIMIT_DATA, NULL, &limit) < 0 || !(bytes < (double)limit.rlim_cur))
        return;
    limit.rlim_cur = (rlim_t)bytes;
    prlimit(pid, RLIMIT_DATA, &limit, NULL);
#endif
}

/* Starts the program with one end of a pipe as what is captured; gives errno's number. */
static int start_captured(const struct process_call *call, int pipe_end, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int code;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    for (int fd = 1; fd <= 2; fd++) {
        if (call->streams & (fd == 1 ? PROCESS_OUTPUT : PROCESS_ERRORS))
            posix_spawn_file_actions_adddup2(&actions, pipe_end, fd);
        else
            posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
    }
    code = posix_spawnp(ret_pid, call->argv[0], &actions, NULL, (char *const *)call->argv,
                        call->envp ? (char *const *)call->envp : environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static void read_pipe(int fd, size_t most, struct text *output)
{
    char bytes[4096];
    ssize_t n = 1;

    while ((n > 0 || (n < 0 && errno == EINTR)) && (!most || output->size < most)) {
        size_t room = most ? most - output->size : sizeof bytes;

        n = read(fd, bytes, room < sizeof bytes ? room : sizeof bytes);
        text_add(output, bytes, n > 0 ? (size_t)n : 0);
    }
}

int process_capture(const struct process_call *call, struct text *ret_output, int *ret_status,
                    struct error *err)
{
    int ends[2], code, status = 0;
    struct text output = {0};
    pid_t pid, got;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_status(err, EXIT_STORAGE, "could not make a pipe to %s: %s", call->argv[0],
                                strerror(errno));
    code = start_captured(call, ends[1], &pid);
    close(ends[1]);
    if (code == 0)
        read_pipe(ends[0], call->most, &output);
    close(ends[0]);
    if (code != 0) {
        error_set(err, "could not start %s: %s", call->argv[0], strerror(code));
        errno = code;
        return -1;
    }
    while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ;
    if (got < 0) {
        text_release(&output);
        return error_set_status(err, EXIT_STORAGE, "could not learn how %s ended: %s", call->argv[0],
                                strerror(errno));
    }
    *ret_output = output;
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

long process_peak_memory(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return 0;
    return usage.ru_maxrss * 1024L;
}
