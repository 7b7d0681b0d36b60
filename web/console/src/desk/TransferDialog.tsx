/** Passes a conversation on: to a colleague who is free, or back to the line, with a note. */

import { asFailure } from "@firstreply/sdk/agent";
import type { Colleague, ConversationId } from "@firstreply/sdk/contracts";
import { Button, Modal, Radio, Stack, Textarea } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { BACK_TO_LINE, wishOf } from "../kit/passing.ts";
import { sentenceOf } from "../sentences.ts";
import type { WorkActions } from "./useWork.ts";

interface Props {
  readonly id: ConversationId;
  /** Whether there is a place for a note: other work than a conversation has none. */
  readonly takesNote?: boolean;
  readonly actions: WorkActions;
  readonly onClose: () => void;
}

export function TransferDialog({ id, takesNote = true, actions, onClose }: Props) {
  const { colleagues, refusal, say } = useColleagues(actions);
  const [to, choose] = useState<string>(BACK_TO_LINE.value);
  const [note, write] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const there = colleagues.map((one) => one.id);
    try {
      await actions.transfer(id, { ...wishOf(to, there), note: note.trim() || null });
      onClose();
    } catch (error) {
      say(sentenceOf(asFailure(error)));
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={takesNote ? "Pass this conversation on" : "Pass this work on"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form onSubmit={(event) => void send(event)}>
        <Stack>
          <Radio.Group label="To whom" value={to} onChange={choose}>
            <Stack mt="xs" gap="xs">
              <Radio data-autofocus {...BACK_TO_LINE} />
              {colleagues.map((one) => (
                <Radio key={one.id} value={one.id} label={nameOf(one)} disabled={!one.free} />
              ))}
            </Stack>
          </Radio.Group>
          {takesNote && <NoteField value={note} onChange={write} />}
          <p role="alert">{refusal}</p>
          <Button type="submit" loading={busy}>
            Pass on
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

function NoteField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <Textarea
      label="Note for your colleague"
      description="The customer never sees it."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={5000}
      minRows={2}
      autosize
    />
  );
}

function useColleagues(actions: WorkActions) {
  const [colleagues, setColleagues] = useState<readonly Colleague[]>([]);
  const [refusal, say] = useState<string | null>(null);
  useEffect(() => {
    const show = (all: readonly Colleague[]): void => {
      setColleagues(all.filter((one) => one.presence === "connected"));
    };
    actions.colleagues().then(show, (error: unknown) => say(sentenceOf(asFailure(error))));
  }, [actions]);
  return { colleagues, refusal, say };
}

function nameOf(one: Colleague): string {
  if (one.free) return `${one.name}, serves ${one.load} of ${one.capacity}`;
  return `${one.name}, ${one.status === "available" ? "has no room" : "away"}`;
}
