"""The site, built once, as `make docs` builds it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import Page

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the site, and what mkdocs said."""
    for package in ("mkdocs", "material", "mkdocstrings", "latex2mathml"):
        pytest.importorskip(package, reason=f"{package} is missing: constraints.txt pins it")
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    return folder, ran.returncode, ran.stdout + ran.stderr


@pytest.fixture(scope="session")
def site(built):
    """All pages by their paths."""
    folder = built[0]
    assert built[1] == 0, built[2]
    pages = {p.relative_to(folder).as_posix(): Page(p) for p in sorted(folder.rglob("*.html"))}
    assert len(pages) > 60
    return pages
