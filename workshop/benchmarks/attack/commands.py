"""Commands with odd arguments, and project files with odd contents."""

import contextlib
import io
import time
import traceback
from pathlib import Path
from random import Random
from typing import Any, get_args

from typer.main import get_command

from gal_studio.cli import app, main
from workshop.benchmarks.attack.confined import confined
from workshop.benchmarks.attack.target import CANARY, INTERNAL, SLOW, Target
from workshop.benchmarks.attack.values import TEXTS

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


OUTPUTS = ("file", "out")
"""What commands write to; only below the attack's own folder."""
BOUND = {"demo": "workspace", "worker": "workspace", "open_app": "workspace"}
"""What must be odd, since the command would do its work otherwise."""


def command(target: Target, random: Random) -> None:
    """Run a command in this process, where nothing but a sentence may come of it."""
    run(target, "commands", _words(target, random))


def run(target: Target, kind: str, words: list[str]) -> str:
    """Run a command that can write below the folder of the attack alone; returns what it printed."""
    target.tally.add(kind, "tried")
    said, started, worked = io.StringIO(), time.monotonic(), time.process_time()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), confined(target.folder):
            target.tally.add(kind, "taken", int(main(words) == 0))
    except Exception:
        target.tally.add(kind, "tracebacks", example=f"{words} {traceback.format_exc()[-500:]}"[:1500])
    text = said.getvalue()
    if time.monotonic() - started > SLOW:
        took, worked = time.monotonic() - started, time.process_time() - worked
        target.tally.add(kind, "hangs", example=f"{took:.0f} s, {worked:.1f} s of work: {words}")
    if any(inside in text for inside in INTERNAL) or "Traceback" in text:
        target.tally.add(kind, "internal-error words", example=f"{words} {text[-400:]}")
    if "\x1b" in text or (CANARY in text and "secret" in str(words)):
        target.tally.add(kind, "leaked bytes", len(text), f"{words} {text!r}")
    return text


def _words(target: Target, random: Random) -> list[str]:
    """A command with values for its arguments and for some of its options, by their types."""
    group: Any = get_command(app)
    name = random.choice(["open_app", "run", "run", *group.commands])
    chosen = group if name == "open_app" else group.commands[name]
    words, bound = [] if name == "open_app" else [name], BOUND.get(name.replace("-", "_"))
    for parameter in chosen.params:
        if parameter.param_type_name == "argument":
            if random.random() < 0.95:
                words.append(_value(target, random, name, parameter))
        elif parameter.name not in ("help", bound) and random.random() < _share(name, parameter):
            is_flag = getattr(parameter, "is_flag", False)
            words += [parameter.opts[0], *([] if is_flag else [_value(target, random, name, parameter)])]
    if bound:
        words += [f"--{bound}", str(target.folder / "secret.txt" / "x")]
    if name == "refine":
        words += ["--project", "nothing of the kind"]
    return [*words, "--until-empty"] if name == "worker" else words


def _share(name: str, parameter: Any) -> float:
    """How often an option is given; the workspace always, or the command would measure this machine."""
    return 1.0 if parameter.name == "workspace" or (name == "run" and parameter.name == "out") else 0.3


def _value(target: Target, random: Random, name: str, parameter: Any) -> str:
    odd = random.choice(PLAIN)
    if parameter.name in OUTPUTS and name != "import-project":
        return str(target.folder / "written" / odd.replace("..", "_").lstrip("/~"))
    if parameter.name == "workspace":
        real = str(target.workspace) if name in ("doctor", "jobs", "export-project", "refine") else odd
        return random.choice((real, real, odd, str(target.folder / "secret.txt"), str(target.folder)))
    if parameter.name == "project":
        if name == "run":
            return str(_project_file(target, random))
        return odd if name == "refine" else random.choice((odd, target.project, target.other))
    if parameter.name in ("file", "pictures"):
        return random.choice((odd, str(target.folder), str(target.folder / "secret.txt")))
    if choices := get_args(parameter.type_descriptor.annotation):
        return random.choice((odd, *map(str, choices)))
    is_number = parameter.type_descriptor.annotation in (int, float)
    return random.choice(NUMBERS) if is_number and random.random() < 0.7 else odd


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
