/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folders: the files of ROOT/ENVIRONMENT/CLASS/PICTURE, in DomainBed's order: environments,
 * then classes, then files, each by the bytes of their names. So picture k of an
 * environment is DomainBed's key k.
 *
 * Classes are those of all environments. Names that begin with a dot are passed over.
 */
#ifndef DATA_FORMAT_FOLDERS_H
#define DATA_FORMAT_FOLDERS_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct folder_file {
    const char *path; /* below the root */
    uint16_t environment, label;
    bool is_picture; /* by its name: .jpg, .jpeg, .png or .webp in any case; and no folder */
    int error; /* errno's, why it cannot be looked at; 0: it can, and what follows is known */
    int64_t size, inode, modified, changed; /* times in nanoseconds */
};

struct folders {
    const char *root;
    const char *const *environments, *const *classes;
    int n_environments, n_classes;
    const struct folder_file *files; /* [n_files] */
    int n_files;
};

/* Memory from `arena`, which must outlive the result. */
int folders_scan(const char *root, struct arena *arena, struct folders *ret_folders,
                 struct error *err);

/* Are the files what they were when they were scanned? Fails as file_state_check. New ones are not
 * looked for. */
int folders_check(const struct folders *f, struct error *err);

#endif
