/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/source/download.h"

#include "data/source/archive.h"
#include "os/say.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *text_of(const struct dataset_source *source, const char *key)
{
    const struct value *v = settings_find(source->description, key);

    return v && v->kind == VALUE_STRING ? v->string : NULL;
}

/* What curl says, up to its end: its progress goes to our terminal, its complaint
 * ("curl: (6) Could not resolve host: x") into ret_reason, and its warnings nowhere. */
static void relay(int fd, char ret_reason[200])
{
    char line[1024];
    size_t n = 0;
    bool is_shown = isatty(STDERR_FILENO);
    char c;

    ret_reason[0] = '\0';
    while (read(fd, &c, 1) == 1 || errno == EINTR) {
        if (n < sizeof line - 1)
            line[n++] = c;
        if (c != '\r' && c != '\n')
            continue;
        line[n - 1] = '\0';
        n = 0;
        if (strncmp(line, "curl: ", 6) == 0)
            snprintf(ret_reason, 200, "%.199s", line + 6);
        else if (is_shown && *line && strncmp(line, "Warning: ", 9) != 0)
            say_over(line);
        if (is_shown && c == '\n')
            say(stderr, "\n");
        errno = 0;
    }
}

/* Is it an address that may be asked? It goes to curl, which knows a lot of others, files among them. */
static int check_url(const char *url, bool allows_http, struct error *err)
{
    if (strncmp(url, "https://", 8) == 0 || (allows_http && strncmp(url, "http://", 7) == 0))
        return 0;
    return error_set(err, "\"%s\" does not begin with https://%s", url,
                     strncmp(url, "http://", 7) == 0 ? "; --http allows http:// too" : "");
}

/* Starts curl, which writes to the open file, as its descriptor OUTPUT, and to the pipe's end. Gives
 * errno's number. */
static int start_curl(const char *url, bool allows_http, int file, int pipe_end, pid_t *ret_pid)
{
    enum { OUTPUT = 3 };
    const char *protocols = allows_http ? "=https,http" : "=https";
    const char *argv[] = {"curl", "-q" /* no ~/.curlrc */, "--fail", "--location", "--proto", protocols,
                          "--proto-redir", protocols, "--globoff", "--progress-bar", "--retry", "2",
                          "--connect-timeout", "20", "--output", "/dev/fd/3", "--", url, NULL};
    posix_spawn_file_actions_t actions;
    struct rlimit before, limit;
    int code;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_end, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, file, OUTPUT);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    if (limit.rlim_cur > DOWNLOAD_MAX_SIZE)
        limit.rlim_cur = DOWNLOAD_MAX_SIZE;
    setrlimit(RLIMIT_FSIZE, &limit); /* curl's own limit is of sizes that are announced */
    code = posix_spawnp(ret_pid, "curl", &actions, NULL, (char *const *)argv, environ);
    setrlimit(RLIMIT_FSIZE, &before);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static int run_curl(const char *url, bool allows_http, int file, struct error *err)
{
    char reason[200];
    int ends[2], status, code;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_status(err, EXIT_STORAGE, "could not make a pipe: %s", strerror(errno));
    code = start_curl(url, allows_http, file, ends[1], &pid);
    close(ends[1]);
    if (code == 0)
        relay(ends[0], reason);
    close(ends[0]);
    if (code != 0)
        return error_set(err, "could not start curl: %s; `make deps` installs it", strerror(code));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return error_set(err, "lost curl: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return error_set(err, "could not download \"%s\": %s", url,
                     reason[0] ? reason : "curl was ended");
}

int download_file(const char *url, bool allows_http, int file, struct error *err)
{
    return check_url(url, allows_http, err) < 0 ? -1 : run_curl(url, allows_http, file, err);
}

static int check_sum(const char *path, const char *url, const char *md5, struct error *err)
{
    struct file_map map;
    struct hash h;
    char hex[HASH_HEX_SIZE];

    if (file_map_open(path, &map, err) < 0)
        return -1;
    hash_init(&h, HASH_MD5);
    if (map.size)
        hash_update(&h, map.bytes, map.size);
    hash_hex(&h, hex);
    file_map_close(&map);
    if (strcmp(hex, md5) == 0)
        return 0;
    return error_set(err, "\"%s\" has MD5 %s, but %s was published: not unpacked", url, hex, md5);
}

/* The train and test files of the description, NULL-ended. */
static int list_files(const struct dataset_source *source, struct arena *arena,
                      const char *const **ret_files, struct error *err)
{
    static const char *const keys[] = {"train", "test"};
    const char **files = arena_alloc(arena, (2 * DATASET_MAX_FILES + 1) * sizeof *files);
    int n = 0;

    for (int k = 0; k < 2; k++) {
        const struct value *list;

        if (dataset_find_files(source, keys[k], &list, err) < 0)
            return -1;
        for (int i = 0; i < list->n_items && i < DATASET_MAX_FILES; i++)
            files[n++] = list->items[i].string;
    }
    *ret_files = files;
    return 0;
}

/* Into the new file, which is at `path`, and from there to where its members shall be. */
static int take(const struct dataset_source *source, const char *url, const char *md5, bool allows_http,
                int file, const char *path, const char *const *wanted, const char *missing,
                struct error *err)
{
    if (download_file(url, allows_http, file, err) < 0)
        return error_set(err, "%s; fetch it elsewhere and unpack it under \"%s\", so that \"%s\" "
                              "is there",
                         err->text, source->root, missing);
    return check_sum(path, url, md5, err) < 0 ? -1 : archive_unpack(path, source->root, wanted, err);
}

int download_dataset(const struct dataset_source *source, bool allows_http, struct arena *arena,
                     struct error *err)
{
    const char *url = text_of(source, "archive"), *md5 = text_of(source, "md5");
    const char *missing;
    const char *const *wanted;
    char path[FILE_PATH_SIZE];
    int file, result;

    if (!url || !md5)
        return error_set(err, "its description names no archive to download");
    if (!source->root)
        return error_set(err, "no data root: set RGDBENCH_DATA to the folder that shall hold it");
    if (check_url(url, allows_http, err) < 0 || list_files(source, arena, &wanted, err) < 0)
        return -1;
    if (dataset_is_present(source, arena, &missing))
        return 0;
    if (file_make_directory(source->root, err) < 0)
        return -1;
    file = file_open_temporary(AT_FDCWD, arena_printf(arena, "%s/%s.download", source->root, source->name),
                               path);
    if (file < 0)
        return error_set(err, "could not write to \"%s\": %s", source->root, strerror(errno));
    result = take(source, url, md5, allows_http, file, path, wanted, missing, err);
    close(file);
    unlink(path);
    return result;
}
