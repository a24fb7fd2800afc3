/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * place: is a file that this process has open still the one that its path names? A file that was
 * removed, renamed or replaced goes on taking what is written to it, and nobody will find that.
 *
 *     place_note(&place, path);                         while it is open
 *     if ((what = place_change(&place, path)))
 *         fail("store \"%s\" %s", path, what);          "was removed or renamed"
 *
 * Of a store the log and the log's index belong to it, PATH-wal and PATH-shm; SQLite removes those only
 * where nobody has the store open. A path that is relative moves with the folder that we stand in. */
#ifndef OS_PLACE_H
#define OS_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

enum { PLACE_FILES = 3 }; /* the file, its log, the log's index */

struct place {
    struct {
        bool is_there;
        dev_t device;
        ino_t number;
    } files[PLACE_FILES];
};

void place_note(struct place *p, const char *path);

/* Static text; NULL: all are as they were, or it cannot be told. */
const char *place_change(const struct place *p, const char *path);

#endif
