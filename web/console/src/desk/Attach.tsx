/** Chooses files for an answer; they can be pasted and dropped as well. */

import { ACCEPT, type Laid, Tray, type UploadOptions } from "@firstreply/sdk/agent";
import type { StoredFile } from "@firstreply/sdk/contracts";
import { Button } from "@mantine/core";
import { type SyntheticEvent, useMemo, useRef, useState } from "react";

export function Attach({ tray }: { tray: Tray }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button variant="default" onClick={() => picker.current?.click()}>
        Attach
      </Button>
      <input
        ref={picker}
        className="hidden"
        type="file"
        multiple
        accept={ACCEPT}
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget: input }) => {
          tray.add(input.files ?? []);
          input.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}

/** Words are pasted as words; files, a screenshot among them, are laid down. */
export function takeFiles(event: SyntheticEvent, brought: DataTransfer, tray: Tray): void {
  if (brought.files.length === 0) return;
  event.preventDefault();
  tray.add(brought.files);
}

export function useTray(upload: (file: File, options: UploadOptions) => Promise<StoredFile>) {
  const [laid, setLaid] = useState<readonly Laid[]>([]);
  const tray = useMemo(() => new Tray(upload, setLaid), [upload]);
  return { tray, laid };
}
