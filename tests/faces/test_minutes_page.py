"""The minutes on the phones: read, answered, corrected, downloaded, made final, and withdrawn after an erasure."""

from __future__ import annotations

import json

import pytest
from tests.faces.hosting import JSON, hosted, published
from tests.faces.speaking import speak_english

from workshop_kit import privacy
from workshop_kit.core.approval import Counts, Standing
from workshop_kit.core.document import Document, Heading, Meta, Paragraph, Section
from workshop_kit.faces import cli
from workshop_kit.faces.published import Published
from workshop_kit.folder import SessionFolder
from workshop_kit.library import voice
from workshop_kit.minutes.writers import format_named

FILES = {
    "minutes.en.html": '<html><main><h1>Minutes</h1><h2 dir="auto">People &amp; places</h2></main>',
    "minutes.en.md": "# Minutes",
}


@pytest.fixture
def asked(registry, agenda, tmp_path):
    """A session whose room is shown draft 1."""
    with hosted(tmp_path / "session", agenda(), registry) as running:
        running.live.do("open", "welcome")
        running.live.do("close", "welcome")
        running.early = [running.join(), running.join()]
        published(running, FILES)
        yield running


def seated(server):
    """Return the phone of somebody who was there before the minutes were."""
    return server.early.pop(0)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command and return its output."""
    speak_english(monkeypatch)

    def command(*arguments):
        cli.main([str(argument) for argument in arguments])
        return capsys.readouterr().out

    return command


def say(phone, accept=JSON, **fields):
    url = f"{phone.server.url}/minutes"
    return phone.server.api.post(url, data={"version": "1", **fields}, headers={**accept, **phone.bearer})


def page(phone):
    return phone.server.api.get(f"{phone.server.url}/minutes", headers=phone.bearer).text


def current(server):
    return server.live.catch_up().approval.current


class TestReading:
    def test_whoever_knows_the_code_reads_and_only_a_seat_is_asked(self, asked):
        stranger = asked.api.get(f"{asked.url}/minutes").text
        assert "<h1>Minutes</h1>" in stranger
        assert "<form" not in stranger
        assert '<form method="post"' in page(seated(asked))

    def test_the_phone_says_that_they_are_there(self, asked):
        phone = seated(asked)
        assert f'href="/{asked.live.state.info.code}/minutes"' in phone.page()
        with phone.line() as line:
            asked.live.do("close-approval")
            line.until("Version 1", "mine")

    def test_a_section_is_chosen_by_its_title(self, asked):
        assert "<option>People &amp; places</option>" in page(seated(asked))

    def test_the_sections_are_those_that_the_writer_of_html_writes(self, asked):
        sections = (Section("people", "People & places", (Paragraph("Nine."),)), Section("x", "<b>", (Heading("No"),)))
        written = format_named("html").write(Document(Meta("Minutes", "en", ""), sections), voice("en")).decode()
        assert Published(asked.live, None).sections(written) == ["People &amp; places", "&lt;b&gt;"]

    def test_downloads_are_the_files_of_the_log_with_their_bytes(self, asked):
        text = page(seated(asked))
        for name, content in FILES.items():
            assert f"/minutes/{name}" in text
            answer = asked.api.get(f"{asked.url}/minutes/{name}")
            assert answer.content == content.encode()
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'

    def test_a_file_that_was_changed_afterwards_is_not_given_out(self, asked):
        (asked.folder.versions / "01-draft" / "minutes.en.html").write_text("<main>Another", "utf-8")
        assert asked.api.get(f"{asked.url}/minutes/minutes.en.html").status_code == 404
        assert asked.api.get(f"{asked.url}/minutes/minutes.en.md").status_code == 200

    def test_the_stage_shows_the_way_when_the_facilitator_says_so(self, asked):
        assert "question-minutes" not in asked.api.get(f"{asked.url}/stage").text
        asked.live.do("show-minutes")
        assert f"{asked.url}/minutes" in asked.api.get(f"{asked.url}/stage").text
        assert "question-minutes" not in seated(asked).page()


class TestAnswering:
    def test_it_works_by_the_form_alone(self, asked):
        phone = seated(asked)
        answer = say(phone, {"accept": "text/html"}, command="approve", answer="yes")
        assert answer.status_code == 303
        assert current(asked).counts == Counts(yes=1)
        assert 'value="yes" required checked' in page(phone)

    def test_one_answer_per_seat(self, asked):
        phone, other = seated(asked), seated(asked)
        for said in ("yes", "no", "abstain"):
            assert say(phone, command="approve", answer=said).status_code == 200
        assert say(other, command="approve", answer="no").status_code == 200
        assert current(asked).counts == Counts(no=1, abstain=1)

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"command": "approve", "answer": "perhaps"}, 422),
            ({"command": "approve", "answer": "yes", "version": "7"}, 409),
            ({"command": "comment", "text": ""}, 422),
            ({"command": "comment", "text": "x" * 501}, 422),
            ({"command": "finalise-minutes"}, 404),
            ({"command": "withdraw-minutes"}, 404),
            ({"command": "lock"}, 404),
            ({"answer": "yes"}, 400),
        ],
    )
    def test_what_is_refused_leaves_no_entry_and_shows_the_page_again(self, asked, fields, status):
        phone = seated(asked)
        with asked.untouched():
            assert say(phone, **fields).status_code == status
            shown = say(phone, {"accept": "text/html"}, **fields)
        assert shown.status_code == status
        assert 'role="alert"' in shown.text

    def test_who_joins_after_the_draft_reads_and_is_told_why_there_is_no_form(self, asked):
        late = asked.join("de")
        with asked.untouched():
            assert say(late, command="approve", answer="yes").status_code == 403
            assert say(late, command="comment", text="It was four people").status_code == 403
        shown = page(late)
        assert "<h1>Minutes</h1>" in shown
        assert "<form" not in shown
        assert "Du bist dazugekommen, als dieses Protokoll schon vorlag." in shown

    def test_without_a_seat_or_from_another_site_nothing_is_taken(self, asked):
        body = {"command": "approve", "version": "1", "answer": "yes"}
        with asked.untouched():
            assert asked.api.post(f"{asked.url}/minutes", data=body, headers=JSON).status_code == 403
        phone = seated(asked)
        with asked.untouched():
            foreign = {**phone.bearer, **JSON, "origin": "https://elsewhere.example"}
            assert asked.api.post(f"{asked.url}/minutes", data=body, headers=foreign).status_code == 403

    def test_the_commands_of_the_facilitator_do_not_come_through_a_step_either(self, asked):
        phone = seated(asked)
        with asked.untouched():
            for command in ("finalise-minutes", "close-approval", "draft-minutes", "withdraw-minutes"):
                assert phone.send("welcome", command).status_code >= 400


class TestCorrections:
    def test_they_are_text_wherever_they_stand(self, asked):
        phone = seated(asked)
        hostile = "<script>alert(1)</script>"
        assert say(phone, command="comment", text=hostile, section=hostile).status_code == 200
        assert hostile not in page(phone)
        assert "&lt;script&gt;" in page(phone)

    def test_nobody_else_sees_them(self, asked):
        say(seated(asked), command="comment", text="It was four people")
        assert "It was four people" not in page(seated(asked))

    def test_they_are_held_and_erased_with_the_person(self, asked):
        phone = seated(asked)
        say(phone, command="comment", text="I am Ada Lovejoy")
        held = asked.api.get(f"{asked.url}/held?format=json", headers=phone.bearer).json()
        assert "I am Ada Lovejoy" in json.dumps(held)
        answer = asked.api.post(f"{asked.url}/forget", data={"sure": "yes"}, headers={**phone.bearer, **JSON})
        assert answer.json()["erased"] == 1
        assert asked.live.catch_up().approval.corrections == []
        assert b"Lovejoy" not in asked.folder.log.read_bytes()

    def test_after_an_erasure_nothing_can_be_read_or_fetched_and_no_version_lies_about(self, asked):
        phone = seated(asked)
        privacy.forget(asked.live, phone.seat)
        asked.folder.withdraw()
        assert asked.api.get(f"{asked.url}/minutes", headers=JSON).status_code == 404
        assert asked.api.get(f"{asked.url}/minutes/minutes.en.html").status_code == 404
        assert list(asked.folder.minutes.rglob("*.html")) == []
        assert asked.live.catch_up().approval.versions[0].standing is Standing.WITHDRAWN


class TestCommand:
    def test_the_facilitator_sees_what_is_said_and_decides(self, asked, run):
        phone = seated(asked)
        say(phone, command="approve", answer="yes")
        say(phone, command="comment", text="It was four people", section="People")
        told = run("approve", asked.folder.path)
        assert "So far: 1 yes, 0 no, 0 abstentions." in told
        number = asked.live.catch_up().approval.corrections[0].id
        assert f"{number}  People: It was four people  (waiting)" in told
        assert "(accepted: Right)" in run("approve", asked.folder.path, "accept", number, "--reason", "Right")
        assert "approved with 1 yes" in run("approve", asked.folder.path, "close")

    def test_final_ones_are_numbered_have_digests_and_tell_of_the_approval(self, asked, run):
        folder = SessionFolder(asked.folder.path)
        run("minutes", folder.path, "--publish", "--format", "md")
        phone = seated(asked)
        for fields in ({"command": "approve", "answer": "yes"}, {"command": "comment", "text": "It was four people"}):
            assert say(phone, **{"version": "2", **fields}).status_code == 200
        number = asked.live.catch_up().approval.corrections[0].id
        run("approve", folder.path, "accept", number)
        run("approve", folder.path, "close")
        told = run("approve", folder.path, "final")
        version = current(asked)
        assert version.standing is Standing.FINAL
        for name, digest in version.final.items():
            assert f"{digest}  {folder.versions / '02' / name}" in told
        text = (folder.versions / "02" / "minutes.en.md").read_text("utf-8")
        assert "Version 2 approved with 1 yes, 0 no, 0 abstentions" in text
        assert "It was four people" in text
        assert "Changes since" not in text, "nothing changed but the approval"
        assert "It was four people" in asked.api.get(f"{asked.url}/minutes/minutes.en.md").text
        assert (folder.versions / "02-draft" / "minutes.en.md").is_file()
        assert run("approve", folder.path, "changes").strip() == "Nothing."
