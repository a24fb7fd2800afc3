/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * memory: malloc for what has no arena. Out of memory, it ends the process with one line and
 * EXIT_STORAGE, as an arena does: what was finished is in the store, and the run starts again.
 *
 *     struct thing *t = memory_alloc(sizeof *t);
 *     free(t);
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed. */
void *memory_alloc(size_t size);
char *memory_strdup(const char *s);

/* realloc. */
void *memory_resize(void *block, size_t size);

/* Ends the process: so many bytes were wanted. */
_Noreturn void memory_lacks(size_t size);

#endif
