import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import datasets
from datasets import shipped
from datasets.origin import ORIGIN
from datasets.readme import render
from datasets.shipped import CATALOGUE, DATA, DatasetError

LOADERS = {
    "pima": datasets.load_pima,
    "sonar": datasets.load_sonar,
    "penguins": datasets.load_penguins,
}
ROWS = {"pima": 768, "sonar": 208, "penguins": 344}


def flip_digit(content):
    """Change one digit in the last row: same header, same rows, same length."""
    at = max(content.rfind(d) for d in (b"3", b"4", b"5"))
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def swap_columns(content):
    header, _, rest = content.partition(b"\n")
    names = header.split(b",")
    return b",".join([names[1], names[0], *names[2:]]) + b"\n" + rest


def drop_last_column(content):
    lines = content.splitlines()
    return b"\n".join(line.rpartition(b",")[0] for line in lines) + b"\n"


# what is done to the file, what the message must say besides the path
DAMAGE = {
    "empty": (lambda c: b"", "columns"),
    "half": (lambda c: c[: len(c) // 2], "rows in"),
    "last byte missing": (lambda c: c[:-1], "SHA-256"),
    "one row missing": (lambda c: c[: c.rstrip(b"\n").rfind(b"\n") + 1], "rows in"),
    "one row twice": (lambda c: c + c.splitlines()[-1] + b"\n", "rows in"),
    "column renamed": (lambda c: b"x" + c, "column 1 to be"),
    "columns swapped": (swap_columns, "column 1 to be"),
    "column missing": (drop_last_column, "columns ["),
    "digit flipped": (flip_digit, "SHA-256"),
    "Windows line endings": (lambda c: c.replace(b"\n", b"\r\n"), "Windows line endings"),
    "not text": (lambda c: b"\xff\xfe" + c, "column 1 to be"),
}


@pytest.mark.parametrize("name", LOADERS)
def test_whole_file_passes_from_another_folder(name, tmp_path):
    shutil.copy(DATA / f"{name}.csv", tmp_path)
    pd.testing.assert_frame_equal(LOADERS[name](tmp_path), LOADERS[name]())


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", LOADERS)
def test_damaged_file_is_refused_by_name(name, damage, tmp_path):
    change, says = DAMAGE[damage]
    whole = (DATA / f"{name}.csv").read_bytes()
    path = tmp_path / f"{name}.csv"
    path.write_bytes(change(whole))
    assert path.read_bytes() != whole
    with pytest.raises(DatasetError) as error:
        LOADERS[name](tmp_path)
    assert str(path) in str(error.value)
    assert says in str(error.value)
    assert "Expected" in str(error.value) and "Received: " in str(error.value)


def test_each_check_is_needed(tmp_path, monkeypatch):
    """Without `check`, a flipped digit would come through: the tests above can fail."""
    path = tmp_path / "pima.csv"
    path.write_bytes(flip_digit((DATA / "pima.csv").read_bytes()))
    monkeypatch.setattr(shipped, "check", lambda *_: None)
    assert not datasets.load_pima(tmp_path).equals(datasets.load_pima())


@pytest.mark.parametrize("name", LOADERS)
def test_missing_file_is_named(name, tmp_path):
    with pytest.raises(DatasetError, match="Received: FileNotFoundError") as error:
        LOADERS[name](tmp_path)
    assert str(tmp_path / f"{name}.csv") in str(error.value)


def test_unknown_name_and_damaged_catalogue(tmp_path):
    with pytest.raises(DatasetError, match="Received: 'iris'"):
        shipped.read_shipped("iris")
    path = tmp_path / "catalogue.json"
    with pytest.raises(DatasetError, match="catalogue.json"):
        datasets.catalogue(path)
    path.write_text(CATALOGUE.read_text()[:-5])
    with pytest.raises(DatasetError, match="Expected JSON in .*catalogue.json"):
        datasets.catalogue(path)


@pytest.mark.parametrize("name", LOADERS)
def test_catalogue_states_what_is_in_the_file(name):
    entry = datasets.catalogue()[name]
    content = (DATA / entry["file"]).read_bytes()
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert entry["rows"] == ROWS[name] == len(LOADERS[name]())
    assert [c["name"] for c in entry["columns"]] == list(LOADERS[name]().columns)
    assert all(c["meaning"] and c["unit"] and c["type"] for c in entry["columns"])
    assert entry["licence"].startswith("CC") and entry["origin"] and entry["changes"]
    assert b"\r" not in content and content.endswith(b"\n")


def test_catalogue_is_origin_and_readme_is_catalogue():
    catalogue = datasets.catalogue()
    counted = ("file", "sha256", "rows")
    words = {k: {w: v for w, v in e.items() if w not in counted} for k, e in catalogue.items()}
    assert words == ORIGIN
    assert (DATA / "README.md").read_bytes() == render(catalogue).encode()
    assert (
        CATALOGUE.read_bytes()
        == (json.dumps(catalogue, indent=2, ensure_ascii=False) + "\n").encode()
    )


@pytest.mark.parametrize("name", ["pima", "sonar"])
def test_values_round_trip(name):
    """Writing the frame again gives the shipped bytes: no digit was lost on the way in."""
    written = LOADERS[name]().to_csv(index=False, lineterminator="\n").encode()
    assert written == (DATA / f"{name}.csv").read_bytes()


def test_penguins_are_those_of_palmerpenguins():
    palmerpenguins = pytest.importorskip("palmerpenguins")
    theirs = palmerpenguins.load_penguins()
    ours = datasets.load_penguins()
    assert list(theirs.columns) == list(ours.columns)
    for column in ours:
        np.testing.assert_array_equal(
            ours[column].to_numpy(dtype=object, na_value=None),
            theirs[column].to_numpy(dtype=object, na_value=None),
        )


def test_import_is_cheap():
    code = (
        "import sys, datasets;"
        "print([m for m in ('pandas', 'sklearn', 'scipy', 'rdata') if m in sys.modules])"
    )
    root = DATA.parents[1]
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"
