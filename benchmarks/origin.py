"""Where and with what figures were taken, as every result file states them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from engine.kernels.machine import processors
from keras_ref.versions import versions

ROOT = Path(__file__).parent.parent


def commit() -> str:
    """Return what git calls this state of the sources, or "unknown" outside of a checkout."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def origin() -> dict[str, Any]:
    """Return commit, date, and versions: of packages, Python and the machine."""
    found = {**versions(), "threads": str(processors())}
    for package in ("jax", "torch"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return {
        "commit": commit(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": found,
    }
