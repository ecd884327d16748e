"""Load files under guard: python -m tests.hostile.guard FOLDER, names of files on standard input.

Everything that loading needs is imported and run once; then each file is loaded in a process of its
own, in an empty folder.  A hook in the interpreter records whatever is opened, imported, compiled,
unpickled, executed or connected to; the file itself may be opened, nothing else.  One line of JSON
comes back for each file: what it ended in, what the hook saw, what was made, and how much memory
it needed.

The loader is Python without h5py: there is no C library that would open files unseen.
"""

import faulthandler
import json
import os
import resource
import signal
import sys
import tempfile
import warnings

WATCHED = (
    *("open", "import", "exec", "compile", "marshal.", "pickle.", "socket.", "subprocess.", "os."),
    *("shutil.", "ctypes.", "urllib.", "code.", "tempfile.", "glob.", "http.", "ftplib.", "fcntl."),
    *("tarfile.", "zipimport", "mmap.", "sqlite3.", "webbrowser.", "pty.", "syslog.", "signal."),
)
SECONDS = 20
MOST_ADDRESSES = 4 << 30


def attempt(path):
    """Load a file in each way that its name allows; return the outcomes."""
    from engine import layers, models
    from engine.saving import load_model, load_weights

    inputs = layers.Input((4,))
    hidden = layers.Dense(10, "relu", name="hidden")(inputs)
    model = models.Model(inputs, layers.Dense(3, "softmax", name="out")(hidden), name="sound")
    model.compile("adam", "categorical_crossentropy")
    ways = [lambda: load_weights(model, path)]
    if not path.endswith(".weights.h5"):
        ways = [lambda: load_model(path), lambda: load_model(path, safe_mode=False)]
    found = []
    for way in ways:
        try:
            way()
            found.append("loaded")
        except (ValueError, TypeError, OSError) as error:
            found.append(f"{type(error).__name__}: {str(error)[:4000]}")
            if isinstance(error.__cause__, MemoryError):
                found.append("MemoryError")
    return found


def addresses():
    """How much room this process has reserved, in bytes: that of whoever it was forked from."""
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[0]) * resource.getpagesize()


def peak():
    """The most memory that this process has needed, in bytes."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))


def guarded(path, way=attempt):
    """Load a file in this process, which is made for it; return what is told about it."""
    events = []
    listening = [False]

    def hook(event, arguments):
        if listening[0] and event.startswith(WATCHED):
            if event == "open" and arguments[0] == path:
                return
            events.append(f"{event} {arguments!r:.200}")

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sys.addaudithook(hook)
        signal.alarm(SECONDS)
        before = peak()
        listening[0] = True
        outcomes = way(path)
        listening[0] = False
        made = os.listdir(folder)
        told = {"outcomes": outcomes, "events": events, "made": made, "memory": peak() - before}
        os.chdir("/")
    told["h5py"] = "h5py" in sys.modules
    return told


def in_a_process(path, way=attempt):
    """Return what is told about a file by a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        faulthandler.disable()  # a crash is told as a breach
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        most = addresses() + MOST_ADDRESSES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        try:
            told = guarded(path, way)
        except BaseException as error:
            told = {"outcomes": [f"BREACH: {type(error).__name__}: {error}"]}
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(data) if data else {"outcomes": [f"BREACH: ended with {status}"]}


def main(folder):
    warnings.simplefilter("ignore")
    names = [line.rstrip("\n") for line in sys.stdin]
    for suffix in (".keras", ".h5", ".weights.h5"):  # what is imported when first needed
        outcomes = attempt(os.path.join(folder, "sound" + suffix))
        assert set(outcomes) == {"loaded"}, outcomes
    with open(os.path.join(folder, "damaged.keras"), "wb") as file:
        file.write(b"x")
    attempt(os.path.join(folder, "damaged.keras"))
    for name in names:
        print(json.dumps({"name": name, **in_a_process(os.path.join(folder, name))}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
