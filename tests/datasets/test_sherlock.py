import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from datasets import DatasetError, load_sherlock_2apps, sherlock_files, sherlock_split
from datasets.sherlock_standin import standin

SYNTHETIC = "sherlock_2apps (synthetic stand-in)"
FEATURES = ["cutime", "num_threads", "otherPrivateDirty", "priority"]


@pytest.fixture(autouse=True)
def no_user_files(monkeypatch, tmp_path):
    """Whatever the machine has, the tests see none but their own files."""
    monkeypatch.delenv("GLASSNET_SHERLOCK", raising=False)
    monkeypatch.setattr(sherlock_files, "USER_FOLDER", tmp_path / "user")


@pytest.fixture
def user(monkeypatch, tmp_path):
    """Make a small pair of files in the course's format; the expected counts shrink with them."""
    monkeypatch.setattr(sherlock_files, "COUNTS", (62, 38))
    monkeypatch.setattr("datasets.sherlock.COUNTS", (62, 38))
    folder = tmp_path / "mine"
    folder.mkdir()
    x, label = standin((62, 38), seed=1)
    pd.DataFrame(x, columns=FEATURES).to_csv(folder / "sherlock_2apps_features.csv", index=False)
    pd.Series(label, name="ApplicationName").to_csv(
        folder / "sherlock_2apps_labels.csv", index=False
    )
    return folder


@pytest.fixture(scope="module")
def whole():
    split = sherlock_split()
    assert split.synthetic, "this machine has the real files where the stand-in is tested"
    return split


def test_standin_has_the_size_and_says_what_it_is():
    start = time.perf_counter()
    frame = load_sherlock_2apps()
    seconds = time.perf_counter() - start
    assert frame.shape == (612_114, 5)
    assert list(frame.columns) == [*FEATURES, "ApplicationName"]
    assert frame["ApplicationName"].value_counts().to_dict() == {0: 379_054, 1: 233_060}
    assert frame.attrs["name"] == SYNTHETIC and frame.attrs["synthetic"] is True
    assert all("synthetic" in name for name in frame.attrs["classes"])
    np.testing.assert_allclose(frame[FEATURES].mean(), 0, atol=1e-12)
    np.testing.assert_allclose(frame[FEATURES].std(ddof=0), 1, rtol=1e-12)
    assert seconds < 5  # about 0.2 s; generous, for a busy machine


def test_split_sizes_and_steps(whole):
    assert whole.x_train.shape == (489_691, 4) and whole.x_test.shape == (122_423, 4)
    assert -(-len(whole.x_train) // 32) == 15_303  # the tutorial's steps per epoch
    assert whole.name == SYNTHETIC and whole.classes[0] == "Facebook (synthetic)"


def test_logistic_regression_lands_at_085(whole):
    model = LogisticRegression(solver="lbfgs").fit(whole.x_train, whole.y_train)
    assert model.score(whole.x_test, whole.y_test) == pytest.approx(0.85, abs=0.005)
    # better than guessing in both classes: not the trick of always saying Facebook
    (a, b), (c, d) = confusion_matrix(whole.y_test, model.predict(whole.x_test))
    assert a / (a + b) > 0.75 and d / (c + d) > 0.75


def test_tree_lands_at_099(whole):
    model = DecisionTreeClassifier(
        criterion="entropy", max_depth=3, min_samples_split=8, random_state=0
    ).fit(whole.x_train, whole.y_train)
    assert model.score(whole.x_test, whole.y_test) == pytest.approx(0.99, abs=0.005)
    stump = DecisionTreeClassifier(criterion="entropy", max_depth=1, random_state=0)
    stump.fit(whole.x_train.iloc[:50_000], whole.y_train.iloc[:50_000])
    assert stump.score(whole.x_test, whole.y_test) < 0.9


@pytest.mark.parametrize("rows", [10, 1_000, 12_345])
def test_smaller_sample_keeps_the_proportion(rows):
    frame = load_sherlock_2apps(rows=rows)
    assert len(frame) == rows
    assert frame["ApplicationName"].sum() == rows - round(rows * 379_054 / 612_114)
    assert frame.attrs["name"] == SYNTHETIC
    pd.testing.assert_frame_equal(frame, load_sherlock_2apps(rows=rows))


@pytest.mark.parametrize(
    ("rows", "error"),
    [(9, ValueError), (612_115, ValueError), (-1, ValueError), (1e3, TypeError), (True, TypeError)],
)
def test_bad_rows(rows, error):
    with pytest.raises(error, match="Received: rows="):
        load_sherlock_2apps(rows=rows)


def test_random_state_decides():
    first, again, other = (sherlock_split(rows=1000, random_state=s) for s in (42, 42, 0))
    pd.testing.assert_frame_equal(first.x_train, again.x_train)
    assert not first.x_train.index.equals(other.x_train.index)


def test_user_files_are_read_from_all_three_places(user, monkeypatch):
    x, label = standin((62, 38), seed=1)
    by_argument = load_sherlock_2apps(user)
    np.testing.assert_array_equal(by_argument["ApplicationName"], label)
    np.testing.assert_allclose(by_argument[FEATURES], x, rtol=1e-14)
    assert by_argument.attrs["name"] == "sherlock_2apps"
    assert by_argument.attrs["synthetic"] is False
    assert by_argument.attrs["classes"] == ("Facebook", "WhatsApp")
    assert load_sherlock_2apps().attrs["synthetic"] is True

    monkeypatch.setenv("GLASSNET_SHERLOCK", str(user))
    pd.testing.assert_frame_equal(load_sherlock_2apps(), by_argument)
    monkeypatch.delenv("GLASSNET_SHERLOCK")
    monkeypatch.setattr(sherlock_files, "USER_FOLDER", user)
    pd.testing.assert_frame_equal(load_sherlock_2apps(), by_argument)


def test_user_files_split_as_the_course(user):
    """Standardised over all rows, then divided; raw units give the same as standardised ones."""
    path = user / "sherlock_2apps_features.csv"
    raw = pd.read_csv(path) * [3.0, 20.0, 1e4, 2.0] + [0.0, 90.0, 3e4, 20.0]
    raw.to_csv(path, index=False)
    label = pd.read_csv(user / "sherlock_2apps_labels.csv")["ApplicationName"]
    parts = train_test_split(
        StandardScaler().fit_transform(raw), label, test_size=0.2, random_state=42
    )
    split = sherlock_split(user)
    assert split.name == "sherlock_2apps" and not split.synthetic
    np.testing.assert_allclose(split.x_train, parts[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(split.y_test, parts[3])


def test_user_sample_and_app_names(user):
    path = user / "sherlock_2apps_labels.csv"
    whole = load_sherlock_2apps(user)
    codes = pd.read_csv(path)["ApplicationName"]
    codes.map({0: "Facebook", 1: "WhatsApp"}).to_csv(path, index=False)
    pd.testing.assert_frame_equal(load_sherlock_2apps(user), whole)
    sample = load_sherlock_2apps(user, rows=50)
    assert sample["ApplicationName"].value_counts().to_dict() == {0: 31, 1: 19}
    assert len(sample.merge(whole.drop_duplicates())) == 50


DAMAGE = {
    "features truncated": ("features", lambda t: t[: len(t) // 2], "Expected 100 rows"),
    "labels truncated": ("labels", lambda t: t[:-2], "Expected 100 rows"),
    "labels empty": ("labels", lambda t: "", "Expected a CSV file"),
    "index column kept": (
        "features",
        lambda t: "".join(f"{i},{line}" for i, line in enumerate(t.splitlines(keepends=True))),
        "Received: 5 columns",
    ),
    "letters in a column": ("features", lambda t: t.replace("-", "x", 1), "Expected numbers"),
    "missing value": ("features", lambda t: "a,b,c,d\n,1,2,3\n" + "1,2,3,4\n" * 99, "in line 2"),
    "third label": ("labels", lambda t: t.replace("1", "2", 1), "Received: 2"),
    "label flipped": ("labels", lambda t: t.replace("1", "0", 1), "Received: 63 and 37"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_user_file_is_named(damage, user):
    which, change, says = DAMAGE[damage]
    path = user / f"sherlock_2apps_{which}.csv"
    text = path.read_text()
    path.write_text(change(text))
    with pytest.raises(DatasetError) as error:
        load_sherlock_2apps(user)
    assert str(path) in str(error.value) and says in str(error.value)


@pytest.mark.parametrize("which", ["features", "labels"])
def test_missing_user_file_is_named_and_not_replaced(which, user, monkeypatch):
    """A named folder, or one file of the pair, must never give the stand-in."""
    path = user / f"sherlock_2apps_{which}.csv"
    path.unlink()
    for name_it in (
        lambda: load_sherlock_2apps(user),
        lambda: (monkeypatch.setenv("GLASSNET_SHERLOCK", str(user)), load_sherlock_2apps()),
        lambda: (
            monkeypatch.delenv("GLASSNET_SHERLOCK"),
            monkeypatch.setattr(sherlock_files, "USER_FOLDER", user),
            load_sherlock_2apps(),
        ),
    ):
        with pytest.raises(DatasetError, match="FileNotFoundError") as error:
            name_it()
        assert str(path) in str(error.value)
