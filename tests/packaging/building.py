"""Build the wheel and the source distribution, from a copy, so that the checkout stays as it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".git", ".venv*", ".*_cache", ".benchmarks", ".hypothesis", "report", "site", "dist")
LEFT_OUT += ("build", "*.egg-info", "__pycache__", "user")
LITTER = {
    "build/lib/engine/gone.py": "a module of an older build",
    "benchmarks/results/latest.json": "{}",
    "datasets/user/rows.csv": "rows that their owner may not publish",
    "docs/notebooks/model.keras": "what a notebook saved",
    "engine/kernels/__pycache__/kernel.nbi": "a compiled kernel",
    "engine/notes.txt": "no part of the project",
    "report/parity.html": "a report",
}
"""What may lie in a checkout, and must not be published."""


def build(folder: Path) -> tuple[Path, Path]:
    """Return the wheel, made from the source distribution, and the latter."""
    copy = folder / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name, text in LITTER.items():
        file = copy / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(copy)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return built(folder)


def built(folder: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution in `folder`, one of each."""
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source
