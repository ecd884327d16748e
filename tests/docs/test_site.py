"""The site is built without a warning, its links lead somewhere, and it needs no network."""

import ast
import html
import re
from urllib.parse import unquote, urldefrag

import pytest

from tests.docs.conftest import ROOT

pytestmark = pytest.mark.slow


def test_it_is_built_without_a_warning(built):
    _, code, said = built
    assert code == 0, said
    assert "WARNING" not in said and "ERROR" not in said


def test_links_lead_somewhere(site, built):
    broken, checked = [], 0
    for name, page in site.items():
        if name == "404.html":  # whose links are from the top of a server
            continue
        for link in page.links + page.loads:
            target, anchor = urldefrag(link)
            if re.match(r"[a-z]+:", target):
                continue
            file = (page.path.parent / unquote(target)).resolve() if target else page.path
            there = site.get(file.relative_to(built[0].resolve()).as_posix())
            checked += 1
            if not file.is_file() or (anchor and there and unquote(anchor) not in there.ids):
                broken.append((name, link))
    assert broken == []
    assert checked > 5000


def test_nothing_is_loaded_from_elsewhere(site, built):
    assert {load for page in site.values() for load in page.loads if "//" in load} == set()
    for sheet in built[0].rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_only_pages_are_published(built):
    kinds = {path.suffix for path in built[0].rglob("*") if path.is_file()}
    assert kinds <= {
        ".html", ".css", ".js", ".json", ".map", ".png", ".svg", ".inv", ".xml", ".gz", ".ipynb",
        ".csv",
    }  # fmt: skip


def test_ids_are_unique(site):
    twice = [
        (name, i)
        for name, page in site.items()
        for i in set(page.ids)
        if page.ids.count(i) > 1 and not i.startswith("__")
    ]
    assert twice == []


def test_formulas_are_drawn(site):
    number = 0
    for chapter in (ROOT / "docs").rglob("*.md"):
        blocks = chapter.read_text(encoding="utf-8").count("```math")
        name = chapter.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        page = site[name.replace("README", "index")]
        assert page.formulas == blocks, name
        assert not re.search(r"\\(frac|sum|begin|qquad)", page.prose), name
        number += blocks
    assert number >= 27


def test_notebooks_have_their_outputs(site, built):
    for name in ("pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv"):
        page = site[f"notebooks/{name}.html"]
        assert page.html.count("<img ") >= 5 and 'class="dataframe"' in page.html
        assert "<style scoped" not in page.html
        assert (built[0] / f"notebooks/{name}.ipynb").is_file()


def test_examples_are_copied_without_prompts_and_outputs(site):
    block = re.compile(r"<pre[^>]*>(?:<span></span>)?<code([^>]*)>(.*?)</code></pre>", re.DOTALL)
    number = 0
    for name, page in site.items():
        for given, inside in block.findall(page.html):
            shown = html.unescape(re.sub("<[^>]*>", "", inside))
            if not shown.startswith(">>> "):
                assert "data-copy" not in given, name
                continue
            copied = html.unescape(re.fullmatch(' data-copy="([^"]*)"', given)[1])
            prompted = [x[4:] for x in shown.splitlines() if re.match(r"(>>>|\.\.\.)( |$)", x)]
            assert [x for x in copied.splitlines() if x] == [x for x in prompted if x], name
            assert ast.parse(copied).body, name
            number += 1
    assert number > 200
