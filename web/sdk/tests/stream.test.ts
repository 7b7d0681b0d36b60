import { expect, test } from "vitest";
import type { AgentApi } from "../src/agent/api.ts";
import { AgentStream } from "../src/agent/stream.ts";
import type { StreamPing } from "../src/contracts.ts";

const PING = 'event: ping\ndata: {"nonce":"n1"}\n\n';
const SNAPSHOT = "event: snapshot\ndata: {}\n\n";

/** The two calls a stream makes: one open answer, and the pings that were answered. */
class Server {
  readonly answered: string[] = [];

  async stream(signal: AbortSignal): Promise<Response> {
    return new Response(
      new ReadableStream({
        start(body) {
          signal.addEventListener("abort", () => body.error(signal.reason));
          body.enqueue(new TextEncoder().encode(SNAPSHOT + PING));
        },
      }),
    );
  }

  async pong({ nonce }: StreamPing): Promise<void> {
    this.answered.push(nonce);
  }
}

test("a ping is answered and shown to nobody", async () => {
  const server = new Server();
  const seen: string[] = [];
  const stream = new AgentStream(server as unknown as AgentApi, {
    onEvent: ({ type }) => seen.push(type),
    onLink: () => {},
    onSignedOut: () => {},
  });
  const running = stream.run();
  await expect.poll(() => server.answered).toEqual(["n1"]);
  stream.stop();
  await running;
  expect(seen).toEqual(["snapshot"]);
});
