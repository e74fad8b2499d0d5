import { expect, test } from 'vitest'
import { lost, refuses } from '../kit/network.ts'
import { largeDrop, lineTo, openBrowser, openPage } from './support/large.ts'

test('what was opened and not saved opens again after a reload without the server, until all of it is taken', async () => {
  let isGone = false
  const drop = await largeDrop(() => (isGone ? refuses('gone') : undefined))
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser)
  await first.opening.arrive(drop.fragment)
  await first.opening.open('')
  await first.opening.copyText()
  isGone = true
  const { length } = drop.server.asked

  const second = openPage(lineTo(drop), browser)
  await second.opening.arrive(drop.fragment)
  expect(second.state().main).toMatchObject({ at: 'opened', text: 'the film', ack: 'earlier' })
  expect(drop.server.asked).toHaveLength(length)
  await second.opening.copyText()
  await second.opening.saveAll()
  expect([...browser.saved.keys()]).toEqual(['sealdrop.tar'])
  expect(second.log).toContain('address ')

  const third = openPage(lineTo(drop), browser)
  await third.opening.arrive(drop.fragment)
  expect(third.state().main).toMatchObject({ at: 'gone' })
})

test('behind a passphrase a reload asks for it again, and a wrong one is told here, without the server', async () => {
  const drop = await largeDrop(undefined, 'right')
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser)
  await first.opening.arrive(drop.fragment)
  await first.opening.open('right')
  expect(first.state().main).toMatchObject({ at: 'opened', ack: 'burned' })
  const { length } = drop.server.asked

  const { opening, state } = openPage(lineTo(drop), browser)
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ at: 'open', note: 'earlier' })
  await opening.open('wrong')
  expect(state().main).toMatchObject({ at: 'open', fault: { at: 'passphrase', triesLeft: undefined } })
  await opening.open('right')
  expect(state().main).toMatchObject({ at: 'opened', ack: 'earlier' })
  expect(drop.server.asked).toHaveLength(length)
})

test('with a first part staged, a newly typed passphrase is proved to the server before it is believed', async () => {
  let isAway = true
  const drop = await largeDrop((request, n) => (request === 'part' && n === 1 && isAway ? lost : undefined), 'right')
  const browser = await openBrowser()
  const first = openPage(lineTo(drop), browser, { waits: 0 })
  await first.opening.arrive(drop.fragment)
  void first.opening.open('right')
  await expect.poll(() => first.state().main).toMatchObject({ at: 'receiving', flow: 'waiting' })
  isAway = false
  let isWrong = true
  const { opening, state } = openPage(async (exchange) => {
    const isSigned = exchange.fields['Signature-Input']?.includes('claim=') === true
    if (exchange.url.endsWith('/status') && isSigned && isWrong)
      return refuses('wrong_passphrase', { triesLeft: 9 })(exchange)
    return drop.server.transport(exchange)
  }, browser)
  await opening.arrive(drop.fragment)
  expect(state().main).toMatchObject({ at: 'open', note: 'resumed' })
  await opening.open('wrong')
  expect(state().main).toMatchObject({ at: 'open', fault: { at: 'passphrase', triesLeft: 9 } })
  isWrong = false
  await opening.open('right')
  expect(state().main).toMatchObject({ at: 'opened' })
})

test('what another tab is receiving is not touched, and said so', async () => {
  const drop = await largeDrop(() => undefined)
  const [one, two] = [await openBrowser(), await openBrowser()]
  const first = openPage(lineTo(drop), one)
  await first.opening.arrive(drop.fragment)
  await first.opening.open('')
  // The same disk, seen by another page: it has the same files and other locks.
  const second = openPage(async (exchange) => drop.server.transport(exchange), two)
  await second.opening.arrive(drop.fragment)
  expect(second.state().main).toMatchObject({ fault: { at: 'elsewhere' } })
  expect(first.state().main).toMatchObject({ at: 'opened' })
})
