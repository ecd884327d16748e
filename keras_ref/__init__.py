"""The judge: the five tutorials in the engine and in Keras, from one source, side by side.

    python -m keras_ref [KEY …] [--seed N] [--full] [--json FILE] [--html FILE]
    python -m keras_ref lockstep KEY|CONFIG.json [--seed N] [--steps N]
    python -m keras_ref fuzz [--count N] [--seed S]
    python -m keras_ref record FOLDER [NAME …]

This package is the only one that imports Keras, and it does so in one place (`keras_ref.quiet`),
after the process has been set up: TensorFlow's CPU kernels, no messages.

    tutorials/   one file per tutorial: `run(keras, seed)`, where `keras` is Keras or the engine
    run.py       what a tutorial returns
    orders.py    in which order Keras's own `fit` visits the rows
    classical.py the two scikit-learn models that tutorial 2 compares with
    compare.py   two runs → one row: every comparison, and a reason for each disagreement;
                 with differences.py (how far apart, and where) and row.py (what came out)
    table.py, gallery.py, report.py   the row in the terminal, the pictures, the HTML page
    outputs.py   whether files can be written, asked before minutes of training
    convert.py   weights and models from one side to the other
    experiment.py, rows.py, cases.py   trainings as JSON, their data, and a list of them
    lockstep/    both engines step by step, every tensor compared
    fuzz/        random experiments
"""
