"""The public API is typed for those who install it: mypy reads a script beside the wheel."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.building import ROOT

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("typed.py")
PACKAGES = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in (ROOT / "engine").rglob("__init__.py")
    if "__all__" in path.read_text()
)


def checked(installed, text, folder):
    """The lines of mypy's errors with their codes, for a script beside the installed wheel."""
    pytest.importorskip("mypy", reason="mypy is missing: constraints.txt pins it")
    file = folder / "script.py"
    file.write_text(text)
    cache = ROOT / ".mypy_cache" / "installed"
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--config-file=", "--no-pretty"]
    command += [f"--python-executable={installed.python}", f"--cache-dir={cache}", file.name]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran.returncode in (0, 1) and not ran.stderr, ran.stdout + ran.stderr
    found = re.findall(r"^script\.py:(\d+): error: (.*)  \[([\w-]+)\]$", ran.stdout, re.MULTILINE)
    assert len(found) == ran.stdout.count("error: "), ran.stdout
    return {(int(line), code): text for line, text, code in found}


def test_types_are_seen_and_wrong_uses_refused(installed, tmp_path):
    text = SCRIPT.read_text()
    _, refused = text.split('"""Refused, each by its line."""\n')
    first = text.count("\n") - refused.count("\n") + 1
    expected = {(first + i, line.split("# ")[1]) for i, line in enumerate(refused.splitlines())}
    assert len(expected) == 10
    assert set(checked(installed, text, tmp_path)) == expected


def test_every_public_name_is_exported_to_strict_users(installed, tmp_path):
    lines = ["from collections.abc import Callable"]
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            lines.append(f"from {package} import {name} as _{len(lines)}")
            if callable(getattr(module, name)):  # and no module of the same name
                lines.append(f"c{len(lines)}: Callable[..., object] = _{len(lines) - 1}")
    assert len(lines) > 200
    assert checked(installed, "\n".join(lines), tmp_path) == {}


def test_no_public_function_leaves_its_arguments_untyped():
    untyped = []
    for path in (ROOT / "engine").rglob("*.py"):
        if "kernels" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                untyped += [f"{path.name}:{node.name}"] if node.returns is None else []
    assert untyped == []
