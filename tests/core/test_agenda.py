"""Reading an agenda: what it fills in, and that every mistake is named together with its item."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.core.activity import Option, Spec
from workshop_kit.core.agenda import read_agenda, sources
from workshop_kit.core.errors import AgendaError

POLL = {"id": "vote", "activity": "poll", "options": ["A", "B"]}
TWO = [{"id": "a", "label": "A"}, {"id": "a", "label": "B"}]


@pytest.fixture(scope="module")
def mistake(registry):
    """Read an agenda and return what its reader is told."""

    def told(document):
        with pytest.raises(AgendaError) as caught:
            read_agenda(document, registry, {}.__getitem__)
        return str(caught.value)

    return told


@pytest.mark.parametrize("document", [{}, {"item": []}, {"item": {}}, {"item": "poll"}])
def test_an_agenda_without_items_is_refused(mistake, document):
    assert "[[item]]" in mistake(document)


@pytest.mark.parametrize("entry", ["poll", 3, None, ["poll"]])
def test_an_item_that_is_no_table_is_named_by_its_number(mistake, entry):
    assert "Item 2" in mistake({"item": [POLL, entry]})


@pytest.mark.parametrize("item_id", [None, 7, "", "Vote", "1st", "a b", "ä", "a/b", "a" * 42, "-a", "a\n"])
def test_an_unusable_id_is_named_by_the_items_number(mistake, item_id):
    told = mistake({"item": [POLL, {**POLL, "id": item_id}]})
    assert "Item 2" in told
    assert repr(item_id) in told


def test_a_repeated_id_is_refused(mistake):
    told = mistake({"item": [POLL, POLL]})
    assert "Item 2" in told
    assert '"vote"' in told


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"activity": None}, "names no activity"),
        ({"activity": "dance"}, "There are: actions, cards, "),
        ({"title": 5}, "int"),
        ({"title": {"de": 1}}, "int"),
        ({"prompt": ["Why?"]}, "array"),
        ({"minutes": "ten"}, '"minutes" is '),
        ({"minutes": -5}, "minutes"),
        ({"options_from": 4}, '"options_from" must start with "data:" or "item:"'),
        ({"options_from": "factors"}, "'factors'"),
        ({"options_from": "item:later"}, '"later"'),
        ({"options_from": "item:vote"}, "must come earlier"),
        ({"options": []}, "at least two options"),
        ({"options": ["A"]}, "at least two options"),
        ({"options": TWO}, '"a" stands twice under "options"'),
        ({"options": "Place"}, "options"),
        ({"options": [1, 2]}, "options"),
        ({"options": {"a": "A", "b": "B"}}, "options"),
        ({"rule": "lottery"}, "dots, split, approval, multiple"),
        ({"rule": 1}, "expected"),
        ({"openness": "secret-ish"}, "open, names-hidden"),
        ({"reveal": "never"}, "on_close, manual, live"),
        ({"activity": "info", "points": ["One."], "reveal": "never"}, "on_close, manual, live"),
        ({"activity": "cards", "format": "nothing"}, "expected: plus-delta, "),
        ({"rule": "dots", "budget": "3"}, "expected: int"),
        ({"rule": "dots", "budget": True}, "expected: int"),
        ({"rule": "dots", "budget": -1}, "budget"),
        ({"rule": "dots", "budget": 0}, "budget"),
        ({"rule": "dots", "cap": 0}, "cap"),
        ({"rule": "approval", "most": -1}, "most"),
        ({"activity": "ideas", "limit": -1}, "limit"),
        ({"activity": "ideas", "limit": "many"}, "expected: int"),
        ({"activity": "ideas", "factors": TWO}, '"a" stands twice under "factors"'),
        ({"activity": "ideas", "ideas": [{"id": "i1", "label": "A", "channel": "fax"}]}, "fax"),
        ({"activity": "info", "points": "One."}, "expected: list"),
        ({"activity": "info", "points": [1]}, "points"),
        ({"activity": "roles", "options": []}, "needs roles"),
        ({"activity": "roles", "options": [{"id": "host", "label": "Host", "places": 0}]}, 'role "host"'),
        ({"activity": "roles", "options": [{"id": "host", "label": "Host", "places": "2"}]}, "whole number of places"),
    ],
    ids=str,
)
def test_a_mistake_in_an_item_is_told_with_the_items_name(mistake, entry, expected):
    told = mistake({"item": [{**POLL, **entry}]})
    assert '"vote"' in told
    assert expected in told


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"rule": "dots", "bugdet": 3}, '"bugdet" here. Did you mean "budget"?'),
        ({"budget": 3}, '"budget" here. There are: live_options, openness, options,'),
        ({"activity": "ideas", "rule": "dots"}, '"rule" here. There are: '),
        (
            {"rule": "form", "questions": [{"id": "a", "options": ["A", "B"], "prmpt": "?"}]},
            'Item "vote.a": there is no',
        ),
    ],
    ids=str,
)
def test_a_setting_that_nothing_reads_is_a_mistake(mistake, entry, expected):
    settings = {key: value for key, value in POLL.items() if key != "options" or entry.get("activity") != "ideas"}
    assert expected in mistake({"item": [{**settings, **entry}]})


def test_all_settings_that_nothing_reads_are_told(mistake):
    told = mistake({"item": [{**POLL, "colour": "red", "shape": "round"}]})
    assert ('"colour"' in told, '"shape"' in told) == (True, True)


def test_a_log_from_before_a_setting_was_refused_is_still_read(rules):
    spec = Spec("vote", "poll", {}, settings={"options": ["A", "B"], "colour": "red"})
    assert rules.registry["poll"].initial(spec).options


def test_a_title_of_the_agenda_that_is_no_text_is_refused(mistake):
    assert "title" in mistake({"title": 5, "item": [POLL]})


def test_a_source_that_stands_later_is_not_found(mistake):
    collect = {"id": "collect", "activity": "ideas"}
    sort = {"id": "sort", "activity": "ideas", "ideas_from": "item:collect"}
    assert "must come earlier" in mistake({"item": [sort, collect]})


def test_the_head_and_the_items_are_read(agenda):
    read = agenda(
        {**POLL, "title": {"de": "Wahl", "en": "Vote"}, "prompt": "Which?", "minutes": 4},
        name="first",
        title={"de": "Erstes", "en": "First"},
    )
    assert (read.name, read.title) == ("first", {"de": "Erstes", "en": "First"})
    item = read.item("vote")
    assert (item.title, item.prompt, item.minutes) == ({"de": "Wahl", "en": "Vote"}, {"und": "Which?"}, 4)
    assert item.settings == {"options": ["A", "B"]}


def test_titles_fall_back_to_the_names(agenda):
    read = agenda(POLL, name="plain")
    assert read.title == {"und": "plain"}
    assert read.item("vote").title == {"und": "vote"}


def test_an_unknown_item_is_a_key_error(agenda):
    with pytest.raises((KeyError, StopIteration)):
        agenda(POLL).item("dance")


def test_a_data_set_is_filled_in(agenda):
    rows = [{"id": "place", "de": "Ort", "en": "place"}, {"id": "staff", "de": "Personal", "en": "staff"}]
    read = agenda({"id": "vote", "activity": "poll", "options_from": "data:factors"}, data={"factors": iter(rows)})
    assert [option.id for option in read.item("vote").options()] == ["place", "staff"]


def test_what_comes_from_an_earlier_item_is_listed_by_setting(agenda):
    read = agenda(
        {"id": "collect", "activity": "ideas"},
        {"id": "sort", "activity": "ideas", "ideas_from": "item:collect", "factors_from": "data:factors"},
        data={"factors": ["A"]},
    )
    assert sources(read.item("sort")) == {"ideas": "collect"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["id", "title", "prompt", "minutes", "rule", "budget", "openness", "reveal", "options", "options_from"]
)


@given(entry=st.dictionaries(keys, json_values, max_size=4))
def test_whatever_stands_in_the_file_only_agenda_errors_are_raised(registry, entry):
    with suppress(AgendaError):
        read_agenda({"item": [{**POLL, **entry}]}, registry, lambda _: ["A", "B"])


class TestOption:
    def test_a_plain_string_is_numbered(self):
        assert Option.read("Ort", 3) == Option("o3", {"und": "Ort"})

    def test_a_table_has_a_label_for_all_languages(self):
        assert Option.read({"id": "place", "label": "Ort"}, 1) == Option("place", {"und": "Ort"})

    def test_a_table_has_a_label_per_language(self):
        label = {"de": "Ort", "en": "place"}
        assert Option.read({"id": "place", "label": label}, 1) == Option.read({"id": "place", **label}, 1)
        assert Option.read({"id": "place", **label}, 1).label == label

    def test_a_table_without_id_is_numbered_and_keeps_the_rest(self):
        assert Option.read({"de": "Ort", "places": 2}, 4) == Option("o4", {"de": "Ort"}, {"places": 2})

    @given(
        st.builds(
            Option,
            st.text(min_size=1),
            st.dictionaries(st.sampled_from(["de", "en", "und"]), st.text(), min_size=1),
            st.dictionaries(st.sampled_from(["seat", "factor", "places"]), st.text() | st.integers()),
        )
    )
    def test_what_is_sent_reads_back_the_same(self, option):
        assert Option.read(option.wire(), 1) == option


class TestSettings:
    spec = Spec("vote", "poll", {"und": "Vote"}, settings={"budget": 3, "rule": "dots", "whole": True})

    def test_a_setting_or_its_default(self):
        assert self.spec.setting("budget", 5) == 3
        assert self.spec.setting("cap", 5) == 5

    def test_a_default_of_none_takes_any_type(self):
        assert self.spec.setting("rule", None) == "dots"

    @pytest.mark.parametrize(("key", "default"), [("budget", "3"), ("rule", 1), ("whole", 1), ("budget", False)])
    def test_another_type_is_refused(self, key, default):
        with pytest.raises(AgendaError, match=f'Item "vote": "{key}" is'):
            self.spec.setting(key, default)

    def test_a_value_that_is_not_allowed_is_refused_with_what_is(self):
        with pytest.raises(AgendaError, match="expected: choice, approval"):
            self.spec.setting("rule", "choice", ("choice", "approval"))


def test_a_registry_names_what_it_knows(registry):
    assert {"actions", "ideas", "info", "poll", "roles"} <= set(registry)
    assert len(registry) == len(set(registry))
    assert "poll" in registry
    assert "dance" not in registry
    with pytest.raises(
        AgendaError,
        match=rf'no activity "dance"\. There are: {", ".join(sorted(registry))}',
    ):
        registry["dance"]
