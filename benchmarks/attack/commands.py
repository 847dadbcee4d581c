"""Commands with odd arguments, and project files with odd contents."""

import contextlib
import io
import time
import traceback
from pathlib import Path
from random import Random

from benchmarks.attack.target import CANARY, INTERNAL, SLOW, Target
from benchmarks.attack.values import TEXTS
from gal_studio.cli import main

PLAIN = tuple(text for text in TEXTS if "\0" not in text and "\ud83d" not in text and "\ud800" not in text)
NUMBERS = ("-1", "0", "1", "65536", "99999999999999999999", "1e3", "NaN", "x", "")
TOML = (
    "date = 2026-01-01",
    "vision_model = 2026-01-01",
    "x = " + "[" * 3000,
    "seed = " + "9" * 5000,
    "seed = 0x" + "f" * 5000,
    "seed = -1",
    "seed = 1.5",
    "seed = true",
    "rounds = 0",
    "rounds = 1e9",
    "kind = 'thing'",
    "kind = 5",
    "name = ['a']",
    "anchors = [1]",
    "anchors = []",
    "references = 5",
    "settings = 5",
    "base_model = '~nosuchuser/x'",
    "policy = 5",
    "base_model = '/etc'",
    "clip_model = 'local-dir:'",
    'name = "\\u001b[2J"',
    "name = '''" + "x" * 3000 + "'''",
    "trigger_word = 'a b'",
    "preset = 'nothing'",
    "[settings.tune]\nsteps = 'x'",
    "[settings.refine]\nvision_model = 1979-05-27",
    "[settings.tune]\nlearning_rate = nan",
    "[settings.tune]\nlearning_rate = inf",
    "[settings.gal]\npolicy = []",
    "[settings]\nnothing = 1",
    "[settings.refine]\nclean_background = 07:32:00",
    "",
    "kind = ",
    "\ufeffkind = 'style'",
)


def command(target: Target, random: Random) -> None:
    """Run a command in this process, where nothing but a sentence may come of it."""
    words = _words(target, random)
    target.tally.add("commands", "tried")
    said, started = io.StringIO(), time.monotonic()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            target.tally.add("commands", "taken", int(main(words) == 0))
    except Exception:
        target.tally.add("commands", "tracebacks", example=f"{words} {traceback.format_exc()[-500:]}"[:1500])
    text = said.getvalue()
    if time.monotonic() - started > SLOW:
        target.tally.add("commands", "hangs", example=str(words))
    if any(inside in text for inside in INTERNAL) or "Traceback" in text:
        target.tally.add("commands", "internal-error words", example=f"{words} {text[-400:]}")
    if "\x1b" in text or (CANARY in text and "secret" in str(words)):
        target.tally.add("commands", "leaked bytes", len(text), f"{words} {text!r}")


def _words(target: Target, random: Random) -> list[str]:
    odd = random.choice(PLAIN)
    workspace = random.choice(
        (str(target.workspace), odd, str(target.folder / "secret.txt"), str(target.folder))
    )
    turn = random.randrange(9)
    if turn < 3:
        return [
            "run",
            str(_project_file(target, random)),
            "--out",
            str(target.folder / "out"),
            *_options(random),
        ]
    if turn == 3:
        return [
            *random.choice(
                (["--port", random.choice(NUMBERS)], ["--auth", ""], ["--auth", odd], ["--host", "0.0.0.0"])
            ),
            "--no-browser",
            "--workspace",
            str(target.folder / "secret.txt" / "x"),
        ]
    if turn == 4:
        return [
            "jobs",
            *random.choice(([], ["log"], [odd], ["stop", odd], ["resume"])),
            "--workspace",
            workspace,
        ]
    if turn == 5:
        return ["doctor", "--workspace", workspace]
    if turn == 6:
        return [
            "export-project",
            str(target.folder / "x.zip") if random.random() < 0.5 else odd or "x",
            "--workspace",
            workspace,
            "--project",
            random.choice((odd, target.project)),
        ]
    if turn == 7:
        return [
            "import-project",
            random.choice((odd, str(target.folder), str(target.folder / "secret.txt"))),
            "--workspace",
            str(target.folder / "another"),
        ]
    return ["refine", "--workspace", workspace, "--project", odd, "--round", random.choice(NUMBERS)]


def _options(random: Random) -> list[str]:
    name = random.choice(("--rounds", "--candidates", "--steps", "--seed", "--sampling-steps", "--policy"))
    return [name, random.choice(NUMBERS)] if random.random() < 0.5 else []


def _project_file(target: Target, random: Random) -> Path:
    """A project file of which a part is odd; it never gets as far as a training."""
    image = random.choice(
        ("/", "", ".", "nothing.png", "x" * 400 + ".png", "~nosuchuser/a.png", "a\\u0000b.png", "/etc/passwd")
    )
    reference = f'[[references]]\nimage = "{image}"\nprompt = "A cat in ink style"\n'
    path = target.folder / "project.toml"
    parts = (
        [random.choice(TOML), 'kind = "style"', reference] if random.random() < 0.8 else [random.choice(TOML)]
    )
    random.shuffle(parts)
    path.write_text("\n".join(parts), encoding="utf-8")
    return random.choice((path, path, path, target.folder, Path("/nothing/x.toml")))
