"""Training on data that come as batches."""

import random
import warnings

import numpy as np
import pytest

import engine
from engine.callbacks import BackupAndRestore, LambdaCallback
from engine.layers import Dense, Dropout
from engine.models import NonFiniteError, Sequential
from engine.models.batches import are_batches


def network(hidden=5, seed=3, dropout=0.3, loss="binary_crossentropy"):
    engine.utils.set_random_seed(seed)
    model = Sequential(
        [
            engine.Input((4,)),
            Dense(hidden, activation="tanh"),
            Dropout(dropout),
            Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", loss, metrics=["accuracy", "auc"])
    return model


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    x = rng.standard_normal((101, 4)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32"), rng.uniform(0.5, 2, 101).astype("float32")


def cut(*arrays, size=16):
    return [tuple(a[i : i + size] for a in arrays) for i in range(0, len(arrays[0]), size)]


class Numbered(engine.utils.PyDataset):
    def __init__(self, batches, **options):
        super().__init__(**options)
        self.batches = batches
        self.told = []

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, number):
        return self.batches[number]

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


class Again:
    """Can be gone through again, and nobody knows how long it is."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def state(model):
    optimizer = model.optimizer
    return [w.tobytes() for w in model.get_weights()] + [s.tobytes() for s in optimizer.slots]


WAYS = {
    "list": (list, {}),
    "PyDataset": (Numbered, {"shuffle": False}),
    "unknown length": (Again, {}),
    "threads": (lambda b: Numbered(b, workers=3, max_queue_size=2), {"shuffle": False}),
    "generator": (lambda b: (batch for _ in range(3) for batch in b), {"steps_per_epoch": 7}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("verbose", [0, 1])
def test_the_numbers_are_those_of_the_rows_at_hand(data, way, verbose, capsys):
    """101 rows in sevens: TensorFlow does not know the size of the batches in either case."""
    make, options = WAYS[way]
    alone, x, y = network(), data[0], data[1]
    valid = x[:40], y[:40]
    expected = alone.fit(
        x, y, batch_size=16, epochs=3, shuffle=False, verbose=verbose, validation_data=valid,
        validation_batch_size=16,
    )  # fmt: skip
    model = network()
    told = model.fit(
        make(cut(x, y)), epochs=3, verbose=verbose, validation_data=cut(*valid), **options
    )
    assert told.history == expected.history
    assert state(model) == state(alone)
    assert model.evaluate(make(cut(x, y)), verbose=0, steps=7) == alone.evaluate(
        x, y, batch_size=16, verbose=0
    )
    predicted = model.predict(make(cut(x)), steps=7, verbose=verbose)
    assert predicted.tobytes() == alone.predict(x, batch_size=16, verbose=0).tobytes()
    assert ("7/7" in capsys.readouterr().out) == bool(verbose)


def test_weights_of_rows_and_classes(data):
    alone, model = network(), network()
    expected = alone.fit(*data[:2], sample_weight=data[2], batch_size=16, shuffle=False, verbose=0)
    assert model.fit(cut(*data), verbose=0).history == expected.history
    alone, model, weights = network(), network(), {0: 0.5, 1: 3.0}
    expected = alone.fit(*data[:2], class_weight=weights, batch_size=16, shuffle=False, verbose=0)
    told = model.fit(cut(*data[:2]), class_weight=weights, verbose=0)
    assert told.history == expected.history
    assert state(model) == state(alone)


@pytest.mark.parametrize("sizes", [(3, 17, 64, 1, 16), (64, 1, 36), (1, 100)])
def test_batches_of_several_sizes(data, sizes):
    """Those of one size after the other are what as many fits on one batch each are."""
    places = np.cumsum((0, *sizes))
    pairs = zip(places, places[1:], strict=False)
    batches = [(data[0][a:b], data[1][a:b]) for a, b in pairs]
    alone, model = network(hidden=40), network(hidden=40)
    for batch in batches:
        alone.fit([batch], verbose=0)
    model.fit(batches, verbose=0)
    assert state(model) == state(alone)


def test_metrics_have_room_for_the_larger_batches_of_a_validation(data):
    """Batches to train on that grow must not take away what the others need."""
    x, y = data[:2]
    model, rooms = network(), []
    look = LambdaCallback(on_test_begin=lambda logs: rooms.append(model._run.aside.size))
    model.compile("sgd", "binary_crossentropy", metrics=[engine.metrics.AUC()])
    batches, validation = [(x[:3], y[:3]), (x[3:23], y[3:23])], [(x, y)]
    model.fit(batches, validation_data=validation, verbose=0, callbacks=[look])
    needed = model._metrics(y[:, None]).aside(len(x))
    assert needed > 0 and rooms[0] >= needed


def test_the_batches_of_a_pydataset_are_shuffled_by_pythons_generator(data):
    batches, model = cut(*data[:2]), network()
    random.seed(12)
    model.fit(Numbered(batches), epochs=2, verbose=0)
    random.seed(12)
    orders = [list(range(7)), list(range(7))]
    for order in orders:
        random.shuffle(order)
    alone = network()
    alone.fit([batches[k] for order in orders for k in order], verbose=0)
    assert orders[0] != orders[1]
    assert state(model) == state(alone)


def test_a_wrong_batch_is_called_by_its_number(data):
    batches = cut(*data[:2])
    batches[5] = batches[5][0] * np.nan, batches[5][1]
    for workers in (1, 3):
        with pytest.raises(ValueError, match="finite numbers in x.*, in batch 5"):
            network().fit(Numbered(batches, workers=workers), verbose=0)


def test_lines_are_printed_for_batches_of_unknown_number(data, capsys):
    model, batches = network(), cut(*data[:2])
    model.fit(Again(batches), epochs=2, verbose=2)
    model.evaluate(Again(batches), verbose=2)
    model.fit(iter(batches), verbose=2)
    lines = [line for line in capsys.readouterr().out.splitlines() if "loss" in line]
    assert len(lines) == 4 and all(line.startswith("7/7 - ") for line in lines), lines


def test_processes_make_the_same_batches(data):
    model, alone = network(), network()
    alone.fit(Squares(), epochs=2, shuffle=False, verbose=0)
    apart = Squares(workers=2, use_multiprocessing=True)
    model.fit(apart, epochs=2, shuffle=False, verbose=0)
    assert state(model) == state(alone)


class Squares(engine.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, number):
        return np.full((8, 4), number**2 / 9.0), np.arange(8) % 2


def test_epochs_of_some_steps_go_on_where_the_last_one_ended(data):
    """Over two passes of 7: batches 0 … 4, then 5, 6 and a warning, then 0 … 4 again."""
    seen, batches, model = [], cut(*data[:2]), network()

    class Seen(Numbered):
        def __getitem__(self, number):
            seen.append(number)
            return super().__getitem__(number)

    with pytest.warns(UserWarning, match="after 2 of them, which is where the epoch ends"):
        model.fit(Seen(batches), epochs=3, steps_per_epoch=5, shuffle=False, verbose=0)
    assert seen[1:] == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4]  # the first one is looked at before
    assert model.optimizer.iterations == 12


def test_a_fit_ends_when_a_generator_does(data):
    batches, model = cut(*data[:2]), network()
    with (
        pytest.warns(UserWarning, match="after 1 of them, which is where the epoch ends"),
        pytest.warns(UserWarning, match="after 3 of 9 epochs"),
    ):
        told = model.fit(iter(batches), epochs=9, steps_per_epoch=3, verbose=0)
    assert told.epoch == [0, 1, 2]
    assert model.optimizer.iterations == 7
    with pytest.warns(UserWarning, match="after 2 of 5 epochs"):
        told = model.fit(iter(batches[:6]), epochs=5, steps_per_epoch=3, verbose=0)
    assert told.epoch == [0, 1]


def test_validation_goes_on_in_a_generator_and_begins_anew_in_others(data):
    x, y = data[:2]
    batches, model = cut(x, y), network(dropout=0.0)
    model.compile(engine.optimizers.SGD(0.0), "binary_crossentropy")
    once = model.fit(
        x, y, epochs=3, verbose=0, validation_data=iter(batches), validation_steps=2
    ).history["val_loss"]
    again = model.fit(x, y, epochs=3, verbose=0, validation_data=batches, validation_steps=2)
    assert len(set(once)) == 3
    assert len(set(again.history["val_loss"])) == 1
    assert again.history["val_loss"][0] == once[0] == model.evaluate(batches, steps=2, verbose=0)


@pytest.mark.parametrize("verbose", [0, 2])
@pytest.mark.parametrize(("freq", "epochs"), [(2, [2, 4]), ([1, 4], [1, 4]), (7, [])])
def test_validation_after_some_epochs(data, freq, epochs, verbose):
    x, y = data[:2]
    every, some = network(), network()
    expected = every.fit(x, y, epochs=5, validation_split=0.2, verbose=0).history
    told = some.fit(
        x, y, epochs=5, validation_split=0.2, validation_freq=freq, verbose=verbose
    ).history
    assert told.get("val_loss", []) == [expected["val_loss"][e - 1] for e in epochs]
    assert told["loss"] == expected["loss"]
    assert state(some) == state(every)


def test_callbacks_are_called_around_every_batch(data):
    calls, batches = [], cut(*data[:2])
    model, alone = network(), network()
    watch = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: calls.append(f"epoch {epoch}"),
        on_train_batch_begin=lambda batch, logs: calls.append(f"begin {batch}"),
        on_train_batch_end=lambda batch, logs: calls.append(f"end {batch} {sorted(logs)}"),
        on_test_begin=lambda logs: calls.append("validation"),
    )
    expected = alone.fit(
        *data[:2], batch_size=16, shuffle=False, epochs=2, verbose=0, callbacks=[watch],
        validation_data=data[:2],
    ).history  # fmt: skip
    before, calls = calls, []
    told = model.fit(
        Again(batches), epochs=2, verbose=0, callbacks=[watch], validation_data=data[:2],
        validation_batch_size=16,
    ).history  # fmt: skip
    assert calls == before
    assert len(calls) == 2 * (1 + 2 * 7 + 1)
    assert told == expected


def test_stopping_in_a_batch_stops_there(data):
    class Stop(engine.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    model = network()
    told = model.fit(
        cut(*data[:2]), epochs=5, verbose=0, callbacks=[Stop()], validation_data=cut(*data[:2])
    )
    assert model.optimizer.iterations == 3
    assert len(told.history["val_loss"]) == 1


def test_what_a_generator_raises_comes_through(data):
    def broken():
        yield from cut(*data[:2])[:3]
        raise OSError("the disk is gone")

    model = network()
    with pytest.raises(OSError, match="the disk is gone"):
        model.fit(broken(), verbose=0)
    assert model.optimizer.iterations == 3


def test_a_loss_that_is_not_finite_is_traced_to_its_layer(data):
    x, y = data[:2]
    model = Sequential([engine.Input((4,)), Dense(8, "relu", name="first"), Dense(1, name="last")])
    model.compile(engine.optimizers.SGD(100.0), "mse")
    with pytest.raises(NonFiniteError) as caught:
        model.fit(cut(x, y), epochs=9, verbose=0)
    assert caught.value.layer == "last"
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_steps_are_traced_while_batches_come(data):
    batches, model = cut(*data, size=30), network()
    recorder = engine.study.Recorder([1, 3, 4])
    model.fit(batches, verbose=0, callbacks=[recorder])
    for trace, number in zip(recorder.traces, (0, 2, 3), strict=True):
        assert trace.x.tobytes() == batches[number][0].tobytes()
        assert trace.sample_weight.tobytes() == batches[number][2].tobytes()
    new = [weight.new for weight in recorder.traces[-1].weights]
    assert [w.tobytes() for w in new] == [w.tobytes() for w in model.get_weights()]


def test_a_backup_is_taken_up_where_that_is_possible(data, tmp_path):
    class Die(engine.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    batches, alone = cut(*data[:2]), network()
    alone.fit(Numbered(batches), epochs=4, verbose=0)
    backup = BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        network().fit(Numbered(batches), epochs=4, verbose=0, callbacks=[backup, Die()])
    model = network(seed=99)
    model.fit(Numbered(batches), epochs=4, verbose=0, callbacks=[backup])
    assert state(model) == state(alone)


@pytest.mark.parametrize(
    ("options", "save_freq", "word"),
    [({}, 3, "a number of batches"), ({"steps_per_epoch": 2}, "epoch", "steps_per_epoch")],
)
def test_a_backup_that_could_not_be_taken_up_is_refused(data, tmp_path, options, save_freq, word):
    backup = BackupAndRestore(tmp_path / "backup", save_freq)
    with pytest.raises(ValueError, match=f'save_freq="epoch".*Received: {word}'):
        network().fit(cut(*data[:2]), verbose=0, callbacks=[backup], **options)


def test_what_counts_as_batches():
    x = np.zeros((3, 2))
    rows = [x, x.tolist(), [(1.0, 2.0)], range(3), ((1, 2), (3, 4)), "ab", {"a": x}, None, 3, []]
    assert [are_batches(value) for value in rows] == [False] * len(rows)
    batches = [[(x, x)], ((x,), (x,)), iter([x]), Numbered([]), Again([]), {"a": x}.values()]
    assert [are_batches(value) for value in batches] == [True] * len(batches)


@pytest.mark.keras
@pytest.mark.parametrize("workers", [1, 3])
def test_a_pydataset_is_told_of_the_same_epochs_as_in_keras(data, workers):
    import keras

    def told(package, **options):
        class Told(package.utils.PyDataset):
            __len__ = Numbered.__len__
            __getitem__ = Numbered.__getitem__
            on_epoch_begin = Numbered.on_epoch_begin
            on_epoch_end = Numbered.on_epoch_end

            def __init__(self):
                super().__init__(workers=workers)
                self.batches, self.told = cut(*data[:2]), []

        package.utils.set_random_seed(3)
        model = package.Sequential([package.Input((4,)), package.layers.Dense(1)])
        model.compile("sgd", "mse")
        train, valid = Told(), Told()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of 7 batches the third epoch has one
            model.fit(train, validation_data=valid, verbose=0, **options)
        return train.told, valid.told, [w.tobytes() for w in model.get_weights()]

    some = {"epochs": 4, "steps_per_epoch": 3, "validation_steps": 2}
    # With workers Keras's epochs of some steps begin with what its queue held: chance.
    for options in ({"epochs": 3}, some) if workers == 1 else ({"epochs": 3},):
        assert told(engine, **options) == told(keras, **options), options


@pytest.mark.keras
@pytest.mark.parametrize("remainder", [True, False])
def test_a_dataset_of_tensorflow_gives_keras_bits(data, remainder):
    import keras
    import tensorflow as tf

    whole = tf.data.Dataset.from_tensor_slices(tuple(data)).batch(20, drop_remainder=not remainder)

    def trained(package):
        package.utils.set_random_seed(5)
        layers = [package.layers.Dense(7, "relu"), package.layers.Dense(1, "sigmoid")]
        model = package.Sequential([package.Input((4,)), *layers])
        model.compile("adam", "binary_crossentropy", weighted_metrics=["accuracy"])
        model.fit(whole, epochs=3, shuffle=False, verbose=0, validation_data=whole)
        predicted = np.asarray(model.predict(whole, verbose=0))
        return [*(w.tobytes() for w in model.get_weights()), predicted.tobytes()]

    assert trained(engine) == trained(keras)
