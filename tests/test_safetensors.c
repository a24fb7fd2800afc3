/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/safetensors.h"

#include <endian.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/rgdbench-test-XXXXXX";
static char path[64];

static const float weight[2][3] = {{1, -2, 3.5f}, {0, 1e-30f, -1e30f}};
static const double sums[2] = {0.1, 3};
static const unsigned char bytes[3] = {7, 0, 255};

static const struct tensor tensors[] = {
    {.name = "sums", .type = TENSOR_F64, .n_dims = 1, .dims = {2}, .bytes = sums},
    {.name = "head.weight", .type = TENSOR_F32, .n_dims = 2, .dims = {2, 3}, .bytes = weight},
    {.name = "none", .type = TENSOR_F32, .n_dims = 2, .dims = {0, 3}, .bytes = weight},
    {.name = "one", .type = TENSOR_F32, .n_dims = 0, .bytes = weight},
    {.name = "bytes", .type = TENSOR_U8, .n_dims = 1, .dims = {3}, .bytes = bytes},
};

enum { N_TENSORS = sizeof tensors / sizeof *tensors };

static void write_file(void)
{
    struct arena arena = {0};
    struct settings metadata;
    struct error err;

    settings_init(&metadata, &arena);
    settings_set(&metadata, "key", value_string("a \"b\"\n\xc3\xa4"));
    assert_int_equal(safetensors_write(path, tensors, N_TENSORS, &metadata, &err), 0);
    arena_release(&arena);
}

static void put(const void *at, size_t size)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(at, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

/* A file with that header and n bytes of data. */
static void put_header(const char *header, size_t n)
{
    unsigned char file[4096] = {0};
    uint64_t length = htole64(strlen(header));

    memcpy(file, &length, 8);
    memcpy(file + 8, header, strlen(header));
    put(file, 8 + strlen(header) + n);
}

static void fails(const char *part)
{
    struct safetensors file;
    struct error err = {0};

    if (safetensors_open(path, &file, &err) == 0)
        fail_msg("taken, but should fail: %s", part);
    if (!strstr(err.text, part) || !strstr(err.text, path) || strchr(err.text, '\n'))
        fail_msg("message \"%s\", wanted \"%s\"", err.text, part);
}

static void test_what_is_written_is_read(void **state)
{
    struct safetensors file;
    struct error err;
    const struct tensor *t;

    (void)state;
    write_file();
    assert_int_equal(safetensors_open(path, &file, &err), 0);
    assert_true(file.is_sealed);
    assert_int_equal(file.n_tensors, N_TENSORS);
    assert_string_equal(settings_string(&file.metadata, "key"), "a \"b\"\n\xc3\xa4");
    for (int i = 0; i < N_TENSORS; i++) {
        t = safetensors_find(&file, tensors[i].name);
        assert_non_null(t);
        assert_int_equal(t->type, tensors[i].type);
        assert_int_equal(t->n_dims, tensors[i].n_dims);
        assert_memory_equal(t->dims, tensors[i].dims, sizeof t->dims);
        assert_memory_equal(t->bytes, tensors[i].bytes, tensor_size(t));
    }
    assert_null(safetensors_find(&file, "other"));
    assert_int_equal(safetensors_require(&file, "head.weight", TENSOR_F32, 2, (size_t[]){2, 3}, &t,
                                         &err), 0);
    assert_int_equal(safetensors_require(&file, "head.weight", TENSOR_F32, 2, (size_t[]){3, 2}, &t,
                                         &err), -1);
    assert_string_equal(err.text, "tensor \"head.weight\" is F32 [2, 3], not F32 [3, 2]");
    assert_int_equal(safetensors_require(&file, "x", TENSOR_F32, 0, NULL, &t, &err), -1);
    assert_string_equal(err.text, "it has no tensor \"x\"");
    safetensors_close(&file);
}

/* Opens as one of ours? */
static bool is_taken(void)
{
    struct safetensors file;
    struct error err;
    bool is_sealed;

    if (safetensors_open(path, &file, &err) < 0)
        return false;
    is_sealed = file.is_sealed;
    safetensors_close(&file);
    return is_sealed;
}

static void test_every_damage_is_seen(void **state)
{
    struct arena arena = {0};
    struct error err;
    size_t size;
    char *file;
    int fd;

    (void)state;
    write_file();
    assert_int_equal(file_read(path, 10000, &arena, &file, &size, &err), 0);
    assert_true(is_taken());
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    for (size_t i = 0; i < 8 * size; i++) {
        char turned = (char)(file[i / 8] ^ (1 << i % 8));

        assert_int_equal(pwrite(fd, &turned, 1, (off_t)(i / 8)), 1);
        if (is_taken())
            fail_msg("bit %zu turned: taken", i);
        assert_int_equal(pwrite(fd, &file[i / 8], 1, (off_t)(i / 8)), 1);
    }
    assert_true(is_taken());
    for (size_t i = size; i-- > 0;) {
        assert_int_equal(ftruncate(fd, (off_t)i), 0);
        if (is_taken())
            fail_msg("cut to %zu bytes: taken", i);
    }
    close(fd);
    put(file, size + 1); /* with arena_alloc's zero byte behind it */
    assert_false(is_taken());
    put(file, size);
    assert_true(is_taken());
    arena_release(&arena);
}

#define ENTRY(shape, offsets) \
    "{\"a\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void test_bad_headers_are_refused(void **state)
{
    static const struct {
        const char *message, *header;
        size_t n_data;
    } cases[] = {
        {"does not begin with {", " {}", 0},
        {"does not begin with {", "[1]", 0},
        {"is not JSON", "{\"a\":}", 0},
        {"is not JSON", "{} x", 0},
        {"is not JSON", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0},
        {"is not JSON", "{\"a\":{}", 0},
        {"tensor \"a\" is there twice",
         "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
         "\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
         "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0},
        {"is not JSON", "{\"\\u0000\":{}}", 0},
        {"is not JSON", "{\"\xff\":{}}", 0},
        {"is not JSON", ENTRY("[99999999999999999999]", "[0,4]"), 4},
        {"is not {dtype, shape, data_offsets}", "{\"a\":1}", 0},
        {"is not {dtype, shape, data_offsets}", "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 0},
        {"does not fill its 4 bytes",
         "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4},
        {"does not fill its 4 bytes",
         "{\"a\":{\"dtype\":\"F4\",\"shape\":[7],\"data_offsets\":[0,4]}}", 4},
        {"does not fill its 4 bytes",
         "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[3],\"data_offsets\":[0,4]}}", 4},
        {"shape is not a list", "{\"a\":{\"dtype\":\"F33\",\"shape\":1,\"data_offsets\":[0,4]}}",
         4},
        {"data_offsets [0, 8]", "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,8]}}",
         4},
        {"does not begin where", "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[1,4]}}",
         4},
        {"dtype is not a text", "{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", 4},
        {"shape is not a list", ENTRY("4", "[0,4]"), 4},
        {"does not fill its 4 bytes", ENTRY("[1,1,1,1,1,1,1,1,2]", "[0,4]"), 4},
        {"shape holds", ENTRY("[-1]", "[0,4]"), 4},
        {"shape holds", ENTRY("[1.0]", "[0,4]"), 4},
        {"data_offsets is not two", ENTRY("[1]", "[0]"), 4},
        {"data_offsets is not two", ENTRY("[1]", "[0,4,8]"), 4},
        {"data_offsets is not two", ENTRY("[1]", "4"), 4},
        {"data_offsets holds", ENTRY("[1]", "[0,4.0]"), 4},
        {"data_offsets [4, 0]", ENTRY("[1]", "[4,0]"), 4},
        {"data_offsets [0, 8]", ENTRY("[2]", "[0,8]"), 4},
        {"does not fill its 4 bytes", ENTRY("[2]", "[0,4]"), 4},
        {"does not fill its 4 bytes", ENTRY("[4611686018427387905]", "[0,4]"), 4},
        {"does not fill its 0 bytes", ENTRY("[4611686018427387904,4611686018427387904]", "[0,0]"),
         0},
        {"does not begin where", ENTRY("[1]", "[4,8]"), 8},
        {"4 bytes of data belong to no tensor", ENTRY("[1]", "[0,4]"), 8},
        {"does not begin where",
         "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
         "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6},
        {"tensor \"a b\": its shape",
         "{\"a\\nb\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1},
        {"__metadata__ is not a table", "{\"__metadata__\":[]}", 0},
        {"__metadata__ \"k\" is not a text", "{\"__metadata__\":{\"k\":1}}", 0},
        {"is not JSON", "{\"__metadata__\":{\"k\":\"v\",}}", 0},
    };
    static const unsigned char huge[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{', '}'};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_header(cases[i].header, cases[i].n_data);
        fails(cases[i].message);
    }
    put(huge, sizeof huge);
    fails("not a safetensors file, or one that was cut short");
    put("", 0);
    fails("not a safetensors file");
    unlink(path);
    fails("No such file");
}

enum { LARGEST = 100000000 }; /* bytes of a header, as Hugging Face's reader takes them */

/* A header of `size` bytes: `head`, as often `middle` as there is room for, `tail`, and blanks. */
static void put_long_header(const char *head, const char *middle, const char *tail, size_t size)
{
    uint64_t length = htole64(size);
    size_t n = strlen(middle), at = sizeof length + strlen(head);
    char *file = malloc(sizeof length + size);

    assert_non_null(file);
    memset(file, ' ', sizeof length + size);
    memcpy(file, &length, sizeof length);
    memcpy(file + sizeof length, head, strlen(head));
    for (; n && at + n + strlen(tail) <= sizeof length + size; at += n)
        memcpy(file + at, middle, n);
    memcpy(file + at, tail, strlen(tail));
    put(file, sizeof length + size);
    free(file);
}

static void opens(int n_tensors)
{
    struct safetensors file;
    struct error err;

    if (safetensors_open(path, &file, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(file.n_tensors, n_tensors);
    safetensors_close(&file);
}

static void test_long_headers(void **state)
{
    (void)state;
    put_long_header("{", "", "}", LARGEST);
    opens(0);
    put_long_header("{", "", "}", LARGEST + 1);
    fails("not a safetensors file, or one whose header has more than 100000000 bytes");
    put_long_header("{\"__metadata__\":{\"a\":\"", "words ", "\"}}", 5 << 20);
    opens(0);
    put_long_header("{\"__metadata__\":{\"a\":\"", "\",\"b\":\"", "\"}}", 5 << 20);
    opens(0);
    put_long_header("{\"", "name", "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                    2 << 20);
    opens(1);
    put_long_header("{\"a\":", "[[],[],", "}", 5 << 20); /* a tree of it would have gigabytes */
    fails("its header: it is not JSON");
    put_long_header("{\"a\":[", "[],", "[]]}", 5 << 20);
    fails("tensor \"a\": 52428");
}

/* Of a type or a shape that is not ours: it is there, and cannot be had. */
static void test_other_tensors_pass(void **state)
{
    const struct tensor *t;
    struct safetensors file;
    struct error err;
    static const size_t dims[] = {2};

    (void)state;
    put_header("{\"c\":{\"dtype\":\"C64\",\"shape\":[1,2],\"data_offsets\":[0,16]},"
               "\"f\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[16,17]},"
               "\"new\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[17,20],\"more\":[]},"
               "\"deep\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],"
               "\"data_offsets\":[20,28]},"
               "\"\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[28,32]}}", 32);
    if (safetensors_open(path, &file, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(file.n_tensors, 5);
    t = safetensors_find(&file, "c");
    assert_true(t->type == TENSOR_OTHER && tensor_size(t) == 16);
    assert_int_equal(tensor_size(safetensors_find(&file, "new")), 3);
    assert_int_equal(safetensors_require(&file, "c", TENSOR_F32, 1, dims, &t, &err), -1);
    assert_string_equal(err.text, "tensor \"c\" is C64 [1, 2], not F32 [2]");
    assert_int_equal(safetensors_require_floats(&file, "new", 1, dims, &t, &err), -1);
    assert_string_equal(err.text, "tensor \"new\" is F33 [2], not F32, F16 or BF16 [2]");
    assert_int_equal(safetensors_require_floats(&file, "deep", 1, dims, &t, &err), -1);
    assert_string_equal(err.text, "tensor \"deep\" is F32 [1, 1, 1, 1, 1, 1, 1, 1, ...], not F32, "
                                  "F16 or BF16 [2]");
    safetensors_close(&file);
}

/* All 65,536 of both, by what their bits mean. */
static void test_halves_are_the_same_numbers(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 1 << 16; bits++) {
        const uint16_t half = htole16((uint16_t)bits);
        struct tensor t = {.type = TENSOR_F16, .n_dims = 1, .dims = {1}, .bytes = &half};
        int exponent = bits >> 10 & 31, mantissa = bits & 1023;
        double sign = bits >> 15 ? -1 : 1, got = (double)tensor_float(&t, 0);
        float brain;
        uint32_t wide;

        if (exponent == 31 && mantissa)
            assert_true(isnan(got));
        else if (exponent == 31)
            assert_true(isinf(got) && got * sign > 0);
        else
            assert_true(got == sign * (exponent ? ldexp(1024 + mantissa, exponent - 25)
                                                : ldexp(mantissa, -24)) &&
                        !signbit(got) == !(bits >> 15));
        t.type = TENSOR_BF16;
        brain = tensor_float(&t, 0);
        memcpy(&wide, &brain, sizeof wide);
        assert_int_equal(wide, bits << 16);
    }
}

/* As other programs write them: no seal, any order, tensors at odd addresses. */
static void test_files_of_others_are_read(void **state)
{
    struct safetensors file;
    struct error err;

    (void)state;
    put_header("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]},"
               "\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[1,1]},"
               "\"__metadata__\":{\"format\":\"pt\"},"
               "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}  ", 9);
    if (safetensors_open(path, &file, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(file.is_sealed);
    assert_int_equal(file.n_tensors, 3);
    assert_string_equal(file.tensors[0].name, "b");
    assert_string_equal(file.tensors[1].name, "z");
    assert_string_equal(file.tensors[2].name, "w");
    assert_string_equal(settings_string(&file.metadata, "format"), "pt");
    safetensors_close(&file);
    put_header("{}", 0);
    assert_int_equal(safetensors_open(path, &file, &err), 0);
    assert_int_equal(file.n_tensors, 0);
    safetensors_close(&file);
}

/* A write that fails leaves the old file and nothing else. */
static void test_a_failed_write_changes_nothing(void **state)
{
    struct error err;
    char no_folder[100];

    (void)state;
    snprintf(no_folder, sizeof no_folder, "%s/none/x.safetensors", folder);
    assert_int_equal(safetensors_write(no_folder, tensors, N_TENSORS, NULL, &err), -1);
    assert_non_null(strstr(err.text, no_folder));
    write_file();
    assert_true(is_taken());
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/file.safetensors", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails where a temporary file was left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_every_damage_is_seen),
        cmocka_unit_test(test_bad_headers_are_refused),
        cmocka_unit_test(test_long_headers),
        cmocka_unit_test(test_other_tensors_pass),
        cmocka_unit_test(test_halves_are_the_same_numbers),
        cmocka_unit_test(test_files_of_others_are_read),
        cmocka_unit_test(test_a_failed_write_changes_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
