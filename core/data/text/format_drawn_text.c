/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sentences of a small grammar, which need no file. Is the sentence one, does its verb agree with its
 * subject?
 *
 *     the old dogs near the cat sleep .      agrees
 *     the old dog near the cats sleep .      does not, and has the same words
 *
 * Nouns between subject and verb are of either number, so that counting words tells little where there are
 * any: their order does. Or, of pairs: does the second sentence say what the first does?
 *
 *     the dog sees the old cat .    the old cat is seen by the dog .     the same
 *                                   the dog is seen by the old cat .     not the same
 *
 * Sentence k of a part depends on k, the part and the settings only: a smaller part is a prefix. The
 * vocabulary is the words', with the ends "##s", "##n" and "##ed"; the tokenizer is that of files of texts. */
#include "data/text/text_load.h"
#include "data/text/text_rows.h"
#include "math/rng.h"

#include <stddef.h>
#include <string.h>

struct config {
    struct text_config text;
    int train, test;
    bool pairs;
    double noise;
};

static const char vocabulary[] =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n##s\n##n\n##ed\n.\nthe\nis\nby\nnear\nbehind\nbeside\nabove\n"
    "old\nyoung\nred\nsmall\nquiet\nquick\nbrown\ntall\ndog\ncat\nbird\nhorse\nfarmer\nteacher\nsinger\n"
    "doctor\nking\nsister\nrobot\npainter\nsleep\nsing\nrun\nlaugh\nwait\nwork\nsmile\ndream\nsee\n"
    "know\nhelp\nfollow\nvisit\npaint\nnow\noften\nthere\nagain\n";

static const char *const prepositions[] = {"near", "behind", "beside", "above"};
static const char *const adjectives[] = {"old", "young", "red", "small", "quiet", "quick", "brown", "tall"};
static const char *const nouns[] = {"dog", "cat", "bird", "horse", "farmer", "teacher",
                                    "singer", "doctor", "king", "sister", "robot", "painter"};
static const char *const verbs[] = {"sleep", "sing", "run", "laugh", "wait", "work", "smile", "dream"};
static const char *const adverbs[] = {"now", "often", "there", "again"};
static const struct {
    const char *does, *is_done;
} deeds[] = {{"sees", "seen"},       {"knows", "known"},    {"helps", "helped"},
             {"follows", "followed"}, {"visits", "visited"}, {"paints", "painted"}};

static const char *const agree_classes[] = {"does not agree", "agrees"};
static const char *const same_classes[] = {"not the same", "the same"};

#define DRAW(rng, list) (list)[rng_below(rng, sizeof(list) / sizeof *(list))]

enum { N_NOUNS = sizeof nouns / sizeof *nouns };

/* "the old dogs" of a noun */
static const char *draw_phrase(struct rng *rng, uint32_t noun, bool is_plural, struct arena *arena)
{
    const char *adjective = rng_uniform(rng) < 0.3 ? DRAW(rng, adjectives) : "";

    return arena_printf(arena, "the %s%s%s%s", adjective, *adjective ? " " : "", nouns[noun],
                        is_plural ? "s" : "");
}

static void draw_sentence(struct rng *rng, bool agrees, struct arena *arena, struct csv_piece *ret_texts)
{
    bool is_plural = rng_uniform(rng) < 0.5;
    const char *text = draw_phrase(rng, rng_below(rng, N_NOUNS), is_plural, arena);

    for (uint32_t n = rng_below(rng, 4); n > 0; n--) {
        const char *preposition = DRAW(rng, prepositions);
        uint32_t noun = rng_below(rng, N_NOUNS);
        bool is_other_plural = rng_uniform(rng) < 0.5;

        text = arena_printf(arena, "%s %s %s", text, preposition,
                            draw_phrase(rng, noun, is_other_plural, arena));
    }
    text = arena_printf(arena, "%s %s%s", text, DRAW(rng, verbs), is_plural == agrees ? "" : "s");
    if (rng_uniform(rng) < 0.5)
        text = arena_printf(arena, "%s %s", text, DRAW(rng, adverbs));
    text = arena_printf(arena, "%s .", text);
    *ret_texts = (struct csv_piece){text, strlen(text)};
}

static void draw_pair(struct rng *rng, bool is_same, struct arena *arena, struct csv_piece *ret_texts)
{
    uint32_t one = rng_below(rng, N_NOUNS), other = (one + 1 + rng_below(rng, N_NOUNS - 1)) % N_NOUNS;
    const char *a = draw_phrase(rng, one, false, arena), *b = draw_phrase(rng, other, false, arena);
    size_t deed = rng_below(rng, sizeof deeds / sizeof *deeds);
    const char *first = arena_printf(arena, "%s %s %s .", a, deeds[deed].does, b);
    const char *second = arena_printf(arena, "%s is %s by %s .", is_same ? b : a, deeds[deed].is_done,
                                      is_same ? a : b);

    ret_texts[0] = (struct csv_piece){first, strlen(first)};
    ret_texts[1] = (struct csv_piece){second, strlen(second)};
}

static void draw_part(const struct config *c, const char *name, int n, struct arena *arena,
                      struct csv_piece *ret_texts, uint16_t *ret_labels)
{
    struct rng part = rng_derive(rng_derive(rng_seed(0), "drawn_text"), name);

    for (int k = 0; k < n; k++) {
        struct rng rng = rng_index(part, (uint64_t)k);
        bool label = rng_uniform(&rng) < 0.5, is_wrong = rng_uniform(&rng) < c->noise;

        if (c->pairs)
            draw_pair(&rng, label, arena, ret_texts + 2 * (size_t)k);
        else
            draw_sentence(&rng, label, arena, ret_texts + k);
        ret_labels[k] = label != is_wrong;
    }
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    const struct config *c = config;
    int n = c->train + c->test, n_texts = c->pairs ? 2 : 1;
    uint16_t *labels = arena_alloc(&d->arena, (size_t)n * sizeof *labels);
    struct csv_piece *texts;
    struct tokenizer tokenizer;
    struct text_rows_source rows = {&tokenizer, NULL, n, n_texts, c->text.max_tokens};
    struct text_rows result;
    struct arena arena = {0};
    int got;

    (void)source;
    rows.texts = texts = arena_alloc(&arena, (size_t)n * (size_t)n_texts * sizeof *texts);
    draw_part(c, "train", c->train, &arena, texts, labels);
    draw_part(c, "test", c->test, &arena, texts + (size_t)c->train * (size_t)n_texts, labels + c->train);
    d->n_classes = 2;
    d->class_names = c->pairs ? same_classes : agree_classes;
    d->train = (struct pool){.n = c->train, .labels = labels};
    d->test = (struct pool){.n = c->test, .labels = labels + c->train};
    got = tokenizer_init(&tokenizer, "drawn_text", vocabulary, sizeof vocabulary - 1, false, &arena, err);
    if (got == 0)
        got = text_rows_make(&rows, &d->arena, &result, err);
    if (got == 0) {
        text_rows_take(d, &rows, &result);
        d->vocabulary = (struct dataset_vocabulary){vocabulary, sizeof vocabulary - 1, false,
                                                    tokenizer.specials[TOKENIZER_PAD]};
    }
    arena_release(&arena);
    return got;
}

static const struct hparam hparams[] = {
    TEXT_HPARAM_MAX_TOKENS("40"),
    {"train", HPARAM_INTEGER, offsetof(struct config, train), .fallback = "2000", .low = 10, .high = 1e6,
     .doc = "sentences, or pairs, of the training part"},
    {"test", HPARAM_INTEGER, offsetof(struct config, test), .fallback = "1000", .low = 10, .high = 1e6,
     .doc = "of the test part"},
    {"pairs", HPARAM_BOOL, offsetof(struct config, pairs), .fallback = "false",
     .doc = "does the second sentence say what the first does? Else: does the verb agree with its subject?"},
    {"noise", HPARAM_NUMBER, offsetof(struct config, noise), .fallback = "0", .low = 0, .high = 0.5,
     .doc = "share of labels that are wrong, of the test part too"},
    {0},
};

const struct dataset_format dataset_format_drawn_text = {
    .component =
        {
            .name = "drawn_text",
            .doc = "sentences of a small grammar, drawn without files; the order of words tells the classes",
            .hparams = hparams,
            .config_size = sizeof(struct config),
        },
    .is_embedded = true,
    .load = load,
};
