# SPDX-License-Identifier: GPL-3.0-or-later
"""Training speed beside PyTorch's, on one core and on all.

    python3 tests/bench/peers.py build/tests/bench/train [--rounds 5] [--seconds 2] [WORKLOAD ...]

Both train the same architecture on the same number of examples a step, pictures from bytes, with RGD's
weights and the same optimizer; their measurements alternate, so that a drift of the machine's
speed reaches both, and the median of the rounds' ratios is printed. Convolutions have two layouts in PyTorch; the one
that is faster here counts.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("bench-peers needs PyTorch. In a virtual environment outside the project:\n"
             "    python3 -m venv ~/torch && ~/torch/bin/pip install torch\n"
             "    make bench-peers PYTHON=~/torch/bin/python")

from torch_models import N_CLASSES, N_WORDS, WORKLOADS, make_model, make_optimizer, rgd_loss, text_scores

N_PICTURES = 4096


class Peer:
    """One workload in PyTorch."""

    def __init__(self, workload, layout=torch.contiguous_format):
        torch.manual_seed(1)
        self.layout = layout
        self.batch = workload["batch"]
        if "table" in workload:
            self.numbers = torch.randn(N_PICTURES, workload["table"]["numbers"])
            self.codes = torch.stack([torch.randint(0, n, (N_PICTURES,))
                                      for n in workload["table"]["levels"]], 1)
        elif "tokens" in workload:
            low, high = workload["tokens"]
            lengths = torch.tensor([low + i * 7919 % (high - low + 1) for i in range(N_PICTURES)])
            self.lengths = torch.stack([lengths, lengths - lengths // 3], 1)
            self.tokens = (N_WORDS * torch.rand(N_PICTURES, high) ** 3).long()
        else:
            self.pixels = torch.randint(0, 256, (N_PICTURES, *workload["picture"]), dtype=torch.uint8)
        self.kind = "table" if "table" in workload else "text" if "tokens" in workload else "picture"
        self.labels = torch.randint(0, workload.get("classes", N_CLASSES), (N_PICTURES,))
        self.order = torch.randperm(N_PICTURES)
        self.model = make_model(workload).to(memory_format=layout)
        self.optimizer = make_optimizer(workload["optimizer"], self.model, 1e-4)
        self.place = 0

    def step(self):
        rows = self.order[self.place:self.place + self.batch]
        self.place = (self.place + self.batch) % N_PICTURES
        if self.kind == "table":
            scores = self.model(self.numbers[rows], self.codes[rows])
        elif self.kind == "text":
            scores = text_scores(self.model, self.tokens[rows], self.lengths[rows])
        else:
            pixels = self.pixels[rows].float().sub_(127.5).mul_(1 / 73.9)
            scores = self.model(pixels.contiguous(memory_format=self.layout))
        loss = rgd_loss(scores, self.labels[rows])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()

    def rate(self, seconds):
        start, steps = time.perf_counter(), 0
        while steps == 0 or time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        return steps * self.batch / (time.perf_counter() - start)


def best_peer(workload, seconds):
    """Warm, in the layout that suits it."""
    peers = [Peer(workload)]
    if "resnet" in workload or "cnn" in workload:
        peers.append(Peer(workload, torch.channels_last))
    for peer in peers:
        peer.rate(seconds / 4)
    return max(peers, key=lambda peer: peer.rate(seconds) if len(peers) > 1 else 0)


def our_rate(program, number, threads, seconds):
    """Examples a second; the program sets OpenBLAS's variables itself."""
    command = [program, "native", "rate", str(number), str(threads), str(seconds)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("workload", type=int, nargs="*")
    args = parser.parse_intermixed_args()

    torch.set_flush_denormal(True)
    print(f"PyTorch {torch.__version__}, {args.rounds} rounds of {args.seconds:g} s each; "
          "examples/s are medians, the ratio that of the rounds")
    print(f"{'cores':>5}  {'':<40} {'rgdbench':>9} {'PyTorch':>9} {'ratio':>6}")
    for threads in (1, os.cpu_count()):
        torch.set_num_threads(threads)
        for number, workload in enumerate(WORKLOADS, 1):
            if args.workload and number not in args.workload:
                continue
            peer = best_peer(workload, args.seconds)
            ours, theirs = [], []
            for _ in range(args.rounds):
                ours.append(our_rate(args.program, number, threads, args.seconds))
                theirs.append(peer.rate(args.seconds))
            ratio = statistics.median(a / b for a, b in zip(ours, theirs))
            print(f"{threads:>5}  {workload['title'] + ', batch ' + str(workload['batch']):<40}"
                  f" {statistics.median(ours):>9.0f} {statistics.median(theirs):>9.0f} {ratio:>6.2f}",
                  flush=True)


main()
