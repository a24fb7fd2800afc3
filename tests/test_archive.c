/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Archives and gzip files, good, damaged and hostile, are made here by libarchive itself. Every
 * test works in root/, unpacks into root/in and looks that root/ holds nothing else.
 */
#include "data/source/archive.h"

#include "data/source/archive_reader.h"
#include "os/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { MEMBER_SIZE = 100000 };

struct place {
    char root[64], in[80], archive[80], outside[80];
};

struct member {
    const char *path;
    int type;           /* AE_IFREG ... */
    const char *target; /* of a link */
    int fill;
};

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    strcpy(p->root, "/tmp/rgdbench-test-XXXXXX");
    if (!mkdtemp(p->root))
        return -1;
    snprintf(p->in, sizeof p->in, "%s/in", p->root);
    snprintf(p->archive, sizeof p->archive, "%s/a", p->root);
    snprintf(p->outside, sizeof p->outside, "%s/evil", p->root);
    *state = p;
    return mkdir(p->in, 0777);
}

static int teardown(void **state)
{
    struct place *p = *state;
    int result = nftw(p->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);

    free(p);
    return result;
}

/* Bytes that gzip cannot make small, so that a cut falls into the data. */
static void fill_bytes(unsigned char *bytes, int fill)
{
    uint32_t x = (uint32_t)fill + 1;

    for (int i = 0; i < MEMBER_SIZE; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(x >> 24);
    }
}

/* The list ends in a member without path. */
static void make_archive(const struct place *p, bool is_zip, const struct member *members)
{
    static unsigned char bytes[MEMBER_SIZE];
    struct archive *a = archive_write_new();

    if (is_zip) {
        assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
    } else {
        assert_int_equal(archive_write_set_format_pax_restricted(a), ARCHIVE_OK);
        assert_int_equal(archive_write_add_filter_gzip(a), ARCHIVE_OK);
    }
    assert_int_equal(archive_write_open_filename(a, p->archive), ARCHIVE_OK);
    for (const struct member *m = members; m->path; m++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, m->path);
        archive_entry_set_perm(entry, 0777);
        archive_entry_set_filetype(entry, (unsigned)m->type);
        if (m->target && m->type == AE_IFLNK)
            archive_entry_set_symlink(entry, m->target);
        else if (m->target)
            archive_entry_set_hardlink(entry, m->target);
        else if (m->type == AE_IFREG)
            archive_entry_set_size(entry, MEMBER_SIZE);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        if (m->type == AE_IFREG && !m->target) {
            fill_bytes(bytes, m->fill);
            assert_int_equal(archive_write_data(a, bytes, sizeof bytes), MEMBER_SIZE);
        }
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static int n_files, n_others;

static int count_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)path, (void)ftw;
    if (kind == FTW_F && S_ISREG(st->st_mode))
        n_files++;
    else if (kind != FTW_D)
        n_others++;
    return 0;
}

/* In all of root, the archive aside: so many regular files, and no link or device. */
static void expect_files(const struct place *p, int n)
{
    n_files = n_others = 0;
    assert_int_equal(nftw(p->root, count_one, 8, FTW_PHYS), 0);
    assert_int_equal(n_files, n + 1);
    assert_int_equal(n_others, 0);
    assert_false(file_exists(p->outside));
}

static void expect_content(const struct place *p, const char *name, int fill)
{
    static unsigned char bytes[MEMBER_SIZE];
    char path[200];
    struct file_map map;
    struct error err;

    snprintf(path, sizeof path, "%s/%s", p->in, name);
    assert_int_equal(file_map_open(path, &map, &err), 0);
    fill_bytes(bytes, fill);
    assert_int_equal(map.size, MEMBER_SIZE);
    assert_memory_equal(map.bytes, bytes, MEMBER_SIZE);
    file_map_close(&map);
}

/* Unpacking one member fails, and the message has `part`. */
static void expect_failure(const struct place *p, const char *wanted, const char *part)
{
    const char *const list[] = {wanted, NULL};
    struct error err;

    assert_int_equal(archive_unpack(p->archive, p->in, list, &err), -1);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    assert_null(strchr(err.text, '\n'));
}

static void test_takes_what_is_wanted(void **state)
{
    static const struct member members[] = {
        {"set", AE_IFDIR, NULL, 0},         {"set/one.bin", AE_IFREG, NULL, 1},
        {"set/other.bin", AE_IFREG, NULL, 2}, {"set/deep/two.bin", AE_IFREG, NULL, 3},
        {NULL, 0, NULL, 0},
    };
    static const char *const wanted[] = {"set/deep/two.bin", "set/one.bin", NULL};
    const struct place *p = *state;
    struct error err;

    for (int is_zip = 0; is_zip < 2; is_zip++) { /* the second time over what is there */
        make_archive(p, is_zip, members);
        if (archive_unpack(p->archive, p->in, wanted, &err) < 0)
            fail_msg("%s", err.text);
        expect_content(p, "set/one.bin", 1);
        expect_content(p, "set/deep/two.bin", 3);
        expect_files(p, 2);
    }
}

static void test_names_that_lead_out(void **state)
{
    const struct place *p = *state;
    const char *const bad[] = {"../evil", "set/../../evil", "", p->outside, "..\\evil"};
    static const char *const wanted[] = {"good.bin", NULL};
    char good[100];
    struct error err;

    snprintf(good, sizeof good, "%s/good.bin", p->in);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct member members[] = {
            {bad[i][0] ? bad[i] : "x", AE_IFREG, NULL, 1},
            {"good.bin", AE_IFREG, NULL, 2},
            {NULL, 0, NULL, 0},
        };

        make_archive(p, false, members);
        expect_failure(p, bad[i], "plain relative path");
        expect_files(p, 0);
        if (archive_unpack(p->archive, p->in, wanted, &err) == 0) { /* or refused as a whole */
            expect_content(p, "good.bin", 2);
            expect_files(p, 1);
            unlink(good);
        }
    }
}

static void test_file_through_a_link(void **state)
{
    const struct place *p = *state;
    const struct member members[] = {
        {"set", AE_IFLNK, p->root, 0}, {"set/evil", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    static const char *const wanted[] = {"set/evil", NULL};
    struct error err;

    make_archive(p, false, members);
    assert_int_equal(archive_unpack(p->archive, p->in, wanted, &err), 0);
    expect_content(p, "set/evil", 1); /* in a folder, not through the link */
    expect_files(p, 1);
}

static void test_wanted_is_no_file(void **state)
{
    static const struct member members[] = {
        {"symbolic", AE_IFLNK, "/etc/passwd", 0}, {"file", AE_IFREG, NULL, 1},
        {"hard", AE_IFREG, "file", 0},            {"pipe", AE_IFIFO, NULL, 0},
        {"folder", AE_IFDIR, NULL, 0},            {NULL, 0, NULL, 0},
    };
    const struct place *p = *state;

    make_archive(p, false, members);
    expect_failure(p, "symbolic", "symbolic");
    expect_failure(p, "hard", "hard");
    expect_failure(p, "pipe", "pipe");
    expect_failure(p, "folder", "folder");
    expect_files(p, 0);
}

static void test_damaged(void **state)
{
    static const struct member members[] = {{"one.bin", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    static const off_t sizes[] = {0, 5, 1000, 60000};
    const struct place *p = *state;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make_archive(p, false, members);
        assert_int_equal(truncate(p->archive, sizes[i]), 0);
        expect_failure(p, "one.bin", p->archive);
        expect_files(p, 0);
    }
}

static void test_absent(void **state)
{
    static const struct member members[] = {{"one.bin", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    const struct place *p = *state;
    static const char *const wanted[] = {"one.bin", NULL}, *const both[] = {"one.bin", "two.bin", NULL};
    struct error err;

    make_archive(p, false, members);
    expect_failure(p, "two.bin", "\"two.bin\"");
    expect_files(p, 0);
    assert_int_equal(archive_unpack(p->archive, p->in, both, &err), -1);
    assert_non_null(strstr(err.text, "\"two.bin\" is not in it"));
    expect_files(p, 0); /* what was there is not kept either */
    assert_int_equal(archive_unpack(p->outside, p->in, wanted, &err), -1);
    assert_non_null(strstr(err.text, p->outside));
}

static void test_twice(void **state)
{
    static const struct member members[] = {
        {"one.bin", AE_IFREG, NULL, 1}, {"one.bin", AE_IFREG, NULL, 2}, {NULL, 0, NULL, 0}};
    const struct place *p = *state;

    make_archive(p, false, members);
    expect_failure(p, "one.bin", "twice");
    expect_files(p, 0);
}

/* Without waiting for the disk, as file_write does, and as one may when an old file is cut to 0. */
static void write_archive(const struct place *p, const unsigned char *bytes, size_t size)
{
    FILE *f;

    unlink(p->archive);
    assert_non_null(f = fopen(p->archive, "wb"));
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

/* ---- gzip ---- */

enum { PLAIN_SIZE = 3000, PACKED_ROOM = 8192 };

/* Numbers as text, which deflate makes a third of. */
static void fill_plain(char plain[PLAIN_SIZE + 1])
{
    size_t n = 0;

    for (int i = 0; n < PLAIN_SIZE; i++)
        n += (size_t)snprintf(plain + n, PLAIN_SIZE + 1 - n, "%d,", i * i);
}

static size_t pack(const void *bytes, size_t size, const char *level, unsigned char *ret_packed)
{
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t packed = 0;

    assert_int_equal(archive_write_add_filter_gzip(a), ARCHIVE_OK);
    assert_int_equal(archive_write_set_filter_option(a, "gzip", "compression-level", level),
                     ARCHIVE_OK);
    assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_open_memory(a, ret_packed, PACKED_ROOM, &packed), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, bytes, size), (la_ssize_t)size);
    archive_entry_free(entry);
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    return packed;
}

/* A file of these bytes is refused with `part` in the message (NULL: with any), or else holds
 * `wanted`. Does it hold that? */
static bool unpacks(const unsigned char *bytes, size_t size, const char *wanted, const char *part)
{
    struct text t = {0};
    struct error err = {.text = ""};
    bool is_read = archive_inflate(bytes, size, 1 << 20, &t, &err) == 0;

    if (is_read && (t.size != strlen(wanted) || (t.size && memcmp(t.s, wanted, t.size) != 0)))
        fail_msg("other bytes came out");
    if (!is_read && (!err.text[0] || strstr(err.text, "(null)") || (part && !strstr(err.text, part))))
        fail_msg("\"%s\" lacks \"%s\"", err.text, part ? part : "a reason");
    text_release(&t);
    return is_read;
}

/* Whatever bit flips: the same bytes (of a header only its time, system and the like may change,
 * and bits that fill the last byte of what is deflated), or a refusal; and no cut passes. */
static void test_gzip_damage(void **state)
{
    static const char *const levels[] = {"0", "1", "9"};
    char plain[PLAIN_SIZE + 1];
    unsigned char packed[PACKED_ROOM];

    (void)state;
    fill_plain(plain);
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        size_t size = pack(plain, PLAIN_SIZE, levels[k], packed);
        int n_same = 0;

        assert_true(unpacks(packed, size, plain, NULL));
        for (size_t i = 0; i < 8 * size; i += i < 160 || i > 8 * (size - 20) ? 1 : 11) {
            packed[i / 8] ^= (unsigned char)(1 << i % 8);
            n_same += unpacks(packed, size, plain, NULL);
            packed[i / 8] ^= (unsigned char)(1 << i % 8);
        }
        assert_in_range(n_same, 1, 8 * 7 + 7);
        for (size_t n = 0; n < size; n += n < 30 || n + 30 > size ? 1 : 7)
            assert_false(unpacks(packed, n, plain, NULL));
        packed[size - 3]++;
        assert_false(unpacks(packed, size, plain, "it holds 3000 bytes, but its end says 3256"));
        packed[size - 3]--;
        packed[size - 8]++;
        assert_false(unpacks(packed, size, plain, "the checksum of what it holds is "));
    }
}

/* Members may stand one behind the other, also empty ones, and what looks like the beginning of one
 * may stand in another; but nothing else stands behind the last, other than zeros. */
static void test_gzip_members(void **state)
{
    const struct place *p = *state;
    char plain[PLAIN_SIZE + 1], both[2 * PLAIN_SIZE + 1];
    unsigned char packed[3 * PACKED_ROOM], inner[PACKED_ROOM], stored[300];
    size_t size, n;

    fill_plain(plain);
    snprintf(both, sizeof both, "%s%s", plain, plain + 1000);
    size = pack(plain, PLAIN_SIZE, "9", packed);
    size += pack("", 0, "9", packed + size);
    size += pack(plain + 1000, PLAIN_SIZE - 1000, "0", packed + size);
    assert_true(unpacks(packed, size, both, NULL));
    size += pack("", 0, "9", packed + size);
    assert_true(unpacks(packed, size, both, NULL));
    memset(packed + size, 0, PACKED_ROOM);
    for (n = 1; n <= 4096; n *= 2) {
        assert_true(unpacks(packed, size + n, both, NULL));
        packed[size + n - 1] = 1;
        assert_false(unpacks(packed, size + n, both, "bytes behind its end are no gzip"));
        packed[size + n - 1] = 0;
    }
    memcpy(packed + size + 100, packed, 1000); /* zeros end the file, or are none */
    assert_false(unpacks(packed, size + 1100, both, NULL));
    memcpy(packed + size, packed, 30); /* the beginning of another, and no more */
    assert_false(unpacks(packed, size + 30, both, NULL));

    memset(stored, 0, sizeof stored);
    n = pack("", 0, "9", inner);
    memcpy(stored + 100, inner, n); /* behind zeros, which are the end of an empty member */
    size = pack(stored, sizeof stored, "0", packed);
    write_archive(p, packed, size);
    {
        struct arena arena = {0};
        unsigned char *bytes;
        struct error err;

        assert_int_equal(archive_read_gzip(p->archive, 1 << 20, &arena, &bytes, &n, &err), 0);
        assert_int_equal(n, sizeof stored);
        assert_memory_equal(bytes, stored, n);
        assert_int_equal(archive_read_gzip(p->archive, 299, &arena, &bytes, &n, &err), -1);
        assert_non_null(strstr(err.text, "more than 299 bytes"));
        arena_release(&arena);
    }
    memcpy(packed, inner, n = pack("", 0, "9", inner));
    size = pack(packed, n, "9", inner);
    assert_false(unpacks(inner, size, "", "packed again"));
}

/* Of an archive the sums are compared too, before anything is unpacked: gzip's of a tar as a whole,
 * a zip's of its members. */
static void test_archive_damage(void **state)
{
    static const struct member members[] = {{"one.bin", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    static const char *const wanted[] = {"one.bin", NULL};
    const struct place *p = *state;
    struct file_map map;
    struct error err;

    for (int is_zip = 0; is_zip < 2; is_zip++) {
        static unsigned char bytes[2 * MEMBER_SIZE];
        size_t size;

        make_archive(p, is_zip, members);
        assert_int_equal(file_map_open(p->archive, &map, &err), 0);
        size = map.size;
        assert_in_range(size, 1000, sizeof bytes);
        memcpy(bytes, map.bytes, size);
        file_map_close(&map);
        for (size_t i = 0; i < 300; i++) {
            size_t at = i * 8 * size / 300 + i % 8;

            bytes[at / 8] ^= (unsigned char)(1 << at % 8);
            write_archive(p, bytes, size);
            bytes[at / 8] ^= (unsigned char)(1 << at % 8);
            if (archive_unpack(p->archive, p->in, wanted, &err) == 0) {
                expect_content(p, "one.bin", 1); /* the bit was of a date */
                continue;
            }
            assert_null(strstr(err.text, "(null)"));
            assert_null(strstr(err.text, "decoder")); /* an error, not an end of it */
        }
    }
}

/* A libarchive that a stranger's bytes have taken over, at the beginning of a member; else the true one. */
static const char *deed;

int archive_read_next_header(struct archive *a, struct archive_entry **entry)
{
    int (*real)(struct archive *, struct archive_entry **);
    void *symbol = dlsym(RTLD_NEXT, "archive_read_next_header");
    char *argv[] = {"/bin/true", NULL};

    if (deed && strcmp(deed, "write") == 0)
        close(open("/tmp/rgdbench-touched", O_WRONLY | O_CREAT, 0666));
    else if (deed && strcmp(deed, "connect") == 0)
        socket(AF_INET, SOCK_STREAM, 0);
    else if (deed && strcmp(deed, "exec") == 0)
        execv(argv[0], argv);
    else if (deed)
        __builtin_trap();
    memcpy(&real, &symbol, sizeof real);
    return real(a, entry);
}

static void test_taken_over(void **state)
{
    static const struct member members[] = {{"one.bin", AE_IFREG, NULL, 1}, {NULL, 0, NULL, 0}};
    static const char *const deeds[] = {"crash", "write", "connect", "exec"};
    const struct place *p = *state;
    struct arena arena = {0};
    unsigned char *bytes;
    struct error err;
    size_t n;

#ifdef __SANITIZE_ADDRESS__ /* which has no filter */
    enum { N_DEEDS = 1 };
#else
    enum { N_DEEDS = sizeof deeds / sizeof *deeds };
#endif
    make_archive(p, false, members);
    for (int i = 0; i < N_DEEDS; i++) {
        deed = deeds[i];
        expect_failure(p, "one.bin", i ? "the decoder made a system call that it may not"
                                       : "the decoder ended itself");
        assert_int_equal(archive_read_gzip(p->archive, 1 << 20, &arena, &bytes, &n, &err), -1);
        assert_non_null(strstr(err.text, "the decoder "));
    }
    deed = NULL;
    expect_files(p, 0);
    assert_int_equal(access("/tmp/rgdbench-touched", F_OK), -1);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_takes_what_is_wanted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_that_lead_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_through_a_link, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wanted_is_no_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gzip_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gzip_members, setup, teardown),
        cmocka_unit_test_setup_teardown(test_archive_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_taken_over, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
