/** Reads server-sent events out of text in any pieces (HTML standard, 9.2.6); knows no network. */

export interface SseEvent {
  readonly type: string;
  readonly data: string;
}

/** Feed it text as it arrives; an event is returned once its closing empty line is there. */
export class SseParser {
  #rest = "";
  #type = "";
  #data: string[] = [];

  push(text: string): SseEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): SseEvent[] {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return []; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#type = value;
    if (name === "data") this.#data.push(value);
    return [];
  }

  #dispatch(): SseEvent[] {
    const event = { type: this.#type || "message", data: this.#data.join("\n") };
    const complete = this.#data.length > 0;
    this.#type = "";
    this.#data = [];
    return complete ? [event] : [];
  }
}
