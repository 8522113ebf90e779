// Put in front of a test script that is run once more, on its first line: comments only on lines of their own, which are
// left out. What the script is given of the response notes what is looked at, and tells each place once, on the console
// and behind a mark that only this run knows. Everything is done to objects of this one execution; the bundle stays
// as it is.
//
// The script's own line `JSON.parse(responseBody)` is seen since `JSON` is a variable of the script's own function here.
var JSON = (function (pm, postman, console, mark, native) {
    const tell = console.log;
    const answered = pm.response && pm.response.stream;
    const text = answered ? pm.response.text() : '';
    // Asked of every object by whoever handles objects of all kinds: of promises, JSON.stringify, lodash, chai.
    const COMMON = new Set(['then', 'toJSON', 'constructor', 'length', 'nodeType', 'inspect', 'valueOf', 'toString']);
    const MOST_VALUES = 2000;
    const LEAST_PART = 4;
    const places = [];
    const proxies = new WeakMap();
    const raws = new WeakMap();
    let quiet = 0;
    let reads = 0;

    // A place has what was read there: from each value to the number of its last read.
    const place = (path) => ({ path, number: places.length, inside: new Map(), values: new Map(), told: false, valued: false });
    const root = place([]);
    const within = (parent, step) => {
        if (!parent.inside.has(step)) { parent.inside.set(step, place([...parent.path, step])); }
        return parent.inside.get(step);
    };
    // A message that says why a check failed shows the whole object: nobody looked at that.
    const isMessage = () => {
        const limit = Error.stackTraceLimit;
        Error.stackTraceLimit = 60;
        const stack = String(new Error().stack);
        Error.stackTraceLimit = limit;
        return stack.includes('[as getMessage]');
    };
    const isNothing = (value) => value === undefined || value === null || value === '';
    const touch = (at, value) => {
        if (quiet || (!at.told && isMessage())) { return; }
        const valued = !isNothing(value);
        if (!at.told || (valued && !at.valued)) {
            if (!at.told) { places.push(at); }
            at.told = true;
            at.valued = at.valued || valued;
            tell(mark, 'touch', native.stringify(at.path), at.valued);
        }
        if (at.values.size < MOST_VALUES && (value === null || typeof value !== 'object')) {
            at.values.delete(value);
            at.values.set(value, ++reads);
        }
    };
    const words = new Set();
    const word = (name) => {
        if (quiet || words.has(name)) { return; }
        words.add(name);
        tell(mark, 'word', name);
    };
    const hushed = (work) => {
        quiet++;
        try { return work(); }
        finally { quiet--; }
    };

    const isIndex = (key) => /^(0|[1-9][0-9]*)$/.test(key);
    const look = (target, key, at) => {
        if (typeof key !== 'string') { return null; }
        if (Array.isArray(target)) { return isIndex(key) ? within(at, 0) : null; }
        const own = Object.prototype.hasOwnProperty.call(target, key);
        return own || !(key in target || COMMON.has(key)) ? within(at, key) : null;
    };
    const traced = (value, at) => {
        if (value === null || typeof value !== 'object' || raws.has(value)) { return value; }
        if (proxies.has(value)) { return proxies.get(value); }
        const proxy = new Proxy(value, {
            get (target, key, receiver) {
                const inner = look(target, key, at);
                const member = Reflect.get(target, key, receiver);
                if (!inner) { return member; }
                touch(inner, member);
                return traced(member, inner);
            },
            has (target, key) {
                const inner = look(target, key, at);
                inner && touch(inner, target[key]);
                return Reflect.has(target, key);
            },
            getOwnPropertyDescriptor (target, key) {
                const inner = look(target, key, at);
                const found = Reflect.getOwnPropertyDescriptor(target, key);
                if (!inner) { return found; }
                touch(inner, target[key]);
                return found && 'value' in found ? { ...found, value: traced(found.value, inner) } : found;
            }
        });
        proxies.set(value, proxy);
        raws.set(proxy, at);
        return proxy;
    };
    const opened = (value) => { touch(root, value); return traced(value, root); };

    // From a variable back to the places that its value is from.
    const origins = (value) => {
        if (raws.has(value)) { return [raws.get(value)]; }
        if (isNothing(value)) { return places.filter((at) => !at.valued); }
        const written = typeof value === 'object' ? native.stringify(value) : String(value);
        const same = [];
        const parts = new Set();
        for (const at of places) {
            for (const [each, read] of at.values) {
                if (isNothing(each)) { continue; }
                if (String(each) === written) { same.push({ at, read }); }
                if (String(each).length >= LEAST_PART && written.includes(String(each))) { parts.add(at); }
            }
        }
        // Of places with one id any may be meant; `1` or `true` stands at many, and is most likely from the last one read.
        if (!same.length) { return [...parts]; }
        if (written.length >= LEAST_PART && written !== 'true' && written !== 'false') { return same.map((one) => one.at); }
        return [same.reduce((one, other) => (other.read > one.read ? other : one)).at];
    };
    const replace = (owner, name, make) => {
        const original = owner && owner[name];
        if (typeof original !== 'function') { return; }
        Object.defineProperty(owner, name, { value: make(original), configurable: true, writable: true });
    };
    const setter = (original) => function (name, value) {
        const from = hushed(() => origins(value));
        tell(mark, 'write', String(name), native.stringify(from.map((at) => at.path)));
        return original.apply(this, arguments);
    };
    const asking = (named) => (original) => function (name) {
        typeof name === 'string' && word(named(name));
        return original.apply(this, arguments);
    };
    const saying = (name) => (original) => function () {
        word(name);
        return original.apply(this, arguments);
    };
    const observed = (owner, name, as) => {
        let value = owner[name];
        Object.defineProperty(owner, name, {
            get () { word(as); return value; },
            set (given) { value = given; },
            configurable: true,
            enumerable: true
        });
    };

    for (const scope of [pm.environment, pm.globals, pm.collectionVariables, pm.variables]) {
        replace(scope, 'set', setter);
        replace(scope, 'unset', setter);
    }
    // What a script shows on the console it does not rely on.
    for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
        replace(console, level, (original) => function () {
            return hushed(() => original.apply(this, arguments));
        });
    }
    const header = (name) => (name.toLowerCase() === 'content-type' ? 'content-type' : 'header:' + name.toLowerCase());
    const cookie = (name) => 'cookie:' + name;
    if (answered) {
        replace(pm.response, 'json', (original) => function () {
            return opened(hushed(() => original.apply(this, arguments)));
        });
        replace(pm.response, 'text', (original) => function () {
            touch(root, text);
            return hushed(() => original.apply(this, arguments));
        });
        replace(pm.response, 'contentInfo', saying('content-type'));
        replace(pm.response, 'reason', saying('status'));
        observed(pm.response, 'code', 'status');
        observed(pm.response, 'status', 'status');
        observed(pm.response, 'responseTime', 'latency');
        for (const name of ['get', 'has', 'one']) {
            replace(pm.response.headers, name, asking(header));
            replace(pm.cookies, name, asking(cookie));
        }
    }
    if (postman) {
        replace(postman, 'setEnvironmentVariable', setter);
        replace(postman, 'setGlobalVariable', setter);
        replace(postman, 'getResponseHeader', asking(header));
        replace(postman, 'getResponseCookie', asking(cookie));
    }
    const plain = (given) => String(given).replace(/^\ufeff/, '').trim();
    return Object.assign(Object.create(native), {
        parse (given, reviver) {
            const value = native.parse(plain(given), reviver);
            return text && plain(given) === plain(text) ? opened(value) : value;
        },
        stringify: native.stringify
    });
}(pm, typeof postman === 'undefined' ? null : postman, console, 'MARK', Function('return JSON')()));
