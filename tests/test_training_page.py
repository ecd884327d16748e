"""The blocks of docs/training.md run as they stand."""

from pathlib import Path

from tests.test_maths import examples, failures, not_run

PAGE = Path(__file__).parent.parent / "docs" / "training.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_code_prints_what_the_page_says():
    assert len(examples(TEXT)) > 25
    report = failures(TEXT, PAGE.name)
    assert not report, report


def test_nothing_is_shown_that_is_not_run():
    assert not_run(TEXT) == []
