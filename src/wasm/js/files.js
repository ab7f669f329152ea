// Files, out and in: what the caller asks for is read here, bytes go into a Blob or come out of one, and the caller hears of it and may
// stop it. What the bytes say is the affair of wasm.
import { coded_error } from './errors.js';
import { isArray, tagOf } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';
import { named_values } from './named_values.js';
import { byte_view } from './numbers_and_bytes.js';
import { checkOptions, option } from './options.js';
import { reportPage } from './report_page.js';

const LONG_WORK = ['signal', 'on_progress', 'on_loss'];
const EXPORT = [...LONG_WORK, 'compress', 'variant', 'template'];
const IMPORT = [...LONG_WORK, 'format', 'experiment', 'columns'];

/** Parts of a Blob are put together whenever they have so many bytes: browsers keep a large Blob on disk, but not its parts. */
const BYTES_IN_MEMORY = 8 << 20;
/** So much of a compressed file is decompressed at once. */
const PACKED_BYTES = 16 << 10;
/** What the format of a file is told by. */
const GZIP = [0x1f, 0x8b];

/**
 * A Blob of what the handle exports: these runs in this format, or everything where no runs are given. The handle is asked for again when
 * the page of a report is there, for it may have been freed meanwhile.
 */
export async function exportFile(handle, run_ids, format, options) {
    const asked = optionsOf(options, EXPORT);
    if (handle().export_to === undefined) throw withoutFormats();
    const ids = run_ids === undefined ? undefined : listOfTexts('run_ids', run_ids);
    const sink = new FileSink(asked);
    try {
        if (format === 'html') sink.template = asked.template ?? (await reportPage());
        const type = await handle().export_to(ids, format, asked.variant, sink);
        return await sink.finish(type);
    } catch (cause) {
        sink.abandon(cause);
        throw asStopped(cause, sink);
    }
}

/** The ids of the runs that the handle imports: it is asked for again when the file is open, for it may have been freed meanwhile. */
export async function importFile(handle, data, options) {
    const asked = optionsOf(options, IMPORT);
    if (handle().import_from === undefined) throw withoutFormats();
    const source = await FileSource.of(data, asked);
    try {
        return await handle().import_from(asked.format, asked.experiment, asked.columns, source);
    } catch (cause) {
        throw asStopped(cause, source);
    } finally {
        source.close();
    }
}

export function optionsOf(options, known) {
    const asked = { __proto__: null };
    if (options === undefined || options === null) return asked;
    checkOptions(options, known);
    for (const name of known) asked[name] = option(options, name) ?? undefined;
    if (asked.on_progress !== undefined && typeof asked.on_progress !== 'function') {
        throw wrongType('options.on_progress', 'a function', asked.on_progress);
    }
    if (asked.on_loss !== undefined && typeof asked.on_loss !== 'function') throw wrongType('options.on_loss', 'a function', asked.on_loss);
    if (asked.compress !== undefined && typeof asked.compress !== 'boolean') throw wrongType('options.compress', 'true or false', asked.compress);
    if (asked.variant !== undefined && typeof asked.variant !== 'string') throw wrongType('options.variant', 'a string', asked.variant);
    if (asked.columns !== undefined) asked.columns = namedColumns(asked.columns);
    if (asked.template !== undefined && typeof asked.template !== 'string') throw wrongType('options.template', 'a string', asked.template);
    const { signal } = asked;
    if (signal !== undefined && reading('options.signal', () => typeof signal.aborted) !== 'boolean') {
        throw wrongType('options.signal', 'an AbortSignal', signal);
    }
    return asked;
}

/** What the caller says of columns: names, and a list of names. */
function namedColumns(columns) {
    const { keys, values } = named_values('options.columns', columns);
    const copied = (value, index) =>
        keys[index] === 'metrics' && value !== undefined && value !== null ? listOfTexts('options.columns.metrics', value, 'an array of names') : value;
    return { keys, values: values.map(copied) };
}

function listOfTexts(what, list, expected = 'an array of ids') {
    if (!reading(what, () => isArray(list))) throw wrongType(what, expected, list);
    return reading(what, () => Array.from(list));
}

export const withoutFormats = () =>
    coded_error(
        'Error',
        'Unavailable',
        'this package was built without file formats: build it with --features wasm,interop, or take the npm package, which has them',
    );

/** Work that its caller hears of and may stop. */
export class LongWork {
    asked;

    constructor(asked) {
        this.asked = asked;
    }

    /** For wasm: whether the caller has stopped it. */
    is_stopped() {
        return reading('options.signal', () => this.asked.signal?.aborted === true);
    }

    /** For wasm: how far it is. What the caller's function throws is for wasm to report. */
    tell_progress(done, total) {
        this.asked.on_progress?.(done, total);
    }

    /** For wasm: something that the format cannot hold, or that was left out. */
    tell_loss(text) {
        this.asked.on_loss?.(text);
    }

    /// For wasm: a run that a restore leaves alone.
    tell_left(run) {
        this.asked.on_left?.(run);
    }
}

/** The error that a caller gets: as other functions have it, of work that it stopped. */
export function asStopped(error, work) {
    if (error?.code !== 'Aborted') return error;
    error.name = 'AbortError';
    try {
        error.cause = work.asked.signal.reason;
    } catch {
        // Without the reason.
    }
    return error;
}

/** Where the bytes of an export go. */
class FileSink extends LongWork {
    parts = [];
    waiting = 0;
    writer;
    compressed;
    template;

    constructor(asked) {
        super(asked);
        if (asked.compress !== true) return;
        if (typeof CompressionStream !== 'function') {
            throw coded_error('Error', 'Unavailable', 'this browser has no CompressionStream: export without options.compress');
        }
        const stream = new CompressionStream('gzip');
        this.writer = stream.writable.getWriter();
        this.compressed = new Response(stream.readable).blob();
        this.compressed.catch(() => {}); // It fails with the export.
    }

    /** For wasm: the page of a report. */
    page() {
        return this.template;
    }

    /** For wasm: the next bytes. */
    async write(bytes) {
        if (this.writer) {
            await this.writer.ready;
            // Its failure is that of the last write, which is awaited.
            this.writer.write(bytes).catch(() => {});
            return;
        }
        this.parts.push(bytes);
        this.waiting += bytes.length;
        if (this.waiting < BYTES_IN_MEMORY) return;
        this.parts = [new Blob(this.parts)];
        this.waiting = 0;
    }

    async finish(type) {
        if (!this.writer) return new Blob(this.parts, { type });
        await this.writer.close();
        const blob = await this.compressed;
        return blob.slice(0, blob.size, 'application/gzip');
    }

    abandon(cause) {
        this.writer?.abort(cause).catch(() => {});
    }
}

const STOPPED = Symbol('stopped');

/** Where the bytes of an import come from. */
export class FileSource extends LongWork {
    reader;
    isCompressed;
    /** Resolves when the caller stops it. */
    stopped;
    /** How many of the file's bytes were read, of how many. */
    done = 0;
    total = 0;

    static async of(data, asked) {
        const source = new FileSource(asked);
        const blob = isBlob(data) ? data : new Blob([byte_view('data', data)]);
        try {
            source.total = blob.size;
            const head = new Uint8Array(await blob.slice(0, GZIP.length).arrayBuffer());
            source.open(blob, GZIP.every((byte, index) => head[index] === byte));
        } catch (cause) {
            throw cause?.code === 'Unavailable' ? cause : unreadable(cause);
        }
        return source;
    }

    open(blob, isCompressed) {
        const { signal } = this.asked;
        // Without a signal it waits for nothing.
        this.stopped = new Promise((resolve) => signal?.addEventListener?.('abort', () => resolve(STOPPED), { once: true }));
        if (isCompressed && typeof DecompressionStream !== 'function') {
            throw coded_error('Error', 'Unavailable', 'this browser has no DecompressionStream: decompress the file first, and import that');
        }
        let stream = blob.stream();
        if (isCompressed) {
            // Decompressing holds all that comes of one piece, a thousand times as much of a hostile file: pieces are small.
            const count = (bytes, controller) => {
                this.done += bytes.length;
                for (let from = 0; from < bytes.length; from += PACKED_BYTES) controller.enqueue(bytes.subarray(from, from + PACKED_BYTES));
            };
            stream = stream.pipeThrough(new TransformStream({ transform: count })).pipeThrough(new DecompressionStream('gzip'));
        }
        this.reader = stream.getReader();
        this.isCompressed = isCompressed;
    }

    /** For wasm: the next bytes, `undefined` at the end. */
    async next() {
        let read;
        try {
            // A read may never end, from a drive that stalls.
            read = await Promise.race([this.reader.read(), this.stopped]);
        } catch (cause) {
            throw unreadable(cause);
        }
        // wasm asks whether it was stopped when it has taken this.
        if (read === STOPPED) return new Uint8Array();
        if (read.done) return undefined;
        if (!this.isCompressed) this.done += read.value.length;
        return read.value;
    }

    /** For wasm. */
    tell_bytes() {
        this.tell_progress(this.done, this.total);
    }

    close() {
        this.reader?.cancel().catch(() => {});
    }
}

const isBlob = (value) => ['Blob', 'File'].includes(reading('data', () => tagOf(value)));

const unreadable = (cause) =>
    coded_error('Error', 'InvalidFile', `nothing was imported: the file cannot be read (${String(cause?.message ?? cause).slice(0, 200)}); choose it again`);
