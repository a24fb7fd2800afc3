/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that only read a store: table, compare, plot, export, digest. */
#include "commands/command.h"
#include "commands/project.h"
#include "domainbed/tables.h"
#include "figure/figures.h"
#include "os/say.h"
#include "table/selected.h"
#include "table/sheet/escape.h"
#include "table/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Opens the store of the first word, as it stands now. The caller closes *ret_store. */
static int open_store(const struct invocation *in, struct store **ret_store, struct error *err)
{
    *ret_store = NULL;
    if (project_open_store(in->arena, in->words[0], STORE_READ, ret_store, err) < 0)
        return -1;
    return store_freeze(*ret_store, err);
}

/* rope=POINTS; of what is no share as it is. Which it is says the measure, later. */
static int parse_rope(const char *text, double *ret_rope, struct error *err)
{
    double x;

    if (text_parse_number(text, &x) < 0 || !(x >= 0))
        return error_set(err, "\"rope=%s\": not a number of points from 0 to 100", text);
    *ret_rope = x;
    return 0;
}

static int settle_rope(struct table_options *o, const struct measure *m, struct error *err)
{
    if (m->type->is_share && o->rope > 100)
        return error_set(err, "\"rope=%g\": not a number of points from 0 to 100", o->rope);
    o->rope /= m->unit;
    return 0;
}

/* stats=all, stats=classes, or both with a comma between. */
static int parse_stats(const char *text, struct table_options *ret_options, struct error *err)
{
    static const char *const names[] = {"all", "classes", NULL};

    for (const char *at = text;; at++) {
        size_t size = strcspn(at, ",");

        if (size == 3 && strncmp(at, "all", size) == 0)
            ret_options->with_effects = true;
        else if (size == 7 && strncmp(at, "classes", size) == 0)
            ret_options->with_classes = true;
        else
            return text_unknown(err, "stats", text, names);
        at += size;
        if (!*at)
            return 0;
    }
}

/* measures=accuracy,log_loss: the first one judges, the others stand beside. */
static int parse_measures(const char *text, struct arena *arena, struct table_options *ret_options,
                          struct error *err)
{
    const char **names = arena_alloc(arena, (strlen(text) + 2) * sizeof *names);
    char *copy = arena_strdup(arena, text), *rest = NULL;
    int n = 0;

    for (char *name = strtok_r(copy, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        names[n++] = name;
    if (n == 0)
        return error_set(err, "measures= names no measure");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(names[i], names[k]) == 0)
                return error_set(err, "measures=%s: \"%s\" stands there twice", text, names[i]);
    if (ret_options->select.measure)
        return error_set(err, "measure=%s does not go with measures=, whose first one judges",
                         ret_options->select.measure);
    ret_options->select.measure = names[0];
    ret_options->measures = names + 1;
    return 0;
}

static int parse_select_in(const char *text, enum select_in *ret_in, struct error *err)
{
    static const char *const names[] = {[SELECT_IN_SEED] = "seed", [SELECT_IN_ALL] = "all", NULL};

    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) != 0)
            continue;
        *ret_in = (enum select_in)i;
        return 0;
    }
    return text_unknown(err, "select_in", text, names);
}

/* Of differences: each by itself, or so that they hold together. */
static int parse_intervals(const char *text, bool *ret_is_simultaneous, struct error *err)
{
    static const char *const names[] = {"each", "simultaneous", NULL};

    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) != 0)
            continue;
        *ret_is_simultaneous = i == 1;
        return 0;
    }
    return text_unknown(err, "intervals", text, names);
}

/* Words that do not go together. */
static int check_words(const struct table_options *o, bool has_rope, struct error *err)
{
    bool is_held_out = o->rule || o->is_domainbed;

    if (o->select.by && is_held_out)
        return error_set(err, "by=%s does not go with layout=domainbed or rule=", o->select.by);
    if (o->over && (o->select.by || o->select.in == SELECT_IN_ALL || is_held_out || o->with_epochs ||
                    o->with_effects || o->with_classes || o->measures || o->columns || o->is_simultaneous))
        return error_set(err, "over=%s goes with rope=, correction=, measure= and select= only", o->over);
    if ((o->with_effects || o->with_classes) && (o->select.by || is_held_out))
        return error_set(err, "stats= does not go with by=, layout=domainbed or rule=");
    if (o->select.in == SELECT_IN_ALL && is_held_out)
        return error_set(err, "select_in=all does not go with layout=domainbed or rule=, which select in "
                              "each trial");
    if ((o->select.measure || o->select.select_by) && is_held_out)
        return error_set(err, "measure= and select= do not go with layout=domainbed or rule=, which judge by "
                              "accuracy");
    if ((o->measures || o->columns) && (o->select.by || is_held_out))
        return error_set(err, "measures= and columns= do not go with by=, layout=domainbed or rule=");
    if (o->is_simultaneous && (o->select.by || is_held_out))
        return error_set(err, "intervals=simultaneous does not go with by=, layout=domainbed or rule=");
    if (o->with_epochs && (o->select.by || is_held_out || o->with_effects || o->with_classes || o->measures || o->columns ||
                           has_rope || o->correction || o->is_simultaneous))
        return error_set(err, "epochs=all goes with measure=, select= and select_in= only");
    if (has_rope && (o->select.by || is_held_out))
        return error_set(err, "rope= does not go with by=, layout=domainbed or rule=");
    return 0;
}

/* Behind the experiment's name. */
static int parse_words(const struct invocation *in, int first, struct table_options *ret_options,
                       struct error *err)
{
    bool has_rope = false;

    for (int i = first; i < in->n_words; i++) {
        const char *word = in->words[i];

        if (strncmp(word, "by=", 3) == 0 && word[3]) {
            ret_options->select.by = word + 3;
        } else if (strncmp(word, "over=", 5) == 0 && word[5]) {
            ret_options->over = word + 5;
        } else if (strcmp(word, "epochs=all") == 0) {
            ret_options->with_epochs = true;
        } else if (strcmp(word, "layout=domainbed") == 0) {
            ret_options->is_domainbed = true;
        } else if (strncmp(word, "stats=", 6) == 0) {
            if (parse_stats(word + 6, ret_options, err) < 0)
                return -1;
        } else if (strncmp(word, "select_in=", 10) == 0) {
            if (parse_select_in(word + 10, &ret_options->select.in, err) < 0)
                return -1;
        } else if (strncmp(word, "measure=", 8) == 0) {
            if (ret_options->measures)
                return error_set(err, "%s does not go with measures=, whose first one judges", word);
            ret_options->select.measure = word + 8;
            if (measure_check(word + 8, err) < 0)
                return -1;
        } else if (strncmp(word, "measures=", 9) == 0) {
            if (parse_measures(word + 9, in->arena, ret_options, err) < 0)
                return -1;
        } else if (strncmp(word, "intervals=", 10) == 0) {
            if (parse_intervals(word + 10, &ret_options->is_simultaneous, err) < 0)
                return -1;
        } else if (strncmp(word, "columns=", 8) == 0) {
            ret_options->columns = word + 8;
        } else if (strncmp(word, "select=", 7) == 0) {
            ret_options->select.select_by = word + 7;
            if (measure_check(word + 7, err) < 0)
                return -1;
        } else if (strncmp(word, "rope=", 5) == 0) {
            has_rope = true;
            if (parse_rope(word + 5, &ret_options->rope, err) < 0)
                return -1;
        } else if (strncmp(word, "rule=", 5) == 0) {
            if (!(ret_options->rule = held_out_find_rule(word + 5, err)))
                return -1;
        } else if (strncmp(word, "correction=", 11) != 0) {
            return error_set(err, "unknown word \"%s\"; have by=SETTING over=SETTING correction=NAME epochs=all "
                                  "layout=domainbed rule=NAME select_in=seed|all stats=all,classes "
                                  "rope=POINTS measure=NAME select=NAME measures=NAME,NAME "
                                  "columns=KEY,KEY intervals=each|simultaneous", word);
        } else if (!(ret_options->correction = adjust_find(word + 11, err))) {
            return -1;
        }
    }
    return check_words(ret_options, has_rope, err);
}

/* How a table is to look, from the words after the first ones; the format too. */
static int read_options(const struct invocation *in, int first_word, struct table_options *ret_options,
                        struct error *err)
{
    *ret_options = (struct table_options){.format = sheet_find_format(in->format, err)};
    return ret_options->format ? parse_words(in, first_word, ret_options, err) : -1;
}

/* What it is made from: the store of the first word, selections, numbers from papers. The caller closes
 * options->store, also where this fails. */
static int open_table(const struct invocation *in, struct table_options *options,
                      struct selections *ret_selections, struct published *ret_published, struct error *err)
{
    if (open_store(in, &options->store, err) < 0 ||
        select_points(options->store, &options->select, in->arena, ret_selections, err) < 0 ||
        settle_rope(options, &ret_selections->measure, err) < 0 ||
        published_read(project_path(in->arena, "results/published", in->words[0], ".csv"), in->arena,
                       ret_published, err) < 0)
        return -1;
    options->published = published_of(ret_published, &ret_selections->measure);
    return 0;
}

/* The tables of runs that hold environments out. */
static int print_held_out(const struct invocation *in, const struct table_options *options,
                          struct text *t, struct error *err)
{
    struct store *store = NULL;
    struct held_out h;
    int result = -1;

    if (open_store(in, &store, err) == 0 && held_out_read(store, in->arena, &h, err) == 0) {
        if (options->is_domainbed)
            table_domainbed(&h, options, t);
        result = options->is_domainbed ? 0 : table_held_out(&h, options, t, err);
    }
    store_close(store);
    return result;
}

static void print(struct text *t)
{
    say_page(stdout, t->s);
    text_release(t);
}

int command_table(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct table_options options;
    struct published published;
    struct selections s;
    struct text t = {0};
    int result;

    (void)ret_status;
    if (read_options(in, 1, &options, err) < 0)
        return -1;
    if (options.is_domainbed || options.rule)
        result = print_held_out(in, &options, &t, err);
    else if ((result = open_table(in, &options, &s, &published, err)) == 0)
        result = options.select.by     ? table_grouped(&s, &options, &t, err)
                 : options.over        ? table_over(&s, &options, &t, err)
                 : options.with_epochs ? table_epochs(options.store, &s, &options, &t, err)
                                       : table_methods(&s, &options, &t, err);
    print(&t);
    store_close(options.store);
    return result;
}

int command_compare(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct table_options options;
    struct published published;
    struct selections s;
    struct text t = {0};
    int result = read_options(in, 3, &options, err);

    (void)ret_status;
    if (result == 0)
        result = open_table(in, &options, &s, &published, err);
    if (result == 0)
        result = table_compare(options.store, &s, in->words[1], in->words[2], &options, &t, err);
    print(&t);
    store_close(options.store);
    return result;
}

static void tell_figure(void *context, const char *path, const char *doc)
{
    (void)context, (void)doc;
    say(stdout, "%s.svg  %s.png  %s.pdf\n", path, path, path);
}

static void tell_line(void *context, const char *line)
{
    (void)context;
    say(stderr, "no %s\n", line);
}

static void tell_removed(void *context, const char *path)
{
    (void)context;
    say(stderr, "removed %s, which an earlier plan drew\n", path);
}

int command_plot(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct plot_target target = {project_path(in->arena, "plots", in->words[0], ""), "plots"};
    const struct figures_listener listener = {.drawn = tell_figure, .skipped = tell_line,
                                              .removed = tell_removed};
    struct table_options options;
    struct published published;
    struct selections s;
    int result = read_options(in, 1, &options, err);

    (void)ret_status;
    if (result == 0 && (result = open_table(in, &options, &s, &published, err)) == 0)
        result = figures_draw(options.store, &s, &target, &listener, err);
    store_close(options.store);
    return result;
}

static void add_field(struct text *t, const char *s)
{
    escape_csv(t, s);
    text_add(t, ",", 1);
}

/* method,condition,point,seed,run,state, of a run: the beginning of each of its lines. */
static void write_run(const struct store_export_row *r, struct text *t)
{
    t->size = 0;
    add_field(t, r->method);
    add_field(t, r->condition);
    add_field(t, r->point);
    text_add_long(t, r->seed);
    text_add(t, ",", 1);
    add_field(t, r->spec_id);
    add_field(t, r->state);
}

struct export {
    struct text run, line; /* the line is made without printf, which is slow */
};

static int print_row(void *context, const struct store_export_row *r)
{
    struct export *e = context;
    struct text *t = &e->line;
    char value[TEXT_NUMBER_SIZE] = "";

    if (r->is_first)
        write_run(r, &e->run);
    if (isfinite(r->metric.value))
        strfromd(value, sizeof value, "%.17g", r->metric.value);
    t->size = 0;
    text_add(t, e->run.s, e->run.size);
    text_add_long(t, r->metric.step);
    text_add(t, ",", 1);
    add_field(t, r->metric.part);
    add_field(t, r->metric.name);
    if (r->metric.class_index >= 0)
        text_add_long(t, r->metric.class_index);
    text_add(t, ",", 1);
    text_add_string(t, value);
    text_add_string(t, r->is_fresh ? ",fresh\r\n" : ",sweep\r\n");
    say_page(stdout, t->s);
    return ferror(stdout) ? -1 : 0;
}

/* export NAME selected: what the table is made of. */
static int export_selected(const struct invocation *in, struct error *err)
{
    struct table_options options;
    struct published published;
    struct selections s;
    struct text t = {0};
    int result = read_options(in, 2, &options, err);

    if (result == 0 && (result = open_table(in, &options, &s, &published, err)) == 0)
        selected_write(&s, &t);
    print(&t);
    store_close(options.store);
    return result;
}

int command_export(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    static const char *const words[] = {"selected", NULL};
    struct store *store = NULL;
    struct export e = {0};
    int result = -1;

    (void)ret_status;
    if (in->n_words > 1)
        return strcmp(in->words[1], words[0]) == 0 ? export_selected(in, err)
                                                   : text_unknown(err, "word", in->words[1], words);
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (open_store(in, &store, err) == 0) {
        say_page(stdout, "method,condition,point,seed,run,state,step,part,metric,class,value,seeds\r\n");
        result = store_export(store, print_row, &e, err);
        if (ferror(stdout))
            result = error_set_status(err, EXIT_STORAGE, "could not write to standard output");
    }
    text_release(&e.run);
    text_release(&e.line);
    store_close(store);
    return result;
}

int command_digest(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct store *store = NULL;
    char hex[65];
    int n_left, result;

    (void)ret_status;
    if ((result = open_store(in, &store, err)) == 0)
        result = store_digest(store, hex, &n_left, err);
    store_close(store);
    if (result < 0)
        return -1;
    say(stdout, "%s\n", hex);
    if (n_left)
        say(stderr, "%d runs have not ended; the digest is of what there is\n", n_left);
    return 0;
}
