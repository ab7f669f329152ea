// Random bytes. `Math.random` alone is not enough: training code seeds it, and two tabs with one seed would draw the same tokens.
const { crypto, performance } = globalThis;

let drawn = 0;

// What differs between two pages, and between two draws of one page.
function page_noise() {
  const now = performance?.now?.() ?? 0;
  const address = new Error().stack ?? '';
  return `${performance?.timeOrigin}|${now}|${Date.now()}|${Math.random()}|${(drawn += 1)}|${address.length}`;
}

// FNV-1a over the noise, drawn again for each byte: the low bits of a clock are what is unpredictable in it.
function noise_byte() {
  let hash = 0x811c9dc5;
  for (const character of page_noise()) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 0xff;
}

export function random_bytes(bytes) {
  try {
    crypto.getRandomValues(bytes);
  } catch {
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = noise_byte();
  }
}
