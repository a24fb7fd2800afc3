/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listener: who is told how long work goes on. Library code prints nothing; a command that
 * wants to show progress passes one of these down.
 */
#ifndef BASE_LISTENER_H
#define BASE_LISTENER_H

#include <stdbool.h>

struct listener {
    void *context;
    /* One line. is_last: no other will replace it. */
    void (*tell)(void *context, const char *line, bool is_last);
};

#endif
