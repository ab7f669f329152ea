/** Why the package could not be loaded. What `init()` itself rejects with is the browser's own error. */
export type LoadingErrorCode =
  /** A call before `await init()`. */
  'NotInitialized';
