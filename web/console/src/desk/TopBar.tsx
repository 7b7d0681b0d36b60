/** Who works here, with how much, and whether they take more. */

import type { Desk } from "@firstreply/sdk/agent";
import type { AgentStatus } from "@firstreply/sdk/contracts";
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { isMuted, setMuted } from "../kit/chime.ts";
import { Wordmark } from "../kit/Wordmark.tsx";
import { loadOf } from "./names.ts";
import type { WorkActions } from "./useWork.ts";

const CHOICES = [
  { value: "available", label: "Available" },
  { value: "away", label: "Away" },
];

interface Props {
  readonly desk: Desk;
  readonly actions: WorkActions;
  readonly onBoard: (() => void) | null;
}

export function TopBar({ desk, actions, onBoard }: Props) {
  const { name, status } = desk.agent;
  return (
    <header className={`top-bar status-${status}`}>
      <Wordmark />
      <span className="me" title={name} dir="auto">
        {name}
      </span>
      <span className="load">
        {loadOf(desk)}
      </span>
      <span className="spring" />
      {onBoard && (
        <Button className="bar-button" variant="subtle" color="gray" onClick={onBoard}>
          Wallboard
        </Button>
      )}
      <SoundSwitch />
      <SegmentedControl
        aria-label="Your status"
        data={CHOICES}
        value={status === "available" ? "available" : "away"}
        color={status === "available" ? "pine" : "gray"}
        onChange={(value) => actions.setStatus(value as AgentStatus)}
      />
      <Button className="bar-button" variant="subtle" color="gray" onClick={actions.signOut}>
        Sign out
      </Button>
    </header>
  );
}

function SoundSwitch() {
  const [muted, setMutedHere] = useState(isMuted);
  const turn = (): void => {
    setMuted(!muted);
    setMutedHere(!muted);
  };
  return (
    <Button className="bar-button" variant="subtle" color="gray" aria-pressed={!muted} onClick={turn}>
      {muted ? "Sound off" : "Sound on"}
    </Button>
  );
}
