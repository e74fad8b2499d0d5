import { afterEach, expect, test } from 'vitest'
import { newReturnCode } from '#client/box/return.ts'
import type { DropId } from '#protocol/id.ts'
import { chooseFile } from '../../../web/send/draft.ts'
import { answer, inbox as words, item as itemWords } from '../../../web/copy/inbox.ts'
import { inboxStage, PATIENT, type InboxStage } from './support/inbox-stage.tsx'

let stage: InboxStage

afterEach(() => stage.hide())

/** An answer to a letter, which has been sent and is held on its way. */
async function answerOnItsWay(): Promise<{ drop: DropId; arrive: () => void }> {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: newReturnCode() })
  stage.show()
  await stage.open(drop, 'A letter')
  const { promise, resolve } = Promise.withResolvers<undefined>()
  stage.server.hand = (name) => (name === 'create' ? promise : undefined)
  stage.type('Thank you')
  stage.press(answer.send)
  await expect.poll(() => stage.server.asked.filter((name) => name === 'create').length, PATIENT).toBe(2)
  return { drop, arrive: () => resolve(undefined) }
}

test('an answer that arrives while the list is looked at is not said to be begun any more', async () => {
  const { arrive } = await answerOnItsWay()
  stage.press(itemWords.back)
  await stage.shows(words.drafted)
  arrive()
  await stage.shows(words.answered)
  await expect.poll(() => stage.text(), PATIENT).not.toContain(words.drafted)
})

test('whoever keeps drops while they are being deleted is not told that they are kept', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'A letter' })
  stage.show()
  await expect.poll(() => stage.box.querySelector(`[data-drop="${drop}"]`), PATIENT).not.toBeNull()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  stage.server.hand = (name) => (name === 'delete' ? promise : undefined)
  stage.act.askDelete([drop])
  await stage.shows(words.deleteSure)
  stage.press(words.deleteSure)
  await stage.shows(words.deleting)
  stage.press(words.keep)
  await new Promise((drawn) => setTimeout(drawn, 50))
  expect(stage.text()).toContain(words.deleting)
  resolve(undefined)
  await stage.shows(words.empty)
})

test('folders that could not be read do not break off an answer that is being sealed', async () => {
  const { drop, arrive } = await answerOnItsWay()
  stage.act.answer.missFiles(drop, 'dropped')
  await new Promise((drawn) => setTimeout(drawn, 50))
  expect(stage.find('.answer fieldset').matches(':disabled')).toBe(true)
  arrive()
  await stage.shows('Your answer is there')
})

test('files that came in while an answer was being sealed are not thrown away with it', async () => {
  const { drop, arrive } = await answerOnItsWay()
  stage.act.answer.addFiles(drop, [chooseFile(new File(['a'], 'late.txt'))])
  arrive()
  await stage.shows('Your answer is there')
  stage.act.answer.anew(drop)
  await expect.poll(() => stage.text(), PATIENT).toContain('late.txt')
})
