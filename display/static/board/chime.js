// Two tones, made here: no file to load, nothing to license. Calls of one moment share one chime.

import { signal } from "/static/vendor/signals.js";

const TONES = [784, 587];
const TONE_S = 0.35;
const MERGE_MS = 2000;

/** Whether the browser keeps silent until somebody touches the board. */
export const silenced = signal(false);

/** @type {AudioContext | null} */
let audio = null;
let last = -Infinity;

/** Sound once; what follows within two seconds is heard as one. */
export function chime() {
  document.body.dataset.chimes = String(Number(document.body.dataset.chimes ?? 0) + 1);
  if (performance.now() - last < MERGE_MS) return;
  last = performance.now();
  const sound = (audio ??= new AudioContext());
  silenced.value = sound.state === "suspended";
  TONES.forEach((pitch, place) => tone(sound, pitch, sound.currentTime + place * TONE_S));
}

/** Let the board sound from now on. */
export async function unlock() {
  audio ??= new AudioContext();
  await audio.resume();
  silenced.value = audio.state === "suspended";
}

/**
 * @param {AudioContext} sound
 * @param {number} pitch in hertz
 * @param {number} at in seconds of the sound's clock
 */
function tone(sound, pitch, at) {
  const source = sound.createOscillator();
  const volume = sound.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.4, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + TONE_S);
  source.connect(volume).connect(sound.destination);
  source.start(at);
  source.stop(at + TONE_S);
}
