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
# What is written to a terminal goes through core/base/say.c. A signal's handler and the end of memory
# cannot: they write constants, numbers and a file's path.
for f in $(grep -lE '(^|[^a-z_"])(v?f?printf|v?dprintf|f?puts|f?putc|putchar|fwrite|perror)\(' core/*.c core/*/*.[ch]); do
    case $f in core/base/say.c | core/lab/store_schema.c) ;; # the latter has SQL's printf
        *) echo "$f prints, behind base/say.h"; status=1 ;; esac
done
allowed base
allowed math base
allowed nn base math
allowed data base
allowed learn base math nn data
allowed lab base learn
allowed stats base
allowed report base lab stats
allowed script base lab learn report
door cblas.h '^core/math/blas\.c$'
door sqlite3.h '^core/lab/sql\.c$'
door Rmath.h '^core/stats/distribution\.c$'
door 'l\(ua\|auxlib\|ualib\).h' '^core/script/'
door jansson.h '^core/base/json_tree\.c$'
door openssl '^core/base/hash\.c$'
door seccomp '^core/base/(confine|walls)\.c$'
door 'j\(peglib\|error\).h' '^core/data/jpeg\.c$'
door png.h '^core/data/png\.c$'
door archive '^core/data/archive_reader\.c$'
[ $status = 0 ] && echo "layers: includes point down only"
exit $status
