"""How people get in: the poster with the code to join, and the Wi-Fi."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import segno
from msgspec import Struct
from segno.helpers import make_wifi_data

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.core.state import SessionState
from workshop_kit.printing.voices import Voices

PASSWORD = "WORKSHOP_WIFI_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable that holds the password of the Wi-Fi."""

LONGEST_NAME = 32
"""Bytes that the name of a Wi-Fi may have (IEEE 802.11)."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 63
"""Characters of a WPA passphrase (IEEE 802.11i)."""


class NotPrintable(WorkshopError):
    """A sheet cannot be printed as it was asked for; the message says what is missing."""


class Wifi(Struct, frozen=True):
    """A Wi-Fi by its name and its WPA password; one without a password is open."""

    name: str
    password: str = ""

    def __repr__(self) -> str:
        return f"Wifi({self.name!r})"

    @property
    def written(self) -> str:
        """What its QR code says, in the form that phones' cameras know ("WIFI:T:WPA;S:…;P:…;;")."""
        return make_wifi_data(self.name, self.password or None, "WPA" if self.password else "nopass")


def wifi_of(name: str, password: str) -> Wifi:
    """Return a Wi-Fi that a phone can join. Raises `NotPrintable`."""
    if not name.strip() or len(name.encode()) > LONGEST_NAME or not name.isprintable():
        raise NotPrintable(
            N_('"{name}" is no name of a Wi-Fi: expected 1 to {most} bytes on one line.'), name=name, most=LONGEST_NAME
        )
    usable = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD and password.isprintable() and password.isascii()
    if password and not usable:
        raise NotPrintable(
            N_("The password of a Wi-Fi has {least} to {most} letters, digits and signs; this one has {given}."),
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
            given=len(password),
        )
    return Wifi(name, password)


def address_of(state: SessionState, named: str) -> str:
    """Return the address under which phones find the server, "" where nobody knows it yet. Raises `NotPrintable`."""
    if not named:
        return state.address
    try:
        parts = urlsplit(named)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not named.isprintable() or " " in named or parts.query or parts.fragment or parts.username:
        raise NotPrintable(
            N_('"{address}" is no address for phones. Write it as in http://192.168.1.5:8480.'), address=named
        )
    return named.rstrip("/").removesuffix(f"/{state.info.code}")


def qr(content: str) -> bytes:
    """Return a QR code as SVG, with the quiet zone that ISO/IEC 18004 asks for."""
    written = BytesIO()
    segno.make(content, error="m", micro=False).save(written, kind="svg", border=4, xmldecl=False, scale=4)
    return written.getvalue()


def poster(state: SessionState, voices: Voices, address: str, wifi: Wifi | None) -> dict[str, Any]:
    """Return the poster: how to join, how it goes, and what happens with what one sends."""
    return {
        "head": voices(N_("Join in with your phone")),
        "alt": voices(N_("QR code of the address {address}"), address=f"{address}/{state.info.code}"),
        "address": urlsplit(address).netloc + urlsplit(address).path,
        "address-label": voices(N_("Scan, or type into the browser:")),
        "code-label": voices(N_("Code of the session")),
        "code": state.info.code,
        "how": [
            voices(N_("Scan the code, press “Join in” and take part: no app, no account, a name only if you like.")),
            voices(N_("Without a phone you take part on paper: ask for a slip, it counts as much.")),
            voices(
                N_(
                    "What you send is kept on the facilitator’s computer for the minutes; under “My data” you see it "
                    "at any time and delete your name and your cards."
                )
            ),
        ],
        "wifi": wifi_sheet(wifi, voices) if wifi else None,
    }


def wifi_sheet(wifi: Wifi, voices: Voices) -> dict[str, Any]:
    """Return what stands beside the code of the Wi-Fi."""
    return {
        "head": voices(N_("First the Wi-Fi")),
        "alt": voices(N_("QR code of the Wi-Fi {name}"), name=wifi.name),
        "how": voices(N_("Scan the code with the camera, or choose the network by hand.")),
        "name-label": voices(N_("Network")),
        "name": wifi.name,
        "password-label": voices(N_("Password")),
        "password": wifi.password,
        "open": voices(N_("No password")),
    }
