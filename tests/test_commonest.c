/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What needs no model, and models that name one class: of counts as UCI's thyroid data have them. */
#include "analysis/commonest.h"
#include "store_fixture.h"
#include "table/caption.h"

static const float train[] = {93, 191, 3488}, validation[] = {25, 25, 25}, test[] = {73, 177, 3178};
static const float *test_part = test;
static const float one[] = {0, 0, 73, 0, 0, 177, 0, 0, 3178}, several[] = {3, 0, 70, 0, 0, 177, 1, 0, 3177};

/* Training values, of the model and of a constant answer: above it, less than a hundredth below, more than that. */
static const float collapsed[3][2] = {{.7F, .693F}, {.6931F, .6931F}, {.691F, .693F}}, learnt[] = {.68F, .693F};

/* Runs of two methods, a naming one class in seed 0 only, b never; with what else was recorded. */
static struct store *make(const char *more, struct selections *ret_selections, const char *measure)
{
    static const struct store_metric made[] = {{20, "validation", "accuracy", -1, .9}, {20, "test", "accuracy", -1, .9},
                                               {20, "validation", "balanced_accuracy", -1, .9},
                                               {20, "test", "balanced_accuracy", -1, .9},
                                               {20, "validation", "log_loss", -1, .9},
                                               {20, "test", "log_loss", -1, .9}};
    static struct plan_run all[N_RUNS];
    struct plan plan_of = plan;
    struct plan_data pets = data;
    struct store *store = open_store(fresh_path(), STORE_CREATE);
    struct error err;

    pets.classes = "[\"hyper\",\"hypo\",\"normal\"]";
    for (int i = 0; i < N_RUNS; i++) {
        const char *spec = arena_printf(&arena, "data.digest = \"%s\"\n%sobjective = \"%s\"\ntrain.numeric = \"portable\"\n"
                                                "train.seed = %d\n", pets.digest, more, i < 2 ? "a" : "b", i % 2);

        all[i] = (struct plan_run){.method = i < 2 ? "a" : "b", .condition = "", .point = "", .seed = i % 2,
                                   .spec = spec};
        hash_block(spec, strlen(spec), all[i].id);
    }
    plan_of.data = &pets;
    plan_of.runs = all;
    plan_of.n_runs = N_RUNS;
    plan_set_id(&plan_of);
    OK(store_put_plan(store, &plan_of, &err));
    for (int i = 0; i < N_RUNS; i++) {
        const struct store_array recorded[] = {{20, "train_counts", 3, train},
                                               {20, "validation_counts", 3, validation},
                                               {20, "test_counts", 3, test_part},
                                               {20, "test_confusion", 9, i == 0 ? one : several},
                                               {20, "train_values", 2, i < 3 ? collapsed[i] : learnt}};
        struct store_outcome o = outcome();

        o.metrics = made;
        o.n_metrics = sizeof made / sizeof *made;
        o.arrays = recorded;
        o.n_arrays = 5;
        o.answers = (struct store_answers){0};
        finish_next(store, "me", &o);
    }
    OK(select_points(store, &(struct select_options){.measure = measure}, &arena, ret_selections, &err));
    return store;
}

static void test_value(void **state)
{
    static const struct {
        const char *measure;
        double value;
    } cases[] = {{"accuracy", 3178.0 / 3428}, {"balanced_accuracy", 1.0 / 3}, {"log_loss", NAN}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct selections s;
        struct store *store = make("", &s, cases[i].measure);
        struct commonest c;
        struct error err;

        OK(commonest_read(store, &s, &s.items[0], &arena, &c, &err));
        assert_int_equal(c.n_classes, 3);
        assert_int_equal(c.index, 2);
        assert_string_equal(c.names[2], "normal");
        assert_true(isnan(cases[i].value) ? isnan(c.value) : fabs(c.value - cases[i].value) < 1e-12);
        store_close(store);
    }
}

static void test_caption(void **state)
{
    struct selections s;
    struct store *store = make("", &s, "accuracy");
    struct text t = {0};
    struct error err;
    int n;

    (void)state;
    OK(commonest_count_constant(store, &s.items[0], &n, &err));
    assert_int_equal(n, 1);
    OK(commonest_count_constant(store, &s.items[1], &n, &err));
    assert_int_equal(n, 0);
    OK(caption_data(&t, &s, store, &err));
    assert_string_equal(t.s, " Validation has 25 of each class, the test part 73 to 3178 of a class: IT IS DRAWN IN OTHER "
                             "PROPORTIONS than what is reported (data.validation_as weighs it). Always naming the class "
                             "that is the commonest in training (normal, 3178 of 3428 test examples) gives 92.71. ONE "
                             "CLASS ONLY IS NAMED, whatever is shown: a in 1 of 2. A CONSTANT ANSWER HAS AS LOW A "
                             "TRAINING VALUE: a in 2 of 2 (0.7, constant 0.693), b in 1 of 2 (0.691, constant 0.693).");
    store_close(store);
    t.size = 0;
    store = make("data.validation_as = \"natural\"\n", &s, "accuracy");
    OK(caption_data(&t, &s, store, &err));
    assert_null(strstr(t.s, "IN OTHER PROPORTIONS"));
    assert_non_null(strstr(t.s, "gives 92.71"));
    store_close(store);
    t.size = 0; /* of conditions nothing is said where nothing is said of the data */
    test_part = validation;
    store = make("", &s, "log_loss");
    test_part = test;
    s.n_conditions = 2;
    OK(caption_data(&t, &s, store, &err));
    assert_string_equal(t.s, " ONE CLASS ONLY IS NAMED, whatever is shown: a in 1 of 2. A CONSTANT ANSWER HAS AS LOW A "
                             "TRAINING VALUE: a in 2 of 2 (0.7, constant 0.693), b in 1 of 2 (0.691, constant 0.693).");
    store_close(store);
    text_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value),
        cmocka_unit_test(test_caption),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
