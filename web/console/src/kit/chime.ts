/** The sound of an offer: two short notes made on the spot, nothing is fetched. */

const MUTED = "firstreply.console.muted";
const NOTES = [784, 1047] as const; // G5, C6: a rising fourth, heard over talk and not shrill
const NOTE_S = 0.16;
const LOUDNESS = 0.18;

let context: AudioContext | null = null;

/** Browsers allow sound only after the person did something on the page. */
export function allowSound(): void {
  if (!navigator.userActivation.hasBeenActive) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

export function chime(): void {
  if (isMuted() || context?.state !== "running") return;
  const start = context.currentTime;
  NOTES.forEach((frequency, at) => note(context as AudioContext, frequency, start + at * NOTE_S));
}

function note(audio: AudioContext, frequency: number, at: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S * 2);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + NOTE_S * 2);
}

export function isMuted(): boolean {
  return localStorage.getItem(MUTED) === "yes";
}

export function setMuted(muted: boolean): void {
  localStorage.setItem(MUTED, muted ? "yes" : "no");
}
