# SPDX-License-Identifier: GPL-3.0-or-later
"""The workloads of tests/bench/train.c in PyTorch: models, RGD's loss, optimizers.

Parameters carry the names and shapes that `rgdbench export-weights` writes
(timm's for the ViT).
"""
import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

# Numbers, and levels of the categories.
ADULT = dict(numbers=6, levels=(9, 16, 7, 15, 6, 5, 2, 42))

# In the order of tests/bench/train.c.
WORKLOADS = [
    dict(title="ViT dim 192, depth 12, heads 3, patch 4", batch=64, optimizer="adamw",
         picture=(3, 32, 32), vit=dict(dim=192, depth=12, heads=3, patch=4)),
    dict(title="ViT dim 96, depth 6, heads 3, patch 4", batch=128, optimizer="adamw",
         picture=(3, 32, 32), vit=dict(dim=96, depth=6, heads=3, patch=4)),
    dict(title="ViT dim 64, depth 4, heads 4, patch 8", batch=128, optimizer="adamw",
         picture=(3, 32, 32), vit=dict(dim=64, depth=4, heads=4, patch=8)),
    dict(title="MLP 3072-256-256-10", batch=128, optimizer="sgd", picture=(3, 32, 32),
         mlp=(256, 256)),
    dict(title="MLP 64-128-128-10", batch=64, optimizer="sgd", picture=(1, 8, 8), mlp=(128, 128)),
    dict(title="MNIST_CNN, 28 x 28", batch=64, optimizer="adam", picture=(2, 28, 28), cnn=True),
    dict(title="ResNet-8, 32 x 32", batch=128, optimizer="sgd", picture=(3, 32, 32), resnet=8),
    dict(title="ResNet-32, 32 x 32", batch=128, optimizer="sgd", picture=(3, 32, 32), resnet=32),
    dict(title="MLP-PLR, Adult's columns", batch=256, optimizer="adamw", table=ADULT, classes=2,
         plr=dict(hidden=(224, 224), frequencies=92, sigma=5.16, embedding=24)),
    dict(title="FT-Transformer, Adult's columns", batch=256, optimizer="adamw", table=ADULT, classes=2,
         ft=dict(dim=192, depth=3, heads=8, hidden=256, attention_dropout=0.2, dropout=0.1)),
    dict(title="MLP 4 x 400, Adult's columns", batch=256, optimizer="adamw", table=ADULT, classes=2,
         mlp=(400, 400, 400, 400)),
    dict(title="MiniLM-L6, 11 tokens", batch=32, optimizer="adamw", classes=2, tokens=(4, 18), bert=(6, 384, 12)),
    dict(title="MiniLM-L6, 53 tokens", batch=32, optimizer="adamw", classes=2, tokens=(28, 78), bert=(6, 384, 12)),
]
N_WORDS = 30522
N_CLASSES = 10


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        n, tokens, dim = x.shape
        q, k, v = self.qkv(x).view(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        x = F.scaled_dot_product_attention(q, k, v)
        return self.proj(x.transpose(1, 2).reshape(n, tokens, dim))


class Mlp(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp = Mlp(dim, 4 * dim)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, channels, dim, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, dim, patch, patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class VisionTransformer(nn.Module):
    def __init__(self, picture, dim, depth, heads, patch):
        super().__init__()
        channels, height, width = picture
        tokens = (height // patch) * (width // patch) + 1
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.randn(1, tokens, dim) * 0.02)
        self.patch_embed = PatchEmbed(channels, dim, patch)
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, N_CLASSES)

    def forward(self, x):
        x = self.patch_embed(x)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def mnist_cnn(channels):
    """Gulrajani and Lopez-Paz 2021, appendix D."""
    layers = OrderedDict()
    for i, (width, stride) in enumerate(((64, 1), (128, 2), (128, 1), (128, 1)), 1):
        layers |= {f"conv{i}": nn.Conv2d(channels, width, 3, stride, padding=1),
                   f"relu{i}": nn.ReLU(), f"norm{i}": nn.GroupNorm(8, width)}
        channels = width
    layers |= {"pool": nn.AdaptiveAvgPool2d(1), "flat": nn.Flatten(),
               "output": nn.Linear(channels, N_CLASSES)}
    return nn.Sequential(layers)


class BasicBlock(nn.Module):
    """He et al. 2016, section 4.2; the shortcut without weights, option A."""

    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.stride, self.pad = stride, (width - channels) // 2

    def forward(self, x):
        h = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.pad:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(h + x)


class ResNet(nn.Module):
    """For small pictures; parameters are named and start as in LDAM-DRW's code."""

    def __init__(self, depth, channels, width=16):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        before = width
        for stage in range(3):
            blocks = []
            for block in range((depth - 2) // 6):
                blocks.append(BasicBlock(before, width << stage, 2 if stage and not block else 1))
                before = width << stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(before, N_CLASSES)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(m.weight)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class OneHot(nn.Module):
    def __init__(self, levels):
        super().__init__()
        self.total = sum(levels)
        self.register_buffer("first", torch.tensor([0, *levels[:-1]]).cumsum(0))

    def forward(self, codes):
        return torch.zeros(len(codes), self.total).scatter_(1, codes + self.first, 1.0)


class Periodic(nn.Module):
    def __init__(self, n, frequencies, sigma):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n, frequencies))
        nn.init.trunc_normal_(self.weight, 0, sigma, -3 * sigma, 3 * sigma)

    def forward(self, x):
        turns = 2 * math.pi * self.weight * x[..., None]
        return torch.cat([turns.cos(), turns.sin()], -1)


class TableMlp(nn.Module):
    """Numbers as they are, or by periodic embeddings with one layer for all; categories one-hot."""

    def __init__(self, n_classes, numbers, levels, hidden, frequencies=None, sigma=None, embedding=1,
                 dropout=0.0):
        super().__init__()
        if frequencies:
            self.periodic = Periodic(numbers, frequencies, sigma)
            self.embedding = nn.Linear(2 * frequencies, embedding)
        self.one_hot = OneHot(levels)
        widths = [numbers * embedding + sum(levels), *hidden]
        for i, (a, b) in enumerate(zip(widths, widths[1:]), 1):
            self.add_module(f"hidden{i}", nn.Linear(a, b))
        self.output = nn.Linear(widths[-1], n_classes)
        self.depth, self.dropout = len(hidden), dropout

    def forward(self, numbers, codes):
        if hasattr(self, "periodic"):
            numbers = F.relu(self.embedding(self.periodic(numbers))).flatten(1)
        x = torch.cat([numbers, self.one_hot(codes)], 1)
        for i in range(self.depth):
            x = F.relu(getattr(self, f"hidden{i + 1}")(x))
            x = F.dropout(x, self.dropout, self.training) if self.dropout else x
        return self.output(x)


class Rows(nn.Module):
    """A weight and a bias for each row."""

    def __init__(self, n_weights, n, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_weights, dim))
        self.bias = nn.Parameter(torch.empty(n, dim))
        for p in self.parameters():
            nn.init.uniform_(p, -dim ** -0.5, dim ** -0.5)


class FtBlock(nn.Module):
    def __init__(self, dim, heads, hidden, attention_dropout, dropout, is_first, is_last):
        super().__init__()
        self.heads, self.is_last = heads, is_last
        self.rates = attention_dropout, dropout
        if not is_first:
            self.norm1 = nn.LayerNorm(dim)
        self.attn = nn.Module()
        if is_last:
            self.attn.q, self.attn.kv = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim)
        else:
            self.attn.qkv = nn.Linear(dim, 3 * dim)
        self.attn.proj = nn.Linear(dim, dim)
        for layer in self.attn.children():
            nn.init.zeros_(layer.bias)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Module()
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(dim, 2 * hidden), nn.Linear(hidden, dim)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x):
        attention_dropout, dropout = self.rates if self.training else (0, 0)
        h = self.norm1(x) if hasattr(self, "norm1") else x
        if self.is_last:
            q, (k, v) = self.attn.q(h[:, :1]), self.attn.kv(h).chunk(2, -1)
            x = x[:, :1]
        else:
            q, k, v = self.attn.qkv(h).chunk(3, -1)
        h = F.scaled_dot_product_attention(self.split(q), self.split(k), self.split(v),
                                           dropout_p=attention_dropout)
        x = x + self.attn.proj(h.transpose(1, 2).flatten(2))
        a, b = self.mlp.fc1(self.norm2(x)).chunk(2, -1)
        return x + self.mlp.fc2(F.dropout(a * F.relu(b), dropout) if dropout else a * F.relu(b))


class FtTransformer(nn.Module):
    def __init__(self, n_classes, numbers, levels, dim, depth, heads, hidden, attention_dropout=0.0,
                 dropout=0.0):
        super().__init__()
        self.cls_token = nn.Parameter(torch.empty(1, 1, dim).uniform_(-dim ** -0.5, dim ** -0.5))
        self.numbers = Rows(numbers, numbers, dim)
        self.categories = Rows(sum(levels), len(levels), dim)
        self.register_buffer("first", torch.tensor([0, *levels[:-1]]).cumsum(0))
        self.blocks = nn.Sequential(*[FtBlock(dim, heads, hidden, attention_dropout, dropout, i == 0,
                                              i == depth - 1) for i in range(depth)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, n_classes)

    def forward(self, numbers, codes):
        x = torch.cat([self.cls_token.expand(len(codes), -1, -1),
                       numbers[..., None] * self.numbers.weight + self.numbers.bias,
                       F.embedding(codes + self.first, self.categories.weight) + self.categories.bias], 1)
        return self.head(F.relu(self.norm(self.blocks(x)[:, 0])))


def make_bert(n_classes, depth, dim, heads, n_words=N_WORDS, dropout=0.1):
    from transformers import BertConfig, BertForSequenceClassification  # only who asks for it needs it

    return BertForSequenceClassification(BertConfig(
        vocab_size=n_words, num_hidden_layers=depth, hidden_size=dim, num_attention_heads=heads,
        intermediate_size=4 * dim, num_labels=n_classes, hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout))


def text_scores(model, tokens, lengths):
    """Of a batch padded to its longest; lengths[n][2]: of all, and of the first text."""
    place = torch.arange(lengths[:, 0].max())
    return model(input_ids=tokens[:, :len(place)], attention_mask=(place < lengths[:, :1]).long(),
                 token_type_ids=(place >= lengths[:, 1:]).long()).logits


def make_model(workload):
    n_classes = workload.get("classes", N_CLASSES)
    if "bert" in workload:
        return make_bert(n_classes, *workload["bert"])
    if "ft" in workload:
        return FtTransformer(n_classes, **workload["table"], **workload["ft"])
    if "plr" in workload:
        return TableMlp(n_classes, **workload["table"], **workload["plr"])
    if "table" in workload:
        return TableMlp(n_classes, **workload["table"], hidden=workload["mlp"])
    channels, height, width = workload["picture"]
    if "vit" in workload:
        return VisionTransformer(workload["picture"], **workload["vit"])
    if "resnet" in workload:
        return ResNet(workload["resnet"], channels)
    if "cnn" in workload:
        return mnist_cnn(channels)
    widths = [channels * height * width, *workload["mlp"]]
    layers = {"pixels": nn.Flatten()}
    for i, (a, b) in enumerate(zip(widths, widths[1:]), 1):
        layers |= {f"hidden{i}": nn.Linear(a, b), f"relu{i}": nn.ReLU()}
    return nn.Sequential(OrderedDict(layers, output=nn.Linear(widths[-1], N_CLASSES)))


def make_optimizer(name, model, lr):
    """With the fastest implementation that PyTorch has for the CPU."""
    if name == "sgd":
        return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4,
                               fused=True)
    if name == "adam":
        return torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05, fused=True)


def rgd_loss(scores, labels, clip=1.0):
    losses = F.cross_entropy(scores, labels, reduction="none")
    weights = torch.exp(losses.detach().clamp(max=clip) / (clip + 1))
    return (weights * losses).mean()
