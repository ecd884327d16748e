"""`python docs/maths/draw.py`: the chapters' pictures, each from the names of its chapter's code.

A chapter's blocks are run up to its exercises; what they leave behind is drawn.  So a picture shows
the functions, data and networks that the chapter speaks of.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))  # so that it runs from anywhere

import engine as keras  # noqa: E402
from engine.pictures import plot_loss_surface, save_picture  # noqa: E402
from engine.pictures.canvas import BLUE, GREEN, ORANGE, VERMILION  # noqa: E402
from engine.study import WeightHistory, loss_surface, worked_example  # noqa: E402
from engine.study.expressions import shown  # noqa: E402

Names = dict[str, Any]


def session(chapter: str) -> Names:
    """The names that a chapter's blocks have before the exercises."""
    text = (FOLDER / f"{chapter}.md").read_text(encoding="utf-8").partition("\n## Exercises\n")[0]
    names: Names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for example in doctest.DocTestParser().get_examples(text):
            exec(compile(example.source, chapter, "exec"), names)
    return names


def panels(columns: int, width: float = 9.0, height: float = 3.9, rows: int = 1) -> Any:
    """A figure's axes, without the frame's upper and right sides."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.ravel():
        ax.spines[["top", "right"]].set_visible(False)
    return axes.ravel()


def line(ax: Axes, w: Any, **style: Any) -> None:
    """Where b + w₁·x₁ + w₂·x₂ = 0 within the picture."""
    ends = np.array(ax.get_xlim())
    if w[2]:
        ax.plot(ends, -(w[0] + w[1] * ends) / w[2], **style)
    elif w[1]:
        ax.axvline(-w[0] / w[1], **style)


def classes(ax: Axes, points: Any, labels: Any) -> None:
    """Points of two classes: filled circles and hollow squares."""
    for label, marker, face in ((1, "o", BLUE), (-1, "s", "white")):
        chosen = points[labels == label]
        ax.scatter(chosen[:, 0], chosen[:, 1], marker=marker, s=60, facecolors=face,
                   edgecolors=BLUE if face == BLUE else "#B35900", linewidths=1.5, zorder=3,
                   label="yes" if label == 1 else "no")  # fmt: skip


def perceptron() -> Figure:
    """The line after some mistakes; XOR before and behind the hidden layer."""
    names = session("perceptron")
    left, middle, right = panels(3, 11.0)
    history, _ = names["perceptron"](names["x"], names["y"], rounds=100)
    left.set_xlim(-2, 4)
    left.set_ylim(-2, 5)
    for k, style in ((3, ":"), (6, "--"), (len(history) - 1, "-")):
        line(left, history[k], color="black", linestyle=style, linewidth=1 + (style == "-"),
             label=f"after {k} mistakes")  # fmt: skip
    u = names["u"]
    line(left, u, color=GREEN, linestyle="-.", linewidth=2, label="widest margin")
    classes(left, names["points"], names["y"])
    left.set_ylim(-2, 5)
    left.set_title("Eight points: the rule ends", fontsize=10)
    corners, y = names["corners"], names["y_xor"]
    classes(middle, corners[:, :2], y)
    middle.set_title("XOR: no line separates it", fontsize=10)
    hidden = np.array([[0, 0], [1, 0], [1, 0], [2, 1]])
    classes(right, hidden, y)
    right.set_xlim(-0.5, 2.5)
    right.set_ylim(-0.5, 1.5)
    line(right, names["history"][-1], color="black", linewidth=2)
    right.set_ylim(-0.5, 1.5)
    right.annotate("(0, 1) and (1, 0)", (1, 0), (0.75, 0.75), fontsize=9,
                   arrowprops={"arrowstyle": "->"})  # fmt: skip
    right.set_title("XOR behind the hidden layer", fontsize=10)
    for ax, letter in ((left, "x"), (middle, "x"), (right, "a")):
        ax.set_xlabel(f"{letter}₁")
        ax.set_ylabel(f"{letter}₂")
    figure = left.figure
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=6,
                  frameon=False, fontsize=9)  # fmt: skip
    return figure


def logistic_regression() -> Figure:
    """Two features of the data, the loss over their weights, two ways to the one minimum."""
    names = session("logistic-regression")
    x, y = names["x"][:, [1, 5]], names["y"]
    paths = {}
    for seed in (0, 1):
        keras.utils.set_random_seed(seed)
        neuron = keras.layers.Dense(1, activation="sigmoid", name="neuron")
        model = keras.Sequential([keras.Input((2,)), neuron])
        model.compile(keras.optimizers.SGD(1.0), "binary_crossentropy")
        model.set_weights([[np.array([[-0.8], [1.6]]), np.array([[2.6], [0.2]])][seed],
                           np.array([-0.8])])  # fmt: skip
        paths[f"gradient descent, start {seed + 1}"] = history = WeightHistory()
        model.fit(x, y, batch_size=768, epochs=40, verbose=0, callbacks=[history])
    along = ("neuron/kernel[0, 0]", "neuron/kernel[1, 0]")
    surface = loss_surface(model, x, y, along=along, paths=paths, verbose=0)
    ax = plot_loss_surface(surface, paths)
    ax.set_xlabel("weight of Glucose (standardised)")
    ax.set_ylabel("weight of BMI (standardised)")
    ax.set_title("Two features of Pima, all rows in each step, 40 steps", fontsize=10)
    return ax.figure


def chain_rule() -> Figure:
    """The worked example: what goes forward above, what comes back below."""
    model, x, y = worked_example()
    step = model.trace(x, y)
    forth, back = panels(1, 8.0, 7.2, rows=2)
    columns = [0.0, 1.0, 2.0]
    heights = [0.0, 1.0]
    for ax in (forth, back):
        ax.set_axis_off()
        ax.set_xlim(-0.35, 2.75)
        ax.set_ylim(1.45, -0.45)
    for ax, name, colour in ((forth, "kernel", BLUE), (back, "dkernel", VERMILION)):
        for number, layer in enumerate(step.layers):
            weights = getattr(layer, name)
            for i, j in np.ndindex(2, 2):
                start, end = (columns[number], heights[i]), (columns[number + 1], heights[j])
                arrow = (end, start) if ax is forth else (start, end)
                ax.annotate("", *arrow, arrowprops={
                    "arrowstyle": "->", "color": colour, "shrinkA": 32, "shrinkB": 32,
                    "linewidth": 0.7 + 3 * abs(weights[i, j]),
                })  # fmt: skip
                where = 0.27 if i != j else 0.5
                at = np.array(start) * (1 - where) + np.array(end) * where
                ax.text(*at, shown(float(weights[i, j]), 4), fontsize=8.5, ha="center", va="center",
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        for i in range(2):
            told = [[f"x\n{x[0, i]:g}"], [], []]
            for number, layer in enumerate(step.layers, start=1):
                told[number] = (
                    [f"z {shown(float(layer.z[0, i]), 4)}", f"a {shown(float(layer.a[0, i]), 4)}"]
                    if ax is forth
                    else [
                        f"da {shown(float(layer.da[0, i]), 4)}",
                        f"dz {shown(float(layer.dz[0, i]), 4)}",
                    ]
                )
            for column, words in zip(columns, told, strict=True):
                ax.text(column, heights[i], "\n".join(words), fontsize=9, ha="center", va="center",
                        bbox={"boxstyle": "round,pad=0.5", "facecolor": "white",
                              "edgecolor": "black"})  # fmt: skip
            ax.text(2.42, heights[i], f"target {y[0, i]:g}", fontsize=9, va="center")
    forth.set_title("Forward: W on the arrows, z and a in the units", fontsize=10)
    back.set_title("Backward: dW on the arrows, da and dz in the units", fontsize=10)
    return forth.figure


def softmax_crossentropy() -> Figure:
    """|dz| of one sigmoid unit for the label 1."""
    names = session("softmax-crossentropy")
    (ax,) = panels(1, 7.5)
    z = np.linspace(-20, 6, 261)
    ax.plot(z, [abs(names["dz_of"]("binary_crossentropy", float(v))) for v in z], color=BLUE,
            linewidth=2.2, label="crossentropy from z: |p − y|")  # fmt: skip
    one = np.float32(1)
    logits = np.stack([z, np.zeros_like(z)], axis=1).astype("float32")
    p = names["softmax"](logits)
    label = np.tile(np.array([[1.0, 0.0]], "float32"), (len(z), 1))
    from_p = names["d_softmax"](p, names["d_from_probabilities"](p, label, one))
    ax.plot(z, np.abs(from_p[:, 0]), color=ORANGE, linestyle="--", linewidth=2,
            label="crossentropy from p, clipped at 1e-7")  # fmt: skip
    ax.plot(z, [abs(names["dz_of"]("mean_squared_error", float(v))) for v in z], color="black",
            linestyle=":", linewidth=2, label="squared error: |2(a − y)·a(1 − a)|")  # fmt: skip
    ax.set_xlabel("z of a sigmoid unit whose label is 1 (wrong on the left, right on the right)")
    ax.set_ylabel("|dz|, the pull on z")
    ax.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.45, 0.35))
    return ax.figure


def initial_variance() -> Figure:
    """The activations of ten layers, as histograms, for four spreads of the initial weights."""
    names = session("initial-variance")
    x = names["x"]
    figure = Figure(figsize=(11.0, 5.2), layout="constrained")
    all_axes = figure.subplots(2, 4)
    for row, activation in zip(all_axes, ("tanh", "relu"), strict=True):
        for ax, (name, initializer) in zip(row, names["spreads"].items(), strict=True):
            keras.utils.set_random_seed(0)
            layers = [keras.layers.Dense(100, activation, kernel_initializer=initializer())
                      for _ in range(10)]  # fmt: skip
            model = keras.Sequential([keras.Input((100,)), *layers])
            model.compile("sgd", "mse")
            done = keras.study.step(model, x, names["y"]).layers
            low, high = (-1.0, 1.0) if activation == "tanh" else (0.0, 3.0)
            bins = np.linspace(low, high, 41)
            for number, layer in enumerate(done, start=1):
                # Of relu the half that is not 0; what is larger than the picture lies at its edge.
                seen = layer.a if activation == "tanh" else layer.a[layer.a > 0]
                counts, _ = np.histogram(np.clip(seen, low, high), bins)
                ax.stairs(0.9 * counts / counts.max() - number, bins, baseline=-number, fill=True,
                          color=str(0.75 - 0.05 * number))  # fmt: skip
            ax.set_yticks([-1 + 0.2, -4 + 0.2, -7 + 0.2, -10 + 0.2], ["1", "4", "7", "10"])
            ax.set_title(f"{activation}, {name}", fontsize=10)
            ax.spines[["top", "right"]].set_visible(False)
            if activation == "relu":
                ax.set_xlabel("activation above 0 (3: or more)")
            else:
                ax.set_xlabel("activation")
        row[0].set_ylabel("layer")
    return figure


def optimizers() -> Figure:
    """Four ways through the bowl; the first step of Adam for both places of ε."""
    names = session("optimizers")
    left, right = panels(2, 10.5, 4.3)
    ours, sgd = keras.optimizers, keras.optimizers.SGD
    first, second = np.meshgrid(np.linspace(-0.4, 1.15, 161), np.linspace(-4.2, 4.2, 161))
    loss = (first**2 + 100 * second**2) / 2
    left.contour(first, second, loss, levels=50 * np.linspace(0, 4.2, 22) ** 2, colors="0.75",
                 linewidths=0.7)  # fmt: skip
    ways = {
        "SGD": (sgd(2 / 101), BLUE, "-", "o"),
        "momentum": (sgd(4 / 121, momentum=(9 / 11) ** 2), ORANGE, "--", "s"),
        "Nesterov": (sgd(0.01, momentum=9 / 11, nesterov=True), GREEN, "-.", "^"),
        "Adam(0.1)": (ours.Adam(0.1), "black", ":", "D"),
    }
    for name, (optimizer, colour, style, marker) in ways.items():
        model = names["bowl"](optimizer)
        places = [model.get_weights()[0].ravel()]
        for _ in range(20):
            model.train_on_batch(names["x"], names["y"])
            places.append(model.get_weights()[0].ravel())
        way = np.array(places)
        left.plot(way[:, 0], way[:, 1], color=colour, linestyle=style, marker=marker, markersize=4,
                  linewidth=1.3, label=name)  # fmt: skip
    left.plot(0, 0, "+", color="black", markersize=14, markeredgewidth=2)
    left.set_xlabel("w₁ (curvature 1)")
    left.set_ylabel("w₂ (curvature 100)")
    left.set_title("20 steps in the bowl from (1, 1)", fontsize=10)
    left.legend(fontsize=9, loc="lower left")
    gradients = np.logspace(-9, 0, 46)
    right.loglog(gradients, [names["first_step"](float(g)) for g in gradients], color=BLUE,
                 linewidth=2.2, label="Keras: ε̂ beside √v")  # fmt: skip
    right.loglog(gradients, gradients / (gradients + 1e-7), color=ORANGE, linestyle="--",
                 linewidth=2, label="algorithm 1: ε beside √v̂")  # fmt: skip
    right.set_xlabel("|g|, the first gradient")
    right.set_ylabel("first step / α")
    right.set_title("Adam's first step, both ε's 1e-7", fontsize=10)
    right.legend(frameon=False, fontsize=9)
    return left.figure


def losses_reported() -> Figure:
    """Each batch's loss, the epoch's mean of them, and evaluate at its end."""
    names = session("losses-reported")
    (ax,) = panels(1, 8.0)
    model, rows, x, y = names["network"](), names["rows"], names["x"], names["y"]
    losses, evaluated = [], []
    for _ in range(4):
        losses += [model.trace(x[r], y[r], apply=True).loss for r in rows]
        evaluated.append(model.evaluate(x, y, verbose=0)[0])
    batches = len(rows)
    ax.plot(np.arange(len(losses)) + 0.5, losses, "o", color="0.6", markersize=5,
            label="loss of a batch, under the weights of its moment")  # fmt: skip
    for epoch, reported in enumerate(names["history"]["loss"]):
        ax.plot([epoch * batches, (epoch + 1) * batches], [reported] * 2, color=BLUE, linewidth=2.5,
                label="reported by fit: their mean by rows" if epoch == 0 else None)  # fmt: skip
    ends = np.arange(1, 5) * batches
    ax.plot(ends, evaluated, "s", color=ORANGE, markeredgecolor="black", markersize=8,
            label="evaluate, after the epoch")  # fmt: skip
    for end in [0, *ends]:
        ax.axvline(end, color="0.9", linewidth=0.8, zorder=0)
    ax.set_xticks([0, *ends], ["0", *(f"{end}\nepoch {k}" for k, end in enumerate(ends, 1))])
    ax.set_xlabel("step")
    ax.set_ylabel("loss (mean per row)")
    ax.legend(frameon=False, fontsize=9)
    return ax.figure


def two_frameworks() -> Figure:
    """How far two trainings are apart that differ in one ulp of one weight."""
    names = session("two-frameworks")
    (ax,) = panels(1, 8.0)
    kinds = (("neuron", BLUE, "-"), ("deep", ORANGE, "--"))
    for kind, colour, style in kinds:
        for place in range(4):
            one, other = names["built"](names[kind]), names["built"](names[kind])
            weights = other.get_weights()
            weights[0][place, 0] = np.nextafter(weights[0][place, 0], np.float32(9))
            other.set_weights(weights)
            distances = [names["apart"](one, other)]
            for _ in range(128):
                names["train"](one, 1)
                names["train"](other, 1)
                distances.append(names["apart"](one, other))
            # 0 has no place on a logarithmic axis: it lies on the floor.
            ax.semilogy(np.maximum(distances, 1e-9), color=colour, linestyle=style, linewidth=1.4)
    ax.set_ylim(8e-10, 30)
    ax.set_xlabel("epoch")
    ax.set_ylabel("largest difference of a weight")
    words = ("one sigmoid neuron, SGD(0.1)", "8-10-8-8-1, Adam(0.01)")
    handles = [
        Line2D([], [], color=colour, linestyle=style, label=told)
        for (_, colour, style), told in zip(kinds, words, strict=True)
    ]
    ax.legend(handles=handles, frameon=False, fontsize=9, loc="center right")
    ax.annotate("no difference (0)", (1, 1e-9), fontsize=8, va="bottom", color="0.35")
    ax.set_title("One initial weight moved by one ulp, four different ones", fontsize=10)
    return ax.figure


PICTURES: dict[str, Callable[[], Figure]] = {
    "perceptron": perceptron,
    "logistic-regression": logistic_regression,
    "chain-rule": chain_rule,
    "softmax-crossentropy": softmax_crossentropy,
    "initial-variance": initial_variance,
    "optimizers": optimizers,
    "losses-reported": losses_reported,
    "two-frameworks": two_frameworks,
}
"""For each chapter its picture, pictures/NAME.png."""


def main(folder: Path = FOLDER / "pictures") -> None:
    """Draw all of them."""
    folder.mkdir(exist_ok=True)
    for name, draw in PICTURES.items():
        save_picture(draw(), folder / f"{name}.png", dpi=110)
        print(f"Written: {(folder / name).name}.png")


if __name__ == "__main__":
    main()
