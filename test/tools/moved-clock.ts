/**
 * Moves the clock of this process, before the tests of a file, by the milliseconds that the runner was started with. `npm run
 * test:dates` runs the suites at dates at which a calendar turns. Time then goes on normally.
 */
const movedMs = MOVED_CLOCK_MS

if (movedMs !== 0) {
  const RealDate = Date
  // Timers are unchanged: they count durations, and only dates are moved.
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new Date().toString(),
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made) as Date,
    get: (target, name, self) => (name === 'now' ? now : (Reflect.get(target, name, self) as unknown)),
  })
  function now(): number {
    return RealDate.now() + movedMs
  }
}

declare const MOVED_CLOCK_MS: number
