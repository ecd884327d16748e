"""What took part: the versions and the machine, as every result file states them."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import engine
from engine.promise.machine import processor
from engine.promise.software import CONFIRMED

PACKAGES = ("glassnet", "keras", "tensorflow", "numpy", "numba", "llvmlite", "scikit-learn")


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
    return {**found, "machine": f"{processor()}, {platform.system()}", "cores": str(cores)}


def remark(found: dict[str, str]) -> str:
    """Return a warning if this Keras is not the one the engine follows, else an empty string."""
    keras, confirmed = found["keras"], CONFIRMED["keras"]
    if keras == confirmed or keras.startswith(confirmed + "."):
        return ""
    return (
        f"Keras {keras}: the engine follows the seeds and sample orders of Keras {confirmed} on "
        "TensorFlow; other versions may start or shuffle differently."
    )
