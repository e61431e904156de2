"""The networks that this machine is in, and which of its addresses phones are told."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address

from msgspec import Struct

LOOPBACK = "127.0.0.1"

_TUNNELS = ("tun", "tap", "wg", "utun", "ppp", "ipsec", "tailscale", "zt", "nordlynx", "proton", "vpn", "wireguard")
_INSIDE = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "vmware", "virtualbox", "podman", "cni")
"""How the names of interfaces begin that lead into a tunnel, or only into this machine; some hold it in the middle."""


class Network(Struct, frozen=True):
    """A network that this machine is in: the name of the interface, and this machine's address there."""

    interface: str
    address: str

    @property
    def tunnel(self) -> bool:
        """Whether it leads to somewhere else than the room, as a VPN does."""
        return _named(self.interface, _TUNNELS)

    @property
    def assigned(self) -> bool:
        """Whether a router gave the address; without an answer a machine takes one that leads nowhere."""
        return not ip_address(self.address).is_link_local


def networks() -> tuple[Network, ...]:
    """Return the networks that are up, without the loopback and those that exist inside this machine only."""
    import psutil  # noqa: PLC0415 - who only opens a session with a known address does without

    up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
    return tuple(
        Network(name, entry.address)
        for name, entries in psutil.net_if_addrs().items()
        if name in up and not _named(name, _INSIDE)
        for entry in entries
        if entry.family == socket.AF_INET and not IPv4Address(entry.address).is_loopback
    )


def lan_address() -> str:
    """Return this machine's address in the room's network, or the loopback address without a network.

    It is the one that leads outside. Where none does, as with a router without internet or a hotspot of this machine's
    own, it is the first that phones may reach.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a datagram socket sends nothing
        except OSError:
            return min(networks(), key=lambda one: (one.tunnel, not one.assigned), default=_NOWHERE).address
        found: str = probe.getsockname()[0]
    return found


_NOWHERE = Network("", LOOPBACK)


def _named(interface: str, kinds: tuple[str, ...]) -> bool:
    name = interface.lower()
    return name.startswith(kinds) or any(kind in name for kind in kinds if len(kind) > 3 or kind == "vpn")
