"""What took part: the versions and the machine, as every result file states them."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import engine

PACKAGES = ("glassnet", "keras", "tensorflow", "numpy", "numba", "llvmlite", "scikit-learn")
CONFIRMED = "3.15"  # the Keras whose seeds and orders the engine follows


def versions() -> dict[str, str]:
    """Return package → version, and `python`, `machine`, `cores`."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    if found["glassnet"] == "not installed":  # run from a checkout
        found["glassnet"] = engine.__version__
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {**found, "machine": f"{_processor()}, {platform.system()}", "cores": str(cores)}


def remark(found: dict[str, str]) -> str:
    """Return a warning if this Keras is not the one the engine follows, else an empty string."""
    keras = found["keras"]
    if keras == CONFIRMED or keras.startswith(CONFIRMED + "."):
        return ""
    return (
        f"Keras {keras}: the engine follows the seeds and sample orders of Keras {CONFIRMED} on "
        "TensorFlow; other versions may start or shuffle differently."
    )


def _processor() -> str:
    """Return the processor's name where Linux tells it, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
