"""What a job found out about a round is one value, which the next one replaces."""

from pathlib import Path
from random import Random

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from tests.workspace.filled import fill


def test_a_finding_is_replaced_and_raises_the_version(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        project = fill(store, Random(1)).id
        round_id = store.rounds.of_project(project)[0].id
        assert store.findings.of_round(round_id, "palette") is None
        before = store.projects.version(project)
        for found in ([1], {"red": [0.5, "ink"]}):
            store.findings.save(round_id, "palette", found)
            assert store.findings.of_round(round_id, "palette") == found
        assert store.projects.version(project).number > before.number
        assert store.findings.of_round(store.branches.copy(round_id).id, "palette") == found
        with pytest.raises(StudioError, match="cannot be written as JSON"):
            store.findings.save(round_id, "palette", float("nan"))
