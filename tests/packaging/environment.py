"""A clean environment: an interpreter that sees Glassnet's wheel and what the wheel asks for.

Packages are linked from the environment that runs the tests, so nothing is downloaded; which ones
is read from the wheel's own metadata, requirement by requirement.  All others are absent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class CleanEnvironment:
    """A virtual environment in `folder`, empty at first."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.folder = folder
        self.python = folder / "bin" / "python"
        (self.site,) = folder.glob("lib/python*/site-packages")

    def install(self, wheel: Path) -> None:
        """Install the wheel, and the packages that it cannot do without."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"]
        subprocess.run([*command, "--no-index", "--no-deps", str(wheel)], check=True)
        self.add("")

    def add(self, extra: str) -> None:
        """Link what the installed wheel asks for with `extra`, and what that asks for in turn."""
        (found,) = distributions(name="glassnet", path=[str(self.site)])
        self._link_needs_of(found, extra)

    def _link_needs_of(self, package: Distribution, extra: str) -> None:
        for line in package.requires or []:
            need = Requirement(line)
            if need.marker is not None and not need.marker.evaluate({"extra": extra}):
                continue
            if canonicalize_name(need.name) == "glassnet":
                for other in need.extras:
                    self.add(other)
                continue
            needed = distribution(need.name)
            assert need.specifier.contains(needed.version, prereleases=True), (line, needed.version)
            if self._link(needed):
                for other in ("", *need.extras):
                    self._link_needs_of(needed, other)

    def _link(self, package: Distribution) -> bool:
        """Link the package's files; whether they were not there yet."""
        tops = {file.parts[0] for file in package.files or [] if file.parts[0] not in ("..", ".")}
        new = False
        for top in sorted(tops - {"__pycache__"}):
            if not (self.site / top).exists():
                (self.site / top).symlink_to(package.locate_file(top))
                new = True
        return new

    def packages(self) -> set[str]:
        """The names of the packages that an interpreter finds in there."""
        return {canonicalize_name(d.name) for d in distributions(path=[str(self.site)])}

    def run(self, *arguments: str, cwd: Path, ends_with: int = 0) -> str:
        """What the interpreter prints, away from the checkout and without its environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        ran = subprocess.run(
            [str(self.python), "-P", *arguments],
            cwd=cwd,
            env=kept,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert ran.returncode == ends_with, ran.stderr + ran.stdout
        return ran.stderr + ran.stdout
