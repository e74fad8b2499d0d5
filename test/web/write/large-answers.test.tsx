import { expect, test } from 'vitest'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { answer as words, answers, returning } from '../../../web/copy/return.ts'
import { receiving } from '../../../web/copy/reading.ts'
import { transfer } from '../../../web/copy/transfer.ts'
import { boxServer, type BoxServer } from '../../kit/box-server.ts'
import { newBox, NOW, ORIGIN } from '../../kit/boxes.ts'
import { noise } from '../../kit/bytes.ts'
import { fileOf } from '../../kit/messages.ts'
import { lost } from '../../kit/network.ts'
import { until, visit, type Visit } from './support/room.tsx'

/** A page with an answer of two parts in its list, and a line that loses the last of them while it is cut. */
async function comeBack(): Promise<{
  page: Visit
  server: BoxServer
  cut: () => void
  mend: () => void
  parts: () => string[]
}> {
  const server = boxServer()
  const code = newReturnCode()
  const { key, recipient: age } = await deriveReturn(code)
  const sender = await generateSigningKey()
  const order = { origin: ORIGIN, to: { key: key.publicKey, age }, from: (await newBox(1)).address, ttlSeconds: 86_400 }
  const message = { text: 'with the film', files: [fileOf('film.mp4', noise(8_600_000, 7))] }
  await deposit(server, await sealAnswer(message, { ...order, sender, now: NOW }), { sender })
  let now = NOW
  let goOn = (): void => {}
  let isCut = false
  const wait = async (ms: number): Promise<void> => {
    if (ms === 20_000) return new Promise(() => {})
    // Ten times as long as the page is patient with a request.
    if (now > NOW + 900_000) return new Promise((resolve) => (goOn = resolve))
    now += ms
  }
  const page = visit(server, 'return', { device: { clock: () => now, wait } })
  page.type('code', code.words.join(' '))
  await page.press(returning.open)
  await until(() => page.heading() === answers.title)
  const parts: string[] = []
  server.hand = (name, { url }) => {
    if (name !== 'collect') return undefined
    const n = new URL(url).searchParams.get('n') ?? ''
    parts.push(n)
    return isCut && n === '1' ? lost : undefined
  }
  return {
    page,
    server,
    cut: () => void (isCut = true),
    mend() {
      isCut = false
      now = NOW
      goOn()
    },
    parts: () => parts.splice(0),
  }
}

/** A busy machine takes a while to open parts as they come. */
const PATIENT_MS = 100_000

const waits = (page: Visit): Promise<boolean> => until(() => page.text().includes(transfer.flow.waiting), PATIENT_MS)

const shown = ({ box }: Visit): string => box.querySelector('.text')?.textContent ?? ''

test('an answer of several parts that an outage interrupts goes on by itself, and fetches no part twice', async () => {
  const { cut, mend, page, parts } = await comeBack()
  cut()
  await page.press('Open the answer of')
  await waits(page)
  expect(page.alert()).toBe('')
  parts()
  mend()
  await until(() => shown(page) === 'with the film', PATIENT_MS)
  expect(new Set(parts())).toEqual(new Set(['1']))
})

test('an answer of several parts can be paused, left and opened again without fetching a part twice, and be stopped', async () => {
  const { cut, mend, page, parts } = await comeBack()
  cut()
  await page.press('Open the answer of')
  await waits(page)
  await page.press(transfer.pause)
  await until(() => page.text().includes(transfer.flow.paused), PATIENT_MS)
  await page.press(answers.back)
  await until(() => page.heading() === answers.title)
  parts()
  await page.press('Open the answer of')
  await waits(page)
  expect(new Set(parts())).toEqual(new Set(['1']))
  await page.press(receiving.cancel)
  await until(() => page.alert() === words.stopped, PATIENT_MS)
  mend()
  parts()
  await page.press(words.open)
  await until(() => shown(page) === 'with the film', PATIENT_MS)
  // They are fetched side by side.
  expect(parts().toSorted()).toEqual(['0', '1'])
})
