/** Files up and down, for a customer's session and for an agent alike; keeps none. */

import { asFailure, Failure, failureOf } from "./agent/failure.ts";
import type {
  Attachment,
  ErrorCode,
  FileId,
  FileLink,
  NewFile,
  StoredFile,
  UploadPlace,
} from "./contracts.ts";

/** Where files are, and who asks: a session token or an agent's sign-in. `origin` has no slash. */
export interface FileServer {
  readonly origin: string;
  readonly token: string;
}

export interface UploadOptions {
  /** How much has left, from 0 to 1. */
  readonly onProgress?: (part: number) => void;
  readonly signal?: AbortSignal;
}

/** What a file picker is to offer. */
export const ACCEPT = ".png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.csv,.docx,.xlsx";
/** Pictures that are shown where they stand; all else is a name and a size. */
const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function isPicture({ media_type: type }: Pick<Attachment, "media_type">): boolean {
  return SHOWN.has(type);
}

/** Upload one file; rejects with a `Failure` and with nothing else. */
export async function uploadFile(
  server: FileServer,
  file: File,
  options: UploadOptions = {},
): Promise<StoredFile> {
  const media_type = file.type || "application/octet-stream";
  const asked: NewFile = { name: file.name || "file", size_bytes: file.size, media_type };
  const place = await ask<UploadPlace>(server, "/v1/files", asked, options.signal);
  return bring(server.origin + place.upload_url, file, options);
}

/** The bytes of a file; a page shows a picture of them by a `blob:` URL. */
export async function fetchFile(server: FileServer, id: FileId): Promise<Blob> {
  const link = await ask<FileLink>(server, `/v1/files/${id}`);
  try {
    const response = await fetch(server.origin + link.url);
    if (!response.ok) throw await failureOf(response);
    return await response.blob();
  } catch (error) {
    throw asFailure(error);
  }
}

export function attachmentOf(file: StoredFile): Attachment {
  const { id, name, media_type, size_bytes, width, height } = file;
  return { file_id: id, name, media_type, size_bytes, width, height };
}

async function ask<Answer>(
  server: FileServer,
  path: string,
  body?: NewFile,
  signal?: AbortSignal,
): Promise<Answer> {
  const headers = { Authorization: `Bearer ${server.token}`, "Content-Type": "application/json" };
  const sent = body ? { method: "POST", body: JSON.stringify(body) } : {};
  try {
    const response = await fetch(server.origin + path, { headers, ...sent, signal: signal ?? null });
    if (!response.ok) throw await failureOf(response);
    return (await response.json()) as Answer;
  } catch (error) {
    throw asFailure(error);
  }
}

/** Not by fetch, which does not tell how much has left. */
function bring(url: string, file: File, { onProgress, signal }: UploadOptions): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total ? loaded / total : 1);
    request.onload = () => {
      if (request.status === 201) resolve(request.response as StoredFile);
      else reject(refusalOf(request.response as Refusal | null));
    };
    request.onerror = request.onabort = request.ontimeout = () => reject(asFailure(null));
    signal?.addEventListener("abort", () => request.abort());
    if (signal?.aborted) reject(asFailure(null));
    else request.send(file);
  });
}

interface Refusal {
  readonly code?: ErrorCode;
  readonly detail?: string;
}

function refusalOf(problem: Refusal | null): Failure {
  const detail = problem?.detail ?? "The server did not take the file.";
  return new Failure(problem?.code ?? "internal", detail);
}
