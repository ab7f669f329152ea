// Reminds of a backup: a line above the runs that can be put off. Loaded when it is shown.

import { html, type TemplateResult } from 'lit';
import type { BackupAction } from '../controller/backup-work';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';

export function backupReminder({ backup }: Snapshot): TemplateResult {
  const emit = (action: BackupAction) => (event: Event) => emitIntent(event.currentTarget as Element, { type: 'backup', action });
  const isFolder = backup?.way === 'folder';
  const text = isFolder
    ? 'Keep a backup of your runs: choose a folder, and what is new is written there while this page is open.'
    : 'Browsers may delete what a page keeps. Save a file of all your runs now and then, where this browser cannot delete it.';
  return html`<div class="banner" role="status" data-testid="backup-reminder">
    <p><strong>${isFolder ? 'There is no backup.' : backup?.last_ms === undefined ? 'There is no backup.' : 'The last backup is some time ago.'}</strong> ${text}</p>
    <button @click=${emit(isFolder ? 'choose' : 'save-file')}>${isFolder ? 'Choose a folder…' : 'Save a file'}</button>
    <button @click=${emit('dismiss')}>Not now</button>
  </div>`;
}
