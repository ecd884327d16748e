import numpy as np
import pytest
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from datasets import load_pima, pima_adam_split, pima_sgd_split

COLUMNS = [
    "Pregnancies",
    "Glucose",
    "BloodPressure",
    "SkinThickness",
    "Insulin",
    "BMI",
    "DiabetesPedigreeFunction",
    "Age",
    "Outcome",
]
# the published describe() table, six decimals
DESCRIBE = {
    "mean": [3.845052, 120.894531, 69.105469, 20.536458, 79.799479, 31.992578, 0.471876, 33.240885],
    "std": [3.369578, 31.972618, 19.355807, 15.952218, 115.244002, 7.884160, 0.331329, 11.760232],
    "min": [0, 0, 0, 0, 0, 0, 0.078, 21],
    "25%": [1, 99, 62, 0, 0, 27.3, 0.24375, 24],
    "50%": [3, 117, 72, 23, 30.5, 32, 0.3725, 29],
    "75%": [6, 140.25, 80, 32, 127.25, 36.6, 0.62625, 41],
    "max": [17, 199, 122, 99, 846, 67.1, 2.42, 81],
}


def test_known_facts():
    frame = load_pima()
    assert list(frame.columns) == COLUMNS
    assert frame.shape == (768, 9)
    assert frame["Outcome"].value_counts().to_dict() == {0: 500, 1: 268}
    assert frame.iloc[0].tolist() == [6, 148, 72, 35, 0, 33.6, 0.627, 50, 1]
    assert frame.iloc[-1].tolist() == [1, 93, 70, 31, 0, 30.4, 0.315, 23, 0]
    assert not frame.isna().any(axis=None)
    assert [str(t) for t in frame.dtypes] == ["int64"] * 5 + ["float64"] * 2 + ["int64"] * 2
    assert frame.attrs["name"] == "pima" and frame.attrs["synthetic"] is False


@pytest.mark.parametrize("row", DESCRIBE)
def test_published_describe_table(row):
    ours = load_pima().drop(columns="Outcome").describe().loc[row]
    np.testing.assert_allclose(ours, DESCRIBE[row], rtol=0, atol=5.01e-7)


def test_published_correlation():
    """The tutorial's heatmap: Glucose–Outcome 0.466581, Pregnancies–Age 0.544341."""
    c = load_pima().corr()
    assert c.loc["Glucose", "Outcome"] == pytest.approx(0.466581, abs=5e-7)
    assert c.loc["Pregnancies", "Age"] == pytest.approx(0.544341, abs=5e-7)


def test_sgd_split_is_the_tutorials():
    frame = load_pima()
    x, y = frame.iloc[:, 0:8], frame.iloc[:, 8]
    a, b, c, d = train_test_split(x, y, test_size=0.33, random_state=42)
    scaler = StandardScaler()
    a, b = scaler.fit_transform(a), scaler.transform(b)
    split = pima_sgd_split()
    assert split.x_train.shape == (514, 8) and split.x_test.shape == (254, 8)
    np.testing.assert_array_equal(split.x_train, a)
    np.testing.assert_array_equal(split.x_test, b)
    np.testing.assert_array_equal(split.y_train, c)
    np.testing.assert_array_equal(split.y_test, d)
    assert split.x_train.index.equals(c.index) and split.x_test.index.equals(d.index)
    assert list(split.x_train.columns) == COLUMNS[:8]


def test_sgd_split_is_scaled_by_the_training_part_only():
    split = pima_sgd_split()
    np.testing.assert_allclose(split.x_train.mean(), 0, atol=1e-14)
    np.testing.assert_allclose(split.x_train.std(ddof=0), 1, rtol=1e-13)
    # scaled by all rows, the test part would be nearer to 0; by itself, exactly at 0
    assert np.abs(split.x_test.mean()).max() > 0.05
    raw = load_pima().loc[split.x_train.index, COLUMNS[:8]]
    by_hand = (raw - raw.mean()) / raw.std(ddof=0)
    np.testing.assert_allclose(split.x_train, by_hand, rtol=1e-11, atol=1e-13)
    assert not np.allclose(split.x_train, (raw - raw.mean()) / raw.std(ddof=1), rtol=1e-4)


def test_adam_split_is_the_files_order_and_raw():
    frame, split = load_pima(), pima_adam_split()
    assert split.x_train.index.tolist() == list(range(568))
    assert split.x_test.index.tolist() == list(range(568, 768))
    np.testing.assert_array_equal(split.x_train, frame.iloc[:568, :8])
    np.testing.assert_array_equal(split.y_test, frame.iloc[568:, 8])


@pytest.mark.parametrize("make", [pima_sgd_split, pima_adam_split])
def test_arrays_and_determinism(make):
    split = make()
    for first, again in zip(split.arrays(), make().arrays(), strict=True):
        assert first.dtype == np.float32 and first.flags.c_contiguous
        assert first.tobytes() == again.tobytes()
    np.testing.assert_array_equal(split.arrays("float64")[0], split.x_train)
    assert set(split.y_train) == set(split.y_test) == {0, 1}
    assert split.classes == ("no diabetes", "diabetes") and not split.synthetic
