"""Judges one session before it begins: its log, its agenda, its notebooks."""

from __future__ import annotations

from workshop_kit import activities
from workshop_kit.core.errors import N_, AgendaError, AgendaErrors, WorkshopError
from workshop_kit.faces import upkeep
from workshop_kit.faces.doctor.finding import Finding, attention, fault, ok, said
from workshop_kit.folder import SessionFolder
from workshop_kit.library import load_agenda
from workshop_kit.prepare import MINUTES_NOTEBOOK


def log(folder: SessionFolder) -> Finding:
    """Verify the log; the error says itself what to do."""
    try:
        count, _digest = upkeep.verified(folder)
    except WorkshopError as error:
        return fault("log", error)
    return ok("log", said(N_("The log is whole. Number of entries: {count}"), count=count))


def agenda(folder: SessionFolder) -> Finding:
    """Read the session's agenda anew."""
    if not folder.agenda.is_file():
        return attention(
            "agenda",
            said(
                N_("The file {path} is not there. The plan stands in the log too, so nothing is lost."),
                path=folder.agenda,
            ),
            said(N_("Before the first step is opened you can make the session anew from the agenda that you want.")),
        )
    try:
        read = load_agenda(str(folder.agenda), activities.installed()).agenda
    except AgendaError as error:
        problem = error.problems[0] if isinstance(error, AgendaErrors) else error
        return fault("agenda", problem, said(N_("Mend the line in {path}, then check again."), path=folder.agenda))
    minutes = sum(spec.minutes for spec in read.items)
    return ok(
        "agenda", said(N_("It has {count} steps, {minutes} minutes in all."), count=len(read.items), minutes=minutes)
    )


def notebooks(folder: SessionFolder) -> Finding:
    """See that there is a notebook for each step, and the one that writes the minutes."""
    try:
        items = load_agenda(str(folder.agenda), activities.installed()).agenda.items
    except AgendaError:
        items = ()
    wanted = [f"{number:02d}-{spec.id}.ipynb" for number, spec in enumerate(items, 1)] + [MINUTES_NOTEBOOK]
    missing = [name for name in wanted if not (folder.path / name).is_file()]
    if not missing:
        return ok("notebooks", said(N_("All {count} notebooks are there."), count=len(wanted)))
    return fault(
        "notebooks",
        said(N_("Missing in {path}: {missing}"), path=folder.path, missing=", ".join(missing)),
        said(
            N_(
                "Copy them from a session with the same agenda (workshop new), or go without: "
                "workshop open SESSION --no-lab"
            )
        ),
    )
