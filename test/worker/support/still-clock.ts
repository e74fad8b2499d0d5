import { afterEach, vi } from 'vitest'

// Before any test of a file: the clock of worker, objects and clients stands still, and moves only when a test moves it. So no
// second, midnight or week ends in the middle of a test, however slow the machine is.
const at = Date.now()
vi.useFakeTimers({ toFake: ['Date'], now: at })
afterEach(() => void vi.setSystemTime(at))
