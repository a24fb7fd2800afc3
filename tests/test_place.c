/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A store that is taken away from under who writes to it: nothing counts as stored, and what there was
 * is saved. What only looks like it is none of that. */
#include "store_fixture.h"

#include "os/place.h"
#include "store/sql.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char place[64]; /* a project's folder */

static const char *in(const char *name)
{
    return arena_printf(&arena, "%s/%s", place, name);
}

static void make_place(void)
{
    strcpy(place, "/tmp/rgdbench-place-XXXXXX");
    assert_non_null(mkdtemp(place));
    assert_int_equal(mkdir(in("results"), 0777), 0);
}

static void remove_place(void)
{
    char command[100];

    snprintf(command, sizeof command, "rm -rf %s", place);
    assert_int_equal(system(command), 0);
}

static void copy(const char *from, const char *to)
{
    char *bytes;
    size_t size;
    struct error err;

    read_file(from, &bytes, &size);
    OK(file_write(to, bytes, size, &err));
}

static void move(const char *from, const char *to)
{
    assert_int_equal(rename(in(from), in(to)), 0);
}

/* ---- what becomes of it ---- */

static void remove_store(void)
{
    unlink(in("results/x.db"));
}

static void rename_store(void)
{
    move("results/x.db", "results/y.db");
}

static void rename_results(void)
{
    move("results", "results2");
}

static void remove_results(void)
{
    char command[100];

    snprintf(command, sizeof command, "rm -r %s/results", place);
    assert_int_equal(system(command), 0);
}

static void replace_by_copy(void)
{
    copy(in("results/x.db"), in("copy"));
    move("copy", "results/x.db");
}

static void replace_by_nothing(void)
{
    remove_store();
    assert_int_equal(close(creat(in("results/x.db"), 0666)), 0);
}

static void replace_by_link(void)
{
    rename_store();
    assert_int_equal(symlink("y.db", in("results/x.db")), 0);
}

static void remove_log(void)
{
    unlink(in("results/x.db-wal"));
}

static void remove_index(void)
{
    unlink(in("results/x.db-shm"));
}

static void remove_both(void)
{
    remove_log();
    remove_index();
}

static void replace_log(void)
{
    copy(in("results/x.db-wal"), in("copy"));
    move("copy", "results/x.db-wal");
}

static const struct way {
    const char *name, *said, *saved;
    void (*go)(void);
} losses[] = {
    {"removed", "was removed or renamed", "results/x.rescue-1.db", remove_store},
    {"renamed", "was removed or renamed", "results/x.rescue-1.db", rename_store},
    {"folder renamed", "was removed or renamed", "x.rescue-1.db", rename_results},
    {"folder removed", "was removed or renamed", "x.rescue-1.db", remove_results},
    {"replaced by a copy", "was replaced by another file", "results/x.rescue-1.db", replace_by_copy},
    {"replaced by an empty file", "was replaced by another file", "results/x.rescue-1.db",
     replace_by_nothing},
    {"its log elsewhere", "has lost its log, the file that ends in -wal", "results/x.rescue-1.db",
     replace_by_link},
    {"log removed", "has lost its log, the file that ends in -wal", "results/x.rescue-1.db", remove_log},
    {"index removed", "has lost its log's index", "results/x.rescue-1.db", remove_index},
    {"both removed", "has lost its log, the file that ends in -wal", "results/x.rescue-1.db",
     remove_both},
    {"log replaced", "has another log", "results/x.rescue-1.db", replace_log},
};

/* One run has finished before, the second as it happens. */
static void lose(const struct way *way)
{
    struct store_outcome o = outcome();
    struct store_claim first, second;
    struct store *store, *saved;
    struct error err;

    make_place();
    assert_int_equal(chdir(place), 0);
    store = planned_store("results/x.db");
    assert_int_equal(claim(store, "me", LEASE, &first), 1);
    assert_int_equal(claim(store, "me", LEASE, &second), 1);
    assert_int_equal(store_finish(store, &first, &o, &err), 0);
    way->go();
    if (store_finish(store, &second, &o, &err) != -1 || err.status != EXIT_STORAGE ||
        !strstr(err.text, way->said))
        fail_msg("%s: a result is stored; %s", way->name, err.text);
    if (store_leave(store, 0, &err) != -1 || err.status != EXIT_STORAGE ||
        !strstr(err.text, way->saved))
        fail_msg("%s: nothing is saved: %s", way->name, err.text);
    assert_int_not_equal(access(arena_printf(&arena, "%s-wal", way->saved), F_OK), 0);
    saved = open_store(way->saved, STORE_READ);
    if (count(saved).finished != 2 || count(saved).planned != N_RUNS - 2)
        fail_msg("%s: a result is lost", way->name);
    store_close(saved);
    assert_int_equal(chdir("/"), 0);
    remove_place();
}

static void test_losses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        lose(&losses[i]);
}

/* ---- what is no loss ---- */

static void move_project(void)
{
    char moved[80];

    snprintf(moved, sizeof moved, "%s-moved", place);
    assert_int_equal(rename(place, moved), 0);
    strcpy(place, moved);
}

static void move_behind_link(void)
{
    rename_results();
    assert_int_equal(symlink("results2", in("results")), 0);
}

static void read_by_others(void)
{
    struct store *other = open_store("results/x.db", STORE_READ);

    count(other);
    store_close(other);
    store_close(open_store("results/x.db", STORE_WRITE));
}

static void empty_log(void)
{
    struct error err;
    struct sql *db;

    OK(sql_open("results/x.db", SQL_WRITE, &db, &err));
    OK(sql_script(db, "PRAGMA wal_checkpoint(TRUNCATE)", &err));
    sql_close(db);
}

static void away_and_back(void)
{
    rename_store();
    move("results/y.db", "results/x.db");
}

static void no_way(void)
{
    assert_int_equal(chmod(in("results"), 0), 0); /* to root it is one */
}

static const struct way changes[] = {
    {"project moved", .go = move_project},
    {"a link in its folder's place", .go = move_behind_link},
    {"opened and closed by others", .go = read_by_others},
    {"log emptied", .go = empty_log},
    {"moved away and back", .go = away_and_back},
    {"out of reach", .go = no_way},
};

static void test_no_losses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct store_outcome o = outcome();
        struct store_claim one;
        struct store *store;
        struct error err;

        make_place();
        assert_int_equal(chdir(place), 0);
        store = planned_store("results/x.db");
        assert_int_equal(claim(store, "me", LEASE, &one), 1);
        changes[i].go();
        if (store_finish(store, &one, &o, &err) != 0 || store_check_place(store, &err) < 0)
            fail_msg("%s: %s", changes[i].name, err.text);
        chmod(in("results"), 0777);
        assert_int_equal(store_leave(store, 0, &err), 0);
        store = open_store("results/x.db", STORE_READ);
        assert_int_equal(count(store).finished, 1);
        store_close(store);
        assert_int_equal(chdir("/"), 0);
        remove_place();
    }
}

/* Where the store is a link: to a file in another folder, which has the log beside it. */
static void test_links(void **state)
{
    struct store_outcome o = outcome();
    struct store_claim one, two;
    struct store *store;
    struct error err;

    (void)state;
    make_place();
    assert_int_equal(chdir(place), 0);
    assert_int_equal(mkdir("else", 0777), 0);
    store_close(planned_store("else/there.db"));
    assert_int_equal(symlink("../else/there.db", "results/x.db"), 0);
    store = open_store("results/x.db", STORE_WRITE);
    assert_int_equal(claim(store, "me", LEASE, &one), 1);
    assert_int_equal(claim(store, "me", LEASE, &two), 1);
    assert_int_equal(store_finish(store, &one, &o, &err), 0);
    assert_int_equal(unlink("results/x.db"), 0);
    store_close(planned_store("else/other.db"));
    assert_int_equal(symlink("../else/other.db", "results/x.db"), 0);
    assert_int_equal(store_finish(store, &two, &o, &err), -1);
    assert_non_null(strstr(err.text, "was replaced"));
    assert_int_equal(store_leave(store, 0, &err), -1);
    assert_int_equal(chdir("/"), 0);
    remove_place();
}

/* A rescue's name is no one else's, and two have two. */
static void test_names(void **state)
{
    struct store *a, *b;
    struct error err;

    (void)state;
    make_place();
    assert_int_equal(chdir(place), 0);
    a = planned_store("results/x.db");
    b = open_store("results/x.db", STORE_WRITE);
    assert_int_equal(close(creat("results/x.rescue-1.db", 0666)), 0);
    remove_store();
    assert_int_equal(store_leave(a, 0, &err), -1);
    assert_non_null(strstr(err.text, "x.rescue-2.db"));
    assert_int_equal(store_leave(b, 0, &err), -1);
    assert_non_null(strstr(err.text, "x.rescue-3.db"));
    assert_int_equal(chdir("/"), 0);
    remove_place();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_no_losses),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
