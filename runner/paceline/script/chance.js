// What a script can draw by lot, and the clock it sees: the system's, or under a seed values that are the same again.
//
// Without a seed scripts meet V8's own Date and Math.random. Under one, others stand in their place until the next
// script without. What the bundle took at its boot for later (lodash: Math.random; Sugar: Date) is always ours, and
// passes on to V8's while there is no seed.
//
// The clock of a seed goes on a millisecond with each look, and with a timer by the time that this was to wait.
// A seed does not cover: counters that scripts share (_.uniqueId), constants that libraries drew while they booted
// (those in chai's and jQuery's names of keys), memory, time zone and locale, and what comes first of a timer and an
// answer to a request.
(function (key) {
    'use strict';

    const { defineProperty, getOwnPropertyDescriptor } = Reflect;
    const Native = Date;
    const { now } = Date;
    const { random } = Math;

    // --- Random bytes: ChaCha20 (RFC 8439, section 2.3) from a key of eight words. ---
    const stream = (words) => {
        const block = new Uint32Array(16);
        const state = new Uint32Array(16);
        const counter = new Uint32Array(2);
        const turned = (word, bits) => (word << bits) | (word >>> (32 - bits));
        const mix = (a, b, c, d) => {
            block[a] += block[b]; block[d] = turned(block[d] ^ block[a], 16);
            block[c] += block[d]; block[b] = turned(block[b] ^ block[c], 12);
            block[a] += block[b]; block[d] = turned(block[d] ^ block[a], 8);
            block[c] += block[d]; block[b] = turned(block[b] ^ block[c], 7);
        };
        const next = () => {
            state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
            state.set(words, 4);
            state.set(counter, 12);
            if (++counter[0] === 0) { counter[1]++; }
            block.set(state);
            for (let round = 0; round < 10; round++) {
                mix(0, 4, 8, 12); mix(1, 5, 9, 13); mix(2, 6, 10, 14); mix(3, 7, 11, 15);
                mix(0, 5, 10, 15); mix(1, 6, 11, 12); mix(2, 7, 8, 13); mix(3, 4, 9, 14);
            }
            return new Uint8Array(block.map((word, i) => word + state[i]).buffer);
        };
        let bytes = new Uint8Array(0);
        let taken = 0;
        return () => {
            if (taken === bytes.length) { [bytes, taken] = [next(), 0]; }
            return bytes[taken++];
        };
    };
    const system = stream(key); // Python puts the key there before the first byte is drawn
    let byte = system;
    const crypto = {
        getRandomValues (array) {
            const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
            for (let i = 0; i < bytes.length; i++) { bytes[i] = byte(); }
            return array;
        },
        randomUUID () {
            const bytes = crypto.getRandomValues(new Uint8Array(16));
            bytes[6] = (bytes[6] & 15) | 64;
            bytes[8] = (bytes[8] & 63) | 128;
            const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
            return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
        }
    };
    const word = () => (byte() | byte() << 8 | byte() << 16 | byte() << 24) >>> 0;

    // --- faker draws from Mersenne twisters of its own, within reach only while the bundle boots and makes them. ---
    const twisters = [];
    defineProperty(Object.prototype, 'init_genrand', {
        configurable: true,
        set (start) {
            defineProperty(this, 'init_genrand', { value: start, writable: true, enumerable: true, configurable: true });
            twisters.push(this);
        }
    });

    // --- What stands in for V8's own under a seed. Proxies, for libraries look whether a function is native. ---
    let clock = null; // what the next look at it shows, in unix ms
    const look = () => clock++;
    const instead = (native, seeded) => new Proxy(native, {
        apply: (target, self, args) => (clock === null ? Reflect.apply(target, self, args) : seeded(self, args))
    });
    const Shown = new Proxy(Native, {
        apply: (target, self, args) => (clock === null ? Reflect.apply(target, self, args) : new Native(look()).toString()),
        construct (target, args, made) {
            return Reflect.construct(target, args.length || clock === null ? args : [look()], made);
        }
    });
    const format = getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format').get;
    const { formatToParts } = Intl.DateTimeFormat.prototype;
    const dated = (date) => (date === undefined ? look() : date);
    const places = [
        [globalThis, 'Date', { value: Shown }],
        [Native, 'now', { value: instead(now, look) }],
        [Math, 'random', { value: instead(random, () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 2 ** 53) }],
        [Intl.DateTimeFormat.prototype, 'format', {
            get () { const write = format.call(this); return (date) => write(clock === null ? date : dated(date)); }
        }],
        [Intl.DateTimeFormat.prototype, 'formatToParts', {
            value: instead(formatToParts, (self, [date]) => formatToParts.call(self, dated(date)))
        }]
    ];
    let replaced = null;
    const replace = () => {
        if (replaced) { return; }
        replaced = places.map(([object, name]) => [object, name, getOwnPropertyDescriptor(object, name)]);
        for (const [object, name, ours] of places) {
            defineProperty(object, name, { ...ours, ...('value' in ours && { writable: true }), configurable: true });
        }
    };
    const restore = () => {
        for (const [object, name, theirs] of replaced) { defineProperty(object, name, theirs); }
        replaced = null;
    };
    replace();

    return {
        crypto,
        // The bundle has taken what it takes at its boot.
        booted () {
            restore();
            delete Object.prototype.init_genrand;
        },
        // From here on draw from the seed, [64 hexadecimal digits, unix ms]; from the system without one.
        begin (seed) {
            if (seed) {
                const [digits, start] = seed;
                const bytes = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
                [byte, clock] = [stream(new Uint32Array(bytes.buffer)), start];
                replace();
            }
            else if (clock !== null) {
                [byte, clock] = [system, null];
                restore();
            }
            else { return; }
            for (const twister of twisters) { twister.init_genrand(word()); }
        },
        clock: () => clock,
        // What the clock shows once a timer has waited so long; null without a seed.
        after: (ms) => (clock === null ? null : clock + ms),
        reach (moment) { if (clock !== null && moment > clock) { clock = Math.ceil(moment); } }
    };
})
