"""A trace of a step with all its parts has the numbers of the compiled kernels, to the bit."""

import numpy as np
import pytest

import engine
from engine.kernels import fields
from engine.study import batch
from tests.study.test_trace import BY_LETTER
from tests.study.whole_nets import draw
from tests.tolerances import assert_same_bits

NETWORKS = 120


def in_the_buffers(model):
    """What lies in the program's buffers besides what `batch` says."""
    run = model._run
    program, rows = run.program, len(batch(model)["x"])

    def part(flat, place, units):
        return flat[place : place + rows * units].reshape(rows, units).copy()

    stages = [
        {
            "output": part(program.outputs, s.output, s.units),
            "draws": part(program.outputs, s.draws, s.units) if s.kind == "dropout" else None,
            "doutput": part(program.deltas, s.output, s.units),
        }
        for s in program.stages
    ]
    count = len(program.penalties) + len(program.activity_penalties)
    penalties = program.factors[2 * count + 1 : 3 * count + 1].copy()
    lengths = None
    if program.squares is not None:
        trained = sum(program.trainable)
        first = (int(run.plan[fields.LENGTHS]) - int(run.plan[fields.SQUARES])) // 4
        lengths = program.squares[first : first + trained + 2].copy()
    return stages, penalties, lengths


def of_the_kernels(model, x, y, weights):
    """Train one batch, watched; what `batch` says of it, and the buffers.  The model moves on."""
    seen = []
    look = engine.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: seen.append((batch(model), in_the_buffers(model)))
    )
    model.fit(
        x, y, batch_size=len(x), shuffle=False, sample_weight=weights, verbose=0, callbacks=[look]
    )
    return seen[0]


def seen_by_the_optimizer(weight):
    return weight.gradient if weight.clipped is None else weight.clipped


def assert_tensors(told, expected, words):
    """Loss, activations and gradients; how many were compared."""
    assert_same_bits(np.float32(told.loss), expected["loss"], words)
    compared = 0
    for name, values in expected.items():
        letters, number = name.rstrip("0123456789"), name.lstrip("adWzbloswxy")
        if letters not in BY_LETTER:
            continue
        layer = told.layers[int(number) - 1]
        actual = getattr(layer, BY_LETTER[letters])
        if letters in ("dW", "db"):  # clipped in place
            which = "kernel" if letters == "dW" else "bias"
            actual = seen_by_the_optimizer(
                next(w for w in told.weights if w.name == f"{layer.name}/{which}")
            )
        assert_same_bits(actual, values, f"{words}: {name}")
        compared += 1
    return compared


def assert_buffers(told, buffers, words):
    stages, penalties, lengths = buffers
    working = [s for s in told.stages if s.kind != "unchanged"]
    assert len(working) == len(stages)
    for number, (stage, expected) in enumerate(zip(working, stages, strict=True)):
        assert_same_bits(stage.output, expected["output"], f"{words}: stage {number}")
        if stage.draws is not None:
            assert_same_bits(stage.draws, expected["draws"], f"{words}: draws {number}")
        if stage.doutput is not None:
            assert_same_bits(stage.doutput, expected["doutput"], f"{words}: dh {number}")
    assert_same_bits(np.array(list(told.penalties.values()), "f4"), penalties, words)
    if lengths is not None:
        trained = [w for w in told.weights if w.trained]
        assert_same_bits(np.float32([w.squares for w in trained]), lengths[:-2], words)


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_any_step(seed):
    """Three steps, so that slots, averages, schedules and draws have gone on."""
    model, x, y, weights, words = draw(seed)
    for step in range(3):
        told = model.trace(x, y, weights)
        assert told.step == step + 1
        if model.optimizer.use_ema:  # at the end of a fit the weights become their average
            model.train_on_batch(x, y, weights)
        else:
            tensors, buffers = of_the_kernels(model, x, y, weights)
            assert assert_tensors(told, tensors, words) > 0
            if model.optimizer.clipping is None or model.optimizer.clipping[0] != "clipnorm":
                assert_buffers(told, buffers, words)
        for traced, weight in zip(told.weights, model._kernel_weights, strict=True):
            assert_same_bits(traced.new, weight.numpy(), f"{words}: {weight.path}")
            assert traced.trained == weight.trainable == (traced.update is not None)
            if traced.trained:
                value = traced.value if traced.decay is None else traced.value + traced.decay
                assert_same_bits(value + traced.update, traced.moved, words)
        for weight, slot, values in model.optimizer.slot_views():
            traced = next(w for w in told.weights if w.name == weight.path)
            if traced.trained:
                assert_same_bits(traced.slots_after[slot], values.copy(), f"{words}: {slot}")


def network(*layers, optimizer="sgd", loss="mse", features=(4,)):
    engine.utils.set_random_seed(3)
    model = engine.Sequential([engine.Input(features), *layers])
    model.compile(optimizer, loss)
    return model


def rows(model, count=5):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(count, *model.input_shape[1:]))
    return x, rng.normal(size=(count, model.output_shape[-1]))


def whole():
    """A model in which every wrong version below changes something."""
    room = engine.layers
    return network(
        room.Rescaling(0.5, 0.1), room.Dropout(0.5),
        room.Dense(9, "tanh", activity_regularizer="l2"),
        room.Normalization(mean=0.1, variance=3.0), room.Dense(3, kernel_regularizer="l1"),
        optimizer=engine.optimizers.RMSprop(
            0.01, momentum=0.5, clipnorm=0.1, weight_decay=0.02, use_ema=True, ema_momentum=0.9
        ),
    )  # fmt: skip


def ulp(values):
    return np.nextafter(values, np.float32(np.inf), dtype="f4")


WRONG = {
    "another draw": ("between", "draws_of", lambda right: lambda layer, x: right(layer, x + 0) / 2),
    "a layer forward": ("between", "made", lambda right: lambda stage, x: ulp(right(stage, x))),
    "the penalty on activations": (
        "arithmetic", "d_activity", lambda right: lambda r, a: right(r, a) * np.float32(2),
    ),
    "clipping": ("optimizing", "clipped_norm", lambda right: lambda g, n, c: g * (c / n)),
    "decay": ("optimizing", "decayed", lambda right: lambda w, d, a: w - (w * d) * a * 2),
    "the root": (
        "optimizing", "elementwise", lambda right: lambda f, g, v: f(g, v).astype("f4"),
    ),
    "the average": ("optimizing", "averaged", lambda right: lambda e, w, m: right(w, e, m)),
    "the order of squares": (
        "optimizing", "by_threads", lambda right: lambda v, n: np.float32(v[::-1].cumsum()[-1]),
    ),
}  # fmt: skip


def agrees(model, x, y):
    """Whether two steps of the trace have the bits of the kernels."""
    for _ in range(2):
        told = model.trace(x, y)
        model.train_on_batch(x, y)
        for traced, weight in zip(told.weights, model._kernel_weights, strict=True):
            if traced.new.tobytes() != weight.numpy().tobytes():
                return False
        for weight, slot, values in model.optimizer.slot_views():
            traced = next(w for w in told.weights if w.name == weight.path)
            if traced.slots_after[slot].tobytes() != values.tobytes():
                return False
    return True


@pytest.mark.parametrize("name", [None, *WRONG])
def test_wrong_versions_are_found(name, monkeypatch):
    if name is not None:
        room, function, wrong = WRONG[name]
        place = __import__(f"engine.study.{room}", fromlist=[function])
        monkeypatch.setattr(place, function, wrong(getattr(place, function)))
    model = whole()
    assert agrees(model, *rows(model, 33)) == (name is None)


def test_the_draws_stay_as_they_are():
    """A trace draws what the next step draws, and the next step draws it all the same."""
    model = network(engine.layers.Dropout(0.5), engine.layers.Dense(2))
    x, y = rows(model)
    first, second = model.trace(x, y), model.trace(x, y)
    assert_same_bits(first.stages[0].draws, second.stages[0].draws)
    model.train_on_batch(x, y)
    assert (model.trace(x, y).stages[0].draws != first.stages[0].draws).any()


def test_where_the_way_back_ends():
    """Frozen layers in front: no gradients; behind: signals that pass, but none of weights."""
    room = engine.layers
    model = network(
        room.Dense(3, "tanh", trainable=False), room.Dropout(0.5), room.Dense(4),
        room.Dense(3, "relu", trainable=False), room.Rescaling(2.0), room.Dense(1),
    )  # fmt: skip
    told = model.trace(*rows(model))
    first, second, third, last = told.layers
    assert first.dz is None and first.da is None and first.dkernel is None and first.dbias is None
    assert second.dz is not None and second.dkernel is not None
    assert third.dz is not None and third.dkernel is None and third.dbias is None
    assert last.dkernel is not None
    dropout, scaling = told.stages
    assert dropout.doutput is None and dropout.dinput is None
    assert_same_bits(scaling.dinput, scaling.doutput * np.float32(2))
    assert [w.trained for w in told.weights] == [False] * 2 + [True] * 2 + [False] * 2 + [True] * 2
    assert told.weights[0].change is None
    assert_same_bits(told.weights[0].new, told.weights[0].value)


def test_rows_of_several_axes():
    model = network(engine.layers.Flatten(), engine.layers.Dense(1), features=(2, 3))
    x, y = rows(model)
    told = model.trace(x, y)
    assert_same_bits(told.x, x.reshape(5, 6).astype("f4"))
    assert told.stages[0].kind == "unchanged" and told.stages[0].output is told.x


def frozen():
    return network(engine.layers.Dense(1, trainable=False))


def of_the_user():
    class Mine(engine.optimizers.Optimizer):
        pass

    model = network(engine.layers.Dense(1))
    model.optimizer = Mine(0.1, "mine", {})
    return model


def without_reduction():
    return network(engine.layers.Dense(1), loss=engine.losses.MeanSquaredError(reduction="none"))


REFUSED = {
    "nothing is trained": (frozen, "a trainable weight.* Received: a model whose weights are all"),
    "an optimizer of the user's": (of_the_user, "SGD, RMSprop, Adam or AdamW.* Received: .* Mine"),
    "a loss of each row": (without_reduction, "one number for a batch"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_trace(name):
    make, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        model = make()
        model.trace(*rows(model))


@pytest.mark.parametrize("clipping", ["clipnorm", "global_clipnorm"])
@pytest.mark.parametrize("kind", ["SGD", "RMSprop"])
def test_large_layers(kind, clipping):
    """Squares of so many numbers that threads add them up; tiles that a team shares."""
    room = engine.layers
    model = network(
        room.Rescaling(0.1), room.Dense(140, "relu", activity_regularizer="l2"), room.Dropout(0.5),
        room.Dense(10, "softmax"), features=(800,), loss="sparse_categorical_crossentropy",
        optimizer=getattr(engine.optimizers, kind)(0.01, **{clipping: 0.05}),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    assert agrees(model, rng.normal(size=(300, 800)), rng.integers(0, 10, 300))
