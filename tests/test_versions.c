/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which code computed what: versions counted, their changes stored and shown, their difference asked
 * of a scratch repository. */
#include "store_fixture.h"

#include "page/code_diff.h"
#include "page/page_versions.h"

static char commits[2][HASH_HEX_SIZE]; /* of the scratch repository */
static bool has_git;

static void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* In `folder`/repository: core/a.c, and other things, of which the second commit changes all. */
static int make_repository(void **state)
{
    static const char script[] =
        "cd %s && rm -rf repository && mkdir -p repository/core && cd repository && exec >/dev/null && "
        "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 && git init -q . && "
        "git config user.name x && git config user.email x@localhost && "
        "git config diff.noprefix true && git config diff.external 'touch ../EXTERNAL #' && "
        "printf 'int <b>one;\\n' > core/a.c && seq 3 > core/numbers && echo 1 > README && "
        "git add . && git commit -qm one && git rev-parse HEAD > ../one && "
        "printf 'int <b>two;\\n' > core/a.c && seq 100000 > core/numbers && echo 2 > README && "
        "git commit -qam two && git rev-parse HEAD > ../two";
    static const char *const names[] = {"one", "two"};

    if (set_up(state) < 0)
        return -1;
    has_git = system("git --version > /dev/null 2>&1") == 0;
    if (!has_git)
        return 0;
    run(arena_printf(&arena, script, folder));
    for (int i = 0; i < 2; i++) {
        FILE *f = fopen(arena_printf(&arena, "%s/%s", folder, names[i]), "r");

        assert_non_null(f);
        assert_int_equal(fscanf(f, "%64s", commits[i]), 1);
        fclose(f);
    }
    return 0;
}

static int remove_repository(void **state)
{
    run(arena_printf(&arena, "cd / && rm -rf %s/repository %s/one %s/two", folder, folder, folder));
    return tear_down(state);
}

static void enter(const char *path)
{
    if (chdir(path) < 0)
        fail_msg("no folder %s", path);
}

static void test_diff(void **state)
{
    const char *diff;

    (void)state;
    if (!has_git) {
        print_message("skipped: git is not here\n");
        return;
    }
    enter("/");
    assert_null(code_diff(commits[0], commits[1], &arena));
    enter(arena_printf(&arena, "%s/repository", folder));
    diff = code_diff(commits[0], commits[1], &arena);
    assert_non_null(diff);
    assert_non_null(strstr(diff, " core/a.c "));
    assert_non_null(strstr(diff, "\n--- a/core/a.c\n+++ b/core/a.c\n")); /* whatever noprefix says */
    assert_non_null(strstr(diff, "\n-int <b>one;\n+int <b>two;\n"));
    assert_null(strstr(diff, "README"));
    assert_true(strlen(diff) > CODE_DIFF_MAX - 100 && strlen(diff) < CODE_DIFF_MAX + 100);
    assert_non_null(strstr(diff, "\n(cut here: the rest is longer than 262144 bytes)\n"));
    assert_string_equal(code_diff(commits[0], commits[1], &arena), diff);
    assert_string_equal(code_diff(commits[1], commits[1], &arena), "");
    assert_int_equal(access("../EXTERNAL", F_OK), -1);

    assert_null(code_diff("0123456789ab", commits[1], &arena)); /* not there */
    assert_null(code_diff("--output=../EXTERNAL", commits[1], &arena));
    assert_null(code_diff(commits[0], "HEAD", &arena));
    assert_int_equal(access("../EXTERNAL", F_OK), -1);
}

/* A store of two versions: three runs of one, one of the other, with changes. */
static struct store *make_store(const char *path, const char *patch)
{
    struct store *store = planned_store(path);
    struct store_outcome o = outcome();
    char hex[HASH_HEX_SIZE];
    struct error err;

    hash_block(patch, strlen(patch), hex);
    for (int i = 0; i < N_RUNS; i++) {
        o.environment = i == 1 ? arena_printf(&arena, "commit = \"%s\"\ncommit.dirty = true\ncommit.patch = "
                                                      "\"%s\"\ncpu = \"x\"\n", commits[1], hex)
                               : arena_printf(&arena, "commit = \"%s\"\ncommit.dirty = false\ncpu = \"%d\"\n",
                                              commits[0], i);
        finish_next(store, "me", &o);
    }
    OK(store_put_patch(store, patch, &err));
    OK(store_put_patch(store, patch, &err)); /* again changes nothing */
    return store;
}

static char *page(struct store *store, const struct versions *versions)
{
    struct text t = {0};
    struct error err;
    char *s;

    OK(page_versions_write(store, versions, &t, &err));
    s = arena_strdup(&arena, t.s);
    text_release(&t);
    return s;
}

static void test_page(void **state)
{
    static const char patch[] = "--- a/core/a.c\n+<script>alert(1)</script>\n";
    const char *path = fresh_path(), *said, *stored;
    struct selections s;
    struct text t = {0};
    struct versions versions;
    struct store *store;
    struct error err;

    (void)state;
    if (!has_git)
        return;
    store = make_store(path, patch);
    OK(select_points(store, &(struct select_options){0}, &arena, &s, &err));
    OK(versions_read(store, &s, NULL, NULL, &arena, &versions, &err));
    assert_int_equal(versions.n, 2);
    assert_string_equal(versions.items[0].commit, commits[0]);
    assert_int_equal(versions.items[0].n_runs, 3);
    assert_false(versions.items[0].is_dirty);
    assert_string_equal(versions.items[1].commit, commits[1]);
    assert_true(versions.items[1].is_dirty);
    versions_list(&versions, &t);
    assert_string_equal(t.s, arena_printf(&arena, "%s (3 runs), %s with changes %.12s (1 run)", commits[0],
                                          commits[1], versions.items[1].patch));
    text_release(&t);

    enter(arena_printf(&arena, "%s/repository", folder));
    said = page(store, &versions);
    assert_non_null(strstr(said, "+&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_non_null(strstr(said, "+int &lt;b&gt;two;"));
    assert_null(strstr(said, "<script"));
    assert_null(strstr(said, "<b>"));
    assert_string_equal(page(store, &versions), said);
    enter("/");
    said = page(store, &versions);
    assert_non_null(strstr(said, "No repository with these commits was at hand"));
    assert_non_null(strstr(said, arena_printf(&arena, "git diff %s %s", commits[0], commits[1])));

    OK(versions_read(store, &s, "b", "b", &arena, &versions, &err)); /* one method's */
    assert_int_equal(versions.n, 1);
    assert_int_equal(versions.items[0].n_runs, 2);

    OK(store_read_patch(store, "00", &arena, &stored, &err));
    assert_null(stored);
    store_close(store);
    change(path, "UPDATE patches SET text = text || 'x'");
    store = open_store(path, STORE_READ);
    OK(versions_read(store, &s, NULL, NULL, &arena, &versions, &err));
    assert_int_equal(page_versions_write(store, &versions, &t, &err), -1);
    assert_int_equal(err.status, EXIT_MISMATCH);
    text_release(&t);
    store_close(store);
}

/* What a rescue leaves out, fsck has told. */
static void tell(void *context, const char *line, bool is_last)
{
    (void)is_last;
    *(const char **)context = arena_strdup(&arena, line);
}

static void test_damage(void **state)
{
    const char *path = fresh_path(), *rescued = fresh_path(), *said = "", *stored = "";
    const struct listener listener = {&said, tell};
    struct store_soundness sound;
    struct store *store, *into;
    struct store_merged merged;
    char hex[HASH_HEX_SIZE];
    struct error err;

    (void)state;
    store_close(make_store(path, "+x\n"));
    change(path, "UPDATE patches SET text = '+y'");
    store = open_store(path, STORE_READ);
    OK(store_fsck(store, &listener, &sound, &err));
    assert_int_equal(sound.n_found, 1);
    assert_non_null(strstr(said, "patch"));
    into = open_store(rescued, STORE_CREATE);
    OK(store_merge(into, store, MERGE_SOUND, &merged, &err));
    assert_int_equal(merged.n_new, N_RUNS);
    hash_block("+x\n", 3, hex);
    OK(store_read_patch(into, hex, &arena, &stored, &err));
    assert_null(stored);
    store_close(into);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_diff), cmocka_unit_test(test_page),
                                       cmocka_unit_test(test_damage)};

    return cmocka_run_group_tests(tests, make_repository, remove_repository);
}
