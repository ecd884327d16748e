"""Layers without trained weights, and metrics, whose arguments are too much or none."""

import json
from io import BytesIO

from tests.hostile.sound import hostile

RAGGED = [[1.0, 2.0], [3.0]]
HUGE = 10**9


def _in_place_of_hidden(name, kind, config, why):
    """Put a maker of a file on the list that has such a layer in the middle."""

    def maker(sound):
        return sound.with_layer("keras.layers", kind, config)

    maker.__name__, maker.__doc__ = name, why
    hostile(".keras")(maker)


def _array(value, dtype="float32"):
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": dtype}}


for _name, _kind, _config, _why in (
    ("scale_of_objects", "Rescaling", {"scale": _array([1], "object")}, "An array of objects."),
    ("scale_of_long_texts", "Rescaling", {"scale": _array(["a"], "S2000000000")},
     "An array with room for texts of two billion letters."),
    ("scale_ragged", "Rescaling", {"scale": _array(RAGGED)}, "Rows of different lengths."),
    ("scale_of_nothing", "Rescaling", {"scale": _array(None)}, "An array of None."),
    ("scale_empty", "Rescaling", {"scale": _array([])}, "An array of no numbers."),
    ("scale_deep", "Rescaling", {"scale": _array(json.loads("[" * 60 + "1" + "]" * 60))},
     "An array of more axes than NumPy has."),
    ("scale_without_value", "Rescaling", {"scale": {"class_name": "__numpy__", "config": {}}},
     "An array that says nothing."),
    ("scale_of_another_kind", "Rescaling",
     {"scale": {"class_name": "Popen", "config": {"value": 1, "dtype": "float32"}}},
     "A class in the place of an array."),
    ("mean_ragged", "Normalization", {"mean": RAGGED, "variance": RAGGED}, "A ragged mean."),
    ("mean_of_nothing", "Normalization", {"mean": [None], "variance": [None]}, "A mean of None."),
    ("mean_alone", "Normalization", {"mean": 1.0}, "A mean without variance."),
    ("variance_below_zero", "Normalization", {"mean": 1.0, "variance": -1.0}, "Below zero."),
    ("mean_of_many_axes", "Normalization",
     {"mean": json.loads("[" * 40 + "1" + "]" * 40),
      "variance": json.loads("[" * 40 + "1" + "]" * 40)}, "Forty axes."),
    ("axis_far_away", "Normalization", {"axis": 10**30}, "An axis of 31 digits."),
    ("axes_without_end", "Normalization", {"axis": [-1] * 100_000}, "A hundred thousand axes."),
    ("rate_above_one", "Dropout", {"rate": 1.5}, "A rate that is no share."),
    ("rate_of_a_function", "Dropout",
     {"rate": {"class_name": "function", "config": "eval", "module": "builtins"}}, "A function."),
    ("seed_of_400_digits", "Dropout", {"rate": 0.5, "seed": 10**400}, "A seed of 400 digits."),
    ("seed_below_zero", "Dropout", {"rate": 0.5, "seed": -(10**30)}, "A seed below zero."),
    ("noise_shape_without_end", "Dropout", {"rate": 0.5, "noise_shape": [HUGE, HUGE]},
     "Noise of 10¹⁸ numbers."),
    ("flatten_another_order", "Flatten", {"data_format": "../../x"}, "A path as an order."),
):  # fmt: skip
    _in_place_of_hidden(_name, _kind, _config, _why)


def _on_input(name, kind, config, sizes, why):
    """Put a maker on the list of a file whose input has such sizes, with that layer behind it."""

    def maker(sound):
        def change(whole):
            first = whole["config"]["layers"][0]
            first["config"]["batch_shape"] = [None, *sizes]
            entry = whole["config"]["layers"][1]
            entry.update(module="keras.layers", class_name=kind, registered_name=None)
            entry["config"] = {"name": "hidden", **config}
            entry["build_config"] = {"input_shape": [None, *sizes]}
            text = json.dumps(whole).replace('"shape": [null, 4]', f'"shape": {[None, *sizes]}')
            return json.loads(text.replace("None", "null"))

        return sound.with_config(change)

    maker.__name__, maker.__doc__ = name, why
    hostile(".keras")(maker)


_on_input("normalization_of_a_billion", "Normalization", {}, [HUGE], "Statistics of 10⁹ features.")
_on_input(
    "normalization_of_all_axes", "Normalization", {"axis": [1, 2, 3]}, [1000, 1000, 1000],
    "Statistics of 10⁹ places.",
)  # fmt: skip
_on_input("flatten_of_a_billion", "Flatten", {}, [1000, 1000, 1000], "Rows of 10⁹ numbers.")
_on_input("flatten_beyond_64_bits", "Flatten", {}, [10**9] * 6, "Rows of 10⁵⁴ numbers.")
_on_input("dropout_of_a_billion", "Dropout", {"rate": 0.5}, [HUGE], "Masks of 10⁹ numbers.")
_on_input("scale_of_a_billion", "Rescaling", {"scale": 2.0}, [HUGE], "10⁹ constants.")


def _metric(name, kind, config, why):
    """Put a maker of a file with such a metric and an unsound layer on the list."""

    def maker(sound):
        def change(whole):
            whole["compile_config"]["metrics"] = [
                {"module": "keras.metrics", "class_name": kind, "registered_name": None,
                 "config": {"name": "m", **config}}
            ]  # fmt: skip

        return sound.with_config(change)

    maker.__name__, maker.__doc__ = name, why
    hostile(".keras")(maker)


_metric("auc_of_a_billion", "AUC", {"num_thresholds": HUGE}, "10⁹ thresholds.")
_metric("auc_beyond_64_bits", "AUC", {"num_thresholds": 10**30}, "10³⁰ thresholds.")
_metric("auc_of_many_labels", "AUC", {"multi_label": True, "num_labels": HUGE}, "10⁹ labels.")
_metric("thresholds_of_texts", "Precision", {"thresholds": ["a"]}, "Thresholds that are texts.")
_metric("thresholds_in_lists", "Recall", {"thresholds": [[0.5]]}, "Thresholds in lists.")
_metric("class_far_away", "Precision", {"class_id": 10**30}, "A class of 30 digits.")
_metric("beta_below_zero", "FBetaScore", {"beta": -1.0}, "A β that is refused.")
_metric("function_in_a_metric", "Mean", {"fn": {"module": "os", "config": "system"}}, "A function.")


def _auc(**config):
    return {"module": "keras.metrics", "class_name": "AUC", "registered_name": None,
            "config": {"name": "m", **config}}  # fmt: skip


def _metrics(name, suffix, key, metrics, why):
    """Put a maker of a sound file on the list that was compiled with such metrics."""

    def maker(sound):
        if suffix == ".h5":
            return sound.with_texts(lambda _, training: training.update({key: metrics}))
        return sound.with_config(lambda whole: whole["compile_config"].update({key: metrics}))

    maker.__name__, maker.__doc__ = name, why
    hostile(suffix)(maker)


for _suffix, _end in ((".keras", ""), (".h5", "_in_h5")):
    for _name, _key, _metric_list, _why in (
        ("auc_fifty_times", "metrics", [_auc(num_thresholds=10**6)] * 50,
         "Fifty metrics of 10⁶ thresholds, two gigabytes."),
        ("auc_weighted_fifty_times", "weighted_metrics", [_auc(num_thresholds=10**6)] * 50,
         "The same in the other list."),
        ("auc_of_labels", "metrics",
         [_auc(num_thresholds=10**6, multi_label=True, num_labels=10**6)],
         "10¹² counts of one metric, each factor of which is allowed."),
        ("auc_usual_many_times", "metrics", [_auc()] * 30_000,
         "30,000 metrics of the usual 200 thresholds, which no config states."),
        ("auc_by_name_many_times", "metrics", ["auc"] * 400_000, "The same by their names."),
        ("auc_in_nested_lists", "metrics", [[_auc(num_thresholds=10**6)] * 50],
         "Fifty metrics in a list of lists."),
    ):  # fmt: skip
        _metrics(_name + _end, _suffix, _key, _metric_list, _why)


@hostile(".keras")
def layers_without_end(sound):
    """10,000 layers without weights: the time to put them together grew with their square."""
    import h5py

    buffer = BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("vars")
    config = json.loads(sound.members["config.json"])
    config.update(module="keras", class_name="Sequential", registered_name=None)
    config["compile_config"] = None
    config["config"] = {
        "name": "sound",
        "layers": [
            {"module": "keras.layers", "class_name": "Dropout", "registered_name": None,
             "config": {"name": f"d{index}", "rate": 0}}
            for index in range(10_000)
        ],
    }  # fmt: skip
    return sound.archive(config=json.dumps(config).encode(), weights=buffer.getvalue())


def _optimizer(name, changes, why):
    """Put a maker of a file with other arguments of the optimizer on the list."""

    def maker(sound):
        return sound.with_config(
            lambda whole: whole["compile_config"]["optimizer"]["config"].update(changes)
        )

    maker.__name__, maker.__doc__ = name, why
    hostile(".keras")(maker)


def _schedule(kind, **config):
    module = "keras.optimizers.schedules"
    return {"module": module, "class_name": kind, "registered_name": None, "config": config}


_optimizer("clipped_below_zero", {"clipnorm": -1.0}, "A norm below zero.")
_optimizer("clipped_three_ways", {"clipnorm": 1.0, "clipvalue": 1.0, "global_clipnorm": 1.0}, "3.")
_optimizer("average_beyond_one", {"use_ema": True, "ema_momentum": 2.0}, "A share above one.")
_optimizer("accumulation", {"gradient_accumulation_steps": HUGE}, "10⁹ steps.")
_optimizer(
    "schedule_of_a_function",
    {"learning_rate": _schedule("LearningRateSchedule", fn="os.system")},
    "A schedule that is none on the list.",
)
_optimizer(
    "schedule_without_steps",
    {"learning_rate": _schedule("ExponentialDecay", initial_learning_rate=0.1, decay_steps=0,
                                decay_rate=0.5)},
    "A schedule that divides by zero.",
)  # fmt: skip
_optimizer(
    "schedule_of_two_lengths",
    {"learning_rate": _schedule("PiecewiseConstantDecay", boundaries=[1, 2], values=[0.1])},
    "More boundaries than values.",
)
_optimizer(
    "schedule_in_a_schedule",
    {"learning_rate": _schedule("CosineDecay", decay_steps=3, initial_learning_rate=_schedule(
        "CosineDecay", initial_learning_rate=0.1, decay_steps=3))},
    "A schedule as the beginning of a schedule.",
)  # fmt: skip
_optimizer(
    "schedule_of_300_digits",
    {"learning_rate": _schedule("PiecewiseConstantDecay", boundaries=[10**300, 3],
                                values=[0.1, 10**30, 0.1])},
    "Numbers that floats hold and NumPy's whole numbers do not, in the wrong order.",
)  # fmt: skip
