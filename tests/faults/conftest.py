"""What tests of faults share."""

from __future__ import annotations

import asyncio
import os

import pytest


@pytest.fixture
def struck(tmp_path):
    """Let a fault happen that many times; returns the figures, in which nothing may be wrong."""
    from tests.faults.trial import repeat

    def struck(name, part, times):
        figures = asyncio.run(repeat(name, part, times, tmp_path))
        assert (figures.faults, figures.lost, figures.invented) == ([], 0, 0)
        assert figures.kills == times
        assert figures.recorded >= figures.acknowledged > 0
        return figures

    return struck


@pytest.fixture
def missing():
    """Skip a test for which something is missing here, but fail where CI promises it."""
    return pytest.fail if os.environ.get("CI") else pytest.skip
