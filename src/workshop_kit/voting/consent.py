"""Consent: a proposal holds when nobody objects. It is never counted as a majority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from workshop_kit.core.activity import Spec
from workshop_kit.core.document import clean
from workshop_kit.core.errors import N_, Refused, Why
from workshop_kit.voting.papers import VALUE, Filled, Paper, numbers
from workshop_kit.voting.profile import Profile
from workshop_kit.voting.rule import Rule, ranked_by, tallied
from workshop_kit.voting.tally import Line, Note, Tally

if TYPE_CHECKING:
    from workshop_kit.core.text import Text

REASON = "reason."
LONGEST_REASON = 500

OBJECTION, RESERVATION, CONSENT, ASIDE = -1, 0, 1, 2
STANCES: Mapping[int, str] = {
    CONSENT: N_("consent"),
    RESERVATION: N_("consent with a reservation"),
    OBJECTION: N_("objection"),
    ASIDE: N_("stands aside"),
}
"""The stances by their number, in the order in which they are offered."""


class Stances(Paper, frozen=True):
    """A stance on each proposal, an objection with its reason.

    The form has `value.<option>=` 1 (consent), 0 (reservation), -1 (objection) or 2 (stands aside), or leaves it empty,
    and `reason.<option>=<text>`, which an objection must have and every other stance may have. The reasons are kept as
    the person's words.
    """

    kind: ClassVar[str] = "consent"
    stances: ClassVar[Mapping[int, str]] = STANCES
    longest: ClassVar[int] = LONGEST_REASON

    @property
    def never_secret(self) -> str:
        return N_('Item "{item}": consent cannot be secret, since its reasons are in people\'s own words.')

    def read(self, fields: Mapping[str, str], options: Sequence[str], earlier: Filled) -> Filled:
        del earlier
        value = numbers(fields, options, OBJECTION, ASIDE)
        written = {option: clean(fields.get(REASON + option, "")).strip() for option in options}
        reasons = {option: reason for option, reason in written.items() if reason}
        for option, reason in reasons.items():
            if option not in value:
                raise Refused(Why.INVALID, N_("Please say also where you stand."), field=VALUE + option)
            if len(reason) > LONGEST_REASON:
                raise Refused(
                    Why.INVALID,
                    N_("Please be shorter: {most} characters at most, you wrote {given}."),
                    field=REASON + option,
                    most=LONGEST_REASON,
                    given=len(reason),
                )
        for option, stance in value.items():
            if stance == OBJECTION and option not in reasons:
                raise Refused(
                    Why.INVALID,
                    N_("An objection needs its reason, so that the proposal can be changed."),
                    field=REASON + option,
                )
        return Filled(value, reasons)

    def step(self, number: int, text: Text) -> str:
        return text(STANCES[number]) if number in STANCES else text.number(number)


class Consent(Rule, frozen=True, kw_only=True):
    """A proposal has consent where somebody consents, with or without a reservation, and nobody objects.

    `elected` are the proposals that have it. The score counts the objections; proposals with the same number share a
    place. Who says nothing has not consented and does not hinder.
    """

    fewest: ClassVar[int] = 1
    decides: ClassVar[bool] = False

    def count(self, profile: Profile, options: Sequence[str]) -> Tally:
        spreads = profile.spreads()
        stances = {option: spreads.get(option, Counter()) for option in options}
        agreed = {option: stance[CONSENT] + stance[RESERVATION] for option, stance in stances.items()}
        held = tuple(option for option in options if agreed[option] and not stances[option][OBJECTION])
        keys = {option: (option in held, -stances[option][OBJECTION]) for option in options}
        lines = [
            Line(option, rank, stances[option][OBJECTION], agreed[option], spread=stances[option])
            for option, rank in ranked_by(keys, options)
        ]
        return tallied(self, profile, lines, elected=held, notes=_told(stances, held) if profile.cast else ())


def _told(stances: Mapping[str, Mapping[int, int]], held: Sequence[str]) -> tuple[Note, ...]:
    """Return what stands after this round, and what to do next."""
    objected = tuple(option for option, stance in stances.items() if stance.get(OBJECTION))
    unheard = tuple(option for option in stances if option not in {*held, *objected})
    told = []
    if held:
        told.append(Note(N_("No objection: {options}. There is consent."), {"options": tuple(held)}))
    if objected:
        told.append(Note(N_("Objections stand against: {options}. There is no consent yet."), {"options": objected}))
    if unheard:
        told.append(Note(N_("Nobody consented to: {options}. Saying nothing is not consent."), {"options": unheard}))
    return tuple(told)


def _consent(spec: Spec) -> Rule:
    del spec
    return Consent(
        name="consent",
        title=N_("Consent"),
        explanation=N_("A proposal holds when nobody objects to it; reasons change proposals, numbers do not."),
        source="G. Endenburg: Sociocracy, 1988; T. J. Rau, J. Koch-Gonzalez: Many Voices One Song, 2018",
        unit=N_("objections"),
        paper=Stances(),
    )


RULES: Mapping[str, Callable[[Spec], Rule]] = {"consent": _consent}
