/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * targets: the functions that fuzz.c lists. */
#ifndef TESTS_FUZZ_TARGETS_H
#define TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

void target_archive(const uint8_t *bytes, size_t size);
void target_cache(const uint8_t *bytes, size_t size);
void target_cifar(const uint8_t *bytes, size_t size);
void target_csv(const uint8_t *bytes, size_t size);
void target_description(const uint8_t *bytes, size_t size);
void target_domainbed(const uint8_t *bytes, size_t size);
void target_exif(const uint8_t *bytes, size_t size);
void target_gzip(const uint8_t *bytes, size_t size);
void target_idx(const uint8_t *bytes, size_t size);
void target_jpeg(const uint8_t *bytes, size_t size);
void target_json(const uint8_t *bytes, size_t size);
void target_lua(const uint8_t *bytes, size_t size);
void target_override(const uint8_t *bytes, size_t size);
void target_png(const uint8_t *bytes, size_t size);
void target_safetensors(const uint8_t *bytes, size_t size);
void target_settings(const uint8_t *bytes, size_t size);
void target_spec(const uint8_t *bytes, size_t size);
void target_store(const uint8_t *bytes, size_t size);
void target_table(const uint8_t *bytes, size_t size);
void target_tokenizer(const uint8_t *bytes, size_t size);
void target_value(const uint8_t *bytes, size_t size);
void target_values(const uint8_t *bytes, size_t size);
void target_webp(const uint8_t *bytes, size_t size);

#endif
