"""What the terminal shows."""

import re
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from keras_ref.classical import Classical, train_classical
from keras_ref.compare import compare
from keras_ref.row import Pair
from keras_ref.table import (
    classical_tables,
    confusion_table,
    group_table,
    parameters,
    print_reasons,
    result_table,
)


def shown(thing, width=132):
    console = Console(file=StringIO(), width=width)
    console.print(thing)
    return console.file.getvalue()


@pytest.fixture
def row(make_run, orders):
    return compare(
        make_run(), make_run(), orders=orders, expected=[3], title="A toy", published="0.72"
    )


def test_one_row_per_tutorial(row):
    text = shown(result_table([row, replace(row, key="other")]))
    for word in ("toy", "other", "all 50 rows", "same bits", "0.7500", "0.72", "agree", "seed 42"):
        assert word in text
    assert "DISAGREE" not in text


def test_what_differs_is_said_in_words(row):
    wrong = replace(
        row,
        initial_weights_identical=False,
        order_identical=False,
        weights_identical=False,
        weights_max_abs_difference=1.5e-3,
        loss_max_abs_difference=2e-5,
        parameters=Pair(3, [3721, 1861]),
        disagreements=["2-1: initial weights differ"],
    )
    text = shown(result_table([wrong]), width=160)
    for word in ("weights DIFFER", "order DIFFER", "2.0e-05", "1.5e-03", "DISAGREE"):
        assert word in text
    assert parameters(wrong) == "3, Keras 3,721 / 1,861"
    assert "3, Keras 3,721" in text


def test_reasons(row):
    console = Console(file=StringIO(), width=132)
    print_reasons(console, [row, replace(row, disagreements=["loss differs by 2e-05"])])
    text = console.file.getvalue()
    assert "toy: loss differs by 2e-05" in text
    assert "1 of 2 tutorials agree with Keras." in text


def test_configurations(make_run, make_fit, orders):
    fits = [make_fit(name) for name in ("60-60-1 raw, fold 1", "60-60-1 raw, fold 2")]
    row = compare(make_run(fits), make_run(fits), orders=orders, expected=[3])
    text = shown(group_table(row))
    assert "mean accuracy over 2 folds" in text
    assert text.count("60-60-1 raw") == 1


def test_confusion_matrix():
    text = shown(confusion_table("net", np.array([0, 0, 1]), np.array([0, 1, 1]), ("no", "yes")))
    assert "net: accuracy 0.6667" in text
    assert [re.findall(r"\w+", line) for line in text.splitlines()[-3:-1]] == [
        ["no", "1", "1"],
        ["yes", "0", "1"],
    ]


def test_classical_models_are_trained_and_shown(make_fit):
    split = replace(make_fit().split, name="sherlock_2apps (synthetic stand-in)")
    models = train_classical(split, seed=1)
    assert [model.published for model in models] == ["0.8496", "0.9897"]
    assert all(isinstance(model, Classical) and model.accuracy > 0.8 for model in models)
    text = shown(classical_tables(models))
    assert text.count("synthetic stand-in") == 2
    assert "logistic regression" in text and "decision tree" in text


@pytest.mark.parametrize("width", [80, 100, 132])
def test_nothing_is_cut_off(row, width):
    wide = replace(
        row,
        key="sherlock-neuron",
        data="sherlock_2apps (synthetic stand-in)",
        size="60,000 rows of 612,114",
        parameters=Pair([3721, 1861, 5521], [3721, 1861, 5521]),
    )
    text = shown(result_table([wide]), width=width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert all(line.rstrip()[-1] in "┓┃┩│┘" for line in lines[1:])
