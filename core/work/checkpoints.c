/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/checkpoints.h"

#include "os/file.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 32 }; /* digits of the spec's id; the key inside has them all */

static const char ENDING[] = ".safetensors", HALF_WRITTEN[] = ".tmp";

static const char *folder_of(struct arena *arena, const char *store_path)
{
    size_t length = strlen(store_path);

    if (length > 3 && strcmp(store_path + length - 3, ".db") == 0)
        length -= 3;
    return arena_printf(arena, "%.*s.ckpt", (int)length, store_path);
}

const char *checkpoints_path(struct arena *arena, const char *store_path, const char *spec_id)
{
    return arena_printf(arena, "%s/%.*s%s", folder_of(arena, store_path), NAME_SIZE, spec_id,
                        ENDING);
}

/* The program itself, where no repository says what it was built from. Once: it stays as it was
 * started. "" where it cannot be read. */
static const char *program_hash(void)
{
    static char hex[HASH_HEX_SIZE];
    struct file_map program;
    struct error ignored;

    if (!hex[0] && file_map_open("/proc/self/exe", &program, &ignored) == 0) {
        hash_block(program.bytes, program.size, hex);
        file_map_close(&program);
    }
    return hex;
}

void checkpoints_key(const char *spec_id, const struct settings *environment,
                     char ret_key[HASH_HEX_SIZE])
{
    struct text t = {0};

    text_printf(&t, "%s\n%s\n", spec_id, program_hash());
    settings_write(&t, environment);
    hash_block(t.s, t.size, ret_key);
    text_release(&t);
}

/* "ID.safetensors.123" of a process 123 that is not there? One that was killed may be
 * there for ever, where nobody waits for it, and another may have got its number. */
static bool process_is_gone(const char *name)
{
    const char *dot = strrchr(name, '.');
    long pid = dot ? strtol(dot + 1, NULL, 10) : 0;

    return pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

int checkpoints_clean(struct store *store, const char *store_path, struct error *err)
{
    struct arena arena = {0};
    const char *folder = folder_of(&arena, store_path);
    const char *const endings[] = {HALF_WRITTEN, ENDING};
    int result = 0;

    for (int e = 0; e < 2 && result == 0; e++) {
        const char *const *names = file_names(folder, endings[e], &arena, err);

        if (!names)
            result = -1;
        for (; result == 0 && *names; names++) {
            const char *spec_id = arena_printf(&arena, "%.*s", (int)strcspn(*names, "."), *names);
            bool is_done = false;

            result = store_has_ended(store, spec_id, &is_done, err);
            is_done = is_done || (e == 0 && process_is_gone(*names));
            if (result == 0 && is_done)
                unlink(arena_printf(&arena, "%s/%s%s", folder, *names, endings[e]));
        }
    }
    rmdir(folder); /* where nothing is left in it */
    arena_release(&arena);
    return result;
}
