/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where memory runs out: one line and EXIT_STORAGE, never a signal; a hash needs none; a value
 * that SQLite had no room for is an error, not NULL; and a cleared arena is as good as new. */
#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "os/process.h"
#include "store/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Runs `work` in a process of its own; gives waitpid's status, and what it said. */
static int run_alone(void (*work)(void), char *ret_said, size_t size)
{
    int ends[2], status;
    size_t n = 0;
    ssize_t got;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        work();
        _exit(0);
    }
    close(ends[1]);
    while ((got = read(ends[0], ret_said + n, size - 1 - n)) > 0)
        n += (size_t)got;
    ret_said[n] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

enum { WANTED = 1 << 30 }; /* bytes that there are not under this limit */

static void limit_memory(void)
{
    struct rlimit r = {WANTED, WANTED};

    setrlimit(RLIMIT_AS, &r);
}

static void alloc(void)
{
    limit_memory();
    memory_alloc(WANTED);
}

static void resize(void)
{
    limit_memory();
    memory_resize(memory_alloc(10), WANTED);
}

static void alloc_in_arena(void)
{
    struct arena arena = {0};

    limit_memory();
    arena_alloc(&arena, WANTED);
}

static void alloc_as_worker(void)
{
    process_limit_memory(getpid(), WANTED);
    memory_alloc(WANTED);
}

static void test_clear(void **state)
{
    static const size_t sizes[] = {100, 200000, 100, 17 << 20, 70};
    struct arena arena = {0};
    void *last = NULL;

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *p = arena_alloc(&arena, sizes[i]);

            assert_int_equal((uintptr_t)p % 64, 0);
            assert_true(p[0] == 0 && memcmp(p, p + 1, sizes[i] - 1) == 0);
            memset(p, 1, sizes[i]);
        }
        assert_true(arena.taken > 17 << 20);
        arena_clear(&arena);
        assert_int_equal(arena.taken, 0); /* too much to be kept */
    }
    for (int round = 0; round < 3; round++) {
        unsigned char *p = arena_alloc(&arena, 300000);

        assert_true(p[0] == 0 && memcmp(p, p + 1, 300000 - 1) == 0);
        memset(p, 1, 300000);
        assert_true(round < 2 || p == last);
        last = p;
        arena_alloc(&arena, 300000);
        arena_clear(&arena);
        assert_true(arena.taken > 600000 && !arena.limit);
    }
    arena_release(&arena);
    assert_int_equal(arena.taken, 0);
}

static void test_one_line(void **state)
{
    void (*const works[])(void) = {alloc, resize, alloc_in_arena, alloc_as_worker};
    char said[500];

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its shadow is terabytes */
#endif
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        int status = run_alone(works[i], said, sizeof said);

        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), EXIT_STORAGE);
        assert_non_null(strstr(said, "rgdbench: out of memory (1073741824 bytes wanted)\n"));
        assert_int_equal(strlen(strchr(said, '\n')), 1);
    }
}

/* Takes all there is, and then hashes. */
static void hash_without_memory(void)
{
    struct rlimit none = {0, 0};
    char hex[HASH_HEX_SIZE];
    struct hash h;
    size_t size;

    setrlimit(RLIMIT_AS, &none);
    for (size = 1 << 20; size >= 16; size /= 2)
        while (malloc(size))
            ;
    hash_block("abc", 3, hex);
    if (strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") != 0)
        _exit(1);
    hash_init(&h, HASH_MD5);
    hash_update(&h, "abc", 3);
    hash_hex(&h, hex);
    _exit(strcmp(hex, "900150983cd24fb0d6963f7d28e17f72") != 0);
}

static void test_hash(void **state)
{
    char said[500];
    int status;

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    status = run_alone(hash_without_memory, said, sizeof said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_value_without_room(void **state)
{
    enum { TOO_MUCH = (64 << 20) + 1 };
    char *text = memory_alloc(TOO_MUCH + 1);
    struct error err = {0};
    struct sql *db;
    long n;

    (void)state;
    memset(text, 'x', TOO_MUCH);
    assert_int_equal(sql_open(":memory:", SQL_CREATE, &db, &err), 0);
    assert_int_equal(sql_script(db, "CREATE TABLE t (x TEXT)", &err), 0);
    assert_int_equal(sql_do(db, &err, "INSERT INTO t VALUES (?1)", "t", text), -1);
    assert_non_null(strstr(err.text, "too big"));
    assert_int_equal(sql_get(db, &err, 0, &n, "SELECT count(*) FROM t", ""), 0);
    assert_int_equal(n, 0);
    sql_close(db);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_value_without_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
