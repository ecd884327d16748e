"""What the engine says where it does not follow, and the warnings that Keras gives too."""

import io

import numpy as np
import pytest
from rich.console import Console

import engine as keras
from engine.pictures import plot_confusion_matrix
from keras_ref.table import result_list


@pytest.mark.parametrize(
    ("package", "name", "there"),
    [
        (keras, "constraints", "layers"),
        (keras.regularizers, "OrthogonalRegularizer", "L1L2"),
        (keras.layers, "Conv2D", "Dense"),
        (keras.optimizers, "Nadam", "Adam"),
        (keras.callbacks, "RemoteMonitor", "EarlyStopping"),
        (keras.losses, "Huber", "MeanSquaredError"),
        (keras.metrics, "IoU", "BinaryAccuracy"),
        (keras.activations, "gelu", "relu"),
    ],
)
def test_a_name_that_is_not_there_says_what_is(package, name, there):
    with pytest.raises(AttributeError, match=rf"Expected one of .*{there}.*Received: '{name}'"):
        getattr(package, name)
    assert there in dir(package)


def test_models_by_subclassing_are_refused_at_once():
    class Mine(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(TypeError, match="Expected Sequential, or Model.*Received: the class Mine"):
        Mine()


def test_a_sequential_may_be_subclassed():
    class Mine(keras.Sequential):
        pass

    assert Mine([keras.Input((2,)), keras.layers.Dense(1)]).count_params() == 3


def test_the_softmax_of_one_unit_is_warned_of():
    with pytest.warns(UserWarning, match="Expected a sigmoid for one unit"):
        keras.layers.Dense(1, activation="softmax")


def test_one_class_is_warned_of():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "categorical_crossentropy")
    with pytest.warns(UserWarning, match="Expected several classes.*binary_crossentropy"):
        model.fit(np.eye(2), [0, 1], verbose=0)


def test_the_default_optimizer_is_that_of_keras():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    assert type(model.optimizer).__name__ == "RMSprop"


def test_a_column_of_classes_is_a_vector_of_classes():
    axes = plot_confusion_matrix([0, 1, 1], np.array([[0], [1], [0]]))
    assert [text.get_text().split("\n")[0] for text in axes.texts] == ["1", "0", "1", "1"]


def test_a_file_in_a_folder_that_is_not_there(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(FileNotFoundError, match="Expected a file in a folder that exists"):
        model.save(tmp_path / "nowhere" / "m.keras")


def test_a_narrow_terminal_gets_a_list(rows):
    out = io.StringIO()
    console = Console(file=out, width=60)
    console.print(result_list(rows))
    text = out.getvalue()
    for row in rows:
        assert row.key in text
        assert f"{row.accuracy.engine:.4f}" in text
    assert "…" not in text


@pytest.fixture
def rows():
    from keras_ref.compare import compare
    from keras_ref.tutorials import pima_sgd as tutorial

    run = tutorial.run(keras, 1, epochs=1)
    order = np.arange(len(run.fits[0].split.x_train))
    return [
        compare(
            run,
            run,
            orders={len(order): (order, order)},
            expected=tutorial.PARAMETERS,
            title=tutorial.TITLE,
            published=tutorial.PUBLISHED,
            versions={},
            min_speedup=None,
        )
    ]
