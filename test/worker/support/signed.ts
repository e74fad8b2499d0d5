import type { SigningKey } from '#client/crypto/keys.ts'
import type { RequestName, Role } from '#protocol/api.ts'
import { acknowledge, claim, look, part, reopen, revoke, sent } from './drops.ts'
import { commit, upload, uploaded, type Cut } from './parts.ts'
import type { Changes, Reply } from './wire.ts'

/** A signed request, with all its signatures, of which a test spoils one. */
export interface Signed {
  readonly name: RequestName
  readonly role: Role
  readonly ask: (changes: Changes) => Promise<Reply>
}

/** All of them, for a drop in parts that the reader has claimed. Each may be made as often as one likes. */
export async function signedRequests(drop: Cut, reader: SigningKey): Promise<readonly Signed[]> {
  await claim(drop, reader.publicKey)
  return [
    ...sendersRequests(drop),
    {
      name: 'status',
      role: 'locator',
      ask: (changes) => look(drop, { signers: { locator: drop.locator }, ...changes }),
    },
    { name: 'claim', role: 'locator', ask: (changes) => claim(drop, reader.publicKey, changes) },
    { name: 'part', role: 'reader', ask: (changes) => part(drop, reader, changes) },
    { name: 'ack', role: 'claim', ask: (changes) => acknowledge(drop, reader, changes) },
    { name: 'ack', role: 'reader', ask: (changes) => acknowledge(drop, reader, changes) },
  ]
}

/** Those that take the sender key. */
export function sendersRequests(drop: Cut): readonly Signed[] {
  return [
    { name: 'upload', role: 'sender', ask: (changes) => upload(drop, 2, changes) },
    { name: 'uploaded', role: 'sender', ask: (changes) => uploaded(drop, changes) },
    { name: 'commit', role: 'sender', ask: (changes) => commit(drop, changes) },
    { name: 'reopen', role: 'sender', ask: (changes) => reopen(drop, drop.locator.publicKey, changes) },
    { name: 'revoke', role: 'sender', ask: (changes) => revoke(drop, changes) },
    { name: 'sent', role: 'sender', ask: (changes) => sent(drop, changes) },
  ]
}
