"""Taking over: an item begins with what another one brought, as the agenda planned it or as the room decided.

Nothing is copied into the log. The entry names the item, and what that offers then is what this one begins with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from workshop_kit.core.agenda import FROM_ITEM, with_settings
from workshop_kit.core.errors import N_, AgendaError, Refused, Why
from workshop_kit.core.event import FILLED, Fact
from workshop_kit.core.fields import one_of
from workshop_kit.core.settings import TAKES_FROM
from workshop_kit.core.state import Item, Phase

if TYPE_CHECKING:
    from workshop_kit.core.activity import Activity, Command, Option, Registry, Spec
    from workshop_kit.core.event import Event
    from workshop_kit.core.state import SessionState

ANSWERED = N_("People have answered there already, so the options stay as they are. Choose another step.")
OPENED = N_("That step was opened already. Choose one that is still to come.")
ENTERED = N_("Something was entered there already. Choose another step.")
TAKES_NOTHING = N_("That step takes nothing over from another one.")


def decide(registry: Registry, state: SessionState, item: Item, command: Command) -> tuple[Fact, ...]:
    """Return the fact that `item` takes over what the item `from` brought, and `what` of it. Raises `Refused`."""
    source = state.item(command.fields.get("from", ""))
    if source.spec.id == item.spec.id:
        raise Refused(Why.INVALID, N_("A step cannot take over from itself."), field="from")
    if why := obstacle(registry, item):
        raise Refused(Why.CLOSED, why)
    offered = getattr(registry[source.spec.activity], "offered", {})
    what = command.fields.get("what", "")
    if what:
        one_of(what, offered, "what")
    if source.spec.activity == item.spec.activity:
        what = next(iter(offered), "")
    takes = {_key(registry, item): source.spec.id}
    spec = taking_over(registry, state, item.spec, takes, what)
    if not all(spec.settings[key] for key in takes):
        raise Refused(Why.INVALID, N_("There is nothing yet that could be passed on."), field="what")
    try:
        registry[spec.activity].initial(_planned(spec, takes))
    except AgendaError as error:
        raise Refused(Why.INVALID, error.message, field="what", **error.values) from None
    return (Fact(FILLED, {"takes": takes, "what": what}),)


def obstacle(registry: Registry, item: Item) -> str:
    """Return why an item cannot take over anything (a message key), empty where it can."""
    kind = registry[item.spec.activity]
    answered = getattr(kind, "answered", None)
    if not _key(registry, item):
        return TAKES_NOTHING
    if answered and answered(item.state):
        return ANSWERED
    if item.phase is not Phase.PLANNED:
        return OPENED
    return ENTERED if item.state != kind.initial(item.spec) else ""


def filled(registry: Registry, state: SessionState, item: Item, event: Event) -> Item:
    """Return an item after the entry that filled it; as it was where too little is left of what it took over."""
    takes = event.data["takes"]
    spec = taking_over(registry, state, item.spec, takes, event.data["what"])
    spec = with_settings(spec, {key + TAKES_FROM: FROM_ITEM + source for key, source in takes.items()})
    try:
        return replace(item, spec=spec, state=registry[spec.activity].initial(spec), filled=True)
    except AgendaError:
        return item


def taking_over(registry: Registry, state: SessionState, spec: Spec, takes: Mapping[str, str], what: str = "") -> Spec:
    """Return a spec whose settings hold what other items offer; each option tells where it comes from."""
    return with_settings(
        spec,
        {
            key: [_handed_over(option, source) for option in _offers(registry[item.spec.activity], item, what)]
            for key, source in takes.items()
            if (item := state.items.get(source))
        },
    )


def _offers(kind: Activity[Any], item: Item, what: str) -> list[Option]:
    if what in getattr(kind, "offered", {}):
        return list(kind.offers(item.state, what))  # type: ignore[call-arg] # see `core.abilities.OffersKinds`
    return list(kind.offers(item.state))


def _handed_over(option: Option, source: str) -> dict[str, Any]:
    wire = option.wire()
    return wire | {"origin": wire.get("origin") or f"{source}/{option.id}"}


def _key(registry: Registry, item: Item) -> str:
    takes = getattr(registry[item.spec.activity], "takes", None)
    return takes(item.state) if takes else ""


def _planned(spec: Spec, takes: Mapping[str, str]) -> Spec:
    """Return the spec as if all of it stood in the agenda, so that what is too little for it is refused."""
    kept = {key: value for key, value in spec.settings.items() if key.removesuffix(TAKES_FROM) not in takes}
    return replace(spec, settings=kept | {key: spec.settings[key] for key in takes})
