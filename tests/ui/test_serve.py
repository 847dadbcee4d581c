"""Starting the app: access is checked before anything is opened."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio, demo_draft
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.origins import is_own_name
from gal_studio.ui.serve import (
    Listening,
    checked_root_path,
    credentials_for,
    make_rules,
    ready_link,
    what_goes_on,
)
from tests.ui.access.doors import UPLOAD, ask, call, cookie_of, multipart
from tests.ui.conftest import free_port
from tests.ui.seeded import picture

ADA = Credentials("ada", "secret")
WATCHER = """
import sys
def watch(event, given):
    outside = None
    if event == "socket.connect" and isinstance(given[1], tuple):
        outside = given[1][0] if not str(given[1][0]).startswith(("127.", "::1")) else None
    elif event == "socket.getaddrinfo":
        outside = given[0] if given[0] not in ("127.0.0.1", "localhost", None) else None
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        outside = given[0]
    if outside is not None:
        print(f"OUTSIDE {event} {outside}", flush=True)
sys.addaudithook(watch)
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "studio.example", ""])
def test_another_host_without_a_sign_in_is_refused_in_one_sentence(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GAL_STUDIO_AUTH", raising=False)
    assert main(["--host", host, "--no-browser", "--workspace", str(tmp_path / "new")]) == 2
    said = capsys.readouterr().err.strip()
    assert "--auth" in said and "GAL_STUDIO_AUTH" in said and len(said.splitlines()) == 1
    assert not (tmp_path / "new").exists(), "nothing is made before the refusal"


def test_a_proxys_name_without_a_sign_in_is_refused_as_well() -> None:
    with pytest.raises(StudioError, match="--auth"):
        credentials_for(Listening(other_names=("studio.example",)), None)
    with pytest.raises(StudioError, match="through the proxy, so a sign-in is required"):
        credentials_for(Listening(behind_proxy=True), None)


def test_this_machine_needs_no_sign_in_and_may_have_one() -> None:
    assert credentials_for(Listening(), None) is None
    assert credentials_for(Listening("localhost"), "ada:secret") == ADA
    assert credentials_for(Listening("0.0.0.0"), "token") is not None


def test_by_which_names_it_answers(tmp_path: Path) -> None:
    here = make_rules(Listening(), None, tmp_path)
    there = make_rules(Listening("0.0.0.0", other_names=("Studio.Example",)), ADA, tmp_path)
    for name, at_home, outside in (
        ("localhost:7860", True, True),
        ("192.168.1.7:7860", False, True),
        ("studio.example", False, True),
        ("evil.example", False, False),
    ):
        assert is_own_name(name, here.names, here.any_address) == at_home
        assert is_own_name(name, there.names, there.any_address) == outside


def test_the_link_is_ready_to_be_opened() -> None:
    assert ready_link(Listening()) == "http://127.0.0.1:7860"
    assert ready_link(Listening("::1")) == "http://[::1]:7860"
    assert ready_link(Listening("10.0.0.4", 80), "abc") == "http://10.0.0.4:80/sign-in?token=abc"
    assert urlsplit(ready_link(Listening("0.0.0.0", 80))).hostname not in ("0.0.0.0", None)


@contextmanager
def started(folder: Path, *options: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the command in a process of its own; yields the first line that it prints."""
    code = f"{WATCHER}\nfrom gal_studio.cli import main\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--no-browser", "--workspace", str(folder), *options]
    root = Path(__file__).parent.parent.parent
    environment = {**os.environ, **variables}
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline(), process
        finally:
            process.terminate()


def wait_for(address: str) -> None:
    for _ in range(3000):  # a busy machine is slow, not wrong
        try:
            ask(address, "/")
            return
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the studio does not answer")


def modes(folder: Path) -> tuple[int, set[int]]:
    """The mode of a folder, and those of its files with secrets."""
    files = [path for path in folder.iterdir() if path.name.startswith(("studio.db", "sessions.json"))]
    return folder.stat().st_mode & 0o777, {path.stat().st_mode & 0o777 for path in files}


@pytest.mark.slow
def test_the_printed_link_lets_in_and_the_server_asks_nobody(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "new"
    with started(folder, "--port", str(port), "--auth", "token") as (line, process):
        address = f"http://127.0.0.1:{port}"
        link = re.search(rf"{address}(/sign-in\?token=\S+)", line)
        assert link, line
        wait_for(address)
        assert ask(address, "/").status == 401
        key = cookie_of(ask(address, link.group(1)))
        assert ask(address, "/", headers=key).status == 200
        assert call(address, "overview", {}, key).status == 200
        headers, body = multipart(("cat.png", picture((1, 2, 3))))
        assert ask(address, UPLOAD, "POST", {**headers, **key}, body).status == 200
        assert "server" not in ask(address, "/").headers
        time.sleep(2)  # whoever calls home does so soon
        process.terminate()
        assert process.stdout is not None
        assert "OUTSIDE" not in line + process.stdout.read()
    assert (folder / "sessions.json").exists()
    if os.name == "posix":
        assert modes(folder) == (0o700, {0o600}), "a new workspace with a sign-in is its owner's alone"


@pytest.mark.slow
@pytest.mark.thorough
def test_the_variable_does_the_same_and_sessions_outlive_the_process(tmp_path: Path) -> None:
    key: dict[str, str] = {}
    port, folder = free_port(), tmp_path / "before"
    Store(folder).close()
    folder.chmod(0o755)
    (folder / "studio.db").chmod(0o644)
    for _ in range(2):
        with started(folder, "--port", str(port), GAL_STUDIO_AUTH="ada:secret") as (line, process):
            address = f"http://127.0.0.1:{port}"
            assert "secret" not in line
            wait_for(address)
            environment = Path(f"/proc/{process.pid}/cmdline")
            assert not environment.exists() or b"secret" not in environment.read_bytes()
            if not key:
                key = cookie_of(ask(address, "/sign-in", "POST", body=b"user=ada&secret=secret"))
            assert ask(address, "/", headers=key).status == 200
            if os.name == "posix":
                assert modes(folder) == (0o700, {0o600}), "one that was open to others is closed"


def test_the_path_of_a_proxy_is_a_plain_path() -> None:
    assert [checked_root_path(given) for given in ("", "/", "/studio/", "/a/b-c")] == [
        "",
        "",
        "/studio",
        "/a/b-c",
    ]
    for given in ("studio", "//x", "/a b", "/a?b", "http://x"):
        with pytest.raises(StudioError, match="is not a path: write it like --root-path /studio"):
            checked_root_path(given)


def test_at_the_end_it_says_which_jobs_go_on_and_how_to_stop_them(tmp_path: Path) -> None:
    with Store(tmp_path / "my work") as store:
        studio = Studio(store, wake=lambda _: None)
        assert what_goes_on(studio) == ""
        project = studio.create_project(demo_draft("style"))
        training, drawing = studio.run_round(store.rounds.of_project(project)[0].id)
        said = what_goes_on(studio)
        for job in (training, drawing):
            assert f"({job.id})" in said
        assert f"`gal-studio jobs stop JOB --workspace '{tmp_path / 'my work'}'` stops one" in said
        for job in (training, drawing):
            studio.stop(job.id)
        assert what_goes_on(studio) == ""


def test_a_refused_start_waits_for_nothing_slow(tmp_path: Path) -> None:
    """On a busy machine, what loads the page takes half a minute."""
    code = (
        "import json, sys\nfrom gal_studio.cli import main\n"
        "slow = {'numpy', 'PIL', 'starlette', 'fastapi', 'gradio', 'gal_studio.studio'}\n"
        "slow.add('gal_studio.state.store')\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    print(main(words), sorted(slow & sys.modules.keys()), words[2:])"
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_bytes(b"theirs")
    refused = (
        ["--host", "0.0.0.0"], ["--behind-proxy"], ["--allow-host", "studio.example"], ["--auth", "ada"],
        ["--host", "::", "--auth", ""], ["--root-path", "studio"], ["--workspace", str(tmp_path / "other")],
    )  # fmt: skip
    starts = json.dumps([["--workspace", str(tmp_path / "new"), *words] for words in refused])
    done = subprocess.run([sys.executable, "-c", code, starts], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"2 [] {words}" for words in refused]
    assert not (tmp_path / "new").exists()
