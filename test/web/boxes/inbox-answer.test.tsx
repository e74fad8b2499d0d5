import { afterEach, expect, test } from 'vitest'
import { accessOfReturn } from '#client/box/access.ts'
import { collectParts, listItems, openItem } from '#client/box/inbox.ts'
import { sealLetter } from '#client/box/letter.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { signReply } from '#client/box/thread.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { memoryStaging } from '#client/staging.ts'
import { DropError } from '#protocol/error.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { composeFaults } from '../../../web/copy/compose.ts'
import { page } from '../../../web/copy/page.ts'
import { answer, inbox as words, item as itemWords } from '../../../web/copy/inbox.ts'
import { controllerOf } from '../../../web/pages/box/inbox/controller.ts'
import { transfer } from '../../../web/copy/transfer.ts'
import { chooseFile } from '../../../web/send/draft.ts'
import { noise } from '../../kit/bytes.ts'
import { lost, refuses, says, type Reply } from '../../kit/network.ts'
import { inboxStage, PATIENT, type InboxStage } from './support/inbox-stage.tsx'

let stage: InboxStage

afterEach(() => stage.hide())

const rowOf = (drop: DropId): HTMLElement | null => stage.box.querySelector(`[data-drop="${drop}"]`)

async function show(): Promise<void> {
  stage.show()
  await stage.shows(words.title)
}

/** The texts that the holder of a return code finds. */
async function answersFor(code: ReturnCode): Promise<string[]> {
  const access = accessOfReturn(await deriveReturn(code))
  const { items } = await listItems(stage.server, access, { order: 'after', seq: 0, most: 10 })
  const opens = items.map((item) => openItem(collectParts(stage.server, access, item, memoryStaging()), access, item))
  return (await Promise.all(opens)).map(({ text }) => text)
}

test('an answer reaches who has the return code, and the thread shows it from then on', async () => {
  stage = await inboxStage()
  const code = newReturnCode()
  const first = await stage.write({ text: 'First letter' }, { returnCode: code })
  const second = await stage.write({ text: 'Second letter' }, { returnCode: code })
  await show()
  await stage.open(first, 'First letter')
  stage.type('Thank you, tell us more')
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual(['Thank you, tell us more'])
  expect(stage.session.state().reading.items[first]?.answers?.[0]?.text).toBe('Thank you, tell us more')
  expect(stage.isGuarded()).toBe(false)
  stage.press(itemWords.back)
  await stage.open(second, 'Second letter')
  // The thread: the earlier letter, and what was answered to it.
  expect(stage.text()).toContain('First letter')
  expect(stage.text()).toContain('Thank you, tell us more')
  stage.press('Show only thread')
  await expect.poll(() => stage.box.querySelectorAll('li.item').length, PATIENT).toBe(2)
  stage.press(words.allThreads)
  await expect.poll(() => rowOf(first)?.textContent, PATIENT).toContain(words.answered)
})

test('after a failure, and after a look at the list, the answer is as it was typed', async () => {
  stage = await inboxStage()
  const code = newReturnCode()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: code })
  await show()
  await stage.open(drop, 'A letter')
  stage.server.hand = (name) => (name === 'create' ? refuses('box_full') : undefined)
  stage.type('Do not lose this')
  stage.press(answer.send)
  await expect.poll(() => stage.box.querySelector('.answer [role=alert]'), PATIENT).not.toBeNull()
  expect(stage.box.querySelector('textarea')?.value).toBe('Do not lose this')
  expect(stage.isGuarded()).toBe(true)
  stage.press(itemWords.back)
  await stage.open(drop, 'A letter')
  expect(stage.box.querySelector('textarea')?.value).toBe('Do not lose this')
  stage.server.hand = () => undefined
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual(['Do not lose this'])
  expect(stage.box.querySelector('textarea')).toBeNull()
})

/** Each create arrives, its answer is lost, and a second one is refused: it is in doubt whether the drop was sent. */
function loseAnswers(): void {
  const { server } = stage
  let creates = 0
  const losing: typeof server.hand = async (name, exchange) => {
    if (name !== 'create') return undefined
    if (creates++ > 0) return refuses('bad_request')
    server.hand = () => undefined
    await server.transport(exchange)
    server.hand = losing
    return lost
  }
  server.hand = losing
}

test.for([
  ['as it was', 'Do not send this twice'],
  ['changed', 'This one, and no other'],
] as const)(
  'an answer that may have arrived is said to be so, and sent again %s it is there once',
  async ([, text]) => {
    stage = await inboxStage()
    const code = newReturnCode()
    const drop = await stage.write({ text: 'A letter' }, { returnCode: code })
    await show()
    await stage.open(drop, 'A letter')
    loseAnswers()
    stage.type('Do not send this twice')
    stage.press(answer.send)
    await expect.poll(() => (stage.tick(), stage.text()), PATIENT).toContain(composeFaults.inDoubt)
    expect(await answersFor(code)).toEqual(['Do not send this twice'])
    stage.server.hand = () => undefined
    if (text !== 'Do not send this twice') stage.type(text)
    stage.press(page.again)
    await stage.shows('Your answer is there')
    expect(await answersFor(code)).toEqual([text])
  },
)

test('an answer that was refused is in no doubt', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: newReturnCode() })
  await show()
  await stage.open(drop, 'A letter')
  stage.server.hand = (name) => (name === 'create' ? refuses('bad_request') : undefined)
  stage.type('Do not send this twice')
  stage.press(answer.send)
  await expect.poll(() => stage.box.querySelector('.answer [role=alert]'), PATIENT).not.toBeNull()
  expect(stage.text()).not.toContain(composeFaults.inDoubt)
})

test('an empty answer is not sent, and the form says why', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: newReturnCode() })
  await show()
  await stage.open(drop, 'A letter')
  stage.press(answer.send)
  await stage.shows('There is nothing to seal yet')
  await expect.poll(() => document.activeElement?.tagName, PATIENT).toBe('TEXTAREA')
  expect(stage.server.asked.filter((name) => name === 'create')).toHaveLength(1)
})

test('a return code that its sender does not prove to have makes no thread and takes no answer', async () => {
  stage = await inboxStage()
  const keys = await deriveReturn(newReturnCode())
  const drop = formatDropId(noise(16, 1))
  const { card, root } = stage
  const to = { box: root.address, drop, serial: card.serial, readers: card.readers.map(({ key }) => key) }
  // The reply of another letter: its proof is of another drop.
  const other = { box: root.address, drop: formatDropId(noise(16, 2)), text: 'Trust me', files: [] }
  const reply = await signReply(keys, other)
  const sender = await generateSigningKey()
  const letter = {
    letterhead: { to, reply },
    recipients: card.readers.map(({ age }) => age),
    notSound: () => new DropError('bad_card'),
    link: '',
  }
  const posting = { origin: stage.server.origin, ttlSeconds: 86_400, sender, now: stage.server.clock() }
  await deposit(stage.server, await sealLetter({ text: 'Trust me', files: [] }, letter, posting), { sender })
  await show()
  await stage.open(drop, 'Trust me')
  expect(stage.text()).toContain(answer.forged)
  expect(stage.text()).not.toContain(answer.message)
  expect(stage.session.state().reading.items[drop]).not.toHaveProperty('reply')
})

test('an answer in parts can be cancelled on its way, and what was typed and chosen is in the form again', async () => {
  stage = await inboxStage()
  const code = newReturnCode()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: code })
  await show()
  await stage.open(drop, 'A letter')
  stage.type('With a film')
  stage.act.answer.addFiles(drop, [chooseFile(new File([noise(8_600_000, 5)], 'film.mp4'))])
  const holds: Reply = ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new DropError('stopped'))))
  // The server's limits are asked for before anything is sealed.
  const takes = says({ largest: 100_000_000, time: 1_800_000_000 })
  stage.server.hand = (name) => (name === 'limits' ? takes : name === 'upload' ? holds : undefined)
  await stage.shows('film.mp4')
  stage.press(answer.send)
  await stage.shows(transfer.pause)
  await expect.poll(() => stage.server.asked.includes('upload'), PATIENT).toBe(true)
  stage.press('Cancel')
  await stage.shows(answer.cancelQuestion)
  stage.press(answer.cancelSure)
  await stage.shows(answer.message)
  expect(stage.server.asked).toContain('revoke')
  expect(stage.box.querySelector('textarea')?.value).toBe('With a film')
  expect(stage.text()).toContain('film.mp4')
  stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual(['With a film'])
})

test('a box does not lock by itself while an answer is on its way, which goes on while another part of it is shown', async () => {
  stage = await inboxStage()
  const code = newReturnCode()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: code })
  await show()
  await stage.open(drop, 'A letter')
  expect(stage.isAtWork()).toBe(false)
  const gate = Promise.withResolvers<undefined>()
  stage.server.hand = (name) => (name === 'create' ? gate.promise : undefined)
  stage.type('Wait for it')
  stage.press(answer.send)
  await expect.poll(() => stage.server.asked.includes('create'), PATIENT).toBe(true)
  expect(stage.isAtWork()).toBe(true)
  stage.hide()
  expect(stage.isAtWork()).toBe(true)
  gate.resolve(undefined)
  await expect.poll(() => stage.isAtWork(), PATIENT).toBe(false)
  expect(await answersFor(code)).toEqual(['Wait for it'])
})

test('a draft keeps the page from being left while another part of the box is shown, until the lock takes it', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: newReturnCode() })
  await show()
  await stage.open(drop, 'A letter')
  stage.type('Do not lose this')
  await expect.poll(() => stage.isGuarded(), PATIENT).toBe(true)
  expect(stage.isAtWork()).toBe(false)
  stage.hide()
  expect(stage.isGuarded()).toBe(true)
  const desk = controllerOf(stage.session, stage.tools)
  stage.session.lock()
  expect(stage.isGuarded()).toBe(false)
  expect(JSON.stringify([...desk.state().answers])).not.toContain('Do not lose this')
})
