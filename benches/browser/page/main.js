// The page: everything that is measured in it, callable as `bench.name(options)`.
import init from '/pkg/entrenar.js';
import { storedBytes } from './bytes.js';
import { live } from './live.js';
import { logging } from './logging.js';
import { fill, loggedMemory, readMemory } from './memory.js';
import { firstLook, opening } from './opening.js';
import { downsampled, json, readBack } from './reading.js';

const { memory } = await init();
globalThis.bench = {
  // It loads the package that has file formats.
  backup: async (options) => (await import('./backup.js')).backup(options),
  // The peers are loaded by nobody else.
  bulk: async (options) => (await import('./bulk.js')).bulk(options),
  downsampled,
  fill,
  json,
  live,
  logging,
  opening,
  readBack,
  firstLook: (options) => firstLook({ memory, ...options }),
  loggedMemory: (options) => loggedMemory({ memory, ...options }),
  readMemory: (options) => readMemory({ memory, ...options }),
  storedBytes: ({ database, runId }) => storedBytes(database, runId),
};
