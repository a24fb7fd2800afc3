/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is left of a store that is damaged, or that was taken away from under its users. */
#include "store/store.h"

#include "os/file.h"
#include "store/store_private.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_RESCUES = 1000 };

int store_check_place(struct store *store, struct error *err)
{
    return sql_check_place(store->db, err);
}

int store_begin(const char *path, struct arena *arena, struct store_draft *ret_draft,
                struct store **ret_store, struct error *err)
{
    char folder[FILE_FOLDER_SIZE];
    struct store_draft draft = {.path = arena_strdup(arena, path)};

    file_folder(path, folder);
    file_remove_leftovers(folder);
    if (file_begin(path, arena, &draft.temporary, err) < 0)
        return -1;
    if (store_open(draft.temporary, STORE_CREATE, ret_store, err) < 0) {
        unlink(draft.temporary);
        return -1;
    }
    *ret_draft = draft;
    return 0;
}

/* Its log is in it again when it is closed, unless that failed. */
int store_publish(const struct store_draft *draft, struct store *store, bool is_wanted,
                  struct error *err)
{
    static const char *const endings[] = {"-wal", "-shm", ""};
    char name[PATH_MAX + 8];
    int result = is_wanted ? store_check_place(store, err) : 0;

    store_close(store);
    snprintf(name, sizeof name, "%s-wal", draft->temporary);
    if (is_wanted && result == 0)
        result = file_exists(name)
                     ? error_set_status(err, EXIT_STORAGE, "could not write all of \"%s\"", draft->path)
                     : file_publish(draft->temporary, draft->path, err);
    for (int i = 0; i < 3 && (!is_wanted || result < 0); i++) {
        snprintf(name, sizeof name, "%s%s", draft->temporary, endings[i]);
        unlink(name);
    }
    return result;
}

int store_rescue(struct store *from, const char *path, struct store_merged *ret_merged,
                 struct error *err)
{
    struct arena arena = {0};
    struct store *into = NULL;
    struct store_draft draft;
    struct error ignored;
    int result = -1;

    if (file_exists(path)) {
        error_set(err, "\"%s\" is there already; a rescue makes a new store", path);
    } else if (store_begin(path, &arena, &draft, &into, err) == 0) {
        result = store_merge(into, from, MERGE_SOUND, ret_merged, err);
        result = result < 0 ? (store_publish(&draft, into, false, &ignored), -1)
                            : store_publish(&draft, into, true, err);
    }
    arena_release(&arena);
    return result;
}

/* ---- stores that went away ---- */

/* In the first folder that takes it; *ret_path is in `arena`. */
static int save(struct store *store, struct arena *arena, const char **ret_path,
                struct store_merged *ret_merged, struct error *err)
{
    char beside[FILE_FOLDER_SIZE];
    const char *temporary = getenv("TMPDIR"), *slash = strrchr(store->path, '/');
    const char *folders[] = {beside, ".", temporary && *temporary ? temporary : "/tmp"};
    const char *name = slash ? slash + 1 : store->path;
    int length = (int)strlen(name), result = -1;

    file_folder(store->path, beside);
    if (length > 3 && strcmp(name + length - 3, ".db") == 0)
        length -= 3;
    for (int i = 0; i < 3 && result != 0; i++) {
        for (int k = 1; k <= MAX_RESCUES && result != 0; k++) {
            *ret_path = arena_printf(arena, "%s%s%.*s.rescue-%d.db", i == 1 ? "" : folders[i],
                                     i == 1 ? "" : "/", length, name, k);
            if (file_exists(*ret_path))
                continue;
            result = store_rescue(store, *ret_path, ret_merged, err);
            if (result < 0 && !file_exists(*ret_path))
                break; /* nobody else took the name: this folder takes none */
        }
    }
    return result;
}

int store_leave(struct store *store, int result, struct error *err)
{
    struct arena arena = {0};
    struct store_merged merged;
    struct error gone, failure;
    const char *path;

    if (!store || store_check_place(store, &gone) == 0) {
        store_close(store);
        return result;
    }
    if (save(store, &arena, &path, &merged, &failure) == 0)
        error_set_status(err, EXIT_STORAGE, "%s; its results (%d) are in \"%s\", which can take its "
                                            "place or be merged into it", gone.text, merged.n_new, path);
    else
        error_set_status(err, EXIT_STORAGE, "%s, and could not be saved elsewhere: %s", gone.text,
                         failure.text);
    store_close(store);
    arena_release(&arena);
    return -1;
}
