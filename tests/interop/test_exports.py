"""What is exported, read by the programs that it is for: CSV by pandas, event files by TensorBoard.

`CONVERT` is the path of the example `convert`.
"""

import csv
import os
import pathlib
import random
import struct
import subprocess
import tempfile
import unittest
import zipfile

import numpy
import pandas
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.util import tensor_util

HERE = pathlib.Path(__file__).parent
START = 1_795_750_137_042
KEYS = ["loss", "val/accuracy", "=1+1", "+x", "-y", "@z", "'=quoted", 'say "hi"', "two\nlines", "größe; ∞", "step", "value"]


def any_value(numbers):
    """Values as they are logged, and others: every pattern of bits is a number."""
    if numbers.random() < 0.3:
        return struct.unpack("<d", numbers.randbytes(8))[0]
    plain = [0.1, 1.0, -0.0, float("nan"), float("inf"), float("-inf"), 5e-324, 1e16, 1e22, 123456789012345680.0]
    return numbers.choice([numbers.random(), float(numbers.randrange(1000)), numbers.choice(plain)])


def make_runs():
    """For each run and key: step, value and time of each point, some at equal steps, some runs out of order."""
    numbers = random.Random(7)
    runs = {}
    for run in range(3):
        for key in KEYS[run:]:
            steps = sorted(numbers.choices(range(500), k=200))
            if key == "loss" and run == 0:
                numbers.shuffle(steps)
            times = sorted(numbers.choices(range(10**6), k=200))
            runs[f"run-{run}", key] = [
                (step, any_value(numbers), START + time) for step, time in zip(steps, times)
            ]
    return runs


def bits(values):
    """The bits of numbers; all NaN are one."""
    values = numpy.asarray(values, dtype=numpy.float64)
    return numpy.where(numpy.isnan(values), numpy.nan, values).view(numpy.uint64).tolist()


def plain(text):
    """A text as the documentation says to take it from a file: without the mark before what could be a formula."""
    begins = text.lstrip("'")[:1]
    return text[1:] if text.startswith("'") and begins in set("=+-@\t\r\n＝＋－＠") - {""} else text


def folder_of(run):
    return f"made/{run}"


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        cls.runs = make_runs()
        cls.source = cls.folder / "source.csv"
        with open(cls.source, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["experiment", "run_id", "run_name", "key", "step", "timestamp", "value"])
            for (run, key), points in cls.runs.items():
                # A key that has a mark is one that was marked.
                written = "'" + key if key.lstrip("'")[0] in "=+-@" else key
                rows.writerows(["made", run, run, written, step, time, repr(value)] for step, value, time in points)

    def convert(self, source, target, *options):
        command = [os.environ["CONVERT"], *options, str(source), str(self.folder / target)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        self.notes = done.stderr
        return self.folder / target

    def test_long_csv_is_read_by_pandas_to_the_bit(self):
        path = self.convert(self.source, "long.csv")
        frame = pandas.read_csv(path)
        self.assertEqual(list(frame.columns), ["experiment", "run_id", "run_name", "key", "step", "timestamp", "value"])
        self.assertEqual(str(frame["value"].dtype), "float64")
        self.assertEqual(str(frame["step"].dtype), "int64")
        frame["timestamp"] = pandas.to_datetime(frame["timestamp"])
        frame["key"] = frame["key"].map(plain)
        self.assertEqual(len(frame), sum(len(points) for points in self.runs.values()))
        for (run, key), of_key in frame.groupby(["run_id", "key"], sort=False):
            steps, values, times = zip(*self.runs[run, key])
            self.assertEqual(of_key["step"].tolist(), list(steps))
            self.assertEqual(bits(of_key["value"]), bits(values))
            epoch = pandas.Timestamp(0, tz="UTC")
            self.assertEqual(((of_key["timestamp"] - epoch) // pandas.Timedelta("1ms")).tolist(), list(times))

    def test_no_cell_of_a_csv_file_is_a_formula(self):
        for target, options in [("long.csv", []), ("wide.csv", ["--wide"])]:
            path = self.convert(self.source, target, *options)
            with open(path, newline="", encoding="utf-8-sig") as file:
                for row in csv.reader(file):
                    for cell in row:
                        if cell[:1] in set("=+-@\t\r＝＋－＠") - {""}:
                            float(cell)

    def test_whole_numbers_stay_floating_point_numbers_in_pandas(self):
        source = self.folder / "whole.csv"
        source.write_text("key,step,value\nloss,0,1\nloss,1,-0\n")
        frame = pandas.read_csv(self.convert(source, "whole-long.csv"))
        self.assertEqual(bits(frame["value"]), bits([1.0, -0.0]))

    def test_wide_csv_is_read_by_pandas_to_the_bit(self):
        path = self.convert(self.source, "wide.csv", "--wide")
        frame = pandas.read_csv(path)
        columns = list(frame.columns)
        self.assertEqual(columns[:5], ["experiment", "run_id", "run_name", "step", "timestamp"])
        # A second column of one name gets a number from pandas.
        names = {plain(column).removesuffix(".1"): column for column in columns[5:]}
        self.assertEqual(sorted(names), sorted(KEYS))
        for (run, key), points in self.runs.items():
            of_key = frame[frame["run_id"] == run][["step", names[key]]].dropna()
            expected = [point for point in sorted(points, key=lambda point: point[0]) if point[1] == point[1]]
            self.assertEqual(of_key["step"].tolist(), [step for step, _, _ in expected])
            self.assertEqual(bits(of_key[names[key]]), bits([value for _, value, _ in expected]))

    def assert_events_are_the_points(self, folder):
        for run in {run for run, _ in self.runs}:
            events = event_accumulator.EventAccumulator(
                str(folder / folder_of(run)), size_guidance={event_accumulator.SCALARS: 0}
            ).Reload()
            keys = [key for of, key in self.runs if of == run]
            self.assertEqual(sorted(events.Tags()["scalars"]), sorted(keys))
            for key in keys:
                found = events.Scalars(key)
                steps, values, times = zip(*self.runs[run, key])
                self.assertEqual([event.step for event in found], list(steps))
                with numpy.errstate(over="ignore", invalid="ignore"):
                    expected = numpy.asarray(values).astype(numpy.float32)
                self.assertEqual(bits([event.value for event in found]), bits(expected))
                self.assertEqual([event.wall_time for event in found], [time / 1000 for time in times])

    def test_event_files_are_read_by_tensorboard_as_numbers_of_32_bits(self):
        self.assert_events_are_the_points(self.convert(self.source, "logdir"))
        self.assertIn("32 bits", self.notes)

    def test_zip_file_is_whole_and_holds_the_same_event_files(self):
        path = self.convert(self.source, "runs.zip")
        with zipfile.ZipFile(path) as file:
            self.assertIsNone(file.testzip())
            file.extractall(self.folder / "unpacked")
        self.assert_events_are_the_points(self.folder / "unpacked")

    def test_zip_file_that_another_program_packed_comes_in(self):
        logdir = self.convert(self.source, "logdir-to-pack")
        for method in [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]:
            packed = self.folder / f"packed-{method}.zip"
            with zipfile.ZipFile(packed, "w", method) as file:
                for path in logdir.rglob("*tfevents*"):
                    file.write(path, path.relative_to(logdir))
            self.assert_events_are_the_points(self.convert(packed, f"from-packed-{method}"))

    def test_values_of_64_bits_are_what_tensorboard_shows(self):
        folder = self.convert(self.source, "doubles", "--double")
        self.assertNotIn("32 bits", self.notes)
        multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0})
        multiplexer.AddRunsFromDirectory(str(folder))
        multiplexer.Reload()
        provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
        shown = provider.read_scalars(
            context.RequestContext(), experiment_id="", plugin_name="scalars", downsample=10**6
        )
        for (run, key), points in self.runs.items():
            found = shown[folder_of(run)][key]
            self.assertEqual([datum.step for datum in found], [step for step, _, _ in points])
            self.assertEqual(bits([datum.value for datum in found]), bits([value for _, value, _ in points]))

    def test_event_files_come_back_as_csv(self):
        back = self.convert(self.convert(self.source, "out", "--double"), "back.csv")
        self.assertEqual(
            sorted(pathlib.Path(back).read_text("utf-8").splitlines()),
            sorted(self.convert(self.source, "straight.csv").read_text("utf-8").splitlines()),
        )

    def test_configuration_and_end_of_a_run_are_what_the_hparams_plugin_reads(self):
        folder = self.convert(HERE / "fixtures" / "tensorboardx-hparams", "trials")
        [trial] = [path.parent for path in folder.rglob("*tfevents*") if "trial" in path.parent.name]
        events = event_accumulator.EventAccumulator(str(trial), size_guidance={"tensors": 0}).Reload()
        content = events.SummaryMetadata(hparams.SESSION_START_INFO_TAG).plugin_data.content
        found = hparams.parse_session_start_info_plugin_data(content).hparams
        plain_of = {name: getattr(value, value.WhichOneof("kind")) for name, value in found.items()}
        self.assertEqual(plain_of, {"lr": 0.1, "batch": 64, "name": "adam", "nesterov": True})
        content = events.SummaryMetadata(hparams.SESSION_END_INFO_TAG).plugin_data.content
        self.assertEqual(hparams.parse_session_end_info_plugin_data(content).status, 1)
        [text] = events.Tensors("entrenar/config")
        [config] = tensor_util.make_ndarray(text.tensor_proto).tolist()
        expected = '```json\n{"batch":64,"lr":0.1,"name":"adam","nesterov":true}\n```'
        self.assertEqual(config.decode(), expected)


if __name__ == "__main__":
    unittest.main(verbosity=2)
