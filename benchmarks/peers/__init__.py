"""The engine and those it is compared with, a file each.

A peer is made from a workload (what it imports and builds then is reported apart) and has

``train()``
    one whole fit from the initial weights, which is timed;
``weights()``
    the weights after it, kernel, bias, kernel, bias …
``NEEDS``
    the packages without which it cannot run.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

from benchmarks.workloads import Workload

PEERS = {
    "engine": "the engine",
    "keras": "Keras as the tutorials call it",
    "keras_best": "Keras, best options",
    "jax_fit": "JAX, the fit in one jit",
    "torch_fit": "PyTorch",
    "torch_fused": "PyTorch, fused optimizer",
    "sklearn_mlp": "scikit-learn's MLPClassifier",
    "limit": "C, sizes fixed",
}
"""Module → what tables call it."""


def missing(name: str) -> str:
    """What the peer needs and this machine lacks, and where to get it; "" if there is nothing."""
    for need in module(name).NEEDS:
        if not _found(need):
            return "a C compiler, cc" if need == "cc" else f"{need} (pip install '.[peers]')"
    return ""


def suits(name: str, work: Workload) -> bool:
    """Whether the peer is made for networks as large as that of `work`."""
    return work.parameters <= getattr(module(name), "LARGEST", work.parameters)


def _found(need: str) -> bool:
    if need == "cc":
        import shutil

        return shutil.which("cc") is not None
    return find_spec(need) is not None


def module(name: str) -> Any:
    """The peer's file; it imports the peer's packages only when the peer is made."""
    return importlib.import_module(f"benchmarks.peers.{name}")
