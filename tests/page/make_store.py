#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a store with drawn results, for tests of what is rendered from it.

    make_store.py STORE plain|hostile METHODS CONDITIONS POINTS SEEDS

hostile: every text that a stranger could choose is one that a format might take for
an order; 500 different ones.
"""
import hashlib
import pathlib
import random
import re
import sqlite3
import sys

NASTY = ["<script>document.title='PWNED'</script>", "\"><img src=x onerror=document.title='PWNED'>",
         "\\input{/etc/passwd}", "$\\write18{touch PWNED}$", "`touch PWNED`", "$(touch PWNED)",
         "'; system('touch PWNED'); '", "\"`touch PWNED`\"", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1",
         "-2+3", "\x1b[31mred\x07", "a\tb\r\nc", "%s%n%d", "</style></title></pre>", "-->", "]]>",
         "a|b|c", "**bold** _x_ [l](javascript:alert(1))", "{a}_b^c~d#e&f%g", "\u202egnirts",
         "\u4e2d\u6587 \u0416 \u00e9 \U0001f600", "' or 1=1 --", "|head", "<x", "&lt;b&gt;", "../../x",
         "@{system('touch PWNED')}", "?x=[y]*"]


def text(i):
    return NASTY[i % len(NASTY)] + ("" if i < len(NASTY) else " %d" % (i // len(NASTY)))


def main():
    path, kind = sys.argv[1], sys.argv[2]
    n_methods, n_conditions, n_points, n_seeds = map(int, sys.argv[3:7])
    hostile = kind == "hostile"
    rng = random.Random(1)
    root = pathlib.Path(__file__).parents[2]
    db = sqlite3.connect(path)
    db.executescript((root / "core/store/schema.sql").read_text())
    source = (root / "core/store/store_schema.c").read_text()
    for pragma, name in ("user_version", "FIRST_WITH_SUMS"), ("application_id", "APPLICATION_ID"):
        value = re.search(name + r" = (\w+)", source) or re.search(name + r"\s+(\w+)", source)
        value = int(value.group(1), 0) - (pragma == "user_version")  # the version before needs none
        db.execute("PRAGMA %s = %d" % (pragma, value))
    digest = hashlib.sha256(b"data").hexdigest()
    classes = [text(k) for k in range(8)] if hostile else list("abcdefgh")
    quote = lambda s: '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'
    printable = lambda s: "".join(c if c >= " " else "?" for c in s)
    db.execute("INSERT INTO data_sets (digest, name, description, classes) VALUES (?, ?, ?, ?)",
               (digest, "drawn", 'format = "shapes"', "[%s]" % ",".join(quote(printable(c)) for c in classes)))
    for k in (1, 2):
        db.execute("INSERT INTO environments VALUES (?, ?)",
                   (k, 'commit = "%040d"\ncompiler = %s\ncpu = "x"\n' % (k, quote(text(k) if hostile else "gcc"))))
    methods = [text(m) if hostile else "method%d" % m for m in range(n_methods)]
    lines = {1: "", 2: ""}  # of the plan, and of its fresh seeds, which a hostile store has
    for plan in lines if hostile else (1,):
        db.execute("INSERT INTO plans (id, digest, used, title, question, baseline, source, overrides, created) "
                   "VALUES (?, ?, 1, ?, ?, ?, ?, ?, 0)",
                   (plan, str(plan), text(0) + " title" if hostile else "Drawn results",
                    text(1) if hostile else "Does it render?",
                    methods[0], "\n".join(map(text, range(500))) if hostile else "return experiment {}",
                    "\n".join(map(text, range(30))) if hostile else ""))
    run = 0
    for m, method in enumerate(methods):
        for c in range(n_conditions):
            condition = "data.noise=%s" % (text(40 + c).replace(" ", "") if hostile else c) if n_conditions > 1 else ""
            for p in range(n_points):
                point = "objective.clip=%s train.lr=%d" % (text(80 + p // 2).replace(" ", "") if hostile else p // 2, p % 2)
                for seed in range(n_seeds + 3 * hostile):
                    run += 1
                    plan = 1 if seed < n_seeds else 2
                    spec = 'data.digest = "%s"\nobjective = %s\nspec = 1\ntrain.epochs = 10\ntrain.seed = %d\nzz = %d\n' % (
                        digest, quote(printable(method)), seed, run)
                    bad = rng.random()
                    state = "diverged" if bad < 0.01 else "failed" if bad < 0.02 else "finished"
                    db.execute("INSERT INTO runs (id, spec_id, spec, numeric, state, error, n_steps, last_step, weights_hash, "
                               "ended, environment, started, seconds) VALUES (?,?,?,'portable',?,?,100,100,?,?,?,0,?)",
                               (run, hashlib.sha256(spec.encode()).hexdigest(), spec, state,
                                text(run) if state == "failed" else None,
                                None if state == "failed" else "%064d" % run, run, 1 + run % 2, 1 + run / 100))
                    db.execute("INSERT INTO plan_runs VALUES (?,?,?,?,?,?,?)", (plan, run, method, condition, point, seed, run))
                    lines[plan] += "%s\t%s\t%s\t%d\t%s\n" % (method, condition, point, seed, hashlib.sha256(
                        spec.encode()).hexdigest())
                    if state != "finished":
                        continue
                    level = 0.6 + 0.01 * m + 0.02 * (p % 3) - 0.03 * c + rng.gauss(0, 0.01)
                    for step in range(20, 101, 20):
                        for part in ("validation", "test"):
                            db.execute("INSERT INTO metrics VALUES (?,?,?,'accuracy',-1,?,'finite')",
                                       (run, step, part, round(level * (1 - 0.5 * (1 - step / 100)) + rng.gauss(0, 0.003), 4)))
                    for k in range(8):
                        db.execute("INSERT INTO metrics VALUES (?,100,'test','class_accuracy',?,?,'finite')",
                                   (run, k, round(max(0, level - 0.05 * k), 4)))
    first = hashlib.sha256(lines[1].encode()).hexdigest()
    db.execute("UPDATE plans SET digest = ? WHERE id = 1", (first,))
    db.execute("UPDATE plans SET digest = ?, confirms = ? WHERE id = 2",
               (hashlib.sha256((first + lines[2]).encode()).hexdigest(), first))
    db.commit()
    db.close()


if __name__ == "__main__":
    main()
