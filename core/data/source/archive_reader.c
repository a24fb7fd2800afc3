/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/source/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <langinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What libarchive says is wrong; it may know nothing to say. */
static const char *reason_of(struct archive *a)
{
    const char *reason = archive_error_string(a);

    return reason ? reason : "it ends too early";
}

/* ---- gzip: RFC 1952 ----
 *
 * A file is members, one behind the other: a header, deflated bytes, and the CRC-32 and the size of
 * what they hold. libarchive inflates, but does not compare what stands at the end, nor does it say
 * where a member ends. All members begin alike; so one ends at the first beginning of another, or
 * end of the file, up to which libarchive finds it whole. */

enum { LEAST_MEMBER = 18 /* bytes: a header of 10 and the end of 8 */ };

struct crc {
    uint32_t value;
    uint32_t table[8][256]; /* what a byte does to it with 0 to 7 bytes behind */
};

static void crc_init(struct crc *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t x = i;

        for (int bit = 0; bit < 8; bit++)
            x = x >> 1 ^ (x & 1 ? 0xedb88320 : 0);
        c->table[0][i] = x;
    }
    for (int k = 1; k < 8; k++)
        for (int i = 0; i < 256; i++)
            c->table[k][i] = c->table[k - 1][i] >> 8 ^ c->table[0][c->table[k - 1][i] & 0xff];
}

/* Eight bytes at once: they are as many steps that need not wait for each other. */
static void crc_update(struct crc *c, const unsigned char *x, size_t n)
{
    uint32_t crc = ~c->value;

    for (; n >= 8; n -= 8, x += 8) {
        uint64_t word;

        memcpy(&word, x, 8); /* the first byte is the lowest */
        word ^= crc;
        crc = 0;
        for (int k = 0; k < 8; k++)
            crc ^= c->table[7 - k][word >> 8 * k & 0xff];
    }
    for (; n > 0; n--, x++)
        crc = crc >> 8 ^ c->table[0][(crc ^ *x) & 0xff];
    c->value = ~crc;
}

static uint32_t word_at(const unsigned char *x)
{
    return x[0] | (uint32_t)x[1] << 8 | (uint32_t)x[2] << 16 | (uint32_t)x[3] << 24;
}

/* Where in bytes[size) the first member begins at or behind `from`; `size` where none does. */
static size_t find_member(const unsigned char *bytes, size_t size, size_t from)
{
    const unsigned char *found;

    while (size >= LEAST_MEMBER && from <= size - LEAST_MEMBER &&
           (found = memmem(bytes + from, size - from, "\x1f\x8b\x08", 3))) {
        from = (size_t)(found - bytes);
        if (size - from >= LEAST_MEMBER && !(found[3] & 0xe0)) /* flags that no one knows */
            return from;
        from++;
    }
    return size;
}

/* What `a` has open holds, added to *t, with its CRC and its size. 0: it is not whole. */
static int inflate_all(struct archive *a, size_t max_size, struct crc *crc, size_t *ret_size,
                       struct text *t, struct error *err)
{
    char buffer[1 << 16];
    struct archive_entry *entry;
    int code = archive_read_next_header(a, &entry);
    la_ssize_t n = 0;

    *ret_size = 0;
    crc->value = 0;
    while (code == ARCHIVE_OK && (n = archive_read_data(a, buffer, sizeof buffer)) > 0) {
        *ret_size += (size_t)n;
        if (*ret_size > max_size)
            return error_set(err, "it holds more than %zu bytes", max_size);
        crc_update(crc, (const unsigned char *)buffer, (size_t)n);
        if (t)
            text_add(t, buffer, (size_t)n);
    }
    return n == 0 && (code == ARCHIVE_OK || code == ARCHIVE_EOF);
}

static bool are_zeros(const unsigned char *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* The member bytes[0..end) held n bytes of this CRC. Does it say so, and is it all there is? Behind the last
 * one there may be zeros, which tapes and blocks are filled up with and gzip passes over, too. */
static int check_end(const unsigned char *bytes, size_t size, size_t end, size_t n, uint32_t crc,
                     bool is_last, struct error *err)
{
    const unsigned char *sum = bytes + end - 8, *length = bytes + end - 4;

    if (word_at(length) != (uint32_t)n)
        return error_set(err, "it holds %zu bytes, but its end says %u", n, word_at(length));
    if (word_at(sum) != crc)
        return error_set(err, "the checksum of what it holds is %08x, but its end says %08x", crc,
                         word_at(sum));
    if (end != size && !(is_last && are_zeros(bytes + end, size - end)))
        return error_set(err, "%zu bytes behind its end are no gzip", size - end);
    return 1;
}

/* 1: bytes[size) are a whole member, whose content is now in *t. 0: they are not, *err says why,
 * and *t is as it was. -1: not with more bytes behind them either. is_last: the file ends there. */
static int read_member(const unsigned char *bytes, size_t size, bool is_last, size_t max_size,
                       struct crc *crc, struct text *t, struct error *err)
{
    struct archive *a = archive_read_new();
    size_t before = t ? t->size : 0, n;
    int result = 0, n_filters;

    archive_read_support_filter_gzip(a);
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    if (archive_read_open_memory(a, bytes, size) == ARCHIVE_OK)
        result = inflate_all(a, max_size - before, crc, &n, t, err);
    n_filters = archive_filter_count(a); /* 2: gzip, and the bytes as they are */
    if (result == 0 || n_filters < 2) {
        error_set(err, "%s", reason_of(a));
        result = 0;
        if (t)
            t->size = before;
    } else if (n_filters > 2) {
        result = error_set(err, "what it holds is packed again");
    } else if (result > 0) {
        result = check_end(bytes, size, (size_t)archive_filter_bytes(a, -1), n, crc->value, is_last,
                           err);
    }
    archive_read_free(a);
    return result;
}

int archive_inflate(const unsigned char *bytes, size_t size, size_t max_size, struct text *t,
                    struct error *err)
{
    struct crc crc;

    if (size == 0 || find_member(bytes, size, 0) != 0)
        return error_set(err, "it is no gzip file");
    crc_init(&crc);
    for (size_t at = 0, end = 0; at < size; at = end) {
        int got = 0;

        while (got == 0 && end < size) {
            end = find_member(bytes, size, end + 1);
            got = read_member(bytes + at, end - at, end == size, max_size, &crc, t, err);
        }
        if (got <= 0)
            return -1;
    }
    return 0;
}

/* ---- the servant's work ---- */

/* All at once: where a member ends is known only behind it. */
static int next_inflated(struct archive_reader *r, struct archive_piece *p, struct error *err)
{
    if (!r->is_begun && archive_inflate(r->bytes, r->size, r->max_size, &r->content, err) < 0)
        return -1;
    r->is_begun = true;
    p->head.total = r->content.size;
    p->head.size = r->content.size - r->at;
    if (p->head.size > ARCHIVE_PIECE_SIZE)
        p->head.size = ARCHIVE_PIECE_SIZE;
    p->head.kind = p->head.size ? ARCHIVE_BYTES : ARCHIVE_END;
    if (p->head.size)
        memcpy(p->bytes, r->content.s + r->at, p->head.size);
    r->at += p->head.size;
    return 0;
}

/* A packed tar is checked as a whole first; a zip has sums of its members, which libarchive compares. */
static int begin(struct archive_reader *r, struct error *err)
{
    if (r->size > 1 && memcmp(r->bytes, "\x1f\x8b", 2) == 0 &&
        archive_inflate(r->bytes, r->size, SIZE_MAX, NULL, err) < 0)
        return -1;
    r->archive = archive_read_new();
    archive_read_support_format_tar(r->archive);
    archive_read_support_format_zip(r->archive);
    archive_read_support_filter_gzip(r->archive);
    r->is_begun = true;
    if (archive_read_open_memory(r->archive, r->bytes, r->size) != ARCHIVE_OK)
        return error_set(err, "%s", reason_of(r->archive));
    return 0;
}

/* Goes on to the next member that is wanted. */
static int next_member(struct archive_reader *r, struct archive_piece *p, struct error *err)
{
    struct archive_entry *entry;
    int code;

    while ((code = archive_read_next_header(r->archive, &entry)) == ARCHIVE_OK ||
           code == ARCHIVE_WARN) {
        const char *name = archive_entry_pathname(entry);
        int i = 0;

        while (name && r->wanted[i] && strcmp(r->wanted[i], name) != 0)
            i++;
        if (!name || !r->wanted[i])
            continue;
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
            return error_set(err, "\"%s\" in it is not a regular file", name);
        r->member = r->wanted[i];
        p->head.kind = ARCHIVE_MEMBER;
        p->head.member = (uint32_t)i;
        return 0;
    }
    if (code != ARCHIVE_EOF)
        return error_set(err, "it is damaged: %s", reason_of(r->archive));
    p->head.kind = ARCHIVE_END;
    return 0;
}

static int next_of_archive(struct archive_reader *r, struct archive_piece *p, struct error *err)
{
    la_ssize_t n = 0;

    if (!r->is_begun && begin(r, err) < 0)
        return -1;
    if (r->member && (n = archive_read_data(r->archive, p->bytes, ARCHIVE_PIECE_SIZE)) < 0)
        return error_set(err, "\"%s\" is damaged: %s", r->member, reason_of(r->archive));
    if (n == 0)
        return next_member(r, p, err);
    p->head.kind = ARCHIVE_BYTES;
    p->head.size = (uint64_t)n;
    return 0;
}

void archive_reader_prepare(void)
{
    iconv_t converter = iconv_open(nl_langinfo(CODESET), "UTF-8");

    if (converter != (iconv_t)-1)
        iconv_close(converter);
    setenv("TZ", "UTC0", 1);
    tzset();
}

void archive_reader_next(void *reader, void *room)
{
    struct archive_reader *r = reader;
    struct archive_piece *p = room;
    struct error err;

    p->head = (struct archive_head){.kind = ARCHIVE_END};
    if ((r->wanted ? next_of_archive : next_inflated)(r, p, &err) < 0)
        memcpy(p->head.reason, err.text, sizeof p->head.reason), p->head.kind = ARCHIVE_BAD;
}

void archive_reader_release(struct archive_reader *r)
{
    archive_read_free(r->archive);
    text_release(&r->content);
}
