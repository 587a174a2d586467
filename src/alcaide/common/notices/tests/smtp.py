"""A mail server for tests: it speaks SMTP on a port of this machine and keeps what it is given."""

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self


class Mailbox:
    """Runs in a thread of its own; refuses as it is told to."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refuse_greeting = 0
        self.refuse_recipients = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def refuse_all(self, code: int) -> None:
        """Answer every connection with this code; 0 takes them again."""
        self.refuse_greeting = code

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._talk, "127.0.0.1", 0), self._loop)
        self._server = serving.result(5)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        if self.refuse_greeting:
            say(f"{self.refuse_greeting} not now")
            writer.close()
            return
        say("220 mailbox")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                say("354 go on")
                whole = await reader.readuntil(b"\r\n.\r\n")
                self.received.append(message_from_bytes(whole[:-5].replace(b"\r\n..", b"\r\n."), policy=policy.default))
                say("250 kept")
            elif verb == "RCPT" and self.refuse_recipients:
                say(f"{self.refuse_recipients} no such mailbox")
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("250 mailbox")
            await writer.drain()
        writer.close()
