// The counters of a stage and what can be done about each: open, close, or move its token to another.

import { html } from "/static/vendor/htm-preact.js";
import { useSignal } from "/static/vendor/signals.js";
import { counterWord, restWord } from "/static/staff/states.js";
import { clock } from "/static/ui/live.js";
import { Chip, Section } from "/static/ui/parts.js";
import { named, t } from "/static/ui/words.js";
import * as f from "./figures.js";
import { pull, takeOver } from "./steering.js";

const BREAKS_MIN = [15, 30];
const REASONS = () => [
  ...BREAKS_MIN.map((n) => [`break ${n}`, t("Break, back in {n} min", { n })]),
  ...["break", "absent", "equipment"].map((code) => [code, restWord(code)]),
];

/**
 * A list to choose from, and a button that does what was chosen: an arrow key that walks through a list acts on nobody.
 * `says` is what the button says of an option.
 *
 * @param {{ label: string, name: string, options: string[][], says: (words: string) => string, act: (code: string) => void }} props
 */
function Act({ label, name, options, says, act }) {
  const chosen = useSignal("");
  /** @param {Event & { currentTarget: HTMLSelectElement }} event */
  const choose = ({ currentTarget: list }) => (chosen.value = list.value);
  const confirm = () => {
    act(chosen.value);
    chosen.value = "";
  };
  const words = options.find(([code]) => code === chosen.value)?.[1];
  return html`<select aria-label=${label} value=${chosen.value} onChange=${choose}><option value="">${name}</option>
    ${options.map(([code, text]) => html`<option value=${code}>${text}</option>`)}</select>
    ${words && html`<button class="button primary" onClick=${confirm}>${says(words)}</button>`}`;
}

/** @param {{ counter: f.Counter }} props */
function Close({ counter }) {
  /** @param {string} reason */
  const close = (reason) => {
    const [code, back] = reason.split(" ");
    return pull(code === "break" ? "pause" : "close", [counter.id], code, back ? Number(back) : null);
  };
  const says = (/** @type {string} */ reason) => `${counter.id}: ${reason}`;
  return html`<${Act} label=${t("Close {counter}", { counter: counter.id })} name=${`${t("Close")}…`} options=${REASONS()} says=${says} act=${close} />`;
}

/**
 * The token of a counter that cannot go on is called to a free one at once.
 *
 * @param {{ counter: f.Counter, free: f.Counter[] }} props
 */
function Move({ counter, free }) {
  const { token } = counter;
  if (!token || token.counter !== counter.id || !free.length) return null;
  const name = t("Move {label} to …", { label: token.label });
  /** @param {string} to */
  const move = (to) => takeOver(token.label, counter.id, to);
  const says = (/** @type {string} */ to) => `${token.label} → ${to}`;
  return html`<${Act} label=${name} name=${name} options=${free.map(({ id }) => [id, id])} says=${says} act=${move} />`;
}

export function Levers() {
  const stage = f.stages.value.find(({ code }) => code === f.chosen.value);
  if (!stage) return null;
  const free = stage.counters.filter(({ state, token }) => state === "open" && !token);
  return html`<section class="levers" aria-label=${named(stage.name)}>
    <h2><${Section} code=${stage.code} /> ${named(stage.name)}</h2>
    <ul>${stage.counters.map((counter) => html`<li key=${counter.id}>
      <b>${counter.id}</b> <span>${counterWord(counter.state)}${counter.reason ? ` · ${restWord(counter.reason)}` : ""}${counter.back_at ? ` · ${t("back at {time}", { time: clock(Date.parse(counter.back_at)) })}` : ""}</span>
      ${counter.token && html`<${Chip} label=${counter.token.label} party=${counter.token.party} />`}
      <span class="acts"><${Move} counter=${counter} free=${free} />
      ${counter.state === "open" ? html`<${Close} counter=${counter} />` : html`<button class="button" onClick=${() => pull("open", [counter.id])}>${t("Open")}</button>`}</span>
    </li>`)}</ul></section>`;
}
