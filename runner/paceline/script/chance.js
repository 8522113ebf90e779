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
    const stream = (key) => {
        const state = new Uint32Array(16);
        const block = new Uint32Array(16);
        const bytes = new Uint8Array(block.buffer);
        let taken = bytes.length;
        const mix = (a, b, c, d) => {
            let turned = block[d] ^ (block[a] += block[b]); block[d] = turned << 16 | turned >>> 16;
            turned = block[b] ^ (block[c] += block[d]); block[b] = turned << 12 | turned >>> 20;
            turned = block[d] ^ (block[a] += block[b]); block[d] = turned << 8 | turned >>> 24;
            turned = block[b] ^ (block[c] += block[d]); block[b] = turned << 7 | turned >>> 25;
        };
        const next = () => {
            state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
            state.set(key, 4);
            block.set(state);
            for (let round = 0; round < 10; round++) {
                mix(0, 4, 8, 12); mix(1, 5, 9, 13); mix(2, 6, 10, 14); mix(3, 7, 11, 15);
                mix(0, 5, 10, 15); mix(1, 6, 11, 12); mix(2, 7, 8, 13); mix(3, 4, 9, 14);
            }
            for (let i = 0; i < 16; i++) { block[i] += state[i]; }
            if (++state[12] === 0) { state[13]++; }
            taken = 0;
        };
        return {
            byte () {
                if (taken === bytes.length) { next(); }
                return bytes[taken++];
            },
            word () {
                if (taken > bytes.length - 4) { next(); }
                const word = block[taken + 3 >> 2]; // the rest of a word that is begun is left out
                taken = (taken + 7 >> 2) << 2;
                return word;
            }
        };
    };
    const system = stream(key); // Python puts the key there before the first byte is drawn
    let source = system;
    const crypto = {
        getRandomValues (array) {
            const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
            for (let i = 0; i < bytes.length; i++) { bytes[i] = source.byte(); }
            return array;
        },
        randomUUID () {
            const bytes = crypto.getRandomValues(new Uint8Array(16));
            bytes[6] = (bytes[6] & 15) | 64;
            bytes[8] = (bytes[8] & 63) | 128;
            const hex = [...bytes].map((one) => one.toString(16).padStart(2, '0')).join('');
            return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
        }
    };

    // --- faker draws from a Mersenne twister of its own, within reach only while the bundle boots and makes it. ---
    defineProperty(Object.prototype, 'genrand_int32', {
        configurable: true,
        set (own) {
            const value = function () { return clock === null ? own.call(this) : source.word(); };
            defineProperty(this, 'genrand_int32', { value, writable: true, enumerable: true, configurable: true });
        }
    });

    // --- What stands in for V8's own under a seed. Proxies, for libraries look whether a function is native. ---
    let clock = null; // what the next look at it shows, in unix ms
    const look = () => clock++;
    const instead = (native, seeded) => new Proxy(native, {
        apply: (target, self, args) => (clock === null ? Reflect.apply(target, self, args) : seeded(self, args))
    });
    const Shown = new Proxy(Native, {
        apply: (target, self, args) => (clock === null ? target(...args) : new Native(look()).toString()),
        construct (target, args, made) {
            return Reflect.construct(target, args.length || clock === null ? args : [look()], made);
        }
    });
    const fraction = () => ((source.word() >>> 5) * 67108864 + (source.word() >>> 6)) / 2 ** 53;
    const format = getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format').get;
    const { formatToParts } = Intl.DateTimeFormat.prototype;
    const dated = (date) => (date === undefined ? look() : date);
    const places = [
        [globalThis, 'Date', { value: Shown }],
        [Native, 'now', { value: instead(now, look) }],
        [Native.prototype, 'constructor', { value: Shown }],
        [Math, 'random', { value: instead(random, fraction) }],
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
            delete Object.prototype.genrand_int32;
        },
        // From here on draw from the seed, [64 hexadecimal digits, unix ms]; from the system without one.
        begin (seed) {
            if (seed) {
                const [digits, start] = seed;
                const bytes = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
                [source, clock] = [stream(new Uint32Array(bytes.buffer)), start];
                replace();
            }
            else if (clock !== null) {
                [source, clock] = [system, null];
                restore();
            }
        },
        clock: () => clock,
        // What the clock shows once a timer has waited so long; null without a seed.
        after: (ms) => (clock === null ? null : clock + ms),
        reach (moment) { if (clock !== null && moment > clock) { clock = Math.ceil(moment); } }
    };
})
