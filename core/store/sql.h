/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sql: the only door to SQLite: a connection, and statements with their values.
 *
 * Values are given with a letter each: i (long), f (double; not finite: NULL),
 * t (text; NULL: NULL), b (bytes: const void *, then their number as size_t).
 *
 *     sql_do(db, err, "UPDATE runs SET state = ?1 WHERE id = ?2", "ti", "failed", run);
 *
 *     q = sql_prepare(db, err, "SELECT id FROM runs WHERE state = ?1", "t", "planned");
 *     while ((got = sql_step(q, err)) > 0)
 *         use(sql_long(q, 0));
 *     sql_end(q);
 *
 * Errors name the file. Storage that gives out has status EXIT_STORAGE, a damaged file
 * EXIT_MISMATCH.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct sql;
struct sql_query;

enum sql_mode { SQL_READ, SQL_WRITE, SQL_CREATE };

int sql_open(const char *path, enum sql_mode mode, struct sql **ret_db, struct error *err);
void sql_close(struct sql *db);

/* From now on a commit fails where the file is not in its place any more, with its log (os/place.h):
 * what was committed is in a file that nobody will find. -1: it is not there even now. */
int sql_watch_place(struct sql *db, struct error *err);
int sql_check_place(struct sql *db, struct error *err); /* nothing to say of one that is not watched */

/* A new database in memory that sees the file of `db` as the schema `old`. */
int sql_open_memory(const struct sql *db, struct sql **ret_db, struct error *err);

/* Several statements without values. */
int sql_script(struct sql *db, const char *text, struct error *err);

/* One statement whose rows do not matter. */
int sql_do(struct sql *db, struct error *err, const char *text, const char *letters, ...);

/* The first column of the first row as a number, or `otherwise` where there is
 * no row or it is NULL. */
int sql_get(struct sql *db, struct error *err, long otherwise, long *ret_number, const char *text,
            const char *letters, ...);

/* Rows changed by the last statement; id of the last row put in. */
long sql_changes(struct sql *db);
long sql_last_id(struct sql *db);

/* Another number than the last time where anybody has changed the file since. */
int sql_revision(struct sql *db, long *ret_revision, struct error *err);

/* One state of the file for all that is read until the connection is closed, and no locking for
 * each statement. */
int sql_begin_reading(struct sql *db, struct error *err);

/* Takes the write lock at once, so that no later statement finds it taken. What is
 * committed is on the disk; the light one survives the process, and not a power
 * failure: it does not wait for the disk. */
int sql_begin(struct sql *db, struct error *err);
int sql_begin_light(struct sql *db, struct error *err);
int sql_commit(struct sql *db, struct error *err);
void sql_rollback(struct sql *db); /* nothing where no transaction is open */

/* NULL with an error; sql_step and sql_end take NULL. */
struct sql_query *sql_prepare(struct sql *db, struct error *err, const char *text,
                              const char *letters, ...);
void sql_rebind(struct sql_query *q, const char *letters, ...);
/* Binds the columns of the row that `from` stands at to ?2, ?3 ..., and `id` to ?1. */
void sql_rebind_row(struct sql_query *q, long id, struct sql_query *from);
int sql_step(struct sql_query *q, struct error *err); /* 1: a row, 0: no more, -1 */
long sql_long(struct sql_query *q, int column);
double sql_double(struct sql_query *q, int column);
const char *sql_text(struct sql_query *q, int column); /* until the next step; of NULL: "" */
const void *sql_bytes(struct sql_query *q, int column, size_t *ret_size); /* likewise */
bool sql_is_null(struct sql_query *q, int column);
int sql_columns(struct sql_query *q);

/* Kind, size and bytes of a value as it is stored, for a hash over values. */
void sql_append(struct sql_query *q, int column, struct text *t);
void sql_end(struct sql_query *q);

/* The library's. Static text. */
const char *sql_version(void);

#endif
