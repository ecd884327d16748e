"""A model that has refused many calls trains on as if there had been none."""

import contextlib

import numpy as np

import engine as keras


def trained(scene, mistakes):
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    bad = scene.x.copy()
    bad[7, 1] = np.nan
    wrong_calls = [
        lambda: model.fit(bad, scene.y),
        lambda: model.fit(scene.x, scene.y * 2 - 1),
        lambda: model.fit(scene.x, scene.y, validation_data=(bad, scene.y)),
        lambda: model.fit(scene.x, scene.y, validation_split=1.5),
        lambda: model.fit(scene.x, scene.y, sample_weight=-scene.y),
        lambda: model.fit(scene.x, scene.y, callbacks=["none"]),
        lambda: model.train_on_batch(scene.x[:, :1], scene.y),
        lambda: model.evaluate(scene.x, scene.rows),
        lambda: model.predict(scene.x[:, :1]),
        lambda: model.compile("adagrad", "mse"),
        lambda: model.add("dense"),
        lambda: model.set_weights([bad]),
        lambda: model.build((None, 3)),
    ]
    history = []
    for wrong_call in wrong_calls:
        if mistakes:
            with contextlib.suppress(ValueError, TypeError):
                wrong_call()
                raise AssertionError("the call is not refused")
        history.append(model.fit(scene.x, scene.y, epochs=2, batch_size=3, verbose=0).history)
        history.append(model.train_on_batch(scene.x, scene.y))
    return history, model.get_weights(), model.optimizer.slots


def test_the_same_bits_with_and_without_mistakes(scene):
    history, weights, slots = trained(scene, mistakes=True)
    expected, expected_weights, expected_slots = trained(scene, mistakes=False)
    assert history == expected
    for a, b in zip([*weights, *slots], [*expected_weights, *expected_slots], strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
