#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# docs/METHODS.md is the program's list of methods, and README names each; what README, docs/ and the
# experiments say to type reaches the program; their files of C compile. usage: tests/docs.sh PROGRAM
program=$1
list=$(mktemp)
trap 'rm -f "$list"' EXIT
failures=0

"$program" list methods --format=md > "$list"
sed -n '/^| slot | name/,$p' docs/METHODS.md | cmp -s "$list" - ||
    { echo "docs/METHODS.md is not the program's list: make docs"; failures=1; }
for name in $(sed -n 's/^| [a-z]* | `\([a-z0-9_]*\)` .*/\1/p' "$list"); do
    grep -q "^| [a-z]* | .*\`$name\`" README.md || { echo "README's table of slots lacks $name"; failures=1; }
done

unset MAKEFLAGS
grep -ohE 'make [a-z]+ EXP=\w+( [A-Z]+=("[^"]*"|[^ `:,"]+))*' README.md docs/*.md experiments/*.lua | sort -u > "$list"
while read -r command; do
    said=$(eval "$command -o build/rgdbench RUN=echo" 2>&1) || # -o: no test builds, least of all beside another
        { echo "\"$command\" does not reach the program: $said"; failures=1; }
    for word in $(echo "$command" | sed -n 's/.* SET="*\([^"]*\).*/\1/p'); do
        case $said in
        *" $word"*) ;;
        *) echo "\"$command\" loses $word: $said"; failures=1 ;;
        esac
    done
done < "$list"
[ -s "$list" ] || { echo "found no commands"; failures=1; }
{
    sed -n 's/^    \$\{0,1\} *\(\(RGDBENCH_DATA\|make\|build\).*\)/\1/p' README.md docs/*.md
    grep -ohE '`(RGDBENCH_DATA|make|build/rgdbench)[^`]*`' README.md docs/*.md | tr -d '`'
} > "$list"
while read -r command; do
    echo "$command" | sh -n 2>/dev/null || { echo "no command for a shell: $command"; failures=1; }
done < "$list"

# Indented lines from an include of ours on are a file.
files=$(mktemp -d)
awk -v files="$files" '/^    #include "/ {n++; on = 1} /^[^ ]/ {on = 0} on {print > files "/" n ".c"}' README.md docs/*.md
for f in "$files"/*.c; do
    said=$(${CC:-cc} -std=c11 -D_GNU_SOURCE -Icore -Wall -Wextra -Werror -fsyntax-only "$f" 2>&1) ||
        { echo "a file of README or docs/ does not compile: $said"; failures=1; }
done
[ -f "$files/1.c" ] || { echo "found no file of C"; failures=1; }
rm -r "$files"
[ $failures = 0 ] && echo "docs: name every method; their commands work, their files compile"
