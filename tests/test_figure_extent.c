/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures of much and of little: more methods than a picture holds, methods without runs, one of everything,
 * runs that all diverged, configurations that form no grid. */
#include "figure_fixture.h"

/* What there is of a store; all of it is 0.5 and a bit. */
struct extent {
    int n_methods, n_conditions, n_seeds, n_points;
    bool is_lost;     /* all runs diverge */
    int n_ended;      /* methods whose runs have ended, the first ones; 0: all */
};

/* Gives the folder of the figures of methods m0, m1 ..., of which m0 is the baseline. */
static const char *draw_into(const char *directory, struct extent shape)
{
    int n_ended = shape.n_ended ? shape.n_ended : shape.n_methods, n = 0;
    int n_each = shape.n_conditions * shape.n_seeds * shape.n_points;
    struct plan_run *all = arena_alloc(&arena, (size_t)(shape.n_methods * n_each) * sizeof *all);
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct plot_target target = {directory, "plots"};
    struct plan_data pets = data;
    struct plan made = plan;
    struct selections s;
    struct error err;

    skipped = "";
    experiment.baseline = "m0";
    pets.classes = list_classes();
    made.data = &pets;
    for (int i = 0; i < shape.n_methods * n_each; i++) {
        int m = i / n_each, c = i % n_each / (shape.n_seeds * shape.n_points);
        int p = i / shape.n_seeds % shape.n_points, seed = i % shape.n_seeds;
        const char *spec = arena_printf(&arena, "data.digest = \"dd\"\ndata.imbalance = %d\nmodel = \"m%d\"\n"
                                        "train.epochs = 4\ntrain.lr = %d\ntrain.numeric = \"portable\"\n"
                                        "train.seed = %d\n", c + 1, m, p + 1, seed);

        all[n] = (struct plan_run){.method = arena_printf(&arena, "m%d", m), .seed = seed, .spec = spec,
                                   .condition = shape.n_conditions > 1
                                                    ? arena_printf(&arena, "data.imbalance=%d", c + 1) : "",
                                   .point = shape.n_points > 1 ? arena_printf(&arena, "train.lr=%d", p + 1) : ""};
        hash_block(spec, strlen(spec), all[n++].id);
    }
    made.runs = all;
    made.n_runs = n;
    plan_set_id(&made);
    OK(store_put_plan(store, &made, &err));
    for (int i = 0; i < n_ended * n_each; i++) {
        int seed = i % shape.n_seeds;
        double x = .5 + .001 * (i / n_each) + .0001 * (i * i % 7);
        const struct store_metric measured[] = {{STEPS, "test", "accuracy", -1, x},
                                               {STEPS, "validation", "accuracy", -1, x + .001 * seed},
                                               {STEPS, "test", "class_accuracy", 0, x},
                                               {STEPS, "test", "class_accuracy", 1, 0}}; /* never predicted */
        struct store_outcome o = outcome();

        o.n_steps = STEPS;
        o.last_step = shape.is_lost ? STEPS / 2 : STEPS;
        o.has_diverged = shape.is_lost;
        o.metrics = measured;
        o.n_metrics = shape.is_lost ? 0 : 2 + n_classes;
        o.n_arrays = 0;
        o.answers = (struct store_answers){0};
        finish_next(store, "me", &o);
    }
    OK(select_points(store, &(struct select_options){0}, &arena, &s, &err));
    OK(figures_draw(store, &s, &target, &listener, &err));
    store_close(store);
    return target.directory;
}

static const char *draw_shape(struct extent shape)
{
    static int n;

    return draw_into(arena_printf(&arena, "%s/plots-shape%d", folder, n++), shape);
}

/* More methods than one picture holds: in others, none left out. */
static void test_many_methods(void **state)
{
    const char *directory = draw_shape((struct extent){12, 2, 2, 1, false, 0});

    (void)state;
    says(directory, "effects.gp", "array series[8] = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8']");
    says(directory, "effects.gp", "; methods 1 to 8 of 11'");
    says(directory, "effects-part2.gp", "array series[3] = ['m9', 'm10', 'm11']");
    says(directory, "effects-part2.gp", "; methods 9 to 11 of 11'");
    says(directory, "class-accuracy-1.gp", "'m9', 'm10', 'm11']");
    says(directory, "learning-curves-1.gp", "'m9', 'm10', 'm11']");
    says(directory, "paired-differences-1-part2.gp", "methods 7 to 11 of 11");
    directory = draw_shape((struct extent){42, 1, 1, 1, false, 0});
    says(directory, "effects.gp", "array y_tick[40] = ['m1'");
    says(directory, "effects-part2.gp", "array y_tick[1] = ['m41'");
    says(directory, "learning-curves.gp", "array series[42]");
    says(directory, "class-accuracy.gp", "array series[42]");
}

/* Methods whose runs have not ended are named. */
static void test_absent(void **state)
{
    const char *directory = draw_shape((struct extent){5, 1, 2, 2, false, 3});

    (void)state;
    for (int i = 0; i < 4; i++)
        says(directory, (const char *const[]){"learning-curves.gp", "budget.gp", "class-accuracy.gp",
                                              "paired-differences.gp"}[i], "; no run has ended: m3, m4'");
    says(directory, "effects.gp", "; without a run of it or the baseline: m3, m4'");
    assert_non_null(strstr(skipped, "ranks: not all methods have runs that ended\n"));
    directory = draw_shape((struct extent){12, 1, 2, 2, false, 3});
    says(directory, "learning-curves.gp", "; no run has ended: m3, m4, m5 and 6 others'");
}

/* Little or nothing to draw is no failure, and is said. */
static void test_little(void **state)
{
    const char *directory;

    (void)state;
    directory = draw_shape((struct extent){1, 1, 1, 1, false, 0});
    says(directory, "class-accuracy.gp", "array series[1] = ['m0']");
    assert_string_equal(skipped, "paired-differences: no method has a seed in common with the baseline\n"
                                 "budget: each method has one configuration\n"
                                 "weights: no run that finished has recorded weights\n"
                                 "effects: no method has a seed in common with the baseline\n"
                                 "ranks: fewer than three methods\n");
    directory = draw_shape((struct extent){3, 1, 1, 2, false, 0});
    says(directory, "effects.gp", "array y_tick[2] = ['m1', 'm2']");
    directory = draw_shape((struct extent){3, 1, 2, 2, true, 0});
    says(directory, "learning-curves.gp", "'m1 (2 of 2 diverged)");
    says(directory, "effects.gp", "'m1 (2 of 2 diverged)'");
    says(directory, "class-accuracy.gp", "'m1 (2 of 2 diverged)'");
    directory = draw_shape((struct extent){2, 1, 2, 1, false, -1});
    assert_string_equal(skipped, "figures: no run has ended\n");
    n_classes = 1;
    draw_shape((struct extent){3, 1, 2, 2, false, 0});
    n_classes = 2;
}

/* Draws m0's validation values over the configurations that these words give, one seed; names the folder. */
static const char *draw_points(const char *const *points, int n)
{
    static int n_drawn;
    struct plan_run *all = arena_alloc(&arena, (size_t)n * sizeof *all);
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct plot_target target = {arena_printf(&arena, "%s/plots-points%d", folder, n_drawn++), "plots"};
    struct plan made = plan;
    struct selections s;
    struct error err;

    experiment.baseline = "m0";
    for (int i = 0; i < n; i++) {
        const char *spec = arena_printf(&arena, "data.digest = \"dd\"\ntrain.lr = %d\n"
                                        "train.numeric = \"portable\"\ntrain.seed = 0\n", i);

        all[i] = (struct plan_run){.method = "m0", .condition = "", .spec = spec, .point = points[i]};
        hash_block(spec, strlen(spec), all[i].id);
    }
    made.runs = all;
    made.n_runs = n;
    plan_set_id(&made);
    OK(store_put_plan(store, &made, &err));
    for (int i = 0; i < n; i++) {
        const struct store_metric measured[] = {{STEPS, "test", "accuracy", -1, .5},
                                                {STEPS, "validation", "accuracy", -1, .01 * (i + 1)}};
        struct store_outcome o = outcome();

        o.metrics = measured;
        o.n_metrics = 2;
        o.n_arrays = 0;
        o.answers = (struct store_answers){0};
        finish_next(store, "me", &o);
    }
    OK(select_points(store, &(struct select_options){0}, &arena, &s, &err));
    OK(figures_draw(store, &s, &target, &listener, &err));
    store_close(store);
    return target.directory;
}

/* Rows and columns of a grid rise, in whatever order they were planned; what forms none is points. */
static void test_configurations(void **state)
{
    static const char *const grid[] = {"objective.clip=3 train.lr=0.1", "objective.clip=3 train.lr=0.02",
                                       "objective.clip=10 train.lr=0.1", "objective.clip=10 train.lr=0.02"};
    static const char *const words[] = {"objective=b", "objective=a"};
    static const char *const drawn[] = {"objective.clip=3.18311 train.lr=0.0394891",
                                        "objective.clip=1.48818 train.lr=0.00184702",
                                        "objective.clip=9.13371 train.lr=0.168612"};
    static const char *const three[] = {"a.x=1 a.y=0.25 a.z=red", "a.x=2 a.y=0.5 a.z=blue",
                                        "a.x=1 a.y=0.75 a.z=red"};
    const char *directory = draw_points(grid, 4);
    double row[5];

    (void)state;
    says(directory, "validation-m0.gp", "array x_tick[2] = ['0.02', '0.1']");
    says(directory, "validation-m0.gp", "array y_tick[2] = ['3', '10']");
    for (int cell = 0; cell < 4; cell++) {
        read_row(directory, "validation-m0", 0, cell, 5, row);
        is_near(row[2], (const int[]){2, 1, 4, 3}[cell]);
    }
    says(directory, "validation-m0.gp", "best_x = 1\nbest_y = 2\n");
    directory = draw_points(words, 2);
    says(directory, "validation-m0.gp", "array x_tick[2] = ['b', 'a']");
    directory = draw_points(drawn, 3);
    says(directory, "validation-m0.gp", "load templates.'/points.gp'");
    says(directory, "validation-m0.gp", "y_label = 'clip'");
    says(directory, "validation-m0.gp", "array panel[1] = ['lr']");
    read_row(directory, "validation-m0", 0, 2, 4, row);
    is_near(row[0], log10(0.168612));
    is_near(row[1], 9.13371);
    is_near(row[2], 3);
    directory = draw_points(three, 3);
    says(directory, "validation-m0.gp", "array panel[3] = ['x', 'y', 'z']");
    says(directory, "validation-m0.gp", "y_label = 'accuracy (%)'");
    says(directory, "validation-m0.gp", "'red', 'blue'");
    read_row(directory, "validation-m0", 1, 1, 4, row);
    is_near(row[0], 0.5);
    is_near(row[1], 2);
}

static void put(const char *directory, const char *name, const char *text)
{
    struct error err;

    OK(file_write(arena_printf(&arena, "%s/%s", directory, name), text, strlen(text), &err));
}

/* What the plan does not draw any more goes, all five files of it; nothing else does. */
static void test_earlier_plan(void **state)
{
    static const char *const endings[] = {"gp", "dat", "svg", "png", "pdf"};
    const char *directory = draw_shape((struct extent){3, 1, 2, 2, false, 0}), *script;

    (void)state;
    script = read_text(directory, "validation-m1.gp");
    put(directory, "mine.gp", script); /* a copy, which names another */
    put(directory, "mine.svg", "");
    put(directory, "validation-m9.gp", "plot sin(x)\n");
    put(directory, "validation-m9.png", "");
    put(directory, "budget.txt", "a note");
    n_removed = 0;
    draw_into(directory, (struct extent){1, 1, 2, 2, false, 0});
    for (int i = 0; i < 5; i++) {
        assert_false(file_exists(arena_printf(&arena, "%s/validation-m1.%s", directory, endings[i])));
        assert_false(file_exists(arena_printf(&arena, "%s/ranks.%s", directory, endings[i])));
        assert_true(file_exists(arena_printf(&arena, "%s/validation-m0.%s", directory, endings[i])));
    }
    assert_int_equal(n_removed, 5); /* two heat maps, paired differences, effects, ranks */
    for (int i = 0; i < 5; i++)
        assert_true(file_exists(arena_printf(&arena, "%s/%s", directory,
                                             (const char *const[]){"mine.gp", "mine.svg", "validation-m9.gp",
                                                                   "validation-m9.png", "budget.txt"}[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_methods),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_little),
        cmocka_unit_test(test_configurations),
        cmocka_unit_test(test_earlier_plan),
    };

    return cmocka_run_group_tests(tests, set_up, remove_all);
}
