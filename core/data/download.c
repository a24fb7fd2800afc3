/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/download.h"

#include "data/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
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
        line[n] = '\0';
        n = 0;
        if (strncmp(line, "curl: ", 6) == 0)
            snprintf(ret_reason, 200, "%.*s", (int)strcspn(line + 6, "\r\n"), line + 6);
        else if (is_shown && strncmp(line, "Warning: ", 9) != 0)
            fputs(line, stderr);
        errno = 0;
    }
}

static int run_curl(const char *url, const char *path, struct error *err)
{
    const char *argv[] = {"curl", "--fail",          "--location", "--progress-bar", "--retry",
                          "2",    "--connect-timeout", "20",       "--output",       path,
                          "--",   url,               NULL};
    posix_spawn_file_actions_t actions;
    char reason[200];
    int ends[2], status, code;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_status(err, EXIT_STORAGE, "could not make a pipe: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    code = posix_spawnp(&pid, "curl", &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
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

static int check_sum(const char *path, const char *md5, struct error *err)
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
    return error_set(err, "\"%s\" has MD5 %s, but %s was published: not unpacked", path, hex, md5);
}

/* The train and test files of the description, NULL-ended. */
static const char *const *list_files(const struct dataset_source *source, struct arena *arena)
{
    static const char *const keys[] = {"train", "test"};
    const char **files = arena_alloc(arena, (2 * DATASET_MAX_FILES + 1) * sizeof *files);
    int n = 0;

    for (int k = 0; k < 2; k++) {
        const struct value *list = settings_find(source->description, keys[k]);

        for (int i = 0; list && i < list->n_items && i < DATASET_MAX_FILES; i++)
            files[n++] = list->items[i].string;
    }
    return files;
}

int download_dataset(const struct dataset_source *source, struct arena *arena, struct error *err)
{
    const char *url = text_of(source, "archive"), *md5 = text_of(source, "md5");
    const char *missing, *path;

    if (!url || !md5)
        return error_set(err, "its description names no archive to download");
    if (!source->root)
        return error_set(err, "no data root: set RGDBENCH_DATA to the folder that shall hold it");
    if (dataset_is_present(source, arena, &missing))
        return 0;
    if (file_make_directory(source->root, err) < 0)
        return -1;
    path = arena_printf(arena, "%s/%s.download", source->root, source->name);
    if (run_curl(url, path, err) < 0) {
        unlink(path);
        return error_set(err, "%s; fetch it elsewhere and unpack it under \"%s\", so that \"%s\" "
                              "is there",
                         err->text, source->root, missing);
    }
    if (check_sum(path, md5, err) < 0 || archive_unpack(path, source->root,
                                                        list_files(source, arena), err) < 0) {
        unlink(path);
        return -1;
    }
    unlink(path);
    return 0;
}
