// A foreign client for the tests: follows a centre with socket.io-client, by websocket or by polling.
// Lines on stdin: "cut" drops the connection, "join" connects again, "state" prints {epoch, seq, tokens, counters}.

import { createInterface } from "node:readline";
import { io } from "socket.io-client";

import { Screen } from "../../server/static/live/screen.js";

const [url, key, centre, transport] = process.argv.slice(2);
const socket = io(`${url}/live`, { auth: { key }, transports: [transport], reconnectionDelayMax: 500 });
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function loadSnapshot(signal) {
  const answer = await fetch(`${url}/api/v1/centres/${centre}/snapshot`, {
    headers: { Authorization: `Bearer ${key}` },
    signal,
  });
  if (!answer.ok) throw new Error(`snapshot: ${answer.status}`);
  return answer.json();
}

const NOTHING = { epoch: null, seq: 0, tokens: new Map(), counters: new Map() };
const screen = new Screen({ centre, socket, loadSnapshot });
socket.on("connect_error", (error) => say({ refused: error.message }));
screen.start();

const commands = {
  cut: () => socket.disconnect(),
  join: () => socket.connect(),
  state: () => {
    const { epoch, seq, tokens, counters } = screen.state ?? NOTHING;
    say({ epoch, seq, tokens: [...tokens.values()], counters: [...counters.values()] });
  },
};
const input = createInterface({ input: process.stdin });
input.on("line", (line) => commands[line]());
input.on("close", () => process.exit(0));
