/** Closes a conversation with a promise to its customer: what, and by when. */

import { asFailure } from "@firstreply/sdk/agent";
import type { ConversationId } from "@firstreply/sdk/contracts";
import { Button, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { sentenceOf } from "../sentences.ts";
import type { WorkActions } from "./useWork.ts";

const DAY_MS = 86_400_000;

interface Props {
  readonly id: ConversationId;
  readonly actions: WorkActions;
  readonly onClose: () => void;
}

export function PromiseDialog({ id, actions, onClose }: Props) {
  const [words, write] = useState("");
  const [due, setDue] = useState(() => localMinute(Date.now() + DAY_MS));
  const [refusal, say] = useState<string | null>(null);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wish = { due_at: new Date(due).toISOString(), words: words.trim(), order_reference: null };
    try {
      await actions.promise(id, wish);
      onClose();
    } catch (error) {
      say(sentenceOf(asFailure(error)));
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title="Close with a follow-up"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form onSubmit={(event) => void send(event)}>
        <Stack>
          <Textarea
            data-autofocus
            label="What is promised"
            value={words}
            onChange={(event) => write(event.currentTarget.value)}
            maxLength={5000}
            required
          />
          <TextInput
            type="datetime-local"
            label="By when"
            value={due}
            onChange={(event) => setDue(event.currentTarget.value)}
            required
          />
          <p role="alert">{refusal}</p>
          <Button type="submit" disabled={words.trim() === ""}>
            Close and remember
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

/** As `datetime-local` has it: this machine's clock, without a zone. */
function localMinute(at: number): string {
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}
