/**
 * Before any test of a file: moves the clock of this process by the milliseconds that the runner was started with. `npm run
 * test:dates` runs the suites at the dates on which a calendar turns. Time goes on from there as it does otherwise.
 */
const movedMs = MOVED_CLOCK_MS

if (movedMs !== 0) {
  const RealDate = Date
  // Timers are the machine's still: they count durations, and dates are what this is about.
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
