"""Every hostile file ends in a documented error, and nothing else happens."""

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.hostile import (  # noqa: F401
    archive_files,
    config_files,
    hdf5_files,
    layer_files,
    legacy_files,
)
from tests.hostile.guard import in_a_process
from tests.hostile.sound import MAKERS, Sound

MOST_MEMORY = 200 << 20
HERE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the guard tells about each file, by the name of its maker."""
    folder = tmp_path_factory.mktemp("files")
    outside = tmp_path_factory.mktemp("outside") / "canary"
    os.mkfifo(outside)  # who opens it to read waits for ever
    sound = Sound(outside)
    for suffix in (".keras", ".h5", ".weights.h5"):
        data = getattr(sound, suffix[1:].replace(".", "_"))
        for name in ("sound", "control"):
            (folder / f"{name}{suffix}").write_bytes(data)
    names = [f"control{suffix}" for suffix in (".keras", ".h5", ".weights.h5")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of zipfile, about names that occur twice
        for name, (suffix, maker) in MAKERS.items():
            (folder / f"{name}{suffix}").write_bytes(maker(sound))
            names.append(f"{name}{suffix}")
    before = {path: path.stat() for path in folder.iterdir()}
    run = subprocess.run(
        [sys.executable, "-m", "tests.hostile.guard", str(folder)],
        input="\n".join(names),
        capture_output=True,
        text=True,
        cwd=HERE,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr
    found = {line["name"]: line for line in map(json.loads, run.stdout.splitlines())}
    (folder / "damaged.keras").unlink()
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == {
        path: stat.st_mtime_ns for path, stat in before.items()
    }
    assert outside.parent.joinpath("canary").is_fifo() and len(os.listdir(outside.parent)) == 1
    return found


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_happens(told, name):
    tells = told[name + MAKERS[name][0]]
    words = tells["outcomes"]
    assert all(w.startswith(("RefusedFile: Cannot load", "OSError")) for w in words), words
    assert all("Expected" in w and "Received" in w for w in words), words
    assert not tells["events"] and not tells["made"] and not tells["h5py"]
    assert tells["memory"] < MOST_MEMORY


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".weights.h5"])
def test_the_file_that_they_are_made_of_loads(told, suffix):
    tells = told[f"control{suffix}"]
    assert set(tells["outcomes"]) == {"loaded"}
    assert not tells["events"] and not tells["made"]
    assert tells["memory"] < MOST_MEMORY


def test_each_number_has_a_file():
    numbers = {name.split("_")[1] + "-" + name.split("_")[2] for name in MAKERS if "cve" in name}
    assert numbers == {
        *("2024-3660", "2025-1550", "2025-8747", "2025-9905", "2025-9906", "2025-12058"),
        *("2025-12060", "2026-0897", "2026-1462", "2026-1669", "2026-12479", "2026-12481"),
    }


def opens(path):
    with open(path), open("/etc/hostname"):
        return ["loaded"]


def imports(path):
    import antigravity_that_is_not_there  # noqa: F401


def executes(path):
    exec(compile("1", "x", "exec"))
    return []


def makes(path):
    with open(path, "rb"), open("here", "w"):
        return []


def grows(path):
    return [str(len(b"x" * (300 << 20)))]


def dies(path):
    os.abort()


@pytest.mark.parametrize(
    ("way", "seen"),
    [
        (opens, "/etc/hostname"),
        (imports, "BREACH: ModuleNotFoundError"),
        (executes, "exec"),
        (makes, "'made': ['here']"),
        (grows, None),
        (dies, "BREACH: ended with 6"),
    ],
)
def test_the_guard_sees(way, seen, tmp_path):
    """What a loader must not do is told by the guard."""
    path = tmp_path / "file"
    path.write_bytes(b"x")
    tells = in_a_process(str(path), way)
    if seen is None:
        assert tells["memory"] > MOST_MEMORY
    else:
        assert seen in str(tells)
