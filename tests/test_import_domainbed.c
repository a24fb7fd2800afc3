/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A DomainBed tree, whole and damaged: what counts is stored, what does not is counted, named
 * and left out. */
#include "domainbed/import_domainbed.h"
#include "domainbed_tree.h"
#include "figure/figures.h"
#include "os/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const struct tree_job erm = {"ERM", "VLCS", 4, {2}, 1, 1, 0};

/* An empty tree for each test. */
static struct arena arena;
static char *tree;

static int make_tree(void **state)
{
    (void)state;
    tree = arena_strdup(&arena, "/tmp/rgdbench-test-XXXXXX");
    return mkdtemp(tree) ? 0 : -1;
}

static int remove_tree(void **state)
{
    int result = system(arena_printf(&arena, "rm -rf %s", tree));

    (void)state;
    arena_release(&arena);
    return result;
}

static struct import read_tree(void)
{
    struct import import;
    struct error err;

    if (import_domainbed_read(tree, "x", NULL, &arena, &import, &err) < 0)
        fail_msg("%s", err.text);
    return import;
}

static void is_refused(const char *why)
{
    struct import import;
    struct error err;

    assert_int_equal(import_domainbed_read(tree, "x", NULL, &arena, &import, &err), -1);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void has_found(const struct import *import, enum import_kind kind, int n, const char *first)
{
    struct text t = {0};

    import_findings_write(&import->findings, &t);
    if (import->findings.counts[kind] != n)
        fail_msg("%d of kind %d, not %d: %s", import->findings.counts[kind], kind, n, t.s);
    if (n && !strstr(import->findings.first[kind], first))
        fail_msg("the first is \"%s\", not \"%s\"", import->findings.first[kind], first);
    text_release(&t);
}

/* Writes a job's results.jsonl anew: these bytes in place of DomainBed's. */
static void write_results(const char *folder, const char *bytes, size_t size)
{
    FILE *f = tree_open(tree, folder, "results.jsonl");

    fwrite(bytes, 1, size, f);
    fclose(f);
}

/* What is in it; good until the tree goes. */
static char *results;
static size_t results_size;

static void read_results(const char *folder)
{
    struct error err;

    if (file_read(arena_printf(&arena, "%s/%s/results.jsonl", tree, folder), 1 << 20, &arena,
                  &results, &results_size, &err) < 0)
        fail_msg("%s", err.text);
}

static void test_what_is_stored(void **state)
{
    const char *path = arena_printf(&arena, "%s/x.db", tree);
    struct store_plan plan;
    struct store_metric *metrics;
    struct store *store;
    struct import import;
    struct error err;
    double test, last;
    char first[HASH_HEX_SIZE], again[HASH_HEX_SIZE];
    int n, n_left;

    (void)state;
    tree_job(tree, "a", &erm);
    tree_job(tree, "b", &(struct tree_job){"GroupDRO", "VLCS", 4, {1, 3}, 2, 0, 2});
    import = read_tree();
    has_found(&import, IMPORT_NOT_FINITE, 2, "a");
    assert_int_equal(import.plan.n_runs, 2);
    for (int i = 0; i < 2; i++) { /* the second time nothing changes */
        assert_int_equal(store_open(path, STORE_CREATE, &store, &err), 0);
        if (import_domainbed_store(&import, store, &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(store_digest(store, i ? again : first, &n_left, &err), 0);
        assert_int_equal(n_left, 0);
        store_close(store);
    }
    assert_string_equal(first, again);
    assert_int_equal(store_open(path, STORE_READ, &store, &err), 0);
    assert_int_equal(store_read_plan(store, &arena, &plan, &err), 0);
    assert_int_equal(plan.n_runs, 2);
    assert_string_equal(plan.baseline, "ERM");
    assert_string_equal(plan.runs[0].method, "ERM");
    assert_string_equal(plan.runs[0].condition, "data.test_envs=[2]");
    assert_string_equal(plan.runs[0].point, "draw=1");
    assert_string_equal(plan.runs[1].condition, "data.test_envs=[1,3]");
    assert_int_equal(plan.runs[1].seed, 2);
    assert_int_equal(store_read_last(store, &plan, "test", &plan.measure, (double[2]){0}, &err), 0);
    assert_int_equal(
        store_read_metrics(store, plan.runs[0].run, &arena, &metrics, &n, &err), 0);
    assert_int_equal(n, TREE_N_LINES * (2 * 4 + 3));
    test = last = NAN;
    for (int i = 0; i < n; i++) {
        if (metrics[i].step != TREE_STEPS)
            continue;
        if (strcmp(metrics[i].part, "test") == 0)
            test = metrics[i].value;
        if (strcmp(metrics[i].part, "env2_in") == 0)
            last = metrics[i].value;
    }
    assert_true(test == last);
    store_close(store);
}

static void test_what_is_left_out(void **state)
{
    struct tree_job other = erm;
    struct import import;
    FILE *f;

    (void)state;
    tree_job(tree, "a", &erm);
    tree_job(tree, "twice", &erm);
    other.trial = 1;
    tree_job(tree, "running", &other);
    unlink(arena_printf(&arena, "%s/running/done", tree));
    f = tree_open(tree, "short", "results.jsonl"); /* `done`, and the last lines are lost */
    tree_line(f, &other, 0);
    fclose(f);
    fclose(tree_open(tree, "short", "done"));
    fclose(tree_open(tree, "empty", "results.jsonl"));
    fclose(tree_open(tree, "empty", "done"));
    fclose(tree_open(tree, "queued", "out.txt"));
    fclose(tree_open(tree, "notes", "paper.tex"));
    import = read_tree();
    assert_int_equal(import.plan.n_runs, 1);
    has_found(&import, IMPORT_DOUBLE, 1, "twice: the same job as a");
    has_found(&import, IMPORT_UNFINISHED, 2, "queued");
    has_found(&import, IMPORT_CUT, 1, "short: its last line is of step 0, not 300");
    has_found(&import, IMPORT_UNREADABLE, 1, "empty");
    has_found(&import, IMPORT_FOREIGN, 1, "notes");
}

/* The job's arguments leave the number of steps to the data set: its first n_lines lines. */
static void leave_steps_open(const char *folder, int n_lines)
{
    struct text t = {0};

    read_results(folder);
    for (const char *line = results; n_lines-- > 0; line = strchr(line, '\n') + 1) {
        const char *at = strstr(line, "\"steps\": 301"), *end = strchr(line, '\n') + 1;

        text_add(&t, line, (size_t)(at - line));
        text_printf(&t, "\"steps\": null");
        at += strlen("\"steps\": 301");
        text_add(&t, at, (size_t)(end - at));
    }
    write_results(folder, t.s, t.size);
    text_release(&t);
}

/* Some data sets have other numbers of steps than 5,001: `done` says that a job has ended. */
static void test_steps_of_the_data_set(void **state)
{
    struct tree_job other = erm;
    struct import import;

    (void)state;
    tree_job(tree, "a", &erm);
    leave_steps_open("a", TREE_N_LINES);
    other.dataset = "Mine";
    tree_job(tree, "b", &other);
    leave_steps_open("b", 2);
    import = read_tree();
    assert_int_equal(import.plan.n_runs, 2);
    has_found(&import, IMPORT_UNFINISHED, 0, NULL);
    has_found(&import, IMPORT_CUT, 0, NULL);
    has_found(&import, IMPORT_SHORTER, 0, NULL);
    assert_int_equal(import.jobs[0].n_steps, TREE_STEPS);
    assert_int_equal(import.jobs[1].n_steps, TREE_EVERY + 1);
    other.trial = 2;
    tree_job(tree, "c", &other);
    leave_steps_open("c", 3);
    import = read_tree();
    assert_int_equal(import.plan.n_runs, 3);
    has_found(&import, IMPORT_SHORTER, 1, "b: its last line is of step 100, that of c of step 200");
    read_results("c"); /* torn: it is not known where it should have ended */
    write_results("c", results, results_size - 9);
    import = read_tree();
    assert_int_equal(import.plan.n_runs, 2);
    has_found(&import, IMPORT_CUT, 1, "c: its last line is torn or wrong");
    unlink(arena_printf(&arena, "%s/b/done", tree));
    import = read_tree();
    assert_int_equal(import.plan.n_runs, 1);
    has_found(&import, IMPORT_UNFINISHED, 1, "b: it has no file \"done\"");
}

/* A job that was stopped, and done again in the same folder. */
static void test_done_again(void **state)
{
    struct import import;
    const double *before;
    FILE *f;

    (void)state;
    tree_job(tree, "a", &erm);
    import = read_tree();
    before = import.jobs[0].records[0].out;
    f = tree_open(tree, "a", "results.jsonl");
    tree_line(f, &(struct tree_job){"ERM", "VLCS", 4, {2}, 1, 1, 0}, 0);
    fprintf(f, "{\"args\": {\"algo\n"); /* torn, and the next appended */
    for (int i = 0; i < TREE_N_LINES; i++)
        tree_line(f, &erm, i * TREE_EVERY);
    fclose(f);
    import = read_tree();
    assert_int_equal(import.jobs[0].n_records, TREE_N_LINES);
    assert_true(import.jobs[0].records[0].out[1] == before[1]);
    has_found(&import, IMPORT_REPEATED_LINES, 1, "a");
    has_found(&import, IMPORT_BAD_LINES, 1, "a: line 2");
}

/* Lines of nothing are lines: an end is seen at once. */
static void test_too_many_lines(void **state)
{
    size_t size = DOMAINBED_MAX_LINES + 1;
    char *lines = malloc(size);

    (void)state;
    tree_job(tree, "a", &erm);
    memset(lines, '\n', size);
    write_results("a", lines, size);
    is_refused("more than 100000 lines");
    free(lines);
}

/* Jobs in folders whose names we let into no path, and what is no folder. */
static void test_foreign_names(void **state)
{
    static const char *const folders[] = {"job 1", "job(2)", ".job", "\x1b[31m"};
    struct import import;
    FILE *f;

    (void)state;
    tree_job(tree, "a", &erm);
    for (int i = 0; i < 4; i++) {
        struct tree_job job = erm;

        job.trial = 10 + i;
        tree_job(tree, folders[i], &job);
    }
    assert_non_null(f = fopen(arena_printf(&arena, "%s/no folder", tree), "w"));
    fclose(f);
    import = read_tree();
    assert_int_equal(import.plan.n_runs, 1);
    has_found(&import, IMPORT_FOREIGN, 5, ": not a name of letters, digits");
}

/* Cut anywhere: what stays is either the whole job or none. */
static void test_cut_anywhere(void **state)
{
    size_t n_whole = 0;

    (void)state;
    tree_job(tree, "a", &erm);
    read_results("a");
    for (size_t cut = 0; cut <= results_size; cut++) {
        struct arena scratch = {0};
        struct import import;
        struct error err;

        write_results("a", results, cut);
        if (import_domainbed_read(tree, "x", NULL, &scratch, &import, &err) == 0) {
            assert_int_equal(import.jobs[0].n_records, TREE_N_LINES);
            assert_true(cut >= results_size - 1); /* the last line's end may be missing */
            n_whole++;
        }
        arena_release(&scratch);
    }
    assert_int_equal(n_whole, 2);
}

/* One line is wrong in each way; the others of the job count. */
static void test_bad_lines(void **state)
{
    static const struct {
        const char *from, *to, *why;
    } cases[] = {
        {"\"step\": 100", "\"step\": -1", "step is not a whole number"},
        {"\"step\": 100", "\"step\": 1e3", "step is not a whole number"},
        {"\"step\": 100", "\"stop\": 100", "step is not a whole number"},
        {"\"env0_in_acc\": 0.", "\"env0_in_acc\": 7.", "env0_in_acc is not an accuracy"},
        {"\"env1_out_acc\": ", "\"env1_out_acc\": NaN, \"y\": ", "env1_out_acc is not an accuracy"},
        {"\"env3_in_acc\"", "\"env9_in_acc\"", "no accuracies of environment 3"},
        {"\"env3_in_acc\": ", "\"env4_in_acc\": 0.1, \"env3_in_acc\": ", "env4_out_acc is not"},
        {"\"env3_in_acc\": ", "\"env6_out_acc\": 0.1, \"env3_in_acc\": ", "environment 4, and of others"},
        {"\"ERM\"", "\"IRM\"", "another job"},
        {"\"ERM\"", "\"../ERM\"", "args.algorithm is not a name"},
        {"\"ERM\"", "[\"ERM\"]", "args.algorithm is not a name"},
        {"\"test_envs\": [2]", "\"test_envs\": [2, 2]", "one twice"},
        {"\"test_envs\": [2]", "\"test_envs\": [99]", "no environment"},
        {"\"test_envs\": [2]", "\"test_envs\": []", "list of 1 to"},
        {"\"hparams_seed\": 1", "\"hparams_seed\": 99999999999", "hparams_seed is not a whole"},
        {"\"epoch\": 0.5", "\"step\": 100", "duplicate"},
        {"\"epoch\": 0.5", "\"epoch\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
                          "]]]]",
         "deep"},
        {"\"epoch\": 0.5", "\"epoch\": \"\xff\"", "decode"},
        {"{\"args\"", "\"args\"", ""},
    };

    (void)state;
    tree_job(tree, "a", &erm);
    read_results("a");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *line = strchr(results, '\n') + 1, *at = strstr(line, cases[i].from);
        struct text t = {0};
        struct import import;

        assert_non_null(at);
        assert_true(at < strchr(line, '\n'));
        text_add(&t, results, (size_t)(at - results));
        text_printf(&t, "%s%s", cases[i].to, at + strlen(cases[i].from));
        write_results("a", t.s, t.size);
        import = read_tree();
        assert_int_equal(import.jobs[0].n_records, TREE_N_LINES - 1);
        has_found(&import, IMPORT_BAD_LINES, 1, "a: line 2: ");
        has_found(&import, IMPORT_BAD_LINES, 1, cases[i].why);
        text_release(&t);
    }
}

static void count_figure(void *context, const char *path, const char *doc)
{
    (void)path, (void)doc;
    ++*(int *)context;
}

/* Imported runs say neither epochs nor classes: the figures do without. */
static void ignore_line(void *context, const char *line)
{
    (void)context, (void)line;
}

static void test_figures(void **state)
{
    const struct plot_target target = {arena_printf(&arena, "%s/plots", tree), "plots"};
    int n = 0;
    const struct figures_listener listener = {count_figure, ignore_line, ignore_line, &n};
    struct tree_job job = erm;
    struct selections s;
    struct import import;
    struct store *store;
    struct error err;

    (void)state;
    for (job.trial = 0; job.trial < 2; job.trial++)
        tree_job(tree, arena_printf(&arena, "%d", job.trial), &job);
    import = read_tree();
    assert_int_equal(
        store_open(arena_printf(&arena, "%s/x.db", tree), STORE_CREATE, &store, &err), 0);
    assert_int_equal(import_domainbed_store(&import, store, &err), 0);
    assert_int_equal(select_points(store, &(struct select_options){0}, &arena, &s, &err), 0);
    if (figures_draw(store, &s, &target, &listener, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(n >= 1);
    assert_true(file_exists(arena_printf(&arena, "%s/plots/learning-curves.svg", tree)));
    store_close(store);
}

static void test_nothing_there(void **state)
{
    struct import import;
    struct error err;

    (void)state;
    is_refused("it is empty");
    fclose(tree_open(tree, "a", "done"));
    is_refused("1 job cannot be read");
    tree_job(tree, "a", &erm);
    assert_int_equal(import_domainbed_read(tree, "x", "ERN", &arena, &import, &err), -1);
    assert_string_equal(err.text, "unknown algorithm \"ERN\", did you mean \"ERM\"?; known: ERM");
    tree = arena_printf(&arena, "%s/a/done", tree);
    is_refused("is not a folder");
    tree[strlen(tree) - strlen("/a/done")] = '\0';
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_stored, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_what_is_left_out, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_steps_of_the_data_set, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_done_again, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_too_many_lines, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_foreign_names, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_cut_anywhere, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_bad_lines, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_figures, make_tree, remove_tree),
        cmocka_unit_test_setup_teardown(test_nothing_there, make_tree, remove_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
