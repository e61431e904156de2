"""What the facilitator may do to a poll beside opening and closing it: with words, and with its options."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workshop_kit.activities.poll.state import MOST_OPTIONS
from workshop_kit.core.document import one_line
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.core.event import OPTION_ADDED, OPTION_REWORDED, Fact
from workshop_kit.voting.words import WordCount, mark_of

if TYPE_CHECKING:
    from workshop_kit.activities.poll.state import PollState
    from workshop_kit.core.activity import Command
    from workshop_kit.core.event import Event
    from workshop_kit.voting.rule import Rule

LABEL = "label."
LONGEST_LABEL = 500
LONGEST_REASON = 280

MODERATION = {
    "merge-words": "poll.words_merged",
    "unmerge-words": "poll.words_unmerged",
    "hide-word": "poll.word_hidden",
    "show-word": "poll.word_shown",
}
"""The commands about words, and the event that each leads to. Events name words by their mark, never by their text."""


def moderation(state: PollState, command: Command) -> tuple[Fact, ...]:
    """Decide a command about words. `word` is the word in any spelling, `into` the one as which it shall count."""
    rule = state.rule
    if not isinstance(rule, WordCount):
        raise Refused(Why.UNKNOWN, N_('There is no command "{name}" here.'), name=command.name[:40])
    given = {mark_of(word) for ballot in state.profile.cast for word in ballot.words.values()}
    mark = _mark(command, "word", given)
    match command.name:
        case "merge-words":
            into = rule.counted_as(_mark(command, "into", given))
            if into == rule.counted_as(mark):
                raise Refused(Why.INVALID, N_("These two are counted as one word already."), field="into")
            data = {"word": rule.counted_as(mark), "into": into}
        case "hide-word":
            reason = one_line(command.fields.get("reason", ""))[:LONGEST_REASON]
            if not reason:
                raise Refused(Why.INVALID, N_("Please say why the word is left out."), field="reason")
            data = {"word": rule.counted_as(mark), "reason": reason}
        case _:
            data = {"word": mark}
    return (Fact(MODERATION[command.name], data),)


def moderated(rule: Rule, event: Event) -> Rule:
    """Return the rule as it counts words after an event."""
    if not isinstance(rule, WordCount):
        return rule
    data = event.data
    match event.name:
        case "poll.words_merged" if rule.counted_as(data["into"]) != data["word"]:
            return replace(rule, merged={**rule.merged, data["word"]: data["into"]})
        case "poll.words_unmerged":
            return replace(rule, merged={word: into for word, into in rule.merged.items() if word != data["word"]})
        case "poll.word_hidden":
            return replace(rule, hidden={**rule.hidden, data["word"]: data["reason"]})
        case "poll.word_shown":
            return replace(rule, hidden={word: why for word, why in rule.hidden.items() if word != data["word"]})
    return rule


def reworded(state: PollState, command: Command) -> tuple[Fact, ...]:
    """Decide on another wording of options, `label.<option>`: before anybody voted, or for the round after this one."""
    if state.voting and state.voters:
        raise Refused(
            Why.CLOSED, N_("People are voting on this wording. Close the vote first; the next round is on the new one.")
        )
    facts = []
    own = {option.id for option in (*state.rule.options, *state.rule.always)}
    labels = {option.id: option.label for option in state.options if option.id not in own}
    for field, written in command.fields.items():
        if not field.startswith(LABEL):
            continue
        option = field.removeprefix(LABEL)
        if option not in labels:
            raise Refused(
                Why.INVALID, N_('"{option}" is not one of the options.'), field=field[:80], option=option[:60]
            )
        label = _label(field, written)
        if label not in labels[option].values():
            facts.append(Fact(OPTION_REWORDED, {"option": option, "label": label}))
    return tuple(facts)


def added(state: PollState, command: Command) -> tuple[Fact, ...]:
    """Decide on one more option, worded `label`, which nobody in this round can have voted without knowing."""
    if not state.grows:
        raise Refused(Why.UNKNOWN, N_("The options of this vote are fixed; none can be added."))
    if state.begun:
        raise Refused(Why.CLOSED, N_("People have voted on these options. Start a new round, then add the option."))
    if len(state.options) >= MOST_OPTIONS:
        raise Refused(Why.INVALID, N_("A vote takes {most} options at most."), field="label", most=MOST_OPTIONS)
    label = _label("label", command.fields.get("label", ""))
    if any(label in option.label.values() for option in state.options):
        raise Refused(Why.INVALID, N_("This option is there already."), field="label")
    free = next(name for number in count(len(state.options) + 1) if (name := f"o{number}") not in state.ids)
    return (Fact(OPTION_ADDED, {"id": free, "label": label}),)


def _label(field: str, written: str) -> str:
    label = one_line(written)
    if not 1 <= len(label) <= LONGEST_LABEL:
        raise Refused(
            Why.INVALID,
            N_("The wording takes 1 to {most} characters, you wrote {given}."),
            field=field,
            most=LONGEST_LABEL,
            given=len(label),
        )
    return label


def _mark(command: Command, field: str, given: set[str]) -> str:
    word = " ".join(one_line(command.fields.get(field, "")).split())
    if mark_of(word) not in given:
        raise Refused(Why.INVALID, N_('Nobody gave the word "{word}".'), field=field, word=word[:60])
    return mark_of(word)
