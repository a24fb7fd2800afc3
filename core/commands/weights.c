/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb weights: what an objective makes of losses. */
#include "commands/command.h"
#include "learn/config/config.h"
#include "learn/objective/objective.h"
#include "os/say.h"
#include "script/script.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The lines of standard input: a loss, and behind it, where given, the number of
 * its class and that of its environment. */
struct table {
    struct arena *arena;
    int n, n_columns;
    double *losses;
    int *classes, *environments;
};

static int read_group(const char *word, int *ret_group)
{
    double x;

    if (text_parse_number(word, &x) < 0 || !(x >= 0 && x < OBJECTIVE_MAX_GROUPS) || x != (int)x)
        return -1;
    *ret_group = (int)x;
    return 0;
}

static int read_line(struct table *t, char *line, int number, struct error *err)
{
    enum { MAX_LOSSES = 10000000, MAX_COLUMNS = 3 };
    char *words[MAX_COLUMNS + 1] = {0}, *rest = NULL;
    int n = 0;

    for (char *w = strtok_r(line, " \t\r\n", &rest); w && n <= MAX_COLUMNS;
         w = strtok_r(NULL, " \t\r\n", &rest))
        words[n++] = w;
    if (n == 0)
        return 0;
    if (t->n == 0)
        t->n_columns = n;
    if (n > MAX_COLUMNS || n != t->n_columns)
        return error_set(err, "standard input, line %d: %d columns; have loss, class, environment, "
                              "as many on each line",
                         number, n);
    if (t->n == MAX_LOSSES)
        return error_set(err, "more than %d losses", MAX_LOSSES);
    t->losses = arena_grow(t->arena, t->losses, t->n, sizeof *t->losses);
    t->classes = arena_grow(t->arena, t->classes, t->n, sizeof *t->classes);
    t->environments = arena_grow(t->arena, t->environments, t->n, sizeof *t->environments);
    if (text_parse_number(words[0], &t->losses[t->n]) < 0 || !isfinite(t->losses[t->n]))
        return error_set(err, "standard input, line %d: \"%s\" is not a loss", number, words[0]);
    if ((n > 1 && read_group(words[1], &t->classes[t->n]) < 0) ||
        (n > 2 && read_group(words[2], &t->environments[t->n]) < 0))
        return error_set(err, "standard input, line %d: a class or an environment is a whole number "
                              "from 0 to %d",
                         number, OBJECTIVE_MAX_GROUPS - 1);
    t->n++;
    return 0;
}

static int read_table(struct table *t, struct error *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int result = 0;

    for (int number = 1; result == 0 && (n = getline(&line, &room, stdin)) >= 0; number++)
        result = strlen(line) == (size_t)n
                     ? read_line(t, line, number, err)
                     : error_set(err, "standard input, line %d: it holds a zero byte", number);
    free(line);
    if (result == 0 && t->n == 0)
        return error_set(err, "standard input holds no losses; give one a line");
    return result;
}

/* How many lines there are of each class in each environment. */
static const int *count_both(const struct table *t, const struct objective_data *data)
{
    int *counts = arena_alloc(t->arena, (size_t)data->n_classes * (size_t)data->n_environments * sizeof *counts);

    for (int i = 0; i < t->n; i++)
        counts[t->classes[i] * data->n_environments + t->environments[i]]++;
    return counts;
}

/* How many groups there are, and how many lines of each. */
static int count(struct arena *arena, const int *groups, int n, const int **ret_counts)
{
    int *counts = arena_alloc(arena, OBJECTIVE_MAX_GROUPS * sizeof *counts), n_groups = 0;

    for (int i = 0; i < n; i++) {
        counts[groups[i]]++;
        n_groups = groups[i] >= n_groups ? groups[i] + 1 : n_groups;
    }
    *ret_counts = counts;
    return n_groups;
}

/* The objective that the text describes, for data as the table has them. */
static int open_objective(const char *text, const struct table *t, struct objective_data *data,
                          struct objective *ret_objective, struct error *err)
{
    struct settings s;
    const struct component *type;
    void *config, *filter;

    settings_init(&s, t->arena);
    if (script_parse_component(text, "objective", &s, err) < 0)
        return -1;
    type = component_find(&objective_kind, settings_string(&s, "objective"), err);
    if (!type || component_configure(type, "objective", &s, t->arena, &config, err) < 0 ||
        component_configure(&objective_filter_component, "objective", &s, t->arena, &filter, err) <
            0)
        return -1;
    if (t->n_columns > 1)
        data->n_classes = count(t->arena, t->classes, t->n, &data->class_counts);
    if (t->n_columns > 2)
        data->n_environments = count(t->arena, t->environments, t->n, &data->environment_counts);
    if (t->n_columns > 2)
        data->both_counts = count_both(t, data);
    if (objective_init(ret_objective, t->arena, (const struct objective_type *)type, config, filter,
                       data, t->n, err) < 0)
        return error_context(err, "standard input has %d columns", t->n_columns);
    return 0;
}

int command_weights(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct table t = {.arena = in->arena};
    struct objective_data data = {0};
    struct objective objective;
    struct objective_batch batch;
    struct settings s;
    double *weights, value;

    (void)ret_status;
    settings_init(&s, in->arena);
    if (script_parse_component(in->words[0], "objective", &s, err) < 0 || /* before it waits */
        read_table(&t, err) < 0 || open_objective(in->words[0], &t, &data, &objective, err) < 0)
        return -1;
    batch = (struct objective_batch){
        .n = t.n, .losses = t.losses, .classes = t.classes, .environments = t.environments};
    weights = arena_alloc(in->arena, (size_t)t.n * sizeof *weights);
    value = objective_value(&objective, &batch);
    objective_weigh(&objective, &batch, weights);
    for (int i = 0; i < t.n; i++)
        say(stdout, "%.10g\t%.10g\n", t.losses[i], weights[i]);
    if (!isnan(value))
        say(stdout, "# value %.10g\n", value);
    return 0;
}
