/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Good scripts: what they describe arrives whole, and is the same each time; and the
 * text on the way from the child is believed in nothing. Bad scripts: test_hostile.c. */
#include "os/file.h"
#include "script/description.h"
#include "script/sandbox.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;
static const struct data_description *data;
static int n_data;
static char path[64];

/* The experiment of a script's text. */
static struct experiment load(const char *source)
{
    struct experiment e;
    struct error err;

    if (file_write(path, source, strlen(source), &err) < 0 ||
        script_load_experiment(path, "x", data, n_data, &arena, &e, &err) < 0)
        fail_msg("%s", err.text);
    return e;
}

static const char *describe(const struct experiment *e)
{
    struct text t = {0};
    const char *s;

    description_write(&t, e);
    s = arena_strdup(&arena, t.s);
    text_release(&t);
    return s;
}

static void test_a_script(void **state)
{
    struct experiment e = load(
        "local rates = {}\n"
        "for i = 1, 3 do rates[i] = 10 ^ -i end\n"
        "return experiment {\n"
        "  title = 'Ümlaut \"quoted\" \\\\ back', question = 'Why?', seeds = 4, draws_seed = 3, baseline = 'b',\n"
        "  data = shapes { imbalance = 10, augment = 'crop_flip' },\n"
        "  model = mlp { hidden = grid { { 64 }, {}, { 32, 16 } } },\n"
        "  optimizer = sgd { nesterov = true }, schedule = 'constant',\n"
        "  train = { lr = grid(rates), epochs = 2 },\n"
        "  methods = {\n"
        "    { 'a', objective = rgd { clip = grid { 1, math.huge } }, train = { lr = 0.5 } },\n"
        "    { 'b' },\n"
        "  },\n"
        "}\n");

    (void)state;
    assert_string_equal(describe(&e), "title \"Ümlaut \\\"quoted\\\" \\\\ back\"\n"
                                      "question \"Why?\"\n"
                                      "seeds 4\ndraws 0\ndraws_seed 3\nsmoke \"\"\ndefault_methods \"\"\n"
                                      "measure \"\"\nselect \"\"\n"
                                      "axis data\nvalue \"shapes\"\n"
                                      "axis data.augment\nvalue \"crop_flip\"\n"
                                      "axis data.imbalance\nvalue 10\n"
                                      "axis model\nvalue \"mlp\"\n"
                                      "axis model.hidden\nvalue [64]\nvalue []\nvalue [32,16]\n"
                                      "axis optimizer\nvalue \"sgd\"\n"
                                      "axis optimizer.nesterov\nvalue true\n"
                                      "axis schedule\nvalue \"constant\"\n"
                                      "axis train.epochs\nvalue 2\n"
                                      "axis train.lr\nvalue 0.1\nvalue 0.01\nvalue 0.001\n"
                                      "method a\n"
                                      "axis objective\nvalue \"rgd\"\n"
                                      "axis objective.clip\nvalue 1\nvalue inf\n"
                                      "axis train.lr\nvalue 0.5\n"
                                      "method b\n"
                                      "baseline \"b\"\n");
    assert_string_equal(e.title, "Ümlaut \"quoted\" \\ back");
}

/* Types of a slot side by side: what is written with one is for it alone. */
static void test_types(void **state)
{
    struct experiment e = load(
        "return experiment { title = 'x', data = grid { shapes { imbalance = 2 }, 'shapes_domains' },\n"
        "  model = grid { mlp { hidden = { 64 } }, 'mnist_cnn' },\n"
        "  optimizer = grid { sgd { weight_decay = 0.1 }, adam { weight_decay = grid { 0, 1 } } },\n"
        "  conditions = { 'model', 'train.lr' },\n"
        "  methods = { { 'a', objective = grid { rgd {} } } } }");
    struct experiment copy = {.arena = &arena, .data = data, .n_data = n_data};
    struct error err;

    (void)state;
    assert_non_null(strstr(describe(&e), "default_methods \"\"\nmeasure \"\"\nselect \"\"\ncondition \"model\"\ncondition \"train.lr\"\n"
                                         "axis data\nvalue \"shapes\"\nvalue \"shapes_domains\"\n"
                                         "axis data.imbalance shapes\nvalue 2\n"
                                         "axis model\nvalue \"mlp\"\nvalue \"mnist_cnn\"\n"
                                         "axis model.hidden mlp\nvalue [64]\n"
                                         "axis optimizer\nvalue \"sgd\"\nvalue \"adam\"\n"
                                         "axis optimizer.weight_decay sgd\nvalue 0.1\n"
                                         "axis optimizer.weight_decay adam\nvalue 0\nvalue 1\n"
                                         "method a\naxis objective\nvalue \"rgd\"\n"));
    assert_int_equal(description_read(describe(&e), &copy, &err), 0);
    assert_string_equal(describe(&copy), describe(&e));
}

/* A table that two constructors are given: neither changes it. */
static void test_shared_table(void **state)
{
    struct experiment e = load("local own = { imbalance = 10 }\n"
                               "local first = shapes(own)\n"
                               "own.imbalance = 20\n"
                               "local unused = shapes_domains { }\n"
                               "return experiment { title = 't', data = shapes(own), methods = { { 'erm' } } }");

    (void)state;
    assert_non_null(strstr(describe(&e), "data.imbalance"));
    assert_non_null(strstr(describe(&e), "20"));
    load("local head = { head = 'cosine' }\n"
         "return experiment { title = 't', data = shapes {}, model = grid { mlp(head), vit(head) },\n"
         "                    methods = { { 'erm' } } }");
}

static void test_defaults(void **state)
{
    struct experiment e = load("return experiment { title = 'x', methods = { { 'only' } } }");

    (void)state;
    assert_int_equal(e.n_seeds, 6);
    assert_string_equal(e.question, "");
    assert_string_equal(e.baseline, "only");
}

/* Keys come in order, wherever memory lies: a plan made by a loop is one plan. */
static void test_same_each_time(void **state)
{
    static const char source[] =
        "local clips = { sharp = 1, soft = 9, [3] = 3, [1.5] = 5, middling = 4, [true] = 2 }\n"
        "local m = {}\n"
        "for name, clip in pairs(clips) do\n"
        "  m[#m + 1] = { 'rgd_' .. tostring(name), objective = rgd { clip = clip } }\n"
        "end\n"
        "local words = { 'bb', 'a', 'ab', 'b', 'aa' }\n"
        "table.sort(words, function(x, y) return #x < #y end)\n"
        "return experiment { title = table.concat(words, ' ') .. tostring({}), methods = m }\n";

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct experiment e = load(source);

        assert_string_equal(e.title, "a b bb ab aatable"); /* equals keep their order */
        assert_int_equal(e.n_methods, 6);
        assert_string_equal(e.methods[0].label, "rgd_1.5");
        assert_string_equal(e.methods[1].label, "rgd_3");
        assert_string_equal(e.methods[2].label, "rgd_middling");
        assert_string_equal(e.methods[3].label, "rgd_sharp");
        assert_string_equal(e.methods[4].label, "rgd_soft");
        assert_string_equal(e.methods[5].label, "rgd_true");
    }
}

/* Expressions of the functions that scripts have. The first is what it gives. */
static void test_functions(void **state)
{
    static const char *const cases[][2] = {
        {"1 2 3", "(function() local s = {} for k, v in pairs({ 1, 2, 3 }) do s[#s + 1] = v end "
                  "return table.concat(s, ' ') end)()"},
        {"b", "(function() local t = { a = 1, b = 2, c = 3 } local s = '' for k in pairs(t) do "
              "if k == 'a' then t.a = nil t.c = nil else s = s .. k end end return s end)()"},
        {"0", "(function() local n = 0 for _ in pairs({}) do n = n + 1 end return n .. '' end)()"},
        {"-1 2.5 10 a b", "(function() local s = {} for k in pairs({ b = 0, a = 0, [10] = 0, "
                          "[-1] = 0, [2.5] = 0 }) do s[#s + 1] = k end "
                          "return table.concat(s, ' ') end)()"},
        {"3 2 1", "(function() local t = { 1, 3, 2 } table.sort(t, function(a, b) return a > b end) "
                  "return table.concat(t, ' ') end)()"},
        {"a b c", "(function() local t = { 'c', 'a', 'b' } table.sort(t) "
                  "return table.concat(t, ' ') end)()"},
        {"", "(function() local t = {} table.sort(t) return '' end)()"},
        {"nil true 1.5 x", "tostring(nil) .. ' ' .. tostring(true) .. ' ' .. tostring(1.5) .. ' ' "
                           ".. tostring('x')"},
        {"function", "tostring(pairs)"},
        {"0.50 7 x%", "string.format('%.2f %d %s%%', 0.5, 7, 'x')"},
        {"XXX", "('x'):rep(3):upper()"},
        {"3", "select('#', table.unpack({ 1, 2, 3 })) .. ''"},
        {"false no", "(function() local ok, why = pcall(error, 'no') "
                     "return tostring(ok) .. ' ' .. why end)()"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *source = arena_printf(
            &arena, "return experiment { title = 'x', question = %s, methods = { { 'a' } } }",
            cases[i][1]);
        struct experiment e = load(source);

        if (strcmp(e.question, cases[i][0]) != 0)
            fail_msg("%s gave \"%s\"", cases[i][1], e.question);
    }
}

/* The sandbox itself, in this process: so that the sanitizers see it. */
static void test_sandbox_here(void **state)
{
    static const char *const cases[][2] = {
        {"while true do end", "x.lua: it takes too long"},
        {"return ('x'):rep(1e9)", "x.lua: it needs more than 64 MiB of memory"},
        {"local t = {} while true do t[#t + 1] = {} end", "x.lua: it takes too long"},
        {"while true do pcall(error) end", "x.lua: it takes too long"},
        {"io.x()", "x.lua:1: unknown name \"io\""},
        {"x = ", "x.lua:1: unexpected symbol near <eof>"},
        {"error('why', 0)", "x.lua: why"},
        {"error({})", "x.lua: it raised no message"},
        {"for k in pairs({ [{}] = 1 }) do end", "as a key has no place in an order"},
        {"table.sort({ 1, {}, 2 })", "attempt to compare"},
        {"table.sort({ 3, 2, 1 }, function() error('in it') end)", "x.lua:1: in it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sandbox s;
        struct error err = {.text = "no error"};

        assert_int_equal(sandbox_open(&s, &err), 0);
        if (sandbox_run(&s, "x.lua", cases[i][0], strlen(cases[i][0]), &err) != -1 ||
            !strstr(err.text, cases[i][1]))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i][0], err.text, cases[i][1]);
        sandbox_close(&s);
        assert_int_equal(s.memory, 0);
    }
}

static int read_description(const char *text, struct experiment *ret_experiment,
                            struct error *err)
{
    *ret_experiment = (struct experiment){.arena = &arena, .data = data, .n_data = n_data};
    return description_read(text, ret_experiment, err);
}

/* What a child that was taken over might send. */
static void test_description_is_checked(void **state)
{
    static const char HEAD[] = "title \"x\"\nquestion \"\"\nseeds 3\n";
    static const char *const cases[][2] = {
        {"", "the description is not complete"},
        {"method a\n", "the description is not complete"},
        {"method a\nbaseline \"b\"\n", "the description is not complete"},
        {"run \"/bin/sh\"\n", "\"run \"/bin/sh\"\": no such line"},
        {"axis", "\"axis\": no such line"},
        {"title \"again\"\n", "not a plain text, or given twice"},
        {"title 3\n", "not a plain text, or given twice"},
        {"seeds 0\n", "not a number of seeds"},
        {"seeds 1e99\n", "not a number of seeds"},
        {"seeds nan\n", "not a number of seeds"},
        {"value 3\n", "a value too many"},
        {"axis train.lr\nmethod a\n", "train.lr has no value"},
        {"axis train.lr\nvalue -1\nmethod a\n", "train.lr: -1 is not a number"},
        {"axis train.lr\nvalue 1\nvalue 1\nmethod a\n", "train.lr: 1 is there twice"},
        {"axis train.lx\nvalue 1\nmethod a\n", "train has no setting \"lx\""},
        {"axis data\nvalue \"../../etc\"\nmethod a\n", "unknown data set"},
        {"axis data\nvalue \"shapes\"\naxis data.digest\nvalue \"0\"\nmethod a\n",
         "data has no setting \"digest\""},
        {"axis data.pad\nvalue 0\nmethod a\n", "data is not chosen, and has no settings then"},
        {"method ../a\n", "a method too many, or without a name of its own"},
        {"method a\nmethod a\n", "a method too many, or without a name of its own"},
        {"axis model.hidden\nvalue [1,2\nmethod a\n", "list without its closing bracket"},
    };
    struct experiment e;
    struct error err;
    struct text many = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err.text[0] = '\0';
        if (read_description(arena_printf(&arena, "%s%s", HEAD, cases[i][0]), &e, &err) != -1 ||
            !strstr(err.text, cases[i][1]))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i][0], err.text, cases[i][1]);
    }
    text_printf(&many, "%saxis train.lr\n", HEAD);
    for (int i = 1; i <= 1001; i++)
        text_printf(&many, "value %d\n", i);
    assert_int_equal(read_description(many.s, &e, &err), -1);
    assert_non_null(strstr(err.text, "a value too many"));
    text_release(&many);
}

static void test_component(void **state)
{
    struct settings s;
    struct error err;

    (void)state;
    settings_init(&s, &arena);
    assert_int_equal(script_parse_component("rgd { clip = 2 + 1 }", "objective", &s, &err), 0);
    assert_string_equal(settings_string(&s, "objective"), "rgd");
    assert_true(settings_number(&s, "objective.clip") == 3);
    settings_init(&s, &arena);
    assert_int_equal(script_parse_component("erm", "objective", &s, &err), 0);
    assert_int_equal(script_parse_component("rgd{clip=grid{1,2}}", "objective", &s, &err), -1);
    assert_string_equal(err.text, "objective.clip: one value, not a grid");
    assert_int_equal(script_parse_component("rgd{} + 1", "objective", &s, &err), -1);
    assert_non_null(strstr(err.text, "attempt to perform arithmetic"));
    assert_int_equal(script_parse_component("mlp{}", "objective", &s, &err), -1);
    assert_non_null(strstr(err.text, "unknown objective \"mlp\""));
}

static int set_up(void **state)
{
    struct error err;

    (void)state;
    snprintf(path, sizeof path, "/tmp/rgdbench-script-%d.lua", (int)getpid());
    if (script_load_data("datasets", &arena, &data, &n_data, &err) < 0)
        return -1;
    for (int i = 0; i < n_data; i++)
        if (data[i].broken)
            fail_msg("%s", data[i].broken);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_script),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_shared_table),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_same_each_time),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_sandbox_here),
        cmocka_unit_test(test_description_is_checked),
        cmocka_unit_test(test_component),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
