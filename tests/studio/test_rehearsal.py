"""A policy of one's own that fails is named before a training is lost, and never takes the round down."""

import sys
from pathlib import Path

import pytest

from gal_studio.commands.terminal.policies import named_policy
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.gal.policies.rehearsal import rehearse
from gal_studio.studio import Studio
from tests.invented import added
from tests.invented.policy import SPREAD, Spread
from tests.studio.seeding import draft, draw, train


@pytest.mark.parametrize("policy", list(POLICIES), ids=lambda policy: policy.name)
def test_the_studios_own_policies_pass(policy) -> None:
    rehearse(policy, policy.name)
    rehearse(SPREAD, "spread")


def test_one_that_raises_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_policy.py").write_text(
        "from tests.invented.policy import Spread\n"
        "class Broken(Spread):\n"
        "    name = 'broken'\n"
        "    def order(self, pool):\n"
        "        raise KeyError('no such feature')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(StudioError, match=r"'broken_policy:Broken' failed on a made-up round .*KeyError"):
        named_policy("broken_policy:Broken")
    assert POLICIES.find("broken") is None
    sys.modules.pop("broken_policy", None)


def test_one_that_fails_later_is_told_and_the_round_is_shown(studio: Studio) -> None:
    class Fails(Spread):
        name = "fails-later"

        def order(self, pool):
            raise RuntimeError("only here")

    with added(POLICIES, Fails()):
        round_id = studio.rounds(studio.create_project(draft()))[0].id
        train(studio, round_id)
        draw(studio, round_id, [1, 2])
        made = studio.proposal(round_id, "fails-later")
        assert made.suggestions == ()
        assert "failed (RuntimeError: only here)" in made.sentence
