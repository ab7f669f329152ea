// Hands a file to another program by the system's own dialog, where there is one.

import { plainName } from './save-file';

const named = (blob: Blob, name: string): File => new File([blob], plainName(name), { type: blob.type });

/** Whether this browser shares files that are called so. */
export function canShare(name: string): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [named(new Blob(['-']), name)] });
}

/**
 * What came of it: `late` where the click that asked for it was too long ago, and another is needed; `refused` where the system takes no
 * such file.
 */
export async function shareFile(blob: Blob, name: string): Promise<'shared' | 'dismissed' | 'late' | 'refused'> {
  const files = [named(blob, name)];
  if (!navigator.canShare?.({ files })) return 'refused';
  if (navigator.userActivation?.isActive === false) return 'late';
  try {
    await navigator.share({ files, title: name });
    return 'shared';
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'dismissed';
    return 'refused';
  }
}
