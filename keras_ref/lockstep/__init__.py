"""Lockstep: both engines step by step from one seed, every tensor compared.

python -m keras_ref lockstep KEY|CONFIG.json [--seed N] [--steps N]

events.py        what a watched training tells: the start, every step, every epoch, the end
watching.py      what both sides' watching has in common
engine_side.py   how the engine is watched
keras_side.py    how Keras is watched, without changing what it computes
plain_side.py    the readable formulas in NumPy, as an ordinary engine would train
side.py          one training in a process of its own, its events on a pipe
recorded.py      Keras's events kept in a file
record.py        which trainings are kept, and the command that does it
digests.py       events with digests in the place of large arrays
ulps.py          how many floats apart two numbers are
tolerance.py     what may be apart, and how far
compare.py       two streams of events → the first difference, and how differences grow
formulas.py      which formula a tensor or a result comes from
causes.py        why they may differ: known causes; why.py tries them one by one
show.py          the result in the terminal; picture.py: the growth as a plot
command.py       the command line
"""
