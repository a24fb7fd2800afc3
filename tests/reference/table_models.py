#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the scores that tests/test_table_models.c compares ours with.

    python3 tests/reference/table_models.py > tests/reference/table_models.h

Needs torch, and the authors' packages rtdl_num_embeddings and rtdl_revisiting_models. In double
precision. A weight's value follows from its name and place alone, so that none is stored.
"""
import torch
from rtdl_num_embeddings import PeriodicEmbeddings
from rtdl_revisiting_models import MLP, FTTransformer
from torch import nn

N, NUMBERS, LEVELS, CLASSES = 3, 4, (3, 1, 5), 2
X = torch.tensor([[0.5, -1.25, 2.0, 0.0], [-3.5, 0.125, 1.0, -0.75], [5.0, -5.0, 0.25, 1.5]])
CODES = torch.tensor([[2, 0, 4], [0, 0, 1], [1, 0, 3]])

torch.set_default_dtype(torch.float64)


def weights(name, *shape):
    """From -1/2 to 1/2, exact in single precision."""
    i = torch.arange(torch.Size(shape).numel())
    mixed = (i * 2654435761 + 40503 * sum(name.encode())) % 2 ** 32
    return ((mixed >> 8).double() / 2 ** 24 - 0.5).reshape(shape)


def set_linear(layer, name):
    layer.weight.data = weights(name + ".weight", *layer.weight.shape)
    layer.bias.data = weights(name + ".bias", *layer.bias.shape)


def set_mlp(mlp):
    for i, block in enumerate(mlp.blocks, 1):
        set_linear(block.linear, f"hidden{i}")
    set_linear(mlp.output, "output")


def one_hot():
    return torch.cat([nn.functional.one_hot(CODES[:, c], n) for c, n in enumerate(LEVELS)], 1)


def make_mlp(width):
    mlp = MLP(d_in=width + sum(LEVELS), d_out=CLASSES, n_blocks=2, d_block=24, dropout=0.0)
    set_mlp(mlp)
    return mlp


def plain():
    return make_mlp(NUMBERS)(torch.cat([X.double(), one_hot()], 1))


def plr():
    embeddings = PeriodicEmbeddings(NUMBERS, 3, n_frequencies=5, frequency_init_scale=1.0, lite=True)
    embeddings.periodic.weight.data = 8 * weights("periodic.weight", NUMBERS, 5)
    set_linear(embeddings.linear, "embedding")
    return make_mlp(3 * NUMBERS)(torch.cat([embeddings(X.double()).flatten(1), one_hot()], 1))


def split(layers, name):
    """Layers of one width whose weights are one parameter with us."""
    width = layers[0].weight.shape[0]
    whole = weights(f"{name}.weight", width * len(layers), width)
    bias = weights(f"{name}.bias", width * len(layers))
    for i, layer in enumerate(layers):
        layer.weight.data, layer.bias.data = (x[i * width:(i + 1) * width] for x in (whole, bias))


def ft():
    dim = 8
    m = FTTransformer(n_cont_features=NUMBERS, cat_cardinalities=list(LEVELS), d_out=CLASSES, n_blocks=3,
                      d_block=dim, attention_n_heads=2, attention_dropout=0.0, ffn_d_hidden=5,
                      ffn_d_hidden_multiplier=None, ffn_dropout=0.0, residual_dropout=0.0)
    m.cls_embedding.weight.data = weights("cls_token", dim)
    set_linear(m.cont_embeddings, "numbers")
    tables = weights("categories.weight", sum(LEVELS), dim).split(LEVELS)
    for embedding, table in zip(m.cat_embeddings.embeddings, tables):
        embedding.weight.data = table
    m.cat_embeddings.bias.data = weights("categories.bias", len(LEVELS), dim)
    for i, block in enumerate(m.backbone.blocks):
        name, attention = f"blocks.{i}.", block["attention"]
        if i > 0:
            set_linear(block["attention_normalization"], name + "norm1")
        if i < 2:
            split([attention.W_q, attention.W_k, attention.W_v], name + "attn.qkv")
        else:
            set_linear(attention.W_q, name + "attn.q")
            split([attention.W_k, attention.W_v], name + "attn.kv")
        set_linear(attention.W_out, name + "attn.proj")
        set_linear(block["ffn_normalization"], name + "norm2")
        set_linear(block["ffn"].linear1, name + "mlp.fc1")
        set_linear(block["ffn"].linear2, name + "mlp.fc2")
    set_linear(m.backbone.output.normalization, "norm")
    set_linear(m.backbone.output.linear, "head")
    return m(X.double(), CODES)


def main():
    print("""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scores of the authors' models, for test_table_models.c. Generated; to renew:
 *     python3 tests/reference/table_models.py > tests/reference/table_models.h
 */
#ifndef TESTS_REFERENCE_TABLE_MODELS_H
#define TESTS_REFERENCE_TABLE_MODELS_H

static const struct reference_scores {
    const char *model;
    double scores[3][2];
} reference_scores[] = {""")
    for name, make in (("mlp", plain), ("mlp_plr", plr), ("ft_transformer", ft)):
        rows = ", ".join("{%.12g, %.12g}" % tuple(row) for row in make().tolist())
        print('    {"%s", {%s}},' % (name, rows))
    print("};\n\n#endif")


with torch.no_grad():
    main()
