// Hands bytes to the reader as a file.

/** Addresses of blobs are given back when the browser has surely read them. */
const KEPT_MS = 60_000;

/** A name that every file system takes. */
export const plainName = (name: string): string => name.replace(/[^\p{L}\p{N}.-]+/gu, '_');

export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = plainName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
