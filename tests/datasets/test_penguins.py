import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from datasets import load_penguins, penguins_split

FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def test_known_facts():
    frame = load_penguins()
    assert frame.shape == (344, 8)
    assert frame["species"].value_counts().to_dict() == {
        "Adelie": 152,
        "Gentoo": 124,
        "Chinstrap": 68,
    }
    assert frame["island"].value_counts().to_dict() == {
        "Biscoe": 168,
        "Dream": 124,
        "Torgersen": 52,
    }
    assert frame.iloc[0].tolist() == [
        "Adelie", "Torgersen", 39.1, 18.7, 181, 3750, "male", 2007
    ]  # fmt: skip
    assert frame[FEATURES].isna().sum().tolist() == [2, 2, 2, 2]
    assert frame["sex"].isna().sum() == 11
    assert (frame[FEATURES].dtypes == "float64").all() and frame["year"].dtype == "int64"
    # the package's published summary
    means = [43.92193, 17.15117, 200.9152, 4201.754]
    np.testing.assert_allclose(frame[FEATURES].mean(), means, rtol=1e-6)


def test_split_is_the_tutorials():
    kept = load_penguins().drop(columns=["island", "sex", "year"]).dropna()
    assert len(kept) == 342
    target = pd.get_dummies(kept["species"])
    parts = train_test_split(
        kept.drop(columns=["species"]),
        target,
        test_size=0.2,
        random_state=0,
        shuffle=True,
        stratify=target,
    )
    split = penguins_split()
    ours = (split.x_train, split.x_test, split.y_train, split.y_test)
    for mine, theirs in zip(ours, parts, strict=True):
        pd.testing.assert_frame_equal(mine, theirs)


def test_sizes_and_one_hot():
    split = penguins_split()
    assert split.x_train.shape == (273, 4) and split.x_test.shape == (69, 4)
    assert list(split.x_train.columns) == FEATURES
    assert split.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert split.y_train.sum().tolist() == [121, 54, 98]
    assert split.y_test.sum().tolist() == [30, 14, 25]
    assert (split.y_train.sum(axis=1) == 1).all() and (split.y_test.sum(axis=1) == 1).all()
    species = load_penguins()["species"]
    assert (split.y_train.idxmax(axis=1) == species[split.y_train.index]).all()
    assert not set(split.x_train.index) & set(split.x_test.index)
    assert [a.shape for a in split.arrays()] == [(273, 4), (273, 3), (69, 4), (69, 3)]


def test_seaborns_order_gives_the_same_birds():
    """The tutorial's copy has Chinstrap before Gentoo; the same birds come out, in one order."""
    ordered = load_penguins().sort_values("species", kind="stable", ignore_index=True)
    assert ordered["species"].unique().tolist() == ["Adelie", "Chinstrap", "Gentoo"]
    ordered = ordered.dropna(subset=FEATURES)
    target = pd.get_dummies(ordered["species"])
    x_train, x_test, y_train, _ = train_test_split(
        ordered[FEATURES], target, test_size=0.2, random_state=0, shuffle=True, stratify=target
    )
    split = penguins_split()
    assert not x_train.index.equals(split.x_train.index)
    np.testing.assert_array_equal(x_train, split.x_train)
    np.testing.assert_array_equal(x_test, split.x_test)
    np.testing.assert_array_equal(y_train, split.y_train)
