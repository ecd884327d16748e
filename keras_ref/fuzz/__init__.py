"""The fuzzer: experiments that nobody chose, trained in both engines.

python -m keras_ref fuzz --count N --seed S

drawing.py     an experiment from a random generator
trial.py       an experiment → the level that was promised and the level that was reached
shrinking.py   a failing experiment → the smallest that still fails
command.py     the command line
"""
