/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domainbed/domainbed_job.h"

#include "base/hash.h"
#include "io/json_tree.h"
#include "os/file.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arguments that say where a job ran and not what it is. */
static const char *const places[] = {"output_dir", "data_dir", NULL};

static bool is_one_of(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* ---- one line ---- */

static int read_name(const struct json_tree *args, const char *key, struct arena *arena,
                     const char **ret_name, struct error *err)
{
    const struct json_tree *j = json_tree_find(args, key);

    if (!j || j->kind != JSON_TREE_TEXT || !text_is_name(j->text))
        return error_set(err, "args.%s is not a name", key);
    *ret_name = arena_strdup(arena, j->text);
    return 0;
}

/* A whole number of [low, INT_MAX - 1]. */
static int read_whole(const struct json_tree *table, const char *key, int low, int *ret_x,
                      struct error *err)
{
    const struct json_tree *j = json_tree_find(table, key);

    if (!j || j->kind != JSON_TREE_INTEGER || j->integer < low || j->integer >= INT_MAX)
        return error_set(err, "%s is not a whole number from %d", key, low);
    *ret_x = (int)j->integer;
    return 0;
}

static int read_test_envs(const struct json_tree *args, struct domainbed_job *job,
                          struct error *err)
{
    const struct json_tree *j = json_tree_find(args, "test_envs");
    bool is_there[DOMAINBED_MAX_ENVIRONMENTS] = {false};

    if (!j || j->kind != JSON_TREE_LIST || j->n_items < 1 ||
        j->n_items >= DOMAINBED_MAX_ENVIRONMENTS)
        return error_set(err, "args.test_envs is not a list of 1 to %d environments",
                         DOMAINBED_MAX_ENVIRONMENTS - 1);
    for (int i = 0; i < j->n_items; i++) {
        const struct json_tree *e = &j->items[i];

        if (e->kind != JSON_TREE_INTEGER || e->integer < 0 ||
            e->integer >= DOMAINBED_MAX_ENVIRONMENTS || is_there[e->integer])
            return error_set(err, "args.test_envs has what is no environment, or one twice");
        is_there[e->integer] = true;
        job->test_envs[job->n_test_envs++] = (int)e->integer;
    }
    return 0;
}

/* Adds the plain values of a table as PREFIX.NAME. Not finite ones become texts. */
static int add_settings(const struct json_tree *table, const char *prefix,
                        struct settings *s, struct error *err)
{
    if (!table || table->kind != JSON_TREE_TABLE)
        return error_set(err, "%s is not there", prefix);
    for (int i = 0; i < table->n_items; i++) {
        const struct json_tree *j = &table->items[i];
        const char *name = arena_printf(s->arena, "%s.%.70s", prefix, j->name);

        if (is_one_of(places, j->name) || j->kind == JSON_TREE_NULL ||
            j->kind == JSON_TREE_LIST || j->kind == JSON_TREE_TABLE)
            continue;
        if (!text_is_name(j->name) || (j->kind == JSON_TREE_TEXT && !text_is_plain(j->text)))
            return error_set(err, "%s has a name or a text that is not plain", prefix);
        if (j->kind == JSON_TREE_TRUTH)
            settings_set(s, name, value_bool(j->truth));
        else if (j->kind == JSON_TREE_TEXT)
            settings_set(s, name, value_string(j->text));
        else
            settings_set(s, name, isfinite(j->number) ? value_number(j->number)
                                                      : value_string("not finite"));
    }
    return 0;
}

/* What a job is, of the line's args and hparams: into the job, and as text. */
static int read_identity(const struct json_tree *line, struct arena *arena,
                         struct domainbed_job *job, struct error *err)
{
    const struct json_tree *args = json_tree_find(line, "args");
    const struct json_tree *steps = json_tree_find(args, "steps");
    struct value numbers[DOMAINBED_MAX_ENVIRONMENTS], test_envs;
    struct text t = {0};
    struct settings s;
    int n_steps = 0;

    settings_init(&s, arena);
    job->has_steps = steps && steps->kind != JSON_TREE_NULL;
    if (read_name(args, "algorithm", arena, &job->algorithm, err) < 0 ||
        read_name(args, "dataset", arena, &job->dataset, err) < 0 ||
        read_test_envs(args, job, err) < 0 ||
        read_whole(args, "hparams_seed", 0, &job->draw, err) < 0 ||
        read_whole(args, "trial_seed", 0, &job->trial, err) < 0 ||
        (job->has_steps && read_whole(args, "steps", 1, &n_steps, err) < 0) ||
        add_settings(args, "args", &s, err) < 0 ||
        add_settings(json_tree_find(line, "hparams"), "hparams", &s, err) < 0)
        return -1;
    job->n_steps = n_steps;
    test_envs = (struct value){.kind = VALUE_LIST, .n_items = job->n_test_envs, .items = numbers};
    for (int i = 0; i < job->n_test_envs; i++)
        numbers[i] = value_number(job->test_envs[i]);
    settings_set(&s, "data", value_string(job->dataset));
    settings_set(&s, "data.test_envs", test_envs);
    settings_set(&s, "import", value_string("domainbed"));
    settings_set(&s, "train.numeric", value_string("imported"));
    settings_set(&s, "train.seed", value_number(job->trial));
    settings_write(&t, &s);
    job->spec = arena_strdup(arena, t.s);
    text_release(&t);
    return 0;
}

static bool is_accuracy(const char *name)
{
    size_t n_digits = strncmp(name, "env", 3) == 0 ? strspn(name + 3, "0123456789") : 0;

    return n_digits && (strcmp(name + 3 + n_digits, "_in_acc") == 0 ||
                        strcmp(name + 3 + n_digits, "_out_acc") == 0);
}

/* ret_accuracies[environment][2], as many as there are from 0 on: gives their number. */
static int read_accuracies(const struct json_tree *line, double (*ret_accuracies)[2],
                           struct error *err)
{
    static const char *const parts[] = {"in", "out"};
    int n = 0, n_all = 0;

    for (int i = 0; i < line->n_items; i++)
        n_all += is_accuracy(line->items[i].name);
    for (; n < DOMAINBED_MAX_ENVIRONMENTS; n++) {
        for (int part = 0; part < 2; part++) {
            char key[32];
            const struct json_tree *j;

            snprintf(key, sizeof key, "env%d_%s_acc", n, parts[part]);
            j = json_tree_find(line, key);
            if (!j && part == 0)
                return n_all == 2 * n ? n
                                      : error_set(err, "it has no accuracies of environment %d, and "
                                                       "of others beyond", n);
            if (!j || (j->kind != JSON_TREE_INTEGER && j->kind != JSON_TREE_NUMBER) ||
                !(j->number >= 0 && j->number <= 1))
                return error_set(err, "%s is not an accuracy of 0 to 1", key);
            ret_accuracies[n][part] = j->number;
        }
    }
    return n_all == 2 * n
               ? n
               : error_set(err, "it has the accuracies of more than %d environments", n);
}

static int read_record(const struct json_tree *line, struct arena *arena,
                       struct domainbed_job *job, struct domainbed_record *ret_record,
                       struct error *err)
{
    double accuracies[DOMAINBED_MAX_ENVIRONMENTS][2], *in, *out;
    const struct json_tree *loss = json_tree_find(line, "loss");
    int n = read_accuracies(line, accuracies, err), step = 0;

    if (n < 0 || read_whole(line, "step", 0, &step, err) < 0)
        return -1;
    if (n <= job->n_test_envs)
        return error_set(err, "it has the accuracies of %d environments", n);
    for (int i = 0; i < job->n_test_envs; i++)
        if (job->test_envs[i] >= n)
            return error_set(err, "environment %d is held out, and has no accuracy",
                             job->test_envs[i]);
    if (job->n_environments && job->n_environments != n)
        return error_set(err, "it has %d environments, not %d as before", n, job->n_environments);
    job->n_environments = n;
    in = arena_alloc(arena, 2 * (size_t)n * sizeof *in);
    out = in + n;
    for (int i = 0; i < n; i++) {
        in[i] = accuracies[i][0];
        out[i] = accuracies[i][1];
    }
    *ret_record = (struct domainbed_record){
        .n_made = step + 1L,
        .has_loss = loss && (loss->kind == JSON_TREE_NUMBER || loss->kind == JSON_TREE_INTEGER),
        .in = in,
        .out = out,
    };
    ret_record->loss = ret_record->has_loss ? loss->number : NAN;
    return 0;
}

/* The first line that can be says what the job is. */
static int read_line(const char *text, size_t size, struct arena *arena, struct domainbed_job *job,
                     struct domainbed_record *ret_record, struct error *err)
{
    struct domainbed_job seen = {0};
    const struct json_tree *line;
    struct arena scratch = {0};
    bool is_first = !job->spec;
    int result = -1;

    if (json_tree_read(text, size, JSON_TREE_NOT_FINITE, &scratch, &line, err) < 0 ||
        read_identity(line, is_first ? arena : &scratch, &seen, err) < 0)
        goto out;
    if (!is_first && strcmp(seen.spec, job->spec) != 0)
        error_set(err, "it is of another job than the lines before it");
    else if (is_first)
        result = read_record(line, arena, &seen, ret_record, err);
    else
        result = read_record(line, arena, job, ret_record, err);
    if (result == 0 && is_first) {
        seen.folder = job->folder;
        seen.n_bad_lines = job->n_bad_lines;
        seen.first_bad = job->first_bad;
        *job = seen;
    }
out:
    arena_release(&scratch);
    return result;
}

/* ---- the file ---- */

/* By step; of one step the later line first. */
struct numbered {
    struct domainbed_record record;
    int line;
};

static int by_step(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;

    if (x->record.n_made != y->record.n_made)
        return x->record.n_made < y->record.n_made ? -1 : 1;
    return (x->line < y->line) - (x->line > y->line);
}

static void keep_last(struct numbered *all, int n, struct arena *arena, struct domainbed_job *job)
{
    struct domainbed_record *records = arena_alloc(arena, (size_t)(n + 1) * sizeof *records);

    qsort(all, (size_t)n, sizeof *all, by_step);
    for (int i = 0; i < n; i++) {
        if (i > 0 && all[i].record.n_made == all[i - 1].record.n_made) {
            job->n_repeated_lines++;
            continue;
        }
        job->n_not_finite += all[i].record.has_loss && !isfinite(all[i].record.loss);
        records[job->n_records++] = all[i].record;
    }
    job->records = records;
}

/* *ret_last_counts: does the last line? */
static int read_lines(const struct file_map *map, struct arena *arena, struct domainbed_job *job,
                      bool *ret_last_counts, struct error *err)
{
    const char *at = (const char *)map->bytes, *end = at + map->size;
    struct arena scratch = {0};
    struct numbered *all = NULL;
    int n = 0, result = 0;

    for (int line = 1; at < end && result == 0; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((stop ? stop : end) - at);
        struct numbered next = {.line = line};
        struct error why;

        if (line > DOMAINBED_MAX_LINES) { /* empty ones, too: each takes its time */
            result = error_set(err, "more than %d lines", DOMAINBED_MAX_LINES);
        } else if (read_line(at, size, arena, job, &next.record, &why) < 0) {
            *ret_last_counts = false;
            if (job->n_bad_lines++ == 0)
                job->first_bad = arena_printf(arena, "line %d: %s", line, why.text);
        } else {
            *ret_last_counts = true;
            all = arena_grow(&scratch, all, n, sizeof *all);
            all[n++] = next;
        }
        at += size + 1;
    }
    if (result == 0 && n == 0)
        result = error_set(err, "no line of it counts; %s",
                           job->first_bad ? job->first_bad : "it is empty");
    if (result == 0)
        keep_last(all, n, arena, job);
    arena_release(&scratch);
    return result;
}

/* The versions that DomainBed prints first: lines "<tab>Name: text" under "Environment:". */
static const char *read_environment(const char *path, struct arena *arena)
{
    enum { MAX_SIZE = 16 << 20 };
    struct arena scratch = {0};
    struct settings s;
    struct text t = {0};
    struct error ignored;
    char *text, *rest = NULL;
    const char *result = "";
    size_t size;

    settings_init(&s, &scratch);
    if (file_read(path, MAX_SIZE, &scratch, &text, &size, &ignored) == 0 &&
        strncmp(text, "Environment:\n", 13) == 0) {
        for (char *line = strtok_r(text + 13, "\n", &rest); line && *line == '\t';
             line = strtok_r(NULL, "\n", &rest)) {
            char *colon = strstr(line, ": ");

            if (!colon)
                continue;
            *colon = '\0';
            if (text_is_name(line + 1) && text_is_plain(colon + 2) && strlen(colon + 2) < 200)
                settings_set(&s, line + 1, value_string(colon + 2));
        }
        settings_write(&t, &s);
    }
    if (t.s)
        result = arena_strdup(arena, t.s);
    text_release(&t);
    arena_release(&scratch);
    return result;
}

/* Other results are another run. */
static const char *add_digest(const char *spec, const struct file_map *map, struct arena *arena)
{
    char digest[HASH_HEX_SIZE];
    struct text t = {0};
    struct settings s;
    struct error err;

    settings_init(&s, arena);
    hash_block(map->bytes, map->size, digest);
    if (settings_parse(&s, spec, &err) < 0)
        return spec; /* not so: it is our own text */
    settings_set(&s, "import.sha256", value_string(digest));
    settings_write(&t, &s);
    spec = arena_strdup(arena, t.s);
    text_release(&t);
    return spec;
}

int domainbed_job_read(const char *tree, const char *folder, struct arena *arena,
                       struct domainbed_job *ret_job, struct error *err)
{
    const char *path = arena_printf(arena, "%s/%s/results.jsonl", tree, folder);
    struct domainbed_job job = {.folder = folder};
    struct file_map map;
    bool last_counts = false;
    int result;

    if (file_map_open(path, &map, err) < 0)
        return -1;
    if (map.size > DOMAINBED_MAX_FILE)
        result = error_set(err, "it has %zu bytes; at most %d are read", map.size,
                           DOMAINBED_MAX_FILE);
    else
        result = read_lines(&map, arena, &job, &last_counts, err);
    if (result == 0) {
        job.spec = add_digest(job.spec, &map, arena);
        job.environment =
            read_environment(arena_printf(arena, "%s/%s/out.txt", tree, folder), arena);
        if (!job.has_steps)
            job.n_steps = job.records[job.n_records - 1].n_made;
        job.is_whole = (last_counts || job.has_steps) &&
                       job.records[job.n_records - 1].n_made == job.n_steps;
        *ret_job = job;
    }
    file_map_close(&map);
    return result;
}
