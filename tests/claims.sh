#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The sentences about better, worse and equal of README and docs/RESULTS.md, against the tables of the stores that they
# are of. A paragraph of "A result", or of the other file, that says such a thing has a comment behind it for each claim:
#     <!-- claim EXPERIMENT METHOD better|worse|equal|undecided [rope=POINTS] [rule=NAME] [condition=TEXT] [over=SETTINGS] [select=MEASURE] [correction=NAME] -->
# (commas for the blanks of a condition)
# better, worse: the corrected p of the paired t-test is at most 0.05, and the difference of that sign;
# equal: so is the p of equivalence within rope; undecided: the first is above 0.05.
# A store that is not there is said, and is no failure. usage: tests/claims.sh PROGRAM
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0 checked=0 missing=

# Paragraphs that claim without a comment.
awk '/^## /{on = FILENAME != "README.md" || /^## A result/} on' README.md docs/RESULTS.md | awk -v RS= '
    /^[|]/ || /^<details>/ || /^ / {next}
    {text = $0; gsub(/<!--[^>]*-->/, "", text); gsub(/`[^`]*`/, "", text)}
    tolower(text) ~ /(^|[^a-z])(better|worse|equal|gains?|loses?|beats?)([^a-z]|$)/ && $0 !~ /<!-- claim / {print}
' > "$work/bare"
[ -s "$work/bare" ] && { echo "a claim without its test:"; cat "$work/bare"; failures=1; }

number() { sed -n "s/.*\"$1\":\([-0-9.e+]*\).*/\1/p" "$work/row"; }
holds() { awk -v a="$1" -v b="$3" "BEGIN {exit !(a != \"\" && a $2 b)}"; }

grep -oh '<!-- claim [^>]*-->' README.md docs/RESULTS.md | sed 's/<!-- claim //; s/ *-->//' > "$work/claims"
[ -s "$work/claims" ] || { echo "found no claim"; failures=1; }
while read -r experiment method verdict words; do
    asked= row=\"condition\":\"\",
    for word in $words; do
        case $word in
        rope=* | over=* | select=* | measure=* | correction=*) asked="$asked $word" ;;
        rule=*) asked="$asked $word" row= ;; # its tables have no conditions
        condition=*) row=\"condition\":\"$(printf %s "${word#condition=}" | tr , " ")\", ;;
        *) echo "claim $experiment $method: unknown word $word"; failures=1 ;;
        esac
    done
    [ -f "results/$experiment.db" ] || { missing="$missing $experiment"; continue; }
    # shellcheck disable=SC2086
    "$program" table "$experiment" $asked --format=jsonl > "$work/table" || { failures=1; continue; }
    grep -F "$row\"method\":\"$method\"," "$work/table" > "$work/row" ||
        { echo "claim $experiment $method: its table has no such row"; failures=1; continue; }
    checked=$((checked + 1))
    p=$(number p_t_corrected) d=$(number difference) equal=$(number p_equal)
    case $verdict in
    better) holds "$p" '<=' 0.05 && holds "$d" '>' 0 ;;
    worse) holds "$p" '<=' 0.05 && holds "$d" '<' 0 ;;
    equal) holds "$equal" '<=' 0.05 ;;
    undecided) holds "$p" '>' 0.05 ;;
    *) false ;;
    esac || { echo "claim $experiment $method $verdict $words: difference $d, p ${p:-none}, of equivalence ${equal:-none}"
              failures=1; }
done < "$work/claims"
[ -z "$missing" ] || echo "not checked, as their stores are not here:$(printf '%s\n' $missing | sort -u | tr '\n' ' ')"
[ $failures = 0 ] && echo "claims: $checked hold"
