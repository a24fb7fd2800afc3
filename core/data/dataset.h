/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dataset: labelled pictures, decoded, in two pools, train and test; or in one,
 * where they come from several environments: then all are in `train`, environment
 * by environment, and a run says which of them it holds out.
 *
 * A data set is opened from its description (datasets/NAME.lua, as settings) by
 * its format. Pictures stay as bytes, planar [C][H][W], where possible in the
 * mapped file itself, so that all workers share one copy in memory.
 *
 * The digest is the SHA-256 of what was decoded, not of paths or files: moved or
 * renamed data are the same data, one changed pixel is another data set. Files that change while
 * the data set is open are noticed by dataset_check: its digest is not theirs then.
 *
 * What an example is made of is the data set's signature (nn/field.h): a picture, numbers, categories. Its target is a
 * class or a number, and it may belong to a group: an environment, or what a column says.
 *
 * To add a format:
 *   1. write data/format/format_NAME.c after the pattern of format_cifar.c, with the keys of its description;
 *   2. end it in `const struct dataset_format dataset_format_NAME = {...}`;
 *   3. add one line to the list in dataset.c;
 *   4. describe a data set that has it in datasets/NAME.lua.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "base/component.h"
#include "base/hash.h"
#include "base/listener.h"
#include "data/data_keys.h"
#include "nn/field.h"
#include "os/file.h"
#include "os/file_state.h"

#include <stdint.h>

enum {
    DATASET_MAX_FILES = 32,
    DATASET_MAX_CLASSES = 1000,
    DATASET_MAX_GROUPS = 64, /* environments among them */
    DATASET_MAX_SIDE = 1024, /* pixels of a picture's height or width */
};

/* Of all examples of a pool, one field; by its type. */
struct values {
    const unsigned char **bytes; /* u8: [n], each field_size bytes */
    const float *numbers;        /* f32: [n][field_size] */
    const int32_t *codes;        /* i32: likewise */
};

struct pool {
    int n;
    struct values values[SIGNATURE_MAX]; /* of the signature's fields */
    const uint16_t *labels; /* [n], each below n_classes; 0 where targets are numbers */
    const float *targets;   /* [n], where targets are numbers; else NULL */
    const uint16_t *groups; /* [n], each below n_groups; NULL where there are none */
};

enum target_kind { TARGET_CLASS, TARGET_NUMBER };

/* Labels of the training examples in place of their own, as a file beside them has them (data/noisy_labels.h). */
struct noisy_labels {
    const char *name;
    const uint16_t *labels; /* [train.n] */
};

/* A file as its list in the description names it, unpacked. */
struct dataset_file {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};

/* What texts were cut into tokens by. */
struct dataset_vocabulary {
    const char *bytes; /* of vocab.txt, as they are; NULL: there are no texts */
    size_t size;
    bool is_cased;
    int pad; /* the number of [PAD] */
};

struct dataset {
    const char *name;
    struct signature signature;
    struct dataset_vocabulary vocabulary;
    const char *const *const *level_names; /* [columns of categories][levels]; NULL: no categories */
    enum target_kind target;
    int n_classes;                  /* 1 where targets are numbers */
    const char *const *class_names; /* [n_classes]; NULL where targets are numbers */
    int n_groups;                   /* 0: the data set names none */
    const char *const *group_names; /* [n_groups] */
    bool has_environments;          /* the groups are environments, which a run holds out: all are in `train` */
    const char *const *score; /* [n_score] the measures that it is judged by, as its description names them */
    int n_score;
    const char *note; /* what a reader of results must know of the files; NULL: nothing */
    const char *left_out; /* a line for each file that data.skip_bad left out, and why; NULL: none was */
    struct pool train, test;
    int n_validation; /* the last of `train` are the data set's own validation part; 0: it has none */
    const struct noisy_labels *noisy; /* [n_noisy] */
    int n_noisy;
    const int32_t *uncut_lengths; /* of texts, [train.n + test.n]: tokens before any was cut off; NULL: no texts */
    struct pool probe; /* a run records what its model says of these, once trained; n = 0: none */
    const struct dataset_format *format;
    const void *origin; /* what the format draws from; NULL where it draws nothing */
    char digest[HASH_HEX_SIZE];
    struct arena arena; /* owns all of the above but mapped files */
    struct dataset_file files[DATASET_MAX_FILES]; /* those of lists; of folders none */
    int n_files;
    struct file_map maps[DATASET_MAX_FILES];
    int n_maps;
    const struct file_state *states; /* [n_states] of files that examples come from, before they were read */
    int n_states;
};

/* Where a data set comes from. All borrowed by the call that takes it. */
struct dataset_source {
    const char *name;
    const char *root;                   /* the data root, or NULL where none was named */
    const struct settings *description; /* format, classes, train, test ...: what the format asks */
    const struct listener *listener;    /* is told where opening takes long; NULL: nobody */
};

struct dataset_format {
    struct component component; /* hparams: what an experiment may set as data.KEY */
    const struct data_key *keys; /* what its descriptions say beside data_keys_of_all; ends in a nameless one; (optional) */
    bool is_embedded;           /* needs no file */
    bool has_environments;      /* its data sets have: all examples in one pool, by environment */
    /* As dataset_is_present; (optional) where the files are the lists train and test. */
    bool (*is_present)(const struct dataset_source *source, struct arena *arena,
                       const char **ret_missing);
    /* Fills shape, classes and pools of *d, whose name and arena are set. On
     * failure the caller releases what was built. */
    int (*load)(struct dataset *d, const struct dataset_source *source, const void *config,
                struct error *err);
    /* Makes d->train of d->origin as a trial draws it, in d->arena; what `load` made is trial
     * 0's. The sizes of the environments stay. (optional) */
    void (*draw)(struct dataset *d, int trial);
};

extern const struct component_kind dataset_format_kind;

/* Opens the data set `source` with the settings `data.KEY` of its format, and
 * computes the digest. Unless that is `data.digest` of a spec, whose files were checked
 * when it was planned, they are compared with the description's checksums (data/source/sums.h).
 * Errors name the data set. */
int dataset_open(struct dataset *ret_dataset, const struct dataset_source *source,
                 const struct settings *settings, struct error *err);
void dataset_close(struct dataset *d);

/* Are the files what they were when the digest was taken? Fails as file_state_check. Asked before and
 * behind what reads the examples; it costs a look at each file's times. */
int dataset_check(const struct dataset *d, struct error *err);

/* The same, and sums what is mapped again: for the end of a run. */
int dataset_check_bytes(const struct dataset *d, struct error *err);

/* Does the setting data.drawing want that each trial draws its own data? Then *ret_drawn is `d` as
 * `trial` draws it. It borrows from `d`, keeps its digest, since the digest and the trial say all,
 * and owns an arena only, for the caller to release. */
bool dataset_draw(const struct dataset *d, const struct settings *settings, int trial,
                  struct dataset *ret_drawn);

/* For formats whose files are the two lists: these keys of the description, among others. */
#define DATASET_FILE_KEYS \
    {"train", DATA_KEY_TEXTS, .is_needed = true, .doc = "files of the training part, below the data root"}, \
    {"test", DATA_KEY_TEXTS, .is_needed = true, .doc = "files of the test part"}

/* For formats that draw: their setting data.drawing. */
extern const struct hparam dataset_drawing_hparams[];

/* For formats: the files of the description's list `key`, mapped in order into
 * d->maps; gives the index of the first and their number. */
int dataset_map_files(struct dataset *d, const struct dataset_source *source, const char *key,
                      int *ret_first, int *ret_n, struct error *err);

/* For formats: maps the file at `path` (which outlives d); its bytes must stay as they are. */
int dataset_map(struct dataset *d, const char *path, const struct file_map **ret_map, struct error *err);
/* The same of a file that is mapped already. */
void dataset_watch_state(struct dataset *d, const struct file_state *state);

/* For formats: notes a file that was read. `name` is the description's. */
int dataset_add_file(struct dataset *d, const char *name, const unsigned char *bytes, size_t size,
                     struct error *err);

/* For formats: takes the description's list "classes" as class names. */
int dataset_take_classes(struct dataset *d, const struct dataset_source *source, struct error *err);

/* For formats: the list of texts `key` of the description. */
int dataset_find_list(const struct dataset_source *source, const char *key,
                      const struct value **ret_list, struct error *err);

/* The same of names of files, which stay below the data root, as dataset_check_path has it. A link that
 * the user has put there may lead out. */
int dataset_find_files(const struct dataset_source *source, const char *key,
                       const struct value **ret_list, struct error *err);
int dataset_check_path(const char *key, const char *path, struct error *err);

/* For formats: where the file or folder is that the description's text `key` names, in `arena`; NULL with an error where
 * it names none below a data root. */
const char *dataset_find_path(const struct dataset_source *source, const char *key, struct arena *arena,
                              struct error *err);

/* For is_present of formats whose files are lists: are those of the list `key` there, as `is_there` finds them? If a file
 * is not, *ret_missing (in `arena`) is its path; where there is no such list, or no data root, NULL. */
bool dataset_has_files(const struct dataset_source *source, const char *key,
                       bool (*is_there)(const struct dataset_source *source, const char *name, struct arena *arena),
                       struct arena *arena, const char **ret_missing);

/* Below the data root, as it is named: for dataset_has_files. */
bool dataset_file_is_there(const struct dataset_source *source, const char *name, struct arena *arena);

/* For formats: makes room for n pictures, to be filled in through pool->values[0].bytes, and their labels,
 * through *ret_labels. */
void dataset_pool_init(struct dataset *d, struct pool *pool, int n, uint16_t **ret_labels);

/* For formats: makes room for n examples of the signature's one field of numbers, to be filled through
 * *ret_numbers, and with labels of 0. */
void dataset_table_init(struct dataset *d, struct pool *pool, int n, float **ret_numbers,
                        uint16_t **ret_labels);

/* For formats: makes d->train of environments of sizes[n_environments] pictures each, in
 * turn, and fills in which example is of which. */
void dataset_environments_init(struct dataset *d, const char *const *names, const int *sizes,
                               int n_environments, uint16_t **ret_labels);

/* A data set whose train pool has all examples of `d`, those of the test pool last, for splits that draw the test part. It
 * borrows from `d`; memory from `arena`. */
struct dataset dataset_join(const struct dataset *d, struct arena *arena);

/* The place in d->train of an environment's first example, and their number. */
int dataset_environment(const struct dataset *d, int environment, int *ret_n);

/* Are the files that the description names there? Embedded formats: always.
 * If not, *ret_missing (in `arena`) is the first path that is not there. */
bool dataset_is_present(const struct dataset_source *source, struct arena *arena,
                        const char **ret_missing);

#endif
