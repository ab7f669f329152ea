// What a CSV file holds, before it is imported: its head is read here, wasm says what is in it.
import { FileSource, asStopped, optionsOf, withoutFormats } from './files.js';
import { coded_error } from './errors.js';

const PREVIEW = ['signal', 'columns'];
/** So much of a file is looked at. */
const HEAD_BYTES = 256 << 10;

/** How the file would be read. The handle is asked for again when its head is there, for it may have been freed meanwhile. */
export async function previewCsv(handle, data, options) {
    const asked = optionsOf(options, PREVIEW);
    if (handle().preview_csv === undefined) throw withoutFormats();
    const source = await FileSource.of(data, asked);
    try {
        const { head, isWhole } = await headOf(source);
        return handle().preview_csv(head, isWhole, asked.columns);
    } catch (cause) {
        throw asStopped(cause, source);
    } finally {
        source.close();
    }
}

async function headOf(source) {
    const head = new Uint8Array(HEAD_BYTES);
    let length = 0;
    for (;;) {
        const piece = await source.next();
        if (source.is_stopped()) throw coded_error('Error', 'Aborted', 'it was stopped by its signal');
        if (piece === undefined) return { head: head.subarray(0, length), isWhole: true };
        const taken = piece.subarray(0, HEAD_BYTES - length);
        head.set(taken, length);
        length += taken.length;
        if (taken.length < piece.length) return { head, isWhole: false };
    }
}
