# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolutions beside PyTorch's, layer by layer, on one core.

    python3 tests/bench/conv_peers.py build/tests/bench/conv [OTHER-BUILD'S-conv ...] [--rounds 5] [--examples 8]

Each round measures every program and both of PyTorch's layouts in turn, so that a drift of the machine's
speed reaches all; a cell is the median of the rounds' GFLOP/s, a ratio the median of theirs. PyTorch's is the
better of its two layouts in that cell.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
try:
    import torch
except ImportError:
    sys.exit("conv_peers.py needs PyTorch")

PASSES = ("forward", "data", "weights")
LAYOUTS = (torch.contiguous_format, torch.channels_last)
PIECES, PIECE_SECONDS = 60, 1e-3


def best(call):
    """Seconds of one call, as tests/bench/conv.c measures them."""
    call()
    start = time.perf_counter()
    call()
    calls = int(PIECE_SECONDS / (time.perf_counter() - start)) + 1
    least = 1e9
    for _ in range(PIECES):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        least = min(least, (time.perf_counter() - start) / calls)
    return least


def torch_rates(layer, n, layout):
    """GFLOP/s of the passes; a layer is "32x32x16-32": 32 x 32 pixels of 16 channels to 32."""
    size, width = layer.split("-")
    side, _, channels = map(int, size.split("x"))
    width = int(width)
    stride = 2 if width == 2 * channels else 1
    x = torch.randn(n, channels, side, side).contiguous(memory_format=layout)
    w = torch.randn(width, channels, 3, 3).contiguous(memory_format=layout)
    y = torch.nn.functional.conv2d(x, w, None, stride, 1)
    gy = torch.randn_like(y, memory_format=torch.preserve_format)
    flop = 2e-9 * y.numel() * 9 * channels

    def backward(*mask):
        return lambda: torch.ops.aten.convolution_backward(
            gy, x, w, None, [stride] * 2, [1] * 2, [1] * 2, False, [0] * 2, 1, [*mask, False])

    calls = (lambda: torch.nn.functional.conv2d(x, w, None, stride, 1), backward(True, False),
             backward(False, True))
    return dict(zip(PASSES, (flop / best(call) for call in calls)))


def our_rates(program, n):
    """{layer: {pass: GFLOP/s}}, and sgemm's."""
    lines = subprocess.run([program, str(n)], check=True, capture_output=True, text=True).stdout.splitlines()
    layers = {name: dict(zip(PASSES, map(float, rates))) for name, *rates in map(str.split, lines[2:])}
    return layers, float(lines[0].split()[-2])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--examples", type=int, default=8)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cells = {}  # (layer, pass) -> a row for each round: PyTorch, programs
    shares = {}  # likewise: of sgemm's rate, the first program's
    with torch.no_grad():
        for _ in range(args.rounds):
            ours = [our_rates(program, args.examples) for program in args.program]
            for layer in ours[0][0]:
                peers = [torch_rates(layer, args.examples, layout) for layout in LAYOUTS]
                for p in PASSES:
                    row = [max(peer[p] for peer in peers), *(layers[layer][p] for layers, _ in ours)]
                    cells.setdefault((layer, p), []).append(row)
                    shares.setdefault((layer, p), []).append(ours[0][0][layer][p] / ours[0][1])
    print(f"{'layer':16}{'pass':10}{'PyTorch':>9}" +
          "".join(f"{f'ours {i + 1}':>9}{'ratio':>7}" for i in range(len(args.program))) + "  of sgemm")
    for (layer, p), rows in cells.items():
        columns = list(zip(*rows))
        text = "".join(f"{statistics.median(column):9.1f}"
                       f"{statistics.median(c / t for c, t in zip(column, columns[0])):7.2f}"
                       for column in columns[1:])
        print(f"{layer:16}{p:10}{statistics.median(columns[0]):9.1f}{text}"
              f"{statistics.median(shares[layer, p]):10.2f}")


if __name__ == "__main__":
    main()
