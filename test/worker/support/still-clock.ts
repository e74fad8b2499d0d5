import { afterEach, vi } from 'vitest'

declare const MOVED_CLOCK_MS: number

// Before any test of a file: the clock of worker, objects and clients stands still, and moves only when a test moves it. So no
// second, midnight or week ends in the middle of a test, however slow the machine is. The platform's own clock goes on, and
// rings alarms: where none is set, that of the tests is so far ahead that no alarm rings by itself, over and over for an object
// to which it has not become time.
const at = Date.now() + (MOVED_CLOCK_MS === 0 ? 86_400_000 : 0)
vi.useFakeTimers({ toFake: ['Date'], now: at })
afterEach(() => void vi.setSystemTime(at))
