/** Figures and instants as people read them, in the browser's own language. */

export function money(minor: number, currency: string | null): string {
  if (!currency) return "";
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

export const day = (instant: string): string => DAY.format(new Date(instant));
export const month = (instant: string): string => MONTH.format(new Date(instant));
export const time = (instant: string): string => TIME.format(new Date(instant));

/** A span as its measure was taken: tenths below a minute, then minutes and seconds. */
export function span(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Whole seconds, minutes or hours for a running clock, always up. */
export function ticking(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} h`;
}

export function count(figure: number, one: string, many: string): string {
  return `${figure.toLocaleString()} ${figure === 1 ? one : many}`;
}

/** "shipped" -> "Shipped"; the words are the glossary's. */
export function word(text: string): string {
  const spaced = text.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
