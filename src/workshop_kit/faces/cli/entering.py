"""Entering a pile of slips in a terminal: a prompt for each, a second person's entry, and what differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_kit.core.errors import NN_, Refused
from workshop_kit.faces.cli.terminal import _
from workshop_kit.slips import COMPARED, FIRST, SECOND, Look, Pile

if TYPE_CHECKING:
    from workshop_kit.live import LiveSession

BACK = "<"
"""Typed in the place of a slip, it takes the last one back."""

KEPT = NN_("{n} slip is kept. Go on with the same command.", "{n} slips are kept. Go on with the same command.")
AGREED = NN_("Both typed the same: {n} slip.", "Both typed the same: {n} slips.")
COUNTED = NN_("{n} slip was counted.", "{n} slips were counted.")
TYPED = NN_("{n} slip typed", "{n} slips typed")
AGAIN = NN_(
    "Second person: please type the same slip again.",
    "Second person: please type the same {n} slips again, in the same order.",
)
AHEAD = {"1": FIRST, "2": SECOND, "-": "none"}


class Entering:
    """Leads through a pile from wherever its draft stands."""

    def __init__(self, live: LiveSession, folder: Path, item: str) -> None:
        self.live, self.folder, self.item = live, folder, item
        self.pile()  # refuses what is no vote

    def pile(self) -> Pile:
        """Return the pile as the session stands now."""
        self.live.catch_up()
        return Pile(self.live, self.folder, self.item)

    def run(self) -> None:
        """Ask until the pile is counted, or nothing was typed."""
        try:
            self._run()
        except click.Abort:
            if kept := self.look().typed:
                click.echo(f"\n{_.plural(*KEPT, kept)}", err=True)
            raise

    def look(self) -> Look:
        return self.pile().look(_)

    def _run(self) -> None:
        look = self.look()
        if look.stage != COMPARED:
            self._type()
            look = self.look()
        if look.stage == FIRST:
            if not look.typed:
                return
            if click.confirm(_("Shall a second person type them again, to compare?"), default=True):
                self.pile().second()
                click.clear()
                self._type()
                look = self.look()
        if look.stage == SECOND:
            self.pile().compare()
        while differences := self.look().differences:
            self._settle(*differences[0])
        if (look := self.look()).stage == COMPARED:
            click.echo(_.plural(*AGREED, look.typed))
        click.echo(_.plural(*COUNTED, self.pile().count()))

    def _type(self) -> None:
        look = self.look()
        if look.stage == SECOND:
            click.echo(_.plural(*AGAIN, look.first))
        if look.ticketed:
            click.echo(_("For each slip its ticket, a space, and what is marked."))
        click.echo(look.hint)
        click.echo(
            _("- is an empty slip, x an invalid one, {back} takes the last one back; Enter alone ends.", back=BACK)
        )
        while line := self._asked(self.look()):
            try:
                if line == BACK:
                    self.pile().take_back()
                    click.echo(_.plural(*TYPED, self.look().typed))
                else:
                    self.pile().add(line)
                    click.echo(f"  {self.look().recent[-1].said}")
            except Refused as error:
                click.echo(error.told(_), err=True)
        for slip in self.look().problems:
            self._mend(slip.place, slip.problem)

    @staticmethod
    def _asked(look: Look) -> str:
        asked: str = click.prompt(_("Slip {n}", n=look.typed + 1), default="", show_default=False)
        return asked.strip()

    def _mend(self, place: int, problem: str) -> None:
        """Ask for a slip that the console took though it could not be read."""
        click.echo(_("Slip {slip}: {problem}", slip=place, problem=problem), err=True)
        again = click.prompt(
            _("Type it again, or leave it empty to lay the slip aside"), default="", show_default=False
        )
        try:
            self.pile().mend(str(place), again)
        except Refused as error:
            self._mend(place, error.told(_))

    def _settle(self, mark: str, first: str, second: str) -> None:
        click.echo(_("Slip {n}", n=mark))
        click.echo(f"  1  {first}\n  2  {second}")
        asked = _("Look at it together. What holds: 1, 2, - to lay it aside, or = and what to type")
        said = click.prompt(asked).strip()
        which, line = (AHEAD.get(said, ""), "") if not said.startswith("=") else ("typed", said[1:].strip())
        try:
            if which:
                self.pile().settle(mark, which, line)
        except Refused as error:
            click.echo(error.told(_), err=True)
