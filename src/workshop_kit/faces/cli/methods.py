"""The cards of methods: what there is, one to read here, or to print."""

from __future__ import annotations

from pathlib import Path

import click

from workshop_kit.faces.cli.terminal import _, command, lang_option, say, terminal_language

FORMATS = ("html", "pdf", "md", "docx")


@command(help=_("List the methods; show the card of one, or write it to print. With --all, all cards as one booklet."))
@click.argument("name", required=False)
@lang_option
@click.option("--format", "format_", type=click.Choice(FORMATS), help=_("Write the card to a file of this format."))
@click.option("--all", "everything", is_flag=True, help=_("All cards as one booklet, as a PDF if no format is named."))
@click.option("--out", type=click.Path(path_type=Path), help=_("Where to put it; here if left out."))
def methods(name: str | None, lang: str | None, format_: str | None, everything: bool, out: Path | None) -> None:
    if everything and name:
        raise click.UsageError(_("--all takes all cards; name a method, or say --all."))
    if not everything and not name and (format_ or out):
        raise click.UsageError(_("Name a method, or say --all."))
    from workshop_kit.library import voice
    from workshop_kit.minutes import method_cards

    text = voice(lang or terminal_language())
    if not everything and not name:
        for one in method_cards.cards(method_cards.names(), text):
            say((f"{one.name}: {one.title}", f"  {one.purpose}"))
    elif not everything and not format_ and not out:
        click.echo(method_cards.file_of(name or "", text.lang).read_text("utf-8-sig"), nl=False)
    else:
        from workshop_kit.minutes.writers import format_named

        document = (
            method_cards.page(method_cards.card(name, text), text)
            if name
            else method_cards.booklet(method_cards.cards(method_cards.names(), text), text)
        )
        written = format_named(format_ or "pdf")
        folder = out or Path()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{f'method-{name}' if name else 'methods'}.{text.lang}{written.extension}"
        path.write_bytes(written.write(document, text))
        click.echo(path)
