// A keyboard under a layout, and a scanner that believes it to be a US one.

/** What a US keyboard writes, and by which key. */
const SHIFTED = new Map([[":", "Semicolon"], ["?", "Slash"], ["_", "Minus"], ["+", "Equal"], ["%", "Digit5"], ["#", "Digit3"], ["&", "Digit7"]]);
const PLAIN = new Map([["-", "Minus"], ["/", "Slash"], [".", "Period"], ["]", "BracketRight"], [" ", "Space"], ["=", "Equal"], [";", "Semicolon"], [",", "Comma"]]);

/** What some layouts write in the places of a US keyboard, without and with Shift; what they do not name is as there. */
export const LAYOUTS = {
  us: {},
  french: {
    KeyA: "qQ", KeyQ: "aA", KeyW: "zZ", KeyZ: "wW", KeyM: ",?", Semicolon: "mM", Minus: ")°", Slash: "!§", Period: ":/", BracketRight: "$£",
    Digit0: "à0", Digit1: "&1", Digit2: "é2", Digit3: '"3', Digit4: "'4", Digit5: "(5", Digit6: "-6", Digit7: "è7", Digit8: "_8", Digit9: "ç9",
  },
  inscript: {
    KeyN: "लळ", KeyM: "सश", KeyH: "पफ", KeyA: "ोओ", KeyB: "वऴ", KeyC: "मण", KeyD: "्अ", KeyT: "ूऊ", KeyP: "जझ", KeyS: "ेए", KeyR: "ीई", KeyU: "हङ", KeyX: "ंँ",
    Digit1: "१1", Digit2: "२2", Digit3: "३3", Digit4: "४4", Digit5: "५5", Digit6: "६6", Digit7: "७7", Digit8: "८8", Digit9: "९9", Digit0: "०0",
  },
  cyrillic: { KeyN: "тТ", KeyM: "ьЬ", KeyH: "рР", KeyA: "фФ", KeyB: "иИ", KeyC: "сС", KeyD: "вВ", KeyT: "еЕ", KeyP: "зЗ", Slash: ".,", Semicolon: "жЖ", BracketRight: "ъЪ" },
  greek: { KeyN: "νΝ", KeyM: "μΜ", KeyH: "ηΗ", KeyA: "αΑ", KeyB: "βΒ", KeyC: "ψΨ", KeyD: "δΔ", KeyT: "τΤ", KeyP: "πΠ", Semicolon: "΄¨" },
  fullwidth: { KeyN: "ｎＮ", KeyM: "ｍＭ", KeyH: "ｈＨ", KeyA: "ａＡ", KeyD: "ｄＤ" },
};

/** Return the key that a scanner presses for a sign, as the page hears it under a layout. */
export function keyOf(sign, layout = {}, caps = false) {
  if (sign === "\n") return { key: "Enter", code: "Enter" };
  if (sign === "\t") return { key: "Tab", code: "Tab" };
  const shiftKey = SHIFTED.has(sign) || /[A-Z]/.test(sign);
  const code = SHIFTED.get(sign) ?? PLAIN.get(sign) ?? (/\d/.test(sign) ? `Digit${sign}` : `Key${sign.toUpperCase()}`);
  const own = layout[code]?.[Number(shiftKey)] ?? sign;
  const key = caps && own.toLowerCase() !== own.toUpperCase() ? turned(own) : own;
  return { key, code, getModifierState: (name) => (name === "Shift" ? shiftKey : caps && name === "CapsLock") };
}

const turned = (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase());

export const ELSEWHERE = { matches: () => false, click: () => {}, dispatchEvent: () => true };

/** Return a text field of a page: it shows what a browser would write into it. */
export function field(name = "") {
  const told = [];
  return {
    told, name, value: "",
    matches: (selector) => selector.startsWith("input") || selector === `[name=${name}]`,
    dispatchEvent: ({ type }) => told.push(type),
  };
}

/**
 * Return a keyboard whose keys a listener hears, with a clock that `wait` moves; `press` tells whether the page took the key.
 */
export function keyboard(t, listen) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  const wait = (ms) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  const press = (key, target = ELSEWHERE) => {
    let taken = false;
    const event = {
      code: "", target, timeStamp: now, getModifierState: () => false,
      preventDefault: () => (taken = true), stopImmediatePropagation: () => {}, ...(typeof key === "string" ? { key } : key),
    };
    listen(event);
    if (!taken && target.told && event.key.length === 1) target.value += event.key;
    return taken;
  };
  /** Type as a scanner does, with a gap before each sign. */
  const scan = (text, gap = 5, { layout, caps, target } = {}) => {
    const taken = [];
    for (const sign of text) {
      wait(gap);
      taken.push(press(keyOf(sign, layout, caps), target));
    }
    return taken;
  };
  return { press, wait, scan };
}
