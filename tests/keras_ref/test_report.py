"""The HTML page: whole, self-contained, and it says what is wrong."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from keras_ref.classical import train_classical
from keras_ref.compare import compare
from keras_ref.gallery import Result
from keras_ref.report import write_report

VOID = {"meta", "img"}


class Checker(HTMLParser):
    """Every tag is closed in order; collects pictures and links."""

    def __init__(self):
        super().__init__()
        self.open, self.images, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "img":
            self.images.append(attributes)
        self.links += [
            v for k, v in attrs if k in ("href", "src") and not v.startswith(("data:", "#"))
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def without_networks(monkeypatch):
    """Fabricated fits have no model that could be drawn."""
    monkeypatch.setattr("keras_ref.gallery.networks", lambda result: iter(()))


@pytest.fixture
def result(make_run, orders):
    versions = {"keras": "3.15.1", "numpy": "2.0 <&>"}
    row = compare(make_run(), make_run(), orders=orders, expected=[3], versions=versions)
    return Result(row, make_run(), make_run())


def page(results, folder):
    path = folder / "new" / "page.html"
    write_report(path, results, "python -m keras_ref <toy>")
    text = path.read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert checker.links == []
    assert all(len(image["alt"]) > 20 for image in checker.images)
    assert all(image["src"].startswith("data:image/") for image in checker.images)
    return text, checker


def test_page(without_networks, result, tmp_path):
    text, checker = page([result], tmp_path)
    assert len(checker.images) == 2
    assert "1 of 1 tutorials agree" in text
    assert 'class="disagree"' not in text
    assert "python -m keras_ref &lt;toy&gt;" in text
    assert "2.0 &lt;&amp;&gt;" in text
    assert re.search(r"<td>2</td><td>0.50000000</td><td>0.50000000</td><td>0</td>", text)


def test_disagreement(without_networks, result, tmp_path):
    row = replace(result.row, disagreements=["2-1: loss differs by 2e-05 < 1"])
    text, _ = page([replace(result, row=row)], tmp_path)
    assert "0 of 1 tutorials agree" in text
    assert "<li>2-1: loss differs by 2e-05 &lt; 1</li>" in text
    assert "DISAGREES with Keras" in text


def test_another_keras_is_remarked(without_networks, result, tmp_path):
    row = replace(result.row, versions={"keras": "3.99.0"})
    text, _ = page([replace(result, row=row)], tmp_path)
    assert "Keras 3.99.0: the engine follows" in text


def test_data_pictures_and_classical_models(without_networks, result, tmp_path):
    classical = train_classical(result.engine.fits[0].split, seed=1)
    _, checker = page(
        [
            replace(result, row=replace(result.row, key="pima-sgd"), classical=classical),
            replace(result, row=replace(result.row, key="penguins")),
        ],
        tmp_path,
    )
    alts = [image["alt"] for image in checker.images]
    assert alts[0].startswith("Correlation of every two of the 9 columns. Outcome goes most with")
    assert "Glucose" in alts[0]
    assert sum("logistic regression" in alt or "decision tree" in alt for alt in alts) == 2
    assert any("342 penguins" in alt for alt in alts)


def test_folds_are_put_together(without_networks, make_run, make_fit, orders, tmp_path):
    fits = [make_fit(f"{net}, fold {n}") for net in ("a", "b") for n in (1, 2)]
    row = compare(make_run(fits), make_run(fits), orders=orders, expected=[3])
    text, checker = page([Result(row, make_run(fits), make_run(fits))], tmp_path)
    alts = [image["alt"] for image in checker.images]
    assert sum(alt.startswith("Loss of") for alt in alts) == 2
    right = int(np.sum(fits[0].true == fits[0].predicted))
    assert f"Confusion matrix of a in the engine, 2 folds together: {2 * right} of 40" in alts[2]
    assert text.count("<details>") == 4
