// Columns in, columns out; between them one prepared insert, in transactions of 1000.
import sqlite3InitModule from '/node_modules/@sqlite.org/sqlite-wasm/dist/index.mjs';

const TRANSACTION = 1000;
let database;
let closed = () => {};

async function open(vfs) {
  const sqlite3 = await sqlite3InitModule({ print() {}, printErr() {} });
  if (vfs === 'opfs') {
    database = new sqlite3.oo1.OpfsDb('/peer-sqlite.db', 'c');
  } else {
    const pool = await sqlite3.installOpfsSAHPoolVfs({ name: vfs });
    database = new pool.OpfsSAHPoolDb('/peer-sqlite.db');
    closed = () => pool.pauseVfs?.();
  }
  // As durable as IndexedDB is by default: after a crash of the browser all is there, after a power cut perhaps not.
  database.exec('PRAGMA synchronous = OFF');
  database.exec('DROP TABLE IF EXISTS points');
  database.exec('CREATE TABLE points (run TEXT, key TEXT, step INTEGER, value REAL, timestamp REAL)');
  database.exec('CREATE INDEX series ON points (run, key, step)');
}

function write(run, { step, value, timestamp }) {
  const insert = database.prepare('INSERT INTO points VALUES (?, ?, ?, ?, ?)');
  for (let from = 0; from < step.length; from += TRANSACTION) {
    database.exec('BEGIN');
    const to = Math.min(step.length, from + TRANSACTION);
    for (let index = from; index < to; index += 1) {
      insert.bind([run, 'loss', step[index], value[index], timestamp[index]]).stepReset();
    }
    database.exec('COMMIT');
  }
  insert.finalize();
}

function read(run) {
  const count = database.selectValue('SELECT count(*) FROM points WHERE run = ? AND key = ?', [run, 'loss']);
  const columns = { step: new Float64Array(count), value: new Float64Array(count), timestamp: new Float64Array(count) };
  const select = database.prepare('SELECT step, value, timestamp FROM points WHERE run = ? AND key = ? ORDER BY step');
  select.bind([run, 'loss']);
  for (let index = 0; select.step(); index += 1) {
    columns.step[index] = select.getFloat(0);
    columns.value[index] = select.getFloat(1);
    columns.timestamp[index] = select.getFloat(2);
  }
  select.finalize();
  return columns;
}

async function answer(message) {
  if (message.open) await open(message.open);
  else if (message.write) write(message.write, message.columns);
  else if (message.read) return read(message.read);
  else {
    database.close();
    closed();
  }
  return undefined;
}

onmessage = async ({ data }) => {
  try {
    postMessage({ answer: await answer(data) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
