import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAcceptSignature, parseAcceptSignature } from '#protocol/accept-signature.ts'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { runs } from '../runs.ts'

test('the nonce comes back from the offer of every signed request', () => {
  const signed = (Object.keys(REQUESTS) as RequestName[]).filter((name) => REQUESTS[name].signers.length > 0)
  fc.assert(
    fc.property(fc.stringMatching(/^[\w-]{22,64}$/), fc.constantFrom(...signed), (offered, name) => {
      expect(parseAcceptSignature(formatAcceptSignature(name, offered))).toBe(offered)
    }),
    { numRuns: runs(25, 1_000) },
  )
})

test.for([
  '',
  'x',
  'claim=("@method")',
  'claim=();nonce=5',
  'claim=();nonce="short"',
  `claim=();nonce="${'A'.repeat(65)}"`,
  'claim=();nonce="not base64url at all!!"',
  '(((',
])('the offer %j holds no nonce', (field) => {
  expect(parseAcceptSignature(field)).toBeUndefined()
})
