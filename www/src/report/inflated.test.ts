import { expect, test, vi } from 'vitest';
import { inflated } from './inflated';

test('what zlib compressed comes out of its base64 as it was', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * index) % 251);
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  const base64 = btoa(Array.from(deflated, (byte) => String.fromCharCode(byte)).join(''));
  expect(await inflated(base64)).toEqual(bytes);
});

test('a browser without DecompressionStream is told of in words', async () => {
  vi.stubGlobal('DecompressionStream', undefined);
  await expect(inflated('AAAA')).rejects.toThrow(/too old.*current one/);
  vi.unstubAllGlobals();
});
