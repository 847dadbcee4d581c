"""A whole run of the papers' evaluations on tiny models with random weights: what is written, and where.

    python -m benchmarks.quality.protocols --out FOLDER

Draws subjects, trains a project of one object for two rounds and one of two objects for one, and evaluates
them as docs/evaluation.md tells: DreamBench, several subjects in a picture, and clock arms. Prints each
command with its table and files. The figures mean nothing; nothing is downloaded.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from gal_studio.cli import main as studio
from gal_studio.state import Store
from gal_studio.studio import ReferenceDraft, Studio
from gal_studio.worker.models import Models
from tests.engine.tiny_vision import make_tiny_transformer
from tests.research.evaluation.made import make_combination, make_dreambench, make_pictures
from tests.tiny_project import make_models, object_draft
from tests.worker.working import work


def train(folder: Path, models: tuple[str, str], name: str, references: Sequence[ReferenceDraft]) -> None:
    """A project with a trained round, and a second one for a single object."""
    with Store(folder) as store:
        made, loaded = Studio(store), Models()
        project = made.create_project(object_draft(models, name=name, references=list(references)))
        first = made.rounds(project)[0].id
        work(made, loaded, made.fine_tune(first))
        if len(references) == 1:
            second = store.rounds.add(project, first, store.rounds.settings(first))
            work(made, loaded, made.fine_tune(second.id))


def run(out: Path, *words: object) -> None:
    """One command, its table and its files."""
    given = [str(word) for word in words]
    print("\n$ gal-studio", *given, flush=True)
    if studio(given):
        raise SystemExit("the command failed")
    for path in sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file()):
        if path.parts[0] != "features":  # a file for each picture, named by its digest
            print(f"  {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args().out
    models = make_models(out / "models")
    dino = make_tiny_transformer(out / "models" / "dino", "vit")
    bench, pictures = make_dreambench(out / "dreambench"), make_pictures(out / "generated")
    listed = make_combination(out / "combinations")
    shown = {name: sorted((listed.parent / "data" / name).iterdir())[0] for name in ("cat", "vase")}
    references = [
        ReferenceDraft(shown[name].read_bytes(), f"A {word} {name} on a rug", word)
        for name, word in (("cat", "<sks>"), ("vase", "<zwx>"))
    ]
    train(out / "one", models, "vase", references[1:])
    train(out / "two", models, "cat+vase", references)
    prompts = out / "prompts.txt"
    prompts.write_text("vase in the jungle\nvase in the snow\n{} on a plate\n")
    by = ("--clip-model", models[1], "--dino-model", dino)
    run(out / "bench", "evaluate", "--dreambench", bench, "--pictures", pictures, "--out", out / "bench", *by)
    run(
        out / "several", "evaluate", "--combinations", listed, "--workspace", out / "two", "--steps", 2,
        "--out", out / "several", *by,
    )  # fmt: skip
    run(
        out / "arms", "evaluate", "--workspace", out / "one", "--prompts", prompts, "--steps", 2,
        "--out", out / "arms", *by,
    )  # fmt: skip
    for each in ("bench", "several", "arms"):
        run(out / "figures" / each, "figures", "--evaluation", out / each, "--out", out / "figures" / each)


if __name__ == "__main__":
    main()
