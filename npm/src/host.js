// What some hosts lack as a global, from the modules that Node.js has built in: jest's jsdom has no TextDecoder and no DecompressionStream.

/** A module of Node.js; undefined elsewhere. No import of it is written down, which a bundler for browsers would stumble over. */
export function builtin(name) {
  return globalThis.process?.getBuiltinModule?.(name) ?? required(name);
}

/** As CommonJS in a Node.js that has no `getBuiltinModule`. */
function required(name) {
  return typeof module === 'object' && typeof module?.require === 'function' ? module.require(name) : undefined;
}

export const TextDecoder = globalThis.TextDecoder ?? builtin('node:util')?.TextDecoder;
export const TextEncoder = globalThis.TextEncoder ?? builtin('node:util')?.TextEncoder;
