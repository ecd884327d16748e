"""What is in the wheel and in the source distribution, file by file."""

import subprocess
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import PurePosixPath

import pytest

import engine
from tests.packaging.building import LITTER, ROOT

pytestmark = pytest.mark.slow

SHIPPED = ("engine", "keras_ref", "datasets")
NO_CODE = {
    "engine/py.typed",
    "engine/study/page/page.css",
    "engine/study/page/page.html",
    "engine/study/page/page.js",
    "datasets/data/README.md",
    "datasets/data/catalogue.json",
    "datasets/data/penguins.csv",
    "datasets/data/pima.csv",
    "datasets/data/sonar.csv",
}


def test_the_wheel_has_the_packages_and_nothing_else(published):
    names = set(zipfile.ZipFile(published[0]).namelist())
    folder = f"glassnet-{engine.__version__}.dist-info"
    about = {name for name in names if name.startswith(f"{folder}/")}
    code = {path for room in SHIPPED for path in (ROOT / room).rglob("*.py")}
    expected = NO_CODE | {path.relative_to(ROOT).as_posix() for path in code}
    assert names - about == expected
    expected = {"METADATA", "RECORD", "WHEEL", "top_level.txt"}
    expected |= {f"licenses/{name}" for name in ("LICENSE", "NOTICE", "LICENSES/Apache-2.0.txt")}
    assert about == {f"{folder}/{name}" for name in expected}


def test_the_version_is_the_engine_s_and_the_words_are_there(published):
    file = zipfile.ZipFile(published[0])
    text = file.read(f"glassnet-{engine.__version__}.dist-info/METADATA").decode()
    about = HeaderParser().parsestr(text)
    assert about["Version"] == engine.__version__
    assert f"## {engine.__version__}" in (ROOT / "CHANGELOG.md").read_text().replace("[", "")
    assert "Typing :: Typed" in about.get_all("Classifier")
    minors = [c.split(" :: ")[-1] for c in about.get_all("Classifier") if "Python :: 3." in c]
    assert minors == ["3.11", "3.12", "3.13"] and about["Requires-Python"] == ">=3.11"
    assert "# Glassnet" in text


def test_the_source_distribution_is_the_checkout(published):
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("no git checkout: nothing says which files belong to the project")
    names = {PurePosixPath(name) for name in tarfile.open(published[1]).getnames()}
    inside = {str(PurePosixPath(*name.parts[1:])) for name in names}
    missing = set(tracked.stdout.split()) - inside
    assert missing == set()
    assert set(LITTER) & inside <= {"engine/notes.txt"}  # a new file may be there before git knows
