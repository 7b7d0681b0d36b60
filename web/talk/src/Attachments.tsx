/** The files of a message: pictures to look at, everything else as a name with its size to take away. */

import type { Attachment, FileId } from "@firstreply/sdk/contracts";
import { isPicture } from "@firstreply/sdk/files";
import { sizeOf } from "@firstreply/sdk/tray";
import { createContext, useContext, useEffect, useRef, useState } from "react";
import { FileIcon } from "./icons.tsx";

/** How the bytes of a file are fetched. */
export const Fetching = createContext<(id: FileId) => Promise<Blob>>(() => Promise.reject());

export function Attachments({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={file.file_id}>{isPicture(file) ? <Picture file={file} /> : <Chip file={file} />}</li>
      ))}
    </ul>
  );
}

function Picture({ file }: { file: Attachment }) {
  const { url, failed } = useBytes(file.file_id);
  const { width, height } = file;
  if (failed) return <Chip file={file} />;
  const shape = width && height ? { aspectRatio: `${width} / ${height}` } : {};
  if (!url) {
    return (
      <span className="picture" style={shape}>
        <span className="hidden">Loading the picture {file.name}</span>
      </span>
    );
  }
  return (
    <a className="picture" style={shape} href={url} download={file.name}>
      <img src={url} alt={`Picture: ${file.name}`} />
    </a>
  );
}

/** Fetched anew for each look: the link to it is good for minutes only. */
function Chip({ file }: { file: Attachment }) {
  const fetching = useContext(Fetching);
  const [word, setWord] = useState("");
  const takeAway = async (): Promise<void> => {
    setWord("Fetching…");
    try {
      save(await fetching(file.file_id), file.name);
      setWord("");
    } catch {
      setWord("Not available now. Try again.");
    }
  };
  return (
    <button type="button" className="chip" onClick={() => void takeAway()}>
      <FileIcon />
      <span className="chip-name">
        <span className="hidden">Download </span>
        <bdi>{file.name}</bdi>
      </span>
      <span className="chip-size">{word || sizeOf(file.size_bytes)}</span>
    </button>
  );
}

function useBytes(id: FileId): { url: string | null; failed: boolean } {
  const fetching = useContext(Fetching);
  const [url, setUrl] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const made = useRef<string | null>(null);
  useEffect(() => {
    let gone = false;
    fetching(id).then(
      (blob) => {
        if (gone) return;
        made.current = URL.createObjectURL(blob);
        setUrl(made.current);
      },
      () => !gone && setFailed(true),
    );
    return () => {
      gone = true;
      if (made.current) URL.revokeObjectURL(made.current);
    };
  }, [id, fetching]);
  return { url, failed };
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
