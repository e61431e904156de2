"""Many workshops compared: bundles without names, pooling as statsmodels does it, and the report in both languages."""

from __future__ import annotations

import random
import re

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from workshop_kit.core.activity import Actor, Command, Spec
from workshop_kit.core.document import Chart, Table
from workshop_kit.core.event import Channel
from workshop_kit.core.state import Info
from workshop_kit.library import data_rows, voice
from workshop_kit.live import LiveSession
from workshop_kit.minutes.evidence import report
from workshop_kit.minutes.writers import format_named
from workshop_kit.results import bundle as bundles
from workshop_kit.results.evidence import evidence_of
from workshop_kit.results.pooling import between, log_odds, pooled
from workshop_kit.store.memory import MemoryStore
from workshop_kit.voting.rules import RULES

FACTORS = {
    "id": "factors",
    "activity": "poll",
    "rule": "dots",
    "budget": 3,
    "options_from": "data:success_factors",
}
MISSING = {"id": "missing", "activity": "ideas", "factors_from": "data:success_factors"}
PLACES = ("Ahlen", "Bonn", "Celle", "Düren", "Erfurt", "Fulda", "Gera", "Herne", "Ilmenau", "Jena")


@pytest.fixture(scope="module")
def workshop(registry, agenda):
    """Hold a simulated workshop with `people` voters whose taste hangs on `seed`; returns it open in memory."""
    held = []

    def hold(place="Bonn", people=24, seed=1, items=(FACTORS, MISSING), cards=(), names=()):
        plan = agenda(*items, data={"success_factors": data_rows("success_factors")})
        info = Info("Netzwerke", "KLMNP", place=place, date="2026-11-23", simulated=True)
        live = LiveSession.create(MemoryStore(), registry, plan, info)
        held.append(live)
        chance = random.Random(seed)
        live.do("open", "factors")
        ids = live.state.items["factors"].state.ids
        taste = [chance.gammavariate(1, 1) for _ in ids]
        for number in range(people):
            seat = live.join(name=names[number] if number < len(names) else "").result().seat
            dots = chance.choices(ids, taste, k=3)
            most = live.state.items["factors"].state.rule.paper.cap
            fields = {f"value.{option}": str(min(dots.count(option), most)) for option in dots}
            live.submit(Command("cast", "factors", fields), Actor(seat, Channel.PHONE)).result()
        live.do("close", "factors")
        if cards:
            live.do("open", "missing")
            for card in cards:
                live.do("add", "missing", text=card)
        return live

    yield hold
    for live in held:
        live.close()


@pytest.fixture(scope="module")
def ten(workshop):
    """Ten simulated workshops, as bundles."""
    return [
        bundles.bundle_of(workshop(place, 12 + 4 * number, number, cards=["Mut", f"Nur in {place}"]))
        for number, place in enumerate(PLACES)
    ]


# ── bundles ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bundle_holds_what_people_stood_behind_and_no_person(workshop):
    live = workshop(people=6, names=["Käthe", "Ayşe"], cards=["Geduld", "Käthe soll es machen", "kaffee für alle"])
    bundle = bundles.bundle_of(live)
    (poll,) = bundle.polls
    assert (poll.voters, len(poll.options), poll.way) == (6, 12, "dots budget=3 cap=3")
    counted = {line.option: line.supporters for line in live.state.items["factors"].state.tally.lines}
    assert {option.id: option.people for option in poll.options} == counted
    assert bundle.proposed == ("Geduld", "kaffee für alle")
    assert bundle.left_out == 1, "a card with a name in it stays here"
    text = bundles.written(bundle).decode()
    assert not any(secret in text for secret in ("Käthe", "Ayşe", *live.state.seats, live.state.info.code))


def test_a_poll_of_few_people_is_left_out(workshop):
    bundle = bundles.bundle_of(workshop(people=4))
    assert (bundle.polls, bundle.left_out) == ((), 1)
    assert bundles.bundle_of(workshop(people=4), k=3).polls[0].voters == 4


def test_only_options_that_people_weigh_are_bundled(registry, agenda):
    polls = [
        {"id": "mood", "activity": "poll", "rule": "mood"},
        {"id": "motion", "activity": "poll", "rule": "yes-no"},
        {"id": "score", "activity": "poll", "rule": "score", "options": ["A", "B"]},
        {"id": "date", "activity": "poll", "rule": "approval", "options": ["A", "B"]},
    ]
    live = LiveSession.create(MemoryStore(), registry, agenda(*polls), Info("Netzwerke", "KLMNP"))
    for spec in live.state.agenda.items:
        live.do("open", spec.id)
        for number in range(6):
            option = live.state.items[spec.id].state.ids[0]
            live.do("cast", spec.id, ballot=str(number), **{f"value.{option}": "1"})
        live.do("close", spec.id)
    bundle = bundles.bundle_of(live)
    live.close()
    assert [(poll.item, poll.voters) for poll in bundle.polls] == [("date", 6)]
    assert bundle.left_out == 0


@pytest.mark.parametrize(
    ("rule", "one", "other"),
    [("dots", {"budget": 3}, {"budget": 3, "cap": 1}), ("approval", {}, {"most": 3}), ("split", {}, {"budget": 10})],
)
def test_other_settings_are_another_way_of_voting(rule, one, other):
    ways = {bundles.way_of(RULES[rule](Spec("factors", "poll", {}, settings=each))) for each in (one, other)}
    assert len(ways) == 2


def test_a_bundle_comes_back_from_its_file(ten, tmp_path):
    path = tmp_path / "bundle.json"
    path.write_bytes(bundles.written(ten[0]))
    assert bundles.read(path) == ten[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda known: {**known, "format": "something else"},
        lambda known: {**known, "polls": [{**known["polls"][0], "voters": 1}]},
        lambda known: {**known, "polls": [{**known["polls"][0], "eligible": 2}]},
        lambda known: {key: value for key, value in known.items() if key != "session"},
        lambda known: [known],
        lambda known: {**known, "polls": "many"},
    ],
)
def test_a_file_that_is_no_bundle_is_refused(ten, tmp_path, change):
    path = tmp_path / "bundle.json"
    path.write_bytes(msgspec.json.encode(change(msgspec.to_builtins(ten[0]))))
    with pytest.raises(bundles.UnusableBundle, match="is not a bundle"):
        bundles.read(path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"[" * 50_000])
def test_bytes_that_are_no_bundle_are_refused(tmp_path, content):
    path = tmp_path / "bundle.json"
    path.write_bytes(content)
    with pytest.raises(bundles.UnusableBundle):
        bundles.read(path)


@given(st.data())
def test_merging_is_idempotent_and_knows_no_order(ten, data):
    older = msgspec.structs.replace(ten[3], entries=1, place="vorher")
    some = data.draw(st.lists(st.sampled_from([*ten, older]), min_size=1))
    again = data.draw(st.permutations(some + some))
    assert bundles.merged(some) == bundles.merged(again) == bundles.merged(bundles.merged(again))
    assert len(bundles.merged(some)) == len({bundle.session for bundle in some})


def test_a_later_bundle_of_a_session_takes_the_place_of_the_earlier(ten):
    older = msgspec.structs.replace(ten[3], entries=1, place="vorher")
    assert bundles.merged([older, ten[3], older]) == (ten[3],)


def test_bundles_together_are_the_raw_count(workshop, ten):
    (comparison,) = evidence_of(ten).comparisons
    raw = {option.id: 0 for option in ten[0].polls[0].options}
    for bundle in ten:
        for option in bundle.polls[0].options:
            raw[option.id] += option.people
    assert {factor.id: sum(site.people for site in factor.sites) for factor in comparison.factors} == raw
    assert comparison.people == sum(bundle.polls[0].voters for bundle in ten)


# ── pooling ───────────────────────────────────────────────────────────────────────────────────────────────────────────

counts = st.lists(st.tuples(st.integers(5, 300), st.floats(0, 1)), min_size=5, max_size=20).map(
    lambda rows: ([round(n * p) for n, p in rows], [n for n, _ in rows])
)


def solves(tau2, y, v):
    """Whether the weighted squares add up to their degrees of freedom, or are fewer without any spread between."""
    weights = 1 / (v + tau2)
    squares = (weights * (y - (weights * y).sum() / weights.sum()) ** 2).sum()
    return squares == pytest.approx(len(y) - 1, rel=1e-5) or (tau2 == 0 and squares < len(y) - 1)


def logit(share):
    return np.log(share / (1 - share))


@given(counts)
def test_pooling_equals_statsmodels(rows):
    people, voters = rows
    y, v = log_odds(people, voters)
    oracle = combine_effects(y, v, method_re="iterated", use_t=True, maxiter=500)
    ours = pooled(people, voters)
    assume(solves(oracle.tau2, y, v))  # where its last step goes too far statsmodels falls back to 0
    assert ours.tau2 == pytest.approx(oracle.tau2, rel=1e-4, abs=1e-5)
    assert logit(ours.share) == pytest.approx(oracle.mean_effect_re, abs=1e-4)
    error = oracle.sd_eff_w_re_hksj
    low, high = oracle.conf_int(use_t=True)[3]
    assert (logit(ours.high) - logit(ours.low)) == pytest.approx(high - low, rel=1e-4, abs=1e-5)
    assert (logit(ours.low), logit(ours.high)) == pytest.approx((low, high), abs=1e-4)
    from scipy.stats import t

    ahead = t.ppf(0.975, len(people) - 2) * np.sqrt(max(oracle.tau2, 0) + error**2)
    assert logit(ours.next_high) - logit(ours.share) == pytest.approx(ahead, rel=1e-4, abs=1e-5)


@given(counts)
def test_the_spread_between_workshops_solves_paule_and_mandels_equation(rows):
    y, v = log_odds(*rows)
    assert solves(between(y, v), y, v)


@given(counts)
def test_what_is_pooled_lies_among_the_workshops(rows):
    ours = pooled(*rows)
    y, _ = log_odds(*rows)
    assert y.min() - 1e-9 <= logit(ours.share) <= y.max() + 1e-9
    assert ours.next_low <= ours.low <= ours.share <= ours.high <= ours.next_high
    drawn = [abs(logit(one) - logit(ours.share)) for one in ours.shrunk]
    assert all(near <= abs(own - logit(ours.share)) + 1e-6 for near, own in zip(drawn, y, strict=True))


def test_few_workshops_are_not_pooled(ten):
    assert pooled([1, 2, 3, 4], [5, 5, 5, 5]) is None
    (comparison,) = evidence_of(ten[:4]).comparisons
    assert not any(factor.pooled for factor in comparison.factors)


# ── evidence and report ───────────────────────────────────────────────────────────────────────────────────────────────


def test_ten_workshops_give_the_figures_of_statsmodels(ten):
    (comparison,) = evidence_of(ten).comparisons
    assert (comparison.workshops, comparison.simulated, len(comparison.factors)) == (10, 10, 12)
    for factor in comparison.factors:
        y, v = log_odds([site.people for site in factor.sites], [site.voters for site in factor.sites])
        oracle = combine_effects(y, v, method_re="iterated", use_t=True, maxiter=500)
        low, high = oracle.conf_int(use_t=True)[3]
        assert logit(factor.pooled.share) == pytest.approx(oracle.mean_effect_re, abs=1e-4)
        assert (logit(factor.pooled.low), logit(factor.pooled.high)) == pytest.approx((low, high), abs=1e-4)


def test_other_wordings_and_other_ways_of_voting_are_kept_apart(workshop, ten):
    own = {**FACTORS, "options": [{"id": "place", "de": "Ein Ort", "en": "A place"}, "Geld"]}
    del own["options_from"]
    approval = {**FACTORS, "rule": "approval"}
    del approval["budget"]
    extra = [
        bundles.bundle_of(workshop("Kiel", items=(own, MISSING))),
        bundles.bundle_of(workshop("Lahr", items=(approval, MISSING))),
    ]
    evidence = evidence_of([*ten, *extra])
    assert len(evidence.comparisons) == 1
    assert evidence.alone == 2


def test_what_is_proposed_in_several_places_comes_first(ten):
    assert evidence_of(ten).proposed[0] == ("Mut", 10)
    assert ("Nur in Bonn", 1) in evidence_of(ten).proposed


def figures(document):
    """Return every number of a document in its order, months and words aside."""
    return re.findall(r"\d+", str(msgspec.to_builtins(document.sections)))


def test_the_report_says_the_same_in_both_languages(ten):
    evidence = evidence_of(ten)
    german, english = report(evidence, voice("de")), report(evidence, voice("en"))
    assert figures(german) == figures(english)
    assert german.meta.simulated
    charts = [block for section in german.sections for block in section.blocks if isinstance(block, Chart)]
    assert len(charts) == 12, "a picture per factor"
    assert all(len(chart.bars) == 12 for chart in charts), "ten workshops, all together, and the next one"


def test_the_tables_beside_the_pictures_are_in_whole_percent_on_one_line(ten):
    charts = [b for s in report(evidence_of(ten), voice("de")).sections for b in s.blocks if isinstance(b, Chart)]
    for chart in charts:
        assert (chart.title, chart.most) == ("", 100), "the factor stands above it, and all pictures have one axis"
        assert [row[0] for row in chart.table.rows][-2:] == ["Alle zusammen", "Nächster Workshop"]
        for (_, people, share, span), bar in zip(chart.table.rows, chart.bars, strict=True):
            assert share == voice("de").percent(bar.value / 100)
            assert span == f"{bar.low:.0f}\xa0bis\xa0{bar.high:.0f}\xa0%"
            assert people in {bar.note, ""}


def test_the_report_makes_no_claims(ten):
    for lang in ("de", "en"):
        said = str(report(evidence_of(ten), voice(lang))).casefold()
        assert not any(word in said for word in ("signifikant", "significant", "repräsentativ", "representative"))


def test_a_few_workshops_stand_side_by_side(ten):
    document = report(evidence_of(ten[:3]), voice("en"))
    (table,) = [
        b for section in document.sections if section.id == "list-1" for b in section.blocks if isinstance(b, Table)
    ]
    assert table.head == ("Factor", "Share", "From … to")
    assert "plain mean of the workshops' shares" in str(document).replace('"', "'")
    assert "no common range is estimated" in str(document)
    assert "'Voters'" in str(document)


def test_in_how_many_workshops_a_factor_was_voted_on_stands_there_where_it_differs(workshop, ten):
    fewer = {**FACTORS, "options_from": None, "options": data_rows("success_factors")[:11]}
    fewer = {key: value for key, value in fewer.items() if value is not None}
    some = [*ten[:2], bundles.bundle_of(workshop("Köln", items=(fewer, MISSING)))]
    (table,) = (
        block for block in report(evidence_of(some), voice("en")).sections[1].blocks if isinstance(block, Table)
    )
    assert table.head == ("Factor", "Workshops", "Share", "From … to")
    assert sorted(row[1] for row in table.rows) == ["2", *["3"] * 11]


def test_nothing_to_compare_is_told(workshop):
    assert "No two of them voted" in str(report(evidence_of([bundles.bundle_of(workshop())]), voice("en")))
    assert "No two of them voted" in str(report(evidence_of([]), voice("en")))


@pytest.mark.parametrize("name", ["html", "md", "pdf"])
def test_the_report_is_the_same_bytes_each_time(ten, name):
    evidence, text = evidence_of(ten), voice("de")
    made = [format_named(name).write(report(evidence, text), text) for _ in range(2)]
    assert made[0] == made[1]
    assert len(made[0]) > 5000


def test_the_command_takes_folders_and_bundles(workshop, ten, tmp_path):
    from workshop_kit.faces.comparing import gather, write_report

    for number, bundle in enumerate(ten[:6]):
        (tmp_path / f"{number}.json").write_bytes(bundles.written(bundle))
    evidence = gather([str(path) for path in sorted(tmp_path.glob("*.json"))], 5)
    files = write_report(evidence, ["de", "en"], ["html"], tmp_path / "out")
    assert [path.name for path in files] == ["evidence.de.html", "evidence.en.html"]
    assert all("<h1" in path.read_text("utf-8") for path in files)
