/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each thread has a decoder of its own, and works while that waits, and the other way round: so there
 * are as many at work as there are cores. Files come to it in batches, as changing from process to
 * process takes as long as a tenth of a small picture. */
#include "data/decode/decoders.h"

#include "base/text.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/servant.h"

#include <errno.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH = 16, /* pictures */
    ROOM = 4 << 20,   /* bytes of files in a batch; for a larger file there is a larger decoder */
    MEMORY = 1 << 30, /* of a decoder: a progressive JPEG of the most pixels needs 700 MiB */
    N_SAMPLES = 32,
};

/* What both processes see: this, then the pixels of BATCH pictures, then the files. */
struct batch {
    uint32_t n;
    struct item {
        uint32_t is_bad, orientation;
        uint64_t at, size; /* of its bytes, behind the pixels */
        char reason[sizeof((struct error *)0)->text];
    } items[BATCH];
};

static size_t picture_size(int side)
{
    return 3 * (size_t)side * (size_t)side;
}

static unsigned char *pixels_in(struct batch *b)
{
    return (unsigned char *)(b + 1);
}

static unsigned char *files_in(struct batch *b, int side)
{
    return pixels_in(b) + BATCH * picture_size(side);
}

bool decoders_may_read(const struct folder_file *file)
{
    return file->is_picture && file->size <= DECODERS_MAX_FILE;
}

/* ---- in the decoder ---- */

struct decoder {
    struct picture_form form;
    struct arena arena;
};

static void decode_batch(void *context, void *room)
{
    struct decoder *d = context;
    struct batch *b = room;
    int side = d->form.side;

    for (uint32_t i = 0; i < b->n; i++) {
        struct item *item = &b->items[i];
        const unsigned char *bytes = files_in(b, side) + item->at;
        struct picture picture;
        struct error err;

        arena_clear(&d->arena);
        item->is_bad = picture_decode(bytes, item->size, side, &d->arena, &picture, &err) < 0;
        if (item->is_bad) {
            memcpy(item->reason, err.text, sizeof item->reason);
            continue;
        }
        item->orientation = (uint32_t)picture_orientation(bytes, item->size);
        if (d->form.follows_exif)
            picture_turn(&picture, (int)item->orientation, &d->arena);
        picture_resize(&picture, side, &d->arena, pixels_in(b) + i * picture_size(side));
    }
}

/* ---- here ---- */

struct work {
    const struct folders *folders;
    struct picture_form form;
    int fd;
    off_t start; /* of the pixels of file 0 */
    struct decoded *decoded;
    struct arena *arena; /* of their reasons: one thread at a time */
};

struct desk {
    const struct work *work;
    struct servant *servant; /* NULL: there is none now */
    size_t room;             /* for files, of the servant or the next one */
    struct arena arena;
};

static void desk_close(struct desk *d)
{
    servant_close(d->servant);
    d->servant = NULL;
    arena_release(&d->arena);
}

static int hire(struct desk *d, struct error *err)
{
    struct decoder decoder = {.form = d->work->form};
    const struct servant_task task = {
        .name = "the decoder",
        .work = decode_batch,
        .context = &decoder,
        .room = sizeof(struct batch) + BATCH * picture_size(decoder.form.side) + d->room,
        .memory = MEMORY,
    };

    return servant_open(&task, &d->servant, err);
}

static void refuse(const struct work *w, int file, const char *reason)
{
#pragma omp critical
    w->decoded[file].reason = arena_strdup(w->arena, reason);
}

/* 1: file k is in the batch as item n. 0: it is not, and *err says why. -1: no decoder. */
static int put(struct desk *d, int k, int n, size_t *used, struct error *err)
{
    const struct folder_file *file = &d->work->folders->files[k];
    struct batch *b;
    size_t size;

    if (file->error)
        return error_set(err, "could not open it: %s; a link to nothing?", strerror(file->error)), 0;
    if (!decoders_may_read(file))
        return (file->is_picture ? error_set(err, "more than %d bytes", DECODERS_MAX_FILE)
                                 : error_set(err, "no .jpg, .jpeg, .png or .webp file")), 0;
    if ((size_t)file->size > d->room) {
        servant_close(d->servant);
        d->servant = NULL;
        d->room = (size_t)file->size;
    }
    if (!d->servant && hire(d, err) < 0)
        return -1;
    b = servant_room(d->servant);
    arena_clear(&d->arena);
    if (file_read_into(arena_printf(&d->arena, "%s/%s", d->work->folders->root, file->path),
                       files_in(b, d->work->form.side) + *used, d->room - *used, &size, err) < 0)
        return 0;
    b->items[n].at = *used;
    b->items[n].size = size;
    *used += size;
    return 1;
}

/* Files from *at to `end`, as many as there is room for: gives their number, and moves *at behind them. */
static int fill(struct desk *d, int *at, int end, int files[BATCH], struct error *err)
{
    size_t used = 0;
    int n = 0;

    for (; *at < end && n < BATCH; (*at)++) {
        const struct folder_file *file = &d->work->folders->files[*at];
        int got;

        if (n > 0 && decoders_may_read(file) && (size_t)file->size > d->room - used)
            break;
        got = put(d, *at, n, &used, err);
        if (got < 0)
            return -1;
        if (got == 0)
            refuse(d->work, *at, err->text);
        else
            files[n++] = *at;
    }
    return n;
}

/* Pictures of the batch that stand side by side in the file, too. */
static int write_pixels(const struct work *w, const unsigned char *pixels, int file, int n,
                        struct error *err)
{
    size_t size = picture_size(w->form.side) * (size_t)n, done = 0;
    off_t at = w->start + (off_t)file * (off_t)picture_size(w->form.side);

    while (done < size) {
        ssize_t got = pwrite(w->fd, pixels + done, size - done, at + (off_t)done);

        if (got < 0 && errno != EINTR)
            return error_set_status(err, EXIT_STORAGE, "could not write decoded pictures: %s",
                                    strerror(errno));
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static void refuse_bad(const struct work *w, const struct item *item, int file)
{
    char reason[sizeof item->reason];

    memcpy(reason, item->reason, sizeof reason);
    reason[sizeof reason - 1] = '\0';
    text_make_plain(reason, strlen(reason), "");
    refuse(w, file, reason);
}

/* What the decoder has made of the batch. It may have written anything. */
static int take(struct desk *d, const int *files, int n, struct error *err)
{
    struct batch *b = servant_room(d->servant);
    size_t size = picture_size(d->work->form.side);
    bool is_bad[BATCH];

    for (int i = 0; i < n; i++) {
        uint32_t orientation = b->items[i].orientation;

        is_bad[i] = b->items[i].is_bad;
        d->work->decoded[files[i]].orientation =
            is_bad[i] ? 0 : orientation >= 1 && orientation <= 8 ? (int)orientation : 1;
    }
    for (int i = 0, next; i < n; i = next) {
        next = i + 1;
        if (is_bad[i]) {
            refuse_bad(d->work, &b->items[i], files[i]);
            continue;
        }
        while (next < n && !is_bad[next] && files[next] == files[next - 1] + 1)
            next++;
        if (write_pixels(d->work, pixels_in(b) + (size_t)i * size, files[i], next - i, err) < 0)
            return -1;
    }
    return 0;
}

/* Where the decoder ends itself, each picture of the batch goes to a new one alone: only the one that
 * ends that as well is to blame. */
static int decode(struct desk *d, int first, int end, struct error *err)
{
    while (first < end) {
        int files[BATCH], n = fill(d, &first, end, files, err);

        if (n < 0)
            return -1;
        if (n == 0)
            continue;
        ((struct batch *)servant_room(d->servant))->n = (uint32_t)n;
        if (servant_call(d->servant, err) == 0) {
            if (take(d, files, n, err) < 0)
                return -1;
            continue;
        }
        servant_close(d->servant);
        d->servant = NULL;
        if (err->status != EXIT_BAD_INPUT)
            return -1;
        if (n == 1) {
            error_context(err, "damaged");
            refuse(d->work, files[0], err->text);
        }
        for (int i = 0; n > 1 && i < n; i++)
            if (decode(d, files[i], files[i] + 1, err) < 0)
                return -1;
    }
    return 0;
}

/* ---- all of them ---- */

/* Says what is to come, from a few pictures that are spread over the folder. */
static int tell_estimate(const struct work *w, const struct listener *listener, struct error *err)
{
    struct desk desk = {.work = w, .room = ROOM};
    int n_files = w->folders->n_files, n = n_files < N_SAMPLES ? n_files : N_SAMPLES;
    int result = decode(&desk, 0, 1, err); /* so that there is a decoder, and its memory */
    double start = clock_now(), seconds;
    char line[200], duration[32];

    for (int k = 0; k < n && result == 0; k++) {
        int i = (int)((long)n_files * k / n);

        result = decode(&desk, i, i + 1, err);
        w->decoded[i] = (struct decoded){0}; /* it comes again */
    }
    seconds = clock_now() - start;
    desk_close(&desk);
    clock_duration(seconds * n_files / n / omp_get_max_threads(), duration);
    snprintf(line, sizeof line, "decoding %d pictures to %d x %d, %.0f MB in \"cache\": about %s",
             n_files, w->form.side, w->form.side, (double)picture_size(w->form.side) * n_files / 1e6, duration);
    if (result == 0)
        listener->tell(listener->context, line, true);
    return result;
}

static void tell_progress(const struct listener *listener, int n_done, int n, double *told)
{
    char line[80];

    if (clock_now() - *told < 0.5 && n_done < n)
        return;
    *told = clock_now();
    snprintf(line, sizeof line, "decoded %d of %d pictures", n_done, n);
    listener->tell(listener->context, line, n_done == n);
}

int decoders_run(const struct folders *f, const struct picture_form *form,
                 const struct listener *listener, int fd, off_t start, struct decoded *ret_decoded,
                 struct arena *arena, struct error *err)
{
    const struct work work = {f, *form, fd, start, ret_decoded, arena};
    double told = clock_now();
    int n_done = 0, result = 0;

    if (listener && tell_estimate(&work, listener, err) < 0)
        return -1;
#pragma omp parallel
    {
        struct desk desk = {.work = &work, .room = ROOM};

#pragma omp for schedule(dynamic, 1)
        for (int first = 0; first < f->n_files; first += BATCH) {
            int end = first + BATCH < f->n_files ? first + BATCH : f->n_files, so_far, failed;
            struct error error;

#pragma omp atomic read
            failed = result;
            if (failed == 0 && decode(&desk, first, end, &error) < 0) {
#pragma omp critical
                {
                    *err = error;
#pragma omp atomic write
                    result = -1;
                }
            }
#pragma omp atomic capture
            so_far = n_done += end - first;
            if (listener && omp_get_thread_num() == 0 && so_far < f->n_files)
                tell_progress(listener, so_far, f->n_files, &told);
        }
        desk_close(&desk);
    }
    if (listener && result == 0)
        tell_progress(listener, f->n_files, f->n_files, &told);
    return result;
}
