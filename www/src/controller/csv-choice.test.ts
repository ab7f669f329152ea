import { expect, test } from 'vitest';
import type { CsvColumns, CsvPreview, Storage } from '../tracker';
import { CsvChooser } from './csv-choice';

const file = { name: 'runs.csv' } as File;
const preview: CsvPreview = {
  delimiter: ',',
  shape: 'wide',
  columns: [
    { name: 'epoch', role: 'x' },
    { name: 'loss', role: 'metric' },
  ],
  rows: [],
};

/** A storage whose previews are answered by the test, in whatever order. */
function previewing() {
  const answers: ((preview: CsvPreview | Error) => void)[] = [];
  const asked: (CsvColumns | undefined)[] = [];
  const preview_csv = (_: File, options?: { columns: CsvColumns }) => {
    asked.push(options?.columns);
    return new Promise<CsvPreview>((resolve, reject) =>
      answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
    );
  };
  return { storage: { preview_csv } as unknown as Storage, answers, asked };
}

test('a file is chosen once it turns out to be CSV, and taken with what was said of its columns', async () => {
  const { storage, answers, asked } = previewing();
  const chooser = new CsvChooser(() => {});
  const opening = chooser.open(storage, file);
  answers[0]?.(preview);
  expect(await opening).toBe(true);
  const choosing = chooser.choose(storage, { role: 'x', index: -1 });
  answers[1]?.({ ...preview, columns: [] });
  await choosing;
  expect(asked).toEqual([undefined, { x: null }]);
  expect(chooser.take()).toEqual({ file, preview: { ...preview, columns: [] }, columns: { x: null } });
  expect(chooser.chosen).toBeUndefined();
});

test('a file that is no CSV is not chosen', async () => {
  const { storage, answers } = previewing();
  const chooser = new CsvChooser(() => {});
  const opening = chooser.open(storage, file);
  answers[0]?.(new Error('this is no CSV file'));
  expect(await opening).toBe(false);
  const column = chooser.open(storage, file);
  answers[1]?.({ ...preview, columns: [{ name: 'just prose' }] });
  expect(await column).toBe(false);
  expect(chooser.chosen).toBeUndefined();
});

test('an answer that comes after a later choice, or after the file was dismissed, is not shown', async () => {
  const { storage, answers } = previewing();
  const chooser = new CsvChooser(() => {});
  const opening = chooser.open(storage, file);
  answers[0]?.(preview);
  await opening;
  const first = chooser.choose(storage, { role: 'x', index: -1 });
  const second = chooser.choose(storage, { role: 'x', index: 1 });
  answers[2]?.({ ...preview, rows: [['second']] });
  await second;
  answers[1]?.({ ...preview, rows: [['first']] });
  await first;
  expect(chooser.chosen?.preview.rows).toEqual([['second']]);
  const third = chooser.choose(storage, { role: 'x', index: 0 });
  chooser.dismiss();
  answers[3]?.(preview);
  await third;
  expect(chooser.chosen).toBeUndefined();
});
