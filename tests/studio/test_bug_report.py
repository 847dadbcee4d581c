"""A bug report has what is needed, and no private data."""

import subprocess
import sys
from pathlib import Path

import pytest

from gal_studio.studio import Studio
from gal_studio.studio.bug_report import library_versions, scrubbed
from tests.ui.seeded import make_project

HOME, WORKSPACE = Path("/home/ada"), Path("/home/ada/work space")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("in /home/ada/work space/images/1.png", "in WORKSPACE/images/1.png"),
        ("model /home/ada/models/sd15.", "model ~/models/sd15."),
        ("of /home/ada2/x and /Users/eve/y", "of ~/x and ~/y"),
        (r"C:\Users\eve\models and C:\\Users\\eve\\x", r"~\models and ~\\x"),
        ("password=hunter2 rest", "password=[hidden] rest"),
        ('{"token": "abc123", "rank": 8}', '{"token": "[hidden]", "rank": 8}'),
        ("GAL_STUDIO_AUTH=ada:hunter2", "GAL_STUDIO_AUTH=[hidden]"),
        ("?token=abc-123&x=1", "?token=[hidden]&x=1"),
        ("Authorization: Bearer abc.def", "Authorization: [hidden] [hidden]"),
        ("https://ada:hunter2@host/x", "https://[hidden]@host/x"),
        ("with hf_abcdefghijk it works", "with [hidden] it works"),
        ("said: opensesame", "said: [hidden]"),
        ("training step 3, loss 0.1", "training step 3, loss 0.1"),
        ("authors: all; tokens a prompt: 77", "authors: all; tokens a prompt: 77"),
    ],
)
def test_what_is_private_is_taken_out(text: str, after: str) -> None:
    assert scrubbed(text, WORKSPACE, HOME, ["opensesame", ""]) == after


def test_a_root_as_home_leaves_paths_alone() -> None:
    assert scrubbed("/usr/lib and /", Path("/data/w"), Path("/")) == "/usr/lib and /"


def test_the_report_of_a_project(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    project = make_project(studio, name="Private name")
    job = studio.fine_tune(studio.rounds(project)[0].id)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.fail(job.id, f"The disk of the folder {tmp_path}/workspace is full.")
    logs = tmp_path / "workspace" / "logs"
    logs.mkdir()
    (logs / "worker.log").write_text(
        f"2026 INFO device: cuda: Some GPU, 24 GB\n2026 ERROR no {tmp_path}/models, secret=abcd\n"
    )
    (logs / "worker-output.log").write_text("Killed\n")
    text = studio.bug_report(project, ["a known one"]).text
    bare = studio.bug_report().text
    for part in (
        "GAL Studio: ", "torch ", "Device: cuda: Some GPU, 24 GB", '"learning_rate"', "no ~/models",
        "secret=[hidden]", "fine_tune: error", "folder WORKSPACE is full",
        "## Other output\nKilled",
    ):  # fmt: skip
        assert part in text, part
    for private in (str(tmp_path), "abcd", "Private name", "A cat"):
        assert private not in text, private
    assert "## Settings" not in bare
    assert "no ~/models" in bare


def test_versions_are_told_without_importing_anything() -> None:
    code = (
        "import sys; from gal_studio.studio.bug_report import library_versions as told;"
        "print(told()['torch'], 'torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == [library_versions()["torch"], "False"]
    assert library_versions()["numpy"][0].isdigit()
