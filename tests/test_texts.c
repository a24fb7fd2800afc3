/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data sets of texts: rows of tokens, their cache, and files of one's own. */
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

static int make(void **state)
{
    (void)state;
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
    return chdir("/") < 0 || system(command) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own),     cmocka_unit_test(test_target), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cache),  
    };

    return cmocka_run_group_tests(tests, make, clean);
}
