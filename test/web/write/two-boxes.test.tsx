import { expect, test } from 'vitest'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { answers, returning } from '../../../web/copy/return.ts'
import { letterSent, write } from '../../../web/copy/write.ts'
import { boxServer, type BoxServer } from '../../kit/box-server.ts'
import { newBox, NOW, ORIGIN, type TestBox } from '../../kit/boxes.ts'
import { arrive, message, read } from './support/letters.ts'
import { until, visit, type Visit } from './support/room.tsx'

/** Two boxes that have answered to one code, and somebody who has come back with it. */
async function setting(): Promise<{ first: TestBox; second: TestBox; server: BoxServer; page: Visit }> {
  const [first, second] = [await newBox(1), await newBox(1)]
  const server = boxServer()
  for (const { address, jws } of [first, second]) server.cards.set(address, jws)
  const code = newReturnCode()
  await answer(first, server, code, 'from the first')
  await answer(second, server, code, 'from the second')
  const page = visit(server, 'return')
  page.type('code', code.words.join(' '))
  await page.press(returning.open)
  await until(() => page.heading() === answers.title)
  return { first, second, server, page }
}

async function answer({ address: from }: TestBox, server: BoxServer, code: ReturnCode, text: string): Promise<void> {
  const { key, recipient: age } = await deriveReturn(code)
  const sender = await generateSigningKey()
  const order = { origin: ORIGIN, to: { key: key.publicKey, age }, from, ttlSeconds: 86_400, sender, now: NOW }
  await deposit(server, await sealAnswer({ text, files: [] }, order), { sender })
}

/** Opens the answer of one of them, newest first, and writes to its sender. */
async function writeTo(page: Visit, which: 'first' | 'second'): Promise<void> {
  await until(() => page.box.querySelectorAll('.answers button').length === 2)
  const [newest, oldest] = page.box.querySelectorAll<HTMLButtonElement>('.answers button')
  ;(which === 'second' ? newest : oldest)?.click()
  await until(() => page.text().includes(`from the ${which}`))
  await page.press(answers.writeAgain)
}

const back = async (page: Visit): Promise<void> => {
  await page.press(answers.back)
  await until(() => page.heading() === answers.title)
}

test('the keys of a box that come late are not taken for those of the box that is written to then', async () => {
  const { first, page, second, server } = await setting()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  server.hand = (name, { fields }) => (name === 'card' && fields['Box-Address'] === first.address ? promise : undefined)
  await writeTo(page, 'first')
  await until(() => page.heading() === write.looking)
  await back(page)
  await writeTo(page, 'second')
  await arrive(page)
  resolve(undefined)
  await new Promise((later) => setTimeout(later, 100))
  page.type('message', 'for the second alone')
  await page.press(write.seal)
  await until(() => page.heading() === letterSent.title)
  expect(await read(second, server)).toEqual(['for the second alone'])
})

test('a letter that is begun is not lost to one to another box', async () => {
  const { first, page, second, server } = await setting()
  await writeTo(page, 'first')
  await arrive(page)
  page.type('message', 'half a letter to the first')
  await back(page)
  await writeTo(page, 'second')
  await arrive(page)
  expect(message(page)).toBe('')
  page.type('message', 'a letter to the second')
  expect(page.isGuarded()).toBe(true)
  await page.press(write.seal)
  await until(() => page.heading() === letterSent.title)
  expect(page.isGuarded()).toBe(true)
  await back(page)
  await writeTo(page, 'first')
  await arrive(page)
  expect(message(page)).toBe('half a letter to the first')
  await page.press(write.seal)
  await until(() => page.heading() === letterSent.title)
  expect(page.isGuarded()).toBe(false)
  expect(await read(first, server)).toEqual(['half a letter to the first'])
  expect(await read(second, server)).toEqual(['a letter to the second'])
})
