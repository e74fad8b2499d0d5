import { createHash } from 'node:crypto'
import { stretch } from '#client/crypto/argon2.ts'
import type { Message } from '#client/archive.ts'
import type { Server } from '#client/server.ts'
import { fetchTransport } from '#client/transport.ts'
import { depositMessage, type SealedDrop } from '../../kit/sealed.ts'

/** A person's client, reaching a server over real HTTP. */
export function reach(origin: string, patienceMs = 5_000): Server {
  const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
  return { origin, transport: fetchTransport, clock: Date.now, ticks: () => performance.now(), wait, patienceMs }
}

export interface Deposited extends SealedDrop {
  readonly server: Server
}

/** Seals a message and deposits it, with the key derivation that browsers and the command use. */
export async function send(
  origin: string,
  message: Partial<Message>,
  terms: { reads?: number; passphrase?: string; ttlSeconds?: number } = {},
): Promise<Deposited> {
  const server = reach(origin)
  const choices = { ttlSeconds: 3_600, ...terms, message: { text: '', files: [], ...message }, stretch }
  return { server, ...(await depositMessage(server, choices)) }
}

/** Large bytes are compared by this: a test runner takes seconds to compare them one by one. @returns hexadecimal */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
