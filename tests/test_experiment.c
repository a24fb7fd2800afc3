/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plan that an experiment comes to, and what is said where there is none. */
#include "experiment_fixture.h"

static void make(const struct experiment *e, struct plan *ret_plan)
{
    struct error err;

    if (plan_make(e, NULL, NULL, &arena, ret_plan, &err) < 0)
        fail_msg("%s", err.text);
}

static void test_plan(void **state)
{
    struct experiment e = sample();
    struct plan plan;

    (void)state;
    make(&e, &plan);
    assert_int_equal(plan.n_runs, 18);
    assert_int_equal(plan.n_data, 1);
    assert_string_equal(plan.runs[0].method, "erm");
    assert_string_equal(plan.runs[0].point, "train.lr=0.1");
    assert_string_equal(plan.runs[0].condition, "");
    assert_int_equal(plan.runs[2].seed, 2);
    assert_string_equal(plan.runs[17].method, "rgd");
    assert_string_equal(plan.runs[17].point, "objective.clip=3 train.lr=0.2");
    for (int i = 0; i < plan.n_runs; i++) {
        const struct plan_run *run = &plan.runs[i];
        struct settings s;
        struct error err;
        char id[HASH_HEX_SIZE];

        settings_init(&s, &arena);
        assert_int_equal(settings_parse(&s, run->spec, &err), 0);
        assert_int_equal((int)settings_number(&s, "train.seed"), run->seed);
        assert_string_equal(settings_string(&s, "data.digest"), plan.data[0].digest);
        hash_block(run->spec, strlen(run->spec), id);
        assert_string_equal(run->id, id);
        assert_null(strstr(run->spec, "/")); /* no path */
        for (int k = 0; k < i; k++)
            assert_string_not_equal(run->id, plan.runs[k].id);
    }
}

/* "model=\"mlp\" model.hidden=[4]; ...": the different points of a plan's method, in its order. */
static const char *points_of(const struct plan *plan, const char *method)
{
    const char *last = NULL, *all = "";

    for (int i = 0; i < plan->n_runs; i++) {
        const struct plan_run *run = &plan->runs[i];

        if (strcmp(run->method, method) != 0 || (last && strcmp(run->point, last) == 0))
            continue;
        all = arena_printf(&arena, "%s%s%s", all, last ? "; " : "", run->point);
        last = run->point;
    }
    return all;
}

/* The settings of a type count where it is chosen, and there alone. */
static void test_types(void **state)
{
    static const char models[] = "model=\"mlp\" model.hidden=[4]; model=\"mlp\" model.hidden=[5]; "
                                 "model=\"mnist_cnn\"";
    struct experiment e = sample();
    struct value decays[] = {value_number(0.1), value_number(0)};
    struct error err;
    struct plan plan;

    (void)state;
    apply(&e, "train.lr=0.1");
    apply(&e, "methods=erm");
    apply(&e, "model=mlp,mnist_cnn");
    apply(&e, "model.hidden=[4],[5]");
    make(&e, &plan);
    assert_string_equal(points_of(&plan, "erm"), models);
    assert_int_equal(plan.n_runs, 9);
    assert_int_equal(override_apply(&e, "model.depth=2", &err), -1);
    assert_non_null(strstr(err.text, "model mlp has no setting \"depth\""));
    apply(&e, "model=mlp");
    apply(&e, "optimizer=sgd,adam");
    assert_int_equal(experiment_check_for(&e, NULL, "optimizer.weight_decay", "adam", decays, 2, &err),
                     SETTING_FITS);
    experiment_put_for(&e, NULL, "optimizer.weight_decay", "adam", decays, 2);
    experiment_put_for(&e, NULL, "optimizer.weight_decay", "sgd", decays, 1);
    assert_int_not_equal(experiment_check_for(&e, NULL, "optimizer.weight_decay", "adagrad", decays, 1, &err),
                         SETTING_FITS);
    make(&e, &plan);
    assert_string_equal(points_of(&plan, "erm"), "optimizer=\"sgd\"; optimizer=\"adam\" optimizer.weight_decay=0.1; "
                                                 "optimizer=\"adam\" optimizer.weight_decay=0");
    assert_non_null(strstr(plan.runs[0].spec, "optimizer.weight_decay = 0.1\n"));
    apply(&e, "optimizer=adam"); /* keeps what is its own */
    make(&e, &plan);
    assert_string_equal(points_of(&plan, "erm"), "optimizer.weight_decay=0.1; optimizer.weight_decay=0");
    apply(&e, "optimizer.weight_decay=0.5"); /* of all types */
    make(&e, &plan);
    assert_string_equal(points_of(&plan, "erm"), "");
}

/* Where a type has nothing that is drawn, it is there once and not for each draw. */
static void test_draws_of_types(void **state)
{
    struct experiment e = sample();
    struct plan plan;

    (void)state;
    apply(&e, "train.lr=0.1");
    apply(&e, "methods=erm");
    apply(&e, "model=mlp,mnist_cnn");
    apply(&e, "model.dropout=uniform(0,0.5)");
    apply(&e, "draws=3");
    make(&e, &plan);
    assert_int_equal(plan.n_runs, 3 * 4);
}

/* What varies of the data is a condition: selection is within it. */
static void test_conditions(void **state)
{
    struct experiment e = sample();
    struct plan plan;

    (void)state;
    apply(&e, "data.imbalance=1,2");
    apply(&e, "train.lr=0.1");
    apply(&e, "methods=erm");
    make(&e, &plan);
    assert_int_equal(plan.n_runs, 6);
    assert_string_equal(plan.runs[0].condition, "data.imbalance=1");
    assert_string_equal(plan.runs[5].condition, "data.imbalance=2");
    assert_string_equal(plan.runs[5].point, "");
}

/* Of DomainBed's draws the first has no weight decay; that of others is on all parameters, as its
 * Adam has it, unless somebody set one. */
static void test_drawn_decay(void **state)
{
    static const struct {
        const char *word, *decays[2];
    } cases[] = {
        {"optimizer=adam", {"", "all"}},
        {"optimizer.decays=weights", {"", ""}},
        {"optimizer.weight_decay=0.1", {"", ""}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();
        struct plan plan;

        apply(&e, "methods=erm");
        apply(&e, "seeds=1");
        apply(&e, "draws=2");
        apply(&e, "optimizer=adam");
        apply(&e, "train.lr=0.1");
        apply(&e, "train.hparams=ERM");
        apply(&e, cases[i].word);
        make(&e, &plan);
        assert_int_equal(plan.n_runs, 2);
        for (int k = 0; k < 2; k++) {
            struct settings s;
            struct error err;
            const struct value *v;

            settings_init(&s, &arena);
            assert_int_equal(settings_parse(&s, plan.runs[k].spec, &err), 0);
            v = settings_find(&s, "optimizer.decays");
            assert_string_equal(v ? v->string : "", cases[i].decays[k]);
            assert_int_equal(settings_number(&s, "optimizer.weight_decay") > 0, i == 2 || k == 1);
        }
    }
}

/* The same question has the same plan, whatever it is called and in whatever order it was
 * put; another one has another. */
static const char *conditions_of(const struct plan *plan, const char *method)
{
    const char *last = NULL, *all = "";

    for (int i = 0; i < plan->n_runs; i++) {
        const struct plan_run *run = &plan->runs[i];

        if (strcmp(run->method, method) != 0 || (last && strcmp(run->condition, last) == 0))
            continue;
        all = arena_printf(&arena, "%s%s%s", all, last ? "; " : "", run->condition);
        last = run->condition;
    }
    return all;
}

/* Anything else is one where the experiment says so, for all methods: rgd has one model, and is paired
 * under that. Runs lie by condition. */
static void test_named_conditions(void **state)
{
    struct experiment e = sample();
    struct plan plan;

    (void)state;
    apply(&e, "conditions=model,train.lr");
    apply(&e, "rgd.model=mnist_cnn");
    apply(&e, "erm.model=mlp,mnist_cnn");
    apply(&e, "erm.model.hidden=[4],[5]");
    make(&e, &plan);
    assert_null(strstr(plan.warnings, "conditions"));
    assert_string_equal(conditions_of(&plan, "erm"), "model=\"mlp\" train.lr=0.1; model=\"mlp\" train.lr=0.2; "
                                                     "model=\"mnist_cnn\" train.lr=0.1; "
                                                     "model=\"mnist_cnn\" train.lr=0.2");
    assert_string_equal(conditions_of(&plan, "rgd"), "model=\"mnist_cnn\" train.lr=0.1; "
                                                     "model=\"mnist_cnn\" train.lr=0.2");
    assert_string_equal(points_of(&plan, "rgd"), "objective.clip=1; objective.clip=3; objective.clip=1; "
                                                 "objective.clip=3");
    apply(&e, "conditions=none");
    make(&e, &plan);
    assert_string_equal(conditions_of(&plan, "erm"), "");
}

/* Any text is its parts again; blanks, signs and points in quotes belong to their value. */
static void test_labels(void **state)
{
    static const char *const texts[] = {"", " ", "a  b ", "a=", "=a", "a.b=\"x y=z.q\\\" \" c=[1,2]", "\"", "a=b=c d"};
    struct label l;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        l = label_read(texts[i], &arena);
        assert_string_equal(label_text(&l, &arena), texts[i]);
    }
    l = label_read("data=\"x y\" model=\"mlp\" model.head=\"a.b\" train.lr=0.1", &arena);
    assert_int_equal(l.n, 4);
    assert_string_equal(l.parts[0].value, "\"x y\"");
    assert_string_equal(label_short(&l, &arena), "data=\"x y\" model=mlp head=a.b lr=0.1");
    assert_ptr_equal(label_find(&l, "lr"), &l.parts[3]);
    assert_ptr_equal(label_find(&l, "train.lr"), &l.parts[3]);
    assert_null(label_find(&l, "r"));
    l = label_without(&l, &l.parts[1], &arena);
    l = label_with(&l, (struct label_part){"loss", "\"mse\""}, &arena);
    assert_string_equal(label_text(&l, &arena), "data=\"x y\" loss=\"mse\" model.head=\"a.b\" train.lr=0.1");
}

static void test_bad_conditions(void **state)
{
    static const char *const cases[][2] = {
        {"conditions=modle", "conditions: unknown setting \"modle\", did you mean \"model\"?"},
        {"conditions=model,train.late_", "conditions: train has no setting \"late_\""},
        {"conditions=train", "conditions: train is a group of settings; name one of them, as train.epochs"},
        {"conditions=", "conditions: unknown setting \"\""},
        {"conditions=model,model", "\"model\" is there twice"},
    };
    struct experiment e = sample();
    struct error err;
    struct plan plan;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(override_apply(&e, cases[i][0], &err), -1);
        if (!strstr(err.text, cases[i][1]))
            fail_msg("\"%s\" lacks \"%s\"", err.text, cases[i][1]);
    }
    apply(&e, "conditions=model,data.imbalance");
    make(&e, &plan);
    assert_non_null(strstr(plan.warnings, "conditions: model does not vary, so that it is none; "
                                          "conditions: data.imbalance does not vary, so that it is none"));
    apply(&e, "conditions=train.lr");
    apply(&e, "train.lr=uniform(0.1,0.2)");
    apply(&e, "draws=2");
    assert_int_equal(plan_make(&e, "/nowhere", NULL, &arena, &plan, &err), -1);
    assert_non_null(strstr(err.text, "conditions: train.lr is drawn"));
}

static void test_plan_id(void **state)
{
    struct experiment e = sample(), same = sample(), other = sample();
    struct plan plan, again, another;

    (void)state;
    same.name = "renamed";
    same.title = "Renamed";
    apply(&same, "train.lr=0.9");
    apply(&same, "data.validation=2");
    apply(&same, "train.lr=0.1,0.2");
    apply(&other, "train.warmup=2");
    make(&e, &plan);
    make(&same, &again);
    make(&other, &another);
    assert_string_equal(plan.id, again.id);
    assert_string_not_equal(plan.id, another.id);
}

/* Multiplied before they are made: no memory is taken for what is refused. */
static void test_too_many_runs(void **state)
{
    struct experiment e = sample();
    struct text values = {0};
    struct plan plan;
    struct error err;
    size_t before;

    (void)state;
    for (int i = 1; i <= EXPERIMENT_MAX_VALUES; i++)
        text_printf(&values, "%s%g", i == 1 ? "[" : ",", 1e-3 * i);
    text_printf(&values, "]");
    put(&e, NULL, "train.lr", values.s);
    text_release(&values);
    e.n_seeds = EXPERIMENT_MAX_SEEDS;
    before = arena.taken;
    assert_int_equal(plan_make(&e, NULL, NULL, &arena, &plan, &err), -1);
    assert_string_equal(err.text, "these are 30000000 runs; a plan has 1000000 at most: fewer values, seeds "
                                  "or draws");
    assert_int_equal(arena.taken, before);
    e.n_seeds = 3;
    e.n_draws = EXPERIMENT_MAX_DRAWS; /* of which there are none here */
    make(&e, &plan);
    assert_int_equal(plan.n_runs, 9000);
}

/* What a run is the best by is what selects, and is in its spec; where the last one judges nothing is. */
static void test_judge(void **state)
{
    static const struct {
        const char *measure, *select, *by;
    } cases[] = {{NULL, NULL, "accuracy"}, {"", "", "accuracy"}, {"macro_f1", NULL, "macro_f1"},
                 {"macro_f1", "log_loss", "log_loss"}, {NULL, "f1:circle", "f1:circle"}};
    struct plan last, best;
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();

        e.measure = cases[i].measure;
        e.select = cases[i].select;
        make(&e, &last);
        assert_null(strstr(last.runs[0].spec, "train.judge"));
        put(&e, NULL, "train.judge", "[\"best\"]");
        make(&e, &best);
        assert_non_null(strstr(best.runs[0].spec,
                               arena_printf(&arena, "\ntrain.judge = \"best\"\ntrain.judge_by = \"%s\"\n",
                                            cases[i].by)));
        put(&e, NULL, "train.judge", "[\"last\"]");
        make(&e, &best);
        assert_string_equal(best.runs[0].id, last.runs[0].id);
    }
    {
        struct experiment e = sample();

        e.measure = "r2";
        put(&e, NULL, "train.judge", "[\"best\"]");
        assert_int_equal(plan_make(&e, NULL, NULL, &arena, &best, &err), -1);
        assert_non_null(strstr(err.text, "measure \"r2\" is one of targets that are numbers"));
    }
    for (int i = 0; i < 3; i++) { /* groups that the data have not: before anything is trained */
        struct experiment e = sample();

        e.measure = i == 1 ? "accuracy" : "worst_group_accuracy";
        e.select = i == 1 ? "worst_group_accuracy" : NULL;
        if (i == 2)
            put(&e, NULL, "train.judge", "[\"best\"]");
        assert_int_equal(plan_make(&e, NULL, NULL, &arena, &best, &err), -1);
        assert_non_null(strstr(err.text, "measure \"worst_group_accuracy\" is one over groups, and the data have none: "
                                         "groups = { ... } in a table's description"));
    }
}

static void test_bad_plans(void **state)
{
    static const char *const cases[][2] = {
        {"methods=", "no method is left to run"},
        {"data.validation=8",
         "method \"erm\": data set \"shapes\": data.validation 8 leaves class \"circle\" nothing to train on: it has 8 "
         "examples (data.validation_share = 0.2 takes of each class its share)"},
        {"data=photos",
         "method \"erm\": data set \"photos\": no data root: set RGDBENCH_DATA to the folder that "
         "holds \"a.bin\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();
        struct error err = {.text = "no error"};
        struct plan plan;

        apply(&e, cases[i][0]);
        if (plan_make(&e, NULL, NULL, &arena, &plan, &err) != -1 || strcmp(err.text, cases[i][1]) != 0)
            fail_msg("%s\n  gave:   %s\n  wanted: %s", cases[i][0], err.text, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_draws_of_types),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_drawn_decay),
        cmocka_unit_test(test_named_conditions),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_bad_conditions),
        cmocka_unit_test(test_plan_id),
        cmocka_unit_test(test_too_many_runs),
        cmocka_unit_test(test_judge),
        cmocka_unit_test(test_bad_plans),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
