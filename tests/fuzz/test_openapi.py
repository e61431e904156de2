"""Requests made from docs/openapi.yaml, right ones and wrong ones, are answered as it says and never with a 5xx."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.bench.server import ServerProcess, make_session
from tests.fuzz.campaign import AGENDA
from tests.fuzz.hostile import CODE, ITEMS
from tests.fuzz.strategies import fuzzed

DOCUMENT = schemathesis.openapi.from_path(Path(__file__).parents[2] / "docs" / "openapi.yaml")
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in DOCUMENT.get_all_operations())}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose stderr must stay silent."""
    folder = make_session(tmp_path_factory.mktemp("session"), AGENDA, "cards")
    with ServerProcess(folder.path) as running:
        running.live = folder.open()
        yield running
        running.live.close()
    assert running.errors == ""


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        pytest.param(label, mode, id=f"{label}, {mode.value}")
        for label in OPERATIONS
        for mode in GenerationMode
        if (label, mode) != ("GET /healthz", GenerationMode.NEGATIVE)  # it takes nothing that could be wrong
    ],
)
def test_it_is_answered_as_described(server, label, mode):
    token = server.live.join("en").result().token
    base = server.url.rpartition("/")[0]

    @settings(fuzzed(6), suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data):
        case = data.draw(OPERATIONS[label].as_strategy(generation_mode=mode))
        if "code" in case.path_parameters and data.draw(st.integers(0, 5)):
            case.path_parameters["code"] = CODE
        if "item" in case.path_parameters and data.draw(st.integers(0, 5)):
            case.path_parameters["item"] = data.draw(st.sampled_from(ITEMS))
        headers = data.draw(st.sampled_from([{"accept": "application/json"}, {"accept": "text/html"}]))
        if data.draw(st.integers(0, 3)):
            headers = {**headers, "authorization": f"Bearer {token}"}
        answer = case.call(base_url=base, headers=headers, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS)

    ask()
