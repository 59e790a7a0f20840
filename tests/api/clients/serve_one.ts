// Serves one citizen by the types that openapi-typescript makes of the contract: `node serve_one.js URL CENTRE COUNTER KEY`.
import type { components, operations } from "./baari";

declare const process: { argv: string[] };
type Shapes = components["schemas"];
type Written<Content> = Content extends { "application/json": infer Body } ? Body : never;
type Answers<Name extends keyof operations> = operations[Name]["responses"];
type Answer<Name extends keyof operations> = {
  [Status in keyof Answers<Name> & (200 | 201)]: Answers<Name>[Status] extends { content: infer Content }
    ? Written<Content>
    : never;
}[keyof Answers<Name> & (200 | 201)];

const [url, centre, counter, key] = process.argv.slice(2);
let attempts = 0;

async function send<Name extends keyof operations>(path: string, body?: object): Promise<Answer<Name>> {
  const command = { "Idempotency-Key": `ts-${Date.now()}-${attempts++}`, "Content-Type": "application/json" };
  const headers = { Authorization: `Bearer ${key}`, ...(body ? command : {}) };
  const told = body ? { method: "POST", body: JSON.stringify(body), headers } : { headers };
  const response = await fetch(`${url}/api/v1/centres/${centre}/${path}`, told);
  const answer: unknown = await response.json();
  if (!response.ok) {
    const problem = answer as Shapes["Problem"];
    throw new Error(`${problem.status} ${problem.code}`);
  }
  return answer as Answer<Name>;
}

// @ts-expect-error: a wrong name is found when this is compiled
const misspelt: Shapes["TokenIn"] = { servise: "NORMAL" };

async function refusal(): Promise<string> {
  return send("tokens", misspelt).then(() => "none", (error: Error) => error.message);
}

/** Return the labels that were called since an event, by what the type of each event says is in it. */
async function calledSince(seq: number): Promise<string[]> {
  const { events } = await send<"read_events">(`events?after=${seq}`);
  return (events ?? []).flatMap((event) => (event.type === "token.called" ? [event.token.label] : []));
}

const { seq } = await send<"read_snapshot">("snapshot");
const wish: Shapes["TokenIn"] = { service: "NORMAL" };
const issued = await send<"issue_token">("tokens", wish);
await send<"open_counter">(`counters/${counter}/open`, {});
const { call } = await send<"call_next">(`counters/${counter}/call-next`, {});
await send<"start_service">(`counters/${counter}/start`, { token: call.token.id });
const { token } = await send<"finish_service">(`counters/${counter}/finish`, { outcome: "ok" });

console.log(JSON.stringify({
  issued: issued.token.label,
  called: call.token.label,
  reason: call.reason.rule,
  told: await calledSince(seq),
  next: token.stage,
  klass: token.staff.klass,
  refusal: await refusal(),
}));
