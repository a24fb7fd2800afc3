/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/store.h"

#include "base/memory.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/mount.h"
#include "store/store_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_place(const char *path, struct error *err)
{
    const char *name, *allowed = getenv("RGDBENCH_NETWORK_STORE");
    char folder[FILE_FOLDER_SIZE];

    file_folder(path, folder);
    if ((allowed && strcmp(allowed, "1") == 0) || !(name = mount_network_name(folder)))
        return 0;
    return error_set(err, "store \"%s\" is on a network or shared file system (%s), where SQLite's "
                          "locks may not hold: keep results/ on a local disk, one store on each "
                          "machine, and join them by `rgdbench merge` (RGDBENCH_NETWORK_STORE=1: "
                          "only one machine writes to it)", path, name);
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store,
               struct error *err)
{
    static const enum sql_mode modes[] = {SQL_READ, SQL_WRITE, SQL_CREATE};
    struct store *store;
    struct stat st;
    bool is_new = stat(path, &st) < 0;
    int lock, result;

    if (is_new && mode != STORE_CREATE)
        return error_set(err, "there is no store \"%s\"; a sweep makes it", path);
    if (mode != STORE_READ && check_place(path, err) < 0)
        return -1;
    store = memory_alloc(sizeof *store);
    store->path = memory_strdup(path);
    /* Of two that make one store, SQLite sends one away while the other turns its log on. */
    lock = mode == STORE_CREATE ? file_lock_folder(path) : -1;
    result = sql_open(path, modes[mode], &store->db, err) < 0 ||
                     store_schema_prepare(store, mode, err) < 0 ||
                     (mode != STORE_READ && sql_watch_place(store->db, err) < 0)
                 ? -1
                 : 0;
    file_unlock(lock);
    if (result < 0) {
        store_close(store);
        if (is_new && stat(path, &st) == 0 && st.st_size == 0)
            unlink(path); /* leave no empty file behind */
        return -1;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sql_close(store->db);
    free((char *)store->path);
    free(store);
}

int store_current_plan(struct store *store, long *ret_plan, struct error *err)
{
    long plan = store->plan, n;

    if (!plan && sql_get(store->db, err, 0, &plan,
                         "SELECT id FROM plans WHERE " STORE_IS_CURRENT, "") < 0)
        return -1;
    if (plan == 0 && sql_get(store->db, err, 0, &n, "SELECT count(*) FROM plans", "") < 0)
        return -1;
    if (plan == 0 && n > 0)
        return error_set_status(err, EXIT_MISMATCH, "store \"%s\" is damaged: it has plans of fresh "
                                                    "seeds, and none that they are for", store->path);
    if (plan == 0)
        return error_set(err, "store \"%s\" holds no plan; a sweep makes one", store->path);
    *ret_plan = plan;
    return 0;
}

int store_bind_plan(struct store *store, const char *digest, char ret_digest[HASH_HEX_SIZE],
                    struct error *err)
{
    struct sql_query *q =
        digest ? sql_prepare(store->db, err, "SELECT id, digest FROM plans WHERE digest = ?1", "t",
                             digest)
               : sql_prepare(store->db, err,
                             "SELECT id, digest FROM plans WHERE id = coalesce(nullif(?1, 0), "
                             "(SELECT id FROM plans WHERE " STORE_IS_CURRENT "))",
                             "i", store->plan);
    int got = sql_step(q, err);

    if (got > 0) {
        store->plan = sql_long(q, 0);
        store->position = 0;
        snprintf(ret_digest, HASH_HEX_SIZE, "%s", sql_text(q, 1));
    } else if (got == 0) {
        error_set(err, "store \"%s\" holds no %splan", store->path, digest ? "such " : "");
    }
    sql_end(q);
    return got > 0 ? 0 : -1;
}

int store_bind_fresh(struct store *store, struct error *err)
{
    long plan = 0, fresh = 0;

    if (store_current_plan(store, &plan, err) < 0 ||
        sql_get(store->db, err, 0, &fresh,
                "SELECT id FROM plans WHERE confirms = (SELECT digest FROM plans WHERE id = ?1) "
                "ORDER BY used DESC, digest LIMIT 1", "i", plan) < 0)
        return -1;
    if (fresh) {
        store->plan = fresh;
        store->position = 0;
    }
    return fresh != 0;
}

/* ---- plans ---- */

static int put_run(struct store *store, long plan, int position, const struct plan_run *run,
                   struct error *err)
{
    const char *key = "train.numeric = \"";
    const char *at = strstr(run->spec, key);
    struct arena arena = {0};
    struct label condition, point;
    char numeric[16] = "";
    long id;
    int result;

    if (at) /* runs that are not trained here have no profile */
        sscanf(at + strlen(key), "%15[a-z]", numeric);
    if (sql_do(store->db, err,
               "INSERT INTO runs (spec_id, spec, numeric) VALUES (?1, ?2, ?3) "
               "ON CONFLICT (spec_id) DO NOTHING",
               "ttt", run->id, run->spec, numeric) < 0 ||
        sql_get(store->db, err, 0, &id, "SELECT id FROM runs WHERE spec_id = ?1", "t", run->id) < 0 ||
        sql_do(store->db, err,
               "INSERT INTO plan_runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
               "ON CONFLICT DO NOTHING",
               "iitttii", plan, (long)position, run->method, run->condition, run->point,
               (long)run->seed, id) < 0)
        return -1;
    condition = label_of(run->condition_label, run->condition, &arena);
    point = label_of(run->point_label, run->point, &arena);
    result = store_labels_put(store, plan, position, &condition, &point, err);
    arena_release(&arena);
    return result;
}

int store_insert_plan(struct store *store, const struct plan *plan, struct error *err)
{
    const struct experiment *e = plan->experiment;
    long id;

    for (int i = 0; i < plan->n_data; i++)
        if (sql_do(store->db, err,
                   "INSERT INTO data_sets (digest, name, description, classes) VALUES (?1, ?2, ?3, ?4) "
                   "ON CONFLICT (digest) DO UPDATE SET name = ?2, description = ?3, classes = ?4",
                   "tttt", plan->data[i].digest, plan->data[i].name, plan->data[i].description,
                   plan->data[i].classes) < 0 ||
            store_sum_put_data(store, plan->data[i].digest, err) < 0)
            return -1;
    for (int i = 0; i < plan->n_files; i++)
        if (sql_do(store->db, err,
                   "INSERT INTO files VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET path = ?2",
                   "tt", plan->files[i].digest, plan->files[i].name) < 0)
            return -1;
    if (sql_do(store->db, err,
               "INSERT INTO plans (digest, used, title, question, baseline, source, overrides, "
               "created, confirms, measure, select_by) VALUES (?1, (SELECT coalesce(max(used), 0) + 1 FROM plans), ?2, "
               "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (digest) DO UPDATE SET used = excluded.used, title = ?2, "
               "question = ?3, baseline = ?4, source = ?5, overrides = ?6",
               "ttttttfttt", plan->id, e->title, e->question, e->baseline, e->source, e->overrides,
               clock_wall(), plan->confirms, plan->measure ? plan->measure : "",
               plan->select ? plan->select : "") < 0 ||
        sql_get(store->db, err, 0, &id, "SELECT id FROM plans WHERE digest = ?1", "t", plan->id) <
            0)
        return -1;
    for (int i = 0; i < plan->n_runs; i++)
        if (put_run(store, id, i, &plan->runs[i], err) < 0)
            return -1;
    store->plan = id;
    store->position = 0;
    return store_sum_put_plan(store, id, err);
}

int store_put_plan(struct store *store, const struct plan *plan, struct error *err)
{
    if (sql_begin(store->db, err) < 0)
        return -1;
    if (store_insert_plan(store, plan, err) < 0) {
        sql_rollback(store->db);
        return -1;
    }
    return sql_commit(store->db, err);
}

/* Begins the hash with what the plan has besides runs. */
static int hash_plan(struct store *store, long plan, struct hash *h, struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT confirms, measure, select_by FROM plans WHERE id = ?1", "i", plan);
    int got = sql_step(q, err);

    if (got > 0)
        plan_hash_begin(h, sql_text(q, 0), sql_text(q, 1), sql_text(q, 2));
    else if (got == 0)
        plan_hash_begin(h, NULL, NULL, NULL);
    sql_end(q);
    return got < 0 ? -1 : 0;
}

int store_plan_digest(struct store *store, long plan, char ret_hex[HASH_HEX_SIZE],
                      struct error *err)
{
    struct sql_query *q;
    struct hash h;
    int got;

    if (hash_plan(store, plan, &h, err) < 0)
        return -1;
    q = sql_prepare(store->db, err,
                    "SELECT method, condition, point, seed, spec_id FROM plan_runs JOIN runs ON "
                    "runs.id = plan_runs.run WHERE plan = ?1 ORDER BY position",
                    "i", plan);
    while ((got = sql_step(q, err)) > 0) {
        plan_hash_run(&h, sql_text(q, 0), sql_text(q, 1), sql_text(q, 2), (int)sql_long(q, 3),
                      sql_text(q, 4));
    }
    sql_end(q);
    hash_hex(&h, ret_hex);
    return got;
}

/* ---- what a run needs beside its spec ---- */

int store_data_description(struct store *store, const char *digest, struct settings *ret_settings,
                           struct error *err)
{
    struct sql_query *q = sql_prepare(store->db, err,
                                      "SELECT description FROM data_sets WHERE digest = ?1", "t",
                                      digest);
    int got = sql_step(q, err);

    if (got > 0)
        got = settings_parse(ret_settings, sql_text(q, 0), err);
    else if (got == 0)
        got = error_set(err, "store \"%s\" does not describe data set %s", store->path, digest);
    sql_end(q);
    return got;
}

int store_file_path(struct store *store, const char *digest, struct arena *arena,
                    const char **ret_path, struct error *err)
{
    struct sql_query *q =
        sql_prepare(store->db, err, "SELECT path FROM files WHERE digest = ?1", "t", digest);
    int got = sql_step(q, err);

    if (got > 0)
        *ret_path = arena_strdup(arena, sql_text(q, 0));
    else if (got == 0)
        error_set(err, "store \"%s\" does not know the file %s", store->path, digest);
    sql_end(q);
    return got > 0 ? 0 : -1;
}
