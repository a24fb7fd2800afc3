#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the scores, losses and norms of gradients that tests/test_bert.c compares ours with, and those of
ten steps of fine-tuning, for tests/test_bert_steps.c.

    python3 -P tests/reference/bert.py > tests/reference/bert.h

Needs torch and transformers; -P because of statistics.py beside it. In double precision. A weight's value
follows from its name and place alone, so that none is stored.
"""
import torch
from torch.nn import functional as F
from transformers import (BertConfig, BertForSequenceClassification, DistilBertConfig,
                          DistilBertForSequenceClassification, Trainer, get_linear_schedule_with_warmup)

CLASSES, STEPS, WARMUP, RATE, DECAY, CLIP = 3, 10, 2, 1e-3, 0.01, 1.0
TRACE_WIDTH = 0.25  # of weights: losses then are about 1, on both sides of RGD's clip
TEXTS = [([2, 17, 33, 40, 5, 3, 38, 31, 22, 3], 6), ([2, 9, 3, 11, 12, 3], 3),
         ([2, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 3], 12), ([2, 3], 2)]
LABELS = torch.tensor([0, 2, 1, 2])

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def weights(name, *shape, width=1.0):
    """From -width / 2 to width / 2, exact in single precision; of norms about 1."""
    i = torch.arange(torch.Size(shape).numel())
    mixed = (i * 2654435761 + 40503 * sum(name.encode())) % 2 ** 32
    w = width * ((mixed >> 8).double() / 2 ** 24 - 0.5).reshape(shape)
    return w + 1 if name.lower().endswith("norm.weight") else w


def models():
    common = dict(vocab_size=41, max_position_embeddings=14, num_labels=CLASSES, attn_implementation="eager")
    yield "bert", BertForSequenceClassification(BertConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        hidden_dropout_prob=0, attention_probs_dropout_prob=0, **common))
    yield "distilbert", DistilBertForSequenceClassification(DistilBertConfig(
        dim=24, n_layers=2, n_heads=3, hidden_dim=40,
        dropout=0, attention_dropout=0, seq_classif_dropout=0, **common))


def run(model, ids, second):
    length = len(ids)
    arguments = {"input_ids": torch.tensor([ids])}
    if hasattr(model, "bert"):
        arguments["token_type_ids"] = torch.tensor([[int(i >= second) for i in range(length)]])
    return model(**arguments).logits[0]


def erm(losses):
    return losses.mean()


def rgd(losses):
    """Kumar et al. 2023, algorithm 1, with clip = 1."""
    return (torch.exp(losses.detach().clamp(max=1) / 2) * losses).mean()


def begin(model, width):
    for key, weight in model.named_parameters():
        weight.data = weights(key, *weight.shape, width=width)


def losses_of(model):
    scores = torch.stack([run(model, *text) for text in TEXTS])
    return scores, F.cross_entropy(scores, LABELS, reduction="none")


def fine_tune(model, objective):
    """As transformers' Trainer: of each step its losses, and its gradient's norm before clipping."""
    begin(model, TRACE_WIDTH)
    decaying = Trainer.get_decay_parameter_names(None, model)
    groups = [dict(params=[p for key, p in model.named_parameters() if (key in decaying) == decays],
                   weight_decay=DECAY if decays else 0) for decays in (True, False)]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, STEPS)
    for _ in range(STEPS):
        _, losses = losses_of(model)
        optimizer.zero_grad()
        objective(losses).backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        schedule.step()
        yield losses.detach(), norm


def numbers(values):
    return "{" + ", ".join(f"{float(v):.17g}" for v in values) + "}"


print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
      " * Reference numbers for test_bert.c and test_bert_steps.c. Generated; to renew:\n"
      " *     python3 -P tests/reference/bert.py > tests/reference/bert.h\n */")
print("#ifndef TESTS_REFERENCE_BERT_H\n#define TESTS_REFERENCE_BERT_H\n")
print("static const struct {\n    const char *model;\n    double scores[4][3], losses[4];\n    struct {\n"
      "        const char *name;\n        double norm; /* of the gradient of the mean loss */\n    } gradients[48];\n"
      "    struct reference_trace {\n        const char *objective;\n        struct {\n"
      "            double losses[4], norm;\n        } steps[10];\n"
      "        double words, positions; /* norms of both tables behind the last */\n    } traces[2];\n"
      "} reference_bert[] = {")
for name, model in models():
    begin(model, 1)
    scores, losses = losses_of(model)
    losses.mean().backward()
    print(f"    {{\"{name}\",\n     {{" + ",\n      ".join(numbers(row) for row in scores.detach()) + "},")
    print(f"     {numbers(losses.detach())},\n     {{")
    for key, weight in model.named_parameters():
        print(f"         {{\"{key}\", {float(weight.grad.norm()):.17g}}},")
    print("     },\n     {")
    for objective in (erm, rgd):
        print(f"         {{\"{objective.__name__}\", {{")
        for losses, norm in fine_tune(model, objective):
            print(f"             {{{numbers(losses)}, {float(norm):.17g}}},")
        words, positions = [p.norm().item() for key, p in model.named_parameters()
                            if key.endswith(("word_embeddings.weight", "position_embeddings.weight"))]
        print(f"         }}, {words:.17g}, {positions:.17g}}},")
    print("     }},")
print("};\n\n#endif")
