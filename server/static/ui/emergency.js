// An emergency over the whole screen: one pictogram, and what to do in every language of the centre. Nothing else can
// be touched, and no key reaches what lies below. Without a framework, since the citizen's page has none.

import { largest, pagesOf } from "./emergency_sizes.js";
import { iconAddress } from "./icons.js";
import { page } from "./page.js";

const TURN_MS = 4000;
const LEAST_PX = 14;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {object} Reading
 * @property {() => number} [wanted] the size of words for the distance of readers, in pixels
 * @property {Node[]} [more] what else stands there
 * @property {string | null} [exit] where the way out is: left, right, up or down
 * @property {(lines: Line[]) => void} [onBegin] told once when an emergency begins or has another cause
 */

/** @typedef {{ lang: string, text: string }} Line */

export class Emergency {
  /** @param {Reading} [reading] */
  constructor({ wanted = () => 40, more = [], exit = "", onBegin = () => {} } = {}) {
    this.wanted = wanted;
    this.onBegin = onBegin;
    /** @type {Baari.Notice | null} */
    this.notice = null;
    /** @type {{ lines: Line[], size: number }[]} */
    this.pages = [];
    this.turn = 0;
    this.picture = make("div", `emergency-sign ${exit === "left" ? "mirrored" : ""}`);
    this.words = make("div", "emergency-words");
    this.more = make("div", "emergency-more", more);
    const arrow = exit ? [drawing(`exit-${exit}`, "emergency-sign")] : [];
    this.dialog = /** @type {HTMLDialogElement} */ (make("dialog", "emergency", [this.picture, ...arrow, this.words, this.more]));
    this.dialog.setAttribute("role", "alertdialog");
    this.dialog.tabIndex = -1;
    document.body.append(this.dialog);
    this.guard();
  }

  /** Whether there is an emergency. */
  get on() {
    return this.notice !== null;
  }

  /**
   * Show an emergency; anything else takes it off.
   *
   * @param {Baari.Notice | null | undefined} notice
   */
  show(notice) {
    const now = notice?.kind === "emergency" ? notice : null;
    const same = now?.cause === this.notice?.cause;
    this.notice = now;
    document.body.classList.toggle("alarmed", this.on);
    if (!now) this.dialog.close();
    else if (!same || !this.dialog.open) this.begin(now);
  }

  /** @param {Baari.Notice} notice */
  begin({ cause }) {
    for (const other of document.querySelectorAll("dialog[open]")) if (other !== this.dialog) /** @type {HTMLDialogElement} */ (other).close();
    this.picture.replaceChildren(drawing(page.causes[cause]?.icon ?? "exit", ""));
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.focus();
    this.fit();
    this.onBegin(linesOf(cause));
  }

  /** Make the words as big as the screen lets them be. */
  fit() {
    if (!this.notice) return;
    const lines = linesOf(this.notice.cause);
    const most = Math.max(innerWidth, innerHeight) / 2;
    this.pages = pagesOf(lines, this.wanted(), (some) => {
      this.write(some);
      return largest((px) => this.fits(px), LEAST_PX, most);
    });
    this.turn = 0;
    this.present();
  }

  /** Show the page whose turn it is. */
  present() {
    const { lines, size } = this.pages[this.turn];
    this.write(lines);
    this.dialog.style.setProperty("--verb", `${size}px`);
  }

  /** @param {number} px */
  fits(px) {
    this.dialog.style.setProperty("--verb", `${px}px`);
    const { scrollWidth, offsetWidth, scrollHeight, offsetHeight } = this.words;
    return scrollWidth <= offsetWidth && scrollHeight <= offsetHeight;
  }

  /** @param {Line[]} lines */
  write(lines) {
    this.words.replaceChildren(...lines.map(({ lang, text }) => {
      const line = make("p", "", [text]);
      line.lang = lang;
      line.dir = "auto";
      return line;
    }));
  }

  /** Where the languages do not fit together, each has its turn. */
  next() {
    if (!this.notice || this.pages.length < 2) return;
    this.turn = (this.turn + 1) % this.pages.length;
    this.present();
  }

  /** Keep it on top, and every key and touch away from what lies below. */
  guard() {
    /** @param {Event} event */
    const keep = (event) => {
      if (!this.on || this.more.contains(/** @type {Node} */ (event.target))) return;
      event.stopImmediatePropagation();
      event.preventDefault();
    };
    for (const name of ["keydown", "keyup", "keypress", "paste"]) window.addEventListener(name, keep, true);
    this.dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
    });
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.dialog.addEventListener("close", () => this.on && this.show(this.notice));
    // Its room changes with the screen, and with what else stands there.
    new ResizeObserver(() => this.fit()).observe(this.words);
    document.fonts.ready.then(() => this.fit());
    setInterval(() => this.next(), TURN_MS);
  }
}

/**
 * Return what to do in each language of the centre, each sentence once.
 *
 * @param {string} cause
 * @returns {Line[]}
 */
export function linesOf(cause) {
  const verb = page.causes[cause]?.verb;
  const lines = page.centre.languages.map((lang) => {
    if (!verb) return { lang, text: t("Please follow the staff.", lang) };
    const spoken = [lang, "en", ...Object.keys(verb)].find((code) => verb[code]) ?? lang;
    return { lang: spoken, text: verb[spoken] };
  });
  return lines.filter(({ text }, place) => lines.findIndex((line) => line.text === text) === place);
}

/** @type {(text: string, lang: string) => string} */
function t(text, lang) {
  return String(page.words[lang]?.[text] ?? text);
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {(Node | string)[]} [children]
 */
function make(tag, className, children = []) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/**
 * @param {string} name of one of our pictograms
 * @param {string} className
 */
function drawing(name, className) {
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS(SVG, tag));
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", iconAddress(name));
  svg.append(use);
  return svg;
}
