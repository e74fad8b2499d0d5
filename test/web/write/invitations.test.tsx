import { afterEach, expect, test } from 'vitest'
import { formatBoxLink, formatInvitation } from '#client/box/address-link.ts'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { answers, returning } from '../../../web/copy/return.ts'
import { letterFaults, letterSent, write as words } from '../../../web/copy/write.ts'
import type { BoxServer } from '../../kit/box-server.ts'
import { newBox, NOW, ORIGIN, sign, type TestBox } from '../../kit/boxes.ts'
import { refuses } from '../../kit/network.ts'
import { arrive, message, published, read } from './support/letters.ts'
import { until, visit, type Visit } from './support/room.tsx'

afterEach(() => {
  indexedDB.deleteDatabase('sealdrop')
})

const SECRET = new Uint8Array(16).fill(7)

/** A box that takes nothing without an invitation, and as much as comes by this one. */
async function invitationOnly(): Promise<{ box: TestBox; server: BoxServer }> {
  const { box, server } = await published()
  await askInvitations(box, server)
  return { box, server }
}

async function askInvitations({ address, card, root }: TestBox, server: BoxServer): Promise<void> {
  const { jws } = await sign(root, { readers: card.readers, terms: { largest: 1_000_000, invitation: true } })
  server.cards.set(address, jws)
  server.hand = (name, { fields }) =>
    name === 'create' && fields['Box-Invitation'] !== toBase64url(SECRET) ? refuses('invitation_needed') : undefined
}

const link = ({ address }: TestBox): string => formatInvitation(ORIGIN, address, SECRET)

const field = ({ box }: Visit): HTMLInputElement | null => box.querySelector('#invitation')

const fault = ({ box }: Visit): string => box.querySelector('#invitation-error')?.textContent ?? ''

test('with a return code and an invitation the sender writes again to a box that asks for one', async () => {
  const { box, server } = await published()
  const code = newReturnCode()
  const { key, recipient: age } = await deriveReturn(code)
  const sender = await generateSigningKey()
  const order = { origin: ORIGIN, to: { key: key.publicKey, age }, from: box.address, ttlSeconds: 86_400 }
  await deposit(server, await sealAnswer({ text: 'tell us more', files: [] }, { ...order, sender, now: NOW }), {
    sender,
  })
  await askInvitations(box, server)
  const page = visit(server, 'return')
  page.type('code', code.words.join(' '))
  await page.press(returning.open)
  await page.press('Open the answer of')
  await until(() => page.text().includes('tell us more'))
  await page.press(answers.writeAgain)
  await arrive(page)
  expect(page.text()).toContain(words.uninvitedAgain)
  page.type('message', 'more about it')
  await page.press(words.seal)
  await until(() => fault(page) === words.invitationFaults.missing)
  await until(() => document.activeElement === field(page))
  expect(message(page)).toBe('more about it')
  page.type('invitation', link(box))
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
  expect(page.text()).toContain(letterSent.codeSame)
  expect(await read(box, server)).toEqual(['more about it'])
  // The next one goes by it, too.
  await page.press(answers.back)
  await page.press(answers.writeAgain)
  await arrive(page)
  expect(field(page)).toBeNull()
  expect(page.text()).toContain(words.invited)
  page.type('message', 'and more')
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
  expect(await read(box, server)).toEqual(['more about it', 'and more'])
})

test('what is no invitation to this box is told apart, and nothing is sent', async () => {
  const { box, server } = await invitationOnly()
  const other = await newBox()
  const page = visit(server, box.address)
  await arrive(page)
  page.type('message', 'let me in')
  const faults: readonly [text: string, sentence: string][] = [
    [' ', words.invitationFaults.missing],
    [`${link(box).slice(0, -1)}?`, words.invitationFaults.damaged],
    [formatBoxLink(ORIGIN, box.address), words.invitationFaults.none],
    [link(other), words.invitationFaults.other],
    [
      formatInvitation('https://else.example', box.address, SECRET),
      words.invitationFaults.elsewhere('https://else.example'),
    ],
  ]
  for (const [text, sentence] of faults) {
    page.type('invitation', text)
    await page.press(words.seal)
    await until(() => fault(page) === sentence)
    expect(message(page)).toBe('let me in')
  }
  expect(server.asked).not.toContain('create')
  // As people paste it: with what stands around it.
  page.type('invitation', ` ${link(box)}\n`)
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
  expect(await read(box, server)).toEqual(['let me in'])
})

test('an invitation that is used up can be replaced by another one, and the letter is still here', async () => {
  const { box, server } = await invitationOnly()
  const spent = new Uint8Array(16).fill(9)
  const { hand } = server
  server.hand = (name, exchange) =>
    name === 'create' && exchange.fields['Box-Invitation'] === toBase64url(spent)
      ? refuses('box_full')
      : hand(name, exchange)
  const [, fragment = ''] = formatInvitation(ORIGIN, box.address, spent).split('#')
  const page = visit(server, fragment)
  await arrive(page)
  expect(field(page)).toBeNull()
  page.type('message', 'do not lose me')
  await page.press(words.seal)
  await until(() => page.alert().includes(letterFaults.invitationFull))
  await until(() => field(page) !== null)
  page.type('invitation', link(box))
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
  expect(await read(box, server)).toEqual(['do not lose me'])
})

test('a box that asks for an invitation since it was looked at says so, and takes one then', async () => {
  const { box, server } = await published()
  const page = visit(server, box.address)
  await arrive(page)
  expect(field(page)).toBeNull()
  page.type('message', 'in the meantime')
  await askInvitations(box, server)
  await page.press(words.seal)
  await until(() => page.alert().includes(letterFaults.invitationNeeded))
  await page.press(words.seal)
  await until(() => fault(page) === words.invitationFaults.missing)
  page.type('invitation', link(box))
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
  expect(await read(box, server)).toEqual(['in the meantime'])
})
