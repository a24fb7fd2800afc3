/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What varies in a plan, as rows (plan_settings) beside its text in plan_runs. The digest of a plan is
 * of the text, and the rows spell it: so they have no sum of their own. */
#include "store/store_private.h"

#include "base/text.h"

#include <string.h>

static int put(struct store *store, long plan, long position, const struct label *l, bool is_condition,
               long *place, struct error *err)
{
    for (int i = 0; i < l->n; i++)
        if (sql_do(store->db, err,
                   "INSERT INTO plan_settings (plan, position, place, is_condition, setting, value) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                   "iiiitt", plan, position, (*place)++, (long)is_condition, l->parts[i].setting,
                   l->parts[i].value) < 0)
            return -1;
    return 0;
}

int store_labels_put(struct store *store, long plan, long position, const struct label *condition,
                     const struct label *point, struct error *err)
{
    long place = 0;

    return put(store, plan, position, condition, true, &place, err) < 0
               ? -1
               : put(store, plan, position, point, false, &place, err);
}

int store_labels_make(struct store *store, struct error *err)
{
    struct sql_query *q;
    int got;

    if (sql_do(store->db, err, "DELETE FROM plan_settings", "") < 0)
        return -1;
    q = sql_prepare(store->db, err, "SELECT plan, position, condition, point FROM plan_runs", "");
    while ((got = sql_step(q, err)) > 0) {
        struct arena arena = {0};
        struct label condition = label_read(sql_text(q, 2), &arena);
        struct label point = label_read(sql_text(q, 3), &arena);

        got = store_labels_put(store, sql_long(q, 0), sql_long(q, 1), &condition, &point, err);
        arena_release(&arena);
        if (got < 0)
            break;
    }
    sql_end(q);
    return got;
}

struct sql_query *store_labels_query(struct store *store, struct error *err)
{
    return sql_prepare(store->db, err,
                       "SELECT is_condition, setting, value FROM plan_settings WHERE plan = ?1 AND "
                       "position = ?2 ORDER BY place", "ii", 0L, 0L);
}

int store_labels_read(struct sql_query *labels, struct sql_query *row, const struct store_run *before,
                      struct arena *arena, struct store_run *run, struct error *err)
{
    struct label_part *parts[2] = {NULL, NULL};
    int n[2] = {0, 0}, got;

    if (before && strcmp(before->condition, run->condition) == 0 &&
        strcmp(before->point, run->point) == 0) { /* another seed */
        run->condition_label = before->condition_label;
        run->point_label = before->point_label;
        return 0;
    }
    sql_rebind(labels, "ii", sql_long(row, STORE_RUN_PLAN), sql_long(row, STORE_RUN_PLAN + 1));
    while ((got = sql_step(labels, err)) > 0) {
        bool is_condition = sql_long(labels, 0);
        struct label_part *p = arena_grow(arena, parts[is_condition], n[is_condition], sizeof *p);

        parts[is_condition] = p;
        p[n[is_condition]++] = (struct label_part){
            arena_strdup(arena, sql_text(labels, 1)),
            sql_is_null(labels, 2) ? NULL : arena_strdup(arena, sql_text(labels, 2)),
        };
    }
    run->condition_label = (struct label){parts[true], n[true]};
    run->point_label = (struct label){parts[false], n[false]};
    return got;
}

/* Adds the row's part to what it is of. */
static void spell(struct sql_query *rows, struct text texts[2])
{
    struct text *t = &texts[sql_long(rows, 1) != 0];
    struct label_part part = {sql_text(rows, 2), sql_is_null(rows, 3) ? NULL : sql_text(rows, 3)};
    struct label l = {&part, 1};

    if (t->size || sql_long(rows, 4) > 0)
        text_add(t, " ", 1);
    label_write(t, &l);
}

static bool is(const struct text *t, const char *s)
{
    return strcmp(t->size ? t->s : "", s) == 0;
}

int store_labels_check(struct store *store, long plan, struct error *err)
{
    struct sql_query *runs = sql_prepare(store->db, err,
                                         "SELECT position, condition, point FROM plan_runs WHERE plan = ?1 "
                                         "ORDER BY position", "i", plan);
    struct sql_query *rows = sql_prepare(store->db, err,
                                         "SELECT position, is_condition, setting, value, row_number() OVER "
                                         "(PARTITION BY position, is_condition ORDER BY place) - 1 FROM "
                                         "plan_settings WHERE plan = ?1 ORDER BY position, place", "i", plan);
    struct text texts[2] = {{0}, {0}}; /* of the point, of the condition */
    int got = 0, more = sql_step(rows, err);
    bool is_right = true;

    while (more >= 0 && is_right && (got = sql_step(runs, err)) > 0) {
        texts[0].size = texts[1].size = 0;
        for (; more > 0 && sql_long(rows, 0) == sql_long(runs, 0); more = sql_step(rows, err))
            spell(rows, texts);
        is_right = is(&texts[true], sql_text(runs, 1)) && is(&texts[false], sql_text(runs, 2));
    }
    sql_end(runs);
    sql_end(rows);
    text_release(&texts[0]);
    text_release(&texts[1]);
    return got < 0 || more < 0 ? -1 : is_right && more == 0;
}
