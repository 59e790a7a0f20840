// A server in memory with the one socket that the page opens to it.

import { EventEmitter } from "node:events";

class FakeSocket extends EventEmitter {
  connected = false;
  active = true;
  /** What the page asked the socket, and how the server answers. */
  watched = [];
  answer = ({ epoch, after }) => ({ epoch, seq: after, events: [] });

  timeout() {
    return {
      emitWithAck: async (name, question) => {
        this.watched.push(question);
        return this.answer(question, name);
      },
    };
  }

  disconnect() {
    this.connected = false;
    this.active = false;
    this.emit("disconnect", "io client disconnect");
  }

  connect() {
    this.connected = true;
    this.emit("connect");
  }
}

export const socket = new FakeSocket();

export function io(path, options) {
  socket.path = path;
  socket.options = options;
  return socket;
}
