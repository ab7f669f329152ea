// localForage: a value for each point, under a key that sorts; it offers nothing else that could be appended to.
import { recordsOf } from './records.js';

export const name = 'localForage';

async function load() {
  if (globalThis.localforage) return;
  const script = document.createElement('script');
  script.src = '/node_modules/localforage/dist/localforage.min.js';
  document.head.append(script);
  await new Promise((resolve, reject) => Object.assign(script, { onload: resolve, onerror: reject }));
}

export async function open() {
  await load();
  const store = globalThis.localforage.createInstance({ name: 'peer-localforage', driver: globalThis.localforage.INDEXEDDB });
  await store.clear();
  const key = (run, step) => `${run}/loss/${String(step).padStart(16, '0')}`;
  return {
    write: (run, columns) => Promise.all(recordsOf(run, columns).map((record) => store.setItem(key(run, record.step), record))),
    read: async (run) => {
      let count = 0;
      await store.iterate((_, found) => {
        count += Number(found.startsWith(`${run}/`));
      });
      return count;
    },
    close: () => store.clear(),
  };
}
