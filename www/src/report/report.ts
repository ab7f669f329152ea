// A report: reads the runs that are in this page into memory, and shows them. Nothing is fetched, sent or stored.

import init from 'entrenar';
import '../entrenar-dashboard';
import { errorMessage } from '../errors';
import { openReport } from '../tracker';
import { inflated } from './inflated';

/** The last characters of the packed runs have their checksum: reports of other runs remember other views. */
const CHECKSUM_CHARACTERS = 12;
const END = '</script>';

async function open(): Promise<void> {
  const [runs, wasm] = [part('runs'), part('wasm')];
  await init({ module_or_path: await inflated(wasm.text.trim()) });
  // Together they may be longer than any text that a browser holds.
  const texts = [...runs.childNodes].map((node) => node.textContent ?? '');
  const database = `report ${texts.slice(-2).join('').trim().slice(-CHECKSUM_CHARACTERS)}`;
  // It stays open: the dashboard opens the same one.
  const storage = await openReport(database);
  const [begin = ''] = (runs.cloneNode(false) as HTMLScriptElement).outerHTML.split(END);
  await storage.import_runs(new Blob([begin, ...texts, END]));
  runs.remove();
  wasm.remove();
  const dashboard = document.createElement('entrenar-dashboard');
  dashboard.report = true;
  dashboard.database = database;
  document.querySelector('main')?.replaceChildren(dashboard);
}

function part(id: string): HTMLScriptElement {
  const found = document.getElementById(id);
  if (found instanceof HTMLScriptElement) return found;
  throw new Error(`the file has no part “${id}”: it was cut off or changed. Have it sent again.`);
}

function say(text: string): void {
  const state = document.querySelector('#opening');
  state?.setAttribute('role', 'alert');
  state?.replaceChildren(text);
}

open().catch((error: unknown) => say(`This report cannot be opened: ${errorMessage(error)}`));
