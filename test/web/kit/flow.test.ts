import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Flow, type Task } from '../../../web/kit/flow.ts'
import { runs } from '../../runs.ts'

/** A step of a history: a task begins, the task under way is ended, a person presses, or an answer comes in. */
type Step =
  | { readonly what: 'begin' | 'end' | 'press' }
  | { readonly what: 'answer'; readonly which: number; readonly isGood: boolean }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.constantFrom<Step>({ what: 'begin' }, { what: 'end' }, { what: 'press' }),
    fc.record({ what: fc.constant('answer' as const), which: fc.nat({ max: 20 }), isGood: fc.boolean() }),
  ),
  { maxLength: 40 },
)

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

test('in whatever order answers come in, only the task under way and presses change the state', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      let current = 'nobody'
      const wrong: string[] = []
      const flow = new Flow<readonly string[]>([], (state) => {
        const author = state.at(-1)
        if (author !== 'press' && author !== current) wrong.push(`${author} after ${current}`)
      })
      const by = (author: string) => (state: readonly string[]) => [...state, author]
      const answers: PromiseWithResolvers<void>[] = []
      const answer = (): Promise<void> => {
        const made = Promise.withResolvers<void>()
        answers.push(made)
        return made.promise
      }
      const work = (name: string) => async (task: Task<readonly string[]>) => {
        task.change(by(name))
        for (let n = 0; n < 3; n++) {
          // Nobody is to look whether it is still wanted: neither after an answer nor after a failure.
          await task.of(answer()).catch(() => task.change(by(name)))
          task.change(by(name))
        }
      }
      let count = 0
      for (const step of history) {
        if (step.what === 'begin') void flow.begin(work((current = `task ${count++}`)))
        else if (step.what === 'end') {
          flow.end()
          current = 'nobody'
        } else if (step.what === 'answer') answers[step.which]?.[step.isGood ? 'resolve' : 'reject']()
        else flow.change(by('press'))
        await settled()
      }
      expect(wrong).toEqual([])
      expect(flow.state.filter((author) => author === 'press')).toHaveLength(
        history.filter(({ what }) => what === 'press').length,
      )
    }),
    { numRuns: runs(30, 300) },
  )
})

test('nothing of a task runs after the answer that came in too late', async () => {
  const flow = new Flow('', () => {})
  const late = Promise.withResolvers<void>()
  let ran = false
  const first = flow.begin(async (task) => {
    await task.of(late.promise)
    ran = true
  })
  await flow.begin(async () => {})
  // Nobody waits for an answer that may never come.
  await first
  late.resolve()
  await settled()
  expect(ran).toBe(false)
})

test('a failure is told to whoever began the task, and to nobody once it has been superseded', async () => {
  const flow = new Flow('', () => {})
  const fails = async (): Promise<void> => {
    await Promise.resolve()
    throw new Error('away')
  }
  await expect(flow.begin(fails)).rejects.toThrow('away')
  const first = flow.begin(fails)
  flow.end()
  await expect(first).resolves.toBeUndefined()
})

test('a task that is done may still change the state, and lets go of its requests when it is superseded', async () => {
  const flow = new Flow('')
  let done: Task<string> | undefined
  await flow.begin(async (task) => void (done = task))
  done?.change(() => 'saved')
  expect([flow.state, done?.signal.aborted]).toEqual(['saved', false])
  flow.end()
  done?.change(() => 'saved again')
  expect([flow.state, done?.signal.aborted]).toEqual(['saved', true])
})
