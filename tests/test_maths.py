"""The chapters of docs/maths run as they stand, and their prose has no number of its own."""

import doctest
import importlib.util
import io
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "docs" / "maths"
CHAPTERS = sorted(path.name for path in FOLDER.glob("*.md") if path.name != "README.md")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+(?:e[-+−]?\d+)?|e[-+−]?\d+)(?![\d])")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)#?([^)]*)\)")
NOT_RESULTS = ("section 2.1", "section 6.1")
"""What looks like a decimal number in the prose and is none."""

WHOLE = re.compile(r"(?<![\w.])(?<!\d,)(\d{1,3}(?:[,_]\d{3})+|\d{3,})(?!\w|[.,]\d)")
"""Whole numbers of three digits or more: 514, 4,000, in code 10_000."""

YEAR = re.compile(r"(?<=[A-Z])(\w+\s(?:et\sal\.\s)?\(?)(?:19|20)\d\d(?=[,;:)])")
"""The year of a citation, right behind a name: Cox (1958), Novikoff 1962, He et al. (2015, …"""

NOT_COUNTED: dict[str, tuple[str, ...]] = {
    "two-frameworks.md": ("over 128 epochs",),  # of the picture, which draw.py draws
}
"""Words with a whole number that belongs to no code of the chapter."""


def examples(text: str) -> list[doctest.Example]:
    """The examples of all blocks of Python, with their lines in the text."""
    found = []
    for block in CODE.finditer(text):
        before = text.count("\n", 0, block.start(1))
        for example in doctest.DocTestParser().get_examples(block[1]):
            example.lineno += before
            found.append(example)
    return found


def strays(block: str) -> list[str]:
    """What stands in a block behind an empty line and is no example: nobody compares it."""
    parts = doctest.DocTestParser().parse(block)
    return [part.strip() for part in parts if isinstance(part, str) and part.strip()]


def not_run(text: str) -> list[str]:
    """What a page shows and nobody runs or compares as it stands.

    Lines of blocks that are no examples, examples outside of blocks, and tracebacks, of which
    doctest compares the last line alone.
    """
    found = [line for block in CODE.finditer(text) for line in strays(block[1])]
    outside = CODE.sub("", text).splitlines()
    found += [line for line in outside if ">>> " in line]
    return found + [line for line in text.splitlines() if "Traceback" in line]


def failures(text: str, name: str = "chapter") -> str:
    """Run the blocks of a chapter one after the other, with one set of names; what went wrong."""
    test = doctest.DocTest(examples(text), {}, name, name, 0, None)
    report = io.StringIO()
    doctest.DocTestRunner(verbose=False, optionflags=FLAGS).run(test, out=report.write)
    return report.getvalue()


def numbers(text: str) -> set[str]:
    """The decimal numbers of a text as they are written; 3e-07, 3e−7 and 3e-7 are one."""
    plain = (n.replace(",", "").replace("−", "-") for n in NUMBER.findall(text))
    return {re.sub(r"e([-+]?)0+", r"e\1", n) for n in plain}


def wholes(text: str) -> set[str]:
    """The whole numbers of three digits or more, without their separators."""
    return {re.sub("[,_]", "", n) for n in WHOLE.findall(text)}


def prose_of(text: str) -> str:
    """The text without its code; displayed formulas stay."""
    return FENCED.sub(lambda block: block[2] if block[1] == "math" else "", text)


def unproved(text: str, name: str = "chapter") -> list[str]:
    """Numbers of the prose that no code and no output of the chapter has.

    Decimal numbers and whole ones of three digits or more; years of citations do not count.
    """
    prose = prose_of(text)
    for words in (*NOT_RESULTS, *NOT_COUNTED.get(name, ())):
        prose = prose.replace(words, "")
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    shown = [part for e in examples(text) for part in (e.source, e.want)]
    decimal = numbers(prose) - set().union(*map(numbers, shown))
    whole = wholes(YEAR.sub("", prose)) - set().union(*map(wholes, shown))
    return sorted(decimal | whole)


def anchors(text: str) -> set[str]:
    """What links to the headings of a text end with, as GitHub makes it."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_code_prints_what_the_chapter_says(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert sum(bool(example.want) for example in examples(text)) >= 5
    report = failures(text, name)
    assert not report, report


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_number_of_the_prose_is_printed_by_code(name):
    assert unproved((FOLDER / name).read_text(encoding="utf-8"), name) == []


@pytest.mark.parametrize("name", NOT_COUNTED)
def test_every_exception_is_needed(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert [words for words in NOT_COUNTED[name] if words not in prose_of(text)] == []
    assert unproved(text) != []


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_its_parts(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert len(re.findall(r"^# ", prose_of(text), re.MULTILINE)) == 1
    exercises = text.partition("\n## Exercises\n")[2]
    questions, answers, _ = re.split(r"<details>|</details>", exercises)
    for part in (questions, answers):
        assert re.findall(r"^(\d)\. ", part, re.MULTILINE) in (["1", "2"], ["1", "2", "3"])
    assert not_run(text) == []


def test_the_contents_name_every_chapter_once():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([\w-]+\.md)\)", text)) == CHAPTERS


@pytest.mark.parametrize("name", [*CHAPTERS, "README.md"])
def test_links_lead_somewhere(name):
    links = LINK.findall(prose_of((FOLDER / name).read_text(encoding="utf-8")))
    assert links
    for path, heading in links:
        assert (FOLDER / path).exists(), path
        if heading:
            target = (FOLDER / path).read_text(encoding="utf-8")
            assert heading in anchors(prose_of(target)), f"{path}#{heading}"


def test_every_chapter_has_its_picture(tmp_path):
    """All are drawn anew from the chapters' code, and every chapter shows its own."""
    spec = importlib.util.spec_from_file_location("draw", FOLDER / "draw.py")
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    assert sorted(f"{name}.md" for name in drawing.PICTURES) == CHAPTERS
    drawing.main(tmp_path)
    for name in drawing.PICTURES:
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
        shown = re.findall(r"!\[.+\]\(pictures/(.*)\)", (FOLDER / f"{name}.md").read_text("utf-8"))
        assert shown == [f"{name}.png"]


# --- the tests tested ---------------------------------------------------------------------------

MADE_UP = """# A third

One third is 0.333 (Cox 1958; He et al. (2015, 3), Novikoff 1962, On), 4,000 thirds are 1,333.3;
in a table:

| part | value |
|---|---|
| ⅓ | 0.333 |

```python
>>> third = 1 / 3
>>> print(f"{third:.3f}")
0.333
```

```math
0.333 + 0.667 = 1
```

Two thirds are 0.667.

<details>

```python
>>> print(f"{1 - third:.3f}", 2.5e-1)
0.667 0.25
>>> print(f"{4_000 * third:,.1f}")
1,333.3
```

See section 2.1, [0.123](https://example.org/1.5).

</details>
"""


def test_a_right_chapter_passes_but_for_a_number_that_nobody_prints():
    assert failures(MADE_UP) == ""
    assert unproved(MADE_UP) == ["0.123"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("\n0.333\n", "\n0.334\n"),  # an output
        ("1 / 3", "1 / 4"),  # a source
        ("\n0.667 0.25", "\n0.667 0.26"),  # an output further down
        ("print(", "import warnings; warnings.warn('old'); print("),
        ("print(", "prnt("),
    ],
)
def test_a_wrong_output_fails(right, wrong):
    assert MADE_UP.replace(right, wrong, 1) != MADE_UP
    assert "Failed example" in failures(MADE_UP.replace(right, wrong, 1))


def test_an_output_that_nobody_compares_is_found():
    assert strays(">>> 1\n1\n\n>>> 2\n2\n") == []
    assert strays(">>> 1\n1\n\n0.5\n") == ["0.5"]


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("\n0.333\n", "\n\n0.333\n", "0.333"),  # an output alone
        ("\n0.667 0.25\n", "\n0.667 0.25\n\nnone\n", "none"),  # further down
        ("```python\n>>> third", "```text\n>>> third", ">>> third = 1 / 3"),  # no code
        ("Two thirds", ">>> 2 / 3", ">>> 2 / 3 are 0.667."),  # outside of blocks
        (
            "\n0.333\n",
            "\nTraceback (most recent call last):\n",
            "Traceback (most recent call last):",
        ),
    ],
)
def test_what_nobody_runs_is_found(right, wrong, found):
    assert not_run(MADE_UP) == []
    assert right in MADE_UP
    assert found in not_run(MADE_UP.replace(right, wrong, 1))


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("third is 0.333", "third is 0.332", "0.332"),
        ("| ⅓ | 0.333 |", "| ⅓ | 0.3333 |", "0.3333"),
        ("+ 0.667", "+ 0.677", "0.677"),  # in a formula
        ("are 0.667", "are 0.668", "0.668"),  # behind a formula
        ("See section", "0.251: see section", "0.251"),  # in an answer
        ("One third", "1,234.5 or 3e-7 thirds", "1234.5"),
        ("One third", "1,234.5 or 3e−7 thirds", "3e-7"),
        ("section 2.1", "section 2.2", "2.2"),
        ("4,000 thirds", "4,001 thirds", "4001"),
        ("4,000 thirds", "514 thirds", "514"),
        ("4,000 thirds", "2014 thirds", "2014"),  # no year of a citation
        ("4,000 thirds", "about 2000, thirds", "2000"),
        ("4,000 thirds", "(1000 thirds)", "1000"),
        ("4,000 thirds", "4,000 thirds of 1,234,567", "1234567"),
        ("4,000 thirds", "4,000 thirds, 128.", "128"),
        ("1,333.3;", "1,333;", "1333"),
        ("Two thirds", "768 or two thirds", "768"),
    ],
)
def test_a_number_that_no_code_prints_is_found(right, wrong, found):
    assert right in MADE_UP
    assert found in unproved(MADE_UP.replace(right, wrong, 1))
