"""Mutated files: 1,500 here, 100,000 by ``make fuzz-files`` or FUZZ_COUNT."""

import faulthandler
import os

from tests.hostile import fuzz


def test_mutated_files():
    count = int(os.environ.get("FUZZ_COUNT", 1500))
    total = fuzz.fuzz(count, seed=int(os.environ.get("FUZZ_SEED", 0)), chunk=750)
    assert set(total) <= {"loaded", "RefusedFile"}, total
    assert sum(total.values()) == count
    assert total["loaded"] > count / 50 and total["RefusedFile"] > count / 2


def test_the_same_number_gives_the_same_file(tmp_path):
    sound = fuzz.seeds(str(tmp_path))
    assert [fuzz.mutate(n, sound) for n in range(30)] == [fuzz.mutate(n, sound) for n in range(30)]


def broken(kind):
    """A worker that goes wrong at its third file."""

    def load(path, suffix, seen=[0]):  # noqa: B006
        seen[0] += 1
        if seen[0] == 13:  # nine sound files first
            kind()
        return "loaded"

    return load


def crash():
    os.abort()


def raise_another():
    raise KeyError("undocumented")


def hang():
    while True:
        pass


def grow():
    return bytearray(fuzz.MEMORY + 2**24)


def _with(monkeypatch, tmp_path, kind):
    """What a worker tells, in a process of its own, when loading goes wrong in this way."""
    monkeypatch.setattr(fuzz, "load", broken(kind))
    monkeypatch.setattr(fuzz, "SECONDS", 1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        faulthandler.disable()
        found = fuzz.work(range(8), str(tmp_path), str(tmp_path / "now"))
        os.write(writing, repr(dict(found)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    return told, os.waitpid(child, 0)[1]


def test_what_goes_wrong_is_seen(monkeypatch, tmp_path):
    for kind, words in ((raise_another, "KeyError"), (hang, "TooLong"), (grow, "MemoryError")):
        assert f"BREACH 3: {words}" in _with(monkeypatch, tmp_path, kind)[0]
    told, status = _with(monkeypatch, tmp_path, crash)
    assert not told and status != 0 and (tmp_path / "now").read_text() == "3"
