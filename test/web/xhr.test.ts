import { afterEach, expect, test, vi } from 'vitest'
import { emptyForm } from '#client/answers.ts'
import { ask, type Server } from '#client/server.ts'
import { xhrTransport } from '../../web/platform/transport.ts'

// The server of the tests answers, and redirects nobody: where an answer says it comes from is turned here.

afterEach(() => void vi.unstubAllGlobals())

const server = (waits: number[]): Server => ({
  origin: location.origin,
  transport: xhrTransport,
  clock: () => performance.now(),
  ticks: () => performance.now(),
  wait: async (ms) => void waits.push(ms),
  patienceMs: 60_000,
})

test('an answer from the address that was asked is taken, with its fields', async () => {
  const answer = await xhrTransport({ method: 'GET', url: location.href.replace(/#.*/, ''), fields: {} })
  expect([answer.status, answer.field('content-type')]).toEqual([200, expect.stringContaining('text/html')])
  expect(answer.body.length).toBeGreaterThan(0)
})

test.for(['PUT', 'POST', 'GET'] as const)(
  'an answer to a %s that was redirected is thrown away, and a redirect is what is left',
  async (method) => {
    redirectAll()
    const url = location.href.replace(/#.*/, '')
    const answer = await xhrTransport({
      method,
      url,
      fields: {},
      ...(method === 'GET' ? {} : { body: new Uint8Array(9) }),
    })
    expect([answer.status, answer.body.length, answer.field('content-type')]).toEqual([307, 0, null])
  },
)

test('a redirect is final: nobody waits for a server that cannot be reached', async () => {
  redirectAll()
  const waits: number[] = []
  await expect(ask(server(waits), { name: 'limits' }, emptyForm())).rejects.toMatchObject({ code: 'bad_answer' })
  expect(waits).toEqual([])
})

test('an answer that broke off in its head is asked for again, and not taken for a refusal', async () => {
  let answers = 0
  vi.stubGlobal(
    'XMLHttpRequest',
    // As Firefox and Chromium show "HTTP/1.1 201 Created\r\ntransfer-enc", and then nothing.
    class extends XMLHttpRequest {
      override get status(): number {
        return 201
      }
      override get response(): Blob {
        answers++
        return answers === 1 ? new Blob([]) : new Blob(['{}'])
      }
      override getResponseHeader(name: string): string | null {
        return name === 'Content-Type' ? 'application/json' : null
      }
    },
  )
  const waits: number[] = []
  expect(await ask(server(waits), { name: 'upload' }, emptyForm(201))).toBe(true)
  expect([answers, waits.length]).toEqual([2, 1])
})

function redirectAll(): void {
  vi.stubGlobal(
    'XMLHttpRequest',
    class extends XMLHttpRequest {
      override get responseURL(): string {
        return 'https://elsewhere.example/'
      }
    },
  )
}
