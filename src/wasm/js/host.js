// The console, which test set-ups replace by one that throws. A message that cannot be shown is no reason to stop saving.

/** Tells what the user should know. */
export function console_warn(text) {
    try {
        console.warn(text);
    } catch {
        // There is no console to tell it to.
    }
}

/** Tells what went wrong in a caller's code, and the cause. */
export function console_error(text, cause) {
    try {
        console.error(text, cause);
    } catch {
        // As above.
    }
}
