import { expect, test } from 'vitest'
import type { Exchange } from '#client/transport.ts'
import { answer, sealing, stage, take } from './support/stage.ts'

/** A server that takes drops, over a line that loses its answers for as long as a test wants. */
function taking(): {
  isLosing: boolean
  readonly there: Set<string>
  transport: (exchange: Exchange) => Promise<ReturnType<typeof answer>>
} {
  const there = new Set<string>()
  const line = {
    isLosing: true,
    there,
    transport: async (exchange: Exchange) => {
      const id = exchange.fields['Drop-Id'] ?? ''
      if (exchange.url.endsWith('/revoke')) {
        if (!there.delete(id)) return answer(404, { type: 'https://drop.example/problems/gone' })
        const ended = {
          expires: 1_700_086_400,
          reads: 1,
          size: 18_043,
          parts: 1,
          state: 'revoked',
          triesLeft: 10,
          claims: [],
        }
        return answer(200, ended)
      }
      there.add(id)
      if (line.isLosing) throw new TypeError('no answer')
      return take(exchange, 1_700_086_400)
    },
  }
  return line
}

/** A clock that lets a deposit lose its patience. */
const WAITS = 20

test('a drop whose answer was lost is in doubt, can be burned later, and is sent again under its id', async () => {
  const line = taking()
  const { kept, state, tools } = stage(line.transport, { waits: WAITS })
  tools.dispatch({ type: 'drafted', draft: { text: 'the tip' } })
  const act = sealing(tools)
  await act.seal()
  expect(state().main).toMatchObject({ at: 'compose', fault: { at: 'server', code: 'offline', isInDoubt: true } })
  expect((await kept.sent()).map(({ ticket }) => ticket.dropId)).toEqual([...line.there])
  line.isLosing = false
  await act.seal()
  expect(state().main.at).toBe('sealed')
  expect(line.there.size).toBe(1)
})

test('a message that was changed after its answer was lost arrived twice', async () => {
  const line = taking()
  const { kept, state, tools } = stage(line.transport, { waits: WAITS })
  tools.dispatch({ type: 'drafted', draft: { text: 'the tip' } })
  const act = sealing(tools)
  await act.seal()
  const [before] = line.there
  tools.dispatch({ type: 'drafted', draft: { text: 'the tip, put right' } })
  line.isLosing = false
  await act.seal()
  expect(state().main.at).toBe('sealed')
  expect([line.there.size, line.there.has(before ?? '')]).toEqual([1, false])
  expect((await kept.sent()).map(({ ticket }) => ticket.dropId)).toEqual([...line.there])
})

test('what was refused, or never went out, is in no doubt', async () => {
  const { kept, state, tools } = stage(async () => answer(409, { type: 'https://drop.example/problems/id_taken' }))
  tools.dispatch({ type: 'drafted', draft: { text: 'the tip' } })
  await sealing(tools).seal()
  expect(state().main).toMatchObject({ at: 'compose', fault: { at: 'server', code: 'refused' } })
  expect(state().main).not.toMatchObject({ fault: { isInDoubt: true } })
  expect(await kept.sent()).toEqual([])
})
