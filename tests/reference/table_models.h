/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scores of the authors' models, for test_table_models.c. Generated; to renew:
 *     python3 tests/reference/table_models.py > tests/reference/table_models.h
 */
#ifndef TESTS_REFERENCE_TABLE_MODELS_H
#define TESTS_REFERENCE_TABLE_MODELS_H

static const struct reference_scores {
    const char *model;
    double scores[3][2];
} reference_scores[] = {
    {"mlp", {{-0.68962651119, 1.03672056203}, {-0.0846180389433, 0.735289905726}, {-0.436576550965, 0.761858413587}}},
    {"mlp_plr", {{0.0788525766557, 0.45542131048}, {0.603534781499, 0.701296933038}, {-0.0614343194028, 0.540180937161}}},
    {"ft_transformer", {{-0.145274584126, 0.590508735932}, {-0.146168230347, 0.567671178124}, {-0.151102880121, 0.592004592275}}},
};

#endif
