import subprocess
import sys

CODE = """
import sys
import gal_studio.worker.jobs.registry
print({"diffusers", "transformers", "open_clip", "sklearn"} & set(sys.modules))
gal_studio.worker.loop.import_ahead()
print([sys.modules[name] for name in ("torchao", "bitsandbytes")])
"""


def test_a_worker_starts_in_silence_and_without_what_its_first_job_may_not_need() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["set()", "[None, None]"]
    assert done.stderr == ""
