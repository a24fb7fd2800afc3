/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files: pictures, data sets, weights, archives, and DomainBed's results. */
#include "data/dataset.h"
#include "data/decode/cache_file.h"
#include "data/decode/picture.h"
#include "data/decode/picture_cache.h"
#include "data/format/idx.h"
#include "data/source/archive.h"
#include "data/source/archive_reader.h"
#include "domainbed/import_domainbed.h"
#include "fuzz/fuzz.h"
#include "fuzz/targets.h"
#include "io/safetensors.h"
#include "reference/pictures.h"

#include <fcntl.h>
#include <omp.h>
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

enum { CACHE_SIDE = 8, CACHE_N = 4, CACHE_PIXELS = CACHE_N * 3 * CACHE_SIDE * CACHE_SIDE };

/* A folder of four pictures where we stand, its cache's path and its pixels. */
static void make_pictures(struct folders *ret_folders, char ret_path[200],
                          unsigned char ret_pixels[CACHE_PIXELS])
{
    static const char *const places[CACHE_N] = {"set/a/x", "set/a/y", "set/b/x", "set/b/y"};
    static struct arena arena; /* for good */
    const unsigned char *small = reference_pictures[8].bytes; /* 5 x 7 pixels */
    size_t small_size = reference_pictures[8].size;
    struct picture_cache c;
    struct error err;

    for (int i = 0; i < CACHE_N; i++)
        FUZZ_CHECK(file_make_directory(places[i], &err) == 0 &&
                   file_write(arena_printf(&arena, "%s/1.png", places[i]), small, small_size, &err) ==
                       0);
    FUZZ_CHECK(folders_scan("set", &arena, ret_folders, &err) == 0);
    FUZZ_CHECK(picture_cache_open(ret_folders, CACHE_SIDE, true, NULL, &arena, &c, &err) == 0);
    FUZZ_CHECK(c.n_kept == CACHE_N);
    snprintf(ret_path, 200, "%s", c.state.path);
    memcpy(ret_pixels, c.pixels, CACHE_PIXELS);
    file_map_close(&c.map);
}

/* The bytes as the cache of a folder: first as they are, then with a right seal, so that what a mutation
 * changes gets past that. Either they are used and sound, or the cache is made anew. */
static void open_cache(const uint8_t *bytes, size_t size)
{
    static struct folders folders;
    static char path[200];
    static unsigned char pixels[CACHE_PIXELS];

    if (!*path)
        make_pictures(&folders, path, pixels);
    for (int is_sealed = 0; is_sealed < 2; is_sealed++) {
        struct arena arena = {0};
        struct picture_cache c;
        struct error err = {0};
        int n_kept = 0;
        FILE *f;

        if (is_sealed)
            FUZZ_CHECK(cache_file_write(path, bytes, size, &err) == 0);
        else
            FUZZ_CHECK((f = fopen(path, "w")) && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
        FUZZ_CHECK(picture_cache_open(&folders, CACHE_SIDE, true, NULL, &arena, &c, &err) == 0);
        FUZZ_CHECK(is_sealed || (c.n_kept == CACHE_N && memcmp(c.pixels, pixels, CACHE_PIXELS) == 0));
        for (int i = 0; i < CACHE_N; i++)
            n_kept += c.kept[i];
        FUZZ_CHECK(n_kept == c.n_kept);
        touch(c.pixels, (size_t)c.n_kept * CACHE_PIXELS / CACHE_N);
        touch(c.left_out, strlen(c.left_out));
        file_map_close(&c.map);
        arena_release(&arena);
    }
}

/* cache/ is where we stand: in a folder of our own. Four pictures are not worth a second thread. */
void target_cache(const uint8_t *bytes, size_t size)
{
    int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), n_threads = omp_get_max_threads();

    FUZZ_CHECK(home >= 0 && chdir(fuzz_folder()) == 0);
    omp_set_num_threads(1);
    open_cache(bytes, size);
    omp_set_num_threads(n_threads);
    FUZZ_CHECK(fchdir(home) == 0 && close(home) == 0);
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
