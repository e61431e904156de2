"""The notebook over many workshops: what its cells show, what comes out of it, and the command that prepares it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.results.test_evidence import FACTORS, MISSING, PLACES, ten, workshop  # noqa: F401 - fixtures

from workshop_kit import open_evidence, quick
from workshop_kit.core.errors import WorkshopError
from workshop_kit.library import shipped, voice
from workshop_kit.minutes.collect import document_of
from workshop_kit.minutes.evidence import report
from workshop_kit.minutes.kernel import OwnKernelManager
from workshop_kit.results.bundle import written
from workshop_kit.results.evidence import evidence_of
from workshop_kit.results.frames import EVIDENCE_COLUMNS

NOTEBOOK = shipped("notebooks") / "evidence.ipynb"


@pytest.fixture(scope="module")
def files(ten, tmp_path_factory):  # noqa: F811
    """Ten simulated workshops as bundles on the disk."""
    folder = tmp_path_factory.mktemp("bundles")
    for number, bundle in enumerate(ten):
        (folder / f"{number}.json").write_bytes(written(bundle))
    return sorted(folder.glob("*.json"))


def code():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_the_notebook_is_stored_without_outputs_and_in_both_languages():
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code())
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", ())]
    assert tags.count("parameters") == 1
    assert tags.count("lang-de") == tags.count("lang-en") > 0


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_executed_notebook_is_the_report(ten, files, tmp_path, lang):  # noqa: F811
    done = tmp_path / "evidence.ipynb"
    quick.papermill().execute_notebook(
        str(NOTEBOOK),
        str(done),
        {"sessions": [str(path) for path in files], "lang": lang},
        kernel_name="python3",
        kernel_manager_class=OwnKernelManager,
        progress_bar=False,
    )
    executed = json.loads(done.read_text("utf-8"))
    assert document_of(executed) == report(evidence_of(ten), voice(lang))
    frame, chart = (cell["outputs"][0]["data"] for cell in executed["cells"] if cell["id"] in {"frame", "chart"})
    assert "pooled_low" in "".join(frame["text/html"])
    assert "image/svg+xml" in chart
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "minutes-html", str(done)], check=True, capture_output=True
    )
    page = (tmp_path / "evidence.html").read_text("utf-8")
    assert page.count("<figure>") == 12
    assert "open_evidence" not in page


def test_the_frame_has_a_row_per_factor_and_workshop(ten, files):  # noqa: F811
    found = open_evidence(files, "en")
    frame = found.frame()
    assert tuple(frame.columns) == EVIDENCE_COLUMNS
    assert len(frame) == 12 * 10
    (comparison,) = evidence_of(ten).comparisons
    for factor in comparison.factors:
        rows = frame[frame["factor"] == factor.id]
        assert list(rows["people"]) == [site.people for site in factor.sites]
        assert list(rows["shrunk"]) == list(factor.pooled.shrunk)
        assert set(rows["next_high"]) == {factor.pooled.next_high}
    assert ((frame["low"] <= frame["share"] + 1e-9) & (frame["share"] <= frame["high"] + 1e-9)).all()


def test_few_workshops_have_no_pooled_figures(files):
    frame = open_evidence(files[:3], "en").frame()
    assert len(frame) == 12 * 3
    assert frame["pooled"].isna().all()


def test_a_chart_shows_one_factor_and_its_name(files):
    found = open_evidence(files, "de")
    drawn = found.chart("place")
    assert "Ein fester Treffpunkt" in str(drawn.title.text)
    assert found.chart().title.text != drawn.title.text, "the most supported one"
    with pytest.raises(WorkshopError, match="no factor"):
        found.chart("nowhere")
    assert open_evidence(files[:1]).chart() is None


def test_the_command_prepares_the_notebook_for_these_sessions(files, tmp_path):
    from workshop_kit.faces.comparing import write_evidence

    names = [str(path) for path in files]
    made = write_evidence(names, ["de"], ["ipynb"], tmp_path / "out", 5)
    assert [path.name for path in made] == ["evidence.de.ipynb"]
    notebook = json.loads(made[0].read_text("utf-8"))
    injected = "".join(
        "".join(cell["source"])
        for cell in notebook["cells"]
        if "injected-parameters" in cell["metadata"].get("tags", ())
    )
    assert all(name in injected for name in names)
    assert not any("lang-en" in cell["metadata"].get("tags", ()) for cell in notebook["cells"])
    made[0].write_text("{}", "utf-8")
    assert write_evidence(names, ["de"], ["ipynb"], tmp_path / "out", 5) == [], "a notebook with remarks is left alone"


def test_progress_is_shown_on_a_terminal_only(files, tmp_path, monkeypatch, capfd):
    from workshop_kit.faces.comparing import write_evidence

    names = [str(path) for path in files]
    write_evidence(names, ["en"], ["md"], tmp_path, 5)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    write_evidence(names, ["en"], ["md"], tmp_path, 5)
    assert "evidence.en.md" in capfd.readouterr().err
