import { afterEach, expect, test } from 'vitest'
import { accessOfReturn } from '#client/box/access.ts'
import { collectParts, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { memoryStaging } from '#client/staging.ts'
import { openStore } from '../../../web/platform/store.ts'
import { answer as answerWords, answers, forgotten, returnFaults, returning } from '../../../web/copy/return.ts'
import { letterSent, write } from '../../../web/copy/write.ts'
import { boxServer, type BoxServer } from '../../kit/box-server.ts'
import { newBox, NOW, ORIGIN, type TestBox } from '../../kit/boxes.ts'
import { lost } from '../../kit/network.ts'
import { fileOf } from '../../kit/messages.ts'
import { leaksIn } from './support/leaks.ts'
import { databaseContents, until, visit, type Visit } from './support/room.tsx'
import { spoilt } from '../../spoilt.ts'

afterEach(() => {
  indexedDB.deleteDatabase('sealdrop')
})

/** A box, its server, and a code to which answers come. */
async function setting(): Promise<{ box: TestBox; server: BoxServer; code: ReturnCode }> {
  const box = await newBox(1)
  const server = boxServer()
  server.cards.set(box.address, box.jws)
  return { box, server, code: newReturnCode() }
}

/** Answers, as an owner does. */
async function answer({ box, code, server }: Awaited<ReturnType<typeof setting>>, text: string): Promise<void> {
  const { key, recipient: age } = await deriveReturn(code)
  const sender = await generateSigningKey()
  const order = { origin: ORIGIN, to: { key: key.publicKey, age }, from: box.address, ttlSeconds: 86_400 }
  const files = text === 'with a file' ? [fileOf('list.txt', new TextEncoder().encode('one, two'))] : []
  await deposit(server, await sealAnswer({ text, files }, { ...order, sender, now: NOW }), { sender })
}

async function enter(page: Visit, { words }: ReturnCode): Promise<void> {
  page.type('code', words.join(' '))
  await page.press(returning.open)
  await until(() => page.heading() === answers.title)
}

async function received(box: TestBox, server: BoxServer): Promise<OpenedItem[]> {
  const [access] = box.accesses
  if (access === undefined) throw new Error('nobody reads it')
  return Promise.all(
    (server.lists.get(box.address) ?? []).map((item) =>
      openItem(collectParts(server, access, item, memoryStaging()), access, item),
    ),
  )
}

const shown = ({ box }: Visit): string => box.querySelector('.text')?.textContent ?? ''

test.for<[string, string]>([
  ['', returning.faults.missing],
  ['one two three', returning.faults.words(3)],
  ['abandon '.repeat(12), returning.faults.checksum],
])('what is no code is told apart, and nobody is asked: %j', async ([text, sentence]) => {
  const { server } = await setting()
  const page = visit(server, 'return')
  page.type('code', text)
  await page.press(returning.open)
  await until(() => page.alert() === sentence)
  await until(() => document.activeElement?.id === 'code')
  expect(server.asked).toEqual([])
})

test('a code is taken as people paste it, in capitals, numbered and over several lines', async () => {
  const { code, server } = await setting()
  const page = visit(server, 'return')
  page.type('code', code.words.map((word, index) => `${index + 1}. ${word.toUpperCase()}`).join('\n'))
  await page.press(returning.open)
  await until(() => page.heading() === answers.title)
  expect(page.text()).toContain(answers.lede(0))
})

test('with a code the sender reads the answer, saves its file, and writes again twice in the same thread', async () => {
  const set = await setting()
  const { box, code, server } = set
  await answer(set, 'with a file')
  const page = visit(server, 'return', { kept: await openStore() })
  await enter(page, code)
  await page.press('Open the answer of')
  await until(() => shown(page) === 'with a file')
  expect(page.text()).toContain(box.address)
  await page.press('Save list.txt')
  await until(() => page.saved.has('list.txt'))
  expect(await page.saved.get('list.txt')?.text()).toBe('one, two')
  const { address: thread } = await deriveReturn(code)
  for (const [round, text] of ['more about it', 'and more'].entries()) {
    await page.press(answers.writeAgain)
    await until(() => page.heading() === write.title('The newsroom'))
    expect(page.box.querySelector('#wants-code')).toBeNull()
    page.type('message', text)
    await page.press(write.seal)
    await until(() => page.heading() === letterSent.title)
    expect(page.text()).toContain(letterSent.codeSame)
    const letters = await received(box, server)
    expect(letters.map((each) => each.text)).toHaveLength(round + 1)
    expect(letters.at(-1)).toMatchObject({ text, thread })
    await page.press(answers.back)
    await until(() => page.heading() === answers.title)
  }
  expect(leaksIn(server.exchanges, code.words)).toEqual([])
  expect(Object.values(await databaseContents()).flat()).toEqual([])
})

test('a new answer appears while the page is open, above the others, and is said', async () => {
  const set = await setting()
  let wake = (): void => {}
  const wait = (): Promise<void> => new Promise((resolve) => (wake = resolve))
  await answer(set, 'the first')
  const page = visit(set.server, 'return', { device: { wait } })
  await enter(page, set.code)
  await until(() => set.server.asked.filter((name) => name === 'items').length === 2)
  await answer(set, 'the second')
  wake()
  await until(() => page.box.querySelectorAll('.answers li').length === 2)
  await until(() => page.said() === answers.came(1))
  page.box.querySelector<HTMLButtonElement>('.answers button')?.click()
  await until(() => shown(page) !== '')
  expect(shown(page)).toBe('the second')
})

test('done forgets the words, the answers and what was typed, and nobody is asked any more', async () => {
  const set = await setting()
  let wake = (): void => {}
  const wait = (): Promise<void> => new Promise((resolve) => (wake = resolve))
  await answer(set, 'for your eyes')
  const page = visit(set.server, 'return', { device: { wait } })
  await enter(page, set.code)
  expect(page.text()).not.toContain(set.code.words.join(' '))
  await page.press('Open the answer of')
  await until(() => shown(page) === 'for your eyes')
  await page.press(answers.done)
  await until(() => page.heading() === forgotten.title)
  expect(page.text()).not.toContain('for your eyes')
  const asked = set.server.asked.length
  wake()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(set.server.asked).toHaveLength(asked)
  await page.press(forgotten.another)
  await until(() => page.heading() === returning.title)
  expect(page.box.querySelector<HTMLTextAreaElement>('#code')?.value).toBe('')
})

test('without an answer the box is asked for, and one of another server is not written to from here', async () => {
  const { box, code, server } = await setting()
  const page = visit(server, 'return')
  await enter(page, code)
  await page.press(answers.writeAgain)
  await until(() => page.heading() === answers.writeTitle)
  page.type('box', spoilt(box.address))
  await page.press(answers.addressGo)
  await until(() => page.alert() === answers.addressFault)
  page.type('box', `https://other.example/#${box.address}`)
  await page.press(answers.addressGo)
  await until(() => page.alert() === answers.addressElsewhere('https://other.example'))
  expect(server.asked).not.toContain('card')
  page.type('box', `  ${ORIGIN}/#${box.address}`)
  await page.press(answers.addressGo)
  await until(() => page.heading() === write.title('The newsroom'))
})

test('a letter that is begun in a thread is still there after a look at the answers', async () => {
  const set = await setting()
  await answer(set, 'which shelf?')
  const page = visit(set.server, 'return')
  await enter(page, set.code)
  const writing = (): boolean => page.heading() === write.title('The newsroom')
  await page.press('Open the answer of')
  await until(() => shown(page) !== '')
  await page.press(answers.writeAgain)
  await until(writing)
  page.type('message', 'the third from')
  await page.press(answers.back)
  await until(() => page.heading() === answers.title)
  expect(page.isGuarded()).toBe(true)
  await page.press(answers.writeAgain)
  await until(writing)
  expect(page.box.querySelector<HTMLTextAreaElement>('#message')?.value).toBe('the third from')
  await page.press(write.seal)
  await until(() => page.heading() === letterSent.title)
  expect((await received(set.box, set.server)).map((each) => each.text)).toEqual(['the third from'])
})

test('done asks first while a letter is begun, and forgets it only after that', async () => {
  const set = await setting()
  await answer(set, 'which shelf?')
  const page = visit(set.server, 'return')
  await enter(page, set.code)
  await page.press('Open the answer of')
  await until(() => shown(page) !== '')
  await page.press(answers.writeAgain)
  await until(() => page.heading() === write.title('The newsroom'))
  page.type('message', 'the third from')
  await page.press(answers.done)
  await until(() => page.text().includes(answers.doneQuestion))
  await page.press(answers.stay)
  await until(() => !page.text().includes(answers.doneQuestion))
  expect(page.box.querySelector<HTMLTextAreaElement>('#message')?.value).toBe('the third from')
  await page.press(answers.done)
  await page.press(answers.doneSure)
  await until(() => page.heading() === forgotten.title)
  expect(page.isGuarded()).toBe(false)
})

test('a code that is still looked for when the page is left is not held, and nobody is asked again', async () => {
  const { code, server } = await setting()
  const asked: (() => void)[] = []
  const wait = (): Promise<void> => new Promise((resolve) => asked.push(resolve))
  const page = visit(server, 'return', { device: { wait } })
  server.hand = (name) => (name === 'items' && asked.length === 0 ? lost : undefined)
  page.type('code', code.words.join(' '))
  await page.press(returning.open)
  await until(() => asked.length > 0)
  dispatchEvent(new PageTransitionEvent('pagehide'))
  await until(() => page.heading() === forgotten.title)
  await page.press(forgotten.another)
  await until(() => page.heading() === returning.title)
  for (const again of asked) again()
  await until(() => server.asked.filter((name) => name === 'items').length === 2)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(page.heading()).toBe(returning.title)
  expect(server.asked.filter((name) => name === 'items')).toHaveLength(2)
})

test('an answer for somebody else, or changed on its way, shows nothing of itself', async () => {
  const set = await setting()
  const { code, server } = set
  await answer({ ...set, code: newReturnCode() }, 'not for you')
  const [drop] = server.parts.keys()
  const own = await deriveReturn(code)
  const [item] = Array.from(server.lists.values()).flat()
  if (item === undefined || drop === undefined) throw new Error('it was not sent')
  server.lists.set(accessOfReturn(own).address, [item])
  const page = visit(server, 'return')
  await enter(page, code)
  await page.press('Open the answer of')
  await until(() => page.alert() === answerWords.unreadable)
  expect(page.box.querySelector('.text')).toBeNull()
})

test('an answer that could not be fetched opens at the next press, and one that is gone says so', async () => {
  const set = await setting()
  const { code, server } = set
  await answer(set, 'patience')
  let now = NOW
  const wait = async (ms: number): Promise<void> => {
    if (ms === 20_000) return new Promise(() => {})
    now += ms
  }
  const page = visit(server, 'return', { device: { clock: () => now, wait } })
  await enter(page, code)
  server.hand = (name) => (name === 'collect' ? lost : undefined)
  await page.press('Open the answer of')
  await until(() => page.alert() === returnFaults.offline)
  server.hand = () => undefined
  await page.press(answerWords.again)
  await until(() => shown(page) === 'patience')
  await page.press(answers.back)
  server.parts.clear()
  await page.press('Open the answer of')
  await until(() => page.alert() !== '')
  expect(page.alert()).toBe(answers.gone)
})
