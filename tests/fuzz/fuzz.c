/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include "base/text.h"
#include "fuzz/targets.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* To add a target, add its row here. */
const struct fuzz_target fuzz_targets[] = {
    {"archive", target_archive},
    {"cache", target_cache},
    {"cifar", target_cifar},
    {"csv", target_csv},
    {"description", target_description},
    {"domainbed", target_domainbed},
    {"exif", target_exif},
    {"gzip", target_gzip},
    {"idx", target_idx},
    {"jpeg", target_jpeg},
    {"json", target_json},
    {"lua", target_lua},
    {"override", target_override},
    {"png", target_png},
    {"safetensors", target_safetensors},
    {"settings", target_settings},
    {"spec", target_spec},
    {"store", target_store},
    {"table", target_table},
    {"tokenizer", target_tokenizer},
    {"value", target_value},
    {"values", target_values},
    {"webp", target_webp},
    {0},
};

const struct fuzz_target *fuzz_find(const char *name)
{
    const struct fuzz_target *t = fuzz_targets;

    while (t->name && strcmp(t->name, name) != 0)
        t++;
    return t->name ? t : NULL;
}

void fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

void fuzz_check_refusal(const struct error *err)
{
    FUZZ_CHECK(err->text[0]);
    for (const char *p = err->text; *p; p++)
        FUZZ_CHECK(((unsigned char)*p >= 0x20 || *p == '\t') && *p != 0x7f);
}

char *fuzz_text(const uint8_t *bytes, size_t size, struct arena *arena)
{
    char *text = arena_alloc(arena, size + 1);

    memcpy(text, bytes, size);
    return text;
}

const char *fuzz_file(int number, const uint8_t *bytes, size_t size)
{
    enum { MAX_FILES = 4 };
    static struct {
        int fd;
        char path[40];
    } files[MAX_FILES];

    FUZZ_CHECK(number < MAX_FILES);
    if (!files[number].fd) {
        files[number].fd = memfd_create("fuzz", 0);
        snprintf(files[number].path, sizeof files[number].path, "/proc/self/fd/%d",
                 files[number].fd);
    }
    FUZZ_CHECK(ftruncate(files[number].fd, 0) == 0);
    FUZZ_CHECK(pwrite(files[number].fd, bytes, size, 0) == (ssize_t)size);
    return files[number].path;
}

static char folder[40];
static bool has_folder;

const char *fuzz_folder(void)
{
    static const char *const where[] = {"/dev/shm", "/tmp"}; /* memory: no sync is waited for */

    for (size_t i = 0; i < 2 && !has_folder; i++) {
        snprintf(folder, sizeof folder, "%s/rgdbench-fuzz-XXXXXX", where[i]);
        has_folder = mkdtemp(folder) != NULL;
    }
    FUZZ_CHECK(has_folder);
    return folder;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

void fuzz_clean(void)
{
    if (has_folder)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
