/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sql.h"

#include "base/memory.h"
#include "os/file.h"
#include "os/place.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TRIES = 20000 }; /* of a lock: some five minutes */

struct sql {
    sqlite3 *db;
    char *path;
    bool is_reader, is_probed, is_watched;
    struct place place;
};

struct sql_query {
    sqlite3_stmt *statement;
    int bound; /* SQLITE_OK, or why a value was not; there is no memory, say */
    struct sql *sql;
};

/* Of a store that a stranger made. */
static const struct {
    int which, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 64 << 20},  {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
    {SQLITE_LIMIT_COLUMN, 100},       {SQLITE_LIMIT_EXPR_DEPTH, 50},
    {SQLITE_LIMIT_ATTACHED, 1},       {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
};

/* SQLite's own waiting grows to 100 ms and is the same for all, so that 64 workers at
 * one store starve some of their number. */
static int wait_for_lock(void *context, int n_tries)
{
    struct timespec t = {0}, now;
    long longest = n_tries < 5 ? 1L << n_tries : 32; /* milliseconds */

    (void)context;
    if (n_tries > MAX_TRIES)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    t.tv_nsec = 1000 * (200 + (now.tv_nsec / 64 * 7919L + getpid() * 104729L) % (1000 * longest));
    nanosleep(&t, NULL);
    return 1;
}

/* Can all of a file be read? Through SQLite, as a descriptor of our own takes its locks away when it is
 * closed. */
static bool is_unreadable(struct sql *sql, int which)
{
    char block[1 << 16];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int code = SQLITE_OK;

    if (sqlite3_file_control(sql->db, "main", which, &file) != SQLITE_OK || !file || !file->pMethods ||
        file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        return false;
    for (sqlite3_int64 at = 0; at < size && (code & 0xff) != SQLITE_IOERR; at += (int)sizeof block) {
        sqlite3_int64 left = size - at;

        code = file->pMethods->xRead(file, block, left < (int)sizeof block ? (int)left
                                                                          : (int)sizeof block, at);
        if (code == SQLITE_IOERR_SHORT_READ) /* it became shorter meanwhile */
            code = SQLITE_OK;
    }
    return (code & 0xff) == SQLITE_IOERR;
}

/* SQLite calls a store malformed, too, where the disk gives an error for its bytes. Asked once. */
static bool is_disk_at_fault(struct sql *sql)
{
    if (sql->is_probed)
        return false;
    sql->is_probed = true;
    return is_unreadable(sql, SQLITE_FCNTL_FILE_POINTER) ||
           is_unreadable(sql, SQLITE_FCNTL_JOURNAL_POINTER);
}

static int fail(struct sql *sql, struct error *err)
{
    int code = sqlite3_extended_errcode(sql->db);
    enum exit_status status = EXIT_BAD_INPUT;

    switch (code & 0xff) {
    case SQLITE_CORRUPT:
        if (is_disk_at_fault(sql))
            return error_set_status(err, EXIT_STORAGE, "store \"%s\": the disk gives an error where it is "
                                                       "read", sql->path);
        status = EXIT_MISMATCH;
        break;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
        status = EXIT_STORAGE;
    }
    return error_set_status(err, status, "store \"%s\": %s", sql->path, sqlite3_errmsg(sql->db));
}

/* SQLite says "readonly database" and not what of it is. */
static int check_writable(const char *path, struct error *err)
{
    char folder[FILE_FOLDER_SIZE];

    if (access(path, W_OK) < 0 && errno != ENOENT)
        return error_set(err, "store \"%s\" cannot be written to: %s", path, strerror(errno));
    file_folder(path, folder);
    if (access(folder, W_OK) < 0)
        return error_set(err, "store \"%s\" cannot be written to: folder \"%s\": %s", path,
                         folder, strerror(errno));
    return 0;
}

static bool has_beside(const char *path, const char *suffix)
{
    char name[4096];

    return snprintf(name, sizeof name, "%s%s", path, suffix) >= (int)sizeof name ||
           access(name, F_OK) == 0;
}

/* A store that we may not write, and that nobody is writing: SQLite would want to
 * make its log and the log's index beside it. */
static bool is_at_rest(const char *path)
{
    char folder[FILE_FOLDER_SIZE];

    file_folder(path, folder);
    return (access(path, W_OK) < 0 || access(folder, W_OK) < 0) && !has_beside(path, "-wal") &&
           !has_beside(path, "-journal");
}

/* "file:PATH?QUERY", with what has a meaning in it escaped. */
static char *uri(const char *path, const char *query)
{
    char *name = memory_alloc(3 * strlen(path) + strlen(query) + 8);
    char *at = stpcpy(name, "file:");
    for (; *path; path++)
        at += sprintf(at, strchr("?#%'", *path) ? "%%%02x" : "%c", (unsigned char)*path);
    stpcpy(stpcpy(at, "?"), query);
    return name;
}

static int open_path(struct sql *sql, enum sql_mode mode)
{
    static const int flags[] = {
        [SQL_READ] = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, /* reports have one thread */
        [SQL_WRITE] = SQLITE_OPEN_READWRITE,
        [SQL_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };
    char *name = mode == SQL_READ && is_at_rest(sql->path) ? uri(sql->path, "immutable=1") : NULL;
    int code = sqlite3_open_v2(name ? name : sql->path, &sql->db,
                               flags[mode] | (name ? SQLITE_OPEN_URI : 0), NULL);

    free(name);
    return code;
}

static void configure(struct sql *sql)
{
    sqlite3_busy_handler(sql->db, wait_for_lock, NULL);
    sqlite3_db_config(sql->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(sql->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(sql->db, limits[i].which, limits[i].value);
}

static struct sql *new_sql(const char *path)
{
    struct sql *sql = memory_alloc(sizeof *sql);

    /* No counts of what SQLite allocates: each allocation would take a lock for them. It is
     * refused, harmlessly, once a store has been opened. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sql->path = memory_strdup(path);
    return sql;
}

static const char any_read[] = "SELECT 1 FROM sqlite_master LIMIT 1";

/* Was its last writer killed between the first and the last byte of a change? A store that is
 * being made is, until its log is there. Any other trouble shows where the store is read. */
static bool is_half_changed(struct sql *sql)
{
    return sqlite3_exec(sql->db, any_read, NULL, NULL, NULL) != SQLITE_OK &&
           sqlite3_extended_errcode(sql->db) == SQLITE_READONLY_ROLLBACK;
}

/* The change is undone by the first to read the store who may write to it. */
static int undo_change(const char *path, struct error *err)
{
    struct sql *sql;
    int result;

    if (sql_open(path, SQL_WRITE, &sql, err) < 0)
        return error_set(err, "store \"%s\" was left in the middle of a change, which "
                              "\"%s-journal\" undoes: it needs one reader who may write to both",
                         path, path);
    result = sql_script(sql, any_read, err);
    sql_close(sql);
    return result;
}

int sql_open(const char *path, enum sql_mode mode, struct sql **ret_db, struct error *err)
{
    struct sql *sql;

    if (mode != SQL_READ && check_writable(path, err) < 0)
        return -1;
    sql = new_sql(path);
    sql->is_reader = mode == SQL_READ;
    if (open_path(sql, mode) != SQLITE_OK) {
        fail(sql, err);
        sql_close(sql);
        return -1;
    }
    configure(sql);
    if (mode == SQL_READ && is_half_changed(sql) && undo_change(path, err) < 0) {
        sql_close(sql);
        return -1;
    }
    *ret_db = sql;
    return 0;
}

int sql_open_memory(const struct sql *old, struct sql **ret_db, struct error *err)
{
    char *from = uri(old->path, is_at_rest(old->path) ? "immutable=1" : "mode=ro");
    struct sql *sql = new_sql(old->path);
    int result = -1;

    sql->is_reader = true;
    if (sqlite3_open_v2(":memory:", &sql->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_URI,
                        NULL) != SQLITE_OK) {
        fail(sql, err);
    } else {
        configure(sql);
        result = sql_do(sql, err, "ATTACH ?1 AS old", "t", from);
    }
    free(from);
    if (result < 0)
        sql_close(sql);
    else
        *ret_db = sql;
    return result;
}

int sql_watch_place(struct sql *sql, struct error *err)
{
    int has_moved = 0;

    place_note(&sql->place, sql->path);
    sql->is_watched = true;
    sqlite3_file_control(sql->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    return has_moved ? error_set_status(err, EXIT_STORAGE, "store \"%s\" was replaced while it was "
                                                           "opened", sql->path)
                     : 0;
}

/* Between `mv results there` and `ln -s there results` it is nowhere: that is no loss. */
int sql_check_place(struct sql *sql, struct error *err)
{
    const struct timespec moment = {.tv_nsec = 200000000};
    const char *change = sql->is_watched ? place_change(&sql->place, sql->path) : NULL;

    if (change) {
        nanosleep(&moment, NULL);
        change = place_change(&sql->place, sql->path);
    }

    return change ? error_set_status(err, EXIT_STORAGE, "store \"%s\" %s while it was used",
                                     sql->path, change)
                  : 0;
}

/* Who only reads a store makes a log, which stays empty, and its index, where there are none, and has not
 * the right to remove them: one who may write does, if it is the last to have the store open. */
static void remove_empty_log(const char *path)
{
    char log[4096];
    struct error ignored;
    struct sql *sql;
    struct stat st;

    if (snprintf(log, sizeof log, "%s-wal", path) >= (int)sizeof log || stat(log, &st) < 0 ||
        st.st_size > 0 || sql_open(path, SQL_WRITE, &sql, &ignored) < 0)
        return;
    sql_script(sql, any_read, &ignored);
    sql_close(sql);
}

/* The last to close a store writes its log into it, and removes the file of that name: which may be
 * another's by now. */
void sql_close(struct sql *sql)
{
    struct error ignored;

    if (!sql)
        return;
    if (sql_check_place(sql, &ignored) < 0)
        sqlite3_db_config(sql->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close_v2(sql->db);
    if (sql->is_reader)
        remove_empty_log(sql->path);
    free(sql->path);
    free(sql);
}

int sql_script(struct sql *sql, const char *text, struct error *err)
{
    return sqlite3_exec(sql->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(sql, err);
}

static void bind(struct sql_query *q, const char *letters, va_list args)
{
    q->bound = SQLITE_OK;
    for (int i = 1; *letters && q->bound == SQLITE_OK; letters++, i++) {
        const void *bytes;
        double x;

        switch (*letters) {
        case 'i':
            q->bound = sqlite3_bind_int64(q->statement, i, va_arg(args, long));
            break;
        case 'f':
            x = va_arg(args, double);
            q->bound = isfinite(x) ? sqlite3_bind_double(q->statement, i, x)
                                   : sqlite3_bind_null(q->statement, i);
            break;
        case 't':
            q->bound = sqlite3_bind_text(q->statement, i, va_arg(args, const char *), -1,
                                         SQLITE_TRANSIENT);
            break;
        case 'b':
            bytes = va_arg(args, const void *);
            q->bound = sqlite3_bind_blob64(q->statement, i, bytes, va_arg(args, size_t),
                                           SQLITE_TRANSIENT);
            break;
        default:
            assert(!"a letter of i, f, t, b");
        }
    }
}

static struct sql_query *prepare(struct sql *sql, struct error *err, const char *text,
                                 const char *letters, va_list args)
{
    struct sql_query *q = memory_alloc(sizeof *q);

    q->sql = sql;
    if (sqlite3_prepare_v2(sql->db, text, -1, &q->statement, NULL) != SQLITE_OK) {
        fail(sql, err);
        free(q);
        return NULL;
    }
    bind(q, letters, args);
    return q;
}

struct sql_query *sql_prepare(struct sql *sql, struct error *err, const char *text,
                              const char *letters, ...)
{
    struct sql_query *q;
    va_list args;

    va_start(args, letters);
    q = prepare(sql, err, text, letters, args);
    va_end(args);
    return q;
}

void sql_rebind(struct sql_query *q, const char *letters, ...)
{
    va_list args;

    sqlite3_reset(q->statement);
    va_start(args, letters);
    bind(q, letters, args);
    va_end(args);
}

void sql_rebind_row(struct sql_query *q, long id, struct sql_query *from)
{
    sqlite3_reset(q->statement);
    sqlite3_bind_int64(q->statement, 1, id);
    for (int c = 0; c < sqlite3_column_count(from->statement); c++)
        sqlite3_bind_value(q->statement, c + 2, sqlite3_column_value(from->statement, c));
}

int sql_step(struct sql_query *q, struct error *err)
{
    int code = q && q->bound == SQLITE_OK ? sqlite3_step(q->statement) : SQLITE_ERROR;

    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    return q ? fail(q->sql, err) : -1;
}

void sql_end(struct sql_query *q)
{
    if (q)
        sqlite3_finalize(q->statement);
    free(q);
}

int sql_do(struct sql *sql, struct error *err, const char *text, const char *letters, ...)
{
    struct sql_query *q;
    va_list args;
    int got;

    va_start(args, letters);
    q = prepare(sql, err, text, letters, args);
    va_end(args);
    while ((got = sql_step(q, err)) > 0)
        ;
    sql_end(q);
    return got;
}

int sql_get(struct sql *sql, struct error *err, long otherwise, long *ret_number,
            const char *text, const char *letters, ...)
{
    struct sql_query *q;
    va_list args;
    int got;

    va_start(args, letters);
    q = prepare(sql, err, text, letters, args);
    va_end(args);
    got = sql_step(q, err);
    if (got >= 0)
        *ret_number = got && !sql_is_null(q, 0) ? sql_long(q, 0) : otherwise;
    sql_end(q);
    return got < 0 ? -1 : 0;
}

long sql_changes(struct sql *sql)
{
    return sqlite3_changes(sql->db);
}

long sql_last_id(struct sql *sql)
{
    return (long)sqlite3_last_insert_rowid(sql->db);
}

int sql_revision(struct sql *sql, long *ret_revision, struct error *err)
{
    long by_others;

    if (sql_get(sql, err, 0, &by_others, "PRAGMA data_version", "") < 0)
        return -1;
    *ret_revision = (by_others << 32) + sqlite3_total_changes(sql->db);
    return 0;
}

int sql_begin_reading(struct sql *sql, struct error *err)
{
    return sql_script(sql, "BEGIN", err);
}

int sql_begin(struct sql *sql, struct error *err)
{
    return sql_script(sql, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE", err);
}

int sql_begin_light(struct sql *sql, struct error *err)
{
    return sql_script(sql, "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE", err);
}

int sql_commit(struct sql *sql, struct error *err)
{
    return sql_script(sql, "COMMIT", err) < 0 ? -1 : sql_check_place(sql, err);
}

void sql_rollback(struct sql *sql)
{
    if (!sqlite3_get_autocommit(sql->db))
        sqlite3_exec(sql->db, "ROLLBACK", NULL, NULL, NULL);
}

long sql_long(struct sql_query *q, int column)
{
    return (long)sqlite3_column_int64(q->statement, column);
}

double sql_double(struct sql_query *q, int column)
{
    return sqlite3_column_double(q->statement, column);
}

/* sqlite3_column_X would look the value up again for each question asked of it. Not for a
 * connection that two threads are in at once; none of ours is. */
static sqlite3_value *value_of(struct sql_query *q, int column)
{
    return sqlite3_column_value(q->statement, column);
}

const char *sql_text(struct sql_query *q, int column)
{
    sqlite3_value *v = value_of(q, column);
    bool is_null = sqlite3_value_type(v) == SQLITE_NULL;
    const char *text = (const char *)sqlite3_value_text(v);

    if (!text && !is_null)
        memory_lacks((size_t)sqlite3_value_bytes(v) + 1);
    return text ? text : "";
}

const void *sql_bytes(struct sql_query *q, int column, size_t *ret_size)
{
    sqlite3_value *v = value_of(q, column);
    const void *bytes = sqlite3_value_blob(v);

    *ret_size = (size_t)sqlite3_value_bytes(v);
    if (!bytes && *ret_size > 0)
        memory_lacks(*ret_size);
    return bytes;
}

bool sql_is_null(struct sql_query *q, int column)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}

int sql_columns(struct sql_query *q)
{
    return sqlite3_column_count(q->statement);
}

void sql_append(struct sql_query *q, int column, struct text *t)
{
    enum { KIND, SIZE, NUMBER };
    sqlite3_value *v = value_of(q, column);
    long head[] = {[KIND] = sqlite3_value_type(v), [NUMBER] = 0};
    const char *bytes;
    size_t size;
    double x;

    switch (head[KIND]) {
    case SQLITE_INTEGER:
        head[SIZE] = sizeof *head;
        head[NUMBER] = sqlite3_value_int64(v);
        text_add(t, (const char *)head, sizeof head);
        return;
    case SQLITE_FLOAT:
        x = sqlite3_value_double(v);
        head[SIZE] = sizeof x;
        memcpy(&head[NUMBER], &x, sizeof x);
        text_add(t, (const char *)head, sizeof head);
        return;
    case SQLITE_TEXT:
    case SQLITE_BLOB:
        bytes = sql_bytes(q, column, &size);
        head[SIZE] = (long)size;
        text_add(t, (const char *)head, NUMBER * sizeof *head);
        text_add(t, bytes ? bytes : "", size);
        return;
    default: /* NULL */
        text_add(t, (const char *)head, NUMBER * sizeof *head);
    }
}

const char *sql_version(void)
{
    return sqlite3_libversion();
}
