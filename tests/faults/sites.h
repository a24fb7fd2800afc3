/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sites: what the shim, which is loaded into the program under test, and the campaign, which
 * starts that program, share: a table of call sites in a mapped file.
 *
 * A site is a call of a system or library function together with the functions that led to it:
 * the return addresses on the stack, as offsets into their libraries. So it is the same in each
 * process, at whatever addresses that was loaded, and whatever came before the call. The shim
 * adds each site that it meets; the campaign picks one after the other, and the shim fails the
 * first call there. Sites that only errors lead to are met, and picked, as well.
 */
#ifndef TESTS_FAULTS_SITES_H
#define TESTS_FAULTS_SITES_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    SITES_MAX = 1 << 14,
    SITES_SLOTS = 1 << 16,
    SITES_DEPTH = 24, /* of the stack, at most */
};

struct sites {
    /* set by the campaign before it starts the program */
    uint64_t calls;      /* bit i: calls of fault_calls[i] are sites */
    int error;           /* errno of a call that fails; SITES_SHORT: it writes half */
    int depth;           /* functions that tell two sites apart */
    uint64_t picked;     /* 0: none */
    _Bool is_sticky;     /* all calls from there on fail, not one */
    /* set by the shim */
    atomic_int n_hits, n;
    atomic_uint_fast64_t order[SITES_MAX];
    atomic_uint_fast64_t slots[SITES_SLOTS];
};

enum { SITES_SHORT = -1 };

/* The functions that can fail. */
#define FAULT_CALLS(X)                                                                        \
    X(write) X(pwrite) X(fsync) X(fdatasync) X(ftruncate) X(posix_fallocate) X(rename) X(unlink) X(mkdir) \
    X(close) X(open) X(fopen) X(opendir) X(fstat) X(read) X(pread) X(mmap) X(malloc) X(calloc) \
    X(realloc) X(aligned_alloc) X(fork) X(posix_spawn) X(pthread_create) X(pipe2)

#define FAULT_NUMBER(name) FAULT_##name,
enum { FAULT_CALLS(FAULT_NUMBER) FAULT_N };

#endif
