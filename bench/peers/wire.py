"""What goes over the wire: a way to the server that counts statements, bytes and round trips.

It stands between a client and the unix socket of a server, and understands as much of PostgreSQL's
protocol as it takes to count: a Query or an Execute is a statement, and a round trip begins with
what a client says after the server has said something.
"""

import os
import select
import socket
import struct
import tempfile
import threading

STATEMENTS = b"QE"


class Messages:
    """Follows the messages of one client through its bytes."""

    def __init__(self):
        self.rest = b""
        self.is_started = False

    def types(self, data):
        self.rest += data
        found = []
        while (message := self.next_message()) is not None:
            found.append(message)
        return found

    def next_message(self):
        """The type of the next whole message; b'' for the first, which has none."""
        at = 1 if self.is_started else 0
        if len(self.rest) < at + 4:
            return None
        length = at + struct.unpack_from(">i", self.rest, at)[0]
        if len(self.rest) < length:
            return None
        kind, self.rest = self.rest[:at], self.rest[length:]
        self.is_started = True
        return kind


class Wire:
    """A socket in a folder of its own; PGHOST is `folder`."""

    def __init__(self, server_folder, port):
        self.server = os.path.join(server_folder, f".s.PGSQL.{port}")
        self.own = tempfile.TemporaryDirectory(prefix="tenon-wire.")
        self.folder = self.own.name
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(os.path.join(self.folder, f".s.PGSQL.{port}"))
        self.listening.listen()
        self.reset()
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        self.counts = {"statements": 0, "round_trips": 0, "sent_bytes": 0, "received_bytes": 0}

    def close(self):
        self.listening.close()
        self.own.cleanup()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        messages, is_answering = Messages(), True
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self.server)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if ready is client:
                        self.count_sent(messages, data, is_answering)
                        server.sendall(data)
                    else:
                        self.counts["received_bytes"] += len(data)
                        client.sendall(data)
                    is_answering = ready is server

    def count_sent(self, messages, data, is_answering):
        self.counts["sent_bytes"] += len(data)
        self.counts["round_trips"] += is_answering
        for kind in messages.types(data):
            self.counts["statements"] += kind != b"" and kind in STATEMENTS
