import { expect, onTestFinished, test, vi } from 'vitest'
import { browserDevice } from '../../web/platform/device.ts'
import { failureOf } from '../../web/platform/server.ts'
import { faultOf } from '../../web/pages/box/fault.ts'
import { readEntries } from '../../web/send/folders.ts'

/** Whether a browser would do with what is dropped as it always does. */
function isTaken(target: HTMLElement, fill: (data: DataTransfer) => void): boolean {
  document.body.append(target)
  onTestFinished(() => target.remove())
  const dataTransfer = new DataTransfer()
  fill(dataTransfer)
  return target.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }))
}

test('text that is dragged into a field is taken; a file, and whatever is dropped beside fields, does not replace the page', () => {
  browserDevice()
  const text = (data: DataTransfer): void => data.setData('text/plain', 'dragged')
  const aFile = (data: DataTransfer): void => void data.items.add(new File(['x'], 'a.txt'))
  expect(isTaken(document.createElement('textarea'), text)).toBe(true)
  expect(isTaken(document.createElement('input'), text)).toBe(true)
  expect(isTaken(document.createElement('textarea'), aFile)).toBe(false)
  expect(isTaken(document.createElement('p'), text)).toBe(false)
})

/** The entry that a browser gives for a dropped folder. */
function folder(fullPath: string, inside: readonly object[]): object {
  let isRead = false
  const read = (done: (entries: readonly object[]) => void): void => {
    done(isRead ? [] : inside)
    isRead = true
  }
  return { fullPath, isFile: false, isDirectory: true, createReader: () => ({ readEntries: read }) }
}

function file(fullPath: string): object {
  const name = fullPath.split('/').at(-1) ?? ''
  return {
    fullPath,
    isFile: true,
    isDirectory: false,
    file: (done: (file: File) => void) => done(new File(['x'], name)),
  }
}

test.for([
  ['an empty folder', [folder('/a', [])], [], true],
  ['an empty folder in another', [folder('/a', [folder('/a/b', [])])], [], true],
  ['an empty folder beside a file', [folder('/a', []), file('/c')], ['c'], true],
  ['a folder with a file', [folder('/a', [file('/a/c')])], ['a/c'], false],
] as const)('of %s it is known that nothing can be sealed of it', async ([, entries, names, hasEmpty]) => {
  const found = await readEntries(entries as unknown as FileSystemEntry[])
  expect(found.files.map(({ name }) => name)).toEqual(names)
  expect(found.hasEmpty).toBe(hasEmpty)
})

test('a page that came over plain http says so, and does not blame the browser', () => {
  vi.stubGlobal('isSecureContext', false)
  onTestFinished(() => void vi.unstubAllGlobals())
  expect([failureOf(new TypeError('no keys')), faultOf(new TypeError('no keys'))]).toEqual(['insecure', 'insecure'])
})
