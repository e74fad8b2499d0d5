import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { parseDropId } from '#protocol/id.ts'
import { forgetTicket, keepTicket, listTickets, noteTicket, readTicket, type Kept } from '../../cli/sent/tickets.ts'

const home = mkdtempSync(join(tmpdir(), 'sealdrop-tickets-'))
vi.stubEnv('SEALDROP_HOME', home)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const kept: Kept = {
  ticket: {
    v: 1,
    origin: 'https://drop.example',
    dropId: parseDropId('A'.repeat(22)) ?? expect.fail(),
    opened: 'A'.repeat(43),
    sealedAtMs: 1_800_000_000_000,
    expiresAtMs: 1_800_000_300_000,
    reads: 1,
    needsPassphrase: false,
  },
  seed: new Uint8Array(32),
}

test('a ticket that is forgotten while the server is asked does not come back with the answer', () => {
  const name = keepTicket(kept)
  noteTicket(name, { ...kept, ticket: { ...kept.ticket, reads: 2 } })
  expect(readTicket(name).ticket.reads).toBe(2)
  forgetTicket(name)
  noteTicket(name, kept)
  expect(listTickets()).toEqual([])
})
