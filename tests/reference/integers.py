# SPDX-License-Identifier: GPL-3.0-or-later
"""Integers that the tests in C draw, too."""


MASK = 2**64 - 1


class Integers:
    """splitmix64 (Steele, Lea and Flood 2014)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % n

    def bell(self, spread):
        return sum(self.below(2 * spread + 1) for _ in range(4)) - 4 * spread

    def wild(self):  # a quotient: heavy tails
        top, bottom = self.below(2001) - 1000, 1 + self.below(1000)
        return (1 if top > 0 else -1) * (abs(top) * 1000 // bottom)
