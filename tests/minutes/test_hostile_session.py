"""A whole session whose people, facilitator and note-taker write hostile text wherever they can, up to every format.

It is held beside the same session with harmless text: both have the same headings, tables and pictures in each format.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import mistune
import pikepdf
import pytest
from tests.minutes.hostile import HOSTILE, PHOTO

from workshop_kit.core.activity import Actor, Command
from workshop_kit.core.event import Channel
from workshop_kit.faces.held import kept
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes.run import write_minutes
from workshop_kit.minutes.writers import BUILT_IN
from workshop_kit.prepare import new_session
from workshop_kit.privacy import held_of

FORMATS = tuple(known.name for known in BUILT_IN)
SHORT = '<b>=1+1|\'"{{7*7}} #eval("1") \u202eمرحبا'
"""Fits where a name or a title fits."""

NAME = "it's {a} $(touch pwned) #1; raise SystemExit"
"""The folder's name, which goes into a parameter of the notebook."""

CARDS = tuple(line[:240] for line in HOSTILE.split("\n"))
CARD = "\n".join((*CARDS[:3], *CARDS[4:6]))[:270]

AGENDA = """
name = "mixed"
title = TITLE
[[item]]
id = "info"
activity = "info"
title = TITLE
points = [TEXT]
[[item]]
id = "cards"
activity = "ideas"
title = TITLE
prompt = TEXT
limit = 60
factors = [TITLE, "Two"]
[[item]]
id = "poll"
activity = "poll"
title = TITLE
rule = "approval"
openness = "open"
options = [TITLE, "Two"]
[[item]]
id = "words"
activity = "poll"
rule = "words"
[[item]]
id = "consent"
activity = "poll"
rule = "consent"
openness = "open"
options = [TITLE]
[[item]]
id = "roles"
activity = "roles"
options = [TITLE]
[[item]]
id = "plan"
activity = "actions"
[[item]]
id = "market"
activity = "market"
factors = [TITLE]
[[item]]
id = "say"
activity = "statements"
[[item]]
id = "stories"
activity = "cards"
format = "stories"
[[item]]
id = "thanks"
activity = "cards"
format = "thanks"
columns = [TITLE, "Thanks"]
[[item]]
id = "talk"
activity = "coffee"
[[item]]
id = "floor"
activity = "queue"
[[item]]
id = "who"
activity = "raci"
options = [TITLE]
[[item]]
id = "tables"
activity = "groups"
rounds = 2
places = [TITLE]
[[item]]
id = "pairs"
activity = "pairing"
[[item]]
id = "net"
activity = "ties"
options = [TITLE, "Two"]
[[item]]
id = "effort"
activity = "hours"
options = [TITLE]
[[item]]
id = "wishes"
activity = "roles"
wishes = true
options = [TITLE]
"""


def toml(text: str) -> str:
    """Return a text as TOML writes it; what TOML cannot hold is left out."""
    return json.dumps(re.sub("[\ud800-\udfff\x7f]", "", text), ensure_ascii=False)


EVERYBODY, FIRST, SECOND, FRONT = "everybody", "first", "second", "front"


def script(text: str, short: str, cards: tuple[str, ...]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield what happens: who does what in which step, with which fields."""
    yield FRONT, "open", "info", {}
    yield FRONT, "open", "cards", {}
    for card in cards:
        yield FIRST, "add", "cards", {"text": card, "factor": "o1"}
    yield FRONT, "hide", "cards", {"idea": "i2", "reason": short}
    yield FRONT, "open", "poll", {}
    yield EVERYBODY, "cast", "poll", {"value.o1": "1"}
    yield FRONT, "open", "words", {}
    yield EVERYBODY, "cast", "words", {"words.1": short[:30], "word.1": short[:30], "words": short[:30]}
    yield FRONT, "open", "consent", {}
    yield EVERYBODY, "cast", "consent", {"value.o1": "-1", "reason.o1": text[:200]}
    yield FRONT, "open", "roles", {}
    yield FIRST, "take", "roles", {"role": "o1", "confirm": "yes"}
    yield FRONT, "open", "plan", {}
    yield EVERYBODY, "add", "plan", {"what": short, "sign": short, "partners": short, "who": "me"}
    yield FRONT, "open", "market", {}
    yield FIRST, "offer", "market", {"text": text, "factor": "o1"}
    yield SECOND, "seek", "market", {"text": text}
    yield FRONT, "agree", "market", {"match": "e1-e2", "side": "both"}
    yield FRONT, "open", "say", {}
    yield EVERYBODY, "add", "say", {"text": short}
    yield EVERYBODY, "vote", "say", {"statement": "s1", "value": "1"}
    yield from second_part(text, short)
    for field in ("note-taker", "excused", "purpose", "continues", "links", "next-meeting"):
        yield FRONT, "note", "", {"field": field, "text": text}
    yield FRONT, "note", "", {"field": "decision", "item": "poll", "text": text}


def second_part(text: str, short: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield what happens after the break."""
    yield FRONT, "open", "stories", {}
    yield FIRST, "add", "stories", {"text": text, "title": short[:80], "whence": short[:80], "public": "yes"}
    yield FRONT, "open", "thanks", {}
    yield FIRST, "add", "thanks", {"text": text[:280], "column": "o1", "person": SECOND, "named": "yes"}
    yield FRONT, "add", "thanks", {"text": text[:280], "column": "o2", "group": short[:80]}
    yield FRONT, "open", "talk", {}
    yield EVERYBODY, "add", "talk", {"text": short}
    yield FRONT, "merge", "talk", {"topic": "t2", "into": "t1", "reason": short}
    yield FRONT, "stage", "talk", {"stage": "talking"}
    yield FRONT, "start", "talk", {}
    yield EVERYBODY, "propose", "talk", {"text": short}
    yield FRONT, "finish", "talk", {"proposal": "p1"}
    yield FRONT, "open", "floor", {}
    yield EVERYBODY, "ask", "floor", {"kind": "speak"}
    yield FRONT, "call", "floor", {}
    yield FRONT, "open", "who", {}
    yield EVERYBODY, "take", "who", {"part.o1": "C"}
    yield FRONT, "open", "tables", {}
    yield FRONT, "mix", "tables", {}
    yield EVERYBODY, "add", "tables", {"text": text}
    yield FIRST, "report", "tables", {"text": short}
    yield FRONT, "open", "pairs", {}
    yield EVERYBODY, "add", "pairs", {"text": text}
    for idea in ("i1", "i3"):
        yield FRONT, "advance", "pairs", {}
        yield FIRST, "add", "pairs", {f"from.{idea}": "on"}
    yield FRONT, "advance", "pairs", {}
    yield FRONT, "give", "pairs", {"idea": "i4"}
    yield FRONT, "close", "pairs", {}
    yield from more(short)


def more(short: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield what happens in the last steps."""
    yield FRONT, "open", "net", {}
    yield FIRST, "add", "net", {"label": f"{short[:70]} 2"}
    yield EVERYBODY, "tie", "net", {"one": "n3", "other": "o1", "kind.online": "yes"}
    yield SECOND, "tie", "net", {"one": "o1", "other": "o2", "state": "missing"}
    yield FRONT, "hide", "net", {"node": "o2", "reason": short}
    yield FRONT, "show", "net", {"node": "o2"}
    yield FRONT, "open", "effort", {}
    yield FRONT, "add-task", "effort", {"label": f"{short[:70]} 2"}
    yield EVERYBODY, "save", "effort", {"given.o1": "3", "needed.t2": "8"}
    yield FRONT, "open", "wishes", {}
    yield EVERYBODY, "wish", "wishes", {"wish.o1": "1"}
    yield FRONT, "propose", "wishes", {}
    yield FRONT, "close", "wishes", {}


def play(path: Path, text: str, short: str, cards: tuple[str, ...]) -> SessionFolder:
    """Hold a session in which everything that can be written is `text`, or `short` where little fits."""
    path.mkdir()
    source = path / "agenda.toml"
    source.write_text(AGENDA.replace("TITLE", toml(short)).replace("TEXT", toml(text)), "utf-8")
    folder = new_session(
        path / NAME, agenda=str(source), lang="de", title=short, place=short, date="2026-11-23", facilitator=short
    )
    with closing(folder.open()) as live:
        first, second = (live.join("de", f"{short[:40]} {n}").result().seat for n in range(2))
        seats = {FIRST: [first], SECOND: [second], EVERYBODY: [first, second]}
        for who, name, item, fields in script(text, short, cards):
            if who == FRONT:
                live.do(name, item, **fields)
            for seat in seats.get(who, ()):
                meant = {key: second if value == SECOND else value for key, value in fields.items()}
                live.submit(Command(name, item, meant), Actor(seat, Channel.PHONE)).result()
    _annotate(folder, text)
    return folder


def _annotate(folder: SessionFolder, text: str) -> None:
    """Let the note-taker write a cell with a photo whose name, alt text and caption are hostile too."""
    notebook = folder.path / "minutes.ipynb"
    content = json.loads(notebook.read_text("utf-8"))
    (folder.path / "wall $(id) #1.jpg").write_bytes(PHOTO)
    alt = re.sub(r"[\[\]\n\\\x00-\x1f\ud800-\udfff]", " ", text)[:300]
    note = next(cell for cell in content["cells"] if "note" in cell["metadata"].get("tags", ()))
    note["source"] = f'![{alt}](wall%20%24(id)%20%231.jpg "no people")\n\nA note.\n'
    notebook.write_text(json.dumps(content), "utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files of both sessions by format: hostile and harmless."""
    base = tmp_path_factory.mktemp("hostile")
    pairs = {}
    plain = tuple(f"Satz {number}" for number in range(len(CARDS)))
    lines = "\n".join(plain[: len(CARD.split("\n"))])
    for name, *texts in (("hostile", CARD, SHORT, CARDS), ("harmless", lines, "Wort", plain)):
        folder = play(base / name, *texts)
        files = write_minutes(folder, "de", FORMATS)
        for path in files[1:]:
            pairs.setdefault(path.suffix[1:], {})[name] = path.read_bytes()
    return pairs


def test_everybody_can_be_told_what_is_kept_of_them_after_all_kinds_of_steps(tmp_path):
    folder = play(tmp_path / "told", "Ein Satz", "Wort", ("Eine Karte", "Noch eine"))
    with closing(folder.open()) as live:
        assert len(live.state.seats) == 2
        for seat in live.state.seats:
            held = held_of(live, seat)
            entries = list(kept(live.state, held, voice("de"), live.rules.registry))
            wire = {entry["name"] for entry in held["entries"]}
            assert {"roles.assignment_proposed", "groups.mixed", "pairing.stage_begun", "ties.tie_named"} <= wire
            others = {other for other in live.state.seats if other != seat}
            assert not [entry for entry in entries if any(other in entry.said for other in others)]


def both(written, kind, measure):
    return [measure(written[kind][name]) for name in ("hostile", "harmless")]


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.active: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        given = dict(attrs)
        if tag in {"script", "iframe", "object", "embed", "form", "base"} or any(key.startswith("on") for key in given):
            self.active.append(tag)
        self.active += [
            value for key in ("href", "src") if (value := given.get(key)) and not value.startswith(("#", "data:image/"))
        ]


def read(content: bytes) -> Tags:
    tags = Tags()
    tags.feed(content.decode())
    return tags


def test_the_page_holds_the_same_elements_and_nothing_active(written):
    hostile, harmless = both(written, "html", read)
    assert hostile.active == []
    shape = ("h1", "h2", "h3", "h4", "table", "th", "figure", "img", "svg", "section", "ul", "ol", "li", "dl")
    assert {tag: hostile.counts.get(tag, 0) for tag in shape} == {tag: harmless.counts.get(tag, 0) for tag in shape}


def test_markdown_holds_the_same_headings_and_no_link_or_raw_html(written):
    def shape(content):
        tokens = mistune.create_markdown(renderer=None, plugins=["table"])(content.decode())
        flat = json.dumps(tokens)
        assert not re.search(r'"type": "(link|image|inline_html|block_html|block_code)"', flat)
        return [token["attrs"]["level"] for token in tokens if token["type"] == "heading"]

    hostile, harmless = both(written, "md", shape)
    assert hostile == harmless


def test_the_pdf_has_the_same_structure_and_no_action(written):
    def shape(content):
        with pikepdf.open(BytesIO(content)) as pdf:
            assert "/OpenAction" not in pdf.Root
            assert not any("/A" in note for page in pdf.pages for note in page.get("/Annots", []))
            assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
            kinds = [str(one.get("/S")) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
        return {kind: kinds.count(kind) for kind in ("/H1", "/H2", "/H3", "/Table", "/TH", "/Figure")}

    hostile, harmless = both(written, "pdf", shape)
    assert hostile == harmless
    assert hostile["/H1"] > 0


@pytest.mark.parametrize("kind", ["docx", "odt", "xlsx"])
def test_office_files_have_the_same_parts_and_point_nowhere(written, kind):
    def names(content):
        return sorted(unzipped(content))

    hostile, harmless = both(written, kind, names)
    assert hostile == harmless
    for name, part in unzipped(written[kind]["hostile"]).items():
        assert b'TargetMode="External"' not in part, name
        assert b"<w:hyperlink" not in part, name
        assert b'xlink:href="http' not in part, name
        assert b"<f>" not in part, name
        assert "vba" not in name.lower()
    heading = {"docx": rb'<w:pStyle w:val="Heading', "odt": rb"<text:h ", "xlsx": rb"<sheet "}[kind]
    place = {"docx": "word/document.xml", "odt": "content.xml", "xlsx": "xl/workbook.xml"}[kind]
    counts = both(written, kind, lambda content: len(re.findall(heading, unzipped(content)[place])))
    assert counts[0] == counts[1] > 0


def test_no_cell_of_the_csv_is_a_formula(written):
    lines = written["csv"]["hostile"].decode("utf-8-sig").splitlines()
    assert not [cell for line in lines for cell in line.split(";") if cell.strip('"').startswith(("=", "@", "\t"))]
    assert both(written, "csv", lambda content: content.decode("utf-8-sig").count("\r\n\r\n"))[0] > 0


def test_the_data_hold_what_was_written(written):
    told, harmless = both(written, "json", json.loads)
    assert [section["id"] for section in told["sections"]] == [section["id"] for section in harmless["sections"]]
    assert "<script>alert(1)</script>" in json.dumps(told)
