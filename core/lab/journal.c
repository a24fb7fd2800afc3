/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/journal.h"

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

static void add_evaluation(struct journal *j, long step, const char *part,
                           const struct evaluation *e)
{
    add(j, step, part, "loss", -1, e->loss);
    add(j, step, part, "accuracy", -1, e->accuracy);
    add(j, step, part, "balanced_accuracy", -1, e->balanced_accuracy);
}

static unsigned char *take_answers(struct journal *j, long step, int n)
{
    unsigned char *bits = arena_alloc(j->arena, ((size_t)n + 7) / 8);

    j->answers = (struct store_answers){step, n, bits};
    return bits;
}

void journal_add(struct journal *j, const struct run_point *point)
{
    add(j, point->step, "train", "loss", -1, point->train_loss);
    add(j, point->step, "train", "accuracy", -1, point->train_accuracy);
    add_evaluation(j, point->step, "validation", &point->validation);
    add_evaluation(j, point->step, "test", &point->test);
    for (int i = 0; i < point->n_parts; i++) {
        const struct domains_part *part = &point->parts[i];

        add(j, point->step, part->name, "loss", -1, part->result.loss);
        add(j, point->step, part->name, "accuracy", -1, part->result.accuracy);
    }
    for (int c = 0; c < point->test.n_classes; c++)
        add(j, point->step, "test", "class_accuracy", c, point->test.class_accuracy[c]);
    if (point->test.answers && point->test.n <= STORE_MAX_ANSWERS)
        memcpy(take_answers(j, point->step, point->test.n), point->test.answers,
               ((size_t)point->test.n + 7) / 8);
}

void journal_write(const struct journal *j, double seconds, struct text *t)
{
    text_printf(t, "seconds %a\n", seconds);
    for (int i = 0; i < j->n_metrics; i++) {
        const struct store_metric *m = &j->metrics[i];

        text_printf(t, "%ld %s %s %d %a\n", m->step, m->part, m->name, m->class_index, m->value);
    }
    if (j->answers.n == 0)
        return;
    text_printf(t, "answers %ld %d ", j->answers.step, j->answers.n);
    for (int i = 0; i < (j->answers.n + 7) / 8; i++)
        text_printf(t, "%02x", j->answers.bits[i]);
    text_printf(t, "\n");
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The length of the line "answers STEP N BITS" that `line` begins with; 0: it is none. */
static size_t read_answers(struct journal *j, const char *line)
{
    unsigned char *bits;
    long step;
    int n, at = 0;

    if (sscanf(line, "answers %ld %d %n", &step, &n, &at) != 2 || at == 0 || n < 1 ||
        n > STORE_MAX_ANSWERS || strspn(line + at, "0123456789abcdef") != 2 * (((size_t)n + 7) / 8))
        return 0;
    bits = take_answers(j, step, n);
    for (int i = 0; i < (n + 7) / 8; i++, at += 2)
        bits[i] = (unsigned char)(16 * digit(line[at]) + digit(line[at + 1]));
    return line[at] == '\n' ? (size_t)at + 1 : 0;
}

int journal_read(struct journal *j, const char *text, struct error *err)
{
    int end = 0;

    if (sscanf(text, "seconds %lf%n", &j->seconds, &end) != 1 || text[end] != '\n')
        return error_set(err, "its journal does not begin with seconds");
    for (text += end + 1; *text; text += end + 1) {
        size_t answers = read_answers(j, text);
        long step;
        char part[32], name[64];
        int class_index;
        double value;

        if (answers > 0) {
            end = (int)answers - 1;
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
