/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * base64: bytes as text (RFC 4648), for what is put into a page.
 */
#ifndef PAGE_BASE64_H
#define PAGE_BASE64_H

#include "base/text.h"

void base64_write(struct text *t, const void *bytes, size_t size);

#endif
