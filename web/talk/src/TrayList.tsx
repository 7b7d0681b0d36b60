/** The files beside the message that is being written: how far each is, and how to take it away. */

import { type Laid, sizeOf } from "@firstreply/sdk/tray";
import { RemoveIcon } from "./icons.tsx";

interface Props {
  readonly laid: readonly Laid[];
  readonly onRemove: (key: number) => void;
}

export function TrayList({ laid, onRemove }: Props) {
  if (laid.length === 0) return null;
  return (
    <ul className="tray" aria-label="Files to send">
      {laid.map((one) => (
        <li key={one.key} className={one.refusal ? "laid laid-bad" : "laid"}>
          <bdi className="laid-name">{one.name}</bdi>
          <Standing one={one} />
          <button type="button" aria-label={labelOf(one)} onClick={() => onRemove(one.key)}>
            <RemoveIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Standing({ one }: { one: Laid }) {
  if (one.refusal) {
    return (
      <span className="laid-word" role="alert">
        {one.refusal}
      </span>
    );
  }
  if (one.stored) return <span className="laid-word">{sizeOf(one.size)}</span>;
  return <progress aria-label={`Uploading ${one.name}`} max={1} value={one.progress} />;
}

function labelOf({ name, stored, refusal }: Laid): string {
  return stored || refusal ? `Remove ${name}` : `Cancel ${name}`;
}
