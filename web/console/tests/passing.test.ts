import type { AgentId } from "@firstreply/sdk/contracts";
import { expect, test } from "vitest";
import { BACK_TO_LINE, wishOf } from "../src/kit/passing.ts";

const ANNA = "agent_anna" as AgentId;
const BO = "agent_bo" as AgentId;

test("work goes to the colleague who was chosen, and not to the line", () => {
  expect(wishOf(BO, [ANNA, BO])).toEqual({ to_agent: BO, to_line: false });
});

test("work goes to the line when that was chosen, or who was chosen has gone", () => {
  expect(wishOf(BACK_TO_LINE.value, [ANNA])).toEqual({ to_agent: null, to_line: true });
  expect(wishOf(BO, [ANNA])).toEqual({ to_agent: null, to_line: true });
});
