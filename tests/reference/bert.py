#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the scores, losses and norms of gradients that tests/test_bert.c compares ours with.

    python3 -P tests/reference/bert.py > tests/reference/bert.h

Needs torch and transformers; -P because of statistics.py beside it. In double precision. A weight's value follows from its name and place alone, so that
none is stored.
"""
import torch
from transformers import BertConfig, BertForSequenceClassification, DistilBertConfig, DistilBertForSequenceClassification

CLASSES = 3
TEXTS = [([2, 17, 33, 40, 5, 3, 38, 31, 22, 3], 6), ([2, 9, 3, 11, 12, 3], 3),
         ([2, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 3], 12), ([2, 3], 2)]
LABELS = torch.tensor([0, 2, 1, 2])

torch.set_default_dtype(torch.float64)


def weights(name, *shape):
    """From -1/2 to 1/2, exact in single precision; of norms about 1."""
    i = torch.arange(torch.Size(shape).numel())
    mixed = (i * 2654435761 + 40503 * sum(name.encode())) % 2 ** 32
    w = ((mixed >> 8).double() / 2 ** 24 - 0.5).reshape(shape)
    return w + 1 if name.lower().endswith("norm.weight") else w


def models():
    common = dict(vocab_size=41, max_position_embeddings=14, num_labels=CLASSES, attn_implementation="eager")
    yield "bert", BertForSequenceClassification(BertConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, **common))
    yield "distilbert", DistilBertForSequenceClassification(DistilBertConfig(
        dim=24, n_layers=2, n_heads=3, hidden_dim=40, **common))


def run(model, ids, second):
    length = len(ids)
    arguments = {"input_ids": torch.tensor([ids])}
    if hasattr(model, "bert"):
        arguments["token_type_ids"] = torch.tensor([[int(i >= second) for i in range(length)]])
    return model(**arguments).logits[0]


def numbers(values):
    return "{" + ", ".join(f"{float(v):.17g}" for v in values.detach()) + "}"


print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n * Reference numbers for test_bert.c. Generated; to renew:\n"
      " *     python3 -P tests/reference/bert.py > tests/reference/bert.h\n */")
print("#ifndef TESTS_REFERENCE_BERT_H\n#define TESTS_REFERENCE_BERT_H\n")
print("static const struct {\n    const char *model;\n    double scores[4][3], losses[4];\n    struct {\n"
      "        const char *name;\n        double norm; /* of the gradient of the mean loss */\n    } gradients[48];\n"
      "} reference_bert[] = {")
for name, model in models():
    model.eval()
    for key, weight in model.named_parameters():
        weight.data = weights(key, *weight.shape)
    scores = torch.stack([run(model, *text) for text in TEXTS])
    losses = torch.nn.functional.cross_entropy(scores, LABELS, reduction="none")
    losses.mean().backward()
    print(f"    {{\"{name}\",\n     {{" + ",\n      ".join(numbers(row) for row in scores) + "},")
    print(f"     {numbers(losses)},\n     {{")
    for key, weight in model.named_parameters():
        print(f"         {{\"{key}\", {float(weight.grad.norm()):.17g}}},")
    print("     }},")
print("};\n\n#endif")
