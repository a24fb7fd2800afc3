/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a stranger chose (every text of a store, a script, file names, words, the environment)
 * is written by every verb as text: no byte of its output is an order to a terminal, no line
 * of it is a stranger's own, and no cell of a CSV is a formula.
 */
#include "os/bus_error.h"
#include "os/file.h"
#include "os/process.h"
#include "plan/plan.h"
#include "store/sql.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* Title and bell, colour, one-byte and UTF-8 C1, delete, tab, a line of its own, each kind of mark
 * that is not seen or turns the writing, broken and too long UTF-8. It begins as a formula. */
#define MARKS \
    "\x1b]0;PWN\a\x1b[31m\x9b" "2J\xc2\x9b" "1m\x7f\t\v\b\rPWN\u202e\u2066\u2069\u200e\u200f\u061c\u200b\u2060" \
    "\ufeff\u2028\u2029\u00ad\xff\xc0\x80\xed\xa0\x80\xe2\x82"
#define EVIL "=HYPERLINK(A1)" MARKS "\r\nPWN" MARKS
/* The same as a file's name. */
#define EVIL_FILE "=x\x1b]0;PWN\a\x1b[31m\u202e\u200b\n\tPWN\xff"

static char folder[] = "/tmp/rgdbench-output-XXXXXX", *program, *here;
static struct arena arena;
static int n_bad, n_walked;

static void complain(const char *const *argv, const char *what, const char *at)
{
    struct text t = {0};

    for (; *argv; argv++)
        text_add(&t, " ", 1), text_add_plain(&t, *argv, strlen(*argv), "");
    text_printf(&t, "\n  %s: ", what);
    text_add_plain(&t, at, strnlen(at, 100), "");
    print_error("%s\n", t.s);
    text_release(&t);
    n_bad++;
}

/* Is a cell that begins here a formula? */
static bool is_formula(const char *s)
{
    char *end;

    s += *s == '"';
    if (!*s || !strchr("=+-@\t", *s))
        return false;
    strtod(s, &end);
    return end == s || !strchr(",\r\n", *end);
}

enum kind {
    PLAIN,
    CSV,
    PAGE, /* shows lines of a script, which may have tabs */
};

/* Nothing but what may be shown, LF and CRLF. */
static void check(const char *const *argv, const char *said, enum kind kind)
{
    const char *before = "\n";

    for (const char *s = said; *s; before = s++) {
        int size = text_code_point(s, NULL);

        if (kind != PAGE && *before == '\n' && strncmp(s, "PWN", 3) == 0)
            complain(argv, "a line of its own", s);
        if (kind == CSV && strchr(",\n", *before) && is_formula(s))
            complain(argv, "a formula", s);
        if (size == 0 && *s != '\n' && strncmp(s, "\r\n", 2) != 0 && !(kind == PAGE && *s == '\t')) {
            complain(argv, "raw bytes", s > said + 20 ? s - 20 : s);
            return;
        }
        s += size > 1 ? size - 1 : 0;
    }
}

static int run(const char *const *argv, enum kind kind)
{
    const struct process_call call = {.argv = argv, .streams = PROCESS_OUTPUT | PROCESS_ERRORS};
    struct text said = {0};
    struct error err;
    int status;

    if (process_capture(&call, &said, &status, &err) < 0)
        fail_msg("%s", err.text);
    check(argv, said.s ? said.s : "", kind);
    if (getenv("SHOW"))
        print_message("%s %s: %d\n%s\n", argv[1], argv[2] ? argv[2] : "", status, said.s ? said.s : "");
    if (status >= 128)
        complain(argv, "ended by a signal", said.s ? said.s : "");
    n_walked++;
    text_release(&said);
    return status;
}

#define WALK(...) run((const char *const[]){program, __VA_ARGS__, NULL}, PLAIN)
#define WALK_CSV(...) run((const char *const[]){program, __VA_ARGS__, NULL}, CSV)

static void put(const char *path, const char *text)
{
    struct error err;

    if (file_write(path, text, strlen(text), &err) < 0)
        fail_msg("%s", err.text);
}

#define OK(call)                      \
    do {                              \
        if ((call) < 0)               \
            fail_msg("%s", err.text); \
    } while (0)

/* Gives the plan the digest of the labels that it has now. */
static void sign(struct sql *db)
{
    struct sql_query *q;
    struct hash h;
    struct error err;
    char digest[HASH_HEX_SIZE];

    plan_hash_begin(&h, NULL, NULL, NULL);
    q = sql_prepare(db, &err, "SELECT method, condition, point, seed, spec_id FROM plan_runs p JOIN runs r "
                              "ON r.id = p.run ORDER BY position", "");
    while (sql_step(q, &err) > 0)
        plan_hash_run(&h, sql_text(q, 0), sql_text(q, 1), sql_text(q, 2), (int)sql_long(q, 3), sql_text(q, 4));
    sql_end(q);
    hash_hex(&h, digest);
    OK(sql_do(db, &err, "UPDATE plans SET digest = ?1", "t", digest));
}

/* Every text of the store, but for specs and digests, which are checked; without sums, which the
 * program then takes itself, as of a store of before there were any. */
static void spoil(const char *path)
{
    static const char *const statements[] = {
        "UPDATE plans SET title = ?1, question = ?1, source = ?1, overrides = ?1, baseline = 'erm' || ?1",
        "UPDATE plan_runs SET method = method || ?1, condition = 'data.imbalance=2' || ?1, point = ?1 || point",
        "UPDATE environments SET text = text || 'host = \"' || ?1 || '\"'",
        "UPDATE data_sets SET name = ?1",
        "UPDATE runs SET host = ?1",
        "UPDATE runs SET state = 'failed', error = ?1 WHERE id = 1",
        "UPDATE runs SET state = 'diverged', error = ?1 WHERE id = 2",
        "UPDATE runs SET state = 'running', owner = ?1 || ' 1 1', lease = 9e9 WHERE id = 3",
        "INSERT INTO metrics SELECT run, step, ?1, ?1, class, value, kind FROM metrics WHERE class = -1 "
        "AND part = 'test' AND name = 'loss'",
    };
    struct sql *db;
    struct error err;

    OK(sql_open(path, SQL_WRITE, &db, &err));
    OK(sql_script(db, "PRAGMA user_version = 4; UPDATE runs SET sum = NULL; UPDATE plans SET sum = NULL; "
                      "UPDATE data_sets SET sum = NULL", &err));
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        OK(sql_do(db, &err, statements[i], "t", EVIL));
    sign(db);
    sql_close(db);
}

static void link_here(const char *name)
{
    assert_int_equal(symlink(arena_printf(&arena, "%s/%s", here, name), name), 0);
}

static int set_up(void **state)
{
    extern char *program_invocation_name;
    const char *slash;
    struct error err;

    (void)state;
    here = realpath(".", NULL);
    slash = strrchr(program_invocation_name, '/'); /* the program that was built beside: of sanitizers, too */
    program = realpath(arena_printf(&arena, "%.*s/../rgdbench", slash ? (int)(slash - program_invocation_name) : 1,
                                    slash ? program_invocation_name : "."), NULL);
    if (!program || !mkdtemp(folder) || chdir(folder) < 0 || mkdir("experiments", 0777) < 0 ||
        mkdir("datasets", 0777) < 0)
        return -1;
    if (mkdir("plots", 0777) < 0)
        return -1;
    for (const char *const *names = file_names(arena_printf(&arena, "%s/plots", here), "", &arena, &err); *names;
         names++)
        link_here(arena_printf(&arena, "plots/%s", *names));
    setenv("OMP_NUM_THREADS", "1", 1);
    put("experiments/small.lua",
        "return experiment { title = 'small', question = 'Q', data = shapes { train_per_class = 20, "
        "validation = 5 }, model = mlp { hidden = { 8 } }, train = { epochs = 2, batch = 16, lr = grid { 0.02, "
        "0.05 } }, methods = { { 'erm', objective = erm {} }, { 'rgd', objective = rgd {} } }, "
        "baseline = 'erm', seeds = 2 }");
    put("datasets/shapes.lua", "return data_set { doc = 'd', origin = 'o', licence = 'l', format = 'shapes' }");
    return 0;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *ftw)
{
    (void)s, (void)kind, (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    free(here);
    free(program);
    return chdir("/") < 0 ? -1 : nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void finish(int least)
{
    assert_in_range(n_walked, least, 1000);
    n_walked = 0;
    if (n_bad)
        fail_msg("outputs that were not plain: %d", n_bad);
}

static void check_files(const char *directory, const char *ending)
{
    struct error err;
    const char *const *names = file_names(directory, ending, &arena, &err);

    assert_non_null(names[0]);
    for (; *names; names++) {
        const char *path = arena_printf(&arena, "%s/%s%s", directory, *names, ending);
        char *text;
        size_t size;

        OK(file_read(path, 1 << 24, &arena, &text, &size, &err));
        check((const char *const[]){path, NULL}, text, PAGE);
    }
}

static void test_store(void **state)
{
    static const char *const formats[] = {"txt", "md", "tex", "csv", "jsonl", "html", NULL};
    const char *store = "results/" EVIL_FILE ".db";

    (void)state;
    assert_int_equal(WALK("sweep", "small"), 0);
    spoil("results/small.db");
    put("results/small.log", "worker 1: run x: " MARKS "\n" MARKS);
    WALK("fsck", "small"); /* brings it up to date */
    WALK("fsck", "small", "--rescue=" EVIL_FILE);
    WALK("merge", EVIL_FILE "2", "small");
    for (int i = 0; formats[i]; i++) {
        const char *format = arena_printf(&arena, "--format=%s", formats[i]);
        enum kind kind = strcmp(formats[i], "csv") == 0 ? CSV : PLAIN;

        run((const char *const[]){program, "table", "small", "stats=all,classes", "rope=1", format, NULL}, kind);
        run((const char *const[]){program, "table", "small", "by=imbalance", format, NULL}, kind);
        run((const char *const[]){program, "compare", "small", "erm" EVIL, "rgd" EVIL, format, NULL}, kind);
    }
    assert_int_equal(WALK_CSV("export", "small"), 0);
    assert_int_equal(WALK_CSV("export", "small", "selected"), 0);
    WALK("compare", "small", EVIL, EVIL);
    WALK("status", "small");
    WALK("digest", "small");
    WALK("plot", "small");
    WALK("report");
    check_files("report", ".html");
    check_files("plots/small", ".svg");
    WALK("verify", "small", "n=2");
    WALK("confirm", "small", "n=1", "--dry-run");
    WALK("confirm", "small", "n=1");
    WALK("status", "small");
    WALK("table", "small");
    WALK("cancel", "small");
    WALK("retry", "small");
    for (const char *id = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009\0a\0b\0c\0d\0e\0f\0"; *id; id += 2) {
        WALK("bisect", "small", id, id);
        WALK("export-weights", "small", id, arena_printf(&arena, EVIL_FILE "%s.safetensors", id));
    }
    if (rename("results/small.db", store) < 0)
        fail_msg("could not rename");
    WALK("sweep", store);
    WALK("status", store);
    WALK("fsck", store);
    finish(40);
}

/* Each word of each verb, the data root, and where there is nothing. */
static void test_words(void **state)
{
    static const char *const verbs[] = {
        "sweep", "status", "retry", "cancel", "confirm", "compare", "table", "plot", "report", "export", "digest",
        "merge", "fsck", "export-weights", "fetch-weights", "verify", "bisect", "doctor", "list", "weights", "hparams", "split",
        "import", "data", "stats", "worker", "help", "", EVIL, NULL};

    (void)state;
    for (int i = 0; verbs[i]; i++) {
        WALK(verbs[i], EVIL);
        WALK(verbs[i], "small", EVIL);
        WALK(verbs[i], "small", "small", EVIL, EVIL);
        WALK(verbs[i], "-" EVIL);
        WALK(verbs[i], "small", "--format=" EVIL);
        WALK(verbs[i], "small", "--data=" EVIL);
        WALK(verbs[i], "small", "name=" EVIL, "train.lr=" EVIL);
    }
    setenv("RGDBENCH_DATA", EVIL, 1);
    WALK("data");
    WALK("data", "mnist");
    WALK("doctor");
    WALK("sweep", "small", "--dry-run", "--launcher=slurm");
    WALK("sweep", "small", "train.lr=0.1", "--max-failures=1");
    unsetenv("RGDBENCH_DATA");
    unlink("results/small.db");
    finish(190);
}

static void test_scripts(void **state)
{
    static const char *const sources[] = {
        "return experiment { title = '%s', question = 'q' }", "error('%s')", "return experiment { ['%s'] = 1 }",
        "return experiment { title = 't', question = 'q', data = '%s' }", "x = %s", "local s = '%s' .. nil",
        "return experiment { title = 't', question = 'q', methods = { { '%s' } } }",
    };

    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct text t = {0};

        for (const char *s = sources[i]; *s; s++)
            if (strncmp(s, "%s", 2) == 0)
                text_add_string(&t, "\x1b]0;PWN\a\u202e\u061c\u200b\xc2\x9b\xff"), s++;
            else
                text_add(&t, s, 1);
        put("experiments/evil.lua", t.s);
        put("datasets/evil.lua", t.s);
        assert_int_equal(WALK("sweep", "evil", "--dry-run"), 2);
        assert_int_equal(WALK("list"), 0); /* a broken file concerns who asks for it */
        WALK("data");
        unlink("datasets/evil.lua");
        assert_int_equal(WALK("sweep", "evil", "--dry-run"), 2);
        text_release(&t);
    }
    unlink("experiments/evil.lua");
    /* A mark that nobody sees is refused as such: two names that look the same are not the same. */
    put("experiments/evil.lua", "return experiment { title = 'a\u200bb', question = 'q', data = shapes {} }");
    assert_int_equal(WALK("sweep", "evil", "--dry-run"), 2);
    unlink("experiments/evil.lua");
    finish(24);
}

/* Pictures, a DomainBed tree, tables of others. */
static void test_files(void **state)
{
    static const char *const formats[] = {"txt", "md", "tex", "csv", "jsonl", "html", "json", NULL};
    static const char *const domains[] = {"a", "b", NULL};
    struct text t = {0};
    struct error err;

    (void)state;
    put("datasets/pics.lua", "return data_set { doc = 'd', origin = 'o', licence = 'l', format = 'folders', "
                             "folder = 'pics' }");
    put("experiments/pics.lua",
        "return experiment { title = 't', question = 'q', data = pics { test_envs = { 0 }, skip_bad = true }, model "
        "= mlp {}, methods = { { 'erm', objective = erm {} } } }");
    for (int i = 0; domains[i]; i++) {
        const char *path = arena_printf(&arena, "data/pics/%s/" EVIL_FILE, domains[i]);

        OK(file_make_directory(path, &err));
        put(arena_printf(&arena, "%s/" EVIL_FILE ".png", path), "no picture");
    }
    WALK("sweep", "pics", "--data=data", "--dry-run");
    WALK("sweep", "pics", "data.skip_bad=false", "--data=data", "--dry-run");
    WALK("split", "pics", "--data=data");
    OK(file_make_directory("tree/" EVIL_FILE, &err));
    OK(file_make_directory("tree/job", &err));
    put("tree/job/done", "done");
    put("tree/job/results.jsonl", "{\"args\": \"" EVIL "\"}\n" EVIL "\n");
    WALK("import", "domainbed", "tree", "name=tree");
    WALK("import", "domainbed", "tree/" EVIL_FILE, "name=tree");
    text_printf(&t, "method,block,value\n");
    for (int block = 0; block < 4; block++)
        for (int m = 0; m < 3; m++)
            text_printf(&t, "\"%d%s\",\"%s%d\",0.%d\n", m, EVIL, EVIL, block, (block * 7 + m * 3) % 10);
    put(EVIL_FILE ".csv", t.s);
    for (int i = 0; formats[i]; i++)
        run((const char *const[]){program, "stats", EVIL_FILE ".csv",
                                  arena_printf(&arena, "--format=%s", formats[i]), NULL},
            strcmp(formats[i], "csv") == 0 ? CSV : PLAIN);
    put("bad.csv", EVIL ",block,value\n1,2,3\n");
    WALK("stats", "bad.csv");
    text_release(&t);
    finish(13);
}

/* What a signal's handler says of a mapped file that became shorter. */
static void test_mapped(void **state)
{
    static const char *const argv[] = {"a mapped file", NULL};
    char said[4096] = "";
    int ends[2], status;
    pid_t child;

    (void)state;
    put(EVIL_FILE ".map", "x");
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct file_map map;
        struct error err;

        dup2(ends[1], STDERR_FILENO);
        bus_error_catch();
        if (file_map_open(EVIL_FILE ".map", &map, &err) < 0 || truncate(EVIL_FILE ".map", 0) < 0)
            _exit(1);
        _exit(*(const volatile unsigned char *)map.bytes);
    }
    close(ends[1]);
    assert_true(read(ends[0], said, sizeof said - 1) >= 0);
    for (size_t n = 1; n > 0;) /* it is said in parts */
        n = (size_t)read(ends[0], said + strlen(said), sizeof said - 1 - strlen(said));
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), EXIT_STORAGE);
    assert_non_null(strstr(said, "became shorter"));
    check(argv, said, PLAIN);
    n_walked++;
    finish(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_store),
        cmocka_unit_test(test_mapped),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
