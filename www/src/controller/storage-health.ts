// What the browser says about the room that is left, asked through the storage where it can, else directly.

import type { Storage, StorageEstimate } from '../tracker';

export async function measureStorage(storage: Storage | undefined): Promise<StorageEstimate | undefined> {
  if (storage?.estimate) return storage.estimate();
  if (!navigator.storage?.estimate) return undefined;
  const [{ usage = 0, quota = 0 }, persisted] = await Promise.all([
    navigator.storage.estimate(),
    navigator.storage.persisted?.() ?? false,
  ]);
  return { usage, quota, persisted };
}

export async function requestPersistence(storage: Storage | undefined): Promise<boolean> {
  if (storage?.request_persistence) return storage.request_persistence();
  return (await navigator.storage?.persist?.()) ?? false;
}
