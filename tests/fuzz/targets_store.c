/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stores that a stranger made: the file's bytes, the values in its tables, and the settings of a run. */
#include "domainbed/tables.h"
#include "fuzz/fuzz.h"
#include "fuzz/targets.h"
#include "os/file.h"
#include "page/page_runs.h"
#include "plan/spec.h"
#include "spec_edits.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "table/table.h"

#include <stdio.h>
#include <unistd.h>

static void tell(void *context, const char *line, bool is_last)
{
    (void)context, (void)is_last;
    FUZZ_CHECK(line[0]);
}

static int count_row(void *context, const struct store_export_row *row)
{
    *(long *)context += row->is_first;
    return 0;
}

/* All that is kept of the plan's runs. */
static int read_runs(struct store *store, const struct store_plan *plan, struct arena *arena,
                     struct error *err)
{
    int result = 0;

    for (int i = 0; i < plan->n_runs && result == 0; i++) {
        long run = plan->runs[i].run;
        struct store_series series;
        struct store_answers answers;
        struct store_array *arrays;
        int n;

        result = store_read_curve(store, run, "test", "accuracy", -1, arena, &series, err) < 0 ||
                         store_read_classes(store, run, "test", arena, &series, err) < 0 ||
                         store_read_answers(store, run, arena, &answers, err) < 0 ||
                         store_read_arrays(store, run, "weights", arena, &arrays, &n, err) < 0
                     ? -1
                     : 0;
    }
    return result;
}

static int report_status(struct store *store, struct arena *arena, struct error *err)
{
    struct store_counts counts;
    struct store_watch watch;

    return store_count(store, &counts, err) < 0 || store_read_watch(store, arena, &watch, err) < 0
               ? -1
               : 0;
}

static int report_fsck(struct store *store, struct arena *arena, struct error *err)
{
    const struct listener listener = {NULL, tell};
    struct store_soundness soundness;

    (void)arena;
    return store_fsck(store, &listener, &soundness, err);
}

static int report_export(struct store *store, struct arena *arena, struct error *err)
{
    char digest[HASH_HEX_SIZE];
    long n_runs = 0;
    int n_left;

    (void)arena;
    return store_digest(store, digest, &n_left, err) < 0 ||
                   store_export(store, count_row, &n_runs, err) < 0
               ? -1
               : 0;
}

static int report_page(struct store *store, struct arena *arena, struct error *err)
{
    struct store_provenance provenance;
    struct selections s;
    struct text t = {0};
    int result = select_points(store, &(struct select_options){0}, arena, &s, err) < 0 ||
                         store_read_provenance(store, &s.plan, arena, &provenance, err) < 0 ||
                         read_runs(store, &s.plan, arena, err) < 0
                     ? -1
                     : page_runs_write(store, &s, &provenance, &t, err);

    text_release(&t);
    return result;
}

static int report_table(struct store *store, struct arena *arena, struct error *err)
{
    struct table_options options = {.format = sheet_find_format("md", err)};
    struct selections s;
    struct held_out h;
    struct text t = {0};
    int result;

    result = select_points(store, &(struct select_options){0}, arena, &s, err) < 0 ? -1 : table_methods(&s, &options, &t, err);
    if (result == 0 && held_out_read(store, arena, &h, err) == 0)
        table_domainbed(&h, &options, &t);
    text_release(&t);
    return result;
}

static int report_compare(struct store *store, struct arena *arena, struct error *err)
{
    struct table_options options = {.format = sheet_find_format("tex", err), .select.by = "imbalance"};
    struct selections s;
    struct text t = {0};
    int result = select_points(store, &(struct select_options){0}, arena, &s, err);

    for (int i = 1; result == 0 && i < s.plan.n_methods; i++)
        result = table_compare(store, &s, s.plan.methods[i], s.plan.methods[0], &options, &t, err);
    if (result == 0)
        result = table_grouped(&s, &options, &t, err);
    text_release(&t);
    return result;
}

/* As the commands of these names read it. */
static int (*const reports[])(struct store *store, struct arena *arena, struct error *err) = {
    report_status, report_fsck, report_export, report_page, report_table, report_compare};
enum { N_REPORTS = sizeof reports / sizeof *reports };

/* The bytes as a store in the folder, and nothing of the one before. */
static const char *put_store(const void *bytes, size_t size)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    static char path[100];
    char beside[120];
    FILE *f;

    snprintf(path, sizeof path, "%s/x.db", fuzz_folder());
    for (int i = 0; i < 3; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, endings[i]);
        unlink(beside);
    }
    FUZZ_CHECK((f = fopen(path, "w")) && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
    return path;
}

/* Those reports whose bits are set. */
static void open_and_read(const char *path, unsigned wanted)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct store *store;
    struct error err = {0};

    if (store_open(path, STORE_READ, &store, &err) < 0) {
        fuzz_check_refusal(&err);
        return;
    }
    if (store_freeze(store, &err) < 0)
        fuzz_check_refusal(&err);
    for (int i = 0; i < N_REPORTS; i++)
        if (wanted >> i & 1 && reports[i](store, &arena, &err) < 0)
            fuzz_check_refusal(&err);
    store_close(store);
    arena_release(&arena);
}

void target_store(const uint8_t *bytes, size_t size)
{
    open_and_read(put_store(bytes, size), ~0u);
}

/* ---- specs ---- */

/* A run's settings as a store has them: refused with a line, or made ready and trained for a step, of
 * which every 16th is enough. Where the text is not as it would be written, what it says is tried too. */
void target_spec(const uint8_t *bytes, size_t size)
{
    static struct data_cache cache;
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct settings s, again;
    struct error err = {0};
    struct text t = {0};

    settings_init(&s, &arena);
    settings_init(&again, &arena);
    if (settings_parse(&s, fuzz_text(bytes, size, &arena), &err) < 0) {
        fuzz_check_refusal(&err);
    } else {
        settings_write(&t, &s);
        if (spec_read(t.s ? t.s : "", &again, &err) < 0)
            fuzz_check_refusal(&err);
        else if (size % 16 == 0 && spec_is_small(&again) && spec_train(&again, &cache, &err) < 0)
            fuzz_check_refusal(&err);
    }
    text_release(&t);
    arena_release(&arena);
}

/* ---- values ---- */

enum { MAX_COLUMNS = 100 };

/* A sound store, of whose tables nothing is demanded any more. */
static struct {
    char *bytes;
    size_t size;
    struct {
        char table[20], name[20];
    } columns[MAX_COLUMNS];
    int n_columns;
} base;

#define OK(call)                                         \
    do {                                                 \
        if ((call) < 0)                                  \
            fuzz_fail(__FILE__, __LINE__, err.text);     \
    } while (0)

static void list_columns(struct sql *db)
{
    struct error err = {0};
    struct sql_query *q = sql_prepare(db, &err,
                                      "SELECT m.name, c.name FROM sqlite_master m, "
                                      "pragma_table_info(m.name) c WHERE m.type = 'table'", "");
    int got;

    while ((got = sql_step(q, &err)) > 0) {
        FUZZ_CHECK(base.n_columns < MAX_COLUMNS);
        snprintf(base.columns[base.n_columns].table, sizeof base.columns->table, "%s", sql_text(q, 0));
        snprintf(base.columns[base.n_columns++].name, sizeof base.columns->name, "%s", sql_text(q, 1));
    }
    OK(got);
    sql_end(q);
}

static void make_base(void)
{
    static struct arena arena;
    struct sql *db;
    const char *path, *last = "";
    struct error err = {0};

    OK(file_read("tests/fuzz/store/sweep", 1 << 20, &arena, &base.bytes, &base.size, &err));
    path = put_store(base.bytes, base.size);
    OK(sql_open(path, SQL_WRITE, &db, &err));
    list_columns(db);
    OK(sql_script(db, "PRAGMA legacy_alter_table = ON; BEGIN", &err));
    for (int i = 0; i < base.n_columns; i++) {
        const char *table = base.columns[i].table;

        if (strcmp(table, last) != 0)
            OK(sql_script(db, arena_printf(&arena, "CREATE TABLE x AS SELECT * FROM %s; DROP TABLE %s; "
                                                   "ALTER TABLE x RENAME TO %s", table, table, table), &err));
        last = table;
    }
    OK(sql_script(db, "COMMIT; VACUUM", &err));
    sql_close(db);
    OK(file_read(path, 1 << 20, &arena, &base.bytes, &base.size, &err));
}

/* Reads from the input; zeros behind its end. */
struct input {
    const uint8_t *at, *end;
};

static unsigned take(struct input *in, size_t n)
{
    unsigned x = 0;

    while (n-- > 0)
        x = x << 8 | (in->at < in->end ? *in->at++ : 0);
    return x;
}

/* A value: column, row, kind, length, bytes. */
static void put_value(struct sql *db, struct input *in)
{
    enum kind { NOTHING, INTEGER, REAL, TEXT, BLOB, N_KINDS };
    static const char *const values[] = {"NULL", "?2", "?2", "CAST(?2 AS TEXT)", "?2"};
    unsigned column = take(in, 1) % (unsigned)base.n_columns;
    long row = 1 + take(in, 1), integer = 0;
    unsigned kind = take(in, 1) % N_KINDS;
    size_t size = take(in, 2), left = (size_t)(in->end - in->at);
    const void *bytes = in->at;
    double real = 0;
    char text[200];
    struct error err = {0};

    size = size < left ? size : left;
    in->at += size;
    memcpy(&integer, bytes, size < sizeof integer ? size : sizeof integer);
    memcpy(&real, bytes, size < sizeof real ? size : sizeof real);
    snprintf(text, sizeof text, "UPDATE %s SET %s = %s WHERE rowid = ?1",
             base.columns[column].table, base.columns[column].name, values[kind]);
    if (kind == NOTHING)
        OK(sql_do(db, &err, text, "i", row));
    else if (kind == INTEGER)
        OK(sql_do(db, &err, text, "ii", row, integer));
    else if (kind == REAL)
        OK(sql_do(db, &err, text, "if", row, real));
    else
        OK(sql_do(db, &err, text, "ib", row, bytes, size));
}

/* Behind a first byte, which says whether the plan's digest and the sums are made to fit the values, so
 * that more than their checks sees those, and which report reads them. */
void target_values(const uint8_t *bytes, size_t size)
{
    struct input in = {bytes, bytes + size};
    unsigned how = take(&in, 1);
    char digest[HASH_HEX_SIZE];
    struct store *store;
    const char *path;
    struct error err = {0};

    if (!base.n_columns)
        make_base();
    path = put_store(base.bytes, base.size);
    OK(store_open(path, STORE_WRITE, &store, &err));
    OK(sql_script(store->db, "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; BEGIN", &err));
    while (in.at < in.end)
        put_value(store->db, &in);
    if (how & 1)
        OK(store_labels_make(store, &err));
    if (how & 1 && store_plan_digest(store, 1, digest, &err) == 0)
        OK(sql_do(store->db, &err, "UPDATE plans SET digest = ?1 WHERE rowid = 1", "t", digest));
    if (how & 2 && store_sum_put_all(store, &err) < 0)
        fuzz_check_refusal(&err);
    OK(sql_script(store->db, "COMMIT", &err));
    store_close(store);
    open_and_read(path, 1u << how / 4 % N_REPORTS);
}
