# SPDX-License-Identifier: GPL-3.0-or-later
"""Does training follow PyTorch's? The same weights, the same pictures (or rows, or texts) in the same order.

    python3 tests/bench/parity.py build/tests/bench/parity [--steps N] [--seed 1] [MODEL ...]

PyTorch makes the weights and trains first, a BERT by Hugging Face's transformers, where that is
installed; tests/bench/parity.c starts from the same weights and trains on the same pictures. What
the two hand over are files that Hugging Face's package writes and we read, or the other way about.
Held:

    losses   of each step, the mean weighted one, to TOLERANCE relative
    weights  what we read and write again is what PyTorch wrote, bit for bit
    blocks   of a checkpoint are what they were in our memory, bit for bit
    buffers  (running means and variances) behind the last step
"""
import argparse
import hashlib
import importlib.util
import pathlib
import subprocess
import sys
import tempfile

try:
    import torch
    from safetensors.torch import load_file, save_file
except ImportError:
    sys.exit("parity needs PyTorch and safetensors. In a virtual environment outside the project:\n"
             "    python3 -m venv ~/torch && ~/torch/bin/pip install torch numpy safetensors\n"
             "    make parity PYTHON=~/torch/bin/python")
from torch.nn import functional as F

from torch_models import N_CLASSES, WORKLOADS, make_model, rgd_loss, text_scores

# fp32 sums in another order differ by 1e-7. Where that switches a relu on or off, it grows: the MLP
# 3072-256-256-10 of PyTorch itself differs from itself in fp64 by up to 3e-4 so. The small one has
# fewer and shorter sums, so that it seldom happens; an error in a formula shows in both. MNIST_CNN has
# millions of relus: by step 50 PyTorch's fp32 and fp64 are 1e-3 apart, so that its first steps count.
# PLR and the FT-Transformer take a tenth of the rate: at the whole one PyTorch's fp32 and fp64 come up to 8e-4 and
# 3e-2 apart on these rows, and ours and PyTorch's up to 4e-4 and 8e-3.
# ResNets have as many relus, whose switching batch norm hands on to all examples: five steps at a tenth of the rate, to
# 1e-5, and their buffers to 1e-6; or, where PyTorch's own fp32 and fp64 are further apart, to SPREADS times that.
TOLERANCE = 1e-4
RESNET_TOLERANCE, BUFFER_TOLERANCE, SPREADS = 1e-5, 1e-6, 4
N_STEPS = 50
N_PICTURES = 1000
N_NOISY = 250  # labels drawn anew: else losses near 0 would be compared

NOT_DECAYED = ("cls_token", "pos_embed", "periodic.weight", "numbers.weight", "numbers.bias",
               "categories.weight", "categories.bias")
N_WORDS = 500
TABLE = dict(numbers=6, levels=(9, 16, 7, 15, 6, 5, 2, 42))

MODELS = {
    "MLP": (WORKLOADS[4], 'model = "mlp"\nmodel.hidden = [128, 128]\n'),
    "ViT": (WORKLOADS[2], 'model = "vit"\nmodel.dim = 64\nmodel.depth = 4\nmodel.heads = 4\n'
            'model.patch = 8\n'),
    "Table": (dict(batch=256, table=TABLE, classes=2, mlp=(400, 400)),
              'model = "mlp"\nmodel.hidden = [400, 400]\n'),
    "PLR": (dict(batch=256, table=TABLE, classes=2,
                 rate=0.1,
                 plr=dict(hidden=(224, 224), frequencies=92, sigma=5.16, embedding=24)),
            'model = "mlp_plr"\nmodel.hidden = [224, 224]\nmodel.frequencies = 92\n'
            'model.embedding = 24\n'),
    "FT-T": (dict(batch=64, table=TABLE, classes=2, rate=0.1,
                  ft=dict(dim=64, depth=3, heads=8, hidden=85)),
             'model = "ft_transformer"\nmodel.dim = 64\nmodel.hidden = 85\n'
             'model.attention_dropout = 0\nmodel.dropout = 0\n'),
    "BERT": (dict(batch=32, classes=2, tokens=(4, 40), bert=(2, 64, 4, N_WORDS, 0.0)),
             'model = "bert"\nmodel.depth = 2\nmodel.dim = 64\nmodel.heads = 4\nmodel.dropout = 0\n'
             'model.attention_dropout = 0\nmodel.classifier_dropout = 0\n'),
    "R-8": (dict(WORKLOADS[6], steps=5, rate=0.1), 'model = "resnet"\nmodel.depth = 8\n'),
    "R-32": (dict(WORKLOADS[7], steps=5, rate=0.1), 'model = "resnet"\nmodel.depth = 32\n'),
    "CNN": (dict(WORKLOADS[5], steps=5), 'model = "mnist_cnn"\n'),
}
OPTIMIZERS = {
    "SGD": (torch.optim.SGD, dict(lr=0.02, momentum=0.9, weight_decay=5e-4),
            'optimizer = "sgd"\noptimizer.momentum = 0.9\noptimizer.weight_decay = 0.0005\n'),
    "Adam": (torch.optim.Adam, dict(lr=5e-4, weight_decay=1e-4),
             'optimizer = "adam"\noptimizer.weight_decay = 0.0001\n'),
    "AdamW": (torch.optim.AdamW, dict(lr=5e-4, weight_decay=0.05),
              'optimizer = "adamw"\noptimizer.weight_decay = 0.05\n'),
    # As PyTorch's do unless told otherwise, and DomainBed's: all decays.
    "Adam all": (torch.optim.Adam, dict(lr=5e-4, weight_decay=0.05),
                 'optimizer = "adam"\noptimizer.weight_decay = 0.05\noptimizer.decays = "all"\n'),
}
OBJECTIVES = {"ERM": (F.cross_entropy, 'objective = "erm"\n'),
              "RGD": (rgd_loss, 'objective = "rgd"\n')}


def make_pictures(shape):
    """Each class is a pattern under noise."""
    labels = torch.randint(0, N_CLASSES, (N_PICTURES,))
    patterns = torch.randn(N_CLASSES, *shape)
    pixels = 120 + 25 * patterns[labels] + 50 * torch.randn(N_PICTURES, *shape)
    labels[:N_NOISY] = torch.randint(0, N_CLASSES, (N_NOISY,))
    return dict(pixels=pixels.clamp(0, 255).to(torch.uint8), labels=labels.int())


def make_table(numbers, levels):
    """A class by a plane through the numbers and a worth of each level, under noise."""
    x = torch.randn(N_PICTURES, numbers)
    codes = torch.stack([torch.randint(0, n, (N_PICTURES,)) for n in levels], 1)
    worth = sum(torch.randn(n)[codes[:, c]] for c, n in enumerate(levels))
    labels = (x @ torch.randn(numbers) + worth + torch.randn(N_PICTURES) > 0).long()
    return dict(numbers=x, categories=codes.int(), levels=torch.tensor(levels).int(),
                labels=labels.int())


def make_texts(shortest, longest):
    """Each class has words of its own among others; some have a second text."""
    labels = torch.randint(0, 2, (N_PICTURES,))
    lengths = torch.randint(shortest, longest + 1, (N_PICTURES,))
    own = torch.rand(N_PICTURES, longest) < 0.1
    tokens = torch.where(own, 1 + labels[:, None], torch.randint(3, N_WORDS, (N_PICTURES, longest)))
    labels[:N_NOISY] = torch.randint(0, 2, (N_NOISY,))
    return dict(tokens=tokens.int(), lengths=torch.stack([lengths, lengths - lengths // 3], 1).int(),
                words=torch.tensor([N_WORDS]).int(), labels=labels.int())


def make_examples(workload):
    if "table" in workload:
        return make_table(**workload["table"])
    if "tokens" in workload:
        return make_texts(*workload["tokens"])
    return make_pictures(workload["picture"])


def make_optimizer(kind, settings, decays_all, model):
    """Biases, norms, the class token, positions, frequencies and tokens do not decay with us, unless
    it is said."""
    if decays_all:
        return kind(model.parameters(), **settings)
    decays = {True: [], False: []}
    for name, p in model.named_parameters():
        decays[p.ndim >= 2 and name not in NOT_DECAYED].append(p)
    return kind([{"params": decays[True]}, {"params": decays[False], "weight_decay": 0}],
                **settings)


def train(model, optimizer, loss, pictures):
    """The mean weighted loss of each step."""
    losses, score = [], lambda model, *x: model(*x)
    if "tokens" in pictures:
        inputs, score = [pictures["tokens"].long(), pictures["lengths"]], text_scores
    elif "pixels" in pictures:
        pixels = pictures["pixels"].float()
        deviation, mean = torch.std_mean(pixels, (0, 2, 3), correction=0, keepdim=True)
        inputs = [((pixels - mean) / deviation).to(next(model.parameters()).dtype)]
    else:
        inputs = [pictures["numbers"], pictures["categories"].long()]
    for rows in pictures["order"].long():
        value = loss(score(model, *[x[rows] for x in inputs]), pictures["labels"][rows].long())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return torch.tensor(losses, dtype=torch.float64)


def state_of(model):
    """Parameters and running statistics; the count of batches is of no use to us."""
    return {name: x.detach().clone() for name, x in model.state_dict().items()
            if not name.endswith("num_batches_tracked") and x.is_floating_point()}


def buffer_difference(a, b):
    """Of the largest in the tensor; of means, which may be about 0, of the largest deviation."""
    def scale(name):
        return (b[name.replace("mean", "var")].max().sqrt() if name.endswith("mean") else b[name].max())

    return max([0.0, *[((a[k] - b[k]).abs().max() / scale(k)).item() for k in b if "running_" in k]])


def spread(workload, first, make, loss, pictures, losses, state):
    """How far PyTorch's fp32 is from PyTorch's fp64: losses and buffers."""
    model = make_model(workload)
    model.load_state_dict(first, strict=False)
    model.double()
    exact = train(model, make(model), loss, pictures)
    return ((losses - exact).abs() / exact.abs()).max().item(), buffer_difference(state, state_of(model))


def same_bits(a, b):
    return a.keys() == b.keys() and all(
        a[k].shape == b[k].shape and a[k].numpy().tobytes() == b[k].numpy().tobytes() for k in a)


def run(program, folder, model_name, optimizer_name, objective_name, args):
    workload, model_settings = MODELS[model_name]
    kind, hparams, optimizer_settings = OPTIMIZERS[optimizer_name]
    hparams = dict(hparams, lr=hparams["lr"] * workload.get("rate", 1))
    loss, objective_settings = OBJECTIVES[objective_name]

    steps = args.steps or workload.get("steps", N_STEPS)
    torch.manual_seed(args.seed)
    pictures = make_examples(workload)
    order = torch.stack([torch.randperm(N_PICTURES)[:workload["batch"]] for _ in range(steps)])
    pictures["order"] = order.int()
    model = make_model(workload)
    first = state_of(model)
    save_file(pictures, folder / "pictures.safetensors")
    save_file(first, folder / "start.safetensors")
    (folder / "settings").write_text('data = "shapes"\ndata.format = "shapes"\n' + model_settings +
                                     optimizer_settings + f"train.lr = {hparams['lr']:.12g}\n" +
                                     objective_settings)
    def make(model):
        return make_optimizer(kind, hparams, "decays" in optimizer_settings, model)

    optimizer = make(model)
    theirs = train(model, optimizer, loss, pictures)
    own = (0, 0)
    if "resnet" in workload:
        own = spread(workload, first, make, loss, pictures, theirs, state_of(model))
    printed = subprocess.run([program, folder], check=True, stdout=subprocess.PIPE, text=True)

    ours = load_file(folder / "losses.safetensors")["losses"][:, 1]
    difference = ((ours - theirs).abs() / theirs.abs()).max().item()
    buffers = buffer_difference(load_file(folder / "end.safetensors"), state_of(model))
    same_weights = same_bits(first, load_file(folder / "start_again.safetensors"))
    checkpoint = load_file(folder / "checkpoint.safetensors")
    hashes = dict(line.split() for line in printed.stdout.splitlines())
    same_blocks = hashes == {name: hashlib.sha256(checkpoint[name].numpy().tobytes()).hexdigest()
                             for name in checkpoint if name != "journal"}
    yes = {True: "same bits", False: "DIFFER"}
    print(f"{model_name:<6} {optimizer_name:<8} {objective_name:<4} {theirs[0]:8.4f} "
          f"{theirs[-1]:8.4f} {difference:12.1e} {own[0]:8.1e} {buffers:10.1e} {own[1]:8.1e}  {yes[same_weights]:<10} {yes[same_blocks]:<10}",
          flush=True)
    limit = RESNET_TOLERANCE if "resnet" in workload else TOLERANCE
    return (difference < max(limit, SPREADS * own[0]) and buffers < max(BUFFER_TOLERANCE, SPREADS * own[1])
            and same_weights and same_blocks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--steps", type=int, help="50, or 5 where it says so")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("model", nargs="*", choices=[*MODELS, []], help="all unless named")
    args = parser.parse_intermixed_args()

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    print(f"PyTorch {torch.__version__}, {args.steps or N_STEPS} steps (5 of R and CNN, unless told); loss: of the "
          "first and of the last; own: PyTorch's fp32 beside its fp64")
    print(f"{'model':<6} {'':<8} {'':<4} {'first':>8} {'last':>8} {'largest rel.':>12} {'own':>8} {'buffers':>10} {'own':>8}  "
          f"{'weights':<10} {'checkpoint':<10}")
    models = args.model or list(MODELS)
    if not args.model and not importlib.util.find_spec("transformers"):
        models.remove("BERT")
        print("BERT is left out: it needs transformers")
    with tempfile.TemporaryDirectory() as folder:
        held = [run(args.program, pathlib.Path(folder), m, opt, obj, args)
                for m in models for opt in OPTIMIZERS for obj in OBJECTIVES]
    if not all(held):
        sys.exit(f"parity: {held.count(False)} of {len(held)} cases do not hold "
                 f"(losses to {TOLERANCE:g})")


main()
