// `entrenar/dashboard` for CommonJS: the element itself is a module, which is what browsers load.

/** Resolves when the element is defined. */
export const defined = typeof document === 'undefined' ? Promise.resolve() : import('entrenar-dashboard/module').then((module) => module.defined);
