#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables that tests/test_held_out.c compares ours with: what DomainBed's own
collect_results.py makes of the tree that the test draws.

    mkdir /tmp/tree && build/tests/test_held_out /tmp/tree
    python3 tests/reference/domainbed_tables.py DOMAINBED /tmp/tree tests/reference

DOMAINBED is a checkout of facebookresearch/DomainBed at b93c22a. Needs numpy; what else it
imports is not needed for tables, and is stood in for."""
import contextlib
import importlib.abc
import importlib.machinery
import io
import os
import runpy
import sys
import types


class AnyType(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything


class Anything(metaclass=AnyType):
    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        return self


class StandIn(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    names = {"torch", "torchvision", "tqdm", "wilds", "backpack", "clip", "PIL", "timm", "gdown"}

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        if module.__name__ == "tqdm":
            module.tqdm = lambda items, **kwargs: items


domainbed, tree, out = sys.argv[1:]
sys.meta_path.insert(0, StandIns())
sys.path.insert(0, domainbed)
for name, flags in (("txt", []), ("tex", ["--latex"])):
    sys.argv = ["collect_results", "--input_dir", tree] + flags
    stdout = sys.stdout
    with contextlib.redirect_stdout(io.StringIO()):
        runpy.run_module("domainbed.scripts.collect_results", run_name="__main__")
    sys.stdout = stdout
    os.replace(os.path.join(tree, "results." + name), os.path.join(out, "domainbed_tables." + name))
