"""What the generated methods need of a client: one call, one stream."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import Any

from jupyter_colonies.core.messages import Message, Request


class Operations(ABC):
    """The two ways in which an operation is carried out."""

    @abstractmethod
    async def call(self, message: Message[Any, Any], request: Request) -> Any:
        """Carry out one operation and return its reply."""

    @abstractmethod
    def stream(self, message: Message[Any, Any], request: Request) -> AsyncGenerator[Any, None]:
        """Subscribe and yield what the server pushes."""
