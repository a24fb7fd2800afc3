/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * walls: rights that this process, its threads and its children give up for good, before it
 * opens what a stranger made. For processes that need memory, threads and files, as readers of
 * stores and workers do; a child that needs next to nothing has os/confine's.
 *
 * Whoever takes such a process over can compute, read what the user may read, and write to what
 * is still open or in a folder that was named. No wall hides a file from being read.
 *
 *     const char *const folders[] = {"results", NULL};
 *     if (walls_raise(WALL_NETWORK | WALL_EXECUTE | WALL_FILES, folders, err) < 0) ...
 */
#ifndef OS_WALLS_H
#define OS_WALLS_H

#include "base/error.h"

/* Behind any of them lie the kernel's own doors too: debugging other processes, loading code
 * into the kernel, mounting, namespaces, keys, io_uring. To ask for what lies behind ends the
 * process (SIGSYS); a socket is only refused where programs may be executed, since those ask
 * for one in passing. */
enum wall {
    WALL_NETWORK = 1, /* no socket but a pair */
    WALL_EXECUTE = 2, /* no other program */
    WALL_FILES = 4,   /* where the kernel has Landlock, of this thread and what comes from it: no
                       * file is made, changed or removed but below `folders`, and no process
                       * outside signalled */
};

/* May be called again, for more of them. folders: NULL-ended; one that is not there stands for
 * the one above it. Where SQLite puts what does not fit into memory, it may write, too. */
int walls_raise(unsigned walls, const char *const *folders, struct error *err);

#endif
