/** How a request went wrong, in the server's stable codes plus one of our own; shows nothing. */

import type { ErrorCode } from "../contracts.ts";

/** unreachable: no answer came at all, so nobody knows whether it was done. */
export type FailureCode = ErrorCode | "unreachable";

/** A request that was refused or not answered. `detail` is one sentence for people. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly detail: string;
  readonly retryAfterMs: number | null;

  constructor(code: FailureCode, detail: string, retryAfterMs: number | null = null) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request, with the same key, may be sent again and come through. */
  get passing(): boolean {
    return PASSING.has(this.code);
  }
}

const PASSING: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "unreachable",
  "try_again",
  "routing_unavailable",
  "rate_limited",
  "internal",
]);

/** Read the problem JSON (RFC 9457) of an answer that is no success. */
export async function failureOf(response: Response): Promise<Failure> {
  const seconds = Number(response.headers.get("Retry-After"));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const unread = response.status >= 500 ? "internal" : "invalid_request";
  const detail = problem?.detail ?? `The server answered ${response.status}.`;
  return new Failure(problem?.code ?? unread, detail, retryAfterMs);
}

interface Problem {
  readonly code?: ErrorCode;
  readonly detail?: string;
}

export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure("unreachable", "The server did not answer.");
}
