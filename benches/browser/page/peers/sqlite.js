// SQLite in wasm on the origin's private file system, in a worker as it has to be.

/** `vfs`: 'opfs', which any tab may share, or 'opfs-sahpool', which is faster and belongs to one. */
const peer = (vfs) => ({
  name: `SQLite ${vfs}`,
  async open() {
    const worker = new Worker('/page/peers/sqlite-worker.js', { type: 'module' });
    const ask = (message, transfer = []) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.answer));
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(message, transfer);
      });
    await ask({ open: vfs });
    return {
      write: (run, { step, value, timestamp }) => ask({ write: run, columns: { step, value, timestamp } }),
      read: async (run) => (await ask({ read: run })).step.length,
      close: async () => {
        await ask({ close: true });
        worker.terminate();
      },
    };
  },
});

export const shared = peer('opfs');
export const pooled = peer('opfs-sahpool');
