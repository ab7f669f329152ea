// The page that reports are made of: the dashboard with all that it needs. It is large, so a package that has it loads it when one is made.
import { coded_error } from './errors.js';

let load;

/** For a package that has the page: this gives a promise of a module that exports it as `page`. */
export function report_page_with(loader) {
    load = loader;
}

/** The page, as text. */
export async function reportPage() {
    if (load === undefined) {
        throw coded_error(
            'Error',
            'Unavailable',
            'this package was built without the page that reports are made of: take the npm package, which has it, or pass it as options.template',
        );
    }
    try {
        return (await load()).page;
    } catch (cause) {
        const error = coded_error('Error', 'Unavailable', `the page that reports are made of could not be loaded (${cause?.message ?? cause}): check the connection, and try again`);
        error.cause = cause;
        throw error;
    }
}
