// What is done with one stored run by itself.

import { saveFile } from '../save-file';
import { resumeRun, type Storage } from '../tracker';
import type { RunIntent } from './intents';

/** Rejects with what the storage says; what it changes, it announces. */
export async function workOnRun(storage: Storage, database: string | undefined, intent: RunIntent): Promise<void> {
  const { run_id } = intent;
  switch (intent.type) {
    case 'close-run': {
      const run = await resumeRun(run_id, database);
      return run.cancel();
    }
    case 'rename-run':
      return storage.rename_run(run_id, intent.name);
    case 'tag-run':
      return storage.set_tag(run_id, intent.key, intent.value);
    case 'untag-run':
      return storage.remove_tag(run_id, intent.key);
    case 'download-artifact': {
      const bytes = await storage.get_artifact(run_id, intent.key);
      return saveFile(new Blob([bytes as Uint8Array<ArrayBuffer>]), `${run_id}-${intent.key}`);
    }
  }
}
