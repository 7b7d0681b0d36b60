/** The files beside the message that is being written: how far each is, and how to take it away. */

import { type Laid, sizeOf } from "@firstreply/sdk/chat";
import { CloseIcon } from "./icons.tsx";

interface Props {
  readonly laid: readonly Laid[];
  readonly onRemove: (key: number) => void;
}

export function TrayList({ laid, onRemove }: Props) {
  if (laid.length === 0) return null;
  return (
    <ul class="tray" aria-label="Files to send">
      {laid.map((one) => (
        <li key={one.key} class={one.refusal ? "laid laid-bad" : "laid"}>
          <bdi class="laid-name">{one.name}</bdi>
          <Standing one={one} />
          <button type="button" aria-label={labelOf(one)} onClick={() => onRemove(one.key)}>
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Standing({ one }: { one: Laid }) {
  if (one.refusal) {
    return (
      <span class="laid-word" role="alert">
        {one.refusal}
      </span>
    );
  }
  if (one.stored) return <span class="laid-word">{sizeOf(one.size)}</span>;
  return <progress aria-label={`Uploading ${one.name}`} max={1} value={one.progress} />;
}

function labelOf({ name, stored, refusal }: Laid): string {
  return stored || refusal ? `Remove ${name}` : `Cancel ${name}`;
}
