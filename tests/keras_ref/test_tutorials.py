"""The tutorials for real, in both engines, the short ones and a small part of the long ones."""

from dataclasses import replace

import numpy as np
import pytest

import engine
from keras_ref import __main__ as command
from keras_ref.compare import compare
from keras_ref.orders import engine_orders, keras_orders
from keras_ref.quiet import tutorial_wording
from keras_ref.run import Run
from keras_ref.tutorials import TUTORIALS, penguins, pima_sgd, sherlock_neuron, sonar_cv


def both(keras, module, seed=42, **options):
    with tutorial_wording():
        runs = [module.run(side, seed, **options) for side in (engine, keras)]
    sizes = {len(fit.split.x_train) for fit in runs[0].fits}
    orders = {n: (engine_orders(n, seed), keras_orders(keras, n, seed)) for n in sizes}
    return compare(*runs, orders=orders, expected=module.PARAMETERS), runs, orders


@pytest.mark.slow
@pytest.mark.keras
def test_penguins(keras):
    row, runs, orders = both(keras, penguins)
    assert row.agrees, row.disagreements
    assert row.parameters.engine == 83
    assert len(runs[0].fits[0].history["loss"]) == 100
    wrong = {n: (ours[:, ::-1], theirs) for n, (ours, theirs) in orders.items()}
    assert not compare(*runs, orders=wrong, expected=[83]).agrees


@pytest.mark.keras
@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_a_short_pima_sgd(keras, seed):
    row, runs, _ = both(keras, pima_sgd, seed=seed, epochs=1)
    assert row.agrees, row.disagreements
    assert row.parameters.engine == 153
    assert runs[0].fits[0].samples == 254


@pytest.mark.keras
def test_another_seed_is_found(keras):
    ours, theirs = (both(keras, pima_sgd, seed=seed, epochs=1)[1] for seed in (1, 2))
    mixed = replace(theirs[1], seed=1)
    row = compare(ours[0], mixed, orders={}, expected=[153])
    assert not row.initial_weights_identical
    assert any("initial weights differ" in reason for reason in row.disagreements)
    assert any("loss differs" in reason for reason in row.disagreements)


@pytest.mark.keras
def test_a_small_sherlock_names_the_stand_in(keras):
    row, runs, _ = both(keras, sherlock_neuron, rows=1000)
    assert row.agrees, row.disagreements
    assert row.size == "1,000 rows of 612,114"
    assert row.note.startswith("1,000 rows give 0.2% of the tutorial's steps")
    assert list(runs[0].fits[0].history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    if runs[0].fits[0].split.synthetic:
        assert "synthetic" in row.data


def test_sonar_in_the_engine():
    run = sonar_cv.run(engine, 42, take=1)
    assert run.parameters == sonar_cv.PARAMETERS
    assert [fit.name for fit in run.fits] == [f"{c[0]}, fold 1" for c in sonar_cv.CONFIGURATIONS]
    raw, scaled = run.fits[:2]
    assert not np.array_equal(raw.split.x_train, scaled.split.x_train)
    assert np.allclose(scaled.split.x_train.mean(), 0, atol=1e-9)
    assert not np.allclose(scaled.split.x_test.mean(), 0, atol=1e-2)


@pytest.mark.parametrize("key", TUTORIALS)
def test_parameters_and_words(key):
    module = TUTORIALS[key]
    assert module.KEY == key
    assert module.TITLE and module.PUBLISHED
    networks = [module.network(engine)]
    if key == "sonar-cv":
        networks = [module.network(engine, hidden) for hidden in ((60,), (30,), (60, 30))]
    assert [model.count_params() for model in networks] == module.PARAMETERS


def test_verbose_is_passed_on(capsys):
    run = sherlock_neuron.run(engine, 1, rows=100, verbose=2)
    assert isinstance(run, Run)
    assert "val_accuracy" in capsys.readouterr().out


@pytest.mark.keras
def test_orders_are_those_of_every_epoch(keras):
    found = keras_orders(keras, 515, 7)
    assert found.shape == (2, 515)
    assert np.array_equal(np.sort(found, axis=1), [np.arange(515)] * 2)
    assert np.array_equal(found, engine_orders(515, 7))
    assert not np.array_equal(found, engine_orders(515, 8))


@pytest.mark.slow
@pytest.mark.keras
def test_the_whole_command(keras, tmp_path, capsys):
    page = tmp_path / "page.html"
    assert command.main(["penguins", "--seed", "7", "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<img alt=") == 4
    assert "1 of 1 tutorials agree with Keras." in capsys.readouterr().out
