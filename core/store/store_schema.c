/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of a store: made, recognised, brought up to date.
 *
 * An older store is brought up to date in one transaction: the tables that have changed since step
 * aside, what is missing of today's schema is made, and the columns that both have are copied over. */
#include "os/process.h"
#include "store/store_private.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum {
    APPLICATION_ID = 0x72676462, /* "rgdb", in the file's header */
    SCHEMA_VERSION = 9,
    FIRST_WITH_SUMS = 5,
    FIRST_WITH_SETTINGS = 9, /* the table plan_settings */
    OLDEST_VERSION = 2,
};

/* Tables that have other columns today than in OLDEST_VERSION; those that are new need no line. */
#define CHANGED "('runs', 'plans', 'data_sets')"

/* core/store/schema.sql, put in by the assembler. */
extern const char store_schema[];
__asm__(".section .rodata\n"
        ".global store_schema\n"
        "store_schema:\n"
        ".incbin \"core/store/schema.sql\"\n"
        ".byte 0\n"
        ".previous\n");

static int make(struct store *store, struct error *err)
{
    char text[120];

    snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, SCHEMA_VERSION);
    if (sql_script(store->db, store_schema, err) < 0)
        return -1;
    return sql_script(store->db, text, err);
}

/* ---- older stores ---- */

/* One text for each row of the query, joined by `between`: NULL with an error. */
static char *join(struct store *store, struct arena *arena, const char *between, const char *text,
                  struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err, text, "");
    struct text t = {0};
    char *joined = NULL;
    int got;

    while ((got = sql_step(q, err)) > 0)
        text_printf(&t, "%s%s", t.size ? between : "", sql_text(q, 0));
    sql_end(q);
    if (got == 0)
        joined = arena_strdup(arena, t.s ? t.s : "");
    text_release(&t);
    return joined;
}

/* "INSERT INTO table (a, b) SELECT a, b FROM old" for each table of `from`. The
 * columns are those of both. `from` is "old.NAME" or "main.old_NAME" with %w as NAME. */
static char *copy_statements(struct store *store, struct arena *arena, const char *schema,
                             const char *prefix, struct error *err)
{
    const char *query = arena_printf(
        arena,
        "SELECT printf('INSERT INTO main.\"%%w\" (%%s) SELECT %%s FROM %s.\"%s%%w\"', name, columns, "
        "columns, name) FROM (SELECT m.name, (SELECT group_concat(printf('\"%%w\"', c.name)) FROM "
        "pragma_table_info(m.name, 'main') c WHERE c.name IN (SELECT name FROM "
        "pragma_table_info('%s' || m.name, '%s'))) columns FROM main.sqlite_master m WHERE "
        "type = 'table' AND '%s' || m.name IN (SELECT name FROM %s.sqlite_master) ORDER BY m.rowid)",
        schema, prefix, prefix, schema, prefix, schema);

    return join(store, arena, "; ", query, err);
}

/* The tables step aside as old_NAME. */
static int set_aside(struct store *store, struct arena *arena, struct error *err)
{
    const char *drop = join(store, arena, "; ",
                            "SELECT printf('DROP INDEX \"%w\"', name) FROM sqlite_master WHERE "
                            "type = 'index' AND sql IS NOT NULL",
                            err);
    const char *rename = drop ? join(store, arena, "; ",
                                     "SELECT printf('ALTER TABLE \"%w\" RENAME TO \"old_%w\"', "
                                     "name, name) FROM sqlite_master WHERE type = 'table' AND "
                                     "name IN " CHANGED,
                                     err)
                              : NULL;

    return rename && sql_script(store->db, drop, err) == 0 &&
                   sql_script(store->db, rename, err) == 0
               ? 0
               : -1;
}

static int check_idle(struct store *store, struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT owner FROM runs WHERE state = 'running'", "");
    int got;

    while ((got = sql_step(q, err)) > 0)
        if (process_is_alive(sql_text(q, 0))) {
            got = error_set(err, "store \"%s\": an older version of this program works on it "
                                 "(%s); it is brought up to date when that has ended",
                            store->path, sql_text(q, 0));
            break;
        }
    sql_end(q);
    return got;
}

/* Those of later versions were copied: what is damaged stays so. */
static int put_what_is_new(struct store *store, long version, struct error *err)
{
    if (version < FIRST_WITH_SETTINGS && store_labels_make(store, err) < 0)
        return -1;
    return version < FIRST_WITH_SUMS ? store_sum_put_all(store, err) : 0;
}

static int rewrite(struct store *store, struct arena *arena, struct error *err)
{
    const char *copy, *drop;
    long version;

    if (sql_get(store->db, err, 0, &version, "PRAGMA user_version", "") < 0)
        return -1;
    if (version == SCHEMA_VERSION)
        return 0; /* another program came upon it at the same time */
    if (check_idle(store, err) < 0 || set_aside(store, arena, err) < 0 || make(store, err) < 0)
        return -1;
    copy = copy_statements(store, arena, "main", "old_", err);
    drop = join(store, arena, "; ",
                "SELECT printf('DROP TABLE \"%w\"', name) FROM sqlite_master WHERE "
                "type = 'table' AND substr(name, 1, 4) = 'old_'",
                err);
    if (!copy || !drop || sql_script(store->db, copy, err) < 0 ||
        sql_script(store->db, drop, err) < 0)
        return -1;
    return put_what_is_new(store, version, err);
}

static int upgrade(struct store *store, struct error *err)
{
    struct arena arena = {0};
    int result = -1;

    if (sql_script(store->db, "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON", err) == 0 &&
        sql_begin(store->db, err) == 0) {
        result = rewrite(store, &arena, err) == 0 ? sql_commit(store->db, err) : -1;
        if (result < 0)
            sql_rollback(store->db);
    }
    arena_release(&arena);
    if (result == 0)
        result = sql_script(store->db, "PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF",
                            err);
    return result;
}

/* An older store that is only read: its rows, in a store of today in memory. */
static int read_old(struct store *store, long version, struct error *err)
{
    struct store new = {.path = store->path};
    struct arena arena = {0};
    const char *copy;
    int result = -1;

    if (sql_open_memory(store->db, &new.db, err) == 0 && make(&new, err) == 0 &&
        (copy = copy_statements(&new, &arena, "old", "", err)) &&
        sql_script(new.db, copy, err) == 0 && sql_script(new.db, "DETACH old", err) == 0 &&
        put_what_is_new(&new, version, err) == 0)
        result = 0;
    arena_release(&arena);
    if (result < 0) {
        sql_close(new.db);
        return -1;
    }
    sql_close(store->db);
    store->db = new.db;
    return 0;
}

/* ---- what is it? ---- */

static int check(struct store *store, enum store_mode mode, struct error *err)
{
    long application, version, n_tables;

    if (sql_get(store->db, err, 0, &application, "PRAGMA application_id", "") < 0 ||
        sql_get(store->db, err, 0, &version, "PRAGMA user_version", "") < 0 ||
        sql_get(store->db, err, 0, &n_tables, "SELECT count(*) FROM sqlite_master", "") < 0)
        return -1;
    if (application == APPLICATION_ID && version == SCHEMA_VERSION)
        return 0;
    if (application == APPLICATION_ID && version >= OLDEST_VERSION && version < SCHEMA_VERSION)
        return mode == STORE_READ ? read_old(store, version, err) : upgrade(store, err);
    if (application == APPLICATION_ID)
        return error_set(err,
                         "store \"%s\" has schema version %ld; this program reads %d to %d",
                         store->path, version, OLDEST_VERSION, SCHEMA_VERSION);
    if (application == 0 && version == 0 && n_tables == 0 && mode != STORE_CREATE)
        return error_set(err, "store \"%s\" is empty; a sweep fills it", store->path);
    if (application != 0 || version != 0 || n_tables != 0)
        return error_set(err,
                         "\"%s\" is a database of another program, not a store of rgdbench",
                         store->path);
    return make(store, err);
}

/* Triggers and views would act when we only read or write rows; we make none. */
static int check_foreign(struct store *store, struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err,
                                      "SELECT type, name FROM sqlite_master WHERE type NOT IN "
                                      "('table', 'index') OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1",
                                      "");
    int got = sql_step(q, err);

    if (got > 0)
        got = error_set(err, "store \"%s\" has the %s \"%s\", which no store of rgdbench has",
                        store->path, sql_text(q, 0), sql_text(q, 1));
    sql_end(q);
    return got;
}

/* Two programs that open a new store at once: one makes the schema. */
int store_schema_prepare(struct store *store, enum store_mode mode, struct error *err)
{
    long is_ours = 1;

    if (sql_script(store->db, "PRAGMA foreign_keys = ON", err) < 0 ||
        check_foreign(store, err) < 0)
        return -1;
    if (mode == STORE_CREATE &&
        sql_get(store->db, err, 0, &is_ours, "SELECT count(*) FROM sqlite_master", "") < 0)
        return -1;
    if (is_ours)
        return check(store, mode, err);
    if (sql_script(store->db, "PRAGMA journal_mode = WAL", err) < 0 ||
        sql_begin(store->db, err) < 0)
        return -1;
    if (check(store, mode, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return sql_commit(store->db, err);
}
