"""Files that a command will write: whether it can is asked before minutes of training."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path


def unwritable(options: argparse.Namespace, *names: str) -> str | None:
    """Make the files that options name, and say which cannot be written."""
    for name in names:
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        if path.is_dir():
            return f"Expected a file. Received: --{name} {path}, a folder"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            there = path.exists()
            with path.open("a"):
                pass
            if not there:
                path.unlink()
        except OSError as error:
            return f"Expected a file that can be written. Received: --{name}: {error}"
    return None


def no_folder(path: Path) -> str | None:
    """Make a folder, and say why it cannot be, or why nothing can be written there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        return f"Expected a folder that can be written to. Received: {path}: {error.strerror}"
    return None
