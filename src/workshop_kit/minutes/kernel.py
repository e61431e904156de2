"""The kernel that executes the minutes: always the Python that runs this program.

A kernel spec that a user has installed under the name "python3" may point anywhere, and often to a Python that lacks
the kit or is gone.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from workshop_kit.minutes import IN_THE_MAKING


class _OwnSpecManager(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name=kernel_name,
            language="python",
        )


class OwnKernelManager(AsyncKernelManager):
    """Starts the running Python as the kernel."""

    def __init__(self, **options: Any) -> None:
        # Sockets of the file system keep the kernel's traffic off the network; Windows has none that ZeroMQ can use.
        super().__init__(**({} if sys.platform == "win32" else {"transport": "ipc"}) | options)
        self.kernel_spec_manager = _OwnSpecManager()

    async def _async_start_kernel(self, **options: Any) -> None:
        options.setdefault("env", {**os.environ, IN_THE_MAKING: "1"})
        await super()._async_start_kernel(**options)

    start_kernel = _async_start_kernel

    async def _async_interrupt_kernel(self) -> None:
        """Interrupt a cell that runs; a kernel that is shutting down has none, and would print an error for nothing."""
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    interrupt_kernel = _async_interrupt_kernel
