/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tasks of GLUE, from the files of its archives: tabs between, and quotes are text in all of them. The
 * labels of GLUE's own test parts are hidden: the part that tests is GLUE's dev part, and each run holds out
 * its validation part of train. MRPC's and STS-B's test parts were published elsewhere with their labels, in
 * the same order: there dev is the validation part. */
#include "data/table/table_parts.h"
#include "data/text/text_load.h"

#include <stddef.h>
#include <string.h>

#define TABS "quote = \"\"\nseparator = \"tab\"\n"
#define OTHERS "others = \"ignore\"\n"
#define ENTAILMENT "classes = [\"entailment\",\"not_entailment\"]\nlabel = \"label\"\n" OTHERS
#define ZERO_ONE "classes = [\"0\",\"1\"]\n"
#define SENTENCES "texts = [\"sentence1\",\"sentence2\"]\n"
#define MNLI \
    "classes = [\"entailment\",\"neutral\",\"contradiction\"]\nlabel = \"gold_label\"\n" OTHERS TABS SENTENCES
#define MRPC ZERO_ONE "label = \"Quality\"\n" OTHERS TABS "texts = [\"#1 String\",\"#2 String\"]\n"
#define DEV_TESTS "its test part is GLUE's dev part, as the labels of GLUE's test part are hidden"

/* To add a task, add its row here. */
static const struct task {
    const char *name;
    const char *files[TABLE_N_PARTS];  /* NULL: it has no such part */
    const char *columns, *test_columns; /* as descriptions of tables have them; NULL: the same */
    const char *note;
} tasks[] = {
    {"cola", {"train.tsv", NULL, "dev.tsv"},
     ZERO_ONE "columns = [\"source ignore\",\"label label\",\"mark ignore\",\"sentence text\"]\n"
     "header = false\n" TABS, NULL,
     DEV_TESTS},
    {"mnli", {"train.tsv", NULL, "dev_matched.tsv"}, MNLI, NULL, DEV_TESTS ", the matched one"},
    {"mnli_mismatched", {"train.tsv", NULL, "dev_mismatched.tsv"}, MNLI, NULL,
     DEV_TESTS ", the mismatched one"},
    {"mrpc", {"train.tsv", "dev.tsv", "msr_paraphrase_test.txt"}, MRPC, NULL,
     "Microsoft's sentences as they are, not SentEval's, which were cut into tokens before"},
    {"qnli", {"train.tsv", NULL, "dev.tsv"}, ENTAILMENT TABS "texts = [\"question\",\"sentence\"]\n", NULL,
     DEV_TESTS},
    {"qqp", {"train.tsv", NULL, "dev.tsv"},
     ZERO_ONE "label = \"is_duplicate\"\n" OTHERS TABS "texts = [\"question1\",\"question2\"]\n", NULL,
     DEV_TESTS},
    {"rte", {"train.tsv", NULL, "dev.tsv"}, ENTAILMENT TABS SENTENCES, NULL, DEV_TESTS},
    {"sst2", {"train.tsv", NULL, "dev.tsv"}, ZERO_ONE "label = \"label\"\n" TABS "texts = [\"sentence\"]\n",
     NULL, DEV_TESTS},
    {"stsb", {"train.tsv", "dev.tsv", "sts-test-labelled.tsv"}, OTHERS TABS "target = \"score\"\n" SENTENCES,
     "columns = [\"genre ignore\",\"filename ignore\",\"year ignore\",\"old_index ignore\",\"score target\","
     "\"sentence1 text\",\"sentence2 text\"]\nheader = false\nmore_fields = true\n" TABS, NULL},
    {"wnli", {"train.tsv", NULL, "dev.tsv"}, ZERO_ONE "label = \"label\"\n" OTHERS TABS SENTENCES, NULL,
     DEV_TESTS "; dev has sentences of train with the other label"},
};

enum { N_TASKS = sizeof tasks / sizeof *tasks };

static const struct task *find_task(const struct dataset_source *source, struct error *err)
{
    const struct value *name = settings_find(source->description, "task");
    const char *names[N_TASKS + 1] = {0};

    if (!name || name->kind != VALUE_STRING) {
        error_set(err, "its description has no text \"task\"");
        return NULL;
    }
    for (int i = 0; i < N_TASKS; i++) {
        if (strcmp(tasks[i].name, name->string) == 0)
            return &tasks[i];
        names[i] = tasks[i].name;
    }
    text_unknown(err, "task of GLUE", name->string, names);
    return NULL;
}

/* The file of part p, mapped and read as a table of one part. */
static int read_part(struct dataset *d, const struct dataset_source *source, const struct task *task, int p,
                     struct table *ret_table, struct error *err)
{
    const char *folder = dataset_find_path(source, "folder", &d->arena, err);
    const char *columns = p == TABLE_TEST && task->test_columns ? task->test_columns : task->columns;
    struct table_files parts[TABLE_N_PARTS] = {{0}};
    const struct file_map *map;
    struct settings layout;
    struct table_file file;

    if (!folder)
        return -1;
    file.name = arena_printf(&d->arena, "%s/%s", settings_string(source->description, "folder"),
                             task->files[p]);
    if (dataset_map(d, arena_printf(&d->arena, "%s/%s", folder, task->files[p]), &map, err) < 0 ||
        dataset_add_file(d, file.name, map->bytes, map->size, err) < 0)
        return -1;
    file.bytes = (const char *)map->bytes;
    file.size = map->size;
    parts[TABLE_TRAIN] = (struct table_files){&file, 1};
    settings_init(&layout, &d->arena);
    if (settings_parse(&layout, columns, err) < 0)
        return -1;
    return table_read(&layout, parts, &d->arena, ret_table, err);
}

static void *append(struct arena *arena, const void *a, size_t n_a, const void *b, size_t n_b, size_t size)
{
    unsigned char *both;

    if (!a && !b)
        return NULL;
    both = arena_alloc(arena, (n_a + n_b) * size);
    if (n_a)
        memcpy(both, a, n_a * size);
    memcpy(both + n_a * size, b, n_b * size);
    return both;
}

/* The rows of `more`, which is of part p, behind those of `t`. */
static void append_rows(struct table *t, const struct table *more, int p, struct arena *arena)
{
    size_t n = (size_t)t->n_rows, n_more = (size_t)more->n_rows, n_texts = (size_t)more->n_texts;
    struct table all = *more;

    all.labels = append(arena, t->labels, n, more->labels, n_more, sizeof *all.labels);
    all.targets = append(arena, t->targets, n, more->targets, n_more, sizeof *all.targets);
    all.texts = append(arena, t->texts, n * n_texts, more->texts, n_more * n_texts, sizeof *all.texts);
    all.n_rows = t->n_rows + more->n_rows;
    memcpy(all.n, t->n, sizeof all.n);
    all.n[p] = more->n_rows;
    all.n_notes = 0; /* of columns that are passed over */
    *t = all;
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    const struct task *task = find_task(source, err);
    struct table all = {0}, t;

    if (!task)
        return -1;
    for (int p = 0; p < TABLE_N_PARTS; p++) {
        if (!task->files[p])
            continue;
        if (read_part(d, source, task, p, &t, err) < 0)
            return -1;
        append_rows(&all, &t, p, &d->arena);
    }
    table_parts_take(d, &all);
    d->note = task->note;
    return text_load(d, source, config, &all, err);
}

static bool is_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing)
{
    struct error err;
    const struct task *task = find_task(source, &err);
    const char *folder = dataset_find_path(source, "folder", arena, &err);

    *ret_missing = NULL;
    for (int p = 0; p < TABLE_N_PARTS && task && folder && !*ret_missing; p++) {
        const char *path = task->files[p] ? arena_printf(arena, "%s/%s", folder, task->files[p]) : NULL;

        if (path && !file_exists(path))
            *ret_missing = path;
    }
    return task && folder && !*ret_missing && text_vocabulary_is_present(source, arena, ret_missing);
}

static const struct hparam hparams[] = {
    TEXT_HPARAM_MAX_TOKENS("128"),
    {0},
};

static const struct data_key keys[] = {
    {"task", DATA_KEY_TEXT, .is_needed = true,
     .doc = "cola mnli mnli_mismatched mrpc qnli qqp rte sst2 stsb wnli"},
    {"folder", DATA_KEY_TEXT, .is_needed = true,
     .doc = "of the task's files, as GLUE's archive has it, below the data root"},
    TEXT_KEYS,
    {0},
};

const struct dataset_format dataset_format_glue = {
    .component =
        {
            .name = "glue",
            .doc = "a task of GLUE, as the tokens that a BERT reads",
            .source = "Wang et al. 2018, arXiv 1804.07461",
            .hparams = hparams,
            .config_size = sizeof(struct text_config),
        },
    .keys = keys,
    .is_present = is_present,
    .load = load,
};
