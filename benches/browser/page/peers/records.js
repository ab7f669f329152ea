// The points as the objects that a store of records takes.

export function recordsOf(run, { step, value, timestamp }) {
  const records = new Array(step.length);
  for (let index = 0; index < step.length; index += 1) {
    records[index] = { run, key: 'loss', step: step[index], value: value[index], timestamp: timestamp[index] };
  }
  return records;
}
