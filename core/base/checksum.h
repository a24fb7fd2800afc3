/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * checksum: a sum of many bytes that finds what disks and memory do to them, three times as fast as
 * SHA-256 (base/hash.h), which is for identities: against somebody who looks for another text
 * of the same sum it is no help.
 *
 * A change within eight bytes is always found; any other is missed once in 2^64.
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include "base/hash.h"

void checksum_block(const void *bytes, size_t size, char ret_hex[HASH_HEX_SIZE]);

#endif
