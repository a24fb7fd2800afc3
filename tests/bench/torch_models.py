# SPDX-License-Identifier: GPL-3.0-or-later
"""The workloads of tests/bench/train.c in PyTorch: models, RGD's loss, optimizers.

Parameters carry the names and shapes that `rgdbench export-weights` writes
(timm's for the ViT).
"""
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

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
    dict(title="MNIST_CNN, 28 x 28", batch=64, optimizer="adam", picture=(2, 28, 28)),
]
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


def make_model(workload):
    channels, height, width = workload["picture"]
    if "vit" in workload:
        return VisionTransformer(workload["picture"], **workload["vit"])
    if "mlp" not in workload:
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
