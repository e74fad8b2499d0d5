import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, vi } from 'vitest'

// Before any test of a file: the clock of worker, objects and clients stands still, and moves only when a test moves it. So no
// second, midnight or week ends in the middle of a test, however slow the machine is.
const at = Date.now()
vi.useFakeTimers({ toFake: ['Date'], now: at })
afterEach(() => void vi.setSystemTime(at))

// Files share a runtime, and nothing that it keeps.
beforeAll(async () => {
  await reset()
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name)
  for (const { key } of (await env.BUCKET.list()).objects) await env.BUCKET.delete(key)
})
