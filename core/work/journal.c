/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/journal.h"

#include <stdio.h>
#include <string.h>

void journal_init(struct journal *j, struct arena *arena)
{
    *j = (struct journal){.arena = arena};
}

static void add(struct journal *j, long step, const char *part, const char *name, int class_index,
                double value)
{
    j->metrics = arena_grow(j->arena, j->metrics, j->n_metrics, sizeof *j->metrics);
    j->metrics[j->n_metrics++] = (struct store_metric){step, part, name, class_index, value};
}

/* Values of classes are many: but for the test part's accuracies, only those are kept that judge the run. */
static bool is_for_good(const char *part, const char *name, int class_index)
{
    return class_index < 0 || (strcmp(part, "test") == 0 && strcmp(name, "class_accuracy") == 0);
}

static void drop_judged(struct journal *j)
{
    int n = 0;

    for (int i = 0; i < j->n_metrics; i++)
        if (is_for_good(j->metrics[i].part, j->metrics[i].name, j->metrics[i].class_index))
            j->metrics[n++] = j->metrics[i];
    j->n_metrics = n;
}

static void add_evaluation(struct journal *j, const struct run_point *point, const char *part,
                           const struct evaluation *e)
{
    add(j, point->step, part, "loss", -1, e->loss);
    for (int i = 0; i < e->values.n; i++) {
        const struct metric_value *v = &e->values.items[i];

        if (point->is_judged || is_for_good(part, v->type->name, v->class_index))
            add(j, point->step, part, v->type->name, v->class_index, v->value);
    }
}

static void add_array(struct journal *j, long step, const char *name, int n, const void *numbers)
{
    float *copy = arena_alloc(j->arena, (size_t)n * sizeof *copy);

    memcpy(copy, numbers, (size_t)n * sizeof *copy);
    j->arrays = arena_grow(j->arena, j->arrays, j->n_arrays, sizeof *j->arrays);
    j->arrays[j->n_arrays++] = (struct store_array){step, name, n, copy};
}

/* In the place of the one before, whose memory serves again: there may be many, of megabytes. */
static void add_record(struct journal *j, long step, const struct run_record *r)
{
    for (int i = 0; i < j->n_arrays && r->replaces; i++) {
        struct store_array *a = &j->arrays[i];

        if (strcmp(a->name, r->name) != 0 || a->n != r->n)
            continue;
        memcpy((float *)a->numbers, r->numbers, (size_t)r->n * sizeof *r->numbers);
        a->step = step;
        return;
    }
    add_array(j, step, r->name, r->n, r->numbers);
}

static unsigned char *take_answers(struct journal *j, long step, int n)
{
    unsigned char *bits = arena_alloc(j->arena, ((size_t)n + 7) / 8);

    j->answers = (struct store_answers){step, n, bits};
    return bits;
}

void journal_add(struct journal *j, const struct run_point *point)
{
    if (point->is_judged)
        drop_judged(j);
    add(j, point->step, "train", "loss", -1, point->train_loss);
    if (point->validation.n_classes > 0)
        add(j, point->step, "train", "accuracy", -1, point->train_accuracy);
    add_evaluation(j, point, "validation", &point->validation);
    if (point->has_test)
        add_evaluation(j, point, "test", &point->test);
    for (int i = 0; i < point->n_parts; i++) {
        const struct domain_protocol_part *part = &point->parts[i];

        add(j, point->step, part->name, "loss", -1, part->result.loss);
        add(j, point->step, part->name, "accuracy", -1, metric_value(&part->result.values, "accuracy", -1));
    }
    if (point->test.answers && point->test.n <= STORE_MAX_ANSWERS)
        memcpy(take_answers(j, point->step, point->test.n), point->test.answers,
               ((size_t)point->test.n + 7) / 8);
    for (int i = 0; i < point->n_records; i++)
        if (point->records[i].n <= STORE_MAX_ARRAY)
            add_record(j, point->step, &point->records[i]);
}

static void write_bytes(struct text *t, const void *bytes, size_t size)
{
    const unsigned char *b = bytes;

    for (size_t i = 0; i < size; i++)
        text_printf(t, "%02x", b[i]);
    text_printf(t, "\n");
}

void journal_write(const struct journal *j, double seconds, struct text *t)
{
    text_printf(t, "seconds %a\n", seconds);
    for (int i = 0; i < j->n_metrics; i++) {
        const struct store_metric *m = &j->metrics[i];

        text_printf(t, "%ld %s %s %d %a\n", m->step, m->part, m->name, m->class_index, m->value);
    }
    for (int i = 0; i < j->n_arrays; i++) {
        const struct store_array *a = &j->arrays[i];

        text_printf(t, "array %ld %s %d ", a->step, a->name, a->n);
        write_bytes(t, a->numbers, (size_t)a->n * sizeof *a->numbers);
    }
    if (j->answers.n == 0)
        return;
    text_printf(t, "answers %ld %d ", j->answers.step, j->answers.n);
    write_bytes(t, j->answers.bits, ((size_t)j->answers.n + 7) / 8);
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* As many bytes from the digits at the end of a line; false where those are not what is there. */
static bool read_bytes(const char *digits, unsigned char *ret_bytes, size_t size)
{
    if (strspn(digits, "0123456789abcdef") != 2 * size || digits[2 * size] != '\n')
        return false;
    for (size_t i = 0; i < size; i++)
        ret_bytes[i] = (unsigned char)(16 * digit(digits[2 * i]) + digit(digits[2 * i + 1]));
    return true;
}

/* The length of the line "answers STEP N BYTES" or "array STEP NAME N BYTES" that `line` begins
 * with; 0: it is none. */
static size_t read_bulk(struct journal *j, const char *line)
{
    char name[64];
    long step;
    int n, at = 0;
    size_t size;

    if (sscanf(line, "answers %ld %d %n", &step, &n, &at) == 2 && at > 0 && n >= 1 &&
        n <= STORE_MAX_ANSWERS) {
        size = ((size_t)n + 7) / 8;
        return read_bytes(line + at, take_answers(j, step, n), size) ? (size_t)at + 2 * size + 1 : 0;
    }
    if (sscanf(line, "array %ld %63s %d %n", &step, name, &n, &at) == 3 && at > 0 && n >= 1 &&
        n <= STORE_MAX_ARRAY) {
        unsigned char *bytes;

        size = (size_t)n * sizeof(float);
        bytes = arena_alloc(j->arena, size);
        if (!read_bytes(line + at, bytes, size))
            return 0;
        add_array(j, step, arena_strdup(j->arena, name), n, bytes);
        return (size_t)at + 2 * size + 1;
    }
    return 0;
}

int journal_read(struct journal *j, const char *text, struct error *err)
{
    int end = 0;

    if (sscanf(text, "seconds %lf%n", &j->seconds, &end) != 1 || text[end] != '\n')
        return error_set(err, "its journal does not begin with seconds");
    for (text += end + 1; *text; text += end + 1) {
        size_t bulk = read_bulk(j, text);
        long step;
        char part[32], name[64];
        int class_index;
        double value;

        if (bulk > 0) {
            end = (int)bulk - 1;
            continue;
        }
        if (sscanf(text, "%ld %31s %63s %d %lf%n", &step, part, name, &class_index, &value,
                   &end) != 5 ||
            text[end] != '\n')
            return error_set(err, "its journal has a line that is no metric: %.60s", text);
        add(j, step, arena_strdup(j->arena, part), arena_strdup(j->arena, name), class_index,
            value);
    }
    return 0;
}
