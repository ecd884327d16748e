"""Plausible mistakes in the engine's arithmetic: changes to its source, and what betrays them.

A mistake is planted in a copy of the engine; the lockstep of the copy with Keras must end at the
tensor that the mistake touches first.  Compiling a copy takes long, so mistakes in the kernels
share one where no case meets two of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    """A mistake.

    file, changes
        Pairs of what stands once in the file, and what takes its place.
    case
        The name of the training of keras_ref/cases.py that shows it.
    tensor
        The tensor that must be named.
    """

    name: str
    file: str
    changes: dict[str, str]
    case: str
    tensor: str


IN_PYTHON = [
    Wrong(
        "another order in each epoch", "models/fitting.py",
        {"by_chance = shuffled and seed is None": "by_chance = shuffled",
         "run.reorder(epoch_order(rows, None))":
         "run.reorder(epoch_order(rows, (get_random_seed() or 0) + run.epoch))"},
        "sgd", "x",
    ),
    Wrong(
        "classes without a weight weigh 0", "models/data.py",
        {"result = np.ones(len(y), dtype)": "result = np.zeros(len(y), dtype)"},
        "class-weights-sparse", "w",
    ),
    Wrong(
        "a weighted gradient divided by the units where Keras multiplies", "models/feed.py",
        {"0 if len(rows) % batch else batch": "0"},
        "weights-3-even", "dz2",
    ),
    Wrong(
        "Glorot's limit from the inputs alone", "initializers/scaling.py",
        {"limit = math.sqrt(3.0 * v)": "limit = math.sqrt(3.0 / shape[0])"},
        "sgd", "W1",
    ),
    Wrong(
        "crossentropy on the probabilities, not on the logits", "losses/forms.py",
        {"return on_logits, True": "return on_predictions, False"},
        "sgd", "z2",
    ),
]  # fmt: skip

IN_KERNELS = [
    [
        Wrong(
            "dropout that keeps the size of what is kept", "layers/dropout.py",
            {"return 1 / (1 - self.rate) if self.rate < 1 else 0.0": "return 1.0"},
            "dropout", "z2",
        ),
        Wrong(
            "a decay that Adam's step size scales", "models/run.py",
            {"bases = optimizer.learning_rates(": "bases = optimizer.rates("},
            "decay-adam", "W1",
        ),
        Wrong(
            "an average that begins at zero", "kernels/around.py",
            {"fill(like, 0.0 if step == 0 else 1.0, 16)": "fill(like, 1.0, 16)"},
            "average", "ŵ(W1)",
        ),
        Wrong(
            "a penalty on activations that is not divided by the rows", "kernels/penalties.py",
            {"integer(a, 2), like) / fill(like, rows, 1)": "integer(a, 2), like)"},
            "activity-both", "loss",
        ),
        Wrong(
            "a length from the sum, not from its root", "optimizers/clipping.py",
            {"where(squares > 0.0, sqrt(squares), squares)": "squares"},
            "clipnorm", "dW1",
        ),
        Wrong(
            "ε outside of RMSprop's root", "optimizers/rmsprop.py",
            {"(alpha * g) * reciprocal_root(v + epsilon)":
             "(alpha * g) / (1.0 / reciprocal_root(v) + epsilon)"},
            "rmsprop-0.9", "m(W1)",
        ),
        Wrong(
            "AMSGrad that forgets", "optimizers/adam.py",
            {"return maximum(v_hat, v)": "return v"},
            "amsgrad-linear", "v̂(W1)",
        ),
    ],
    [
        Wrong(
            "relu'(0) = 1", "activations/relu.py",
            {"where(a > 0.0, da, da * 0.0)": "where(a >= 0.0, da, da * 0.0)"},
            "sgd", "dz1",
        ),
        Wrong(
            "leaky relu's gradient without its slope", "activations/leaky_relu.py",
            {"return where(a > 0.0, da, da * NEGATIVE_SLOPE)": "return where(a > 0.0, da, 0.0)"},
            "leaky_relu-batch-10", "dz2",
        ),
        Wrong(
            "a hidden sigmoid in Eigen's arithmetic", "kernels/elementary.py",
            {"_readings(fused_logistic, onednn.logistic, onednn.logistic, _exact_logistic)":
             "_readings(fused_logistic, eigen.logistic, _library_logistic, _exact_logistic)"},
            "sigmoid-batch-5", "a1",
        ),
        Wrong(
            "sparse crossentropy of the neighbouring class", "kernels/losses.py",
            {"here = load(truth, 0, 16) == fill(z, c, 16)":
             "here = load(truth, 0, 16) == fill(z, c + 1, 16)"},
            "sparse", "loss",
        ),
        Wrong(
            "a gradient damped by 1 − μ", "optimizers/sgd.py",
            {"return m * mu - g * alpha": "return m * mu - g * alpha * (1.0 - mu)"},
            "momentum-linear", "m(W1)",
        ),
        Wrong(
            "labels smoothed to a, not to a/2", "losses/binary_crossentropy.py",
            {"y.dtype.type(0.5 * a)": "y.dtype.type(a)"},
            "smoothing", "loss",
        ),
        Wrong(
            "categorical crossentropy's gradient multiplied out",
            "losses/categorical_crossentropy.py",
            {"return (e / s - y) * g": "return (e / s) * g - y * g"},
            "categorical", "dz2",
        ),
        Wrong(
            "a learning rate 20 % low", "optimizers/optimizer.py",
            {"return np.full(count, self.learning_rate, dtype)":
             "return np.full(count, 0.8 * self.learning_rate, dtype)"},
            "sgd-linear", "W1",
        ),
    ],
    [
        Wrong(
            "binary crossentropy's gradient in another grouping", "losses/binary_crossentropy.py",
            {"t = e * (g * reciprocal(1.0 + e))": "t = (e * g) * reciprocal(1.0 + e)"},
            "sgd-batch-16", "dz2",
        ),
        Wrong(
            "β₂ in the place of β₁", "kernels/updates.py",
            {"m = blend(load(slot_1, i, 16), g, share_1)":
             "m = blend(load(slot_1, i, 16), g, share_2)"},
            "adam-linear", "m(W1)",
        ),
        Wrong(
            "Nesterov without looking ahead", "optimizers/sgd.py",
            {"return w + (m * mu - g * alpha)": "return w + m"},
            "nesterov-linear", "W1",
        ),
        Wrong(
            "a product with 1/Σ in the place of a quotient", "losses/categorical_crossentropy.py",
            {"return (e / s - y) * g": "return (e * (1.0 / s) - y) * g"},
            "sparse", "dz2",
        ),
    ],
    [
        Wrong(
            "an exact 1/x", "kernels/elementary.py",
            {"_readings(reciprocal, eigen.reciprocal,": "_readings(reciprocal, _exact_reciprocal,"},
            "sgd-batch-16", "dz2",
        ),
        Wrong(
            "v of |g|, not of g²", "kernels/updates.py",
            {"blend(load(slot_2, i, 16), g * g,": "blend(load(slot_2, i, 16), abs(g),"},
            "adam-linear", "v(W1)",
        ),
        Wrong(
            "the sigmoid's gradient in another grouping", "activations/sigmoid.py",
            {"return da * (a * (1.0 - a))": "return (da * a) * (1.0 - a)"},
            "sigmoid-batch-5", "dz2",
        ),
        Wrong(
            "categorical crossentropy multiplied out", "losses/categorical_crossentropy.py",
            {"return y * (log_sum - shifted)": "return y * log_sum - y * shifted"},
            "smoothing-categorical", "loss",
        ),
        Wrong(
            "the logit compared with 0.5, not the probability", "kernels/one_output.py",
            {"hit = right(said, label, threshold, width)":
             "hit = right(logit, label, threshold, width)"},
            "sgd", "so far in the epoch: accuracy",
        ),
        Wrong(
            "sums one after the other", "kernels/sums.py",
            {"whole = n - n % 8": "whole = 0 if n < 64 else n - n % 8",
             "if n < 8:": "if n < 64:"},
            "sparse", "loss",
        ),
    ],
    [
        Wrong(
            "binary crossentropy in another grouping", "losses/binary_crossentropy.py",
            {"return log1p(e) + (maximum(z, 0.0) - z * y)":
             "return (log1p(e) + maximum(z, 0.0)) - z * y"},
            "sgd", "loss",
        ),
        Wrong(
            "Adam without its correction of m", "optimizers/adam.py",
            {"return (alpha * sqrt(1.0 - beta_2_to_t)) / (1.0 - beta_1_to_t)":
             "return alpha * sqrt(1.0 - beta_2_to_t)"},
            "adam-linear", "W1",
        ),
        Wrong(
            "batches that count alike, whatever their size", "kernels/losses.py",
            {"load(sums, 0, 1) + loss * fill(sums, rows, 1)": "load(sums, 0, 1) + loss"},
            "sgd-linear", "so far in the epoch: loss",
        ),
    ],
    [
        Wrong(
            "a gradient without 1/rows", "kernels/losses.py",
            {"g = _over(fill(scale, 1.0, 1), _divisor(frame, integer(a, 3), rows, like))":
             "g = fill(scale, 1.0, 1)"},
            "sgd", "dz2",
        ),
        Wrong(
            "blocks of 256 terms, not of 384", "kernels/dense.py",
            {"BLOCK = 384": "BLOCK = 256"},
            "long-narrow", "a1",
        ),
        Wrong(
            "another slope of leaky relu", "activations/leaky_relu.py",
            {"NEGATIVE_SLOPE = 0.2": "NEGATIVE_SLOPE = 0.3"},
            "leaky_relu-batch-10", "a1",
        ),
    ],
    [
        Wrong(
            "ε under the root", "optimizers/adam.py",
            {"return (m * alpha) / (sqrt(v) + epsilon)":
             "return (m * alpha) / sqrt(v + epsilon)"},
            "adam-linear", "W1",
        ),
        Wrong(
            "one unit's kernel gradient without fma", "kernels/dense.py",
            {"c = fma(load(x, i * inputs + k, 16), broadcast(dz, i, 16), c)":
             "c = load(x, i * inputs + k, 16) * broadcast(dz, i, 16) + c"},
            "sgd", "dW2",
        ),
        Wrong(
            "descent with a fused multiply-add", "kernels/updates.py",
            {"descend(load(w, i, 16), load(gradients, i, 16), alpha)":
             "fma(-load(gradients, i, 16), alpha, load(w, i, 16))",
             "import broadcast, load, put": "import broadcast, fma, load, put"},
            "sgd-linear", "W2",
        ),
        Wrong(
            "momentum joined before it is gathered", "kernels/updates.py",
            {"put(w, i, load(w, i, 16) + m, left, 16)":
             "put(w, i, load(w, i, 16) + load(slot, i, 16) * mu, left, 16)"},
            "momentum-linear", "W1",
        ),
    ],
    [
        Wrong(
            "the input's gradient as a tree of neighbours", "kernels/lanes.py",
            {"zip(values[:half_], values[half_:], strict=True)":
             "zip(values[::2], values[1::2], strict=True)"},
            "leaky_relu-batch-10", "dz1",
        ),
        Wrong(
            "one unit's sum as a tree of halves", "kernels/lanes.py",
            {"even, odd = [0, 2, 8, 10, 4, 6, 12, 14], [1, 3, 9, 11, 5, 7, 13, 15]":
             "even, odd = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]"},
            "sgd", "z2",
        ),
        Wrong(
            "mean squared error without its factor 2", "losses/mean_squared_error.py",
            {"return -((g * 2.0) * (y - p))": "return -(g * (y - p))"},
            "sgd-linear", "dz2",
        ),
    ],
    [
        Wrong(
            "a single row without fma", "kernels/one_row.py",
            {"sums = fma(broadcast(x, k, width), load(w, p, width), sums)":
             "sums = broadcast(x, k, width) * load(w, p, width) + sums"},
            "relu-batch-1", "a1",
        ),
        Wrong(
            "the first of eight rows without fma", "kernels/lanes.py",
            {"results.append(_call(builder, name, value.type, [factor, v_, value]))":
             "results.append(_call(builder, name, value.type, [factor, v_, value]) if r else"
             " builder.fadd(builder.fmul(factor, v_), value))"},
            "sgd-batch-16", "a1",
        ),
    ],
    [
        Wrong(
            "a bias that does not see the last row", "kernels/dense.py",
            {"c = fill(dz, 0.0 if rows > 1 else -0.0, 16)\n    for i in range(rows):":
             "c = fill(dz, 0.0, 16)\n    for i in range(rows - 1):"},
            "categorical", "db2",
        ),
    ],
    [
        Wrong(
            "denormal numbers that are not flushed to 0", "kernels/machine.py",
            {"FLUSHING = 0x1F80 | 0x8000 | 0x0040": "FLUSHING = 0x1F80"},
            "denormal", "v(W1)",
        ),
        Wrong(
            "softmax's exponentials all at once", "kernels/losses.py",
            {"SOFTMAX_BLOCK = 4507": "SOFTMAX_BLOCK = 10**9"},
            "wide-softmax", "dz2",
        ),
    ],
]  # fmt: skip

COPIES = [[wrong] for wrong in IN_PYTHON] + IN_KERNELS
