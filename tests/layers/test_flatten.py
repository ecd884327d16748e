"""Flatten: rows of several axes, from the data to the weights."""

import numpy as np
import pytest

import engine

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 4, 3)).astype("uint8")
Y = (IMAGES[:, 0, 0] > 127).astype("float32")


def network(*first, flat=False):
    engine.utils.set_random_seed(1)
    shape = (12,) if flat else (4, 3)
    layers = [engine.Input(shape), *first, engine.layers.Dense(3, "relu"), engine.layers.Dense(1)]
    model = engine.Sequential(layers)
    model.compile("adam", "mse")
    return model


def test_images_train_as_their_pixels_in_a_row():
    flat = IMAGES.reshape(40, 12)
    images = network(engine.layers.Rescaling(1 / 255), engine.layers.Flatten())
    rows = network(engine.layers.Rescaling(1 / 255), flat=True)
    told = [m.fit(x, Y, epochs=2, verbose=0) for m, x in ((images, IMAGES), (rows, flat))]
    assert told[0].history == told[1].history
    assert np.array_equal(images.predict(IMAGES, verbose=0), rows.predict(flat, verbose=0))
    assert np.abs(images(IMAGES) - images.predict(IMAGES, verbose=0)).max() < 1e-6
    assert np.array_equal(images.predict_on_batch(IMAGES), images.predict(IMAGES, verbose=0))


def test_validation_data_have_the_same_axes():
    model = network(engine.layers.Flatten())
    history = model.fit(IMAGES, Y, verbose=0, validation_data=(IMAGES[:7], Y[:7])).history
    assert set(history) == {"loss", "val_loss"}
    with pytest.raises(
        ValueError, match=r"validation_data\[0\] of shape \(rows, 4, 3\).*\(7, 12\)"
    ):
        model.fit(IMAGES, Y, verbose=0, validation_data=(IMAGES[:7].reshape(7, 12), Y[:7]))


def test_a_model_learns_the_axes_from_the_data():
    model = engine.Sequential([engine.layers.Flatten(), engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(IMAGES / 255, Y, verbose=0, validation_data=(IMAGES / 255, Y))
    assert model.input_shape == (None, 4, 3) and model.output_shape == (None, 1)
    assert model.count_params() == 13


def test_a_dense_layer_asks_for_a_flatten():
    with pytest.raises(ValueError, match="a Flatten before it"):
        engine.Sequential([engine.Input((4, 3)), engine.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"x of shape \(rows, 4, 3\).*\(40, 12\)"):
        network(engine.layers.Flatten()).fit(IMAGES.reshape(40, 12), Y)
    with pytest.raises(ValueError, match="channels_last"):
        engine.layers.Flatten(data_format="channels_first")


@pytest.mark.keras
def test_summary_and_config_are_those_of_keras(keras, capsys):
    told = []
    for k in (engine, keras):
        k.utils.clear_session()
        layers = [k.Input((4, 3)), k.layers.Flatten(), k.layers.Dropout(0.5), k.layers.Dense(2)]
        model = k.Sequential(layers)
        texts = []
        model.summary(print_fn=lambda text, line_break=None, texts=texts: texts.append(text))
        configs = [layer.get_config() for layer in model.layers]
        told.append(("\n".join(texts), configs, [x.output.shape for x in model.layers]))
    assert told[0] == told[1]
