"""`airbeat bench flights` that is stopped leaves nobody behind."""

import signal
import subprocess
import sys

import psutil

from tests.support.processes import ROOT, until


def test_who_stops_it_stops_its_workers() -> None:
    command = [sys.executable, "-m", "bench", "flights", "--n", "400", "--jobs", "2"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        until(lambda: len(psutil.Process(run.pid).children()) == 2, "the workers are there")
        workers = psutil.Process(run.pid).children()
        run.send_signal(signal.SIGTERM)
        run.wait(10)
        assert not psutil.wait_procs(workers, timeout=10)[1]
