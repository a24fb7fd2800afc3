/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/protocol/protocol.h"

extern const struct protocol protocol_domains;
extern const struct protocol protocol_held_out;
extern const struct protocol protocol_just_train_twice;
extern const struct protocol protocol_retrain;

/* To add a protocol, add its line here; the first that serves a run is taken. */
const struct protocol *const protocols[] = {
    &protocol_domains,
    &protocol_just_train_twice,
    &protocol_retrain,
    &protocol_held_out,
    NULL,
};

const struct protocol *protocol_choose(const struct dataset *d, const struct settings *s)
{
    int i = 0;

    while (!protocols[i]->serves(d, s))
        i++;
    return protocols[i];
}
