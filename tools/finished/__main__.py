"""Make the finished project, pack it, and draw what shows it.

python -m tools.finished WORKSPACE [--pictures FOLDER]

WORKSPACE keeps what was made, so that the command goes on where it stopped. It stops at a round of which the
plan (tools/finished/plan.json) says nothing yet: look at the sheet beside the workspace, write down what is
accepted, and run it again.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio, demo_draft
from tools.finished.gallery import animated, gallery
from tools.finished.make import NotChosenError, make
from tools.finished.pack import pack
from tools.finished.plan import PLAN, Plan

ROOT = Path(__file__).resolve().parents[2]
FINISHED = ROOT / "assets" / "finished"


def draft_of(plan: Plan) -> ProjectDraft:
    """The plan's project: the demo's reference, learned with the bundled model."""
    return replace(
        demo_draft("style"),
        name=plan.name,
        seed=plan.seed,
        changes=plan.changes,
        anchors=tuple(plan.test_prompts),
        origin="tools.finished",
    )


def main() -> int:
    """Do all of it; exit code 1 where a person has to choose first."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--plan", type=Path, default=PLAN)
    parser.add_argument("--out", type=Path, default=FINISHED, help="the folder of the archive")
    parser.add_argument("--pictures", type=Path, help="a folder for gallery.jpg and rounds.gif")
    args = parser.parse_args()
    plan = Plan.read(args.plan)
    try:
        project_id = make(args.workspace, plan, draft_of(plan))
        with Store(args.workspace) as store:
            studio = Studio(store)
            pack(studio, project_id, args.out)
            if args.pictures:
                args.pictures.mkdir(parents=True, exist_ok=True)
                gallery(studio, project_id).save(args.pictures / "gallery.jpg", quality=88)
                (args.pictures / "gallery.gif").write_bytes(animated(studio, project_id))
    except (NotChosenError, StudioError) as stopped:
        print(stopped, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
