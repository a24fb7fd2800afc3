/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A library that LD_PRELOAD puts in front of libc: it fails the calls that sites.h's table, the
 * file FAULT_SITES, asks for. What is written to standard output and error goes through. */
#include "faults/sites.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The libraries' own names: dlsym allocates. libasan's are there where the program is built with it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
#define WEAK __attribute__((weak))
WEAK void *__interceptor_malloc(size_t size);
WEAK void *__interceptor_calloc(size_t n, size_t size);
WEAK void *__interceptor_realloc(void *p, size_t size);
WEAK void *__interceptor_aligned_alloc(size_t alignment, size_t size);

enum { MAX_MODULES = 64 };

static struct module {
    uintptr_t start, end;
    uint64_t name;
    bool is_libc, needs_memory;
} modules[MAX_MODULES];
static int n_modules;
static struct sites *sites;
static _Thread_local bool is_inside;

static uint64_t mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

static int add_module(struct dl_phdr_info *info, size_t size, void *context)
{
    const char *slash = strrchr(info->dlpi_name, '/'), *file = slash ? slash + 1 : info->dlpi_name;
    uint64_t name = 1;
    uintptr_t end = info->dlpi_addr;

    (void)size, (void)context;
    if (n_modules == MAX_MODULES)
        return 1;
    for (const char *p = file; *p; p++)
        name = mix(name, (unsigned char)*p);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t e = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;

        if (info->dlpi_phdr[i].p_type == PT_LOAD && e > end)
            end = e;
    }
    modules[n_modules].start = info->dlpi_addr;
    modules[n_modules].end = end;
    modules[n_modules].is_libc = strncmp(file, "libc.", 5) == 0;
    modules[n_modules].needs_memory = strncmp(file, "libasan", 7) == 0 || strncmp(file, "libseccomp", 10) == 0;
    modules[n_modules++].name = name;
    return 0;
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("FAULT_SITES");
    void *one[1], *table;
    int fd;

    is_inside = true;
    backtrace(one, 1); /* loads the unwinder now, and not in the middle of a malloc */
    fd = path ? (int)syscall(257 /* openat */, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        dl_iterate_phdr(add_module, NULL);
        table = mmap(NULL, sizeof *sites, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        sites = table == MAP_FAILED ? NULL : table;
    }
    is_inside = false;
}

static const struct module *module_of(const void *address)
{
    uintptr_t at = (uintptr_t)address;

    for (int m = 0; m < n_modules; m++)
        if (at >= modules[m].start && at < modules[m].end)
            return &modules[m];
    return NULL;
}

/* Hash of the call and of the functions above it; 0 where the first of these outside libc is one that takes for
 * granted that there is memory: the sanitizer, which ends the process, or libseccomp, which does not look
 * (core/os/walls.c sees to it before). */
static uint64_t site_of(int call)
{
    enum { OWN = 2, NEAR = 8 }; /* frames: of this file; in which those are looked for */
    void *frames[SITES_DEPTH + OWN + 1];
    int n = backtrace(frames, (sites->depth > NEAR ? sites->depth : NEAR) + OWN + 1);
    uint64_t h = mix(7, (uint64_t)call);
    bool is_in_libc = true;

    for (int i = OWN + 1; i < n; i++) {
        const struct module *m = module_of(frames[i]);

        if (is_in_libc && m && m->needs_memory)
            return 0;
        is_in_libc &= m && m->is_libc;
        if (m && i <= OWN + sites->depth)
            h = mix(mix(h, m->name), (uintptr_t)frames[i] - m->start);
    }
    return h ? h : 1;
}

static void add(uint64_t site)
{
    for (uint64_t i = site;; i++) {
        atomic_uint_fast64_t *slot = &sites->slots[i % SITES_SLOTS];
        uint_fast64_t old = 0;

        if (atomic_compare_exchange_strong(slot, &old, site)) {
            int at = atomic_fetch_add(&sites->n, 1);

            if (at < SITES_MAX)
                atomic_store(&sites->order[at], site);
            return;
        }
        if (old == site)
            return;
    }
}

__attribute__((noinline)) static bool must_fail(int call)
{
    bool fails;
    int e = errno;
    uint64_t site;

    if (!sites || is_inside || !(sites->calls >> call & 1))
        return false;
    is_inside = true;
    site = site_of(call);
    if (site)
        add(site);
    fails = site && ((site == sites->picked && atomic_fetch_add(&sites->n_hits, 1) == 0) ||
                     (sites->is_sticky && atomic_load(&sites->n_hits) > 0));
    is_inside = false;
    errno = fails ? sites->error : e;
    return fails;
}

static void *real(const char *name)
{
    void *f;

    is_inside = true;
    f = dlsym(RTLD_NEXT, name);
    is_inside = false;
    return f;
}

/* WRAP(write, ssize_t, -1, (int fd, ...), (fd, ...)): the function, or what a failure gives. */
#define WRAP_AS(name, call, type, failure, parameters, arguments) \
    type name parameters;                                         \
    type name parameters                                          \
    {                                                             \
        static type(*next) parameters;                            \
        if (must_fail(FAULT_##call))                              \
            return failure;                                       \
        if (!next)                                                \
            *(void **)&next = real(#name);                        \
        return next arguments;                                    \
    }
#define WRAP(name, type, failure, parameters, arguments) \
    WRAP_AS(name, name, type, failure, parameters, arguments)

WRAP(fsync, int, -1, (int fd), (fd))
WRAP(fdatasync, int, -1, (int fd), (fd))
WRAP(ftruncate, int, -1, (int fd, off_t size), (fd, size))
WRAP_AS(ftruncate64, ftruncate, int, -1, (int fd, off_t size), (fd, size))
WRAP(posix_fallocate, int, sites->error, (int fd, off_t at, off_t size), (fd, at, size))
WRAP_AS(posix_fallocate64, posix_fallocate, int, sites->error, (int fd, off_t at, off_t size), (fd, at, size))
WRAP(rename, int, -1, (const char *from, const char *to), (from, to))
WRAP(unlink, int, -1, (const char *path), (path))
WRAP(mkdir, int, -1, (const char *path, mode_t mode), (path, mode))
WRAP(fopen, FILE *, NULL, (const char *path, const char *mode), (path, mode))
WRAP_AS(fopen64, fopen, FILE *, NULL, (const char *path, const char *mode), (path, mode))
WRAP(opendir, DIR *, NULL, (const char *path), (path))
WRAP(fstat, int, -1, (int fd, struct stat *st), (fd, st))
WRAP_AS(fstat64, fstat, int, -1, (int fd, struct stat64 *st), (fd, st))
WRAP(read, ssize_t, -1, (int fd, void *bytes, size_t size), (fd, bytes, size))
WRAP(pread, ssize_t, -1, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at))
WRAP_AS(pread64, pread, ssize_t, -1, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at))
WRAP(mmap, void *, MAP_FAILED, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset))
WRAP_AS(mmap64, mmap, void *, MAP_FAILED,
        (void *at, size_t size, int protection, int flags, int fd, off_t offset),
        (at, size, protection, flags, fd, offset))
WRAP(fork, pid_t, -1, (void), ())
WRAP(pipe2, int, -1, (int ends[2], int flags), (ends, flags))
WRAP(posix_spawn, int, sites->error,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const *argv, char *const *environment),
     (pid, path, actions, attributes, argv, environment))
WRAP(pthread_create, int, sites->error,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context),
     (thread, attributes, run, context))

/* A file that could not be closed is closed all the same. */
int close(int fd)
{
    static int (*next)(int fd);
    bool fails = must_fail(FAULT_close);
    int e = errno, result;

    if (!next)
        *(void **)&next = real("close");
    result = next(fd);
    if (!fails)
        return result;
    errno = e;
    return -1;
}

/* Half of what was wanted, where that is the fault. */
#define WRITES(name, call, parameters, arguments)                    \
    ssize_t name parameters;                                         \
    ssize_t name parameters                                          \
    {                                                                \
        static ssize_t(*next) parameters;                            \
        if (!next)                                                   \
            *(void **)&next = real(#name);                           \
        if (fd > STDERR_FILENO && size > 0 && must_fail(FAULT_##call)) { \
            if (sites->error != SITES_SHORT || size < 2)             \
                return -1;                                           \
            size /= 2;                                               \
        }                                                            \
        return next arguments;                                       \
    }
WRITES(write, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
WRITES(pwrite, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
WRITES(pwrite64, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))

#define OPENS(name)                                       \
    int name(const char *path, int flags, ...)            \
    {                                                     \
        static int (*next)(const char *path, int flags, ...); \
        mode_t mode = 0;                                  \
        va_list rest;                                     \
        va_start(rest, flags);                            \
        if (flags & (O_CREAT | O_TMPFILE))                \
            mode = va_arg(rest, mode_t);                  \
        va_end(rest);                                     \
        if (must_fail(FAULT_open))                        \
            return -1;                                    \
        if (!next)                                        \
            *(void **)&next = real(#name);                \
        return next(path, flags, mode);                   \
    }
OPENS(open)
OPENS(open64)

/* ALLOCATES(malloc, __libc_malloc, (size_t size), (size)) */
#define ALLOCATES(name, libc, parameters, arguments)                                             \
    void *name parameters                                                                        \
    {                                                                                            \
        if (must_fail(FAULT_##name))                                                             \
            return NULL;                                                                         \
        return __interceptor_##name ? __interceptor_##name arguments : libc arguments;           \
    }
ALLOCATES(malloc, __libc_malloc, (size_t size), (size))
ALLOCATES(calloc, __libc_calloc, (size_t n, size_t size), (n, size))
ALLOCATES(realloc, __libc_realloc, (void *p, size_t size), (p, size))
ALLOCATES(aligned_alloc, __libc_memalign, (size_t alignment, size_t size), (alignment, size))
