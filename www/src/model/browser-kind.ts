// Which browser this is, as far as it matters for what is kept.

export type BrowserKind = 'chromium' | 'firefox' | 'safari' | 'other';

/** By what its user agent says of the engine: every browser on iOS and iPadOS keeps data as Safari does. */
export function browserKind(userAgent: string): BrowserKind {
  if (/\biP(hone|ad|od)\b/.test(userAgent)) return 'safari';
  if (/\bFirefox\//.test(userAgent)) return 'firefox';
  if (/Chrom(e|ium)\//.test(userAgent)) return 'chromium';
  return /\bAppleWebKit\//.test(userAgent) ? 'safari' : 'other';
}
