"""Sharing the controls with a co-facilitator."""

from __future__ import annotations

import click

from workshop_kit.core.errors import N_, NN_, WorkshopError
from workshop_kit.faces.cli.terminal import _, command, opened, say, session_argument

ENDED = NN_("{n} link of {name} is ended.", "{n} links of {name} are ended.")


@command(
    help=_("Share the controls: make a link for NAME that works once, list all links, or end those of NAME."),
    epilog=_("The link is a secret. Do not show it to the room."),
)
@session_argument
@click.argument("name", default="")
@click.option("--end", is_flag=True, help=_("End the links of NAME, also in browsers that are open."))
def share(session: str, name: str, end: bool) -> None:
    from workshop_kit.cofacilitation import dismiss, invite
    from workshop_kit.faces.sharing import link_of

    live = opened(session)
    try:
        if not name and end:
            raise WorkshopError(N_("Say whose link is to be ended."))
        if not name:
            say(_told(live))
        elif end:
            say([_.plural(*ENDED, dismiss(live, name), name=name)])
        else:
            link_of(live, "")
            secret = invite(live, name)
            address, link = link_of(live, secret)
            say([link, _("Without a camera: open {address} and type this code: {code}", address=address, code=secret)])
    finally:
        live.close()


def _told(live: object) -> list[str]:
    from workshop_kit.live import LiveSession

    assert isinstance(live, LiveSession)
    names = live.people.names
    told = []
    for one in live.state.cofacilitators.values():
        stands = _("ended") if one.dismissed else _("leads") if one.entered else _("link not used yet")
        entries = _.plural("{n} entry", "{n} entries", one.entries)
        told.append(f"{names.get(one.id, '–')}  {stands}  {entries}  {one.id}")
    return told or [_("The controls are not shared.")]
