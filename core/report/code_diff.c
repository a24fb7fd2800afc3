/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/code_diff.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool is_commit(const char *s)
{
    size_t n = strspn(s, "0123456789abcdef");

    return n >= 7 && n <= 64 && s[n] == '\0';
}

/* At most `size` bytes; the rest is left in the pipe, whose writer then ends by itself. */
static size_t read_pipe(int fd, char *ret_bytes, size_t size)
{
    size_t n = 0;
    ssize_t got = 1;

    while (n < size && got != 0) {
        got = read(fd, ret_bytes + n, size - n);
        if (got < 0 && errno != EINTR)
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    return n;
}

/* What the command prints, n bytes of at most `size`; false where it fails or cannot be started. */
static bool run(const char *const *argv, char *ret_bytes, size_t size, size_t *ret_n)
{
    posix_spawn_file_actions_t actions;
    int ends[2], code, status = 0;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    code = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (code == 0)
        *ret_n = read_pipe(ends[0], ret_bytes, size);
    close(ends[0]);
    if (code != 0)
        return false;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return *ret_n == size || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

const char *code_diff(const char *from, const char *to, struct arena *arena)
{
    /* diff-tree is plumbing: what a user has set for diffs to look like is not for it. */
    const char *argv[] = {"git", "-c", "core.quotePath=true", "-c", "core.attributesFile=/dev/null",
                          "-c", "protocol.allow=never", "diff-tree", "-r", "--patch-with-stat", "--stat=90", "--no-color",
                          "--no-ext-diff", "--no-textconv", "--no-renames", from, to, "--", "core",
                          "Makefile", NULL};
    char *bytes;
    size_t n = 0;

    if (!is_commit(from) || !is_commit(to))
        return NULL;
    bytes = arena_alloc(arena, CODE_DIFF_MAX + 1);
    if (!run(argv, bytes, CODE_DIFF_MAX, &n))
        return NULL;
    for (size_t i = 0; i < n; i++)
        bytes[i] = bytes[i] ? bytes[i] : '?';
    bytes[n] = '\0';
    if (n < CODE_DIFF_MAX)
        return bytes;
    *(strrchr(bytes, '\n') ? strrchr(bytes, '\n') + 1 : bytes) = '\0';
    return arena_printf(arena, "%s(cut here: the rest is longer than %d bytes)\n", bytes, CODE_DIFF_MAX);
}
