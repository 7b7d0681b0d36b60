/** Names a message for ever, before anybody else has seen it. */

const RANDOM_BYTES = 16; // 128 bits, as a UUID has

/** `crypto.randomUUID` is only on https pages and localhost; a shop's test page may be neither. */
export function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
