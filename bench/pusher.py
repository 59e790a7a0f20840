"""Pushes what it is sent to as many sockets as connect: `python -m bench.pusher LISTENING COUNT`.

The first connection tells what to push: a length of four bytes and a frame. It stands for the raw limit of a push,
so it is a process of its own, as the server is, and does nothing else.
"""

import socket
import struct
import sys

LENGTH = struct.Struct(">I")


def main(listening: int, count: int) -> None:
    """Serve until the first connection closes."""
    with socket.socket(fileno=listening) as server:
        source, *screens = [_accept(server) for _ in range(count + 1)]
    with source.makefile("rb") as told:
        while head := told.read(LENGTH.size):
            frame = told.read(LENGTH.unpack(head)[0])
            for screen in screens:
                screen.sendall(frame)


def _accept(server: socket.socket) -> socket.socket:
    connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
