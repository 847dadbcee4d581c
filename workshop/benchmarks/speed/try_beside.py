"""Time tries of three images that are asked for while the demo trains.

    python -m workshop.benchmarks.speed.try_beside [--repeat 3]

The images are those of the bundled finished project's last round. Goal: 10 s from the request to the third.
"""

import argparse
import tempfile
import time
from pathlib import Path

from gal_studio.features.trials.record import trials_of
from gal_studio.features.trials.verbs import try_prompt
from gal_studio.processes import worker_process
from gal_studio.studio import Studio

PROMPT = "A lighthouse {}"


def training_step(studio: Studio) -> int:
    """The step at which the training is, running or waiting; 0 before it begins."""
    view = studio.queue_view()
    return next((job.done for job in (*view.working, *view.waiting) if job.kind == "fine_tune"), 0)


def until(happens, seconds: float = 120) -> float:
    """Seconds until something happens."""
    start = time.monotonic()
    while not happens():
        if time.monotonic() - start > seconds:
            raise SystemExit("it did not happen in time")
        time.sleep(0.02)
    return time.monotonic() - start


def try_beside(studio: Studio, round_id: str, seed: int) -> None:
    """Ask for three images four steps from now, and say when the third is there."""
    before = training_step(studio)
    until(lambda: training_step(studio) >= before + 4)
    step = training_step(studio)
    tried = [try_prompt(studio, round_id, PROMPT, seed=seed + one).id for one in range(3)]
    seconds = until(lambda: all(trials_of(studio.store).get(one).image for one in tried))
    print(f"asked for at step {step}: {seconds:.1f} s to the third image")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Studio.open(folder) as studio:
        asked = studio.rounds(studio.open_finished())[-1].id
        studio.run_missing(studio.rounds(studio.create_demo("style"))[0].id)
        worker = worker_process(Path(folder))
        try:
            for repeat in range(args.repeat):
                try_beside(studio, asked, 3 * repeat)
        finally:
            worker.terminate()
            worker.wait(30)


if __name__ == "__main__":
    main()
