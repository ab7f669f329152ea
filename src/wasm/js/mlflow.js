// The way to an MLflow tracking server: what the caller asks for is read here, requests are sent, and the caller hears of it and may stop
// it. What is asked of the server, and what its answers mean, is the affair of wasm.
import { clear_timer, set_timer } from '../../indexeddb/js/time.js';
import { coded_error, rangeError } from './errors.js';
import { LongWork, asStopped, optionsOf, withoutFormats } from './files.js';
import { named_values } from './named_values.js';
import { wrongType } from './kinds.js';

const SERVER = ['signal', 'on_progress', 'on_loss', 'url', 'headers', 'experiment'];
const SYNC = [...SERVER, 'live'];

/** A request that is not answered for so long counts as lost, and is sent again. */
const LONGEST_MS = 300_000;

/** Sends a run that the handle has. */
export async function syncMlflow(handle, run_id, options) {
    const asked = optionsOf(options, SYNC);
    if (handle.sync_mlflow_by === undefined) throw withoutFormats();
    const work = new ServerWork(asked);
    try {
        return await handle.sync_mlflow_by(run_id, asked.experiment, asked.live, work);
    } catch (cause) {
        throw asStopped(cause, work);
    } finally {
        work.close();
    }
}

/** The id of the run that the handle imports. */
export async function importMlflow(handle, mlflow_run_id, options) {
    const asked = optionsOf(options, SERVER);
    if (handle.import_mlflow_by === undefined) throw withoutFormats();
    const work = new ServerWork(asked);
    try {
        return await handle.import_mlflow_by(mlflow_run_id, asked.experiment, work);
    } catch (cause) {
        throw asStopped(cause, work);
    } finally {
        work.close();
    }
}

/** How far a run was sent. */
export async function mlflowSyncs(handle, run_id) {
    if (handle.mlflow_syncs === undefined) throw withoutFormats();
    return handle.mlflow_syncs(run_id);
}

/** Requests to one server, with the caller's headers, which are kept nowhere else. */
class ServerWork extends LongWork {
    url;
    #headers;
    /** Ends requests when the caller stops the work, or when it is over. */
    #ending = new AbortController();
    /** Ends the wait that goes on. */
    #wake = () => {};
    #stop = () => {
        this.#ending.abort();
        this.#wake();
    };

    constructor(asked) {
        super(asked);
        this.url = asked.url;
        this.#headers = headersOf(asked.headers);
        if (typeof globalThis.fetch !== 'function') {
            throw coded_error('Error', 'Unavailable', 'there is no fetch() here: Node.js has it from version 18 on');
        }
        asked.signal?.addEventListener?.('abort', this.#stop, { once: true });
    }

    /** For wasm: the answer, whatever its status; `undefined` if there is none. */
    async send(method, path, body) {
        // The caller's signal may be of another realm, whose fetch() would not know it.
        const request = new AbortController();
        const end = () => request.abort();
        const { signal } = this.#ending;
        signal.addEventListener('abort', end, { once: true });
        const timer = set_timer(end, LONGEST_MS);
        const headers = new Headers(this.#headers);
        if (typeof body === 'string') headers.set('content-type', 'application/json');
        else if (body) headers.set('content-type', 'application/octet-stream');
        try {
            const base = this.url.trim().replace(/\/+$/, '');
            const response = await fetch(base + path, { method, headers, body, signal: request.signal, cache: 'no-store' });
            const answered = new Uint8Array(await response.arrayBuffer());
            return { status: response.status, body: answered, retry_after_ms: retryAfter(response.headers.get('retry-after')) };
        } catch {
            return undefined; // A browser does not say why.
        } finally {
            clear_timer(timer);
            signal.removeEventListener('abort', end);
        }
    }

    /** For wasm: resolves after so long, or when the caller stops the work. One wait goes on at a time: another ends it. */
    wait(delay_ms) {
        this.#wake();
        return new Promise((resolve) => {
            const timer = set_timer(resolve, delay_ms);
            this.#wake = () => {
                clear_timer(timer);
                resolve();
            };
            if (this.#ending.signal.aborted) this.#wake();
        });
    }

    /** For wasm: whether timers are slow. */
    is_hidden() {
        return globalThis.document?.visibilityState === 'hidden';
    }

    close() {
        this.asked.signal?.removeEventListener?.('abort', this.#stop);
        this.#stop();
    }
}

function headersOf(given) {
    if (given === undefined) return [];
    const { keys, values } = named_values('options.headers', given);
    return keys.map((name, index) => {
        if (typeof name !== 'string') throw wrongType('a name in options.headers', 'a string', name);
        const value = values[index];
        if (typeof value !== 'string') throw wrongType(`options.headers['${name.slice(0, 60)}']`, 'a string', value);
        try {
            new Headers([[name, value]]);
        } catch {
            // Its value may be a secret, and is not said.
            throw rangeError(`options.headers['${name.slice(0, 60)}'] is no header that can be sent: its name or its value has a character that headers lack`);
        }
        return [name, value];
    });
}

/** Milliseconds, from the seconds or the date that a server names. */
function retryAfter(text) {
    if (text === null || text.trim() === '') return NaN;
    const seconds = Number(text);
    return Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
}
