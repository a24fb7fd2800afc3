/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz: everything that reads what others wrote, as functions of bytes. `make fuzz` drives
 * them by libFuzzer; tests/test_fuzz.c replays the corpora, cut and changed.
 *
 * A target leaks nothing and holds what the reader promises: an error has a text, and what
 * was read and written again reads the same. What breaks that ends the process.
 *
 * To add a target:
 *   1. write its function in targets_text.c (memory), targets_file.c (a path) or
 *      targets_store.c;
 *   2. add its row to the list in fuzz.c;
 *   3. put small seeds into tests/fuzz/NAME/ (tests/fuzz/seeds.py makes those that are no texts).
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/arena.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct fuzz_target {
    const char *name;
    void (*run)(const uint8_t *bytes, size_t size);
};

extern const struct fuzz_target fuzz_targets[]; /* ends in a row without a name */

/* NULL where there is none. */
const struct fuzz_target *fuzz_find(const char *name);

/* ---- for targets ---- */

enum { FUZZ_MEMORY = 256 << 20 }; /* bytes that reading one input may take */

/* Ends the process with a message where it does not hold. */
#define FUZZ_CHECK(condition) \
    ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *what);

/* A refusal is one plain line. */
void fuzz_check_refusal(const struct error *err);

/* The bytes with a zero byte behind them, in `arena`. */
char *fuzz_text(const uint8_t *bytes, size_t size, struct arena *arena);

/* Puts the bytes into the file of that number (0, 1 ..), which is in memory only, and gives its
 * path. What reads them sees their end where it is. */
const char *fuzz_file(int number, const uint8_t *bytes, size_t size);

/* A folder of this process, in memory where the system has such. */
const char *fuzz_folder(void);

/* Removes it. */
void fuzz_clean(void);

#endif
