// A run's metrics as JSON text: see json.rs.
const NEXT_POINT = ',{"step":';
// For each millisecond: 123Z"},{"step":
const MILLISECONDS = Array.from({ length: 1000 }, (_, ms) => `${String(1000 + ms).slice(1)}Z"}${NEXT_POINT}`);
const POINTS_JOINED = 1 << 16;
const MOST_SECONDS = 8.64e12;

export class PointsText {
    #text = '';
    #pieces = '';
    #points = 0;
    // From the last value to the next step.
    #lead = '[{"step":';
    #timestamp = NaN;
    #second = NaN;
    #upToSecond = '';

    write(steps, values, timestamps) {
        let pieces = this.#pieces;
        let lead = this.#lead;
        for (let index = 0; index < steps.length; index += 1) {
            const value = values[index];
            pieces += lead + steps[index] + ',"value":' + (value - value === 0 ? value : 'null');
            if (timestamps[index] !== this.#timestamp) lead = this.#leadFrom(timestamps[index]);
        }
        this.#lead = lead;
        this.#pieces = pieces;
        this.#points += steps.length;
        if (this.#points >= POINTS_JOINED) this.#join();
    }

    text() {
        this.#join();
        return `${this.#text}${this.#lead.slice(0, -NEXT_POINT.length)}]`;
    }

    #join() {
        this.#text += [this.#pieces, ''].join('');
        this.#pieces = '';
        this.#points = 0;
    }

    #leadFrom(timestamp) {
        const second = Math.floor(timestamp / 1000);
        if (second !== this.#second) {
            const date = new Date(1000 * Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, second)));
            this.#upToSecond = `,"timestamp":"${date.toISOString().slice(0, -4)}`;
        }
        this.#timestamp = timestamp;
        this.#second = second;
        return this.#upToSecond + MILLISECONDS[timestamp - second * 1000];
    }
}

export function metrics_json(keys, texts) {
    return `{${keys.map((key, index) => `${JSON.stringify(key)}:${texts[index]}`).join(',')}}`;
}
