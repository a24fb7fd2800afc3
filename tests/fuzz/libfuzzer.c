/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libFuzzer's way in: TARGET=png build/fuzz/fuzz [its options] [corpora]. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *name = getenv("TARGET");

    (void)argc, (void)argv;
    target = fuzz_find(name ? name : "");
    if (!target) {
        fprintf(stderr, "fuzz: unknown target \"%s\"; known:", name ? name : "");
        for (const struct fuzz_target *t = fuzz_targets; t->name; t++)
            fprintf(stderr, " %s", t->name);
        fputc('\n', stderr);
        exit(2);
    }
    atexit(fuzz_clean);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    target->run(bytes, size);
    return 0;
}
