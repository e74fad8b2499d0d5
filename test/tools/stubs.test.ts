import { expect, test } from 'vitest'
import * as stubs from '../../tools/stubs/unused-recipients.ts'

test('code that is left out of the bundles fails when it is called, and fakes nothing', () => {
  const { scrypt, p256, MLKEM768P256 } = stubs as unknown as Record<string, (...args: unknown[]) => unknown>
  expect(() => scrypt?.('passphrase', 'salt', {})).toThrow('not in this bundle')
  expect(() => p256?.['getPublicKey' as 'call']).toThrow('not in this bundle')
  expect(() => MLKEM768P256?.['encapsulate' as 'call']).toThrow('not in this bundle')
})

test('sealing uses the real library', async () => {
  const { MLKEM768X25519 } = await import('@noble/post-quantum/hybrid.js')
  expect(stubs.MLKEM768X25519).toBe(MLKEM768X25519)
})
