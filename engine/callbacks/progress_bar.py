"""The progress bar of `fit`, `evaluate` and `predict`.

verbose=1 draws one line again and again, and ends it at the last step::

    514/514 ━━━━━━━━━━━━━━━━━━━━ 1s 1ms/step - accuracy: 0.6829 - loss: 0.6213

while running with the time left (3s, 2:05, 1:02:05), at the end with the time it took; after
that the time of a step (s, ms or us).  verbose=2 prints one line at the end::

    15303/15303 - 23s - 2ms/step - accuracy: 0.8493 - loss: 0.4512

Values up to 1e-3 (with verbose=2 also all negative ones) are in exponent form: 1.0000e-03.

Keras: ``keras.utils.Progbar`` of 3.15.1 with values that are means already, character for
character: the count is bold and the bar green and grey (ANSI escapes) wherever the output goes;
a new drawing goes back to the line's start, on a new line only on Windows without a terminal.
The time of a step leaves out the first, if `update(1)` was called.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import numpy as np

WIDTH = 20
INTERVAL = 0.05
"""Seconds between two drawings of the live line."""

BOLD, GREEN, GREY, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


def number(value: float, size: float) -> str:
    """Four decimals, or exponent form if `size` is at most 1e-3."""
    return f"{value:.4f}" if size > 1e-3 else f"{value:.4e}"


def step_time(seconds: float) -> str:
    """Seconds for a step in s, ms or us; 0 is 0s."""
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/step"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/step"
    return f"{seconds * 1e6:.0f}us/step"


def time_left(seconds: float) -> str:
    """Seconds as 45s, 2:05 or 1:02:05."""
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if seconds > 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"


def redraws(stream: Any) -> bool:
    """Whether a drawing may go over the one before: everywhere but on Windows into a file."""
    return (
        (hasattr(stream, "isatty") and stream.isatty())
        or "ipykernel" in sys.modules
        or "posix" in sys.modules
        or "PYCHARM_HOSTED" in os.environ
    )


def write(stream: TextIO, text: str) -> None:
    """Write `text`, with = for ━ where the encoding lacks it, and flush."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "utf-8"
        stream.write(text.replace("━", "=").encode(encoding, "ignore").decode(encoding))
    stream.flush()


class ProgressBar:
    """One bar, for one epoch, evaluation or prediction.

    Parameters
    ----------
    target_steps
        How many batches there are; None if unknown.
    verbose
        0 prints nothing, 1 the live bar, 2 one line at the end.
    stream
        Where to print; None is ``sys.stdout``, looked up for each drawing.
    clock
        The current time in seconds; the bar starts when it is made.

    Examples
    --------
    >>> bar = ProgressBar(4, verbose=2, clock=iter([0.0, 2.0]).__next__)
    >>> bar.update(4, {"loss": 0.5}, finalize=True)
    4/4 - 2s - 500ms/step - loss: 0.5000
    """

    def __init__(
        self,
        target_steps: int | None,
        verbose: int = 1,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if verbose not in (0, 1, 2):
            raise ValueError(f"Expected verbose to be 0, 1 or 2. Received: verbose={verbose!r}")
        self.target_steps = target_steps
        self.verbose = verbose
        self._stream = stream
        self._clock = clock
        self._redraws = redraws(self.stream)
        self._values: dict[str, float] = {}
        self._start = clock()
        self._first_step_end: float | None = None
        self._drawn_at = 0.0
        self._drawn_width = 0

    @property
    def stream(self) -> TextIO:
        """Where the bar prints."""
        return sys.stdout if self._stream is None else self._stream

    def update(
        self, step: int, values: Mapping[str, Any] | None = None, finalize: bool = False
    ) -> None:
        """Show that `step` batches are done, and `values`; `finalize` ends the line."""
        for name, value in (values or {}).items():
            self._values[name] = float(np.mean(value))
        now = self._clock()
        pace = self._seconds_per_step(step, now)
        if self.verbose == 1 and (finalize or now - self._drawn_at >= INTERVAL):
            self._draw(step, now, pace, finalize)
        elif self.verbose == 2 and finalize and self.target_steps:
            numbers = [f"{k}: {number(v, v)}" for k, v in self._values.items()]
            count = f"{step:{len(str(self.target_steps))}d}/{self.target_steps}"
            parts = [count, f"{now - self._start:.0f}s", step_time(pace), *numbers]
            write(self.stream, " - ".join(parts) + "\n")

    def _draw(self, step: int, now: float, pace: float, finalize: bool) -> None:
        if self.target_steps:
            target = self.target_steps
            filled = int(WIDTH * (step / target))
            count, bar = f"{step:{len(str(target))}d}/{target}", "━" * max(WIDTH, filled)
            width = len(count) + 1 + len(bar)
            green = f"{GREEN}{bar[:filled]}{PLAIN}" if filled > 0 else ""
            head = f"{BOLD}{count}{PLAIN} {green}{GREY}{bar[max(filled, 0) :]}{PLAIN}"
        else:
            head = f"{step:7d}/Unknown"
            width = len(head)
        if self.target_steps and not finalize:
            duration = time_left(pace * (self.target_steps - step))
        else:
            duration = f"{now - self._start:.0f}s"
        tail = f" {step_time(pace)}"
        for name, value in self._values.items():
            tail += f" - {name}: {number(value, abs(value))}"
        width += 1 + len(duration) + len(tail)
        back = "\b" * self._drawn_width + "\r" if self._redraws else "\n"
        rest = " " * (self._drawn_width - width) + ("\n" if finalize else "")
        write(self.stream, f"{back}{head} {BOLD}{duration}{PLAIN}{tail}{rest}")
        self._drawn_width = width
        self._drawn_at = now

    def _seconds_per_step(self, step: int, now: float) -> float:
        if step == 0:
            return 0.0
        if self._first_step_end is not None and step > 1:
            return (now - self._first_step_end) / (step - 1)
        if step == 1:
            self._first_step_end = now
        return (now - self._start) / step
