// Backups into a folder that the person chose, and restoring from one. What is written is the affair of wasm; here is the folder: its
// files, compressed, and what a browser says of it in the package's own errors.
import { coded_error } from './errors.js';
import { asStopped, LongWork, optionsOf, withoutFormats } from './files.js';
import { reading, wrongType } from './kinds.js';

const LONG_WORK = ['signal', 'on_progress', 'on_loss'];
const RESTORE = [...LONG_WORK, 'deleted', 'skip_damaged', 'on_left'];

/** The folder of one database's backup begins so, within the one that the person chose. */
const FOLDER = 'entrenar-backup-';
const MANIFEST = 'manifest.json';
/** One tab at a time writes or reads backups: others wait. */
const LOCK = 'entrenar: backup';

/** Backs up what is new. `handle` gives the storage's handle: it is asked for again later, for it may have been freed meanwhile. */
export async function backUp(handle, directory, options) {
    if (handle().back_up_into === undefined) throw withoutFormats();
    checkDirectory(directory);
    const work = new LongWork(optionsOf(options, LONG_WORK));
    return exclusively(work, async () => {
        const name = FOLDER + (await handle().identity());
        const folder = new BackupFolder(await attempt(() => directory.getDirectoryHandle(name, { create: true })));
        try {
            return await handle().back_up_into(work, folder);
        } finally {
            folder.abandon();
        }
    });
}

/** Restores what is missing. The ids of the runs that came. */
export async function restoreFrom(handle, directory, options) {
    if (handle().restore_from === undefined) throw withoutFormats();
    checkDirectory(directory);
    const asked = optionsOf(options, RESTORE);
    for (const name of ['deleted', 'skip_damaged']) {
        if (asked[name] !== undefined && typeof asked[name] !== 'boolean') throw wrongType(`options.${name}`, 'true or false', asked[name]);
    }
    if (asked.on_left !== undefined && typeof asked.on_left !== 'function') throw wrongType('options.on_left', 'a function', asked.on_left);
    const work = new LongWork(asked);
    return exclusively(work, async () => {
        const folders = (await attempt(() => foldersIn(directory))).map((folder) => new BackupFolder(folder));
        return handle().restore_from(work, folders, asked.deleted === true, asked.skip_damaged === true);
    });
}

/** The folders that may hold backups: this one, if it has a manifest, or those in it. */
async function foldersIn(directory) {
    if (await fileIn(directory, MANIFEST)) return [directory];
    const folders = [];
    for await (const entry of directory.values()) {
        if (entry.kind === 'directory' && entry.name.startsWith(FOLDER)) folders.push(entry);
    }
    return folders;
}

function checkDirectory(directory) {
    const isDirectory = reading('directory', () => directory?.kind === 'directory' && typeof directory.getDirectoryHandle === 'function');
    if (!isDirectory) throw wrongType('directory', 'a FileSystemDirectoryHandle', directory, ': showDirectoryPicker() gives one');
}

/** Does the work while no other tab of this site does such work. */
async function exclusively(work, begin) {
    try {
        const { signal } = work.asked;
        if (work.is_stopped()) throw coded_error('Error', 'Aborted', 'it was stopped by its signal');
        const locks = globalThis.navigator?.locks;
        if (!locks) return await begin();
        let has_begun = false;
        const ours = () => {
            has_begun = true;
            return begin();
        };
        try {
            return await locks.request(LOCK, signal instanceof AbortSignal ? { signal } : {}, ours);
        } catch (cause) {
            if (!has_begun && work.is_stopped()) throw coded_error('Error', 'Aborted', 'it was stopped by its signal');
            throw cause;
        }
    } catch (cause) {
        throw asStopped(cause, work);
    }
}

/** What the browser says of a folder, as an error of the package. */
async function attempt(call) {
    try {
        return await call();
    } catch (cause) {
        throw folderError(cause);
    }
}

const notAllowed = (why) =>
    coded_error(
        'Error',
        'NotAllowed',
        `this page may not use the folder, or no longer: ask again with directory.requestPermission({ mode: 'readwrite' }) after a click, or choose the folder again (${why})`,
    );

function folderError(cause) {
    if (typeof cause?.code === 'string') return cause;
    const why = String(cause?.message ?? cause).slice(0, 200);
    switch (cause?.name) {
        case 'NotAllowedError':
        case 'SecurityError':
        case 'NoModificationAllowedError':
            return notAllowed(why);
        case 'NotFoundError':
            return coded_error('Error', 'FolderNotFound', `the folder is gone or was moved, or its drive was removed: choose it again (${why})`);
        case 'QuotaExceededError':
            return coded_error('Error', 'QuotaExceeded', `the disk that the folder is on is full: free space there, or choose another folder (${why})`);
        default:
            return coded_error('Error', 'Backend', `the folder cannot be used: try again, or choose another folder (${why})`);
    }
}

/** The file of this name; nothing if there is none. */
async function fileIn(directory, name) {
    try {
        return await (await directory.getFileHandle(name)).getFile();
    } catch (cause) {
        if (cause?.name === 'NotFoundError' || cause?.name === 'TypeMismatchError') return undefined;
        throw cause;
    }
}

const isCompressed = (name) => name.endsWith('.gz');

/** For wasm: a folder with one file open for reading and one for writing at most. Those whose names say so are compressed. */
class BackupFolder {
    directory;
    reader;
    /** Where bytes go, and what becomes of the file. */
    writer;
    stored;

    constructor(directory) {
        this.directory = directory;
    }

    names() {
        return attempt(async () => {
            const names = [];
            for await (const entry of this.directory.values()) if (entry.kind === 'file') names.push(entry.name);
            return names;
        });
    }

    open(name) {
        return attempt(async () => {
            this.reader?.cancel().catch(() => {});
            this.reader = undefined;
            const file = await fileIn(this.directory, name);
            if (!file) return false;
            const stream = isCompressed(name) ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
            this.reader = stream.getReader();
            return true;
        });
    }

    /** The next bytes, `undefined` at the end. */
    async next() {
        try {
            const { done, value } = await this.reader.read();
            return done ? undefined : value;
        } catch (cause) {
            // What cannot be decompressed is a TypeError.
            if (cause instanceof TypeError) throw coded_error('Error', 'InvalidFile', `it cannot be decompressed (${cause.message})`);
            throw folderError(cause);
        }
    }

    create(name) {
        return attempt(async () => {
            const file = await this.directory.getFileHandle(name, { create: true });
            if (typeof file.createWritable !== 'function') {
                throw coded_error('Error', 'Unavailable', 'this browser cannot write into folders: save a file of export_database() instead');
            }
            // What is written goes into a file beside, which takes the place of the one of this name when it is closed.
            const target = await file.createWritable();
            if (isCompressed(name)) {
                const { readable, writable } = new CompressionStream('gzip');
                this.stored = readable.pipeTo(target);
                this.stored.catch(() => {});
                this.writer = writable.getWriter();
            } else {
                this.writer = target.getWriter();
                this.stored = this.writer.closed;
                this.stored.catch(() => {});
            }
        });
    }

    write(bytes) {
        return this.#withStored(async () => {
            await this.writer.ready;
            await this.writer.write(bytes);
        });
    }

    complete() {
        return this.#withStored(async () => {
            await this.writer.close();
            await this.stored;
            this.writer = undefined;
        });
    }

    remove(name) {
        return attempt(() => this.directory.removeEntry(name));
    }

    /** Gives up what was not completed. */
    abandon() {
        this.writer?.abort().catch(() => {});
        this.reader?.cancel().catch(() => {});
        this.writer = this.reader = undefined;
    }

    /** A failure is that of the file, where it is the file that failed and not what leads there. */
    #withStored(call) {
        return attempt(async () => {
            try {
                await call();
            } catch (cause) {
                throw await this.stored.then(() => cause, (failure) => failure ?? cause);
            }
        });
    }
}
