// `entrenar/dashboard`: defines <entrenar-dashboard>. On a server, where there are no elements, importing it does nothing.

/** Resolves when the element is defined. */
export const defined = typeof document === 'undefined' ? Promise.resolve() : import('entrenar-dashboard').then(() => undefined);
