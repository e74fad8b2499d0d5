import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { ItemsPage } from '../../../web/read/item-list.ts'
import { ItemsScreen } from '../../../web/pages/box/inbox/list.tsx'
import { FIRST_INBOX, reduceInbox } from '../../../web/pages/box/inbox/state.ts'
import { inbox as words } from '../../../web/copy/inbox.ts'
import { NOW } from '../../kit/boxes.ts'
import { lost, refuses } from '../../kit/network.ts'
import { inboxStage, manyItems, numberedDrop, numberedItem, PATIENT, type InboxStage } from './support/inbox-stage.tsx'

let stage: InboxStage | undefined

afterEach(() => stage?.hide())

/** A box with so many items, on the screen. */
async function show(count: number, setting: Parameters<typeof inboxStage>[0] = {}): Promise<InboxStage> {
  stage = await inboxStage(setting)
  stage.server.lists.set(stage.root.address, manyItems(count))
  stage.show()
  await expect.poll(() => stage?.text(), PATIENT).toContain(count === 0 ? words.empty : words.unread)
  return stage
}

/** Until what was scrolled is laid out. */
async function frames(): Promise<void> {
  for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
}
const rows = ({ box }: InboxStage): HTMLElement[] => Array.from(box.querySelectorAll<HTMLElement>('li.item'))
const rowOf = ({ find }: InboxStage, n: number): HTMLElement => find(`[data-drop="${numberedDrop(n)}"]`)
const listOf = ({ root, server }: InboxStage) => server.lists.get(root.address) ?? []

test('an empty box says so, and what arrives shows up without a press', async () => {
  const shown = await show(0)
  shown.server.lists.set(shown.root.address, manyItems(2))
  shown.tick()
  await expect.poll(() => rows(shown).length, PATIENT).toBe(2)
  expect(shown.said).toEqual(['2 new messages'])
})

test('what changes in the moment in which the list is shown again is on the screen', async () => {
  const shown = await show(2)
  shown.server.hand = () => () => new Promise(() => {})
  shown.hide()
  document.body.append(shown.box)
  shown.show()
  shown.act.askDelete([numberedDrop(1)])
  await expect.poll(() => shown.text(), { timeout: 5_000 }).toContain(words.deleteQuestion(1))
})

test('of ten thousand items a page is drawn at a time, and the keyboard goes on where the button was', async () => {
  const shown = await show(10_000)
  expect(rows(shown)).toHaveLength(100)
  expect(shown.text()).toContain('10,000 messages')
  expect(rows(shown)[0]?.querySelector('[data-drop]')).toBe(rowOf(shown, 10_000))
  for (let page = 2; page <= 3; page++) {
    shown.press(words.older)
    await expect.poll(() => rows(shown).length, PATIENT).toBe(100 * page)
    expect(document.activeElement).toBe(rowOf(shown, 10_000 - 100 * (page - 1)))
  }
  expect(shown.server.asked).toEqual(['items', 'items', 'items'])
  await userEvent.keyboard('{ArrowUp}')
  expect(document.activeElement).toBe(rowOf(shown, 9_801))
})

test('after the last page the keyboard goes on with its first row, although the button is gone', async () => {
  const shown = await show(150)
  shown.press(words.older)
  await expect.poll(() => rows(shown).length, PATIENT).toBe(150)
  expect(document.activeElement).toBe(rowOf(shown, 50))
  expect(shown.text()).not.toContain(words.older)
})

test('a list with a day that no calendar has is not believed', async () => {
  const shown = await show(1)
  listOf(shown).push({ ...numberedItem(2), arrived: 2 ** 50 })
  // It is asked for twice more, in case it was damaged on the way.
  const text = (): string => {
    shown.tick()
    return shown.text()
  }
  await expect.poll(text, PATIENT).toContain('does not understand')
  expect(rows(shown)).toHaveLength(1)
})

test('new items are told politely, and move neither the focus nor what is in sight', async () => {
  const shown = await show(300)
  const focused = rowOf(shown, 240)
  focused.focus()
  focused.scrollIntoView({ block: 'center' })
  await frames()
  const { top } = focused.getBoundingClientRect()
  listOf(shown).push(...manyItems(3, 301))
  shown.tick()
  await expect.poll(() => rows(shown).length, PATIENT).toBe(103)
  expect(shown.said).toEqual(['3 new messages'])
  expect(document.activeElement).toBe(focused)
  await frames()
  expect(Math.abs(focused.getBoundingClientRect().top - top)).toBeLessThan(2)
  expect(shown.text()).toContain('303 messages')
  expect(rows(shown)[0]?.querySelector('[data-drop]')).toBe(rowOf(shown, 303))
})

test('coming back into sight looks at once', async () => {
  const shown = await show(1)
  listOf(shown).push(...manyItems(1, 2))
  document.dispatchEvent(new Event('visibilitychange'))
  await expect.poll(() => rows(shown).length, PATIENT).toBe(2)
})

test('once the list is left nothing is asked any more, and on the way back it is still there', async () => {
  const shown = await show(250)
  shown.press(words.older)
  await expect.poll(() => rows(shown).length, PATIENT).toBe(200)
  shown.hide()
  await frames()
  const asked = shown.server.asked.length
  shown.tick()
  document.dispatchEvent(new Event('visibilitychange'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(shown.server.asked).toHaveLength(asked)
  document.body.append(shown.box)
  shown.show()
  expect(rows(shown)).toHaveLength(200)
})

test('a server that cannot be reached is said to be so, and the next look makes up for it', async () => {
  const shown = await show(3)
  shown.server.hand = (name) => (name === 'items' ? refuses('not_proved') : undefined)
  shown.tick()
  await expect.poll(() => shown.text(), PATIENT).toContain('does not count this device among the readers')
  expect(rows(shown)).toHaveLength(3)
  shown.server.hand = () => undefined
  shown.tick()
  await expect.poll(() => shown.text(), PATIENT).not.toContain('out of date')
})

test('a list that could not be had at all is asked for again by a press', async () => {
  stage = await inboxStage()
  stage.server.lists.set(stage.root.address, manyItems(1))
  stage.server.hand = () => refuses('not_found')
  stage.show()
  await expect
    .poll(() => stage?.box.querySelector('[role=alert]')?.textContent, PATIENT)
    .toContain('does not understand')
  stage.server.hand = () => undefined
  stage.press('Try again')
  await expect.poll(() => stage?.box.querySelectorAll('li.item').length, PATIENT).toBe(1)
})

test('a drop that the server lists twice is shown once, with a warning', async () => {
  const shown = await show(3)
  listOf(shown).push({ ...numberedItem(1), seq: 4 })
  shown.tick()
  await expect.poll(() => shown.text(), PATIENT).toContain('lists one message more than once')
  expect(rows(shown)).toHaveLength(3)
  expect(rowOf(shown, 1).textContent).toContain(words.repeatedMark)
})

test('what has vanished from the box says so in its row', async () => {
  const shown = await show(5)
  shown.server.lists.set(
    shown.root.address,
    listOf(shown).filter(({ seq }) => seq !== 2),
  )
  shown.tick()
  await expect.poll(() => rowOf(shown, 2).textContent, PATIENT).toContain(words.gone)
  expect(rowOf(shown, 1).textContent).not.toContain(words.gone)
  expect(shown.text()).toContain('4 messages')
})

test('an owner deletes what is selected, after a question that says for whom it is gone', async () => {
  const shown = await show(350)
  shown.press(words.older)
  await expect.poll(() => rows(shown).length, PATIENT).toBe(200)
  shown.box.querySelector<HTMLInputElement>('.selection input')?.click()
  await expect.poll(() => shown.text(), PATIENT).toContain('Delete 200')
  shown.press('Delete 200')
  await expect.poll(() => shown.text(), PATIENT).toContain('for all readers of this box')
  shown.server.hand = (name) => (name === 'delete' ? lost : undefined)
  expect(shown.server.asked).not.toContain('delete')
  shown.press(words.keep)
  await expect.poll(() => shown.text(), PATIENT).not.toContain(words.deleteSure)
  shown.server.hand = () => undefined
  shown.press('Delete 200')
  await expect.poll(() => shown.text(), PATIENT).toContain(words.deleteSure)
  shown.press(words.deleteSure)
  await expect.poll(() => rows(shown).length, PATIENT).toBe(0)
  expect(shown.server.asked.filter((name) => name === 'delete')).toHaveLength(2)
  expect(listOf(shown)).toHaveLength(150)
  expect(shown.said.at(-1)).toBe('200 messages deleted.')
  expect(document.activeElement?.tagName).toBe('H2')
})

test('a reader who owns nothing is offered no deleting', async () => {
  const shown = await show(3, { readsOnly: true })
  expect(shown.box.querySelector('input[type=checkbox]')).toBeNull()
  expect(shown.text()).not.toContain('Delete')
})

test('pages on top of ten thousand rows are drawn about as fast as on top of a hundred, and touch no other row', async () => {
  stage = await inboxStage()
  const { act, box, session } = stage
  /** The shortest of some, in milliseconds: the others had to share the machine. */
  const took = (count: number): number => {
    const pageOf = (first: number, most: number): ItemsPage => {
      const items = manyItems(most, first)
      return { items, repeated: [], more: false, count: first + most - 1, bytes: 0 }
    }
    let state = reduceInbox(FIRST_INBOX, { type: 'listed', what: 'older', page: pageOf(1, count) })
    const draw = (): void => render(<ItemsScreen act={act} box={session.state()} now={NOW} state={state} />, box)
    draw()
    box.getBoundingClientRect()
    const watcher = new MutationObserver(() => {})
    watcher.observe(stage?.find('.items') ?? box, {
      attributes: true,
      characterData: true,
      childList: true,
      subtree: true,
    })
    const times: number[] = []
    for (let page = 0; page < 5; page++) {
      state = reduceInbox(state, { type: 'listed', what: 'newer', page: pageOf(count + 1 + 100 * page, 100) })
      const began = performance.now()
      draw()
      box.getBoundingClientRect()
      times.push(performance.now() - began)
    }
    const changes = watcher.takeRecords()
    watcher.disconnect()
    expect(box.querySelectorAll('li.item')).toHaveLength(count + 500)
    expect(changes.flatMap(({ addedNodes }) => Array.from(addedNodes))).toHaveLength(500)
    expect(changes.every(({ removedNodes, type }) => type === 'childList' && removedNodes.length === 0)).toBe(true)
    return Math.min(...times)
  }
  const [few, many] = [took(100), took(10_000)]
  console.info(`100 rows above 100: ${few.toFixed(0)} ms; above 10,000: ${many.toFixed(0)} ms`)
  expect(many).toBeLessThan(20 * few + 500)
})
