"""Judges the way from a phone to this machine: address, port, server, internet, and how many can be in a network."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import ip_address, ip_network

from workshop_kit.core.errors import N_, WorkshopError
from workshop_kit.faces.addresses import Network
from workshop_kit.faces.doctor.finding import Finding, attention, fault, ok, said

OWN_NETWORK = N_(
    "Turn on the hotspot of your phone and join it with this computer, or set up a router of your own; it needs no "
    "internet. Then start the check again."
)

FIREWALL = {
    "Windows": N_(
        'Open "Windows Security", "Firewall & network protection", "Allow an app through firewall", and tick Python '
        'for private networks. In the settings of this Wi-Fi choose "Private network".'
    ),
    "Darwin": N_(
        'Open "System Settings", "Network", "Firewall", "Options", and allow incoming connections for Python.'
    ),
    "Linux": N_(
        "If a firewall runs, let port {port} in: sudo ufw allow {port}/tcp (Ubuntu, Debian) or "
        "sudo firewall-cmd --add-port={port}/tcp (Fedora, openSUSE)."
    ),
}
"""What lets phones through, by `platform.system()`."""

HOTSPOTS = {
    "172.20.10.0/28": N_("the hotspot of an iPhone"),
    "192.168.43.0/24": N_("the hotspot of an Android phone"),
    "192.168.137.0/24": N_("the hotspot of a Windows computer"),
    "10.42.0.0/24": N_("the hotspot of a Linux computer"),
}
"""Networks that the makers of systems always take for sharing a connection."""

MEASURED_PHONES = 150
MEASURED_CORES = 2
"""What the kit carried in a measurement; the figures stand in docs/handbook/load.md."""


class Internet(StrEnum):
    """What came of asking a site outside whether it is there."""

    NOT_ASKED = "not_asked"
    THERE = "there"
    LOGIN_PAGE = "login_page"
    NONE = "none"


def only_here(host: str) -> bool:
    """Tell whether an address leads to this machine itself, whoever asks for it."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def address(host: str, told: str, found: Sequence[Network]) -> Finding:
    """Judge the address `told` to phones where the server listens on `host`; `found` are this machine's networks."""
    here = next((one for one in found if one.address == told), None)
    others = [one for one in found if one.address != told and one.assigned and not one.tunnel]
    if only_here(host):
        return attention(
            "address",
            said(N_("With --host {host} only this computer reaches the session."), host=host),
            said(N_("Leave --host out so that phones can come in, unless a reverse proxy stands in front.")),
        )
    if not found:
        return fault("address", said(N_("This computer is in no network. No phone can reach it.")), said(OWN_NETWORK))
    if here and here.tunnel:
        what = said(
            N_("Phones would be shown {address}, the address of a VPN ({interface}), which none of them can reach."),
            address=told,
            interface=here.interface,
        )
        if others:
            step = N_("Switch the VPN off, or name the room's network: workshop open SESSION --host {other}")
            return fault("address", what, said(step, other=others[0].address))
        return fault("address", what, said(N_("Switch the VPN off and join the Wi-Fi of the room.")))
    if here and not here.assigned:
        return fault(
            "address",
            said(N_("No router has given this computer an address; it took {address} itself."), address=told),
            said(N_("Switch the Wi-Fi off and on again, or plug the cable in anew. If that does not help: a hotspot.")),
        )
    if others and host != told:
        listed = ", ".join(f"{one.address} ({one.interface})" for one in found if one.assigned)
        return attention(
            "address",
            said(
                N_("This computer is in several networks: {listed}. Phones are shown {address}."),
                listed=listed,
                address=told,
            ),
            said(
                N_("The phones must be in the same one. To show another: workshop open SESSION --host {other}"),
                other=others[0].address,
            ),
        )
    return ok("address", said(N_("Phones will find this computer at {address}."), address=told))


def port(wanted: int, bound: int, *, ours: bool) -> Finding:
    """Judge the port that the server got; `ours` says whether a server of the kit is on the one that was wanted."""
    if wanted in {bound, 0}:
        return ok("port", said(N_("Port {port} is free."), port=bound))
    if ours:
        return attention(
            "port",
            said(N_("A session is open on port {port}. Another one would get port {next}."), port=wanted, next=bound),
            said(N_("If it is the session of today, all is well. If not, stop it with Ctrl+C where it runs.")),
        )
    return attention(
        "port",
        said(
            N_("Port {port} is taken by another program. The session would get port {next}."), port=wanted, next=bound
        ),
        said(N_("That works too. If you have printed the address, close the other program first.")),
    )


def no_port(problem: WorkshopError) -> tuple[Finding, Finding]:
    """Tell that the server cannot listen at all."""
    step = said(N_("Mend what stands under Port first."))
    return fault("port", problem), fault("server", said(N_("The server cannot start.")), step)


def server(url: str, port: int, system: str, *, answered: bool) -> Finding:
    """Judge whether a server on this machine could be reached by the address that phones are told."""
    if answered:
        return ok(
            "server",
            said(N_("It answers at its own address. Whether phones get through is shown by: workshop doctor --phone")),
        )
    step = said(FIREWALL.get(system, FIREWALL["Linux"]), port=port)
    return fault(
        "server", said(N_("It starts, but does not answer at {url}. A firewall may be in the way."), url=url), step
    )


def internet(seen: Internet) -> Finding:
    """Judge what is known of the internet; the session needs none."""
    match seen:
        case Internet.THERE:
            return ok("internet", said(N_("It is there, without a login page.")))
        case Internet.LOGIN_PAGE:
            return attention(
                "internet",
                said(N_("This Wi-Fi shows a login page before it lets anybody through.")),
                said(
                    N_("Every phone must get past that page first. A hotspot or a router of your own saves you that.")
                ),
            )
        case Internet.NONE:
            return ok(
                "internet",
                said(N_("There is none, and that is fine: the session needs none.")),
                said(N_('Some phones warn "no internet" and want to leave the Wi-Fi. Tell people to stay in it.')),
            )
    return ok(
        "internet",
        said(
            N_(
                "Not looked for, since the session needs none. If the Wi-Fi has a login page, every phone must get "
                "past it first; workshop doctor --internet looks for one."
            )
        ),
    )


def hotspot(told: str) -> str:
    """Return which hotspot an address looks like, as a catalog key, or ""."""
    try:
        address = ip_address(told)
    except ValueError:  # a name, chosen with --host
        return ""
    return next((name for net, name in HOTSPOTS.items() if address in ip_network(net)), "")


def capacity(told: str) -> Finding:
    """Say how many devices the network will carry; rules of thumb, and what was measured of the kit itself."""
    if shared := hotspot(told):
        return attention(
            "capacity",
            said(
                N_("{address} looks like {hotspot}. It carries about 8 to 10 devices."),
                address=told,
                hotspot=said(shared),
            ),
            said(N_("For more people take a router of your own, or the Wi-Fi of the house.")),
        )
    return ok(
        "capacity",
        said(
            N_(
                "Phone hotspot: about 8 to 10. Router for the home: about 30. Meeting room: ask how many devices "
                "each access point carries. The kit itself carried {phones} simulated phones on a machine with "
                "{cores} cores."
            ),
            phones=MEASURED_PHONES,
            cores=MEASURED_CORES,
        ),
    )
