"""Weights of rows and classes, and validation data."""

import numpy as np
import pytest

ones = np.ones(8)


def fit(**options):
    return lambda s: s.binary.fit(s.x, s.y, verbose=0, **options)


def fit_with(make):
    return lambda s: s.binary.fit(s.x, s.y, verbose=0, **make(s))


TABLE = {
    "sample_weight shorter": (fit(sample_weight=ones[:3]), ValueError, "8 rows", "(3,)"),
    "sample_weight as a number": (fit(sample_weight=1.0), ValueError, "8 rows", "shape=()"),
    "sample_weight of two columns": (fit(sample_weight=np.ones((8, 2))), ValueError, "(8, 2)"),
    "sample_weight negative": (fit(sample_weight=-ones), ValueError, "≥ 0", "with -1"),
    "sample_weight NaN": (fit(sample_weight=ones * np.nan), ValueError, "finite", "[0] = nan"),
    "sample_weight infinite": (fit(sample_weight=ones * np.inf), ValueError, "finite", "= inf"),
    "sample_weight too large": (fit(sample_weight=ones * 1e39), ValueError, "float32", "1e+39"),
    "sample_weight as texts": (fit(sample_weight=["1"] * 8), TypeError, "numbers", "'1'"),
    "sample_weight as a text": (fit(sample_weight="balanced"), TypeError, "sample_weight", "str"),
    "sample_weight complex": (fit(sample_weight=ones * 1j), TypeError, "numbers", "complex"),
    "sample_weight in evaluate": (
        lambda s: s.binary.evaluate(s.x, s.y, sample_weight=[1.0], verbose=0),
        ValueError, "sample_weight", "8 rows", "(1,)",
    ),
    "sample_weight in train_on_batch": (
        lambda s: s.binary.train_on_batch(s.x, s.y, sample_weight=-ones),
        ValueError, "sample_weight", "≥ 0", "-1",
    ),
    "class_weight as a list": (fit(class_weight=[1.0, 2.0]), TypeError, "{0: 1.0", "[1.0, 2.0]"),
    "class_weight as a text": (fit(class_weight="balanced"), TypeError, "'balanced'"),
    "class_weight negative": (fit(class_weight={0: 1.0, 1: -2.0}), ValueError, "[1]", "-2.0"),
    "class_weight NaN": (fit(class_weight={0: np.nan}), ValueError, "class_weight[0]", "nan"),
    "class_weight infinite": (fit(class_weight={0: np.inf}), ValueError, "[0]", "inf"),
    "class_weight too large": (fit(class_weight={0: 1e39}), ValueError, "[0]", "1e+39"),
    "class_weight huge": (fit(class_weight={0: 10**400}), ValueError, "class_weight[0]", "≥ 0"),
    "class_weight of texts": (fit(class_weight={0: "1"}), TypeError, "class_weight[0]", "'1'"),
    "class_weight None inside": (fit(class_weight={0: None}), TypeError, "[0]", "None"),
    "class_weight by name": (fit(class_weight={"no": 1.0}), TypeError, "class numbers", "'no'"),
    "class_weight by fractions": (fit(class_weight={0.5: 1.0}), TypeError, "numbers", "{0.5"),
    "class_weight by truth": (fit(class_weight={True: 1.0}), TypeError, "numbers", "{True"),
    "class_weight with sample_weight": (
        fit(class_weight={0: 1.0}, sample_weight=ones),
        ValueError, "class_weight or sample_weight", "both",
    ),
    "class_weight for fractions": (
        lambda s: s.functional.fit(s.x, s.y + 0.5, class_weight={0: 2.0}, verbose=0),
        ValueError, "class_weight", "class numbers", "y with 0.5",
    ),
    "class_weight in train_on_batch": (
        lambda s: s.binary.train_on_batch(s.x, s.y, class_weight=[1, 2]),
        TypeError, "class_weight", "[1, 2]",
    ),
    "validation_data x alone": (
        fit_with(lambda s: {"validation_data": s.x}), TypeError, "(x, y)", "shape (8, 2)",
    ),
    "validation_data text": (fit(validation_data="test.csv"), TypeError, "(x, y)", "'test.csv'"),
    "validation_data of one": (
        fit_with(lambda s: {"validation_data": (s.x,)}), ValueError, "(x, y)", "length 1",
    ),
    "validation_data of four": (
        fit_with(lambda s: {"validation_data": (s.x,) * 4}), ValueError, "(x, y)", "length 4",
    ),
    "validation_data without y": (
        fit_with(lambda s: {"validation_data": (s.x, None)}),
        TypeError, "validation_data[1]", "NoneType",
    ),
    "validation_data, other features": (
        fit_with(lambda s: {"validation_data": (s.x[:, :1], s.y)}),
        ValueError, "(rows, 2)", "validation_data[0].shape=(8, 1)",
    ),
    "validation_data, other features, unbuilt": (
        lambda s: s.unbuilt.fit(s.x, s.y, validation_data=(s.x[:, :1], s.y), verbose=0),
        ValueError, "(rows, 2)", "validation_data[0].shape=(8, 1)",
    ),
    "validation_data, other length": (
        fit_with(lambda s: {"validation_data": (s.x, s.y[:2])}),
        ValueError, "8 rows", "validation_data[1].shape=(2,)",
    ),
    "validation_data with NaN": (
        fit_with(lambda s: {"validation_data": (s.x * np.nan, s.y)}),
        ValueError, "finite", "validation_data[0][0, 0] = nan",
    ),
    "validation_data, labels −1": (
        fit_with(lambda s: {"validation_data": (s.x, s.y - 1)}),
        ValueError, "[0, 1] in validation_data[1]", "-1 and 0",
    ),
    "validation_data, weights": (
        fit_with(lambda s: {"validation_data": (s.x, s.y, ones[:2])}),
        ValueError, "8 rows", "validation_data[2].shape=(2,)",
    ),
    "validation_data, no rows": (
        fit_with(lambda s: {"validation_data": (s.x[:0], s.y[:0])}),
        ValueError, "at least one row", "validation_data[0].shape=(0, 2)",
    ),
    "validation_split 1": (fit(validation_split=1), ValueError, "[0, 1)", "=1"),
    "validation_split 20": (fit(validation_split=20), ValueError, "[0, 1)", "=20"),
    "validation_split negative": (fit(validation_split=-0.1), ValueError, "[0, 1)", "=-0.1"),
    "validation_split NaN": (fit(validation_split=np.nan), ValueError, "[0, 1)", "nan"),
    "validation_split text": (fit(validation_split="0.2"), TypeError, "[0, 1)", "'0.2'"),
    "validation_split None": (fit(validation_split=None), TypeError, "[0, 1)", "None"),
    "validation_split True": (fit(validation_split=True), TypeError, "[0, 1)", "True"),
    "validation_split leaves none": (
        fit(validation_split=0.95), ValueError, "both sides", "0.95", "8 rows",
    ),
    "validation_split takes none": (
        lambda s: s.binary.fit(s.x[:1], s.y[:1], validation_split=0.5, verbose=0),
        ValueError, "both sides", "0.5", "1 row",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_is_refused(name, refuses):
    argument = name.split()[0].strip(",")
    call, kind, *words = TABLE[name]
    refuses(call, kind, argument, *words)
