#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Includes point down only, and each outside library has one door (docs/DESIGN.md).
status=0
allowed() { # FOLDER ALLOWED...
    folder=$1
    shift
    for f in $(find core/"$folder" -name '*.[ch]'); do
        for i in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$f" | sort -u); do
            case " $folder $* " in *" $i "*) ;; *) echo "$f includes $i/"; status=1 ;; esac
        done
    done
}
door() { # HEADER ALLOWED-FILES-PATTERN
    for f in $(grep -l "#include <$1" $(find core -name '*.[ch]')); do
        echo "$f" | grep -Eq "$2" || { echo "$f includes <$1>, behind its door"; status=1; }
    done
}
# What is written to a terminal goes through core/os/say.c. A signal's handler and the end of memory
# cannot: they write constants, numbers and a file's path.
for f in $(grep -rlE '(^|[^a-z_"])(v?f?printf|v?dprintf|f?puts|f?putc|putchar|fwrite|perror)\(' core --include='*.[ch]'); do
    case $f in core/os/say.c | core/store/store_schema.c) ;; # the latter has SQL's printf
        *) echo "$f prints, behind os/say.h"; status=1 ;; esac
done
# Each folder may include those before it, and no more.
rooms='base os io math stats text nn data learn plan store analysis work script table domainbed figure page commands'
below=
for room in $rooms; do
    allowed "$room" $below
    below="$below $room"
done
for folder in $(find core -mindepth 1 -type d); do
    case " $rooms " in *" $(echo "$folder" | cut -d/ -f2) "*) ;; *) echo "$folder is no room of tests/layers.sh"; status=1 ;; esac
    n=$(find "$folder" -maxdepth 1 -type f | wc -l)
    [ "$n" -le 30 ] || { echo "$folder has $n files; 30 are enough for a room"; status=1; }
done
for f in $(find core -name '*.[ch]'); do
    [ "$(wc -l < "$f")" -le 600 ] || { echo "$f has more than 600 lines"; status=1; }
done
door cblas.h '^core/math/blas\.c$'
door sqlite3.h '^core/store/sql\.c$'
door Rmath.h '^core/stats/distribution\.c$'
door 'l\(ua\|auxlib\|ualib\).h' '^core/script/'
door jansson.h '^core/io/json_tree\.c$'
door utf8proc.h '^core/text/unicode\.c$'
door openssl '^core/base/hash\.c$'
door seccomp '^core/os/(confine|walls)\.c$'
door 'j\(peglib\|error\).h' '^core/data/decode/jpeg\.c$'
door png.h '^core/data/decode/png\.c$'
door webp '^core/data/decode/webp\.c$'
door archive '^core/data/source/archive_reader\.c$'
[ $status = 0 ] && echo "layers: includes point down only"
exit $status
