import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { signRequest } from '#client/crypto/sign.ts'
import { acknowledge, look } from '#client/receive.ts'
import { checkDrop } from '#client/sender.ts'
import { formatReaderBody, REQUESTS } from '#protocol/api.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { formatTerms } from '#protocol/terms.ts'
import { fileOf } from '../client/support/messages.ts'
import { claim, openWhole } from '../client/support/whole.ts'
import { startServer, type Server } from '../tools/server.ts'
import { noise, send, type Deposited } from './support/people.ts'

let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('a client that hangs up after 16 KiB of the ciphertext has burned nothing', async () => {
  const bytes = noise(600_000)
  const { sealed, opener, sender, server: reached } = await send(server.url, { files: [fileOf('film.bin', bytes)] })
  const reader = await generateSigningKey()
  const received = await claimAndHangUp(sealed.dropId, opener, reader, 16_384)
  expect(received).toBeGreaterThanOrEqual(16_384)
  expect(received).toBeLessThan(sealed.size)
  expect((await checkDrop(reached, sealed.ticket, sender)).state).toBe('claimed')
  const opened = await openWhole(await claim(reached, opener, reader), opener)
  expect(Buffer.compare(opened.files[0]?.bytes ?? noise(1), bytes)).toBe(0)
  expect(await acknowledge(reached, opener, reader, opened.opened)).toBe(true)
})

test('no GET and no HEAD of any address consumes anything', async () => {
  const { sealed, opener, server: reached } = await send(server.url, { text: 'still here' })
  const paths = [
    ...Object.values(REQUESTS).map(({ path }) => path),
    '/',
    '/workshop',
    '/v1',
    '/nothing',
    '/v1/drops/part?n=0',
  ]
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const answer = await fetch(`${server.url}${path}`, { method, headers: { 'Drop-Id': sealed.dropId } })
      await answer.arrayBuffer()
    }
  }
  expect((await look(reached, opener)).state).toBe('ready')
  expect((await openWhole(await claim(reached, opener, await generateSigningKey()), opener)).text).toBe('still here')
})

test('a program that only knows how to post bytes can deposit a drop', async () => {
  const { sealed } = await send(server.url, { text: 'the first one makes the ciphertext' })
  const again = await send(server.url, { text: 'the second one is posted by hand' })
  const { dropId, terms } = { ...again.sealed, dropId: flip(again.sealed.dropId) }
  const ciphertext = await again.sealed.sealPart(0)
  const answer = await fetch(`${server.url}/v1/drops`, {
    method: 'POST',
    // What curl --data-binary says of a body, and nothing else.
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Drop-Id': dropId,
      'Drop-Terms': formatTerms(terms),
    },
    body: ciphertext,
  })
  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ reads: 1, size: ciphertext.length })
  expect(sealed.dropId).not.toBe(dropId)
})

test('a power cut between claim and acknowledge loses nothing', async () => {
  const { sealed, opener, sender, server: reached } = await send(server.url, { text: 'survives' })
  const reader = await generateSigningKey()
  const before = await claim(reached, opener, reader)
  await server.kill()
  await server.start()
  const after = await claim(reached, opener, reader)
  expect(Buffer.compare(before, after)).toBe(0)
  await expect(claim(reached, opener, await generateSigningKey())).rejects.toMatchObject({ code: 'claimed' })
  const { opened } = await openWhole(after, opener)
  await acknowledge(reached, opener, reader, opened)
  await server.kill()
  await server.start()
  const report = await checkDrop(reached, sealed.ticket, sender)
  expect(report).toMatchObject({ state: 'read', claims: [{ isClaimProved: true, isOpeningProved: true }] })
})

test('a power cut in the middle of depositing leaves a drop that can be deposited again, whole', async () => {
  const bytes = noise(4_000_000)
  const first = await send(server.url, { files: [fileOf('film.bin', bytes)] })
  const { sealed, server: reached } = first
  // The same bytes under ids that the server has not seen, and the cut at moments that differ.
  for (const delayMs of [0, 5, 20, 60]) {
    const dropId = flip(sealed.dropId, delayMs)
    const headers = { 'Drop-Id': dropId, 'Drop-Terms': formatTerms(sealed.terms) }
    const cut = fetch(`${server.url}/v1/drops`, { method: 'POST', headers, body: await sealed.sealPart(0) }).catch(
      () => undefined,
    )
    await reached.wait(delayMs)
    await server.kill()
    await cut
    await server.start()
    const again = await fetch(`${server.url}/v1/drops`, { method: 'POST', headers, body: await sealed.sealPart(0) })
    expect(again.status).toBe(201)
  }
})

async function claimAndHangUp(
  dropId: string,
  opener: Deposited['opener'],
  reader: Awaited<ReturnType<typeof generateSigningKey>>,
  most: number,
): Promise<number> {
  const body = formatReaderBody(reader.publicKey)
  const digest = await contentDigest(body)
  const { host } = new URL(server.url)
  const unsigned = { name: 'claim', authority: host, query: '', dropId: opener.dropId, digest } as const
  const nonce = Buffer.from(noise(18)).toString('base64url')
  const signed = await signRequest(unsigned, opener, nonce, Math.floor(Date.now() / 1_000))
  return new Promise((done, fail) => {
    let received = 0
    const fields = {
      'Drop-Id': dropId,
      'Content-Digest': digest,
      'Signature-Input': signed.signatureInput,
      Signature: signed.signature,
    }
    const posted = request(`${server.url}/v1/drops/claim`, {
      method: 'POST',
      headers: { ...fields, 'Content-Length': body.length },
    })
    posted.on('response', (answer) => {
      answer.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received < most) return
        answer.destroy()
        done(received)
      })
    })
    posted.on('error', fail)
    posted.end(body)
  })
}

/** Another id of the same shape. */
function flip(dropId: string, by = 1): string {
  const bytes = Buffer.from(dropId, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ (by + 1)
  return bytes.toString('base64url')
}
