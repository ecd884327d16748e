"""validation_data of the estimators: labels as fit's own have them."""

import numpy as np
import pandas
import pytest

import engine as keras
from engine.wrappers import KerasClassifier, KerasRegressor, SKLearnClassifier, SKLearnRegressor
from tests.wrappers import networks

WORDS = np.array(["no", "yes", "maybe"])


def rows(classes, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((30, 3))
    return x, np.arange(30) % classes


def classifier(kind, sizes, **settings):
    outputs = 1 if sizes == 2 else sizes
    if kind is KerasClassifier:
        known = {2: "binary", 3: "multiclass"}[sizes]
        return kind(
            lambda: networks.network(known, 3, outputs), epochs=3, random_state=4, verbose=0,
            **{f"fit__{name}": value for name, value in settings.items()},
        )  # fmt: skip
    return kind(
        lambda X, y: networks.network("multiclass-onehot", 3, y.shape[1]),
        fit_kwargs={"epochs": 3, "verbose": 0, **settings},
        random_state=4,
    )


@pytest.mark.parametrize("kind", [KerasClassifier, SKLearnClassifier])
@pytest.mark.parametrize("classes", [2, 3])
def test_texts_are_validated_as_their_numbers_are(kind, classes):
    (x, y), (x_val, y_val) = rows(classes), rows(classes, seed=1)
    names = np.sort(WORDS[:classes])
    told = [
        classifier(kind, classes).fit(x, labels[y], validation_data=(x_val, labels[y_val]))
        for labels in (names, np.arange(classes))
    ]
    assert told[0].history_ == told[1].history_
    assert len(told[0].history_["val_loss"]) == 3
    model, loss = told[0].model_, told[0].history_["val_loss"][-1]
    targets = y_val if kind is KerasClassifier else np.eye(classes)[y_val]
    assert model.evaluate(x_val, targets, verbose=0) == loss
    swapped = classifier(kind, classes).fit(
        x, names[y], validation_data=(x_val, names[::-1][y_val])
    )
    assert swapped.history_["val_loss"] != told[0].history_["val_loss"]


@pytest.mark.parametrize("kind", [KerasClassifier, SKLearnClassifier])
def test_among_the_settings_and_with_weights(kind):
    (x, y), (x_val, y_val) = rows(3), rows(3, seed=1)
    weights = np.linspace(0.5, 2, 30)
    data = (x_val, WORDS[y_val], weights)
    called = classifier(kind, 3).fit(x, WORDS[y], validation_data=data)
    settled = classifier(kind, 3, validation_data=data).fit(x, WORDS[y])
    assert called.history_ == settled.history_
    plain = classifier(kind, 3).fit(x, WORDS[y], validation_data=data[:2])
    assert plain.history_["val_loss"] != called.history_["val_loss"]


def test_early_stopping_watches_it():
    (x, y), (x_val, y_val) = rows(2), rows(2, seed=1)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=0, min_delta=10.0)
    estimator = classifier(KerasClassifier, 2).fit(
        x, WORDS[y], validation_data=(x_val, WORDS[y_val]), callbacks=[stop]
    )
    assert stop.stopped_epoch == 1 and len(estimator.history_["val_loss"]) == 2


@pytest.mark.parametrize("kind", [KerasRegressor, SKLearnRegressor])
def test_numbers_stay_what_they_are(kind):
    (x, _), (x_val, _) = rows(2), rows(2, seed=1)
    estimator = {
        KerasRegressor: lambda: KerasRegressor(
            lambda: networks.network("continuous", 3, 1), random_state=4, verbose=0
        ),
        SKLearnRegressor: lambda: SKLearnRegressor(
            networks.network("continuous", 3, 1), fit_kwargs={"verbose": 0}, random_state=4
        ),
    }[kind]()
    estimator.fit(x, x.sum(1), validation_data=(x_val, x_val.sum(1)))
    loss = estimator.model_.evaluate(x_val, x_val.sum(1), verbose=0)
    assert estimator.history_["val_loss"] == [loss]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda x, y: (x, np.where(y == 0, "no", "nay")), r"among the classes.*\['nay'\]"),
        (lambda x, y: (x[:, :2], WORDS[y]), "X has 2 features, but KerasClassifier is expecting 3"),
        (lambda x, y: (x, WORDS[y][:-1]), "inconsistent numbers of samples"),
        (lambda x, y: (x, WORDS[y], np.ones(3)), "weight"),
        (lambda x, y: (x,), "validation_data"),
    ],
)
def test_what_does_not_fit(data, words):
    x, y = rows(2)
    with pytest.raises((ValueError, TypeError), match=words):
        classifier(KerasClassifier, 2).fit(x, WORDS[y], validation_data=data(x, y))


def test_columns_have_to_be_those_of_fit():
    x, y = rows(2)
    frame = pandas.DataFrame(x, columns=list("abc"))
    with pytest.raises(ValueError, match="feature names should match"):
        classifier(KerasClassifier, 2).fit(
            frame, WORDS[y], validation_data=(frame.rename(columns={"a": "z"}), WORDS[y])
        )
