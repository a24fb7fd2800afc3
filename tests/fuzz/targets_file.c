/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files: pictures, data sets, weights, archives, and DomainBed's results. */
#include "data/dataset.h"
#include "data/decode/cache_file.h"
#include "data/decode/picture.h"
#include "data/decode/picture_cache.h"
#include "data/format/idx.h"
#include "data/table/table.h"
#include "data/text/text_rows.h"
#include "data/source/archive.h"
#include "data/source/archive_reader.h"
#include "domainbed/import_domainbed.h"
#include "domainbed/import_domainbed.h"
#include "fuzz/fuzz.h"
#include "fuzz/targets.h"
#include "io/safetensors.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 32 };

/* Every byte that a reader gave must be there: sanitizers watch the reading. */
static void touch(const void *bytes, size_t size)
{
    const volatile unsigned char *p = bytes;

    for (size_t i = 0; i < size; i++)
        (void)p[i];
}

static void check_picture(int result, const struct picture *p, struct arena *arena,
                          const struct error *err)
{
    unsigned char small[3 * SIDE * SIDE];

    if (result < 0) {
        fuzz_check_refusal(err);
        return;
    }
    FUZZ_CHECK(p->height > 0 && p->width > 0);
    touch(p->pixels, (size_t)p->height * (size_t)p->width * 3);
    picture_resize(p, SIDE, arena, small);
    touch(small, sizeof small);
}

void target_jpeg(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct picture p;
    struct error err = {0};

    check_picture(picture_decode_jpeg(bytes, size, &arena, &p, &err), &p, &arena, &err);
    arena_release(&arena);
}

static void decode_png(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct picture p;
    struct error err = {0};

    check_picture(picture_decode_png(bytes, size, &arena, &p, &err), &p, &arena, &err);
    arena_release(&arena);
}

void target_webp(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct picture p;
    struct error err = {0};

    check_picture(picture_decode_webp(bytes, size, &arena, &p, &err), &p, &arena, &err);
    arena_release(&arena);
}

/* Whatever the orientation, the pixels are the same ones. */
void target_exif(const uint8_t *bytes, size_t size)
{
    enum { HEIGHT = 3, WIDTH = 2 };
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct picture p = {HEIGHT, WIDTH, arena_alloc(&arena, 3 * HEIGHT * WIDTH + PICTURE_ROOM)};
    int orientation = picture_orientation(bytes, size), sum = 0;

    FUZZ_CHECK(orientation >= 1 && orientation <= 8);
    for (int i = 0; i < 3 * HEIGHT * WIDTH; i++)
        p.pixels[i] = (unsigned char)(1 << i / 3);
    picture_turn(&p, orientation, &arena);
    FUZZ_CHECK(p.height * p.width == HEIGHT * WIDTH);
    for (int i = 0; i < 3 * HEIGHT * WIDTH; i += 3)
        sum += p.pixels[i];
    FUZZ_CHECK(sum == (1 << HEIGHT * WIDTH) - 1);
    arena_release(&arena);
}

/* The sum of a PNG's chunk (ISO 3309, bit by bit). */
static uint32_t crc(const uint8_t *bytes, size_t size)
{
    uint32_t sum = UINT32_MAX;

    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}

/* Writes the right sum behind each chunk: length, kind, bytes, sum. */
static void mend_chunks(uint8_t *bytes, size_t size)
{
    enum { SIGNATURE = 8, AROUND = 12 };

    for (size_t at = SIGNATURE; at + AROUND <= size;) {
        uint8_t *b = bytes + at;
        size_t n = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
        uint32_t sum;

        if (n > size - at - AROUND)
            return;
        sum = crc(b + 4, n + 4);
        for (int i = 0; i < 4; i++)
            b[8 + n + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        at += n + AROUND;
    }
}

/* As it is, and with right sums: what a mutation changes does not get past them otherwise. */
void target_png(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    uint8_t *mended = arena_alloc(&arena, size);

    decode_png(bytes, size);
    memcpy(mended, bytes, size);
    mend_chunks(mended, size);
    if (memcmp(mended, bytes, size) != 0)
        decode_png(mended, size);
    arena_release(&arena);
}

/* Cuts the input in two at its first two bytes' number, puts both into files and gives the
 * description's line that names them. */
static const char *two_files(const char *key, const uint8_t *bytes, size_t size, struct arena *arena)
{
    size_t n = size - 2, cut = ((size_t)bytes[0] << 8 | bytes[1]) % (n + 1);
    const char *first = fuzz_file(0, bytes + 2, cut), *second = fuzz_file(1, bytes + 2 + cut, n - cut);

    return arena_printf(arena, "%s = [\"%s\",\"%s\"]\n", key, strrchr(first, '/') + 1,
                        strrchr(second, '/') + 1);
}

static struct settings description_of(const char *text, struct arena *arena)
{
    struct settings s;
    struct error err;

    settings_init(&s, arena);
    FUZZ_CHECK(settings_parse(&s, text, &err) == 0);
    return s;
}

void target_idx(const uint8_t *bytes, size_t size)
{
    struct dataset d = {.name = "x", .arena = {.limit = FUZZ_MEMORY}};
    struct settings description;
    struct dataset_source source = {"x", "/proc/self/fd", &description, NULL};
    const char *missing;
    struct idx idx;
    struct error err = {0};

    if (size < 2)
        return;
    description = description_of(two_files("train", bytes, size, &d.arena), &d.arena);
    if (idx_read(&d, &source, "train", IDX_DIGITS, &idx, &missing, &err) < 0) {
        fuzz_check_refusal(&err);
    } else {
        touch(idx.pixels, (size_t)idx.n * (size_t)idx.height * (size_t)idx.width);
        for (int i = 0; i < idx.n; i++)
            FUZZ_CHECK(idx.labels[i] < 10);
    }
    dataset_close(&d);
}

void target_cifar(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct settings description, settings;
    struct dataset_source source = {"x", "/proc/self/fd", &description, NULL};
    const char *path = fuzz_file(0, bytes, size), *name = strrchr(path, '/') + 1;
    size_t n = size < 3073 ? 1 : size / 3073; /* records */
    struct dataset d;
    struct error err = {0};

    settings_init(&settings, &arena);
    description = description_of(
        arena_printf(&arena, "classes = [\"a\",\"b\"]\nformat = \"cifar\"\nlabel_bytes = 1\n"
                             "records = [%zu,%zu]\ntest = [\"%s\"]\ntrain = [\"%s\"]\n",
                     n, n, name, name), &arena);
    if (dataset_open(&d, &source, &settings, &err) < 0) {
        fuzz_check_refusal(&err);
    } else {
        for (int i = 0; i < d.train.n; i++)
            FUZZ_CHECK(d.train.labels[i] < d.n_classes);
        dataset_close(&d);
    }
    arena_release(&arena);
}

/* A sound one has what it says, and all of it is there. */
static void read_cache(const char *path, const uint8_t *bytes, size_t size, bool is_sealed)
{
    enum { FILES = 4, EDGE = 8, PICTURE = 3 * EDGE * EDGE };
    const struct folders folders = {.root = "set", .n_files = FILES};
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct picture_cache c = {0};
    struct error err = {0};
    int got = picture_cache_read(&folders, EDGE, path, &arena, &c, &err), n_kept = 0;

    FUZZ_CHECK(got >= 0 && (got == 0 || is_sealed));
    if (got == 0) {
        fuzz_check_refusal(&err);
    } else {
        FUZZ_CHECK(c.state.n_bytes == size && memcmp(c.map.bytes, bytes, size) == 0);
        for (int i = 0; i < FILES; i++)
            n_kept += c.kept[i];
        FUZZ_CHECK(n_kept == c.n_kept);
        FUZZ_CHECK(c.pixels + n_kept * PICTURE <= c.map.bytes + size);
        touch(c.left_out, strlen(c.left_out));
    }
    file_map_close(&c.map);
    arena_release(&arena);
}

/* The cache of four pictures, whose reading alone is tried: to decode them takes a process. As it is,
 * where no mutation has the right seal; then with that. */
void target_cache(const uint8_t *bytes, size_t size)
{
    const char *path = fuzz_file(0, bytes, size);
    struct error err;
    int fd;

    read_cache(path, bytes, size, false);
    if (size == 0)
        return;
    FUZZ_CHECK((fd = open(path, O_RDWR | O_CLOEXEC)) >= 0);
    FUZZ_CHECK(cache_file_seal(fd, path, &err) == 0);
    close(fd);
    read_cache(path, bytes, size, true);
}

void target_safetensors(const uint8_t *bytes, size_t size)
{
    struct safetensors file;
    struct error err = {0};

    if (safetensors_open(fuzz_file(0, bytes, size), &file, &err) < 0) {
        fuzz_check_refusal(&err);
        return;
    }
    for (int i = 0; i < file.n_tensors; i++)
        touch(file.tensors[i].bytes, tensor_size(&file.tensors[i]));
    safetensors_close(&file);
}

void target_gzip(const uint8_t *bytes, size_t size)
{
    struct text t = {0};
    struct error err = {0};

    if (archive_inflate(bytes, size, 1 << 20, &t, &err) < 0)
        fuzz_check_refusal(&err);
    else
        touch(t.s, t.size);
    text_release(&t);
}

/* In this process: a servant would hide a crash, and be slow. */
void target_archive(const uint8_t *bytes, size_t size)
{
    static const char *const wanted[] = {"a", "b/c", NULL};
    static struct archive_piece piece;
    struct archive_reader reader = {.bytes = bytes, .size = size, .wanted = wanted};
    struct error err = {0};

    archive_reader_prepare();
    do {
        archive_reader_next(&reader, &piece);
        FUZZ_CHECK(piece.head.kind <= ARCHIVE_BAD && piece.head.member < 2 && piece.head.size <= ARCHIVE_PIECE_SIZE);
        touch(piece.bytes, piece.head.size);
    } while (piece.head.kind < ARCHIVE_END);
    if (piece.head.kind == ARCHIVE_BAD) {
        error_set(&err, "%s", piece.head.reason);
        fuzz_check_refusal(&err);
    }
    archive_reader_release(&reader);
}

void target_domainbed(const uint8_t *bytes, size_t size)
{
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct import import;
    char path[100];
    FILE *f;
    struct error err = {0};

    snprintf(path, sizeof path, "%s/tree", fuzz_folder());
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/tree/job", fuzz_folder());
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/tree/job/done", fuzz_folder());
    FUZZ_CHECK((f = fopen(path, "w")) && fclose(f) == 0);
    snprintf(path, sizeof path, "%s/tree/job/results.jsonl", fuzz_folder());
    FUZZ_CHECK((f = fopen(path, "w")) && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
    snprintf(path, sizeof path, "%s/tree", fuzz_folder());
    if (import_domainbed_read(path, "x", NULL, &arena, &import, &err) < 0)
        fuzz_check_refusal(&err);
    arena_release(&arena);
}

/* All codes name something, and levels are in order. */
static void check_table(const struct table *t)
{
    FUZZ_CHECK(t->n_rows == t->n[TABLE_TRAIN] + t->n[TABLE_VALIDATION] + t->n[TABLE_TEST]);
    FUZZ_CHECK(t->n[TABLE_TRAIN] > 0 && !t->labels == (t->n_classes == 0) && !t->targets == !!t->labels);
    for (int c = 0; c < t->n_categories; c++) {
        const struct table_category *category = &t->categories[c];
        int n_texts = category->missing < 0 ? category->n_levels : category->missing;

        FUZZ_CHECK(category->missing < 0 || category->missing == category->n_levels - 1);
        for (int i = 1; i < n_texts; i++)
            FUZZ_CHECK(strcmp(category->levels[i - 1], category->levels[i]) < 0);
        touch(category->levels[category->n_levels - 1], 1);
    }
    for (int i = 0; i < t->n_rows; i++) {
        for (int c = 0; c < t->n_numbers; c++)
            FUZZ_CHECK(!isinf(t->numbers[(size_t)i * (size_t)t->n_numbers + (size_t)c]));
        for (int c = 0; c < t->n_categories; c++) {
            int32_t code = t->codes[(size_t)i * (size_t)t->n_categories + (size_t)c];

            FUZZ_CHECK(code >= 0 && code < t->categories[c].n_levels);
        }
        FUZZ_CHECK(!t->labels || t->labels[i] < t->n_classes);
        FUZZ_CHECK(!t->targets || isfinite(t->targets[i]));
        FUZZ_CHECK(!t->groups || t->groups[i] < t->n_groups);
    }
    for (int i = 0; i < t->n_notes; i++)
        FUZZ_CHECK(t->notes[i][0]);
    for (int i = 0; i < t->n_groups; i++)
        touch(t->group_names[i], 1);
}

/* Texts are there and UTF-8, and make rows. */
static void check_texts(const struct table *t, struct arena *arena)
{
    static const char vocabulary[] = "[UNK]\n[CLS]\n[SEP]\n[PAD]\na\n##b\nx\n";
    enum { MAX = 6 };
    struct tokenizer tokenizer;
    struct text_rows_source source = {&tokenizer, t->texts, t->n_rows, t->n_texts, MAX};
    struct text_rows rows;
    struct error err;

    FUZZ_CHECK(tokenizer_init(&tokenizer, "v", vocabulary, sizeof vocabulary - 1, false, arena, &err) == 0);
    FUZZ_CHECK(text_rows_make(&source, arena, &rows, &err) == 0);
    for (int i = 0; i < t->n_rows; i++) {
        int n = rows.lengths[2 * i], first = rows.lengths[2 * i + 1];

        FUZZ_CHECK(n <= MAX && n >= 1 + t->n_texts && first >= 2 && first <= n && rows.uncut[i] >= n);
        for (int k = 0; k < MAX; k++)
            FUZZ_CHECK(rows.ids[i * MAX + k] >= 0 && rows.ids[i * MAX + k] < tokenizer.vocabulary.n);
    }
}

/* The first byte chooses the description; the second one how much of the rest is the training part,
 * in 255ths: what is left is the test part. */
void target_table(const uint8_t *bytes, size_t size)
{
    static const char *const descriptions[] = {
        "label = \"y\"\nothers = \"number\"\n",
        "categories = [\"a\"]\ngroups = [\"a\",\"y\"]\nlabel = \"y\"\nmissing = [\"?\",\"\"]\nothers = \"number\"\n",
        "header = false\nlabel = 1\nothers = \"category\"\nseparator = \" \"\n",
        "comment = \"|\"\nheader = false\nlabel = 3\nlabel_strip = \".\"\nnumbers = [1]\nothers = \"category\"\n",
        "columns = [\"a number\",\"b category\",\"c target\"]\ngroups = [\"b\",\"a\"]\nheader = false\nquote = \"\"\n"
        "separator = \"\\u0009\"\n",
        "classes = [\"b\",\"a\"]\ncomment = \"#\"\nignore = [\"z\"]\nlabel = \"y\"\nothers = \"category\"\nquote = \"'\"\n"
        "separator = \";\"\n",
        "label = \"y\"\nothers = \"ignore\"\ntexts = [\"b\",\"a\"]\n",
        "columns = [\"a text\",\"y target\"]\nheader = false\nmore_fields = true\nquote = \"\"\nseparator = \"tab\"\n",
    };
    struct arena arena = {.limit = FUZZ_MEMORY};
    struct table_file files[2];
    struct table_files parts[TABLE_N_PARTS] = {{&files[0], 1}, {NULL, 0}, {&files[1], 0}};
    struct settings description;
    struct table table;
    struct error err = {0};
    const char *text;
    size_t n_train;

    if (size < 2)
        return;
    text = (const char *)bytes + 2;
    size -= 2;
    n_train = size * bytes[1] / 255;
    files[0] = (struct table_file){"train", text, n_train};
    files[1] = (struct table_file){"test", text + n_train, size - n_train};
    parts[TABLE_TEST].n = n_train < size;
    settings_init(&description, &arena);
    FUZZ_CHECK(settings_parse(&description, descriptions[bytes[0] % (sizeof descriptions / sizeof *descriptions)],
                              &err) == 0);
    if (table_read(&description, parts, &arena, &table, &err) < 0)
        fuzz_check_refusal(&err);
    else
        check_table(&table);
    if (err.text[0] == '\0' && table.n_texts)
        check_texts(&table, &arena);
    arena_release(&arena);
}
