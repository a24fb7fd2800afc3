/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment, changed by words of the command line: what they come to, and what is said where one is wrong. */
#include "experiment_fixture.h"

/* The values of a setting as "a b c"; "" where it is not set. */
static const char *values_of(const struct grid *g, const char *name)
{
    const struct axis *axis = grid_find(g, name);
    struct text t = {0};
    const char *s;

    for (int i = 0; axis && i < axis->n_values; i++) {
        text_printf(&t, i ? " " : "");
        value_write(&t, &axis->values[i]);
    }
    s = arena_strdup(&arena, t.s ? t.s : "");
    text_release(&t);
    return s;
}

/* Words, and the experiment's own values of a setting after them. */
static void test_good_words(void **state)
{
    static const struct {
        const char *word, *setting, *values;
    } cases[] = {
        {"train.lr=0.5", "train.lr", "0.5"},
        {"+train.lr=0.5", "train.lr", "0.5"},
        {"train.lr=0.1,0.05", "train.lr", "0.1 0.05"},
        {"train.lr=choice(0.1,0.05)", "train.lr", "0.1 0.05"},
        {"train.epochs=range(2,8,2)", "train.epochs", "2 4 6 8"},
        {"train.epochs=range(2,4)", "train.epochs", "2 3 4"},
        {"train.lr=range(0.1,0.5,0.1)", "train.lr", "0.1 0.2 0.3 0.4 0.5"},
        {"train.lr=logspace(-3,-1,3)", "train.lr", "0.001 0.01 0.1"},
        {"train.lr=logspace(-2,-1,3)", "train.lr", "0.01 0.0316228 0.1"},
        {"train.lr=logspace(-2,5,1)", "train.lr", "0.01"},
        {"model.hidden=[256,256]", "model.hidden", "[256,256]"},
        {"model.hidden=[256,256],[512],[]", "model.hidden", "[256,256] [512] []"},
        {"data.augment=\"crop_flip\"", "data.augment", "\"crop_flip\""},
        {"optimizer=adam", "optimizer", "\"adam\""},
        {"train.numeric=portable,native", "train.numeric", "\"portable\" \"native\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();

        apply(&e, cases[i].word);
        if (strcmp(values_of(&e.grid, cases[i].setting), cases[i].values) != 0)
            fail_msg("%s: %s", cases[i].word, values_of(&e.grid, cases[i].setting));
    }
}

static void test_held_out(void **state)
{
    struct experiment e = sample();
    struct data_description styles = {.name = "styles"};
    struct error err;

    (void)state;
    settings_init(&styles.settings, &arena);
    assert_int_equal(
        settings_parse(&styles.settings, "doc = \"x\"\nformat = \"shapes_domains\"\n", &err), 0);
    e.data = &styles;
    e.n_data = 1;
    apply(&e, "data=styles");
    apply(&e, "data.test_envs=held_out(3)");
    assert_string_equal(values_of(&e.grid, "data.test_envs"), "[0] [1] [2]");
    apply(&e, "data.test_envs=held_out(3,2)");
    assert_string_equal(values_of(&e.grid, "data.test_envs"), "[0] [1] [2] [0,1] [0,2] [1,2]");
}

/* Is this the message? One that ends in ": " goes on with a list that grows. */
static bool is_said(const char *text, const char *wanted)
{
    size_t n = strlen(wanted);

    return n > 2 && strcmp(wanted + n - 2, ": ") == 0 ? strncmp(text, wanted, n) == 0
                                                      : strcmp(text, wanted) == 0;
}

static void test_bad_words(void **state)
{
    static const char *const cases[][2] = {
        {"epochs", "\"epochs\" is not NAME=VALUE"},
        {"=3", "\"=3\" is not NAME=VALUE"},
        {"seeds=0", "seeds=0: not a whole number from 1 to 10000"},
        {"seeds=1.5", "seeds=1.5: not a whole number from 1 to 10000"},
        {"seeds=", "seeds=: not a whole number from 1 to 10000"},
        {"methods=erm,rdg", "unknown method \"rdg\", did you mean \"rgd\"?; known: erm rgd all"},
        {"methods=al", "unknown method \"al\", did you mean \"all\"?; known: erm rgd all"},
        {"~emr", "unknown method \"emr\", did you mean \"erm\"?; known: erm rgd all"},
        {"train.judge_by=accuracy", "train.judge_by: only the plan sets it; it is the experiment's: say measure=NAME "
                                    "or select=NAME"},
        {"train.seed=1", "train.seed: only the plan sets it; say how many with seeds=N"},
        {"erm.train.seed=1,2", "method \"erm\": train.seed: only the plan sets it; say how many with seeds=N"},
        {"~", "\"~\" is without the name of the method to leave out"},
        {"train.lr=", "train.lr=: a value is missing"},
        {"train.lr=1,,2", "train.lr=1,,2: a value is missing"},
        {"train.lr=\"x", "train.lr=\"x: text without its closing quote: \"x"},
        {"train.lr=[1", "train.lr=[1: list without its closing bracket"},
        {"train.lr=fast", "train.lr: \"fast\" is not a number from 1e-09 to 1000"},
        {"train.lr=0", "train.lr: 0 is not a number from 1e-09 to 1000"},
        {"train.lr=nan", "train.lr: \"nan\" is not a number from 1e-09 to 1000"},
        {"train.lr=1,2,1", "train.lr: 1 is there twice"},
        {"train.lr=range(5,1)", "train.lr=range(5,1): \"range(5,1)\" is empty: 5 is beyond 1"},
        {"train.lr=range(1,5", "train.lr=range(1,5: \"range(1,5\" is not range(FROM,TO[,STEP]) or "
                               "logspace(FROM,TO,N)"},
        {"train.lr=range(1,2,0)", "train.lr=range(1,2,0): \"range(1,2,0)\" is not "
                                  "range(FROM,TO[,STEP]) or logspace(FROM,TO,N)"},
        {"train.lr=logspace(1,2,1e9)",
         "train.lr=logspace(1,2,1e9): \"logspace(1,2,1e9)\" has more than 1000 values"},
        {"data.test_envs=held_out(3,3)", "data.test_envs=held_out(3,3): \"held_out(3,3)\" is not "
                                         "held_out(N) or held_out(N,2) with N environments, 2 to 40"},
        {"data.test_envs=held_out(41)", "data.test_envs=held_out(41): \"held_out(41)\" is not "
                                        "held_out(N) or held_out(N,2) with N environments, 2 to 40"},
        {"train.epochs=1.5", "train.epochs: 1.5 is not a whole number from 1 to 1000000"},
        {"train.epoch=1", "train has no setting \"epoch\", did you mean \"epochs\"?; it has: "},
        {"train=3", "train is a group of settings; set one of them, as in train.epochs=..."},
        {"lr=3", "unknown setting \"lr\", did you mean \"train.lr\"?"},
        {"clip=3", "unknown setting \"clip\", did you mean \"objective.clip\"?"},
        {"model=mpl", "unknown model \"mpl\", did you mean \"mlp\"?; known: "},
        {"model=3", "model: 3 is not the name of one"},
        {"data=shaeps", "unknown data set \"shaeps\", did you mean \"shapes\"?; known: photos shapes"},
        {"objective.clip=x", "method \"rgd\": objective.clip: \"x\" is not a number of at least 1e-06"},
        {"rgd.objective.clip=0",
         "method \"rgd\": objective.clip: 0 is not a number of at least 1e-06"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();
        struct error err = {.text = "no error"};

        if (override_apply(&e, cases[i][0], &err) != -1 || !is_said(err.text, cases[i][1]))
            fail_msg("%s\n  gave:   %s\n  wanted: %s", cases[i][0], err.text, cases[i][1]);
        assert_int_equal(err.status, EXIT_BAD_INPUT);
    }
}

/* Where a setting of the experiment also stands in a method, and where only there. */
static void test_whom_a_word_is_for(void **state)
{
    struct experiment e = sample();

    (void)state;
    apply(&e, "objective.clip=5"); /* erm has none, rgd does */
    assert_string_equal(values_of(&e.grid, "objective.clip"), "");
    assert_string_equal(values_of(&e.methods[0].grid, "objective.clip"), "");
    assert_string_equal(values_of(&e.methods[1].grid, "objective.clip"), "5");

    apply(&e, "erm.train.lr=0.7"); /* one method's own ... */
    assert_string_equal(values_of(&e.grid, "train.lr"), "0.1 0.2");
    assert_string_equal(values_of(&e.methods[0].grid, "train.lr"), "0.7");
    apply(&e, "train.lr=0.3"); /* ... which a word for all replaces */
    assert_string_equal(values_of(&e.grid, "train.lr"), "0.3");
    assert_string_equal(values_of(&e.methods[0].grid, "train.lr"), "0.3");
    assert_string_equal(values_of(&e.methods[1].grid, "train.lr"), "");
}

/* What was set for one type is not for another. */
static void test_another_type_forgets(void **state)
{
    struct experiment e = sample();

    (void)state;
    apply(&e, "model.hidden=[7]");
    apply(&e, "model=vit");
    assert_string_equal(values_of(&e.grid, "model.hidden"), "");
    apply(&e, "rgd.objective=erm");
    assert_string_equal(values_of(&e.methods[1].grid, "objective.clip"), "");
    apply(&e, "data.imbalance=10");
    apply(&e, "data=photos"); /* of another format, which has no train_per_class */
    assert_string_equal(values_of(&e.grid, "data.train_per_class"), "");
    assert_string_equal(values_of(&e.grid, "data.imbalance"), "10");
    assert_string_equal(values_of(&e.grid, "data.validation"), "2");
}

static void test_methods(void **state)
{
    struct experiment e = sample();

    (void)state;
    apply(&e, "methods=rgd,erm"); /* the experiment's order stays */
    assert_int_equal(e.n_methods, 2);
    assert_string_equal(e.methods[0].label, "erm");
    apply(&e, "~erm");
    assert_int_equal(e.n_methods, 1);
    assert_string_equal(e.methods[0].label, "rgd");
    apply(&e, "seeds=4");
    assert_int_equal(e.n_seeds, 4);
}

static void test_default_methods(void **state)
{
    static const struct {
        const char *word; /* NULL: none */
        int n;
        const char *first;
    } cases[] = {{NULL, 1, "rgd"},          {"seeds=2", 1, "rgd"},       {"methods=all", 2, "erm"},
                 {"methods=erm", 1, "erm"}, {"methods=erm,rgd", 2, "erm"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e = sample();
        struct error err;

        e.default_methods = "rgd";
        if (cases[i].word)
            apply(&e, cases[i].word);
        assert_int_equal(override_end(&e, &err), 0);
        assert_int_equal(e.n_methods, cases[i].n);
        assert_string_equal(e.methods[0].label, cases[i].first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_words),
        cmocka_unit_test(test_held_out),
        cmocka_unit_test(test_bad_words),
        cmocka_unit_test(test_whom_a_word_is_for),
        cmocka_unit_test(test_another_type_forgets),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_default_methods),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
