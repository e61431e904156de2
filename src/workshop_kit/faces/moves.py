"""Notices that this machine has got another address, as when the Wi-Fi comes back or is another one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workshop_kit.faces.addresses import LOOPBACK, lan_address

EVERY = 5.0
"""Seconds between two looks; asking the system for the address costs microseconds."""


async def follow_address(moved: Callable[[str], None], every: float = EVERY) -> None:
    """Call `moved` with the new address whenever it has changed. While there is no network at all nothing is said."""
    known = await asyncio.to_thread(lan_address)
    while True:
        await asyncio.sleep(every)
        found = await asyncio.to_thread(lan_address)
        if found not in {known, LOOPBACK}:
            known = found
            await asyncio.to_thread(moved, found)
