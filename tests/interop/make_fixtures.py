"""Makes the event files in `fixtures/`, with `fixtures/expected.json` beside them: what was logged.

They were made once and are not made again by any test: other programs' files as they were written in November 2026, by tensorboardX 2.6.5
and PyTorch's writer, whose package is too large to install for each test. To make them anew:

    pip install tensorboard tensorboardX torch numpy
    python make_fixtures.py
"""

import json
import math
import pathlib
import shutil

import numpy
import tensorboardX
import torch
from torch.utils.tensorboard import SummaryWriter

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
START = 1_795_750_137.0
VALUES = [1.5, 0.1, -0.0, math.nan, math.inf, -math.inf, 1e-40, 3.0e38, 12345678.9]


def single(value):
    """The value as 32 bits hold it, as text: JSON has no NaN."""
    return repr(float(numpy.float32(value)))


def log(writer, key, steps, expected, exact=False, **options):
    """Logs the values at these steps, one every quarter of a second."""
    points = []
    for index, step in enumerate(steps):
        value, time = VALUES[index % len(VALUES)], START + index / 4
        writer.add_scalar(key, value, step, walltime=time, **options)
        points.append([step, repr(value) if exact else single(value), round(time * 1000)])
    expected.setdefault(key, []).extend(points)


def of_tensorboard_x(folder):
    expected = {}
    with tensorboardX.SummaryWriter(str(folder), filename_suffix=".first") as writer:
        log(writer, "loss", range(9), expected)
        log(writer, "accuracy/test", [0, 10, 10, 5], expected)
        writer.add_text("note", "as *Markdown*", 1)
        writer.add_image("image", numpy.zeros((3, 2, 2), numpy.uint8), 1)
        writer.add_histogram("weights", numpy.arange(10.0), 1)
    # The training went on after a restart, in a second file.
    with tensorboardX.SummaryWriter(str(folder), filename_suffix=".second") as writer:
        log(writer, "loss", range(7, 12), expected)
    return expected


def of_tensorboard_x_hparams(folder):
    with tensorboardX.SummaryWriter(str(folder)) as writer:
        hparams = {"lr": 0.1, "batch": 64, "name": "adam", "nesterov": True}
        writer.add_hparams(hparams, {"hparam/accuracy": 0.5}, name="trial", global_step=3)
    return {"hparam/accuracy": [[3, "0.5", None]]}


def of_pytorch(folder):
    expected = {}
    with SummaryWriter(str(folder)) as writer:
        log(writer, "old", range(9), expected)
        log(writer, "new", range(9), expected, new_style=True)
        log(writer, "double", range(9), expected, exact=True, new_style=True, double_precision=True)
        writer.add_text("note", "as *Markdown*", 1)
        writer.add_histogram("weights", torch.arange(10.0), 1)
    return expected


def one_name(folder):
    """The files' names have the time and the machine in them: each gets a name that says neither, in the same order."""
    for parent in {path.parent for path in folder.rglob("*tfevents*")}:
        for index, path in enumerate(sorted(parent.glob("*tfevents*"))):
            path.rename(parent / f"events.out.tfevents.{int(START) + index}.fixture")


def main():
    shutil.rmtree(FIXTURES, ignore_errors=True)
    expected = {}
    for name, make in [
        ("tensorboardx", of_tensorboard_x),
        ("tensorboardx-hparams", of_tensorboard_x_hparams),
        ("pytorch", of_pytorch),
    ]:
        folder = FIXTURES / name
        expected[name] = make(folder)
        one_name(folder)
    (FIXTURES / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
