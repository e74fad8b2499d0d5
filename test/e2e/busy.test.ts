// A server that has more to do, or less room, than it can take.
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { revokeDrop } from '#client/sender.ts'
import { formatTerms } from '#protocol/terms.ts'
import { startServer, type Server } from '../tools/server.ts'
import { send } from './support/people.ts'

test('on a disk with too little room a message is refused at once with a time to come back, and revoking goes on', async () => {
  await using own = await startServer()
  const waiting = await send(own.url, { text: 'to be revoked' })
  await own.stop()
  await using full = await startServer({ data: own.data, env: { KEEP_FREE: '900000000000000' } })
  const answer = await create(full, 18_000)
  expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5'])
  expect(await answer.json()).toMatchObject({ type: expect.stringContaining('/problems/try_later') })
  const reached = { ...waiting.server, origin: full.url }
  expect((await revokeDrop(reached, { ...waiting.sealed.ticket, origin: full.url }, waiting.sender)).state).toBe(
    'revoked',
  )
  expect(full.printed()).toContain('The disk is nearly full')
})

test('while many senders of large bodies stall, small requests are answered, and so is a large one sent without a pause', async () => {
  await using own = await startServer()
  const { sealed } = await send(own.url, { text: 'whose terms are right' })
  const fields = `Drop-Id: ${'A'.repeat(22)}\r\nDrop-Terms: ${formatTerms(sealed.terms)}\r\n`
  const stalled = await Promise.all(Array.from({ length: 120 }, () => stall(own, fields)))
  try {
    expect((await fetch(`${own.url}/v1/limits`)).status).toBe(200)
    expect((await create(own, 18_000)).status).toBe(400)
    // Stalled senders lose their places to one that sends.
    await expect.poll(async () => (await create(own, 8_000_000)).status).toBe(400)
  } finally {
    for (const socket of stalled) socket.destroy()
  }
})

/** A create whose terms the server refuses. */
function create(own: Server, size: number): Promise<Response> {
  const headers = { 'Drop-Id': 'A'.repeat(22), 'Drop-Terms': 'ttl=300' }
  return fetch(`${own.url}/v1/drops`, { method: 'POST', headers, body: new Uint8Array(size) })
}

/** Announces 8 MB and sends one byte. */
function stall(own: Server, fields: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const { host, port } = new URL(own.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.once('error', fail)
    socket.write(`POST /v1/drops HTTP/1.1\r\nHost: ${host}\r\n${fields}Content-Length: 8000000\r\n\r\nx`, () => {
      socket.off('error', fail).on('error', () => undefined)
      done(socket)
    })
  })
}
