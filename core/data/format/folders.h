/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folders: the pictures below a folder, in one of three layouts:
 *
 *     ROOT/ENVIRONMENT/CLASS/PICTURE           environments: DomainBed's
 *     ROOT/CLASS/PICTURE                       classes: torchvision's ImageFolder
 *     ROOT/{train,val,test}/CLASS/PICTURE      parts: of ImageNet and many others
 *
 * 1. Files stand by group (environment, part), class and name, each by the bytes of their names; parts as
 *    train, validation, test. So picture k of an environment is DomainBed's key k.
 * 2. Classes are those of all groups. Two whose names differ in case or blanks only are an error, as are
 *    classes that a later part has and train/ has not.
 * 3. Passed over are names that begin with a dot and what systems leave behind (Thumbs.db, __MACOSX ...); files
 *    beside folders too, which `note` says.
 * 4. A part is known by its name in any case: train, training; val, valid, validation, dev; test, testing.
 *    Where there is no test/, validation is the test part, as ImageNet's is used.
 */
#ifndef DATA_FORMAT_FOLDERS_H
#define DATA_FORMAT_FOLDERS_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum folders_layout { FOLDERS_ENVIRONMENTS, FOLDERS_CLASSES, FOLDERS_PARTS };
extern const char *const folders_layouts[]; /* "environments", "classes", "parts", NULL */

/* The groups of FOLDERS_PARTS; of FOLDERS_CLASSES there is the first alone. */
enum folders_part { FOLDERS_TRAIN, FOLDERS_VALIDATION, FOLDERS_TEST, FOLDERS_N_PARTS };

struct folder_file {
    const char *path; /* below the root */
    uint16_t group, label; /* the group: its environment, or enum folders_part */
    bool is_picture; /* by its name: .jpg, .jpeg, .png or .webp in any case; and no folder */
    int error; /* errno's, why it cannot be looked at; 0: it can, and what follows is known */
    int64_t size, inode, modified, changed; /* times in nanoseconds */
};

struct folders {
    const char *root;
    enum folders_layout layout;
    const char *const *groups, *const *classes; /* names of folders; of a part that is not there NULL */
    int n_groups, n_classes;
    const struct folder_file *files; /* [n_files] */
    int n_files;
    const char *note; /* what of it might not be meant; "" */
};

/* The layout, by looking. Where it could be read in two ways, the error names both. Memory from `arena`. */
int folders_find_layout(const char *root, struct arena *arena, enum folders_layout *ret_layout,
                        struct error *err);

/* Memory from `arena`, which must outlive the result. */
int folders_scan(const char *root, enum folders_layout layout, struct arena *arena,
                 struct folders *ret_folders, struct error *err);

/* Are the files what they were when they were scanned? Fails as file_state_check. New ones are not
 * looked for. */
int folders_check(const struct folders *f, struct error *err);

#endif
