/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tokenizer beside Hugging Face's: the vectors that Google and Hugging Face published, lengths of pairs,
 * and, where their files are in RGDBENCH_DATA, all sentences of six tasks of GLUE by SHA-256 and all code
 * points. */
#include "base/hash.h"
#include "io/csv_rows.h"
#include "os/file.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char pieces[] =
    "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\nwant\n##want\n##ed\nwa\nun\nrunn\n##ing\n,\nlow\nlowest\n";

static struct arena arena;

static struct tokenizer make(const char *vocabulary, bool is_cased)
{
    struct tokenizer t;
    struct error err;

    if (tokenizer_init(&t, "vocab.txt", vocabulary, strlen(vocabulary), is_cased, &arena, &err) < 0)
        fail_msg("%s", err.text);
    return t;
}

/* The numbers as text. */
static const char *show(const struct tokens *tokens)
{
    const char *text = "";

    for (int i = 0; i < tokens->n; i++)
        text = arena_printf(&arena, "%s%s%d", text, i ? " " : "", tokens->ids[i]);
    return text;
}

static void expect_pieces(const struct tokenizer *t, const char *text, const char *wanted)
{
    struct tokens tokens = {0};
    struct error err;

    if (tokenizer_add(t, text, strlen(text), &tokens, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(show(&tokens), wanted);
    tokens_release(&tokens);
}

static void test_pieces(void **state)
{
    const struct tokenizer t = make(pieces, false);

    (void)state;
    expect_pieces(&t, "UNwant\u00E9d,running", "9 6 7 12 10 11");
    expect_pieces(&t, "unwanted running", "9 6 7 10 11");
    expect_pieces(&t, "unwantedX running", "0 10 11");
    expect_pieces(&t, "", "");
    expect_pieces(&t, "lowest low lowed", "14 13 13 7");
    /* Special pieces in a text: in exact case, inside words too. */
    expect_pieces(&t, "low[MASK]low [SEP][CLS] [mask] [[UNK]", "13 4 13 2 1 0 0 0 0 0");
    expect_pieces(&t, "[SE", "0 0");
}

/* A word of each text, told from the others by a vocabulary of those that are awaited. */
static void expect_words(bool is_cased, bool strips, const char *text, const char *const *words)
{
    const char *vocabulary = "[UNK]\n[CLS]\n[SEP]\n[PAD]\n", *wanted = "";
    struct tokenizer t;

    for (int i = 0; words[i]; i++) {
        int k = 0;

        while (strcmp(words[k], words[i]) != 0)
            k++;
        if (k == i)
            vocabulary = arena_printf(&arena, "%s%s\n", vocabulary, words[i]);
        else
            vocabulary = arena_printf(&arena, "%s\n", vocabulary); /* an empty line has a number, too */
        wanted = arena_printf(&arena, "%s%s%d", wanted, i ? " " : "", 4 + k);
    }
    t = make(vocabulary, is_cased);
    t.strips = strips;
    expect_pieces(&t, text, wanted);
}

#define WORDS(...) (const char *const[]){__VA_ARGS__, NULL}

static void test_words(void **state)
{
    (void)state;
    expect_words(false, true, "ah\u535A\u63A8zz", WORDS("ah", "\u535A", "\u63A8", "zz"));
    expect_words(false, true, " \tHeLLo!how  \n Are yoU?  ", WORDS("hello", "!", "how", "are", "you", "?"));
    expect_words(true, false, " \tHeLLo!how  \n Are yoU?  ", WORDS("HeLLo", "!", "how", "Are", "yoU", "?"));
    expect_words(false, true, "H\u00E9llo", WORDS("hello"));
    expect_words(false, false, "H\u00E9llo", WORDS("h\u00E9llo"));
    expect_words(true, false, "H\u00E9llo", WORDS("H\u00E9llo"));
    expect_words(false, true, "a\n'll !!to?'d of, can't.",
                 WORDS("a", "'", "ll", "!", "!", "to", "?", "'", "d", "of", ",", "can", "'", "t", "."));
    expect_words(false, true, "\u200E\u200F", WORDS(NULL));
    expect_words(false, true, "\u00AD", WORDS(NULL));
    expect_words(false, true, "\u00A0a\u2028b\u3000c\rd", WORDS("a", "b", "c", "d"));
    expect_words(false, true, "a\x05\xC2\x85\uFFFD\uE000\x0B" "b", WORDS("ab"));
    expect_words(false, true, "-$`.\u2019", WORDS("-", "$", "`", ".", "\u2019"));
    expect_words(false, true, "a\u2260b\u037Ec", WORDS("a", "=", "b", ";", "c")); /* as NFD has them */
    expect_words(false, true, "\u0130\u1E9B\u0323", WORDS("i\u017F")); /* lower case one by one */
    expect_words(false, false, "\u0130", WORDS("i\u0307"));
    expect_words(false, true, "\u03A3\u03A3", WORDS("\u03C3\u03C3")); /* no final sigma */
    expect_words(false, true, "\uAC00", WORDS("\u1100\u1161"));
    /* Spacing marks in their canonical order, where others stand between that go. */
    expect_words(false, true, "a\U0001D16D\u0301\U0001D165\u0300" "b", WORDS("a\U0001D165\U0001D16D" "b"));
    expect_words(true, false, "a\U0001D16D\u0301\U0001D165" "b", WORDS("a\U0001D16D\u0301\U0001D165" "b"));
}

/* A word may have 100 code points, of any number of bytes. */
static void test_long_words(void **state)
{
    const struct tokenizer t = make("[UNK]\n[CLS]\n[SEP]\n[PAD]\na\n##a\n##\u03B1\n##aa\n", false);
    char ascii[121], greek[2 * 120 + 1], marks[4 * 300 + 2];

    (void)state;
    memset(ascii, 'a', sizeof ascii);
    for (int i = 0; i < 120; i++)
        memcpy(greek + 2 * i, i ? "\u03B1" : "aa", 2);
    for (int n = 98; n <= 120; n++) {
        struct tokens tokens = {0};
        struct error err;

        ascii[n] = '\0';
        assert_int_equal(tokenizer_add(&t, ascii, (size_t)n, &tokens, &err), 0);
        assert_int_equal(tokens.n, n <= 100 ? 1 + n / 2 : 1);
        assert_int_equal(tokens.ids[0], n <= 100 ? 4 : 0);
        ascii[n] = 'a';
        tokens.n = 0;
        assert_int_equal(tokenizer_add(&t, greek, (size_t)(2 * (n - 1)), &tokens, &err),
                         0); /* n code points */
        assert_int_equal(tokens.n, n <= 100 ? n : 1);
        tokens_release(&tokens);
    }
    marks[0] = 'a'; /* of marks that wait for their order, too */
    for (int i = 0; i < 300; i++)
        memcpy(marks + 1 + 4 * i, i % 2 ? "\U0001D165" : "\U0001D16D", 4);
    marks[sizeof marks - 1] = '\0';
    expect_pieces(&t, marks, "0");
}

static void test_truncation(void **state)
{
    static const int known[][4] = {{4, 4, 3, 4}, {8, 4, 4, 3}, {4, 8, 3, 4}, {8, 8, 3, 4},
                                   {2, 8, 2, 5}, {8, 2, 5, 2}, {8, 0, 7, 0}, {3, 4, 3, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int a = known[i][0], b = known[i][1];

        tokenizer_truncate(7, &a, &b);
        assert_true(a == known[i][2] && b == known[i][3]);
    }
}

static void expect_row(const struct tokenizer *t, const char *a, const char *b, int max, const char *wanted,
                       int first)
{
    const struct token_text texts[] = {{a, strlen(a)}, {b ? b : "", b ? strlen(b) : 0}};
    struct tokens tokens = {0};
    struct error err;
    struct token_row got;

    assert_int_equal(tokenizer_encode(t, texts, b ? 2 : 1, max, &tokens, &got, &err), 0);
    assert_string_equal(show(&tokens), wanted);
    assert_int_equal(got.first, first);
    tokens_release(&tokens);
}

static void test_rows(void **state)
{
    const struct tokenizer t = make(pieces, false);

    (void)state;
    expect_row(&t, "low lowest", NULL, 10, "1 13 14 2", 4);
    expect_row(&t, "low lowest", NULL, 3, "1 13 2", 3);
    expect_row(&t, "", NULL, 3, "1 2", 2);
    expect_row(&t, "low", "want lowest", 10, "1 13 2 5 14 2", 3);
    expect_row(&t, "low", "", 10, "1 13 2 2", 3);
    expect_row(&t, "", "low", 10, "1 2 13 2", 2);
    expect_row(&t, "low low low low", "want want want want", 10, "1 13 13 13 2 5 5 5 5 2", 5);
    expect_row(&t, "low low low low", "want want", 4, "1 13 2 2", 3);
    expect_row(&t, "low low", "want", 3, "1 2 2", 2);
}

static void expect_refusal(const char *vocabulary, size_t size, const char *wanted)
{
    struct tokenizer t;
    struct error err;

    assert_int_equal(tokenizer_init(&t, "v.txt", vocabulary, size, false, &arena, &err), -1);
    assert_string_equal(err.text, wanted);
}

static void test_refused(void **state)
{
    static const char twice[] = "[UNK]\r\na\n\n[CLS]\na\n", latin[] = "[UNK]\n\na\xE9\n";
    const struct tokenizer t = make(pieces, false);
    const struct token_text pair[] = {{"low", 3}, {"a [SEP] \xED\xA0\x80", 11}};
    struct tokens tokens = {0};
    struct error err;
    struct token_row row;

    (void)state;
    expect_refusal("", 0, "\"v.txt\" has no line \"[UNK]\": is it a BERT's vocab.txt?");
    expect_refusal("[UNK]\n[CLS]\n[PAD]", 17, "\"v.txt\" has no line \"[SEP]\": is it a BERT's vocab.txt?");
    expect_refusal(twice, sizeof twice - 1, "v.txt:5: \"a\" is in line 2 already");
    expect_refusal(latin, sizeof latin - 1, "v.txt:3: byte 2, 0xe9, is not UTF-8");
    assert_int_equal(tokenizer_add(&t, "caf\xE9 au lait", 12, &tokens, &err), -1);
    assert_string_equal(err.text, "byte 4, 0xe9, is not UTF-8 (iconv -t UTF-8 makes it so)");
    assert_int_equal(tokenizer_encode(&t, pair, 2, 8, &tokens, &row, &err), -1);
    assert_string_equal(err.text, "the second text: byte 9, 0xed, is not UTF-8 (iconv -t UTF-8 makes it so)");
    tokens_release(&tokens);
}

/* ---- with files ---- */

static bool open_file(const char *name, struct file_map *ret_map)
{
    const char *root = getenv("RGDBENCH_DATA");
    struct error err;

    return root && file_map_open(arena_printf(&arena, "%s/%s", root, name), ret_map, &err) == 0;
}

static void hash_int(struct hash *h, int x)
{
    unsigned char bytes[4] = {x & 0xff, x >> 8 & 0xff, x >> 16 & 0xff, x >> 24 & 0xff};

    hash_update(h, bytes, sizeof bytes);
}

/* Of all rows: the number of tokens, each, and how many are of the second text. */
static void hash_rows(const struct tokenizer *t, const struct file_map *map, const int *columns,
                      bool has_header, int max,
                      char ret_hex[HASH_HEX_SIZE])
{
    const struct csv_options options = {.separator = '\t'};
    struct csv_rows rows;
    struct tokens tokens = {0};
    struct error err;
    struct hash h;
    struct token_row row;
    int got;

    hash_init(&h, HASH_SHA256);
    got = csv_rows_open(&rows, "rows", (const char *)map->bytes, map->size, &options, &err);
    if (got == 0 && has_header)
        got = csv_rows_next(&rows, &err) < 0 ? -1 : 0;
    while (got >= 0 && (got = csv_rows_next(&rows, &err)) > 0) {
        const struct csv_piece *a = &rows.fields[columns[0]],
            *b = &rows.fields[columns[1] < 0 ? 0 : columns[1]];
        const struct token_text texts[] = {{a->text, a->size}, {b->text, b->size}};

        assert_int_equal(tokenizer_encode(t, texts, columns[1] < 0 ? 1 : 2, max, &tokens, &row, &err), 0);
        hash_int(&h, tokens.n);
        for (int i = 0; i < tokens.n; i++)
            hash_int(&h, tokens.ids[i]);
        hash_int(&h, tokens.n - row.first);
    }
    if (got < 0)
        fail_msg("%s", err.text);
    hash_hex(&h, ret_hex);
    csv_rows_close(&rows);
    tokens_release(&tokens);
}

static void test_glue(void **state)
{
    static const struct {
        const char *task;
        int columns[2];
        bool has_header;
        const char *sha256[2][2]; /* train, dev; at most 128 and 64 tokens */
    } known[] = {
        {"CoLA", {3, -1}, false,
         {{"fee509571c26df3205db87d83e356122c88f04d4444fc00257538a20b15ddfba",
           "fee509571c26df3205db87d83e356122c88f04d4444fc00257538a20b15ddfba"},
          {"e3f6304733f38a81f90397aac7cbbd183b3261c6d9937a1adcc9a5d84022fefb",
           "e3f6304733f38a81f90397aac7cbbd183b3261c6d9937a1adcc9a5d84022fefb"}}},
        {"SST-2", {0, -1}, true,
         {{"668642c71d2273d02bac35703f14d56b96731fb623e56f45ec23271bf799589b",
           "1762587a9a832586e831a76cd5888b9b9535cfac9b1ff90e7fc4e5e4cca26e7b"},
          {"2430e0f14bd4cfba8dc96c17a3436ae1d4cfbd9aaac8067d547c56955f6dddc6",
           "2430e0f14bd4cfba8dc96c17a3436ae1d4cfbd9aaac8067d547c56955f6dddc6"}}},
        {"MRPC", {3, 4}, true,
         {{"87258dc4e3567fadf283e481c1ffef9cad838de01b5b4f2ab6e829db881aebdf",
           "2135d736dba09c673e9906e614c1f7a16ed463161649cd1701af60617d17cf05"},
          {"afaf3145086d5b123f4903dad5d04b7fd6d4ae6952aa4823b073f6c7d40aa4f3",
           "125b20236efa63de03b020f8b145180e9dbe77f41df693be7c196e78de974b9e"}}},
        {"STS-B", {7, 8}, true,
         {{"afe77c8977d81161203c1205067c70c88dca97086a44920db7011f5b591a464e",
           "cc909677b95c0e96638fd976920839539a332be3e6cc874e4217e825acc59c35"},
          {"444883048b9d586816d73b4c18212e8d44ed17183ceb80d258b824cd2e7f5549",
           "bd0e745ec4f1083f0c51230d7daf99f62054cf144965dd82a908ebd953488f8a"}}},
        {"RTE", {1, 2}, true,
         {{"08ea2f078daebdebd49ab99fa51e593a0d25a186fef1dab6cb53a08a0947a1d6",
           "b8dbd0c734919bc8ac4bc86437b3b2e2a8157d3a928c0b86ded5c82c66e425c6"},
          {"608994274a4cfe97666af849de34eb5088c94547914cc49510632da975036c72",
           "2166d0995b9e83829769d6d3ba8eace78754813c27c3d43b29929ef3ff14cbc6"}}},
        {"WNLI", {1, 2}, true,
         {{"d1a4d58bec3286e488939a59f79fc81a541d0909c8de3edefdd5cdcf7b05066e",
           "5f93b2661bd5577173bb4abea29e48d0019e99efffec325a0dca63ef97677acb"},
          {"1e817cf17d02da523653f8e36a18c4d33254c59b3f369fc04d538d0803336d68",
           "4d3decc49beb6a57632e9fc76968ec14cf075bbf6f536c0490fd6ead4fa0d6f5"}}},
    };
    static const char *const parts[] = {"train", "dev"};
    struct file_map vocabulary, map;
    struct tokenizer t;
    struct error err;
    int n = 0;

    (void)state;
    if (!open_file("bert/vocab.txt", &vocabulary))
        skip();
    assert_int_equal(tokenizer_init(&t, "vocab.txt", (const char *)vocabulary.bytes, vocabulary.size, false,
                                    &arena, &err), 0);
    assert_int_equal(t.vocabulary.n, 30522);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (int p = 0; p < 2; p++) {
            if (!open_file(arena_printf(&arena, "glue/%s/%s.tsv", known[i].task, parts[p]), &map))
                continue;
            for (int m = 0; m < 2; m++, n++) {
                char hex[HASH_HEX_SIZE];

                hash_rows(&t, &map, known[i].columns, known[i].has_header, m ? 64 : 128, hex);
                if (strcmp(hex, known[i].sha256[p][m]) != 0)
                    fail_msg("%s/%s: %s", known[i].task, parts[p], hex);
            }
            file_map_close(&map);
        }
    file_map_close(&vocabulary);
    print_message("%d files and lengths\n", n);
}

/* What becomes of it between two letters: Dropped, Space, Isolated, Kept. */
static char classify(const struct tokenizer *t, int32_t code, struct tokens *tokens)
{
    char text[2 + UNICODE_MAX_BYTES] = "a";
    int size = 1 + unicode_write(code, text + 1);
    struct error err;

    text[size++] = 'b';
    tokens->n = 0;
    if (tokenizer_add(t, text, (size_t)size, tokens, &err) < 0)
        fail_msg("U+%04X: %s", (unsigned)code, err.text);
    return tokens->n == 3 ? 'I' : tokens->n == 2 ? 'S' : tokens->ids[0] == 4 ? 'D' : 'K';
}

/* Lines of "FIRST LAST CLASS" in hexadecimal; what the second file lists may be otherwise. */
static void test_code_points(void **state)
{
    enum { N = 0x110000 };
    static char classes[N];
    const struct tokenizer t = make("[UNK]\n[CLS]\n[SEP]\n[PAD]\nab\na\nb\n", false);
    static const char *const files[] = {"bert/codepoint_classes.tsv",
                                        "bert/codepoint_exceptions_utf8proc_2.8.tsv"};
    struct tokens tokens = {0};
    int n_exceptions = 0;

    (void)state;
    for (int f = 0; f < 2; f++) {
        struct file_map map;
        char *text, *line;

        if (!open_file(files[f], &map))
            skip();
        text = arena_printf(&arena, "%.*s", (int)map.size, (const char *)map.bytes);
        file_map_close(&map);
        while ((line = strsep(&text, "\n"))) {
            unsigned first, last;
            char class = '?';

            if (*line == '#' || sscanf(line, "%x %x %c", &first, &last, &class) < 2)
                continue;
            for (; first <= last; first++) {
                n_exceptions += class == '?';
                classes[first] = class;
            }
        }
    }
    assert_int_equal(n_exceptions, 624);
    for (int32_t code = 0; code < N; code++)
        if (classes[code] && classes[code] != '?' && classify(&t, code, &tokens) != classes[code])
            fail_msg("U+%04X is %c, not %c", (unsigned)code, classify(&t, code, &tokens), classes[code]);
    tokens_release(&tokens);
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),  cmocka_unit_test(test_words),   cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_truncation), cmocka_unit_test(test_rows), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_glue),    cmocka_unit_test(test_code_points),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
