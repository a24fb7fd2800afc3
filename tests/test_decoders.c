/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A libjpeg that strangers' bytes have taken over: it does what the fourth byte of a file says. Each
 * such file is a damaged one, and the pictures around it are what they are. */
#include "data/decode/decoders.h"
#include "data/decode/picture.h"
#include "os/file.h"
#include "reference/pictures.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jpeglib.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__ /* which has no filter */
enum { HAS_FILTER = 0 };
#else
enum { HAS_FILTER = 1 };
#endif

enum { SIDE = 12 /* reference_sides[0] */, SIZE = 3 * SIDE * SIDE, N_GOOD = 40 };
static const char touched[] = "touched", marked[] = "WIOCFKX"; /* what a file may say */

static void do_deed(char deed)
{
    char *argv[] = {"/bin/touch", (char *)touched, NULL};

    switch (deed) {
    case 'W': close(open(touched, O_WRONLY | O_CREAT, 0666)); break;
    case 'I': socket(AF_INET, SOCK_STREAM, 0); break;
    case 'O': close(open("/etc/passwd", O_RDONLY)); break;
    case 'C': __builtin_trap();
    case 'F': fork(); break;
    case 'K': kill(getppid(), SIGKILL); break;
    case 'X': execv(argv[0], argv); break;
    }
}

/* In libjpeg's place; it goes on with the true one. */
int jpeg_read_header(j_decompress_ptr jpeg, boolean wants_image)
{
    int (*real)(j_decompress_ptr, boolean);
    void *symbol = dlsym(RTLD_NEXT, "jpeg_read_header");

    if (jpeg->src->bytes_in_buffer >= 4 && strchr(marked, jpeg->src->next_input_byte[3]))
        do_deed((char)jpeg->src->next_input_byte[3]);
    memcpy(&real, &symbol, sizeof real);
    return real(jpeg, wants_image);
}

static uint64_t weigh(const unsigned char *bytes)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < SIZE; i++)
        sum += (uint64_t)bytes[i] * (i + 1);
    return sum;
}

struct folder {
    char before[1024], path[64];
    struct folder_file files[3 * N_GOOD];
    int references[3 * N_GOOD]; /* of reference_pictures; -1: a bad one */
    char names[3 * N_GOOD][16];
    struct folders folders;
    int fd;
};

static void add(struct folder *f, const void *bytes, size_t size, int reference)
{
    int i = f->folders.n_files++;
    struct error err;

    snprintf(f->names[i], sizeof f->names[i], "%03d.jpg", i);
    assert_int_equal(file_write(f->names[i], bytes, size, &err), 0);
    f->files[i] = (struct folder_file){.path = f->names[i], .is_picture = true,
                                       .size = (int64_t)size};
    f->references[i] = reference;
}

static void add_bad(struct folder *f, char deed)
{
    char bytes[100] = {(char)0xff, (char)0xd8, (char)0xff, deed};

    add(f, bytes, sizeof bytes, -1);
}

static void add_good(struct folder *f, int i)
{
    i %= (int)(sizeof reference_pictures / sizeof *reference_pictures);
    add(f, reference_pictures[i].bytes, reference_pictures[i].size, i);
}

static struct folder *make(void)
{
    struct folder *f = calloc(1, sizeof *f);

    assert_non_null(getcwd(f->before, sizeof f->before));
    strcpy(f->path, "/tmp/rgdbench-test-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    assert_int_equal(chdir(f->path), 0);
    f->folders = (struct folders){.root = ".", .files = f->files};
    f->fd = open("pixels", O_RDWR | O_CREAT, 0666);
    assert_true(f->fd >= 0);
    return f;
}

static void clear(struct folder *f)
{
    char command[100];

    close(f->fd);
    assert_int_equal(access(touched, F_OK), -1);
    assert_int_equal(chdir(f->before), 0);
    snprintf(command, sizeof command, "rm -rf %s", f->path);
    assert_int_equal(system(command), 0);
    free(f);
}

/* All good pictures have Pillow's pixels; the bad ones have a reason that has `part` in it. */
static void check(struct folder *f, const char *part)
{
    const struct picture_form form = {.side = SIDE};
    struct decoded decoded[3 * N_GOOD] = {{0}};
    struct arena arena = {0};
    struct error err;

    if (decoders_run(&f->folders, &form, NULL, f->fd, 100, decoded, &arena, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < f->folders.n_files; i++) {
        const char *reason = decoded[i].reason;
        unsigned char pixels[SIZE];

        if (f->references[i] < 0) {
            if (!reason || !strstr(reason, part))
                fail_msg("file %d: %s; wanted \"%s\"", i, reason ? reason : "(none)", part);
            assert_int_equal(decoded[i].orientation, 0);
            continue;
        }
        if (reason)
            fail_msg("file %d: %s", i, reason);
        assert_int_equal(decoded[i].orientation, 1);
        assert_int_equal(pread(f->fd, pixels, SIZE, 100 + i * SIZE), SIZE);
        if (weigh(pixels) != reference_pictures[f->references[i]].resized_sums[0])
            fail_msg("file %d: other pixels than Pillow's", i);
    }
    arena_release(&arena);
}

static void test_taken_over(void **state)
{
    const char *call = "damaged: the decoder made a system call that it may not";

    (void)state;
    for (const char *deed = marked; *deed; deed++) {
        struct folder *f;

        if (!HAS_FILTER && *deed != 'C')
            continue;
        f = make();
        for (int i = 0; i < N_GOOD; i++) {
            add_good(f, i);
            if (i % 7 == 3)
                add_bad(f, *deed);
        }
        check(f, *deed == 'C' ? "damaged: the decoder ended itself" : call);
        clear(f);
    }
}

/* A file for which a decoder has no room at first, between small ones; and one that grows. */
static void test_sizes(void **state)
{
    struct folder *f = make();
    size_t large = (6 << 20) + 1;
    char *bytes = calloc(1, large);

    (void)state;
    for (int i = 0; i < 20; i++)
        add_good(f, i);
    memcpy(bytes, reference_pictures[0].bytes, reference_pictures[0].size);
    add(f, bytes, large, 0); /* what stands behind a picture's end is of no consequence */
    for (int i = 0; i < 20; i++)
        add_good(f, i);
    check(f, "");
    clear(f);
    f = make();
    add_good(f, 0);
    add(f, bytes, large, -1);
    f->files[1].size = 10;
    check(f, "at most");
    clear(f);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken_over),
        cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
