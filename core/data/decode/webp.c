/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/decode/picture.h"

#include <string.h>
#include <webp/decode.h>

bool picture_is_webp(const unsigned char *bytes, size_t size)
{
    return size >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

static int fail(VP8StatusCode status, struct error *err)
{
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return error_set(err, "a WebP that takes too much memory");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return error_set(err, "a WebP of a kind that is not known");
    default: /* libwebp does not tell an early end from other damage */
        return error_set(err, "damaged WebP");
    }
}

int picture_decode_webp(const unsigned char *bytes, size_t size, struct arena *arena,
                        struct picture *ret_picture, struct error *err)
{
    WebPDecoderConfig config;
    WebPRGBABuffer *to = &config.output.u.RGBA;
    VP8StatusCode status;
    struct picture p;

    if (!WebPInitDecoderConfig(&config))
        return error_set(err, "libwebp is another version than this program was built with");
    status = WebPGetFeatures(bytes, size, &config.input);
    if (status != VP8_STATUS_OK)
        return fail(status, err);
    if (config.input.has_animation)
        return error_set(err, "an animated WebP, which has more pictures than one");
    if (picture_init(&p, (size_t)config.input.height, (size_t)config.input.width, arena, err) < 0)
        return -1;
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    to->rgba = p.pixels;
    to->stride = 3 * p.width;
    to->size = 3 * (size_t)p.height * (size_t)p.width;
    status = WebPDecode(bytes, size, &config);
    WebPFreeDecBuffer(&config.output);
    if (status != VP8_STATUS_OK)
        return fail(status, err);
    *ret_picture = p;
    return 0;
}
