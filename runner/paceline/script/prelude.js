// Put in front of every user script, on its first line, so that line numbers stay the user's: comments only on lines
// of their own, which are left out.
//
// The bundle records `pm.test(name, async () => {…})` as passed before the promise settles, and a body that is no
// function as passed outright (postman-sandbox, lib/sandbox/pmapi-setup-runner.js). Nothing may be green by accident:
// here a promise is awaited, a missing body fails, and a test that took `done` keeps the script alive until it is called.
(function (pm, setTimeout, clearTimeout) {
    const original = pm.test;
    const NEVER = 2147483647;
    const test = function (name, body) {
        if (typeof body !== 'function') {
            return original.call(pm, name, function () {
                throw new TypeError('the second argument of pm.test is ' + (body === null ? 'null' : typeof body) +
                    ', not a function: nothing was checked; write pm.test(name, function () { … })');
            });
        }
        return original.call(pm, name, function (done) {
            // A pending timer keeps the script alive. A plain test does without: timers cost the sandbox extra turns.
            let hold;
            const wait = function () { hold = setTimeout(function () {}, NEVER); };
            // The bundle would tell the test again at every further call.
            let ended = false;
            const end = function (error) {
                if (ended) { return; }
                ended = true;
                done(error);
                clearTimeout(hold);
            };
            const fail = function (reason) { end(reason || new Error('the promise was rejected without a reason')); };
            let result;
            if (body.length) { wait(); }
            try { result = body.length ? body.call(this, end) : body.call(this); }
            catch (error) { clearTimeout(hold); throw error; }
            if (result && typeof result.then === 'function') {
                body.length || wait();
                result.then(function () { body.length || end(); }, fail);
            }
            else { body.length || end(); }
            return undefined;
        });
    };
    pm.test = Object.assign(test, original);
}(pm, setTimeout, clearTimeout));
