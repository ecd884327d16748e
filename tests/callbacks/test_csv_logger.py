"""CSVLogger: the bytes of the file, by hand and from Keras."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.callbacks import CSVLogger

VALIDATED = [{"loss": 0.5, "val_loss": 0.25}, {"val_loss": 1e-9, "loss": 1 / 3}]
UNVALIDATED = [{"loss": 0.5, "accuracy": 1.0}, {"loss": float("nan"), "accuracy": 2, "val_loss": 3}]
ODD = [
    {"b": "text, with comma", "a": np.array([1.5, 2.0])},
    {"b": [1, 2], "a": np.array(3.0)},
    {"b": np.float32(0.1), "c": 5},
    {"b": 'a "quote"', "a": ()},
    {},
]

# arguments, epochs of each training, bytes
CASES = {
    "validated": (
        {},
        [VALIDATED],
        b"epoch,loss,val_loss\r\n0,0.5,0.25\r\n1,0.3333333333333333,1e-09\r\n",
    ),
    "not validated": (
        {},
        [UNVALIDATED],
        b"epoch,accuracy,loss,val_accuracy,val_loss\r\n0,1.0,0.5,NA,NA\r\n1,2,nan,NA,3\r\n",
    ),
    "overwrites": (
        {"separator": ";"},
        [UNVALIDATED, VALIDATED],
        b"epoch;loss;val_loss\r\n0;0.5;0.25\r\n1;0.3333333333333333;1e-09\r\n",
    ),
    "appends": (
        {"append": True, "separator": "\t"},
        [VALIDATED[:1], VALIDATED[1:]],
        b"epoch\tloss\tval_loss\r\n0\t0.5\t0.25\r\n0\t0.3333333333333333\t1e-09\r\n",
    ),
    "odd values": (
        {},
        [ODD],
        b'epoch,a,b,val_a,val_b\r\n0,"""[1.5, 2.0]""","text, with comma",NA,NA\r\n'
        b'1,3.0,"""[1, 2]""",NA,NA\r\n2,NA,0.1,NA,NA\r\n3,"""[]""","a ""quote""",NA,NA\r\n'
        b"4,NA,NA,NA,NA\r\n",
    ),
    "nothing": ({}, [[{}, {}]], b"epoch\r\n0\r\n1\r\n"),
}


def written(logger_class, name, path):
    arguments, trainings, _ = CASES[name]
    logger = logger_class(path, **arguments)
    for epochs in trainings:
        logger.on_train_begin()
        for epoch, logs in enumerate(epochs):
            logger.on_epoch_end(epoch, logs)
        logger.on_train_end()
    return Path(path).read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_writes_these_bytes(name, tmp_path):
    assert written(CSVLogger, name, tmp_path / "log.csv") == CASES[name][2]


@pytest.mark.keras
@pytest.mark.parametrize("name", CASES)
def test_keras_writes_the_same(keras, name, tmp_path):
    path = str(tmp_path / "log.csv")
    assert written(keras.callbacks.CSVLogger, name, path) == CASES[name][2]


WRONG = {
    "another first epoch": ("writerow([epoch,", "writerow([epoch + 1,"),
    "unsorted": ("sorted(logs)", "list(logs)"),
    "no columns for a validation": ("if not any(key.startswith", "if any(key.startswith"),
    "line feeds": ("delimiter=self.sep", 'delimiter=self.sep, lineterminator="\\n"'),
    "comma always": ("delimiter=self.sep", 'delimiter=","'),
    "second header": ("self._wants_header = not file.readline()", "pass"),
    "overwrites always": ('"a" if self.append else "w"', '"w"'),
    "empty for missing": ('"NA"', '""'),
    "lists as they are": ("    return f'\"[", "    return value\n    return f'\"["),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_versions_are_caught(name, tmp_path, wrong_version):
    wrong = wrong_version("engine.callbacks.csv_logger", *WRONG[name]).CSVLogger
    results = {case: written(wrong, case, tmp_path / f"{case}.csv") for case in CASES}
    assert any(results[case] != CASES[case][2] for case in CASES)


def test_each_line_is_in_the_file_at_once(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"val_a": 1})
    assert (tmp_path / "log.csv").read_bytes() == b"epoch,val_a\r\n0,1\r\n"
    logger.on_train_begin()  # as after an interrupted training
    logger.on_train_end()
    assert (tmp_path / "log.csv").read_bytes() == b""
    with pytest.raises(RuntimeError, match="on_train_begin before on_epoch_end"):
        logger.on_epoch_end(1, {"val_a": 1})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"filename": None}, TypeError),
        ({"filename": 3}, TypeError),
        ({"filename": "a", "separator": 3}, TypeError),
        ({"filename": "a", "separator": ""}, ValueError),
        ({"filename": "a", "separator": ", "}, ValueError),
        ({"filename": "a", "separator": "\n"}, ValueError),
        ({"filename": "a", "separator": '"'}, ValueError),
        ({"filename": "a", "append": "yes"}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    name, value = list(arguments.items())[-1]
    with pytest.raises(error) as caught:
        CSVLogger(**arguments)
    assert str(caught.value).endswith(f"Received: {name}={value!r}")
