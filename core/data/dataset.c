/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset.h"

#include "data/noisy_labels.h"
#include "data/source/sums.h"
#include "os/clock.h"

#include <stdio.h>
#include <string.h>

extern const struct dataset_format dataset_format_cifar;
extern const struct dataset_format dataset_format_coloured_digits;
extern const struct dataset_format dataset_format_drawn_table;
extern const struct dataset_format dataset_format_drawn_text;
extern const struct dataset_format dataset_format_environment_features;
extern const struct dataset_format dataset_format_features;
extern const struct dataset_format dataset_format_folders;
extern const struct dataset_format dataset_format_glue;
extern const struct dataset_format dataset_format_idx;
extern const struct dataset_format dataset_format_pictures;
extern const struct dataset_format dataset_format_rare_cluster;
extern const struct dataset_format dataset_format_rare_line;
extern const struct dataset_format dataset_format_rotated_digits;
extern const struct dataset_format dataset_format_shapes;
extern const struct dataset_format dataset_format_shapes_domains;
extern const struct dataset_format dataset_format_subpopulation_digits;
extern const struct dataset_format dataset_format_subpopulation_shapes;
extern const struct dataset_format dataset_format_table;
extern const struct dataset_format dataset_format_text;

/* To add a format, add its line here. */
static const struct dataset_format *const formats[] = {
    &dataset_format_cifar,
    &dataset_format_coloured_digits,
    &dataset_format_drawn_table,
    &dataset_format_drawn_text,
    &dataset_format_environment_features,
    &dataset_format_features,
    &dataset_format_folders,
    &dataset_format_glue,
    &dataset_format_idx,
    &dataset_format_pictures,
    &dataset_format_rare_cluster,
    &dataset_format_rare_line,
    &dataset_format_rotated_digits,
    &dataset_format_shapes,
    &dataset_format_shapes_domains,
    &dataset_format_subpopulation_digits,
    &dataset_format_subpopulation_shapes,
    &dataset_format_table,
    &dataset_format_text,
    NULL,
};

static const struct component *format_at(int i)
{
    return formats[i] ? &formats[i]->component : NULL;
}

const struct component_kind dataset_format_kind = {
    .name = "format",
    .doc = "how a data set is stored",
    .at = format_at,
};

static const struct dataset_format *find_format(const struct dataset_source *source,
                                                struct error *err)
{
    const struct value *v = settings_find(source->description, "format");

    if (!v || v->kind != VALUE_STRING) {
        error_set(err, "its description has no format");
        return NULL;
    }
    return (const struct dataset_format *)component_find(&dataset_format_kind, v->string, err);
}

int dataset_find_list(const struct dataset_source *source, const char *key,
                      const struct value **ret_list, struct error *err)
{
    const struct value *list = settings_find(source->description, key);

    if (!list || list->kind != VALUE_LIST || list->n_items == 0)
        return error_set(err, "its description has no list \"%s\"", key);
    for (int i = 0; i < list->n_items; i++)
        if (list->items[i].kind != VALUE_STRING)
            return error_set(err, "item %d of \"%s\" in its description is not a text", i + 1, key);
    *ret_list = list;
    return 0;
}

int dataset_find_files(const struct dataset_source *source, const char *key,
                       const struct value **ret_list, struct error *err)
{
    const struct value *list = NULL;

    if (dataset_find_list(source, key, &list, err) < 0)
        return -1;
    for (int i = 0; i < list->n_items; i++)
        if (dataset_check_path(key, list->items[i].string, err) < 0)
            return -1;
    *ret_list = list;
    return 0;
}

int dataset_check_path(const char *key, const char *path, struct error *err)
{
    if (file_stays_below(path))
        return 0;
    return error_set(err, "\"%s\" in its description names \"%s\", which is not below the data root: "
                          "a path is relative and has no \"..\"", key, path);
}

const char *dataset_find_path(const struct dataset_source *source, const char *key, struct arena *arena,
                              struct error *err)
{
    const struct value *v = settings_find(source->description, key);

    if (!v || v->kind != VALUE_STRING) {
        error_set(err, "its description has no text \"%s\"", key);
        return NULL;
    }
    if (dataset_check_path(key, v->string, err) < 0)
        return NULL;
    if (!source->root) {
        error_set(err, "no data root: set RGDBENCH_DATA to the folder that holds \"%s\"", v->string);
        return NULL;
    }
    return arena_printf(arena, "%s/%s", source->root, v->string);
}

int dataset_add_file(struct dataset *d, const char *name, const unsigned char *bytes, size_t size,
                     struct error *err)
{
    if (d->n_files == DATASET_MAX_FILES)
        return error_set(err, "more than %d files", DATASET_MAX_FILES);
    d->files[d->n_files++] = (struct dataset_file){arena_strdup(&d->arena, name), bytes, size};
    return 0;
}

void dataset_watch_state(struct dataset *d, const struct file_state *state)
{
    struct file_state *states =
        arena_grow(&d->arena, (void *)d->states, d->n_states, sizeof *states);

    states[d->n_states++] = *state;
    d->states = states;
}

int dataset_map(struct dataset *d, const char *path, const struct file_map **ret_map, struct error *err)
{
    struct file_map *map = &d->maps[d->n_maps];
    struct file_state state;

    if (d->n_maps == DATASET_MAX_FILES)
        return error_set(err, "more than %d files", DATASET_MAX_FILES);
    if (file_state_read(path, &state, err) < 0 || file_map_open(path, map, err) < 0)
        return -1;
    d->n_maps++;
    file_state_take_sum(&state, map->bytes, map->size);
    dataset_watch_state(d, &state);
    *ret_map = map;
    return 0;
}

int dataset_check(const struct dataset *d, struct error *err)
{
    for (int i = 0; i < d->n_states; i++)
        if (file_state_check(&d->states[i], err) < 0)
            return -1;
    return 0;
}

int dataset_check_bytes(const struct dataset *d, struct error *err)
{
    for (int i = 0; i < d->n_states; i++)
        if (file_state_check_bytes(&d->states[i], err) < 0)
            return -1;
    return 0;
}

int dataset_map_files(struct dataset *d, const struct dataset_source *source, const char *key,
                      int *ret_first, int *ret_n, struct error *err)
{
    const struct value *list = NULL;
    int first = d->n_maps;

    if (dataset_find_files(source, key, &list, err) < 0)
        return -1;
    if (!source->root)
        return error_set(err, "no data root: set RGDBENCH_DATA to the folder that holds \"%s\"",
                         list->items[0].string);
    if (first + list->n_items > DATASET_MAX_FILES)
        return error_set(err, "more than %d files", DATASET_MAX_FILES);
    for (int i = 0; i < list->n_items; i++) {
        const char *name = list->items[i].string;
        const struct file_map *map;

        if (dataset_map(d, arena_printf(&d->arena, "%s/%s", source->root, name), &map, err) < 0 ||
            dataset_add_file(d, name, map->bytes, map->size, err) < 0)
            return -1;
    }
    *ret_first = first;
    *ret_n = list->n_items;
    return 0;
}

static int take_texts(struct dataset *d, const struct dataset_source *source, const char *key,
                      const char *const **ret_texts, int *ret_n, struct error *err)
{
    const struct value *list = NULL;
    const char **texts;

    if (dataset_find_list(source, key, &list, err) < 0)
        return -1;
    texts = arena_alloc(&d->arena, (size_t)list->n_items * sizeof *texts);
    for (int i = 0; i < list->n_items; i++)
        texts[i] = arena_strdup(&d->arena, list->items[i].string);
    *ret_texts = texts;
    *ret_n = list->n_items;
    return 0;
}

int dataset_take_classes(struct dataset *d, const struct dataset_source *source, struct error *err)
{
    if (take_texts(d, source, "classes", &d->class_names, &d->n_classes, err) < 0)
        return -1;
    if (d->n_classes > DATASET_MAX_CLASSES)
        return error_set(err, "more than %d classes", DATASET_MAX_CLASSES);
    return 0;
}

void dataset_pool_init(struct dataset *d, struct pool *pool, int n, uint16_t **ret_labels)
{
    *ret_labels = arena_alloc(&d->arena, (size_t)n * sizeof **ret_labels);
    pool->n = n;
    pool->values[0].bytes = arena_alloc(&d->arena, (size_t)n * sizeof *pool->values[0].bytes);
    pool->labels = *ret_labels;
}

void dataset_table_init(struct dataset *d, struct pool *pool, int n, float **ret_numbers,
                        uint16_t **ret_labels)
{
    *ret_labels = arena_alloc(&d->arena, (size_t)n * sizeof **ret_labels);
    *ret_numbers = arena_alloc(&d->arena, (size_t)n * field_size(&d->signature.fields[0]) * sizeof **ret_numbers);
    *pool = (struct pool){.n = n, .values = {{.numbers = *ret_numbers}}, .labels = *ret_labels};
}

void dataset_environments_init(struct dataset *d, const char *const *names, const int *sizes,
                               int n_environments, uint16_t **ret_labels)
{
    uint16_t *groups;
    int n = 0, at = 0;

    for (int e = 0; e < n_environments; e++)
        n += sizes[e];
    dataset_pool_init(d, &d->train, n, ret_labels);
    groups = arena_alloc(&d->arena, (size_t)n * sizeof *groups);
    for (int e = 0; e < n_environments; e++)
        for (int i = 0; i < sizes[e]; i++)
            groups[at++] = (uint16_t)e;
    d->train.groups = groups;
    d->group_names = names;
    d->n_groups = n_environments;
    d->has_environments = true;
}

/* Two arrays of items of `size` bytes, one behind the other; NULL where they are. */
static void *join(const void *a, int n_a, const void *b, int n_b, size_t size, struct arena *arena)
{
    unsigned char *both;

    if (!a || n_b == 0)
        return (void *)a;
    both = arena_alloc(arena, ((size_t)n_a + (size_t)n_b) * size);
    memcpy(both, a, (size_t)n_a * size);
    memcpy(both + (size_t)n_a * size, b, (size_t)n_b * size);
    return both;
}

struct dataset dataset_join(const struct dataset *d, struct arena *arena)
{
    const struct pool *a = &d->train, *b = &d->test;
    struct dataset all = *d;

    for (int f = 0; f < d->signature.n; f++) {
        const struct values *x = &a->values[f], *y = &b->values[f];
        size_t size = 4 * field_size(&d->signature.fields[f]); /* of numbers and of codes */

        all.train.values[f] = (struct values){
            .bytes = join(x->bytes, a->n, y->bytes, b->n, sizeof *x->bytes, arena),
            .numbers = join(x->numbers, a->n, y->numbers, b->n, size, arena),
            .codes = join(x->codes, a->n, y->codes, b->n, size, arena)};
    }
    all.train.labels = join(a->labels, a->n, b->labels, b->n, sizeof *a->labels, arena);
    all.train.targets = join(a->targets, a->n, b->targets, b->n, sizeof *a->targets, arena);
    all.train.groups = join(a->groups, a->n, b->groups, b->n, sizeof *a->groups, arena);
    all.train.n = a->n + b->n;
    all.test = (struct pool){0};
    all.n_validation = all.n_noisy = 0;
    all.arena = (struct arena){0};
    return all;
}

int dataset_environment(const struct dataset *d, int environment, int *ret_n)
{
    int first = 0, end;

    while (first < d->train.n && d->train.groups[first] < environment)
        first++;
    end = first;
    while (end < d->train.n && d->train.groups[end] == environment)
        end++;
    *ret_n = end - first;
    return first;
}

/* How long it takes to read large data. */
struct progress {
    const struct listener *listener; /* NULL: nobody is told */
    const char *name;
    double size, done; /* bytes */
    double told;       /* clock_now() */
    bool has_told;
};

static void tell_progress(struct progress *p, bool is_last)
{
    char line[120];

    if (!p->listener || (is_last ? !p->has_told : clock_now() - p->told < 1))
        return;
    p->has_told = true;
    p->told = clock_now();
    snprintf(line, sizeof line, "data set \"%.60s\": read %.1f of %.1f GB", p->name, p->done / 1e9,
             p->size / 1e9);
    p->listener->tell(p->listener->context, line, is_last);
}

static void hash_text(struct hash *h, const char *s)
{
    uint32_t size = (uint32_t)strlen(s);
    unsigned char bytes[4] = {size & 0xff, size >> 8 & 0xff, size >> 16 & 0xff, size >> 24 & 0xff};

    hash_update(h, bytes, sizeof bytes);
    hash_update(h, s, size);
}

static void hash_field(struct hash *h, const struct field *field, const struct values *values, int i,
                       struct progress *progress)
{
    size_t size = field_size(field), at = (size_t)i * size;

    switch (field_type(field)) {
    case FIELD_U8: hash_update(h, values->bytes[i], size); break;
    case FIELD_F32: hash_update(h, values->numbers + at, size * sizeof *values->numbers); break;
    case FIELD_I32: hash_update(h, values->codes + at, size * sizeof *values->codes); break;
    }
    progress->done += (double)size;
}

static void hash_pool(struct hash *h, const struct dataset *d, const struct pool *pool,
                      struct progress *progress)
{
    for (int i = 0; i < pool->n; i++) {
        unsigned char label[2] = {pool->labels[i] & 0xff, (unsigned char)(pool->labels[i] >> 8)};

        hash_update(h, label, 2);
        for (int f = 0; f < d->signature.n; f++)
            hash_field(h, &d->signature.fields[f], &pool->values[f], i, progress);
        if (pool->targets)
            hash_update(h, &pool->targets[i], sizeof *pool->targets);
        if (pool->groups && !d->has_environments)
            hash_update(h, &pool->groups[i], sizeof *pool->groups);
        if (i % 4096 == 0)
            tell_progress(progress, false);
    }
}

static void hash_noisy(struct hash *h, const struct dataset *d)
{
    for (int k = 0; k < d->n_noisy; k++) {
        hash_text(h, d->noisy[k].name);
        hash_update(h, d->noisy[k].labels, (size_t)d->train.n * sizeof *d->noisy[k].labels);
    }
}

/* What columns and levels are called, each behind its length. */
static void hash_names(struct hash *h, const struct dataset *d)
{
    for (int f = 0; f < d->signature.n; f++) {
        const struct field *field = &d->signature.fields[f];

        for (int c = 0; field->columns && c < field->shape[0]; c++) {
            hash_text(h, field->columns[c]);
            for (int l = 0; field->n_levels && d->level_names && l < field->n_levels[c]; l++)
                hash_text(h, d->level_names[c][l]);
        }
    }
    for (int g = 0; !d->has_environments && g < d->n_groups; g++)
        hash_text(h, d->group_names[g]);
}

/* What it is judged by; which of them there are, and suit it, is for those who measure. */
static int take_score(struct dataset *d, const struct dataset_source *source, struct error *err)
{
    return settings_find(source->description, "score") ? take_texts(d, source, "score", &d->score, &d->n_score, err) : 0;
}

static void set_digest(struct dataset *d, const struct listener *listener)
{
    double n_examples = (double)d->train.n + d->test.n + d->probe.n;
    struct progress progress = {.listener = listener, .name = d->name, .told = clock_now()};
    const struct field *first = &d->signature.fields[0];
    struct hash h;
    char head[120];

    for (int f = 0; f < d->signature.n; f++)
        progress.size += n_examples * (double)field_size(&d->signature.fields[f]);
    hash_init(&h, HASH_SHA256);
    snprintf(head, sizeof head, "rgdbench data 1: %d x %d x %d, %d classes, %d + %d\n",
             first->shape[0], first->shape[1], first->shape[2], d->n_classes, d->train.n, d->test.n);
    hash_update(&h, head, strlen(head));
    if (d->n_validation) {
        snprintf(head, sizeof head, "validation: %d\n", d->n_validation);
        hash_update(&h, head, strlen(head));
    }
    for (int e = 0; d->has_environments && e < d->n_groups; e++) {
        int n;

        dataset_environment(d, e, &n);
        snprintf(head, sizeof head, "environment \"%.60s\": %d\n", d->group_names[e], n);
        hash_update(&h, head, strlen(head));
    }
    hash_names(&h, d);
    hash_pool(&h, d, &d->train, &progress);
    hash_pool(&h, d, &d->test, &progress);
    hash_pool(&h, d, &d->probe, &progress);
    hash_noisy(&h, d);
    for (int i = 0; i < d->n_score; i++)
        hash_text(&h, d->score[i]);
    tell_progress(&progress, true);
    hash_hex(&h, d->digest);
}

int dataset_open(struct dataset *ret_dataset, const struct dataset_source *source,
                 const struct settings *settings, struct error *err)
{
    struct dataset d = {0};
    const struct dataset_format *format = find_format(source, err);
    const struct value *known = settings_find(settings, "data.digest");
    const char *missing;
    void *config;

    if (!format)
        goto fail;
    d.name = arena_strdup(&d.arena, source->name);
    d.format = format;
    if (component_configure(&format->component, "data", settings, &d.arena, &config, err) < 0 ||
        format->load(&d, source, config, err) < 0 || noisy_labels_read(&d, source, err) < 0 ||
        take_score(&d, source, err) < 0)
        goto fail;
    if (d.train.n == 0) {
        error_set(err, "it holds no examples");
        goto fail;
    }
    set_digest(&d, source->listener);
    if (!(known && known->kind == VALUE_STRING && strcmp(known->string, d.digest) == 0) &&
        sums_check(&d, source, err) < 0)
        goto fail;
    if (dataset_check(&d, err) < 0)
        goto fail;
    *ret_dataset = d;
    return 0;

fail:
    if (source->root && !dataset_is_present(source, &d.arena, &missing))
        error_set(err,
                  settings_find(source->description, "archive") ? "%s; `make data NAME=%s` fetches it"
                                                                : "%s; datasets/%s.lua says where it comes from",
                  err->text, source->name);
    error_context(err, "data set \"%s\"", source->name);
    dataset_close(&d);
    return -1;
}

enum { DRAWING_SHARED, DRAWING_TRIAL };
static const char *const drawings[] = {"shared", "trial", NULL};

const struct hparam dataset_drawing_hparams[] = {
    {"drawing", HPARAM_CHOICE, 0, .fallback = "\"shared\"", .choices = drawings, .is_later = true,
     .doc = "shared: what is drawn (order, flips, colours) is trial 0's in all trials; trial: each "
            "draws its own, as in DomainBed"},
    {0},
};

bool dataset_draw(const struct dataset *d, const struct settings *settings, int trial,
                  struct dataset *ret_drawn)
{
    const struct value *drawing = settings_find(settings, "data.drawing");

    if (!drawing || strcmp(drawing->string, drawings[DRAWING_TRIAL]) != 0)
        return false;
    *ret_drawn = *d;
    ret_drawn->arena = (struct arena){0};
    d->format->draw(ret_drawn, trial);
    return true;
}

void dataset_close(struct dataset *d)
{
    for (int i = 0; i < d->n_maps; i++)
        file_map_close(&d->maps[i]);
    arena_release(&d->arena);
    *d = (struct dataset){0};
}

bool dataset_file_is_there(const struct dataset_source *source, const char *name, struct arena *arena)
{
    return file_exists(arena_printf(arena, "%s/%s", source->root, name));
}

bool dataset_has_files(const struct dataset_source *source, const char *key,
                       bool (*is_there)(const struct dataset_source *source, const char *name, struct arena *arena),
                       struct arena *arena, const char **ret_missing)
{
    const struct value *list = NULL;
    struct error err;

    *ret_missing = NULL;
    if (!source->root || dataset_find_files(source, key, &list, &err) < 0)
        return false;
    for (int i = 0; i < list->n_items; i++)
        if (!is_there(source, list->items[i].string, arena)) {
            *ret_missing = arena_printf(arena, "%s/%s", source->root, list->items[i].string);
            return false;
        }
    return true;
}

bool dataset_is_present(const struct dataset_source *source, struct arena *arena,
                        const char **ret_missing)
{
    struct error err;
    const struct dataset_format *format = find_format(source, &err);

    *ret_missing = NULL;
    if (format && format->is_embedded)
        return true;
    if (format && format->is_present)
        return format->is_present(source, arena, ret_missing) && noisy_labels_is_present(source, arena, ret_missing);
    return dataset_has_files(source, "train", dataset_file_is_there, arena, ret_missing) &&
           dataset_has_files(source, "test", dataset_file_is_there, arena, ret_missing) &&
           noisy_labels_is_present(source, arena, ret_missing);
}
