/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data sets of texts: rows of tokens, their cache, files of one's own, GLUE's layouts, and drawn sentences.
 * With RGDBENCH_DATA, GLUE's own files by number and length. */
#include "data/dataset.h"
#include "data/decode/cache_file.h"
#include "os/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static char root[] = "/tmp/rgdbench_texts_XXXXXX";
static const char *given; /* RGDBENCH_DATA, as an absolute path */

static void put(const char *name, const char *text)
{
    const char *path = arena_printf(&arena, "%s/%s", root, name), *slash = strrchr(path, '/');
    struct error err;

    assert_int_equal(file_make_directory(arena_printf(&arena, "%.*s", (int)(slash - path), path), &err), 0);
    assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

static int n_told;

static void tell(void *context, const char *line, bool is_last)
{
    (void)context, (void)is_last;
    assert_non_null(strstr(line, "it is made anew"));
    n_told++;
}

static int open_in(const char *where, const char *description, const char *settings,
                   struct dataset *ret_dataset,
                   struct error *err)
{
    static const struct listener listener = {.tell = tell};
    struct settings d, s;
    struct dataset_source source = {"mine", where, &d, &listener};

    settings_init(&d, &arena);
    settings_init(&s, &arena);
    if (settings_parse(&d, description, err) < 0 || settings_parse(&s, settings, err) < 0)
        fail_msg("%s", err->text);
    return dataset_open(ret_dataset, &source, &s, err);
}

static struct dataset open_good(const char *description, const char *settings)
{
    struct dataset d;
    struct error err;

    if (open_in(root, description, settings, &d, &err) < 0)
        fail_msg("%s", err.text);
    return d;
}

static void expect_refusal(const char *description, const char *wanted)
{
    struct dataset d;
    struct error err;

    if (open_in(root, description, "data.max_tokens = 8\n", &d, &err) == 0)
        fail_msg("taken; wanted \"%s\"", wanted);
    if (!strstr(err.text, wanted))
        fail_msg("got \"%s\", wanted \"%s\"", err.text, wanted);
}

/* Row i of a pool: "tokens | those of the first text | tokens before any was cut off". */
static void expect_row(const struct dataset *d, const struct pool *pool, int i, const char *wanted)
{
    size_t max = field_size(&d->signature.fields[0]);
    const int32_t *ids = pool->values[0].codes + (size_t)i * max, *lengths = pool->values[1].codes + 2 * i;
    const char *text = "";

    for (int k = 0; k < lengths[0]; k++)
        text = arena_printf(&arena, "%s%d ", text, ids[k]);
    for (size_t k = (size_t)lengths[0]; k < max; k++)
        assert_int_equal(ids[k], 3); /* [PAD] */
    text = arena_printf(&arena, "%s| %d | %d", text, lengths[1],
                        d->uncut_lengths[pool == &d->test ? d->train.n + i : i]);
    assert_string_equal(text, wanted);
}

/* ---- files of one's own ---- */

#define OWN "format = \"text\"\nlabel = \"y\"\n"
#define MINE OWN "texts = [\"b\",\"a\"]\ntrain = [\"own/train.csv\"]\nvocabulary = \"vocab.txt\"\n"

#define ONE OWN "others = \"ignore\"\ntexts = \"a\"\ntrain = [\"own/train.csv\"]\nvocabulary = "

static void test_own(void **state)
{
    char digest[HASH_HEX_SIZE];
    struct dataset d;

    (void)state;
    put("own/train.csv", "y,a,b\nno,x,\"x, \"\"Y\"\"\"\nyes,x y x y x y,x\nno,,\xC3\x89x\n");
    put("own/test.csv", "y,a,b\nyes,y,y y\n");
    d = open_good(MINE "test = [\"own/test.csv\"]\n", "data.max_tokens = 8\n");
    assert_true(d.signature.n == 2 && d.signature.fields[0].kind == FIELD_TOKENS &&
                d.signature.fields[0].n_levels[0] == 8);
    assert_true(d.signature.fields[1].kind == FIELD_LENGTH && field_size(&d.signature.fields[1]) == 2);
    assert_true(d.train.n == 3 && d.test.n == 1 && d.n_classes == 2);
    assert_string_equal(d.class_names[1], "yes");
    assert_true(d.train.labels[0] == 0 && d.train.labels[1] == 1 && d.test.labels[0] == 1);
    expect_row(&d, &d.train, 0, "1 4 7 0 5 2 4 2 | 6 | 9"); /* x , " y " are x , [UNK] y [UNK], cut */
    expect_row(&d, &d.train, 1, "1 4 2 4 5 4 5 2 | 3 | 10");
    expect_row(&d, &d.train, 2, "1 0 2 2 | 3 | 4");
    expect_row(&d, &d.test, 0, "1 5 5 2 5 2 | 4 | 6");
    assert_string_equal(d.note, "2 of 4 examples have more than 8 tokens, and are cut off there");
    memcpy(digest, d.digest, sizeof digest);
    dataset_close(&d);
    d = open_good("cased = true\n" MINE "test = [\"own/test.csv\"]\n", "data.max_tokens = 12\n");
    expect_row(&d, &d.train, 0, "1 4 7 0 0 0 2 4 2 | 7 | 9");
    assert_null(d.note);
    assert_string_not_equal(digest, d.digest);
    dataset_close(&d);
    put("own/test.csv", "y,a,b\nno,y,y y\n"); /* a label is data, too */
    d = open_good(MINE "test = [\"own/test.csv\"]\n", "data.max_tokens = 8\n");
    assert_string_not_equal(digest, d.digest);
    dataset_close(&d);
}

static void test_target(void **state)
{
    struct dataset d;

    (void)state;
    put("own/score.tsv", "1.5\tx \"y\n-2\ty\"\t\n");
    d = open_good("columns = [\"z target\",\"s text\"]\nformat = \"text\"\nheader = false\nmore_fields = true\nquote = \"\"\n"
                  "separator = \"tab\"\ntrain = [\"own/score.tsv\"]\nvocabulary = \"vocab.txt\"\n",
                      "data.max_tokens = 8\n");
    assert_true(d.target == TARGET_NUMBER && d.train.n == 2 && d.train.targets[1] == -2);
    expect_row(&d, &d.train, 0, "1 4 0 5 2 | 5 | 5");
    dataset_close(&d);
}

static void test_refused(void **state)
{
    (void)state;
    put("own/bad.csv", "y,a,b\nno,x,y\nyes,x\xE9,y\n");
    put("own/numbers.csv", "y,a,n\nno,x,1\nyes,x,2\n");
    put("own/words.txt", "x\ny\n");
    put("own/twice.txt", "[UNK]\nx\ny\nx\n");
    expect_refusal(OWN "texts = [\"b\",\"a\"]\ntrain = [\"own/bad.csv\"]\nvocabulary = \"vocab.txt\"\n",
                   "data set \"mine\": own/bad.csv:3: a: byte 2, 0xe9, is not UTF-8");
    expect_refusal(OWN "texts = [\"b\",\"c\"]\ntrain = [\"own/bad.csv\"]\nvocabulary = \"vocab.txt\"\n",
                   "has no column \"c\"");
    expect_refusal(OWN "others = \"category\"\ntrain = [\"own/numbers.csv\"]\nvocabulary = \"vocab.txt\"\n",
                   "its description names no text: texts = { \"NAME\" }");
    expect_refusal(OWN "numbers = [\"n\"]\ntexts = \"a\"\ntrain = [\"own/numbers.csv\"]\nvocabulary = \"vocab.txt\"\n",
                   "column \"n\" is no text");
    expect_refusal("format = \"text\"\nothers = \"ignore\"\ntarget = \"n\"\ntexts = [\"y\",\"a\",\"b\"]\n"
                   "train = [\"own/more.csv\"]\nvocabulary = \"vocab.txt\"\n", "own/more.csv");
    put("own/more.csv", "y,a,b,n\nu,v,w,1\nu,v,w,2\n");
    expect_refusal("format = \"text\"\ntarget = \"n\"\ntexts = [\"y\",\"a\",\"b\"]\ntrain = [\"own/more.csv\"]\n"
                   "vocabulary = \"vocab.txt\"\n", "names 3 texts; an example is one, or a pair");
    expect_refusal("columns = [\"y label\",\"a text\",\"n category\"]\nformat = \"table\"\nheader = false\n"
                   "train = [\"own/numbers.csv\"]\n", "column \"a\" is a text: format = \"text\" reads such");
    expect_refusal(MINE "test = [\"own/none.csv\"]\n", "own/none.csv");
    expect_refusal(ONE "\"../v.txt\"\n", "not below the data root");
    expect_refusal(ONE "\"own/words.txt\"\n",
                   "own/words.txt\" has no line \"[UNK]\"");
    expect_refusal(ONE "\"own/twice.txt\"\n",
                   "own/twice.txt:4: \"x\" is in line 2 already");
}

/* ---- the cache ---- */

static const char *find_cache(void)
{
    struct error err;
    const char *const *names = file_list("cache", ".tokens", &arena, &err);

    assert_non_null(names && names[0] && !names[1] ? names : NULL);
    return arena_printf(&arena, "cache/%s.tokens", names[0]);
}

/* Writes over the bytes at `at`; and seals the file anew, or leaves it unsound. */
static void damage(const char *path, long at, int32_t value, bool seals)
{
    struct file_map map;
    struct error err;
    char *bytes;
    size_t size;

    assert_int_equal(file_map_open(path, &map, &err), 0);
    size = map.size;
    bytes = memcpy(arena_alloc(&arena, size), map.bytes, size);
    file_map_close(&map);
    memcpy(bytes + at, &value, sizeof value);
    if (seals) {
        char sum[HASH_HEX_SIZE];
        size_t sealed;

        while (memcmp(bytes + size - sizeof sum, "rgdbench sum", 12) != 0) /* the seal goes */
            size--;
        sealed = size - sizeof sum;
        assert_int_equal(cache_file_write(path, bytes, sealed, &err), 0);
        return;
    }
    assert_int_equal(file_write(path, bytes, size, &err), 0);
}

static void test_cache(void **state)
{
    enum { HEAD = 64, MAX = 8, N = 3 };
    static const struct {
        long at;
        int32_t value;
        bool seals;
    } harms[] = {{HEAD, 5, false},
                 {HEAD, 8, true}, /* no piece of 8 */
                 {HEAD + 4 * MAX, -1, true},
                 {HEAD + 4 * MAX * N, MAX + 1, true},   /* too many tokens */
                 {HEAD + 4 * MAX * N + 4, 1, true},     /* too few of the first text */
                 {HEAD + 4 * MAX * N + 8 * N, 1, true}, /* fewer than are left */
                 {32, N + 1, true}};
    char digest[HASH_HEX_SIZE];
    const char *path;
    struct dataset d;

    (void)state;
    if (system("rm -rf cache") != 0)
        fail();
    d = open_good(MINE, "data.max_tokens = 8\n");
    memcpy(digest, d.digest, sizeof digest);
    dataset_close(&d);
    path = find_cache();
    n_told = 0;
    d = open_good(MINE, "data.max_tokens = 8\n");
    assert_true(n_told == 0 && strcmp(d.digest, digest) == 0);
    dataset_close(&d);
    for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
        damage(path, harms[i].at, harms[i].value, harms[i].seals);
        d = open_good(MINE, "data.max_tokens = 8\n");
        if (n_told != (int)i + 1 || strcmp(d.digest, digest) != 0)
            fail_msg("damage %zu was taken", i);
        dataset_close(&d);
    }
    assert_string_equal(find_cache(), path);
}

/* ---- GLUE's layouts ---- */

#define GLUE(task, folder) \
    "folder = \"glue/" folder "\"\nformat = \"glue\"\ntask = \"" task "\"\nvocabulary = \"vocab.txt\"\n"

static void test_layouts(void **state)
{
    struct dataset d;

    (void)state;
    put("glue/CoLA/train.tsv", "g\t1\t\t\"x y\ng\t0\t*\ty\" \bx");
    put("glue/CoLA/dev.tsv", "g\t1\t\tx\ng\t0\t\ty\n");
    d = open_good(GLUE("cola", "CoLA"), "data.max_tokens = 8\n");
    assert_true(d.train.n == 2 && d.test.n == 2 && d.n_validation == 0 && d.train.labels[0] == 1);
    expect_row(&d, &d.train, 0, "1 0 4 5 2 | 5 | 5");
    expect_row(&d, &d.train, 1, "1 5 0 4 2 | 5 | 5");
    dataset_close(&d);

    /* Columns by name: MNLI's dev part has more than its train part. */
    put("glue/MNLI/train.tsv", "index\tsentence1\tsentence2\tlabel1\tgold_label\n0\tx\ty\tneutral\tneutral\n"
                               "1\ty\tx\tentailment\tentailment\n2\tx\tx\tcontradiction\tcontradiction\n");
    put("glue/MNLI/dev_matched.tsv",
        "index\tsentence1\tsentence2\tlabel1\tlabel2\tgold_label\n0\tx y\t\tneutral\tneutral\t"
                                     "contradiction\n1\tx\tx\t\t\tneutral\n2\tx\tx\t\t\tentailment\n");
    d = open_good(GLUE("mnli", "MNLI"), "data.max_tokens = 8\n");
    assert_true(d.n_classes == 3 && d.train.labels[0] == 1 && d.train.labels[1] == 0 &&
                d.test.labels[0] == 2);
    expect_row(&d, &d.test, 0, "1 4 5 2 2 | 4 | 5");
    dataset_close(&d);

    /* A test part whose labels are elsewhere, in other columns, with more of them in some lines. */
    put("glue/STS-B/train.tsv", "index\tsentence1\tsentence2\tscore\n0\tx\ty\t2.5\n1\ty\t\"x\t0.0\n");
    put("glue/STS-B/dev.tsv", "index\tsentence1\tsentence2\tscore\n0\tx\tx\t5\n1\tx\ty\t0\n");
    put("glue/STS-B/sts-test-labelled.tsv",
        "m\tf\t2012\t1\t2.500\tx\tx y\nm\tf\t2012\t1\t1.25\ty\tx\turl\turl\n");
    d = open_good(GLUE("stsb", "STS-B"), "data.max_tokens = 8\n");
    assert_true(d.train.n == 4 && d.n_validation == 2 && d.test.n == 2 && d.target == TARGET_NUMBER);
    assert_true(d.train.targets[0] == 2.5f && d.train.targets[2] == 5 && d.test.targets[1] == 1.25f);
    expect_row(&d, &d.train, 1, "1 5 2 0 4 2 | 3 | 6");
    expect_row(&d, &d.test, 0, "1 4 2 4 5 2 | 3 | 6");
    dataset_close(&d);

    put("glue/RTE/train.tsv",
        "\xEF\xBB\xBFindex\tsentence1\tsentence2\tlabel\n0\tx\ty\tnot_entailment\n1\tx\ty\tentailment\n");
    put("glue/RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tx\ty\tentailment\n1\tx\ty\tmaybe\n");
    expect_refusal(GLUE("rte", "RTE"),
                   "glue/RTE/dev.tsv:3: label: \"classes\" in the description has no class \"maybe\"");
    put("glue/RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\tx\tentailment\n");
    expect_refusal(GLUE("rte", "RTE"), "glue/RTE/dev.tsv:2: 3 fields, but the first line has 4");
    put("glue/RTE/dev.tsv", "index\tsentence1\tlabel\n0\tx\tentailment\n");
    expect_refusal(GLUE("rte", "RTE"), "\"glue/RTE/dev.tsv\" has no column \"sentence2\"");
    expect_refusal(GLUE("rta", "RTE"), "unknown task of GLUE \"rta\", did you mean \"rte\"?");
    expect_refusal(GLUE("wnli", "WNLI"), "glue/WNLI/train.tsv");
}

static void test_glue(void **state)
{
    static const struct {
        const char *task, *folder;
        int n_train, n_validation, n_test;
        double mean; /* of the training part's lengths */
        int most, n_cut;
    } known[] = {
        {"cola", "CoLA", 8551, 0, 1043, 11.3, 47, 0},    {"sst2", "SST-2", 67349, 0, 872, 13.3, 66, 0},
        {"mrpc", "MRPC", 3668, 408, 1725, 53.2, 103, 0}, {"stsb", "STS-B", 5749, 1500, 1379, 27.8, 125, 0},
        {"rte", "RTE", 2490, 0, 277, 70.2, 289, 304},    {"wnli", "WNLI", 635, 0, 71, 37.1, 108, 0},
    };

    (void)state;
    if (!given || !file_exists(arena_printf(&arena, "%s/bert/vocab.txt", given)))
        skip();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *description = arena_printf(&arena,
                                               "folder = \"glue/%s\"\nformat = \"glue\"\ntask = \"%s\"\n"
                                               "vocabulary = \"bert/vocab.txt\"\n", known[i].folder,
                                                   known[i].task);
        struct dataset d;
        struct error err;
        int n, n_cut = 0, most = 0;
        double sum = 0;

        if (!file_exists(arena_printf(&arena, "%s/glue/%s/train.tsv", given, known[i].folder)))
            continue;
        if (open_in(given, description, "data.max_tokens = 128\n", &d, &err) < 0)
            fail_msg("%s", err.text);
        n = d.train.n - d.n_validation;
        assert_true(n == known[i].n_train && d.n_validation == known[i].n_validation &&
                    d.test.n == known[i].n_test);
        for (int k = 0; k < n; k++) {
            sum += d.uncut_lengths[k];
            n_cut += d.uncut_lengths[k] > 128;
            most = d.uncut_lengths[k] > most ? d.uncut_lengths[k] : most;
        }
        assert_true(n_cut == known[i].n_cut && most == known[i].most);
        assert_true((int)(10 * sum / n + 0.5) == (int)(10 * known[i].mean + 0.5));
        dataset_close(&d);
    }
}

/* ---- drawn sentences ---- */

#define DRAWN(n, noise, pairs) \
    "data.max_tokens = 40\ndata.noise = " noise "\ndata.pairs = " pairs "\ndata.test = 10\ndata.train = " n "\n"

/* The label as the tokens say it: one "##s" among subject and verb, or a passive with the roles turned. */
static int judge(const int32_t *ids, const int32_t *lengths, bool is_pair)
{
    enum { S = 5, STOP = 8, THE = 9, BY = 11, NEAR = 12, ABOVE = 15, DOG = 24, PAINTER = 35, SLEEP,
          DREAM = 43 };
    int subject = 0, verb = 0, first[2] = {0}, second[2] = {0}, n[2] = {0};

    for (int k = 0; k < lengths[0]; k++) {
        int which = k >= lengths[1];

        if (ids[k] >= DOG && ids[k] <= PAINTER && n[which] < 2)
            (which ? second : first)[n[which]++] = ids[k];
        if (ids[k] >= DOG && ids[k] <= PAINTER && n[0] == 1 && ids[k + 1] == S)
            subject++;
        if (!is_pair && ids[k] >= DOG && ids[k] <= PAINTER)
            n[0] = 2; /* the others do not count */
        if (ids[k] >= SLEEP && ids[k] <= DREAM && ids[k + 1] == S)
            verb++;
    }
    return is_pair ? first[0] == second[1] && first[1] == second[0] : subject + verb == 1;
}

static void test_drawn(void **state)
{
    static const char description[] = "format = \"drawn_text\"\n";
    static const char *const settings[2][3] = {
        {DRAWN("1000", "0", "false"), DRAWN("20", "0", "false"), DRAWN("1000", "0.2", "false")},
        {DRAWN("1000", "0", "true"), DRAWN("20", "0", "true"), DRAWN("1000", "0.2", "true")}};

    (void)state;
    for (int pairs = 0; pairs < 2; pairs++) {
        const char *const *with = settings[pairs];
        struct dataset d = open_good(description, with[0]), few = open_good(description, with[1]);
        struct dataset noisy = open_good(description, with[2]);
        int n_ones = 0, n_wrong = 0, n_alike = 0;

        assert_true(d.train.n == 1000 && d.test.n == 10 && d.n_classes == 2 &&
                    d.signature.fields[0].n_levels[0] < 200);
        for (int i = 0; i < d.train.n; i++) {
            const int32_t *ids = d.train.values[0].codes + 40 * i, *lengths = d.train.values[1].codes + 2 * i;

            for (int k = 0; k < lengths[0]; k++)
                assert_int_not_equal(ids[k], 1); /* [UNK] */
            assert_true((lengths[1] < lengths[0]) == pairs && d.uncut_lengths[i] == lengths[0] &&
                        lengths[0] < 40);
            n_alike += judge(ids, lengths, pairs) == d.train.labels[i];
            n_ones += d.train.labels[i];
            n_wrong += noisy.train.labels[i] != d.train.labels[i];
        }
        assert_in_range(n_ones, 450, 550);
        assert_in_range(n_wrong, 160, 240);
        assert_int_equal(n_alike, 1000);
        assert_memory_equal(few.train.values[0].codes, d.train.values[0].codes, 20 * 40 * sizeof(int32_t));
        assert_memory_equal(few.train.labels, d.train.labels, 20 * sizeof(uint16_t));
        dataset_close(&d);
        dataset_close(&few);
        dataset_close(&noisy);
    }
}

static int make(void **state)
{
    const char *data = getenv("RGDBENCH_DATA");

    (void)state;
    if (data)
        given = realpath(data, NULL);
    if (!mkdtemp(root) || chdir(root) < 0)
        return -1;
    put("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n[PAD]\nx\ny\n##y\n,\n");
    return 0;
}

static int clean(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    arena_release(&arena);
    free((char *)given);
    return chdir("/") < 0 || system(command) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),     cmocka_unit_test(test_target), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cache),   cmocka_unit_test(test_layouts), cmocka_unit_test(test_glue),
        cmocka_unit_test(test_drawn),
    };

    return cmocka_run_group_tests(tests, make, clean);
}
