import numpy as np
import pytest

from engine.pictures import plot_distribution


def test_few_values_get_a_bar_each():
    axes = plot_distribution([0.5, 0.75, 0.75, 1.0, 1.0, 1.0], "test accuracy")
    bars = [bar for bar in axes.patches if bar.get_height() >= 1 and bar.get_y() == 0][:3]
    assert [bar.get_height() for bar in bars] == [1, 2, 3]
    assert [bar.get_x() + bar.get_width() / 2 for bar in bars] == pytest.approx([0.5, 0.75, 1.0])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("test accuracy", "networks")


def test_many_values_become_a_histogram():
    values = np.random.default_rng(0).normal(size=500)
    axes = plot_distribution(values, "loss")
    assert axes.get_title() == "500 networks"
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights) >= 500 and len(heights) < 60
    told = [text.get_text() for text in axes.get_legend().get_texts()]
    low, middle, high = np.quantile(values, [0.025, 0.5, 0.975])
    assert told == [f"95 % of them: {low:.3g} – {high:.3g}", f"median {middle:.3g}"]


def test_groups_have_boxes_and_a_dot_for_each_value():
    groups = {"60-60-1": np.linspace(0.7, 0.9, 11), "60-30-1": [0.8, 0.8, 0.9]}
    axes = plot_distribution(groups, published=0.81)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "60-60-1\n(11)",
        "60-30-1\n(3)",
    ]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    for line, values in zip(dots, groups.values(), strict=True):
        assert sorted(line.get_xdata()) == sorted(values)
    assert len(np.unique(dots[1].get_xydata(), axis=0)) == 3, "equal values lie beside each other"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "one network",
        "median",
        "box: the middle 50 %",
        "whiskers: the middle 95 %",
        "published 0.81",
    ]


def test_one_value():
    assert plot_distribution([0.5]).patches[0].get_height() == 1


@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ([], ValueError, r"values of shape \(networks,\)"),
        ([[1.0]], ValueError, r"shape=\(1, 1\)"),
        ([1.0, np.nan], ValueError, "1 of 2 are not"),
        (["a"], TypeError, "Expected values to be numbers"),
        ({}, ValueError, "at least one group"),
        ({"raw": []}, ValueError, r"Expected raw of shape"),
    ],
)
def test_bad_input(values, error, told):
    with pytest.raises(error, match=told):
        plot_distribution(values)


def test_whiskers_hold_the_middle_95_percent_of_few_values():
    groups = {"a": [0.7, 0.8, 0.9], "b": [0.75, 0.76, 0.76, 0.8]}
    axes = plot_distribution(groups)
    for number, values in enumerate(groups.values(), start=1):
        level = [line for line in axes.lines if list(line.get_ydata()) == [number, number]]
        ends = [x for line in level for x in line.get_xdata()]
        assert min(ends) == pytest.approx(np.quantile(values, 0.025))
        assert max(ends) == pytest.approx(np.quantile(values, 0.975))


def test_equal_values_have_a_narrow_bar_with_room():
    for values in ([0.75], [0.75, 0.75], [0.3, 0.1 + 0.2], [0.0]):
        axes = plot_distribution(values)
        (bar, *_), (low, high) = axes.patches, axes.get_xlim()
        assert bar.get_height() == len(values)
        assert 0.02 < bar.get_width() / (high - low) < 0.2
        assert bar.get_width() <= 0.1
        ticks = axes.get_yticks()
        assert (ticks == ticks.round()).all()


def test_values_too_near_for_bars_are_a_histogram():
    axes = plot_distribution([0.1, 0.1 + 1e-6, 0.5, 0.9])
    assert min(patch.get_width() for patch in axes.patches) > 0.01


def test_names():
    axes = plot_distribution([0.5])
    assert (axes.get_title(), axes.get_xlabel()) == ("1 network", "value")


@pytest.mark.parametrize(
    ("published", "error", "told"),
    [("0.7", TypeError, "published to be a number. Received: '0.7'"),
     (True, TypeError, "a number"), (np.nan, ValueError, "finite. Received: published=nan")],
)  # fmt: skip
def test_bad_published(published, error, told):
    with pytest.raises(error, match=told):
        plot_distribution([0.5], published=published)
