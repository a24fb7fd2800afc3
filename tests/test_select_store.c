/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What selection reads of a store: the last evaluation, the worst value for a run that diverged,
 * fresh seeds apart; and the classes and answers of what it selected.
 *
 * Once read, values are such that higher is better, an error's too. */
#include "analysis/classes.h"
#include "analysis/mcnemar.h"
#include "analysis/select.h"
#include "store_fixture.h"

enum fate { FINISHED, DIVERGED, FAILED, PLANNED };

/* A run and what it measures at its last evaluation; planned ones come last. */
struct row {
    const char *method;
    int lr, seed;
    enum fate fate;
    double validation, test;
    double classes[2]; /* accuracies on test data */
};

enum { LAST = 20 }; /* step */

/* What it measures before, and on validation data by class, is better than all the rest. */
static void end_run(struct store *store, const struct row *row, const char *measure)
{
    struct store_metric made[] = {
        {LAST, "validation", measure, -1, row->validation},
        {LAST, "test", measure, -1, row->test},
        {LAST, "validation", "class_accuracy", 0, .97},
        {LAST, "validation", "class_accuracy", 1, .98},
        {LAST, "test", "class_accuracy", 0, row->classes[0]},
        {LAST, "test", "class_accuracy", 1, row->classes[1]},
        {10, "validation", measure, -1, .99},
        {10, "test", measure, -1, .99},
        {10, "test", "class_accuracy", 0, .99},
        {10, "test", "class_accuracy", 1, .99},
    };
    enum { N_LAST = 6, N_MADE = sizeof made / sizeof *made };
    bool is_lost = row->fate == DIVERGED; /* before the last evaluation */
    struct store_outcome o = outcome();
    struct store_claim claimed;
    struct error err;

    o.last_step = is_lost ? 15 : LAST;
    o.has_diverged = is_lost;
    o.metrics = is_lost ? made + N_LAST : made;
    o.n_metrics = is_lost ? N_MADE - N_LAST : N_MADE;
    o.n_arrays = 0;
    o.answers = (struct store_answers){0};
    if (row->fate != FAILED) {
        finish_next(store, "me", &o);
        return;
    }
    assert_int_equal(claim(store, "me", LEASE, &claimed), 1);
    OK(store_fail(store, &claimed, "why not", &err));
}

static struct plan plan_rows(const struct row *rows, int n, const char *measure)
{
    struct plan_run *all = arena_alloc(&arena, (size_t)n * sizeof *all);
    struct plan_data *pets = arena_alloc(&arena, sizeof *pets);
    struct plan made = plan;

    *pets = data;
    if (strcmp(measure, "r2") == 0)
        pets->classes = "[]";
    for (int i = 0; i < n; i++) {
        const char *spec = arena_printf(
            &arena, "data.digest = \"dd\"\nobjective = \"%s\"\ntrain.lr = %d\n"
                    "train.numeric = \"portable\"\ntrain.seed = %d\n",
            rows[i].method, rows[i].lr, rows[i].seed);

        all[i] = (struct plan_run){.method = rows[i].method, .condition = "", .seed = rows[i].seed,
                                   .point = arena_printf(&arena, "train.lr=%d", rows[i].lr),
                                   .spec = spec};
        hash_block(spec, strlen(spec), all[i].id);
    }
    made.data = pets;
    made.measure = strcmp(measure, "accuracy") == 0 || strcmp(measure, "r2") == 0 ? "" : measure;
    made.runs = all;
    made.n_runs = n;
    plan_set_id(&made);
    return made;
}

/* Into a new store, which it leaves open; reads what is selected. */
static struct store *select_rows(const struct row *rows, int n, const char *measure,
                                 enum select_in in, struct selections *ret_selections)
{
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct plan made = plan_rows(rows, n, measure);
    struct error err;

    OK(store_put_plan(store, &made, &err));
    for (int i = 0; i < n && rows[i].fate != PLANNED; i++)
        end_run(store, &rows[i], measure);
    OK(select_points(store, &(struct select_options){.in = in}, &arena, ret_selections, &err));
    return store;
}

/* Seed 1 diverges with either rate: it counts, with the worst, however good it was before. */
static void test_diverged(void **state)
{
    const struct row rows[] = {
        {"a", 1, 0, FINISHED, .60, .50, {0}}, {"a", 1, 1, DIVERGED, 0, 0, {0}},
        {"a", 1, 2, FINISHED, .60, .52, {0}}, {"a", 2, 0, FINISHED, .50, .40, {0}},
        {"a", 2, 1, DIVERGED, 0, 0, {0}},     {"a", 2, 2, FINISHED, .70, .41, {0}},
        {"b", 1, 0, FAILED, 0, 0, {0}},       {"b", 1, 1, PLANNED, 0, 0, {0}},
    };

    (void)state;
    for (int i = 0; i < 2; i++) {
        double worst = i ? -INFINITY : 0;
        const double in_seed[] = {.50, worst, .41}, in_all[] = {.50, worst, .52};
        const char *measure = i ? "r2" : "accuracy";
        struct selections r;

        store_close(select_rows(rows, 8, measure, SELECT_IN_SEED, &r));
        assert_int_equal(r.items[0].n, 3);
        assert_memory_equal(r.items[0].test, in_seed, sizeof in_seed);
        assert_true(r.items[0].validation[1] == worst);
        assert_int_equal(r.items[0].n_diverged_here, 1);
        assert_int_equal(r.items[0].n_partial, 0);
        assert_int_equal(r.items[1].n, 0);
        assert_null(r.items[1].point);
        assert_int_equal(r.items[1].n_failed, 1);
        store_close(select_rows(rows, 8, measure, SELECT_IN_ALL, &r));
        assert_memory_equal(r.items[0].test, in_all, sizeof in_all); /* of equal means the first */
        assert_int_equal(r.items[0].n_chose, 3);
    }
}

/* Of an error the lowest is selected, and a run that diverged is above all; what selects may be another
 * measure than what judges, and may be asked for later. */
static void test_error(void **state)
{
    const struct row rows[] = {
        {"a", 1, 0, FINISHED, .30, .31, {0}}, {"a", 1, 1, DIVERGED, 0, 0, {0}},
        {"a", 2, 0, FINISHED, .20, .25, {0}}, {"a", 2, 1, FINISHED, .50, .60, {0}},
        {"b", 1, 0, DIVERGED, 0, 0, {0}},     {"b", 1, 1, FINISHED, .10, .90, {0}},
    };
    const double a[] = {-.25, -.60}, b[] = {-INFINITY, -.90};
    struct selections r;
    struct store *store = select_rows(rows, 6, "log_loss", SELECT_IN_SEED, &r);
    struct error err;

    (void)state;
    assert_string_equal(r.measure.name, "log_loss");
    assert_string_equal(r.select_by.name, "log_loss");
    assert_memory_equal(r.items[0].test, a, sizeof a);
    assert_memory_equal(r.items[1].test, b, sizeof b);
    assert_int_equal(r.items[0].chosen[0], 1);
    assert_int_equal(select_points(store, &(struct select_options){.measure = "auroc"}, &arena, &r, &err), -1);
    assert_non_null(strstr(err.text, "has not recorded it"));
    assert_int_equal(select_points(store, &(struct select_options){.measure = "r2"}, &arena, &r, &err), -1);
    store_close(store);
    store_close(select_rows(rows, 6, "log_loss", SELECT_IN_ALL, &r));
    assert_string_equal(r.items[0].point, "train.lr=2"); /* the other has a run that diverged */
}

/* With train.judge = best a run's values are those of the evaluation that it recorded as judging it, of classes too;
 * its last is worse. */
static void test_best(void **state)
{
    const struct row rows[] = {{"a", 1, 0, FINISHED, .60, .50, {.1, .2}}, {"a", 1, 1, FINISHED, .60, .51, {.1, .2}}};
    static const float value = .99f;
    const struct store_array judged = {10, "judged", 1, &value};
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct plan made = plan_rows(rows, 2, "accuracy");
    struct plan_run *run = (struct plan_run *)&made.runs[1];
    struct store_metric at_both[] = {
        {10, "validation", "accuracy", -1, .99}, {10, "test", "accuracy", -1, .75},
        {10, "test", "class_accuracy", 0, .7},   {10, "test", "class_accuracy", 1, .8},
        {LAST, "validation", "accuracy", -1, .60}, {LAST, "test", "accuracy", -1, .51},
        {LAST, "test", "class_accuracy", 0, .1}, {LAST, "test", "class_accuracy", 1, .2},
    };
    struct store_outcome o = outcome();
    struct store_ended *ended;
    struct classes classes;
    struct selections r;
    struct error err;
    int n;

    (void)state;
    run->spec = arena_printf(&arena, "data.digest = \"dd\"\ntrain.judge = \"best\"\ntrain.judge_by = \"accuracy\"\n"
                                     "train.numeric = \"portable\"\ntrain.seed = 1\n");
    hash_block(run->spec, strlen(run->spec), run->id);
    plan_set_id(&made);
    OK(store_put_plan(store, &made, &err));
    end_run(store, &rows[0], "accuracy");
    o.metrics = at_both;
    o.n_metrics = sizeof at_both / sizeof *at_both;
    o.arrays = &judged;
    o.n_arrays = 1;
    o.answers = (struct store_answers){0};
    finish_next(store, "me", &o);
    OK(select_points(store, &(struct select_options){0}, &arena, &r, &err));
    assert_true(r.items[0].test[0] == .50 && r.items[0].test[1] == .75);
    assert_true(r.items[0].validation[0] == .60 && r.items[0].validation[1] == .99);
    assert_string_equal(r.judged_at, "at the last evaluation or, with train.judge = best, at the evaluation with the "
                                     "best validation accuracy");
    OK(classes_read(store, &r.items[0], &arena, &classes, &err));
    assert_true(fabs(classes.worst.mean - (.1 + .7) / 2) < 1e-12);
    OK(store_read_ended(store, 0, &r.select_by, &arena, &ended, &n, &err));
    assert_int_equal(n, 2);
    assert_true(ended[0].validation == .60 && ended[1].validation == .99);
    store_close(store);
}

/* On seeds 7 and 8 the other rate would be best; that changes no selection of the sweep's. */
static void test_fresh(void **state)
{
    const struct row rows[] = {{"a", 1, 0, FINISHED, .60, .50, {0}},
                               {"a", 2, 0, FINISHED, .50, .40, {0}}};
    const struct row fresh[] = {
        {"a", 1, 7, FINISHED, .10, .31, {0}}, {"a", 1, 8, FINISHED, .10, .32, {0}},
        {"a", 2, 7, FINISHED, .90, .33, {0}}, {"a", 2, 8, FINISHED, .90, .34, {0}},
    };
    const double in_seed[] = {.33, .34}, in_all[] = {.31, .32};
    const char *path = fresh_path();

    (void)state;
    for (enum select_in in = SELECT_IN_SEED; in <= SELECT_IN_ALL; in++) {
        struct plan sweep = plan_rows(rows, 2, "accuracy"), more = plan_rows(fresh, 4, "accuracy");
        struct store *store = open_store(path, STORE_CREATE);
        struct selections r;
        struct error err;

        if (in == SELECT_IN_SEED) {
            more.confirms = sweep.id;
            plan_set_id(&more);
            OK(store_put_plan(store, &sweep, &err));
            for (int i = 0; i < 2; i++)
                end_run(store, &rows[i], "accuracy");
            OK(store_put_plan(store, &more, &err));
            for (int i = 0; i < 4; i++)
                end_run(store, &fresh[i], "accuracy");
            store_close(store);
            store = open_store(path, STORE_CREATE);
        }
        OK(select_points(store, &(struct select_options){.in = in}, &arena, &r, &err));
        assert_int_equal(r.n, 1);
        assert_int_equal(r.items[0].n, 1);
        assert_int_equal(r.items[0].seeds[0], 0);
        assert_true(r.items[0].test[0] == .50);
        assert_int_equal(r.items[0].n_planned, 2);
        assert_non_null(r.items[0].fresh);
        assert_int_equal(r.items[0].fresh->n, 2);
        assert_int_equal(r.items[0].fresh->seeds[0], 7);
        assert_memory_equal(r.items[0].fresh->test, in == SELECT_IN_SEED ? in_seed : in_all,
                            sizeof in_all);
        store_close(store);
    }
}

/* Each run's own worst class of the test data, at its end; that of a run that diverged is 0. */
static void test_classes(void **state)
{
    const struct row rows[] = {
        {"a", 1, 0, FINISHED, .5, .50, {.3, .7}},
        {"a", 1, 1, DIVERGED, 0, 0, {0}},
        {"a", 1, 2, FINISHED, .5, .70, {.8, .6}},
    };
    struct selections r;
    struct store *store = select_rows(rows, 3, "accuracy", SELECT_IN_SEED, &r);
    struct classes c;
    struct error err;

    (void)state;
    OK(classes_read(store, &r.items[0], &arena, &c, &err));
    assert_int_equal(c.n_classes, 2);
    assert_int_equal(c.n_tail, 1);
    assert_int_equal(c.worst.n, 3);
    assert_float_equal(c.worst.mean, (.3 + 0 + .6) / 3, 1e-12);
    assert_float_equal(c.tail.mean, (.7 + 0 + .6) / 3, 1e-12);
    store_close(store);
}

/* Of nine examples a has the first six right, b the first two and the seventh: four to one, whose p
 * is 2 (1 + 5) / 2^5. */
static void test_answers(void **state)
{
    static const unsigned char of_a[] = {0x3f, 0}, of_b[] = {0x43, 0};
    const struct row rows[] = {{"a", 1, 0, PLANNED, 0, 0, {0}}, {"b", 1, 0, PLANNED, 0, 0, {0}},
                               {"c", 1, 0, PLANNED, 0, 0, {0}}}; /* whose answers are not its accuracy's */
    const double accuracies[] = {6.0 / 9, 3.0 / 9, 5.0 / 9};
    struct selections r;
    struct store *store = select_rows(rows, 3, "accuracy", SELECT_IN_SEED, &r);
    struct mcnemar_pair pair;
    struct error err;

    (void)state;
    for (int i = 0; i < 3; i++) {
        const struct store_metric made[] = {{LAST, "validation", "accuracy", -1, .5},
                                            {LAST, "test", "accuracy", -1, accuracies[i]}};
        struct store_outcome o = outcome();

        o.metrics = made;
        o.n_metrics = 2;
        o.answers = (struct store_answers){LAST, 9, i ? of_b : of_a};
        finish_next(store, "me", &o);
    }
    OK(select_points(store, &(struct select_options){0}, &arena, &r, &err));
    OK(mcnemar_compare(store, r.items[0].runs[0], r.items[1].runs[0], &pair, &err));
    assert_true(pair.n == 9 && pair.a_alone == 4 && pair.b_alone == 1);
    assert_float_equal(pair.p, 12.0 / 32, 1e-12);
    assert_int_equal(mcnemar_compare(store, r.items[2].runs[0], r.items[1].runs[0], &pair, &err), -1);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diverged),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_best),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_answers),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
