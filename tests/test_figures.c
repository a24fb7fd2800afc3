/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the figures draw of stores that are made here: of what each seed selected, of runs that diverged,
 * of a baseline that stands last. The numbers are those of the tables, which their data files show. */
#include "figure_fixture.h"
#include "stats/summary.h"

#include <ctype.h>
#include <strings.h>

enum { SLOW, KL, ERM, N_METHODS, N_POINTS = 2, N_SEEDS = 3, N_ALL = N_METHODS * N_POINTS * N_SEEDS };

static const char *const methods[] = {"slow", "kl", "erm"}; /* the baseline is the last */

/* Of each run at its end, in hundredths; the validation values of a seed choose among the points. */
static const int test_values[N_METHODS][N_POINTS][N_SEEDS] = {
    [SLOW] = {{10, 11, 12}, {9, 8, 7}}, [KL] = {{50, 52, 57}, {60, 40, 41}}, [ERM] = {{70, 71, 75}, {72, 73, 71}}};
static const int validation_values[N_METHODS][N_POINTS][N_SEEDS] = {
    [SLOW] = {{30, 30, 30}, {20, 20, 20}}, [KL] = {{40, 45, 46}, {50, 30, 31}}, [ERM] = {{60, 66, 61}, {61, 62, 62}}};
static const int chosen[N_METHODS][N_SEEDS] = {{0, 0, 0}, {1, 0, 0}, {1, 0, 1}};

/* kl's runs of seed 2 diverge in step 27; all of slow's, where that is asked for. */
static bool diverges(int method, int seed, bool is_slow_lost)
{
    return (method == KL && seed == 2) || (method == SLOW && is_slow_lost);
}

static double test_at(int method, int point, int seed, int step)
{
    return .01 * test_values[method][point][seed] * step / STEPS;
}

static double class_at(int method, int point, int seed, int step, int c)
{
    return n_classes > 2 ? .01 * (7 * c % n_classes) : test_at(method, point, seed, step) + (c ? -.05 : .05);
}

static void finish(struct store *store, int method, int point, int seed, bool is_lost, const char *measure)
{
    int n_steps = is_lost ? 27 : STEPS, n = 0;
    struct store_metric made[STEPS * 8];
    struct store_array counts = {STEPS, "train_counts", n_classes, class_counts};
    struct store_outcome o = outcome();

    for (int step = 10; step <= n_steps; step += 10) {
        made[n++] = (struct store_metric){step, "test", measure, -1, test_at(method, point, seed, step)};
        made[n++] = (struct store_metric){step, "validation", measure, -1,
                                          .01 * validation_values[method][point][seed]};
        for (int c = 0; c < n_classes && strcmp(measure, "accuracy") == 0; c++)
            made[n++] = (struct store_metric){step, "test", "class_accuracy", c,
                                              class_at(method, point, seed, step, c)};
    }
    o.n_steps = STEPS;
    o.last_step = n_steps;
    o.has_diverged = is_lost;
    o.metrics = made;
    o.n_metrics = n;
    o.arrays = &counts;
    o.n_arrays = class_counts && !is_lost;
    o.answers = (struct store_answers){0};
    finish_next(store, "me", &o);
}

/* Gives the folder of the figures of a new store. */
static const char *draw(const char *measure, enum select_in in, bool is_slow_lost, struct selections *ret_s)
{
    static int n_drawn;
    struct plan_run all[N_ALL];
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct plan_data pets = data;
    struct plan made = plan;
    struct plot_target target = {arena_printf(&arena, "%s/plots%d", folder, n_drawn++), "plots"};
    struct error err;
    int n = 0;

    skipped = "";
    experiment.baseline = "erm";
    if (strcmp(measure, "r2") == 0)
        pets.classes = "[]";
    else if (n_classes != 2)
        pets.classes = list_classes();
    for (int i = 0; i < N_ALL; i++) {
        int m = i / (N_POINTS * N_SEEDS), p = i / N_SEEDS % N_POINTS, seed = i % N_SEEDS;
        const char *spec = arena_printf(&arena, "data.digest = \"dd\"\nobjective = \"%s\"\ntrain.epochs = 4\n"
                                        "train.lr = %d\ntrain.numeric = \"portable\"\ntrain.seed = %d\n",
                                        methods[m], p + 1, seed);

        all[i] = (struct plan_run){.method = methods[m], .condition = "", .seed = seed, .spec = spec,
                                   .point = arena_printf(&arena, "train.lr=%d", p + 1)};
        hash_block(spec, strlen(spec), all[i].id);
    }
    made.data = &pets;
    made.runs = all;
    made.n_runs = N_ALL;
    plan_set_id(&made);
    OK(store_put_plan(store, &made, &err));
    for (; n < N_ALL; n++) {
        int m = n / (N_POINTS * N_SEEDS), seed = n % N_SEEDS;

        finish(store, m, n / N_SEEDS % N_POINTS, seed, diverges(m, seed, is_slow_lost), measure);
    }
    OK(select_points(store, &(struct select_options){.in = in}, &arena, ret_s, &err));
    OK(figures_draw(store, ret_s, &target, &listener, &err));
    store_close(store);
    return target.directory;
}

static const struct selection *find(const struct selections *s, int method)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->items[i].method, methods[method]) == 0)
            return &s->items[i];
    fail_msg("no %s", methods[method]);
    return NULL;
}

/* No word that a scripting language would take for a variable, no number that none can read. */
static void has_plain_numbers(const char *directory)
{
    static const char *const names[] = {"learning-curves", "budget", "effects", "ranks", "paired-differences",
                                        "validation-kl", "validation-erm", "class-accuracy"};

    for (int i = 0; i < 8; i++) {
        const char *base = arena_printf(&arena, "%s/%s", directory, names[i]);

        if (!file_exists(arena_printf(&arena, "%s.gp", base)))
            continue;
        for (int k = 0; k < 2; k++) {
            const char *name = arena_printf(&arena, "%s%s", names[i], k ? ".gp" : ".dat");
            const char *text = read_text(directory, name);

            for (const char *c = text; *c; c++)
                if ((strncmp(c, "nan", 3) == 0 || strncasecmp(c, "inf", 3) == 0) &&
                    (c == text || !isalpha((unsigned char)c[-1])) && !isalpha((unsigned char)c[3]))
                    fail_msg("%s: %s", name, text);
        }
    }
}

/* Tables and figures give the same means, of what each seed selected; a run that diverged has 0. */
static void test_selected_in_seeds(void **state)
{
    struct selections s;
    const char *directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    double row[5], sample[N_SEEDS];

    (void)state;
    for (int k = 0; k < 3; k++) {
        int m = (int[]){ERM, SLOW, KL}[k]; /* the baseline is drawn first */
        const struct selection *r = find(&s, m);
        struct summary end = summary_of(r->test, r->n);

        for (int i = 0; i < N_SEEDS; i++)
            assert_int_equal(r->chosen[i], diverges(m, i, false) ? 0 : chosen[m][i]);
        read_row(directory, "learning-curves", k, 3, 4, row);
        is_near(row[0], 4);
        is_near(row[1], 100 * end.mean);
        is_near(row[3] - row[1], 100 * end.half_width);
        read_row(directory, "budget", k, 1, 4, row);
        is_near(row[0], 2);
        is_near(row[1], 100 * end.mean);
        is_near(row[3] - row[1], 100 * end.half_width);
        for (int c = 0; c < 2; c++) {
            read_row(directory, "class-accuracy", k, c, 3, row);
            for (int i = 0; i < N_SEEDS; i++)
                sample[i] = r->has_diverged[i] ? 0 : 100 * r->test[i] + (c ? -5 : 5);
            is_near(row[1], summary_of(sample, N_SEEDS).mean);
            is_near(row[2], summary_of(sample, N_SEEDS).half_width);
        }
    }
    /* until it diverged, between the steps 20 and 30, it counts as it was */
    for (int step = 10; step <= STEPS; step += 10) {
        read_row(directory, "learning-curves", 2, step / 10 - 1, 4, row);
        is_near(row[0], .1 * step);
        is_near(row[1], 100 * (test_at(KL, 1, 0, step) + test_at(KL, 0, 1, step) +
                               (step < 27 ? test_at(KL, 0, 2, step) : 0)) / 3);
    }
    says(directory, "learning-curves.gp",
         "array series[3] = ['erm lr=2 (2 of 3)', 'slow lr=1 (3 of 3)', 'kl (1 of 3 diverged) lr=1 (2 of 3)']");
    says(directory, "class-accuracy.gp", "array series[3] = ['erm', 'slow', 'kl (1 of 3 diverged)']");
    says(directory, "budget.gp", "'kl (2 of 6 runs diverged)'");
    has_plain_numbers(directory);
}

/* Means over seeds in the cells, and how many of them selected each. */
static void test_heatmap(void **state)
{
    struct selections s;
    const char *directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    double row[5];

    (void)state;
    for (int p = 0; p < N_POINTS; p++) {
        const int *v = validation_values[ERM][p];

        read_row(directory, "validation-erm", 0, p, 5, row);
        is_near(row[0], p + 1);
        is_near(row[2], (v[0] + v[1] + v[2]) / 3.);
        is_near(row[3], p ? 2 : 1);
        is_near(row[4], 0);
        read_row(directory, "validation-kl", 0, p, 5, row);
        is_near(row[2], (validation_values[KL][p][0] + validation_values[KL][p][1]) / 3.);
        is_near(row[3], p ? 1 : 2);
        is_near(row[4], 0); /* one diverged, and there is a mean */
    }
    says(directory, "validation-erm.gp", "n_seeds = 3"); /* one seed, but the best mean: 187 to 185 */
    says(directory, "validation-erm.gp", "best_x = 1");
    directory = draw("accuracy", SELECT_IN_ALL, false, &s);
    says(directory, "validation-erm.gp", "n_seeds = 0");
    says(directory, "validation-erm.gp", "best_x = 1");
    says(directory, "learning-curves.gp", "'erm lr=1', 'slow lr=1', 'kl (1 of 3 diverged) lr=1'");
}

/* Names stand beside their own numbers wherever the baseline is. */
static void test_baseline_last(void **state)
{
    struct selections s;
    const char *directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    double row[5], mean[N_METHODS];

    (void)state;
    for (int m = 0; m < N_METHODS; m++)
        mean[m] = 100 * summary_of(find(&s, m)->test, N_SEEDS).mean;
    says(directory, "effects.gp", "array y_tick[2] = ['slow', 'kl (1 of 3 diverged)']");
    for (int m = SLOW; m <= KL; m++) {
        read_row(directory, "effects", 0, m, 3, row);
        is_near(row[1], mean[m] - mean[ERM]);
        read_row(directory, "paired-differences", 1, m, 4, row);
        is_near(row[1], mean[ERM]);
        is_near(row[3], mean[m] - mean[ERM]);
    }
    says(directory, "paired-differences.gp", "array x_tick[4] = ['erm', 'slow', 'erm', 'kl']");
    says(directory, "ranks.gp", "array method[3] = ['erm', 'kl', 'slow']");
    read_row(directory, "ranks", 0, 0, 1, row);
    is_near(row[0], 1);
}

/* A method of which every run diverged is 0 in the table, and in the figures. */
static void test_all_diverged(void **state)
{
    struct selections s;
    const char *directory = draw("accuracy", SELECT_IN_SEED, true, &s);
    double row[5];

    (void)state;
    says(directory, "learning-curves.gp", "'slow (3 of 3 diverged) lr=1 (3 of 3)'");
    read_row(directory, "learning-curves", 1, 0, 4, row);
    is_near(row[1], 100 * (test_at(SLOW, 0, 0, 10) + test_at(SLOW, 0, 1, 10) + test_at(SLOW, 0, 2, 10)) / 3);
    read_row(directory, "learning-curves", 1, 2, 4, row);
    is_near(row[0], 4);
    is_near(row[1], 0);
    read_row(directory, "class-accuracy", 1, 0, 3, row);
    is_near(row[1], 0);
    read_row(directory, "budget", 1, 1, 4, row);
    is_near(row[1], 0);
    has_plain_numbers(directory);
}

/* Where no value is the worst there is no mean: the line stops, the rest is blank, the label says why. */
static void test_no_mean(void **state)
{
    struct selections s;
    const char *directory = draw("r2", SELECT_IN_SEED, false, &s);
    double row[5];

    (void)state;
    assert_true(isinf(find(&s, KL)->test[2]));
    says(directory, "learning-curves.gp", "array n_points[3] = [4, 4, 2]");
    says(directory, "learning-curves.gp", "'kl (1 of 3 diverged) lr=1 (2 of 3)'");
    says(directory, "effects.gp", "array y_tick[2] = ['slow', 'kl (1 of 3 diverged)']");
    read_row(directory, "effects", 0, KL, 3, row);
    assert_true(isnan(row[1]) && isnan(row[2]));
    says(directory, "paired-differences.gp", "no mean, and 1 pair not drawn, where a run diverged");
    read_row(directory, "paired-differences", 1, KL, 4, row);
    assert_true(isnan(row[1]) && isnan(row[3]));
    read_row(directory, "paired-differences", 0, 5, 4, row);
    assert_true(isnan(row[1]) && isnan(row[3]));
    read_row(directory, "validation-kl", 0, 0, 5, row);
    assert_true(isnan(row[2]) && row[3] == 2 && row[4] == 1);
    says(directory, "ranks.gp", "array method[3] = ['erm', 'kl', 'slow']");
    has_plain_numbers(directory);
    directory = draw("r2", SELECT_IN_SEED, true, &s);
    says(directory, "learning-curves.gp", "array n_points[3] = [4, 2, 2]");
    says(directory, "learning-curves.gp", "'slow (3 of 3 diverged) lr=1 (3 of 3)'");
    has_plain_numbers(directory);
}

/* So many lines that each has a panel, each of one evaluation. */
static void test_one_evaluation(void **state)
{
    struct plot_target target = {arena_printf(&arena, "%s/plots-one", folder), "plots"};
    struct plot_line lines[PLOT_MAX_LINES + 1];
    struct plot_curves figure = {.name = "one", .title = "", .x_label = "epoch", .y_label = "%", .lines = lines,
                                 .n_lines = PLOT_MAX_LINES + 1};
    double x = 3, y = 50, low = 49, high = 51;
    struct error err;

    (void)state;
    for (int i = 0; i < figure.n_lines; i++)
        lines[i] = (struct plot_line){arena_printf(&arena, "m%d", i), 1, &x, &y, &low, &high};
    OK(plot_curves(&target, &figure, &err));
    assert_true(file_exists(arena_printf(&arena, "%s/one.svg", target.directory)));
}

/* The axis of a share ends at 0 and 100%, whatever an interval says; within, it is as wide as it was. */
static void test_shares(void **state)
{
    struct plot_target target = {arena_printf(&arena, "%s/plots-shares", folder), "plots"};
    const char *names[] = {"a", "b"};
    const double value[] = {1, 3, 98, 99.5}, half_width[] = {12, 1, 12, 1};
    struct plot_groups figure = {.name = "low", .title = "", .x_label = "class", .y_label = "%",
                                 .limits = {0, 100}, .n_groups = 2, .n_series = 1, .group_labels = names,
                                 .series_labels = names, .value = value, .half_width = half_width};
    struct plot_line lines[PLOT_MAX_LINES + 1];
    struct plot_curves curves = {.name = "panels", .title = "", .x_label = "epoch", .y_label = "%",
                                 .limits = {0, 100}, .n_lines = PLOT_MAX_LINES + 1, .lines = lines};
    const double x[] = {1, 2}, low[] = {-11, 2}, high[] = {13, 4};
    struct selections s;
    const char *directory, *svg;
    struct error err;

    (void)state;
    OK(plot_groups(&target, &figure, &err));
    svg = read_text(target.directory, "low.svg");
    assert_null(strstr(svg, ">-"));
    assert_non_null(strstr(svg, ">10<"));
    figure.name = "high";
    figure.value += 2;
    OK(plot_groups(&target, &figure, &err));
    svg = read_text(target.directory, "high.svg");
    assert_non_null(strstr(svg, ">100<"));
    assert_null(strstr(svg, ">105<"));
    assert_null(strstr(svg, ">0<"));
    for (int i = 0; i < curves.n_lines; i++)
        lines[i] = (struct plot_line){"m", 2, x, value, low, high};
    OK(plot_curves(&target, &curves, &err));
    svg = read_text(target.directory, "panels.svg");
    assert_null(strstr(svg, ">-"));
    assert_non_null(strstr(svg, ">10<"));
    directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    for (int i = 0; i < 4; i++)
        says(directory, (const char *const[]){"learning-curves.gp", "budget.gp", "class-accuracy.gp",
                                              "paired-differences.gp"}[i], "\ny_least = 0\ny_most = 100\n");
    says(directory, "validation-erm.gp", "\ncell_least = 0\ncell_most = 100\n");
    says(directory, "effects.gp", "\nx_least = -100\nx_most = 100\n");
    directory = draw("r2", SELECT_IN_SEED, false, &s);
    says(directory, "learning-curves.gp", "\ny_least = -1e+300\ny_most = 100\n");
}

/* What tells names apart is at their ends: they lose their middle. */
static void test_long_names(void **state)
{
    struct plot_target target = {arena_printf(&arena, "%s/plots-long", folder), "plots"};
    struct plot_line lines[PLOT_MAX_LINES + 1];
    struct plot_curves figure = {.name = "few", .title = "", .x_label = "epoch", .y_label = "%", .lines = lines,
                                 .n_lines = 1};
    double x = 3, y = 50;
    struct error err;

    (void)state;
    for (int i = 0; i <= PLOT_MAX_LINES; i++)
        lines[i] = (struct plot_line){arena_printf(&arena, "a_method_of_a_%s_long_name_that_ends_in_%d",
                                                   "very_very_very_very_very_very_very_very", i), 1, &x, &y, &y, &y};
    OK(plot_curves(&target, &figure, &err));
    says(target.directory, "few.gp", "['a_method_of_a_very_very_very_v…very_long_name_that_ends_in_0']");
    figure.name = "many";
    figure.n_lines = PLOT_MAX_LINES + 1;
    OK(plot_curves(&target, &figure, &err));
    says(target.directory, "many.svg", "in_7<");
    says(target.directory, "many.svg", "in_8<");
}

/* From the class with most training examples to the one with fewest, whatever the data set's order. */
static void test_classes_by_size(void **state)
{
    static const float uneven[] = {30, 3000}, even[] = {500, 500};
    struct selections s;
    const char *directory;
    double row[3], sample[N_SEEDS];
    const struct selection *erm;

    (void)state;
    class_counts = uneven;
    directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    says(directory, "class-accuracy.gp", "x_label = 'class and its training examples, from head to tail'");
    says(directory, "class-accuracy.gp", "array x_tick[2] = ['dog 3000', 'cat 30']");
    erm = find(&s, ERM);
    for (int g = 0; g < 2; g++) {
        for (int i = 0; i < N_SEEDS; i++)
            sample[i] = 100 * erm->test[i] + (g ? 5 : -5);
        read_row(directory, "class-accuracy", 0, g, 3, row);
        is_near(row[1], summary_of(sample, N_SEEDS).mean);
    }
    class_counts = even;
    directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    says(directory, "class-accuracy.gp", "x_label = 'class (500 training examples each)'");
    says(directory, "class-accuracy.gp", "array x_tick[2] = ['cat', 'dog']");
    class_counts = NULL;
    directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    says(directory, "class-accuracy.gp", "x_label = 'class, in the data set’s order (sizes are not recorded)'");
}

/* Of many classes the worst and the best ten of the baseline, and how many others there are. Class 7 c mod
 * 25 percent is right in class c. */
static void test_many_classes(void **state)
{
    struct selections s;
    const char *directory;
    float counts[25];
    double row[3];
    int n = 0;

    (void)state;
    n_classes = 25;
    class_counts = counts;
    for (int c = 0; c < n_classes; c++)
        counts[c] = (float)(100 + c);
    directory = draw("accuracy", SELECT_IN_SEED, false, &s);
    says(directory, "class-accuracy.gp", "array x_tick[20] = ['c24 124', 'c22 122'");
    says(directory, "class-accuracy.gp", "'class and its training examples, from head to tail; the worst 10 and the "
                                         "best 10 of erm, 5 others are not shown'");
    for (int c = n_classes - 1; c >= 0; c--) {
        int percent = 7 * c % n_classes;

        if (percent >= 10 && percent < 15) {
            lacks(directory, "class-accuracy.gp", arena_printf(&arena, "'c%d ", c));
            continue;
        }
        read_row(directory, "class-accuracy", 0, n++, 3, row);
        is_near(row[1], percent);
    }
    n_classes = 2;
    class_counts = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selected_in_seeds), cmocka_unit_test(test_heatmap),
        cmocka_unit_test(test_baseline_last),     cmocka_unit_test(test_all_diverged),
        cmocka_unit_test(test_no_mean),           cmocka_unit_test(test_one_evaluation),
        cmocka_unit_test(test_shares),            cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_classes_by_size),   cmocka_unit_test(test_many_classes),
    };

    return cmocka_run_group_tests(tests, set_up, remove_all);
}
