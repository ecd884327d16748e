"""The reference has every public name, described, its sections and formulas as pages show them."""

import doctest
import importlib
import inspect
import re
from types import ModuleType

import pytest

import engine
from docs.pages import copied, places, words
from docs.pages.places import led, place
from docs.pages.reference import ROOMS, home, public_names
from docs.pages.words import markdown
from tests.docs.conftest import ROOT

slow = pytest.mark.slow


def test_every_public_room_has_its_page():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "engine").rglob("__init__.py")
        if "__all__" in path.read_text()
    }
    inside = {"engine.study.page", "engine.saving.hdf5", "engine.saving.legacy"}
    assert found - inside <= set(ROOMS)
    for name in engine.__all__:
        if isinstance(getattr(engine, name), ModuleType):
            assert f"engine.{name}" in ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_has_a_docstring(room):
    module = importlib.import_module(room)
    assert inspect.getdoc(module)
    assert room == "keras_ref" or public_names(room)
    for name in public_names(room):
        thing = getattr(module, name)
        if callable(thing) or isinstance(thing, ModuleType):
            assert inspect.getdoc(thing), f"{room}.{name}"


@slow
@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_described(site, room):
    page = site[f"api/{room}.html"]
    assert room in page.ids
    for name in public_names(room):
        there = home(room, name)
        assert f"{room}.{name}" in page.ids or there in page.ids, name
        if there == f"{room}.{name}" and there not in ROOMS:
            start = page.html.index(f'id="{there}" class="doc')
            entry = page.html[start : start + 40_000]
            body = entry[entry.index("doc-contents") :]
            assert re.search(r"<p>\S", body[:8000]), there
        else:
            assert re.search(rf'href="[^"]*#{re.escape(there)}"', page.html), (name, there)


@slow
def test_sections_are_sections(site):
    layers = site["api/engine.layers.html"]
    assert 'id="engine.layers.Dense"' in layers.html
    for title in ("Parameters:", "Raises:", "Examples:"):
        assert title in layers.html
    dense = layers.html[layers.html.index('id="engine.layers.Dense"') :]
    first = dense.index("bias_initializer", dense.index("Parameters:"))
    assert "&#39;zeros&#39;" in dense[first : first + 400]  # and not that of its neighbour
    for name, page in site.items():
        if name.startswith("api/"):
            assert not re.search(r":(class|func|mod|meth):|-{4,}|={4,}|^\s*>>>|::$", page.prose), (
                name
            )


@slow
def test_formulas_stand_as_they_were_written(site):
    text = re.sub(r"<[^>]*>", "", site["api/engine.layers.html"].html)
    assert "dW = xᵀ·dz,     db = Σ over the rows dz,     dx = dz·Wᵀ" in text
    assert "α_t = α·√(1 − β₂ᵗ) / (1 − β₁ᵗ)" in re.sub(
        r"<[^>]*>", "", site["api/engine.optimizers.html"].html
    )


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        ("README.md", "[a](docs/files.md#x) [b](engine/layers)",
         "[a](files.md#x) [b](source/engine/layers/index.md)"),
        ("docs/maths/perceptron.md", "[a](../../engine/layers/dense.py), [b](optimizers.md)",
         "[a](../source/engine/layers/dense.py.md), [b](optimizers.md)"),
        ("docs/notebooks/README.md", "[a](pima-sgd.ipynb)", "[a](pima-sgd.md)"),
        ("CONTRIBUTING.md", "[a](docs/releasing.md)", "[a](../releasing.md)"),
        ("README.md", "[a](https://example.org/x) [b](#top)",
         "[a](https://example.org/x) [b](#top)"),
        ("README.md", "    [a](docs/files.md)", "    [a](docs/files.md)"),
    ],
)  # fmt: skip
def test_links_are_led(path, line, expected):
    assert led(line, path) == expected


def test_data_and_folders_have_places():
    assert place("docs/maths") == "maths/README.md"
    assert place("benchmarks/results/scaling.json") == "source/benchmarks/results/scaling.json"
    assert place("datasets/data/README.md") == "project/datasets/data/README.md"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":class:`~engine.layers.Dense`", "[`Dense`][engine.layers.Dense]"),
        (":mod:`engine.kernels.dense`", "`engine.kernels.dense`"),
        (":func:`engine.fit_many`", "[`engine.fit_many`][engine.fit_many]"),
        (">>> 1\n1\n\nmore", "\n```pycon\n>>> 1\n1\n```\n\nmore"),
        ("Raises\n------\nValueError\n    No.\n\n>>> 1\n1",
         "Raises\n------\nValueError\n    No.\n\nExamples\n--------\n>>> 1\n1"),
        ("Source\n------\nA book.", "**Source:**\n\nA book."),
        ("a, b\n    Both.", "a\n    Both.\nb\n    Both."),
        ("=== ===\na   b\n=== ===\n", "\n```text\n=== ===\na   b\n=== ===\n```\n"),
    ],
)  # fmt: skip
def test_docstrings_become_markdown(text, expected):
    assert markdown(text) == expected


@pytest.mark.parametrize("module", [copied, places, words])
def test_the_examples_in_the_code(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
