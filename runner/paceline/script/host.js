// The world that Postman's sandbox bundle expects around itself, and the two mailboxes by which Python talks to it.
//
// V8 alone has no timers, no Blob, no randomness and no event loop. The bundle (postman-sandbox, lib/bootcode.js) wants
// them as globals and deletes every global it does not know while it boots; so all that is needed afterwards is kept
// in this closure, out of reach of the scripts too.
//
// One call from Python is one turn of an event loop: `turn()` delivers the letters of the inbox or, where there are
// none, fires what is due. V8 runs promise jobs when the call has returned, and Python may hear of the return before
// they are done. So whatever they change (outbox, timers) is in shared memory of which each word has one writer, and
// Python trusts it to be final only after a turn in which nothing was left to do.
//
// What scripts draw by lot is the matter of chance.js, whose function is handed in.
//
// The memory, which begins at an offset in the buffer; Python (script/mailbox.py) knows the same layout:
//   Int32   [0] units in the inbox (Python writes)          [1] units in the outbox
//           [2] units of the outbox read so far (Python)    [3] letters that did not fit into the outbox
//           [4] whether this turn did anything              [5] number of the turn (Python)
//           [6] number of the turn that last tidied the outbox
//           [7] number of the turn in which a script last ended
//   Float64 [4] when the next timer is due (unix ms), -1 without one
//   then the inbox, the outbox (UTF-16 code units), the key of the random bytes (Python, before all else)
(function (memory, start, inboxUnits, outboxUnits, keyBytes, makeChance) {
    'use strict';

    const { parse, stringify } = JSON;
    const { fromCharCode } = String;
    const now = Date.now;
    const publish = Atomics.store; // orders it after the writes before it, on every processor
    const HEADER = 64;
    const CHUNK = 8192; // arguments per call of fromCharCode; V8 takes about 120,000 before the stack ends

    const counts = new Int32Array(memory, start, 8);
    const [INBOX, OUTBOX, READ, OVERFLOW, BUSY, TURN, TIDIED, ENDED] = [0, 1, 2, 3, 4, 5, 6, 7];
    const due = new Float64Array(memory, start + 32, 1);
    const inbox = new Uint16Array(memory, start + HEADER, inboxUnits);
    const outbox = new Uint16Array(memory, start + HEADER + 2 * inboxUnits, outboxUnits);
    const key = new Uint32Array(memory, start + HEADER + 2 * (inboxUnits + outboxUnits), keyBytes / 4);
    const chance = makeChance(key);

    // --- Timers: the wall clock of the script. Immediates come before timers, in the next turn, as in Node. ---
    const timers = new Map();
    const immediates = new Map();
    let lastTimer = 0;
    due[0] = -1;

    const tellWhenDue = () => {
        let next = immediates.size ? 0 : Infinity;
        for (const timer of timers.values()) { next = Math.min(next, timer.at); }
        due[0] = next === Infinity ? -1 : next;
    };
    const delayOf = (ms) => { const delay = Number(ms); return delay >= 1 && delay <= 2147483647 ? delay : 1; };
    const setTimer = (fn, ms, args, every) => {
        const id = ++lastTimer;
        const delay = delayOf(ms);
        timers.set(id, { fn, args, at: now() + delay, every: every && delay, shown: chance.after(delay) });
        tellWhenDue();
        return id;
    };
    const clearTimer = (id) => { timers.delete(id) && tellWhenDue(); };

    const fireDue = () => {
        const ready = [...immediates];
        counts[BUSY] = ready.length;
        for (const [id, [fn, args]] of ready) {
            if (immediates.delete(id)) { fn(...args); } // else an earlier one of this turn cleared it
        }
        const moment = now();
        const expired = [...timers].filter(([, timer]) => timer.at <= moment).sort((a, b) => a[1].at - b[1].at);
        counts[BUSY] += expired.length;
        for (const [id, timer] of expired) {
            if (!timers.has(id)) { continue; }
            chance.reach(timer.shown);
            if (timer.every) { Object.assign(timer, { at: moment + timer.every, shown: chance.after(timer.every) }); }
            else { timers.delete(id); }
            timer.fn(...timer.args);
        }
        tellWhenDue();
    };

    // --- The outbox: one JSON letter after the other, each followed by a zero unit (JSON text never has one). ---
    let overflow = [];
    const post = (letter) => {
        const start = counts[OUTBOX];
        const end = start + letter.length;
        if (overflow.length || end + 1 > outbox.length) {
            publish(counts, OVERFLOW, overflow.push(letter));
            return;
        }
        for (let i = 0; i < letter.length; i++) { outbox[start + i] = letter.charCodeAt(i); }
        outbox[end] = 0;
        publish(counts, OUTBOX, end + 1);
    };

    // Values of scripts may hold cycles, errors and big integers; none of them may cost the run a message.
    const MAX_DEPTH = 200; // Python's JSON ends in a RecursionError far deeper
    const portable = () => {
        const above = [];
        return function (key, value) {
            const raw = this[key]; // before toJSON: the bundle's Error.prototype.toJSON leaves out the stack
            if (raw instanceof Error || (raw && typeof raw === 'object' && typeof raw.stack === 'string' && raw.message)) {
                return { type: 'Error', name: raw.name, message: String(raw.message), stack: String(raw.stack) };
            }
            if (typeof value === 'bigint') { return String(value); }
            if (typeof value === 'object' && value !== null) {
                while (above.length && above[above.length - 1] !== this) { above.pop(); }
                if (above.includes(value)) { return '[Circular]'; }
                if (above.length > MAX_DEPTH) { return '[Too deep]'; }
                above.push(value);
            }
            return value;
        };
    };

    // --- The bridge: what uvm (lib/bridge-client.js) is to the bundle elsewhere. ---
    const listeners = new Map();
    const emit = (name, args) => {
        for (const listener of [...(listeners.get(name) || [])]) { listener(...args); }
    };
    const bridge = {
        emit: (name, ...args) => emit(name, args),
        listeners: (name) => listeners.get(name) || [],
        on (name, listener) {
            if (typeof listener !== 'function') { return; }
            listeners.has(name) ? listeners.get(name).push(listener) : listeners.set(name, [listener]);
        },
        once (name, listener) {
            const only = (...args) => { bridge.off(name, only); listener(...args); };
            bridge.on(name, only);
        },
        off (name, listener) {
            const left = listener ? (listeners.get(name) || []).filter((other) => other !== listener) : [];
            left.length ? listeners.set(name, left) : listeners.delete(name);
        },
        dispatch (name, ...args) {
            name = String(name);
            // Sent twice, with the execution's id and without (postman-sandbox, lib/sandbox/execute.js): once will do.
            if (name === 'execution.assertion' || name === 'execution.error') { return; }
            if (name.startsWith('execution.result.')) {
                args = [args[0], outcomeOf(args[1]), chance.clock()];
                counts[ENDED] = counts[TURN];
            }
            try { post(stringify([name, ...args], portable())); }
            catch (error) { bridge.refuse(name, error); }
        },
        // A toJSON or a getter of the script's threw, or the text is longer than V8 allows: an error of the script.
        refuse (name, error) {
            const [, what, id] = name.split('.');
            const told = new Error(`a value cannot be told (execution.${what}): ${error && error.message || error}`);
            if (what === 'result') { post(stringify([name, told, null], portable())); }
            else if (id) { post(stringify([`execution.error.${id}`, null, told], portable())); }
        }
    };

    // The whole execution with every scope would be most of the traffic; Python needs what changed.
    const outcomeOf = (execution) => {
        if (!execution) { return null; }
        const changes = (scope) => (scope && scope.mutations ? scope.mutations : undefined);
        return {
            request: execution.target === 'prerequest' ? execution.request : undefined,
            return: execution.return,
            mutations: {
                local: changes(execution._variables),
                environment: changes(execution.environment),
                collection: changes(execution.collectionVariables),
                globals: changes(execution.globals)
            }
        };
    };

    // --- What browsers and Node have and V8 has not. ---
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const btoa = (text) => {
        const bytes = String(text);
        let result = '';
        for (let i = 0; i < bytes.length; i += 3) {
            const triple = [0, 1, 2].map((k) => bytes.charCodeAt(i + k));
            if (triple.some((code) => code > 255)) { throw new Error('btoa: a character is outside Latin-1'); }
            const bits = (triple[0] << 16) | ((triple[1] || 0) << 8) | (triple[2] || 0);
            const quad = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63]);
            result += quad.slice(0, Math.min(3, bytes.length - i) + 1).join('').padEnd(4, '=');
        }
        return result;
    };
    const atob = (text) => {
        const letters = String(text).replace(/[\t\n\f\r ]/g, '').replace(/={1,2}$/, '');
        if (letters.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(letters)) { throw new Error('atob: not base64'); }
        let result = '';
        let bits = 0;
        for (let i = 0; i < letters.length; i++) {
            bits = ((bits << 6) | ALPHABET.indexOf(letters[i])) & 0xffffff;
            if (i % 4) { result += fromCharCode((bits >> (6 - 2 * (i % 4))) & 255); }
        }
        return result;
    };
    // Parts are kept as text: the bundle only asks whether something is a Blob, and how large it is.
    class Blob {
        constructor (parts = [], options = {}) {
            this.content = parts.map((part) => (part instanceof Blob ? part.content : String(part))).join('');
            this.size = this.content.length;
            this.type = String(options.type || '');
        }
        text () { return Promise.resolve(this.content); }
    }
    class File extends Blob {
        constructor (parts, name, options = {}) {
            super(parts, options);
            this.name = String(name);
            this.lastModified = options.lastModified || Date.now();
        }
    }

    const read = () => {
        let text = '';
        for (let i = 0; i < counts[INBOX]; i += CHUNK) {
            text += fromCharCode.apply(null, inbox.subarray(i, Math.min(i + CHUNK, counts[INBOX])));
        }
        return text;
    };
    const deliver = (text) => {
        counts[BUSY] = 1;
        for (const [name, ...args] of parse(text)) {
            if (name === 'initialize') { chance.booted(); }
            if (name === 'execute') { chance.begin(args[4]); }
            emit(name, args);
        }
    };
    // Make room again: what Python has read goes, what came in since then moves to the front.
    const tidy = () => {
        outbox.copyWithin(0, counts[READ], counts[OUTBOX]);
        counts[OUTBOX] -= counts[READ];
        counts[TIDIED] = counts[TURN];
    };

    Object.assign(globalThis, {
        bridge, atob, btoa, Blob, File, crypto: chance.crypto,
        __uvm_emit: () => {},
        __uvm_setTimeout: (fn, ms) => setTimer(fn, ms, []),
        setTimeout: (fn, ms, ...args) => setTimer(fn, ms, args),
        setInterval: (fn, ms, ...args) => setTimer(fn, ms, args, true),
        setImmediate (fn, ...args) {
            const id = ++lastTimer;
            immediates.set(id, [fn, args]);
            tellWhenDue();
            return id;
        },
        clearTimeout: clearTimer,
        clearInterval: clearTimer,
        clearImmediate: (id) => { immediates.delete(id) && tellWhenDue(); }
    });

    return {
        // A turn: letters first; a letter too long for the inbox comes as the argument.
        turn (text) {
            tidy();
            if (text !== undefined) { deliver(text); }
            else if (counts[INBOX]) { deliver(read()); }
            else { fireDue(); }
        },
        // The letters that did not fit into the outbox, as one JSON list of texts.
        rest () {
            const letters = stringify(overflow);
            overflow = [];
            counts[OVERFLOW] = 0;
            return letters;
        }
    };
})
