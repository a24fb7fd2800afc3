/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void memory_lacks(size_t size)
{
    char line[80];
    int n = snprintf(line, sizeof line, "rgdbench: out of memory (%zu bytes wanted)\n", size);

    if (write(STDERR_FILENO, line, (size_t)n) < 0) {
        /* nobody left to tell */
    }
    _exit(EXIT_STORAGE);
}

void *memory_alloc(size_t size)
{
    void *p = calloc(1, size);

    if (!p)
        memory_lacks(size);
    return p;
}

void *memory_resize(void *block, size_t size)
{
    void *p = realloc(block, size);

    if (!p)
        memory_lacks(size);
    return p;
}

char *memory_strdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(memory_alloc(size), s, size);
}
