"""docs/scale.md runs as it stands, and its numbers are those of the result file beside it."""

from pathlib import Path

import pytest

from tests.test_maths import LINK, examples, failures, not_run, prose_of, unproved

pytest.importorskip("distributed")
PAGE = Path(__file__).parent.parent / "docs" / "scale.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_code_prints_what_the_page_says(monkeypatch):
    monkeypatch.chdir(PAGE.parent.parent)
    assert sum(bool(example.want) for example in examples(TEXT)) >= 12
    report = failures(TEXT, PAGE.name)
    assert not report, report


def test_nothing_is_shown_that_is_not_run():
    assert not_run(TEXT) == []
    assert unproved(TEXT) == []


def test_linked_and_named_files_exist():
    root = PAGE.parent.parent
    for path, _ in LINK.findall(prose_of(TEXT)):
        assert (PAGE.parent / path).exists(), path
    for name in ("scale/test_dask", "keras_ref/test_convert", "keras_ref/test_strategy"):
        assert f"tests/{name}.py" in TEXT and (root / "tests" / f"{name}.py").exists()
    assert "\nbench-workers:" in (root / "Makefile").read_text(encoding="utf-8")
