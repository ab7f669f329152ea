// The second copy of the exit log: see exit_log_backup.rs. Bytes are written as base64 for URLs, without padding.
const MAX_CHARS = 2_500_000; // A site has about five million.

const prefix_of = (database) => `entrenar exit:${database}:`;

function to_text(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function to_bytes(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

// JSON has no NaN, no infinities and no -0, which values are: they are written as texts.
const write_number = (value) => (Object.is(value, -0) ? '-0' : String(value));
// Earlier code wrote numbers, and null for what JSON does not have.
const to_number = (value) => (value === null ? Number.NaN : Number(value));

function write(key, value) {
  if (ArrayBuffer.isView(value)) return to_text(value);
  return key === 'last_values' ? value.map(write_number) : value;
}

// A record as the database has it: bytes are those of log entries and artifacts.
function parse(text) {
  const exit = JSON.parse(text);
  for (const run of exit.runs ?? []) {
    run.rows = (run.rows ?? []).map(to_bytes);
    const series = run.record?.series;
    if (series) series.last_values = (series.last_values ?? []).map(to_number);
  }
  for (const artifact of exit.artifacts ?? []) artifact.bytes = to_bytes(artifact.bytes);
  return exit;
}

// Keeps a copy in the place of others, which are put back if there is no room for it. Tells whether it was kept.
export function keep_backup(database, token, exit, replaced) {
  try {
    const text = JSON.stringify(exit, write);
    if (text.length > MAX_CHARS) return false;
    const prefix = prefix_of(database);
    const others = replaced.map((other) => [prefix + other, localStorage.getItem(prefix + other)]);
    for (const [key] of others) localStorage.removeItem(key);
    try {
      localStorage.setItem(prefix + token, text);
      return true;
    } catch {
      for (const [key, other] of others) if (other !== null) localStorage.setItem(key, other);
    }
  } catch {
    // There is no localStorage, or it is full: the database has the record.
  }
  return false;
}

export function remove_backup(database, token) {
  try {
    localStorage.removeItem(prefix_of(database) + token);
  } catch {
    // There is no localStorage.
  }
}

// All copies that can be read: tokens and records in turn.
export function read_backups(database) {
  const found = [];
  try {
    const prefix = prefix_of(database);
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(prefix))) {
      try {
        found.push(key.slice(prefix.length), parse(localStorage.getItem(key)));
      } catch {
        // What cannot be read is left in place.
      }
    }
  } catch {
    // There is no localStorage.
  }
  return found;
}
