import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatState, parseState } from '#client/box/state.ts'
import { runs } from '../../runs.ts'
import { anyState, newState } from './support/states.ts'

test('a state comes back from its JSON', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      const json = formatState(state)
      const back = parseState(json)
      expect(back).toEqual(state)
      expect(back && formatState(back)).toBe(json)
    }),
    { numRuns: runs(50, 1_000) },
  )
})

test('what is no state is refused', async () => {
  const json = formatState(await newState())
  const changes: readonly [string, string][] = [
    ['"v":1', '"v":2'],
    ['"v":1,', ''],
    ['"v":1', '"v":1,"w":1'],
    ['https://drop.example', 'https://drop.example/'],
    ['https://drop.example', 'ftp://drop.example'],
    ['"name":"Newsroom"', '"name":""'],
    ['"name":"Newsroom"', '"name":"a\\nb"'],
    ['"box":"sdbox1q', '"box":"sdbox1p'],
    ['"serial":0', '"serial":-1'],
    ['"serial":0', '"serial":0.5'],
    ['"serial":0', '"serial":null'],
    ['"ages":[]', '"ages":["age1qqqq"]'],
    ['"invitation":false', '"invitation":0'],
    ['"backedUpAtMs":null', '"backedUpAtMs":"never"'],
    ['"phrase":"', '"phrase":"zoo '],
    ['"reading":{"items":{}}', '"reading":{"items":[]}'],
    ['"reading":{"items":{}}', '"reading":null'],
  ]
  for (const [from, to] of changes) {
    expect([from, json.includes(from)]).toEqual([from, true])
    expect([to, parseState(json.replace(from, to))]).toEqual([to, undefined])
  }
  for (const text of ['', 'null', '[]', json.slice(0, -1), `${json}x`]) expect(parseState(text)).toBeUndefined()
})

test('a note that cannot be read costs itself, and not the box', async () => {
  const state = await newState()
  const json = formatState(state)
  const good = '"AAAAAAAAAAAAAAAAAAAAAA":{"readAtMs":1,"preview":"x","expiresAtMs":2,"sealedTo":[]}'
  const bad = ['"short":{}', '"BBBBBBBBBBBBBBBBBBBBBA":null', good.replace('AAAA":', 'AABA":').replace('1', '1.5')]
  const parsed = parseState(json.replace('"items":{}', `"items":{${[good, ...bad].join()}}`))
  expect(parsed?.reading.items).toEqual({
    AAAAAAAAAAAAAAAAAAAAAA: { readAtMs: 1, preview: 'x', expiresAtMs: 2, sealedTo: [] },
  })
})

test('a preview is cut at eighty characters, and no character is cut', async () => {
  const state = await newState()
  const long = '\u{1f4ec}'.repeat(100)
  const json = formatState(state).replace(
    '"items":{}',
    `"items":{"AAAAAAAAAAAAAAAAAAAAAA":{"readAtMs":1,"preview":"${long}","expiresAtMs":2,"sealedTo":[]}}`,
  )
  const [note] = Object.values(parseState(json)?.reading.items ?? {})
  expect(note?.preview).toBe('\u{1f4ec}'.repeat(80))
})

test('a state that could not be read again is not written', async () => {
  const state = await newState()
  expect(() => formatState({ ...state, name: '' })).toThrow(TypeError)
  expect(() => formatState({ ...state, autoLockMinutes: Number.NaN })).toThrow(TypeError)
  expect(() => formatState({ ...state, reader: { name: 'Office', seed: new Uint8Array(31) } })).toThrow(TypeError)
})
