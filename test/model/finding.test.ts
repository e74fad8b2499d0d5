import { expect, test } from 'vitest'
import { parseSearchResult } from '../../tools/model.ts'

const VIOLATED =
  'pan:1: assertion violated  !( !(( !((opened[0]&&opened[1]))||(dismissed[0]||dismissed[1])))) (at depth 300)'
const STOPPED = 'Warning: Search not completed'

test('a whole search without an error keeps the promise', () => {
  expect(parseSearchResult('one_reader', printed())).toEqual({ result: 'kept', states: 225_424, unreached: [] })
})

test('a state that breaks the promise is a result, though the search ends there', () => {
  expect(parseSearchResult('one_reader', printed({ first: VIOLATED, warning: STOPPED, errors: 1 })).result).toBe(
    'broken',
  )
})

test('a path on which the promised event never comes is a result as well', () => {
  const first = 'pan:1: acceptance cycle (at depth 162)'
  expect(parseSearchResult('one_reader', printed({ first, warning: STOPPED, errors: 1 })).result).toBe('broken')
})

test('a line of the model that is never reached is named', () => {
  const idle = '\tdocs/model/claim.pml:61, state 33, "ciphertext = 0"'
  expect(parseSearchResult('one_reader', printed({ idle })).unreached).toEqual(['claim.pml:61 (ciphertext = 0)'])
})

test.for([
  ['depth', printed({ first: 'error: max search depth too small' })],
  ['memory', printed({ first: 'pan: reached -DMEMLIM bound' })],
  ['time', printed({ warning: STOPPED })],
  ['exactness', printed().replace('Full statespace', 'Bit statespace')],
  ['states', printed().replace('225424', '0')],
  ['a verifier', ''],
])('a search that lacks %s gives no result', ([, text]) => {
  expect(() => parseSearchResult('one_reader', text ?? '')).toThrow('The verifier printed')
})

test('a search for another promise gives no result', () => {
  expect(() => parseSearchResult('nothing_lost', printed())).toThrow('The search was not for nothing_lost')
})

test('an error in the model itself does not pass for a refutation', () => {
  const first = 'pan:1: invalid array index (at depth 12)'
  expect(() => parseSearchResult('one_reader', printed({ first, warning: STOPPED, errors: 1 }))).toThrow(
    'does not break one_reader',
  )
})

/** The output of Spin 6.5.2, without its statistics. */
function printed(parts: { first?: string; warning?: string; errors?: number; idle?: string } = {}): string {
  return `pan: ltl formula one_reader
${parts.first ?? ''}
(Spin Version 6.5.2 -- 6 December 2019)
${parts.warning ?? ''}
Full statespace search for:
\tnever claim         \t+ (one_reader)
\tassertion violations\t+ (if within scope of claim)

State-vector 108 byte, depth reached 422, errors: ${parts.errors ?? 0}
   225424 states, stored

unreached in proctype shelf
${parts.idle ?? ''}
\tdocs/model/claim.pml:69, state 56, "-end-"
unreached in claim one_reader
\t_spin_nvr.tmp:8, state 10, "-end-"
`
}
